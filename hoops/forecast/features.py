"""What a scorer sees of a game: differences of the two teams, from the state before the day and nothing else.

    what is known on the morning of a day + pairings -> excerpt -> values, context

An excerpt is taken of `hoops.knowledge.known` and pairings and of no result: it could not peek. Every value changes its
sign, exactly, when the teams are swapped; the context of a game is the same either way. What is not known of either
team leaves a difference of 0, which is neutral, and an indicator says on whose side it is missing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hoops import knowledge
from hoops.arrays import Bools, Floats
from hoops.forecast import excerpt
from hoops.forecast.excerpt import Excerpt
from hoops.forecast.feature_list import CONTEXT, NAMES, RETIRED
from hoops.forecast.team_features import side_of
from hoops.games.identity import in_order_of_play
from hoops.games.matchups import Matchups
from hoops.games.results import Results
from hoops.games.surroundings import Places, Surroundings
from hoops.knowledge import Knowledge, efficiency, statespace
from hoops.knowledge.parameters import Parameters
from hoops.players import Squads


@dataclass(frozen=True, eq=False)
class Described:
    """Games as a scorer sees them.

    offset : float64 (m,), log-odds of team 1 by the state-space model. values : float64 (m, len(names)).
    context : float64 (m, len(CONTEXT)). margin, margin_sd : float64 (m,), margin expected by the state-space model
    and its standard deviation (points). names : the features that `values` has, in its order.
    """

    offset: Floats
    values: Floats
    context: Floats
    margin: Floats
    margin_sd: Floats
    names: tuple[str, ...] = NAMES

    def __len__(self) -> int:
        return len(self.offset)

    def rows(self, chosen: slice | npt.NDArray) -> Described:
        arrays: dict[str, Any] = {name: getattr(self, name)[chosen] for name in _ARRAYS}
        return replace(self, **arrays)

    def columns(self, names: Sequence[str]) -> Floats:
        """The values of some features, (m, len(names)); of a retired one 0."""
        if tuple(names) == self.names:
            return self.values
        found = self.values[:, [self.names.index(one) for one in names if one not in RETIRED]]
        retired = [place - before for before, place in enumerate(np.flatnonzero(np.isin(names, RETIRED)))]
        return np.insert(found, retired, 0.0, axis=1) if retired else found

    def only(self, names: Sequence[str]) -> Described:
        """The same games with the values of some features alone."""
        return replace(self, values=self.columns(names), names=tuple(names))

    @classmethod
    def room(cls, m: int, names: Sequence[str] = NAMES) -> Described:
        """Room for m games, to be `put` there: tens of thousands lie in memory once."""
        nothing = (np.empty(m), np.empty((m, len(names))), np.empty((m, len(CONTEXT))), np.empty(m), np.empty(m))
        return cls(*nothing, tuple(names))

    def put(self, start: int, part: Described) -> None:
        """Write the games of a part with the same features over those from a row on."""
        for name in _ARRAYS:
            getattr(self, name)[start : start + len(part)] = getattr(part, name)

    @staticmethod
    def joined(parts: Sequence[Described]) -> Described:
        """The games of all parts, of which there is at least one, one part after the other."""
        arrays: dict[str, Any] = {name: np.concatenate([getattr(one, name) for one in parts]) for name in _ARRAYS}
        return replace(parts[0], **arrays)


_ARRAYS = ("offset", "values", "context", "margin", "margin_sd")
_TOGETHER = 1024  # games at least that are described at once: enough to spread the cost of a call


def describe(
    before: Knowledge,
    matchups: Matchups,
    parameters: Parameters,
    surroundings: Surroundings | None = None,
    past: Bools | None = None,
) -> Described:
    """Games as they look before they are played; each depends on nothing but the state and that game.

    past: bool (m,), games that are seen without what rosters said; left out, those of `statespace.past_rosters`.
    """
    surroundings = surroundings or Surroundings()
    return of_games(excerpt.take(before, matchups, parameters, surroundings, past), parameters, surroundings.places)


def of_games(games: Excerpt, parameters: Parameters, places: Places) -> Described:
    """Games of one day or of many, each from what was known on the morning of its day."""
    sides, site, sign = side_of(games.teams), games.site, games.sign
    first, second = (sides.rows(slice(side, None, 2)) for side in (0, 1))
    morning, mornings = games.teams.morning[::2], games.teams.mornings
    forecast = statespace.forecast(games.by_margin, parameters)
    sd = np.sqrt(games.by_box.variance)
    by_box = statespace.chance(games.by_box.counted / (sd / parameters.scale))
    channels = games.teams.channels[::2] - games.teams.channels[1::2] + site[:, None] * mornings.league.home[morning]
    regressed = efficiency.without_luck(channels, mornings.league.shooting[morning])
    offset = _logit(forecast.probability)
    values = np.column_stack(
        [
            offset,
            _logit(by_box),
            channels / sd[:, None],
            regressed / sd,
            first.efficiency - second.efficiency,
            site,
            site * games.own_home,
            _difference(first.rest, second.rest),
            _indicator(first.missing) - _indicator(second.missing),
            *_travelled(games, places),
            first.absent - second.absent,
        ]
    )
    context = np.column_stack(
        [
            mornings.day[morning] / 132.0 - 0.5,
            np.log(sd / 12.0),
            (games.teams.sums[::2, 0] + games.teams.sums[1::2, 0]) / 5.0,
            site == 0.0,
            np.log1p(np.minimum(first.games, second.games)) / 3.0,
            0.5 * (first.boxed + second.boxed),
        ]
    )
    return Described(sign * offset, sign[:, None] * values, context, sign * forecast.margin, forecast.margin_sd)


def walk(
    games: pa.Table,
    parameters: Parameters,
    surroundings: Surroundings | None = None,
    progress: Callable[[int, int], None] | None = None,
    known: Knowledge | None = None,
    squads: Squads | None = None,
    since: int = 0,
    names: Sequence[str] = NAMES,
    room: Described | None = None,
) -> tuple[Results, Described, Knowledge]:
    """Every game of a league (`GAMES`) as it looked before its day, in order of play; and what is known after all.

    The games come back without their box scores.

    known: from the games before these; nothing if left out. squads: what players' files say. since: games of earlier
    seasons are learned from, and neither described nor given back. names: the features that are kept. room: where the
    described games are to lie, if anywhere.
    """
    games = in_order_of_play(games)
    season = games["season"].to_numpy()
    described, at = season >= since, 0
    room = Described.room(int(described.sum()), names) if room is None else room
    known, squads = known or knowledge.initial(parameters), squads or Squads.empty()
    surroundings, waiting, number = surroundings or Surroundings(), list[Excerpt](), 0

    def put() -> None:
        nonlocal at, number
        if waiting:
            made = of_games(excerpt.joined(waiting), parameters, surroundings.places).only(names)
            room.put(at, made)
            at += number
            number = 0
            waiting.clear()

    # A season at a time: box scores of all of them as numbers would take more than what is described of them.
    for one, rows in _seasons(season):
        results = Results.of(games.slice(rows.start, rows.stop - rows.start))
        for moment, of_day in results.days():
            today = results.rows(of_day)
            known = knowledge.advance(known, *moment, parameters, squads)
            if one >= since:
                waiting.append(excerpt.take(known, today.matchups, parameters, surroundings))
                number += len(today)
                if number >= _TOGETHER:
                    put()
            known = knowledge.update(known, today, parameters, squads.games.on(moment))
            if progress is not None:
                progress(rows.start + of_day.stop, len(season))
    put()
    if not described.all():  # most often all are, and they are many to copy
        games = games.filter(pa.array(described))
    return Results.of(games, boxed=False), room, known


def _seasons(season: npt.NDArray[np.int16]) -> Iterator[tuple[int, slice]]:
    """Every season and its rows, of games that are in order of play."""
    for one in np.unique(season).tolist():
        start, stop = np.searchsorted(season, (one, one + 1)).tolist()
        yield one, slice(start, stop)


def _travelled(games: Excerpt, places: Places) -> tuple[Floats, Floats]:
    """Difference of the distances from home, on neutral ground and elsewhere: log(1 + km / 100), each (m,)."""
    first, second = (np.log1p(places.distance(home, games.city) / 100.0) for home in games.home.T)
    difference = _difference(first, second)
    return np.where(games.site == 0, difference, 0.0), np.where(games.site == 0, 0.0, difference)


def _difference(first: Floats, second: Floats) -> Floats:
    """First less second, 0 where either is not known."""
    known = ~(np.isnan(first) | np.isnan(second))
    return np.where(known, first, 0.0) - np.where(known, second, 0.0)


def _indicator(flags: npt.NDArray[np.bool_]) -> Floats:
    return flags.astype(np.float64)


def _logit(probability: Floats) -> Floats:
    # The math module sees one number at a time: NumPy's vector kernels may round by position in the array.
    return np.array([math.log(p) - math.log1p(-p) for p in probability.tolist()])
