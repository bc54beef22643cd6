"""What players' files say: what each player did in a season, and who is on a team's roster."""

from __future__ import annotations

import pyarrow as pa

from hoops.schemas.columns import SEASON, column
from hoops.schemas.games import BOX_COLUMNS, BOX_TITLES

CLASSES = ("Fr", "So", "Jr", "Sr", "Gr")  # in the order in which a player has them

_PLAYER = [
    SEASON,
    column("team_id", pa.int32(), "team"),
    column("player_id", pa.int32(), "player; the same through seasons and transfers"),
    column("player_name", pa.string(), "name, as the source has it", null="not told"),
    column("class", pa.string(), "year of college: Fr, So, Jr, Sr or Gr", null="not told"),
]

# Sorted by season, team_id, player_id, which no two rows share. A player can be on two teams in a season.
PLAYER_SEASONS = pa.schema(
    [
        *_PLAYER,
        column("games", pa.int16(), "games of the season in which the player appeared", "count"),
        column("minutes", pa.float64(), "minutes played in the season", "minutes"),
        *(
            column(name, pa.int16(), f"{title} in the season", "count", null="not told")
            for name, title in zip((*BOX_COLUMNS, "points"), (*BOX_TITLES, "points"), strict=True)
        ),
        column("rating", pa.float64(), "quality as somebody else rates it, above average, such as a box plus-minus; "
               "wild where minutes are few", "points per 100 possessions", null="not told"),
    ]
)  # fmt: skip
ROSTERS = pa.schema(
    [
        *_PLAYER,
        column("recruit_score", pa.float64(), "how recruiters rated the player, in the source's measure", "0-100",
               null="not told"),
        column("from_day", pa.int16(), "first day of the season on which the player can appear", "day",
               null="from the first"),
        column("to_day", pa.int16(), "last day of the season on which the player can appear", "day",
               null="to the last"),
    ]
)  # fmt: skip
