"""The games of a league, and what belongs to them, from a folder of the contract's files."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from hoops.games.leagues import League
from hoops.games.surroundings import Surroundings
from hoops.knowledge.homes import located
from lake.folder import Folder, read_folder

log = logging.getLogger("read")


@dataclass(frozen=True)
class LeagueGames:
    """games: `hoops.schemas.GAMES`, in order of play, with city_id where the folder tells cities. seeds: season, seed,
    team_id; None if the folder has none."""

    games: pa.Table
    surroundings: Surroundings
    seeds: pa.Table | None

    @classmethod
    def of(cls, folder: Folder, league: League) -> LeagueGames:
        """What a folder that was read says of a league."""
        files = folder.leagues[league]
        tables = files.reference | folder.shared
        seeds = files.seeds if files.seeds.num_rows else None
        return cls(located(files.games, tables["GameCities"]), Surroundings.of(tables), seeds)


def read_league(folder: Path, league: League) -> LeagueGames:
    """Read all results of a league, its conferences, seeds and cities; near misses among the files are logged.

    Raises
    ------
    MadnessError
        The folder has no results of the league.
    Rejected
        A file is bad.
    """
    read = read_folder(folder, (league,))
    for text in (*read.remarks, *read.warnings):
        log.warning("%s", text)
    return LeagueGames.of(read, league)
