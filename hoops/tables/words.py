"""Numbers as words: names of teams, players, events and areas, dictionary-encoded, each asked for once a season."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hoops.games.leagues import AWAY, HOME, NEUTRAL, Kind, League
from hoops.games.reference import Reference
from hoops.plays.periods import period_name, periods, regular_periods
from hoops.plays.stretch import Stretch
from hoops.plays.vocabulary import Codes, area_name, detail_name, event_name
from hoops.schemas import PLAY_TABLES

Columns = dict[str, Any]
Spread = Callable[[npt.NDArray], npt.NDArray]  # from what each of some things has to what each row has
SITES = {HOME: "home", NEUTRAL: "neutral", AWAY: "away"}
_CODE = 7  # bits
_DENSE = 2**18  # numbers below it have a place in a table
_NEW, _NONE = -2, -1


class Words:
    """The words of some kind of number, in one dictionary that grows with the numbers that are met.

    word: the word of a number; None where there is none, which is null. Two numbers may have the same word.
    """

    def __init__(self, word: Callable[[int], str | None]) -> None:
        self._word = word
        self._places = np.full(0, _NEW, np.int32)
        self._words: dict[str, int] = {}
        self._dictionary = pa.array([], pa.string())
        self._has_none = False

    def of(self, numbers: npt.NDArray, spread: Spread = np.asarray) -> pa.DictionaryArray:
        """The word of each number, (n,); numbers are not negative. spread: makes of them what each row has.

        >>> Words("abc".__getitem__).of(np.array([2, 0, 2])).to_pylist()
        ['c', 'a', 'c']
        """
        index = spread(self._index(numbers))
        if len(self._dictionary) < len(self._words):
            self._dictionary = pa.array(list(self._words), pa.string())
        missing = index < 0 if self._has_none else None
        return pa.DictionaryArray.from_arrays(pa.array(index, mask=missing), self._dictionary, safe=False)

    def _index(self, numbers: npt.NDArray) -> npt.NDArray[np.int32]:
        """Place in the dictionary of each number's word, (n,)."""
        most = int(numbers.max(initial=0))
        if most >= _DENSE:
            unique, at = np.unique(numbers, return_inverse=True)
            return np.array([self._place(number) for number in unique.tolist()], np.int32)[at]
        if most >= len(self._places):
            more = np.full(max(most + 1, 2 * len(self._places)) - len(self._places), _NEW, np.int32)
            self._places = np.concatenate([self._places, more])
        index = self._places[numbers]
        if index.min(initial=0) == _NEW:
            for number in np.unique(numbers[index == _NEW]).tolist():
                self._places[number] = self._place(number)
            index = self._places[numbers]
        return index

    def _place(self, number: int) -> int:
        word = self._word(number)
        if word is None:
            self._has_none = True
            return _NONE
        return self._words.setdefault(word, len(self._words))


class SeasonWords:
    """Names, dates and words for the tables of a season's plays.

    players: names by player. events, details: the codes of the plays, as who reads them keeps them.
    """

    def __init__(
        self,
        league: League,
        season: int,
        reference: Reference,
        players: Mapping[int, str],
        events: Codes,
        details: Codes,
    ) -> None:
        self._season, self._reference, self._players = season, reference, players
        self._events, self._details = events, details
        self.regular = regular_periods(league, season)
        self._teams = Words(reference.team_name)
        self._named = Words(lambda one: self._player_name(one) if one else None)
        self._event = Words(lambda one: event_name(events.names[one]))
        self._detail = Words(lambda one: detail_name(events.names[one >> _CODE], details.names[one & (1 << _CODE) - 1]))
        self._area = Words(area_name)
        self._period = Words(lambda one: period_name(int(periods(np.array(one), self.regular)), self.regular))
        self._site = Words(lambda one: SITES[one - 1])

    def pairing(self, plays: Stretch, spread: Spread = np.asarray) -> Columns:
        """Day and teams of each game; or of rows, if `spread` makes of what each game has what each row has."""
        days, at = np.unique(plays.day, return_inverse=True)
        dates = np.array(self._reference.dates(self._season, days.tolist()), "datetime64[D]")
        columns: Columns = {"day": spread(plays.day), "date": pa.array(spread(dates[at]), pa.date32())}
        for side, team in ((1, plays.team1), (2, plays.team2)):
            columns[f"team{side}_id"] = spread(team)
            columns[f"team{side}_name"] = self._teams.of(team, spread)
        return columns

    def who(self, team: npt.NDArray, player: npt.NDArray | None = None, spread: Spread = np.asarray) -> Columns:
        """Team, and player where there is one; player 0 is null. spread: makes of the teams those of the rows."""
        columns: Columns = {"team_id": spread(team), "team_name": self._teams.of(team, spread)}
        if player is not None:
            columns["player_id"] = pa.array(player, pa.int32(), mask=player == 0)
            columns["player_name"] = self._named.of(player)
        return columns

    def players(self, player: npt.NDArray) -> pa.DictionaryArray:
        return self._named.of(player)

    def what(self, event: npt.NDArray, detail: npt.NDArray, area: npt.NDArray) -> Columns:
        return {
            "event": self.events(event),
            "detail": self._detail.of(event.astype(np.int64) << _CODE | detail),
            "area": self.areas(area),
        }

    def events(self, event: npt.NDArray) -> pa.DictionaryArray:
        return self._event.of(event)

    def areas(self, area: npt.NDArray) -> pa.DictionaryArray:
        return self._area.of(area)

    def periods(self, seconds: npt.NDArray) -> pa.DictionaryArray:
        return self._period.of(seconds)

    def sites(self, site: npt.NDArray, spread: Spread = np.asarray) -> pa.DictionaryArray:
        """home, neutral or away, of +1, 0 and -1. spread: makes of them those of the rows."""
        return self._site.of(site + 1, spread)

    def kinds(self, kind: npt.NDArray[np.str_]) -> pa.DictionaryArray:
        words = list(Kind)
        return pa.DictionaryArray.from_arrays(
            pa.array([words.index(Kind(one)) for one in kind.tolist()], pa.int32()), pa.array(words, pa.string())
        )

    def dates(self, days: npt.NDArray) -> pa.Array:
        unique, place = np.unique(days, return_inverse=True)
        return pa.array(self._reference.dates(self._season, unique.tolist()), pa.date32()).take(pa.array(place))

    def _player_name(self, player: int) -> str:
        return self._players.get(player) or f"Player {player}"


def batch(name: str, columns: Mapping[str, Any], rows: npt.NDArray[np.intp] | None = None) -> pa.RecordBatch:
    """A piece of a table from columns by name, or some rows of them."""
    schema = PLAY_TABLES[name].schema
    take = None if rows is None else pa.array(rows)

    def of(field: pa.Field) -> pa.Array:
        column = columns[field.name]
        if isinstance(column, np.ndarray):
            return pa.array(column if rows is None else column[rows], field.type)
        return column if take is None else column.take(take)

    return pa.RecordBatch.from_arrays([of(field) for field in schema], schema=schema)
