"""How good forecasts were: numbers for the quality page, from arrays of probabilities and outcomes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

COIN_LOG_LOSS = math.log(2)
COIN_BRIER = 0.25
_Z95 = 1.959963984540054
_CLIP = 1e-12


@dataclass(frozen=True)
class Score:
    """games: forecasts counted; log_loss in nats; brier and accuracy 0-1. All NaN without games."""

    games: int
    log_loss: float
    brier: float
    accuracy: float


@dataclass(frozen=True)
class Bin:
    """Forecasts of about the same probability. forecast, observed, low, high: 0-1; low and high: 95 % interval."""

    games: int
    lowest: float
    highest: float
    forecast: float
    observed: float
    low: float
    high: float


def score(probability: np.ndarray, won: np.ndarray) -> Score:
    """Mean log loss, Brier score and accuracy (an even forecast counts half).

    >>> score(np.array([0.5, 0.5]), np.array([True, False]))
    Score(games=2, log_loss=0.6931471805599453, brier=0.25, accuracy=0.5)
    """
    if not len(probability):
        return Score(0, math.nan, math.nan, math.nan)
    given = np.where(won, probability, 1 - probability)
    right = np.where(given == 0.5, 0.5, given > 0.5)
    return Score(
        len(given),
        float(-np.log(np.clip(given, _CLIP, 1)).mean()),
        float(((1 - given) ** 2).mean()),
        float(right.mean()),
    )


def wilson(wins: float, games: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson, 1927): it stays within 0-1 and is honest for few games.

    >>> tuple(round(bound, 3) for bound in wilson(8, 10))
    (0.49, 0.943)
    """
    share, z2 = wins / games, _Z95**2
    centre = (share + z2 / (2 * games)) / (1 + z2 / games)
    half = _Z95 / (1 + z2 / games) * math.sqrt(share * (1 - share) / games + z2 / (4 * games**2))
    return max(centre - half, 0.0), min(centre + half, 1.0)


def calibration(probability: np.ndarray, won: np.ndarray, bins: int = 10, smallest: int = 20) -> list[Bin]:
    """Bins with equally many forecasts, seen from the favourite: forecast 0.5-1 against how often it won.

    Fewer bins when they would hold fewer than `smallest` games; none without games. Which of two teams is listed
    first means nothing, so both halves of 0-1 say the same and are folded into one.
    """
    if not len(probability):
        return []
    favourite = np.maximum(probability, 1 - probability)
    upheld = np.where(probability >= 0.5, won, ~won.astype(bool)).astype(float)
    upheld = np.where(probability == 0.5, 0.5, upheld)
    order = np.argsort(favourite, kind="stable")
    count = max(1, min(bins, len(favourite) // smallest))
    made = []
    for part in np.array_split(order, count):
        wins, games = float(upheld[part].sum()), len(part)
        low, high = wilson(wins, games)
        ends = favourite[part[0]], favourite[part[-1]]
        made.append(Bin(games, float(ends[0]), float(ends[1]), float(favourite[part].mean()), wins / games, low, high))
    return made
