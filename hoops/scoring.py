"""How good forecasts were: proper scores of probabilities, error of margins, calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


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
    """Games whose favourite was given a probability in [low, high): mean forecast beside the share that won."""

    low: float
    high: float
    games: int
    forecast: float
    won: float


def log_loss(probability: Floats, won: Bools) -> float:
    """Mean negative log likelihood of the outcomes (nats).

    >>> round(log_loss(np.array([0.5]), np.array([True])), 6)
    0.693147
    """
    return float(-np.mean(np.where(won, np.log(probability), np.log1p(-probability))))


def brier(probability: Floats, won: Bools) -> float:
    """Mean squared error of the probability (Brier 1950), over one of the two outcomes: a coin scores 0.25."""
    return float(np.mean((probability - won) ** 2))


def accuracy(probability: Floats, won: Bools) -> float:
    """Share of games whose favourite won; an even forecast counts half."""
    return float(np.mean(np.where(probability == 0.5, 0.5, (probability > 0.5) == won)))


def margin_rmse(expected: Floats, margin: Floats) -> float:
    """Root mean squared error of the expected margin (points)."""
    return float(np.sqrt(np.mean((expected - margin) ** 2)))


def score(probability: Floats, expected: Floats, margin: Floats) -> Scores:
    """All scores of the forecasts of some games, arrays (m,) with m > 0 as seen by team 1.

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
    return Scores(
        games=len(margin),
        brier=brier(probability, won),
        log_loss=log_loss(probability, won),
        accuracy=accuracy(probability, won),
        margin_rmse=margin_rmse(expected, margin),
    )


def calibration(probability: Floats, won: Bools, bins: int = 10) -> list[Bin]:
    """Games binned by their favourite's probability, from 0.5 to 1 in equal steps; empty bins are left out.

    >>> calibration(np.array([0.9, 0.1]), np.array([True, True]), bins=1)
    [Bin(low=0.5, high=1.0, games=2, forecast=0.9, won=0.5)]
    """
    upset = probability < 0.5
    favourite = np.where(upset, 1.0 - probability, probability)
    favourite_won = won ^ upset
    edges = np.linspace(0.5, 1.0, bins + 1)
    index = np.minimum(np.searchsorted(edges, favourite, side="right") - 1, bins - 1)
    table = []
    for i in np.unique(index).tolist():
        inside = index == i
        table.append(
            Bin(
                low=float(edges[i]),
                high=float(edges[i + 1]),
                games=int(inside.sum()),
                forecast=float(favourite[inside].mean()),
                won=float(favourite_won[inside].mean()),
            )
        )
    return table
