"""What players' files say: what each player did in a season, who is on a team's roster; and the tables made of it."""

from __future__ import annotations

import pyarrow as pa

from hoops.schemas.columns import DAY, SEASON, Published, column
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
# Sorted by season, day, team_id, player_id, which no two rows share. A row is a player who appeared.
PLAYER_GAMES = pa.schema(
    [
        SEASON,
        DAY,
        column("team_id", pa.int32(), "team"),
        column("player_id", pa.int32(), "player; the same through the season"),
        column("minutes", pa.float64(), "minutes played in the game", "minutes"),
        column("points", pa.int16(), "points scored in the game", "points", null="not told"),
    ]
)

_UNLEARNED = "no season with players' files has been learned from yet"
_GONE = f"the player left or is out; or {_UNLEARNED}"
_NOT_THERE = "did not play last season"
_TEAM = [column("team_id", pa.int32(), "team"), column("team_name", pa.string(), "name; 'Team <id>' until it is known")]


def _other(name: str, of: str, null: str) -> list[pa.Field]:
    return [column(f"{name}_id", pa.int32(), of, null=null), column(f"{name}_name", pa.string(), "its name", null=null)]


ROSTER_TABLES: dict[str, Published] = {
    "rosters": Published(
        pa.schema([
            *_TEAM,
            column("player_id", pa.int32(), "player; the same through seasons and transfers"),
            column("player_name", pa.string(), "name; 'Player <id>' until it is known"),
            column("class", pa.string(), "year of college, Fr to Gr; of those who left, in their last season",
                   null="not told"),
            column("status", pa.string(), "back, transfer in, back after a year, newcomer, out or left"),
            column("from_day", pa.int16(), "first day of the season on which a player can appear who is out", "day",
                   null="is not out"),
            *_other("from_team", "team of the last season played, where it was another one",
                    "was on no other team in the last two seasons"),
            *_other("to_team", "team on whose roster a player is who left", "has not left, or is on no roster"),
            column("last_share", pa.float64(), "part in last season's five: 1 for every minute of all games",
                   "places", null=_NOT_THERE),
            column("last_worth", pa.float64(), "what the player was worth last season at full time",
                   "points per game", null=_NOT_THERE),
            column("expected_share", pa.float64(), "expected part in the season's five; a team's add up to 5", "places",
                   null=_GONE),
            column("expected_worth", pa.float64(), "what the player is expected to be worth at full time",
                   "points per game", null=_GONE),
            column("adds", pa.float64(), "expected share times expected worth", "points per game", null=_GONE),
        ]),
        True, "who is on each team's roster when the season begins and who left it, and what each is expected to add",
    ),
    "preseason": Published(
        pa.schema([
            *_TEAM,
            column("returning", pa.float64(), "share of last season's minutes whose players are back", "0-1"),
            column("newcomers", pa.float64(), "share of the expected minutes of players who were on no team in the "
                   "last two seasons", "0-1", null=_UNLEARNED),
            column("talent", pa.float64(), "sum of what its players are expected to add", "points per game",
                   null=_UNLEARNED),
            column("shift", pa.float64(), "how far the roster moves the team's strength before its first game",
                   "points", null=f"the team has never played; or {_UNLEARNED}"),
            column("rank", pa.int16(), "place by shift among the teams; 1 gains most", null="there is no shift"),
            column("sd", pa.float64(), "standard deviation of what the summer leaves open of the strength", "points",
                   null="there is no shift"),
        ]),
        True, "each team before its first game: what is back of last season and what the roster is worth",
    ),
}  # fmt: skip
