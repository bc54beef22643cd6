"""Arrow schemas: every column with its description and unit, in one place.

    columns  what a column and a table are        games  what the ledger holds and the fold keeps
    league   tables made of what the fold keeps   plays  tables made of play-by-play
    brackets tables of the NCAA tournament and the way there
    players  what players' files say, and tables made of it

`GAMES` is what the ledger holds and the fold reads. `PUBLISHED` are the tables of the dashboard bucket. The partition
columns `league` and `season` stand in the key (`results/league=M/season=2024/part.parquet`) and not in the file, so
that Athena, DuckDB, Spark and pandas all read the folder as it is.
"""

from hoops.schemas.brackets import BRACKET_TABLES
from hoops.schemas.columns import (
    DATE,
    DAY,
    KIND,
    NAME1,
    NAME2,
    SEASON,
    SITE,
    TEAM1,
    TEAM2,
    Published,
    column,
    completed,
)
from hoops.schemas.games import (
    BOX_COLUMNS,
    BOX_TITLES,
    FIXTURES,
    GAMES,
    ISSUED,
    PENDING,
    PREDICTED,
    RATED,
)
from hoops.schemas.league import LEAGUE_TABLES
from hoops.schemas.players import CLASSES, PLAYER_GAMES, PLAYER_SEASONS, ROSTER_TABLES, ROSTERS
from hoops.schemas.plays import PLAY_TABLES, ROWS

PUBLISHED: dict[str, Published] = LEAGUE_TABLES | ROSTER_TABLES | BRACKET_TABLES | PLAY_TABLES

__all__ = [
    "BOX_COLUMNS", "BOX_TITLES", "BRACKET_TABLES", "CLASSES", "DATE", "DAY", "FIXTURES", "GAMES", "ISSUED", "KIND",
    "LEAGUE_TABLES", "NAME1", "NAME2", "PENDING", "PLAYER_GAMES", "PLAYER_SEASONS", "PLAY_TABLES", "PREDICTED",
    "PUBLISHED", "RATED", "ROSTERS", "ROSTER_TABLES", "ROWS", "SEASON", "SITE", "TEAM1", "TEAM2", "Published", "column",
    "completed",
]  # fmt: skip
