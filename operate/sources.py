"""What is known of a league at a moment, and its names: from the files of a folder, or from what a stage has folded.

folder: its files -> every day up to the moment, folded
stage:  the newest state not after the moment -> days of the ledger since, folded
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hoops import knowledge
from hoops.contract.merge import merge
from hoops.forecast.fold import learn
from hoops.forecast.model import Model, shipped
from hoops.games.leagues import SELECTION_SUNDAY, League
from hoops.games.matchups import Matchups
from hoops.games.moment import START, Moment
from hoops.knowledge import Knowledge
from hoops.knowledge import homes as where
from hoops.knowledge.homes import located
from hoops.knowledge.parameters import Parameters
from hoops.players import Appearances, Squads
from lake.folder import read_folder
from lake.heads import Lost
from lake.lake import Lake
from lake.ledger import player_games, reference_tables, statements
from lake.registry import Charge
from lake.retry import retrying
from lake.schedule import Schedule

DATASETS = (
    "Teams", "TeamSpellings", "Seasons", "Cities", "GameCities", "TeamConferences",
    "NCAATourneySeeds", "NCAATourneySlots", "NCAATourneySeedRoundSlots",
    "ConferenceTourneyGames", "ConferenceTourneySeeds", "ConferenceTourneySlots",
)  # fmt: skip
Progress = Callable[[int, int], None]


class Source(Protocol):
    """Where games and names come from, of one league."""

    def model_on(self, moment: Moment) -> Model:
        """The model that forecasts a day here."""

    def reference(self) -> Mapping[str, pa.Table]:
        """Reference tables by dataset name."""

    def last(self) -> Moment | None:
        """The last day with games that hold; None if there is none."""

    def known(self, through: Moment, progress: Progress) -> Knowledge:
        """What all days up to and including one have told the model that forecasts the next."""

    def games(self, season: int) -> pa.Table:
        """The games of a season that hold, `hoops.schemas.GAMES`."""

    def fixtures(self, season: int) -> pa.Table:
        """The fixtures of a season, played or not, `hoops.schemas.FIXTURES`."""

    def squads(self) -> Squads:
        """What players' files say. To be asked for where a season begins alone: on a stage it is read then."""


class FolderSource:
    """The files of a folder; the model that ships forecasts them."""

    def __init__(self, folder: Path, league: League) -> None:
        self._folder, self._league = folder, league

    def model_on(self, moment: Moment) -> Model:
        return shipped(self._league)

    def reference(self) -> Mapping[str, pa.Table]:
        return self._read.leagues[self._league].reference | self._read.shared

    def last(self) -> Moment | None:
        games = self._read.leagues[self._league].games
        return (int(games["season"][-1].as_py()), int(games["day"][-1].as_py())) if games.num_rows else None

    def known(self, through: Moment, progress: Progress) -> Knowledge:
        games = located(self._read.leagues[self._league].games, self.reference()["GameCities"])
        season, day = through
        before = pc.or_(
            pc.less(games["season"], season),
            pc.and_(pc.equal(games["season"], season), pc.less_equal(games["day"], day)),
        )
        parameters = shipped(self._league).parameters
        appeared = self.squads().games
        return _learn(knowledge.initial(parameters), games.filter(before), parameters, progress, self.squads, appeared)

    def games(self, season: int) -> pa.Table:
        games = self._read.leagues[self._league].games
        return games.filter(pc.equal(games["season"], season))

    def fixtures(self, season: int) -> pa.Table:
        fixtures = self._read.leagues[self._league].fixtures
        return fixtures.filter(pc.equal(fixtures["season"], season))

    def squads(self) -> Squads:
        found: Squads = self._read.squads(self._league)
        return found

    @cached_property
    def _read(self) -> Any:
        return read_folder(self._folder, (self._league,))


