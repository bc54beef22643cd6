"""Who beats whom in each game that a bracket can bring, forecast on one morning for the day and the site of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from hoops import knowledge
from hoops.arrays import Floats, find
from hoops.brackets.facts import Facts
from hoops.brackets.odds import odds
from hoops.brackets.schedule import Schedule
from hoops.brackets.tree import Bracket
from hoops.forecast.match import forecast
from hoops.forecast.model import Model
from hoops.games.matchups import Matchups
from hoops.knowledge import Knowledge
from hoops.knowledge.parameters import Parameters


@dataclass(frozen=True, eq=False)
class ToCome:
    """Games of one round and day that can be.

    rows: places in `Bracket.games`, (k,). matchups: the team of the strong side first. played: day of the game before,
    by team (id) that has one to win yet.
    """

    day: int
    rows: npt.NDArray[np.intp]
    matchups: Matchups
    played: dict[int, int]

    def morning(self, known: Knowledge, season: int, parameters: Parameters) -> Knowledge:
        """What is known, on the morning of the games: nothing more, but that their teams have played in between."""
        before = knowledge.advance(known, season, self.day, parameters)
        place, there = find(before.sums.teams, np.array(list(self.played), np.int32))
        last_day = before.sums.last_day.copy()
        last_day[place[there]] = np.array(list(self.played.values()), np.int16)[there]
        return replace(before, sums=replace(before.sums, last_day=last_day))


def chances(bracket: Bracket, when: Schedule, told: Facts, known: Knowledge, model: Model) -> Floats:
    """Probability 0-1 that the team of the strong side wins each game of `Bracket.games`, float64 (m,).

    What is known is moved on to the day of each game; games that cannot be any more are 0.5.

    Parameters
    ----------
    told : Facts
        Who has won so far.
    known : Knowledge
        On the evening of `told.as_of`.

    Raises
    ------
    ValueError
        `known` knows of games after the first of them.
    """
    found = np.full(len(bracket.games), 0.5)
    for part in to_come(bracket, when, told):
        before = part.morning(known, bracket.season, model.parameters)
        found[part.rows] = forecast(before, part.matchups, model).probability
    return found


def to_come(bracket: Bracket, when: Schedule, told: Facts) -> Iterator[ToCome]:
    """The games that can still be, by round and day."""
    games, host = bracket.games, sites(bracket, when)
    possible = odds(bracket, np.full(len(games), 0.5), told.won).meetings > 0.0
    number = {slot.name: row for row, slot in enumerate(bracket.slots)}
    groups: dict[tuple[int, int], list[int]] = {}
    for slot in bracket.slots:
        if slot.name not in told.won:
            groups.setdefault((slot.round, when.day[slot.name]), []).append(number[slot.name])
    for (_, day), slots in sorted(groups.items()):
        rows = np.flatnonzero(possible & np.isin(games.slot, slots))
        before = [feed for row in slots for feed in (bracket.slots[row].strong, bracket.slots[row].weak)]
        played = {
            int(bracket.teams[row]): when.day[feed]
            for feed in before
            if feed in bracket.slot and feed not in told.won
            for row in bracket.entrants(bracket.slot[feed])
        }
        strong, weak = (bracket.teams[side[rows]] for side in (games.strong, games.weak))
        yield ToCome(day, rows, Matchups(strong, weak, host[rows]), played)


def sites(bracket: Bracket, when: Schedule) -> npt.NDArray[np.int8]:
    """Site of each game of `Bracket.games`, as seen by the team of the strong side, (m,)."""
    games = bracket.games
    host = np.array([when.host.get(slot.name, -1) for slot in bracket.slots])[games.slot]
    at_strong, at_weak = (bracket.teams[side] == host for side in (games.strong, games.weak))
    found: npt.NDArray[np.int8] = at_strong.astype(np.int8) - at_weak.astype(np.int8)
    return found
