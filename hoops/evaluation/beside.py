"""A backtest beside an outside forecaster, on exactly the games that both forecast."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from hoops.evaluation import metrics
from hoops.evaluation.backtest import STATESPACE, Backtest, against
from hoops.evaluation.outside import OutsideForecasts
from hoops.games.leagues import LAST_DAY

OUTSIDE = "outside"
# Parts of a season, by its days: where in the season one forecaster knows more than another.
PERIODS = ((0, 21), (22, 49), (50, 77), (78, 105), (106, 132), (133, LAST_DAY))


@dataclass(frozen=True)
class Beside:
    """The project's models and an outside forecaster on the same games.

    games: how many. log_loss: by forecaster, the outside one under `outside`. difference, low, high: of the model less
    the outsider, and its range in 95 of 100 paired resamples. gap_closed: how much of the way from the state-space
    model to the outsider the model has gone, 1 being all of it; None where the state-space model is not surely behind
    (97.5 of 100 resamples), or is the model.
    """

    part: str
    games: int
    log_loss: dict[str, float]
    difference: float
    low: float
    high: float
    gap_closed: float | None


@dataclass(frozen=True)
class Outsider:
    """An outside forecaster: what it is, and how it compares on all its games, by kind and by part of the season.

    seasons: of those games. unmatched, unplayed: as in `OutsideForecasts`.
    """

    name: str
    file: str
    note: str
    seasons: tuple[int, ...]
    unmatched: tuple[str, ...]
    unplayed: int
    parts: list[Beside]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def compare(found: Backtest, outsider: OutsideForecasts) -> Outsider:
    """An outsider's forecasts beside those of a backtest, on the games that both have."""
    played = found.played
    given = outsider.on(played).probability
    has = ~np.isnan(given)
    parts = {"all": has} | {kind: has & (played.kind == kind) for kind in dict.fromkeys(played.kind.tolist())}
    for first, last in PERIODS:
        name = f"days {first}-{last}" if last < LAST_DAY else f"after day {first - 1}"
        parts[name] = has & (played.day >= first) & (played.day <= last)
    beside = [_beside(found, given, name, rows) for name, rows in parts.items() if rows.any()]
    seasons = tuple(np.unique(played.season[has]).tolist())
    return Outsider(outsider.name, outsider.file, outsider.note, seasons, outsider.unmatched, outsider.unplayed, beside)


def _beside(found: Backtest, given: np.ndarray, part: str, rows: np.ndarray) -> Beside:
    won = found.played.won[rows]
    forecasts = {name: one.probability[rows] for name, one in found.forecasts.items()}
    losses = {name: metrics.log_loss(one, won) for name, one in forecasts.items() if not np.isnan(one).any()}
    losses[OUTSIDE] = metrics.log_loss(given[rows], won)
    difference, low, high = against({found.model: forecasts[found.model], OUTSIDE: given[rows]}, won)[OUTSIDE]
    gap, surely, _ = against({STATESPACE: forecasts[STATESPACE], OUTSIDE: given[rows]}, won)[OUTSIDE]
    closed = (losses[STATESPACE] - losses[found.model]) / gap if surely > 0 and found.model != STATESPACE else None
    return Beside(part, len(won), losses, difference, low, high, closed)
