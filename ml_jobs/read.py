"""The games of a league, and what belongs to them, from a folder of Kaggle's files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from hoops.contract import parse, read
from hoops.errors import MadnessError
from hoops.leagues import League
from hoops.merge import Statement, merge
from hoops.team_features import Conferences


@dataclass(frozen=True)
class LeagueGames:
    """games: `hoops.schemas.GAMES`, in order of play. seeds: season, seed, team_id; None if the folder has none."""

    games: pa.Table
    conferences: Conferences
    seeds: pa.Table | None


def read_league(folder: Path, league: League) -> LeagueGames:
    """Read all results of a league, its conferences and its seeds.

    Raises
    ------
    MadnessError
        The folder has no results of the league.
    Rejected
        A file is bad.
    """
    statements = []
    for file in sorted(folder.glob(f"{league.value}*Results*.csv*")):
        accepted = read(parse(file.name), file.read_bytes())
        statements.append(Statement(accepted.name.timestamp or "", file.name, games=accepted.table))
    if not statements:
        expected = f"{league.value}RegularSeasonCompactResults.csv"
        raise MadnessError(f"{folder} has no {league.label.lower()}'s results, such as {expected}")
    conferences, seeds = (_reference(folder, league, name) for name in ("TeamConferences", "NCAATourneySeeds"))
    return LeagueGames(merge(statements), Conferences.of(conferences), seeds)


def _reference(folder: Path, league: League, dataset: str) -> pa.Table | None:
    file = folder / f"{league.value}{dataset}.csv"
    return read(parse(file.name), file.read_bytes()).table if file.is_file() else None
