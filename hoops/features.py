"""What a scorer sees of a game: differences of the two teams, from the state before the day and nothing else.

    what is known on the morning of a day + pairings -> describe -> values, context

`describe` sees `hoops.knowledge` and pairings and no result: it could not peek. Every value
changes its sign, exactly, when the teams are swapped; the context of a game is the same either way. What is not known
of either team leaves a difference of 0, which is neutral, and an indicator says on whose side it is missing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hoops import efficiency, knowledge, statespace, travel
from hoops.feature_list import CONTEXT, NAMES
from hoops.knowledge import Knowledge
from hoops.parameters import Parameters
from hoops.played import Played
from hoops.results import Results
from hoops.state import Floats, Matchups
from hoops.surroundings import Surroundings
from hoops.team_features import at, of_teams


@dataclass(frozen=True, eq=False)
class Described:
    """Games as a scorer sees them.

    offset : float64 (m,), log-odds of team 1 by the state-space model. values : float64 (m, len(NAMES)).
    context : float64 (m, len(CONTEXT)). margin, margin_sd : float64 (m,), margin expected by the state-space model
    and its standard deviation (points).
    """

    offset: Floats
    values: Floats
    context: Floats
    margin: Floats
    margin_sd: Floats

    def __len__(self) -> int:
        return len(self.offset)

    def rows(self, chosen: slice | npt.NDArray) -> Described:
        return Described(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})


def describe(
    before: Knowledge, matchups: Matchups, parameters: Parameters, surroundings: Surroundings | None = None
) -> Described:
    """Games as they look before they are played; each depends on nothing but the state and that game."""
    # As seen by the lower id, and then turned: swapped teams get the mirrored numbers to the last bit.
    turned, games = matchups.lower_id_first()
    sign = turned.astype(np.float64)
    surroundings = surroundings or Surroundings()
    forecast = statespace.predict(before.strength, games, parameters)
    expected = efficiency.compare(before.adjusted, games, parameters)
    site = games.site.astype(np.float64)
    first, second = (
        of_teams(before.strength, before.adjusted, before.sums, team, parameters, surroundings.conferences)
        for team in (games.team1, games.team2)
    )
    offset = _logit(forecast.probability)
    host = np.where(site > 0, games.team1, games.team2)
    values = np.column_stack(
        [
            offset,
            _logit(expected.margin.probability),
            expected.channels / expected.sd[:, None],
            expected.regressed / expected.sd,
            first.efficiency - second.efficiency,
            site,
            site * at(before.strength, before.strength.own_home, host, 0.0),
            _difference(first.rest, second.rest),
            _indicator(first.missing) - _indicator(second.missing),
            *_travelled(before, games, surroundings),
        ]
    )
    context = np.column_stack(
        [
            np.full(len(games), (before.sums.day or 0) / 132.0 - 0.5),
            np.log(expected.sd / 12.0),
            (expected.sums[:, 0] - before.adjusted.league[0]) / 5.0,
            site == 0.0,
            np.log1p(np.minimum(first.games, second.games)) / 3.0,
        ]
    )
    return Described(sign * offset, sign[:, None] * values, context, sign * forecast.margin, forecast.margin_sd)


def walk(
    games: pa.Table,
    parameters: Parameters,
    surroundings: Surroundings | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Played, Described, Knowledge]:
    """Every game of a league (`GAMES`) as it looked before its day, in order of play; and what is known after all."""
    games = games.sort_by([(name, "ascending") for name in ("season", "day", "team1_id", "team2_id")])
    played, results = Played.of(games), Results.of(games)
    known, parts = knowledge.initial(parameters), []
    for season, day, rows in played.days():
        known = knowledge.advance(known, season, day, parameters)
        parts.append(describe(known, results.rows(rows).matchups, parameters, surroundings))
        known = knowledge.update(known, results.rows(rows), parameters)
        if progress is not None:
            progress(rows.stop, len(played))
    nothing = np.empty(0)
    empty = Described(nothing, np.empty((0, len(NAMES))), np.empty((0, len(CONTEXT))), nothing, nothing)
    described = Described(
        **{f.name: np.concatenate([getattr(part, f.name) for part in parts or [empty]]) for f in fields(Described)}
    )
    return played, described, known


def _travelled(before: Knowledge, games: Matchups, surroundings: Surroundings) -> tuple[Floats, Floats]:
    """Difference of the distances from home, on neutral ground and elsewhere: log(1 + km / 100), each (m,)."""
    first, second = (np.log1p(one / 100.0) for one in travel.distances(before.homes, games, surroundings.places))
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