class LakeSource:
    """What a stage has accepted and folded, and the model in charge there."""

    def __init__(self, lake: Lake, league: League) -> None:
        self._lake, self._league = lake, league

    def model_on(self, moment: Moment) -> Model:
        return self._charge.on(moment)

    def reference(self) -> Mapping[str, pa.Table]:
        return self._reference

    def last(self) -> Moment | None:
        ledger = self._lake.ledger
        newest_first = (
            day
            for season in reversed(ledger.seasons(self._league))
            for day in reversed(ledger.days(self._league, season))
        )
        # Entries alone do not tell: a file may have stated games all of which were retracted since.
        holds = (day for day in newest_first if day.has_games and merge(statements(ledger, day.entries)).num_rows)
        return next(((day.season, day.day) for day in holds), None)

    def known(self, through: Moment, progress: Progress) -> Knowledge:
        known = retrying(lambda: self._known(through, progress))
        # The ledger's games carry no cities; where teams are at home is told by the cities of all games before.
        cities = self._reference.get("GameCities")
        return known if cities is None else _with_homes(known, cities, through)

    def games(self, season: int) -> pa.Table:
        ledger = self._lake.ledger
        return merge(statements(ledger, [entry for day in ledger.days(self._league, season) for entry in day.entries]))

    def fixtures(self, season: int) -> pa.Table:
        return Schedule(self._league, self._lake.ledger).of_season(season)

    def squads(self) -> Squads:
        return self._lake.ledger.players(self._league).squads

    def _known(self, through: Moment, progress: Progress) -> Knowledge:
        heads, ledger, parameters = self._lake.heads(self._charge.engine), self._lake.ledger, self._charge.parameters
        head, etag = heads.read(self._league)
        kept = {(season, one.last_day): one.snapshot for season, one in head.seasons.items()}
        kept |= {(season, SELECTION_SUNDAY): one.selection for season, one in head.seasons.items()
                 if one.selection and one.last_day > SELECTION_SUNDAY}  # fmt: skip
        kept |= {(head.season or 0, day): key for day, key in head.snapshots.items()}
        # What was stated since the head was folded counts: no state that knows less of an earlier day will do.
        history = ledger.history(self._league)
        changed = [(season, day) for season, days in history.items()
                   for day in head.unlike(season, {one.day: one.digest for one in days if one.has_games})]  # fmt: skip
        usable = [moment for moment in kept if moment <= through and all(moment < one for one in changed)]
        start, known = START, knowledge.initial(parameters)
        for moment in sorted(usable, reverse=True):
            try:
                with heads.as_of(self._league, etag):
                    start, known = moment, heads.read_known(kept[moment])
                break
            except Lost:
                continue  # an older state does as well, and takes longer
        days = [day for season, days in history.items() for day in days if start < (season, day.day) <= through]
        entries = [entry for day in days for entry in day.entries]
        appeared = Appearances.of(player_games(ledger, entries))
        return _learn(known, merge(statements(ledger, entries)), parameters, progress, self.squads, appeared)

    @cached_property
    def _charge(self) -> Charge:
        return self._lake.registry.charge(self._league)

    @cached_property
    def _reference(self) -> dict[str, pa.Table]:
        entries = self._lake.ledger.reference(self._league)
        return reference_tables(self._lake.ledger, {name: entries[name] for name in DATASETS if name in entries})


def _learn(
    known: Knowledge,
    games: pa.Table,
    parameters: Parameters,
    progress: Progress,
    squads: Callable[[], Squads],
    appeared: Appearances,
) -> Knowledge:
    first, last = (games["season"][place].as_py() if games.num_rows else 0 for place in (0, -1))
    begins = known.is_before(last) or first < last
    done = 0
    said = replace(squads() if begins else Squads.empty(), games=appeared)
    for day, after in learn(games, parameters, known, said):
        known, done = after, done + day.games.num_rows
        progress(done, games.num_rows)
    return known


def _with_homes(known: Knowledge, cities: pa.Table, through: Moment) -> Knowledge:
    when = cities["season"].to_numpy().astype(np.int64) * 1000 + cities["day"].to_numpy()
    before = cities.filter(pa.array(when <= through[0] * 1000 + through[1]))
    played = Matchups.of(before.append_column("site", pa.array(np.zeros(before.num_rows, np.int8))))
    homes = where.update(where.initial(), played)
    return replace(known, homes=homes)
