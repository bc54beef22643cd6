"""What the launcher of a training job and the job itself agree on: the files of its channel, and its metrics.

a league's games and reference tables -> channel -> files of Parquet in a folder -> read_channel -> the same tables
a number -> metric_line -> the job's log -> the regex of metric_definitions -> the number
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from hoops.contract import DATASETS
from hoops.errors import MadnessError
from hoops.games.leagues import League
from hoops.schemas import GAMES, completed
from lake import parquet
from lake.content import rows_digest
from lake.entries import digest

GAMES_FILE = "games.parquet"
PLAYERS = ("PlayerSeasons", "Rosters", "PlayerGames")
# What training can use besides the games, of the reference and of players.
REFERENCE = ("NCAATourneySeeds", "TeamConferences", "GameCities", "Cities", *PLAYERS)
# By name, as a training job shows them, and what they are.
METRICS = {
    "search:loss": "weighted log loss of the best constants found so far",
    "validation:log_loss": "of the validation seasons, by epoch",
    "test:log_loss": "of the games from the cut on",
    "test:brier": "Brier score of the games from the cut on",
    "test:log_loss_less_statespace": "log loss less that of the state-space model on the same games",
    "train:gpus": "GPUs that computed: 0 on an instance that has one means that torch cannot use it",
    "train:games_per_second": "games, each as often as an epoch sees it, over the seconds of training",
}


def channel(games: pa.Table, reference: Mapping[str, pa.Table]) -> dict[str, bytes]:
    """The files of a training job's channel by name, from `GAMES` and reference tables by dataset.

    Equal tables give equal bytes in one environment; datasets that training cannot use are left out.
    """
    tables = {name: reference[name] for name in REFERENCE if name in reference and reference[name].num_rows}
    return {GAMES_FILE: parquet.encode(games, GAMES)} | {
        f"{name}.parquet": parquet.encode(table, DATASETS[name].schema) for name, table in tables.items()
    }


def players_digest(tables: Mapping[str, pa.Table]) -> str:
    """Changes with the rows of `PLAYERS`, by dataset; empty where there are none."""
    rows = {name: tables[name] for name in PLAYERS if tables[name].num_rows or name != "PlayerGames"}
    return digest(map(rows_digest, rows.values())) if any(one.num_rows for one in rows.values()) else ""


def is_channel(folder: Path) -> bool:
    """Whether a folder holds what `channel` made, and not files of the contract."""
    return (folder / GAMES_FILE).is_file()


def read_channel(folder: Path, league: League) -> tuple[pa.Table, dict[str, pa.Table]]:
    """Games (`GAMES`), and every dataset of `REFERENCE` by name, empty where the channel has none.

    Raises
    ------
    MadnessError
        A file is no Parquet, lacks a column, or holds another league's games.
    """
    games = _read(folder / GAMES_FILE, GAMES)
    ids = pc.min_max(games["team1_id"]).as_py().values() if games.num_rows else ()
    if any(one not in league.team_ids for one in ids):
        raise MadnessError(
            f"{folder / GAMES_FILE} holds teams {', '.join(map(str, ids))}, and not only those of league {league} "
            f"({league.team_ids[0]}-{league.team_ids[-1]}): give the channel and the hyperparameter of one league"
        )
    return games, {
        name: _read(file, DATASETS[name].schema) if file.is_file() else DATASETS[name].schema.empty_table()
        for name, file in ((name, folder / f"{name}.parquet") for name in REFERENCE)
    }


def metric_line(name: str, value: float) -> str:
    """How the job says a number, so that `metric_definitions` find it.

    >>> metric_line("test:brier", 0.1875)
    'metric test:brier=0.1875'
    """
    if name not in METRICS:
        raise ValueError(f"no metric {name}; there are {', '.join(METRICS)}")
    return f"metric {name}={value:.8g}"


def metric_definitions() -> list[dict[str, str]]:
    """`AlgorithmSpecification.MetricDefinitions` of a training job."""
    return [{"Name": name, "Regex": rf"metric {re.escape(name)}=([-+.0-9e]+)"} for name in METRICS]


def _read(file: Path, schema: pa.Schema) -> pa.Table:
    try:
        return completed(parquet.decode(file.read_bytes()), schema)
    except (parquet.Unreadable, KeyError, pa.ArrowException) as error:
        raise MadnessError(f"{file} is not what a training channel holds: {error}") from error
