"""Strengths as they may be: what is expected of every two teams, and draws of what is known of each.

A pair's probability p contains that neither strength is known. With z = probit(p), v the variance of the difference of
the two strengths and r the game's own noise, the chance in a draw of deviations d is Phi((z sqrt(v + r^2) + d1 - d2)
/ r): its mean over the draws is p again. So a game is played in a draw as z sqrt(v + r^2) + d1 - d2 + r e > 0 with
e standard normal: one margin, in counted points, and no probability is computed.

All is as of one morning, that of Selection Sunday or of the day after: strengths drift until then, nobody is tired.
Games of the season are forecast with what rosters said, those of the NCAA tournament by `statespace.past_rosters`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from hoops import knowledge
from hoops.arrays import Floats
from hoops.forecast.match import forecast
from hoops.forecast.model import Model
from hoops.forecast.pairs import Pairs, all_pairs, by_strength
from hoops.games.leagues import SELECTION_SUNDAY
from hoops.games.matchups import Matchups
from hoops.knowledge import Knowledge, statespace
from hoops.knowledge.parameters import Parameters
from hoops.selection.season import Meetings, Season


@dataclass(frozen=True, eq=False)
class Strengths:
    """What is expected, in counted points.

    Attributes
    ----------
    rating : float64 (n,)
        Mean strength, in the units of the margins below.
    covariance : float64 (n, n)
        Of the strengths, on that morning.
    home : float
        Home advantage.
    noise : float
        Standard deviation of a game's margin around the difference of its teams' strengths.
    neutral : float64 (n, n)
        Margin of the row's team against the column's that stands for their probability on neutral ground.
    in_tournament : float64 (n, n)
        The same in the NCAA tournament.
    spread : float64 (n, n)
        Standard deviation of that margin, of which it is probit(probability).
    to_come : float64 (m,)
        The same margin of the season's games to come, at their site.
    chance : float64 (m,)
        Probability 0-1 that team `one` wins them.
    """

    rating: Floats
    covariance: Floats
    home: float
    noise: float
    neutral: Floats
    in_tournament: Floats
    spread: Floats
    to_come: Floats
    chance: Floats

    def draws(self, rng: np.random.Generator, count: int) -> npt.NDArray[np.float32]:
        """Deviations of the strengths from their means, float32 (count, n), in pairs that are each other's opposite."""
        root = np.linalg.cholesky(self.covariance + 1e-9 * np.eye(len(self.covariance))).astype(np.float32)
        half = rng.standard_normal(((count + 1) // 2, len(root)), np.float32) @ root.T
        return np.concatenate([half, -half])[:count]


def strengths(season: Season, known: Knowledge, model: Model) -> Strengths:
    """By a model's forecasts.

    known : on the evening `season.as_of`.

    Raises
    ------
    ValueError
        `known` knows of later days.
    """
    before = _morning(season, known, model.parameters)
    pairs = [all_pairs(before, season.teams, model, past) for past in _pasts(before)]
    chance = forecast(before, _matchups(season, season.to_come), model).probability if len(season.to_come) else None
    return _of(season, before, model.parameters, pairs, chance)


def by_state(season: Season, known: Knowledge, parameters: Parameters) -> Strengths:
    """By the state-space model alone, whose constants were chosen on seasons to 2010."""
    before = _morning(season, known, parameters)
    pairs = [by_strength(before, season.teams, parameters, past) for past in _pasts(before)]
    games = _matchups(season, season.to_come)
    chance = statespace.predict(before.strength, season.season, games, parameters).probability if len(games) else None
    return _of(season, before, parameters, pairs, chance)


def _morning(season: Season, known: Knowledge, parameters: Parameters) -> Knowledge:
    return knowledge.advance(known, season.season, max(SELECTION_SUNDAY, season.as_of + 1), parameters)


def _pasts(before: Knowledge) -> list[bool]:
    """How pairs are forecast: games of the season, and of the NCAA tournament if that makes any difference."""
    return [False, True] if before.strength.from_rosters.any() else [False]


def _matchups(season: Season, games: Meetings) -> Matchups:
    return Matchups(season.teams[games.one], season.teams[games.other], games.site)


def _of(
    season: Season, before: Knowledge, parameters: Parameters, pairs: Sequence[Pairs], chance: Floats | None
) -> Strengths:
    rating, covariance = statespace.joint(before.strength, season.season, season.teams, parameters)
    variance = covariance.diagonal()
    spread = np.sqrt(variance[:, None] + variance - 2.0 * covariance + parameters.noise_sd**2)
    upper = np.triu_indices(len(season.teams), 1)
    margins = []
    for one in pairs:
        margin = np.zeros_like(covariance)
        margin[upper] = probit(one.probability[upper]) * spread[upper]
        margins.append(margin - margin.T)
    games = season.to_come
    chance = np.empty(0) if chance is None else chance
    home = parameters.scale * float(before.strength.mean[-1])
    expected = probit(chance) * spread[games.one, games.other]
    return Strengths(
        parameters.scale * rating,
        covariance,
        home,
        parameters.noise_sd,
        margins[0],
        margins[-1],
        spread,
        expected,
        chance,
    )


def probit(probability: Floats) -> Floats:
    """Standard deviations that stand for probabilities, (m,).

    >>> probit(np.array([0.5, 0.975])).round(2).tolist()
    [0.0, 1.96]
    """
    inverse = NormalDist().inv_cdf
    return np.fromiter(map(inverse, probability.tolist()), np.float64, len(probability))
