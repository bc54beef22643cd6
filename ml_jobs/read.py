"""The games of a league, and what belongs to them, from a folder of the contract's files or a job's channel."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from hoops.games.identity import in_order_of_play
from hoops.games.leagues import League
from hoops.games.surroundings import Surroundings
from hoops.knowledge.homes import located
from hoops.players import Squads
from lake.content import rows_digest
from lake.folder import Folder, read_folder
from lake.training import is_channel, read_channel

log = logging.getLogger("read")


@dataclass(frozen=True)
class LeagueGames:
    """games: `hoops.schemas.GAMES`, in order of play, with city_id where the folder tells cities. seeds: season, seed,
    team_id; None if the folder has none."""

    games: pa.Table
    surroundings: Surroundings
    seeds: pa.Table | None
    squads: Squads = field(default_factory=Squads.empty)

    @classmethod
    def of(cls, folder: Folder, league: League) -> LeagueGames:
        """What a folder that was read says of a league."""
        files = folder.leagues[league]
        return cls.from_tables(files.games, files.reference | files.players | folder.shared)

    @classmethod
    def from_tables(cls, games: pa.Table, reference: Mapping[str, pa.Table]) -> LeagueGames:
        """From games (`GAMES`) and reference tables by dataset, `lake.training.REFERENCE` among them."""
        seeds = reference["NCAATourneySeeds"]
        ordered = in_order_of_play(located(games, reference["GameCities"]))
        squads = Squads.of(reference["PlayerSeasons"], reference["Rosters"], reference["PlayerGames"])
        return cls(ordered, Surroundings.of(reference), seeds if seeds.num_rows else None, squads)

    @cached_property
    def digest(self) -> str:
        """Changes with every game and every fact about it."""
        around = self.surroundings
        hashed = hashlib.sha256(rows_digest(self.games).encode())
        if self.seeds is not None:
            hashed.update(rows_digest(self.seeds).encode())
        for season, (teams, codes) in sorted(around.conferences.by_season.items()):
            hashed.update(str(season).encode() + teams.tobytes() + codes.tobytes())
        for one in (around.places.city, around.places.latitude, around.places.longitude):
            hashed.update(one.tobytes())
        if self.squads:
            for table in (self.squads.seasons, self.squads.rosters):
                hashed.update(rows_digest(table).encode())
        if len(self.squads.games):
            for column in fields(self.squads.games):
                hashed.update(getattr(self.squads.games, column.name).tobytes())
        return hashed.hexdigest()[:20]


def read_league(folder: Path, league: League) -> LeagueGames:
    """Read all results of a league, its conferences, seeds and cities; near misses among the files are logged.

    folder: of the contract's files, or the channel of a training job (`lake.training`).

    Raises
    ------
    MadnessError
        The folder has no results of the league.
    Rejected
        A file is bad.
    """
    if is_channel(folder):
        return LeagueGames.from_tables(*read_channel(folder, league))
    read = read_folder(folder, (league,))
    for text in (*read.remarks, *read.warnings):
        log.warning("%s", text)
    return LeagueGames.of(read, league)
