"""The linear part of a scorer, by Newton's method, and the one temperature of its log-odds.

All sums are made in blocks of games, so that they take no memory that grows with them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from hoops.evaluation.baselines import fit_logit
from ml_jobs.rows import Rows
from ml_jobs.settings import Settings

_INVERSE_TEMPERATURE = (0.2, 5.0)


def temperature_across(rows: Rows, linear: torch.Tensor, season: npt.NDArray[np.int16], settings: Settings) -> float:
    """The temperature of the linear part's log-odds, each season's from weights without it.

    Those are one step of Newton's method away from the weights of all seasons, where all seasons' slope is nothing.
    """
    seasons = np.unique(season).tolist()
    if len(seasons) == 1:
        return 1.0
    weights = linear[:, 0]
    places = [torch.from_numpy(np.flatnonzero(season == one)) for one in seasons]
    parts = [_slope_and_curve(rows.of(own), weights) for own in places]
    slope, curve = (sum(part) for part in zip(*parts, strict=True))
    ridge = settings.ridge * torch.eye(len(weights), dtype=torch.float64)
    log_odds = torch.empty(len(rows), dtype=torch.float64)
    for own, (own_slope, own_curve) in zip(places, parts, strict=True):
        step = torch.linalg.solve(curve - own_curve + ridge, slope - own_slope + settings.ridge * weights)
        log_odds[own] = rows.offset[own] + rows.of(own).weighed((weights - step)[:, None])[:, 0]
    return temperature_of(log_odds, rows.won, rows.weight)


def linear_part(rows: Rows, settings: Settings) -> torch.Tensor:
    """Ridge weights (2 f, 2): of the log-odds by Newton's method, of the margin by least squares."""
    f = 2 * len(rows.scale)
    penalty = settings.ridge * torch.eye(f, dtype=torch.float64)
    squares, products = torch.zeros((f, f), dtype=torch.float64), torch.zeros(f, dtype=torch.float64)
    for block in rows.blocks():
        sides = block.sides()
        weighted = (sides * block.weight[:, None]).T
        squares += weighted @ sides
        products += weighted @ block.margin
    margin = torch.linalg.solve(squares + penalty, products)
    return torch.stack([_newton(rows, penalty), margin], dim=1)


def _newton(rows: Rows, penalty: torch.Tensor) -> torch.Tensor:
    """The weights (2 f,) with the least log loss and penalty."""
    weights = torch.zeros(len(penalty), dtype=torch.float64)
    for _ in range(30):
        slope, curve = _slope_and_curve(rows, weights)
        step = torch.linalg.solve(curve + penalty, slope + penalty @ weights)
        weights = weights - step
        if step.abs().max() < 1e-10:
            break
    return weights


def _slope_and_curve(rows: Rows, weights: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """First and second derivative, (2 f,) and (2 f, 2 f), of the summed log loss by the linear part's weights."""
    slope, curve = torch.zeros_like(weights), torch.zeros((len(weights), len(weights)), dtype=torch.float64)
    for block in rows.blocks():
        sides = block.sides()
        probability = torch.sigmoid(block.offset + sides @ weights)
        slope += sides.T @ (block.weight * (probability - block.won))
        curve += (sides * (block.weight * probability * (1.0 - probability))[:, None]).T @ sides
    return slope, curve


def temperature_of(log_odds: torch.Tensor, won: torch.Tensor, weight: torch.Tensor) -> float:
    """The one number by which to divide log-odds that makes their log loss least: Platt's scaling without intercept."""
    slope = fit_logit(log_odds.numpy(), won.numpy() > 0.5, weight.numpy())
    return float(1.0 / np.clip(slope, *_INVERSE_TEMPERATURE))
