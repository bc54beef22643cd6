"""Whether forecasts are as good as they say: week by week, beside what they promise of themselves.

A forecast p promises a log loss: on average its entropy, if 80 % means 80 %. Games of one week are harder than those
of another, so a week's loss tells little, but its loss less the promise has mean 0 and a known variance whatever the
games: of one game, p (1 - p) logit(p)^2. Their sum over a week, in standard deviations, is the week's score: the score
test of a calibration slope of one (Cox 1958). Above zero forecasts are surer than they should be, below less sure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hoops.arrays import Bools, Floats, Ints
from hoops.evaluation import metrics

DAYS = 7  # of a week; the first begins with day 0 of the season
SPAN = 4  # weeks that are also looked at together, in which a small drift shows
LEAST = 50  # games that a week has, or its score is not nearly normal; others are shown and do not count
LIMIT = 3.0  # standard deviations beyond which it is no chance: `benchmarks/drift.py` says how often it is


@dataclass(frozen=True)
class Week:
    """Seven days of a season.

    games: with forecasts of models that had not seen them. issued: how many of these forecasts were published before
    the game. log_loss, promised: means (nats). noise: standard deviation of their difference where the forecasts are
    right. is_whole: its last day, or a later
    one, has been played. recent: score of the last
    `SPAN` weeks that count, this one included; None if there were not as many, or it does not count.
    """

    first_day: int
    games: int
    issued: int
    log_loss: float
    promised: float
    noise: float
    is_whole: bool
    recent: float | None

    @property
    def last_day(self) -> int:
        return self.first_day + DAYS - 1

    @property
    def score(self) -> float:
        """Difference of loss and promise in standard deviations; 0 where every forecast was even."""
        return (self.log_loss - self.promised) / self.noise if self.noise else 0.0

    @property
    def counts(self) -> bool:
        """Whether it has enough games, and all of them, to be judged by."""
        return self.is_whole and self.games >= LEAST

    @property
    def has_drifted(self) -> bool:
        """Whether it, or the last weeks together, are further from the promise than chance would have them."""
        return self.counts and (abs(self.score) > LIMIT or abs(self.recent or 0.0) > LIMIT)


def weeks(day: Ints, probability: Floats, won: Bools, issued: Bools, newest: int) -> list[Week]:
    """The weeks of one season that have games, in order.

    Parameters
    ----------
    day, probability, won, issued
        Of its games, (m,), as seen by team 1: day of the season, the forecast that counts, the outcome, whether that
        forecast was published before the game.
    newest
        Last day of the season that was played, with or without such a forecast.

    Examples
    --------
    >>> even = np.array([0.5, 0.5])
    >>> (week,) = weeks(np.array([7, 9]), even, even > 0, even > 1, newest=13)
    >>> week.first_day, week.games, round(week.promised, 4), week.is_whole
    (7, 2, 0.6931, True)
    """
    logit = np.log(probability) - np.log1p(-probability)
    lost = metrics.losses(probability, won)
    promised = lost + (won - probability) * logit  # its entropy, exactly where the loss is
    variance = probability * (1.0 - probability) * logit**2
    found: list[Week] = []
    recent: list[tuple[float, float]] = []
    for first in np.unique(day // DAYS) * DAYS:
        rows = (day >= first) & (day < first + DAYS)
        games, beyond, spread = int(rows.sum()), float((lost - promised)[rows].sum()), float(variance[rows].sum())
        is_whole = bool(newest >= first + DAYS - 1)
        together = None
        if is_whole and games >= LEAST:
            recent = [*recent, (beyond, spread)][-SPAN:]
            total, noise = (sum(column) for column in zip(*recent, strict=True))
            together = total / math.sqrt(noise) if len(recent) == SPAN and noise else None
        found.append(
            Week(
                first_day=int(first),
                games=games,
                issued=int(issued[rows].sum()),
                log_loss=float(lost[rows].mean()),
                promised=float(promised[rows].mean()),
                noise=math.sqrt(spread) / games,
                is_whole=is_whole,
                recent=together,
            )
        )
    return found
