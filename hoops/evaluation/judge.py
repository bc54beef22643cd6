"""Whether a new model takes over from the one in charge: both forecast the same games, which neither has seen.

    forecasts of both, outcomes -> compare -> log loss, Brier score, calibration -> faults; without any it takes over

Games of one day share what the models did not know of that day, so days are resampled and not games.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from hoops.arrays import Bools, Floats
from hoops.evaluation import metrics
from hoops.evaluation.baselines import fit_logit
from hoops.evaluation.gate import LEAST
from hoops.games.moment import Moment, told
from hoops.games.results import Results

DRAWS = 10_000
NEEDED = 0.9  # share of the resamples in which the challenger's log loss is lower
_NOISE = 2.5758293035489004  # standard errors: 99 of 100 well calibrated models have their slope within


@dataclass(frozen=True)
class Comparison:
    """A challenger beside the champion on the same games.

    since, through: first day that may be looked at, and the last one with games. games, days: how many. log_loss (nats)
    and brier: of the challenger; champion_...: of the model in charge. low, high: of the challenger's log loss less the
    champion's, in 95 of 100 resamples of the days. better: share of the resamples in which it is below 0. slope: of the
    log-odds that the games ask for over those of the challenger; 1 where it is calibrated, less where it is too sure.
    slope_error: its standard error.
    """

    since: Moment
    through: Moment
    games: int
    days: int
    log_loss: float
    champion_log_loss: float
    low: float
    high: float
    better: float
    brier: float
    champion_brier: float
    slope: float
    slope_error: float
    champion_slope: float

    @property
    def faults(self) -> tuple[str, ...]:
        """Why the challenger does not take over, in words; none if it does."""
        found = []
        if self.games < LEAST:
            found.append(f"{self.games:,} games that neither model has seen are too few to tell: {LEAST} are needed")
        if self.better < NEEDED:
            found.append(f"log loss is lower in {_percent(self.better)} of the resamples: {NEEDED:.0%} are needed")
        if self.brier > self.champion_brier:
            found.append("the Brier score is worse")
        if not self._is_calibrated:
            sure = "too sure" if self.slope < 1.0 else "not sure enough"
            found.append(f"it is {sure}, more than by chance and more than the model in charge")
        return tuple(found)

    @property
    def figures(self) -> str:
        """What was found, in words."""
        return (
            f"on {self.games:,} games of {self.days} days ({told(self.since)} to {told(self.through)}): "
            f"log loss {self.log_loss:.5f}, in charge {self.champion_log_loss:.5f}, "
            f"lower in {_percent(self.better)} of the resamples; "
            f"Brier score {self.brier:.5f}, in charge {self.champion_brier:.5f}; "
            f"calibration slope {self.slope:.3f} ± {self.slope_error:.3f}, in charge {self.champion_slope:.3f}"
        )

    @property
    def _is_calibrated(self) -> bool:
        off = abs(self.slope - 1.0)
        return off <= _NOISE * self.slope_error or off <= abs(self.champion_slope - 1.0)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON."""
        return asdict(self) | {"since": list(self.since), "through": list(self.through)}


def compare(challenger: Floats, champion: Floats, played: Results, since: Moment) -> Comparison:
    """Two models' probabilities (m,) that team 1 wins, on m > 0 games in order of play, all from a day on.

    The same every time: the resamples are seeded.

    Raises
    ------
    ValueError
        If there are no games, or a probability is not strictly between 0 and 1.
    """
    if len(played) == 0:
        raise ValueError("no games to compare the models on")
    for one in (challenger, champion):
        if not np.all((one > 0.0) & (one < 1.0)):
            raise ValueError("a probability is not strictly between 0 and 1")
    days = [rows for _, rows in played.days()]
    difference = metrics.losses(challenger, played.won) - metrics.losses(champion, played.won)
    means = _resampled(difference, days)
    low, high = np.quantile(means, [0.025, 0.975]).tolist()
    slope, slope_error = calibration_slope(challenger, played.won)
    return Comparison(
        since=since,
        through=(int(played.season[-1]), int(played.day[-1])),
        games=len(played),
        days=len(days),
        log_loss=metrics.log_loss(challenger, played.won),
        champion_log_loss=metrics.log_loss(champion, played.won),
        low=low,
        high=high,
        better=float(np.mean(means < 0.0)),
        brier=metrics.brier(challenger, played.won),
        champion_brier=metrics.brier(champion, played.won),
        slope=slope,
        slope_error=slope_error,
        champion_slope=calibration_slope(champion, played.won)[0],
    )


def calibration_slope(probability: Floats, won: Bools) -> tuple[float, float]:
    """Factor by which log-odds (m,) would fit the outcomes best (Cox, 1958), and its standard error.

    >>> slope, error = calibration_slope(np.full(10, 0.75), np.arange(10) < 6)
    >>> round(slope, 3), round(error, 3)  # said 3 to 1, came 3 to 2
    (0.369, 0.588)
    """
    log_odds = np.log(probability) - np.log1p(-probability)
    slope = fit_logit(log_odds, won)
    chance = 1.0 / (1.0 + np.exp(-slope * log_odds))
    information = float(np.sum(log_odds**2 * chance * (1.0 - chance)))
    return slope, information**-0.5 if information > 0.0 else float("inf")


def _resampled(values: Floats, days: list[slice]) -> Floats:
    """Mean of values (m,) in `DRAWS` resamples of the days that they belong to."""
    sums = np.array([values[rows].sum() for rows in days])
    games = np.array([rows.stop - rows.start for rows in days], np.float64)
    drawn = np.random.default_rng(1).multinomial(len(days), np.full(len(days), 1.0 / len(days)), DRAWS)
    means: Floats = drawn @ sums / (drawn @ games)
    return means


def _percent(share: float) -> str:
    """A share in words that never rounds up to what is needed."""
    return f"{np.floor(1000.0 * share) / 10.0:.1f}%"
