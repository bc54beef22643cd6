"""The games to come, as the ledger has them: the newest list of each season, less what was retracted since."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hoops.contract import merge
from hoops.contract.merge import Statement
from hoops.games.identity import without
from hoops.games.leagues import League
from hoops.games.moment import START, Moment
from hoops.schemas import FIXTURES
from lake.heads import Head
from lake.ledger import RETRACTIONS, DayEntries, Entry, Ledger, digest, statements
from lake.players import Players

OVERDUE = 7  # days for which a fixture without a result is still shown; results can be late


class Schedule:
    """Entries of a league, listed at most once, so that everything read through it agrees."""

    def __init__(self, league: League, ledger: Ledger) -> None:
        self._league, self._ledger = league, ledger
        self._days: dict[int, list[DayEntries]] = {}
        self._lists: dict[int, Entry] | None = None
        self._fixtures: dict[int, _ByDay] = {}

    @cached_property
    def players(self) -> Players:
        """What players' files say."""
        return self._ledger.players(self._league)

    def days(self, season: int) -> list[DayEntries]:
        """Days of a season that have games."""
        return [day for day in self._listed(season) if day.has_games]

    def inputs(self, head: Head, in_charge: str) -> str:
        """Digest of what forecasts of games to come are made from: the state, lists, retractions, players.

        in_charge: digest of who forecasts which day. Empty where there is neither a game nor a list.
        """
        position = head.position or START
        open_lists = {season: entry for season, entry in self._fixture_lists().items() if season >= position[0]}
        retracted = [entry for season in sorted(open_lists) for entry in self._retracted(season)]
        keys = [entry.key for entry in (*open_lists.values(), *retracted)]
        # Of a season that has begun, the state knows the players.
        players = [self.players.digest(season) for season in sorted(open_lists) if season > position[0]]
        stated = [str(position), in_charge, *keys, *filter(None, players)]
        return digest(stated) if keys or head.position else ""

    def is_behind(self, head: Head) -> bool:
        """True while the ledger has days after the head's, whose results every forecast should know."""
        position = head.position or START
        seasons = [season for season in self._ledger.seasons(self._league) if season >= position[0]]
        return any(
            (season, day.day) > position and head.empty.get(season, {}).get(day.day) != day.digest
            for season in seasons
            for day in self.days(season)
        )

    def of_season(self, season: int) -> pa.Table:
        """The fixtures of a season (`FIXTURES`), played or not."""
        return self._of_season(season).rows

    def of_day(self, season: int, day: int) -> pa.Table:
        return self._of_season(season).on(day)

    def to_come(self, position: Moment | None, games: pa.Table) -> pa.Table:
        """Fixtures on days not yet reached, and those of the last days that are not among the season's games."""
        season, day = position or START
        parts = [FIXTURES.empty_table()]
        for one in sorted(self._fixture_lists()):
            if one > season:
                parts.append(self.of_season(one))
            elif one == season:
                rows = self.of_season(one)
                parts.append(without(rows.filter(pc.greater_equal(rows["day"], day - OVERDUE)), games))
        return pa.concat_tables(parts).combine_chunks()

    def _of_season(self, season: int) -> _ByDay:
        """Merged once, however many days are folded."""
        if season not in self._fixtures:
            self._fixtures[season] = _ByDay(self._merged(season))
        return self._fixtures[season]

    def _merged(self, season: int) -> pa.Table:
        entry = self._fixture_lists().get(season)
        if entry is None:
            return FIXTURES.empty_table()
        (rows,) = self._ledger.read([entry])
        listed = Statement(entry.version, entry.content, games=rows)
        return merge.open_fixtures([listed, *statements(self._ledger, self._retracted(season))])

    def _listed(self, season: int) -> list[DayEntries]:
        if season not in self._days:
            self._days[season] = self._ledger.days(self._league, season, self.players)
        return self._days[season]

    def _retracted(self, season: int) -> list[Entry]:
        return [entry for day in self._listed(season) for entry in day.entries if entry.sort == RETRACTIONS]

    def _fixture_lists(self) -> dict[int, Entry]:
        if self._lists is None:
            self._lists = self._ledger.fixtures(self._league)
        return self._lists


class _ByDay:
    """Rows sorted by day, and where each day begins."""

    def __init__(self, rows: pa.Table) -> None:
        self.rows = rows.combine_chunks()
        self._days = self.rows["day"].to_numpy()

    def on(self, day: int) -> pa.Table:
        start, stop = np.searchsorted(self._days, [day, day + 1])
        return self.rows.slice(start, stop - start)
