"""A backtest's model beside another forecaster on exactly the games that both forecast, by part of the season."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from hoops.arrays import Bools, Floats
from hoops.evaluation import metrics
from hoops.evaluation.backtest import ALL, STATESPACE, Backtest, spans
from hoops.evaluation.metrics import Calibrated
from hoops.evaluation.outside import OutsideForecasts

OUTSIDE = "outside"
BASE = STATESPACE  # from which the gap to the other forecaster is counted


@dataclass(frozen=True)
class Beside:
    """The project's models and another forecaster on the same games of a span of seasons.

    Attributes
    ----------
    span : str
        One season, or the first and last.
    part : str
        all, a kind of game, or a part of the season.
    games : int
    log_loss, brier, accuracy : dict of str to float
        By forecaster.
    other : str
        Whose scores are taken from the model's in the differences.
    difference, low, high : float
        Log loss of the model less that of the other, and its range in 95 of 100 paired resamples of the games.
    brier_difference, accuracy_difference : tuple of three floats
        The same of these.
    gap_closed : float or None
        How much of the way from `BASE` to the other the model has gone in log loss, 1 being all of it:
        (base - model) / (base - other). None where the base is not surely behind the other (in 97.5 of 100 resamples),
        or is the model or the other.
    calibration : dict of str to Calibrated
        Of the model and the other.
    """

    span: str
    part: str
    games: int
    log_loss: dict[str, float]
    brier: dict[str, float]
    accuracy: dict[str, float]
    other: str
    difference: float
    low: float
    high: float
    brier_difference: tuple[float, float, float]
    accuracy_difference: tuple[float, float, float]
    gap_closed: float | None
    calibration: dict[str, Calibrated]


@dataclass(frozen=True)
class Outsider:
    """An outside forecaster: what it is, and how it compares on all its games, by kind and by part of the season.

    seasons: of those games. scales, unmatched, unplayed: as in `OutsideForecasts`. base: from which the gap counts.
    """

    name: str
    file: str
    note: str
    seasons: tuple[int, ...]
    scales: dict[int, float]
    unmatched: tuple[str, ...]
    unplayed: int
    parts: list[Beside]
    base: str = BASE

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def compare(found: Backtest, outsider: OutsideForecasts) -> Outsider:
    """An outsider's forecasts beside those of a backtest, on the games that both have."""
    played = found.played
    given = outsider.on(played).probability
    has = ~np.isnan(given)
    kinds = {kind: played.kind == kind for kind in dict.fromkeys(played.kind.tolist())}
    chosen = {ALL: np.full(len(played), True)} | kinds | found.parts
    beside = _by_span(found, OUTSIDE, given, has, chosen)
    seasons = tuple(np.unique(played.season[has]).tolist())
    scales = {season: scale for season, scale in outsider.scales.items() if season in seasons}
    return Outsider(
        outsider.name, outsider.file, outsider.note, seasons, scales, outsider.unmatched, outsider.unplayed, beside
    )


def by_part(found: Backtest) -> list[Beside]:
    """The model by part of the season, beside the state-space model; beside Elo if it is the model."""
    other = STATESPACE if found.model != STATESPACE else "elo"
    given = found.forecasts[other].probability
    return _by_span(found, other, given, np.full(len(found.played), True), found.parts)


def _by_span(found: Backtest, other: str, given: Floats, has: Bools, chosen: Mapping[str, Bools]) -> list[Beside]:
    """has: the games (m,) that the other forecaster has. chosen: games by the name of the part, (m,) each."""
    season = found.played.season
    beside = []
    for span, inside in spans(np.unique(season[has]).tolist()).items() if has.any() else ():
        in_span = has & np.isin(season, inside)
        beside += [
            _beside(found, other, given, span, part, in_span & rows)
            for part, rows in chosen.items()
            if (in_span & rows).any()
        ]
    return beside


def _beside(found: Backtest, other: str, given: Floats, span: str, part: str, rows: Bools) -> Beside:
    won = found.played.won[rows]
    forecasts = {name: one.probability[rows] for name, one in found.forecasts.items()} | {other: given[rows]}
    forecasts = {name: one for name, one in forecasts.items() if not np.isnan(one).any()}
    model, its, base = forecasts[found.model], forecasts[other], forecasts[BASE]
    measures = (metrics.losses, metrics.squares, metrics.hits)
    compared = [measure(model, won) - measure(its, won) for measure in measures]
    behind = metrics.losses(base, won) - metrics.losses(its, won)
    columns = np.column_stack([*compared, behind])
    means = columns.mean(axis=0).tolist()
    log_loss, brier, accuracy, gap = [
        (mean, low, high) for mean, (low, high) in zip(means, metrics.bootstrap(columns), strict=True)
    ]
    ahead = float(np.mean(metrics.losses(base, won) - metrics.losses(model, won)))
    counts = gap[1] > 0.0 and BASE not in (found.model, other)
    return Beside(
        span=span,
        part=part,
        games=len(won),
        log_loss={name: metrics.log_loss(one, won) for name, one in forecasts.items()},
        brier={name: metrics.brier(one, won) for name, one in forecasts.items()},
        accuracy={name: metrics.accuracy(one, won) for name, one in forecasts.items()},
        other=other,
        difference=log_loss[0],
        low=log_loss[1],
        high=log_loss[2],
        brier_difference=brier,
        accuracy_difference=accuracy,
        gap_closed=ahead / gap[0] if counts else None,
        calibration={name: metrics.calibrated(one, won) for name, one in ((found.model, model), (other, its))},
    )
