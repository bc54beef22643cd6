"""The games of a league, and what belongs to them, from a folder of Kaggle's files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from hoops.contract import parse, read
from hoops.errors import MadnessError
from hoops.leagues import League
from hoops.merge import Statement, merge
from hoops.surroundings import Surroundings
from hoops.travel import located


@dataclass(frozen=True)
class LeagueGames:
    """games: `hoops.schemas.GAMES`, in order of play, with city_id where the folder tells cities. seeds: season, seed,
    team_id; None if the folder has none."""

    games: pa.Table
    surroundings: Surroundings
    seeds: pa.Table | None


def read_league(folder: Path, league: League) -> LeagueGames:
    """Read all results of a league, its conferences, seeds and cities.

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
    files = {
        name: folder / f"{league.value}{name}.csv" for name in ("TeamConferences", "NCAATourneySeeds", "GameCities")
    }
    files["Cities"] = folder / "Cities.csv"
    tables = {name: read(parse(file.name), file.read_bytes()).table for name, file in files.items() if file.is_file()}
    games = located(merge(statements), tables.get("GameCities"))
    return LeagueGames(games, Surroundings.of(tables), tables.get("NCAATourneySeeds"))
