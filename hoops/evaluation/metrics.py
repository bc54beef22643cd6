"""How good forecasts were: proper scores of probabilities, error of margins, calibration.

The one implementation that commands, published tables and dashboard share.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from hoops.arrays import Bools, Floats

COIN_LOG_LOSS = math.log(2)
COIN_BRIER = 0.25
_Z95 = 1.959963984540054


@dataclass(frozen=True)
class Scores:
    """Mean scores of a set of forecasts; log loss in nats, margin RMSE in points."""

    games: int
    brier: float
    log_loss: float
    accuracy: float
    margin_rmse: float


@dataclass(frozen=True)
class Bin:
    """Games whose favourite was given a probability from low to high: mean forecast beside the share that won."""

    low: float
    high: float
    games: int
    forecast: float
    won: float

    @property
    def interval(self) -> tuple[float, float]:
        """In which the share that wins lies, 95 % (Wilson)."""
        return wilson(self.won * self.games, self.games)


def log_loss(probability: Floats, won: Bools) -> float:
    """Mean negative log likelihood of the outcomes (nats).

    >>> round(log_loss(np.array([0.5]), np.array([True])), 6)
    0.693147
    """
    return float(np.mean(losses(probability, won)))


def brier(probability: Floats, won: Bools) -> float:
    """Mean squared error of the probability (Brier 1950), over one of the two outcomes: a coin scores 0.25."""
    return float(np.mean(squares(probability, won)))


def accuracy(probability: Floats, won: Bools) -> float:
    """Share of games whose favourite won; an even forecast counts half."""
    return float(np.mean(hits(probability, won)))


def margin_rmse(expected: Floats, margin: Floats) -> float:
    """Root mean squared error of the expected margin (points)."""
    return float(np.sqrt(np.mean((expected - margin) ** 2)))


def score(probability: Floats, expected: Floats, margin: Floats, forfeit: Bools | None = None) -> Scores:
    """All scores of the forecasts of some games, arrays (m,) with m > 0 as seen by team 1.

    A forfeit counts as won and lost; the error of the margin is taken over the other games, and 0 if there are none.

    Raises
    ------
    ValueError
        If there are no games, or a probability is not strictly between 0 and 1.
    """
    if len(margin) == 0:
        raise ValueError("no games to score")
    if not np.all((probability > 0.0) & (probability < 1.0)):
        raise ValueError("a probability is not strictly between 0 and 1")
    won = margin > 0
    played = np.full(len(margin), True) if forfeit is None else ~forfeit
    return Scores(
        games=len(margin),
        brier=brier(probability, won),
        log_loss=log_loss(probability, won),
        accuracy=accuracy(probability, won),
        margin_rmse=margin_rmse(expected[played], margin[played]) if played.any() else 0.0,
    )


def losses(probability: Floats, won: Bools) -> Floats:
    """Negative log likelihood of each outcome (nats), (m,)."""
    each: Floats = -np.where(won, np.log(probability), np.log1p(-probability))
    return each


def squares(probability: Floats, won: Bools) -> Floats:
    """Squared error of each probability, (m,)."""
    each: Floats = (probability - won) ** 2
    return each


def hits(probability: Floats, won: Bools) -> Floats:
    """1 where the favourite won, 0 where it lost, a half where there was none, (m,)."""
    return np.where(probability == 0.5, 0.5, (probability > 0.5) == won)


def bootstrap(differences: Floats, draws: int = 1000, seed: int = 1) -> list[tuple[float, float]]:
    """Bounds of mean differences (m, k) in 95 of 100 paired resamples of the m games (Efron 1979), for each column.

    >>> bootstrap(np.full((10, 1), 0.25))
    [(0.25, 0.25)]
    """
    m = len(differences)
    rng = np.random.default_rng(seed)
    # How often each game is in a resample: its means are then one product.
    means = [np.bincount(rng.integers(0, m, m), minlength=m) @ differences / m for _ in range(draws)]
    low, high = np.quantile(means, [0.025, 0.975], axis=0).tolist()
    return list(zip(low, high, strict=True))


def calibration(probability: Floats, won: Bools, bins: int = 15, smallest: int = 20) -> list[Bin]:
    """Games binned by their favourite's probability, every bin with as many games (to one); none without games.

    There are fewer bins where they would hold fewer than `smallest` games. Which of two teams is named first means
    nothing: an even forecast has no favourite, and half of one has won.

    >>> calibration(np.array([0.9, 0.1]), np.array([True, True]))
    [Bin(low=0.9, high=0.9, games=2, forecast=0.9, won=0.5)]
    """
    if len(probability) == 0:
        return []
    favourite, favourite_won = np.maximum(probability, 1.0 - probability), hits(probability, won)
    return [
        Bin(
            low=float(favourite[rows[0]]),
            high=float(favourite[rows[-1]]),
            games=len(rows),
            forecast=float(favourite[rows].mean()),
            won=float(favourite_won[rows].mean()),
        )
        for rows in binned(favourite, bins, smallest)
    ]


def binned(favourite: Floats, bins: int = 15, smallest: int = 20) -> list[npt.NDArray[np.intp]]:
    """Places of the favourites' probabilities (m,), ascending, in the bins of `calibration`."""
    order = np.argsort(favourite, kind="stable")
    return np.array_split(order, max(1, min(bins, len(order) // smallest)))


def wilson(wins: float, games: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson, 1927): it stays within 0-1 and is honest for few games.

    >>> tuple(round(bound, 3) for bound in wilson(8, 10))
    (0.49, 0.943)
    """
    share, z2 = wins / games, _Z95**2
    centre = (share + z2 / (2 * games)) / (1 + z2 / games)
    half = _Z95 / (1 + z2 / games) * math.sqrt(share * (1 - share) / games + z2 / (4 * games**2))
    return max(centre - half, 0.0), min(centre + half, 1.0)


def calibration_error(bins: list[Bin]) -> float:
    """Expected calibration error: distance of forecast and share won, mean over the games of all bins.

    >>> calibration_error([Bin(0.6, 0.8, 30, 0.7, 0.7), Bin(0.8, 1.0, 10, 0.9, 0.8)])
    0.025
    """
    games = sum(one.games for one in bins)
    return round(sum(one.games * abs(one.forecast - one.won) for one in bins) / games, 12)


@dataclass(frozen=True)
class Calibrated:
    """Calibration error beside a perfect forecaster's on as many games.

    error: expected calibration error. perfect: its mean if every probability were true, because finitely many games
    scatter; low, high: in which it then lies 95 times in 100.
    """

    error: float
    perfect: float
    low: float
    high: float

    @property
    def within_noise(self) -> bool:
        return self.error <= self.high


def calibrated(probability: Floats, won: Bools, draws: int = 400, seed: int = 1) -> Calibrated:
    """The calibration error of m > 0 forecasts, and of as many seasons drawn from the forecasts themselves.

    >>> calibrated(np.full(100, 0.8), np.full(100, True)).within_noise  # 100 of 100, where 80 were forecast
    False
    """
    favourite = np.maximum(probability, 1.0 - probability)
    rows = binned(favourite)
    chance = favourite[np.concatenate(rows)]
    chance[chance == 0.5] = 0.0  # no favourite: half of it wins whatever happens, which is as forecast
    ends = np.cumsum([0, *map(len, rows)]).tolist()
    bins = [slice(first, last) for first, last in pairwise(ends)]
    expected = [float(chance[inside].sum()) for inside in bins]
    rng = np.random.default_rng(seed)
    perfect = []
    for _ in range(draws):
        won_now = rng.random(len(chance)) < chance
        off = (abs(np.count_nonzero(won_now[inside]) - due) for inside, due in zip(bins, expected, strict=True))
        perfect.append(sum(off) / len(chance))
    low, high = np.quantile(perfect, [0.025, 0.975]).tolist()
    return Calibrated(calibration_error(calibration(probability, won)), float(np.mean(perfect)), low, high)
