"""Forecasts that a model must beat: home court alone, the difference of the seeds, Elo with margin of victory.

All walk forward: what they fit for a season, they fit on the seasons before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from hoops.arrays import Bools, Floats
from hoops.games.leagues import Kind, League
from hoops.games.results import Results

_SEED = re.compile(r"[A-Z](\d\d)[a-z]?")
_SUREST = 1e-6  # a probability is kept this far from 0 and 1


@dataclass(frozen=True)
class Simple:
    """A baseline's forecasts of team 1: probability and expected margin (points), NaN where it has none; each (m,)."""

    probability: Floats
    margin: Floats


@dataclass(frozen=True)
class EloConstants:
    """Elo ratings after Silver & Fischer-Baum (2015); rating points on the usual scale of 400."""

    k: float
    home: float
    carry: float  # share of a rating's distance from the mean that survives the summer
    newcomer: float  # rating of a team that enters after the league's first season; the mean is 1500


# Chosen on the log loss of the regular seasons before 2011 (men from 1998, women from 2003), one constant at a time.
ELO = {
    League.MEN: EloConstants(k=20.0, home=100.0, carry=0.8, newcomer=1250.0),
    League.WOMEN: EloConstants(k=25.0, home=90.0, carry=0.9, newcomer=1200.0),
}


def home_only(games: Results, seasons: Iterable[int]) -> Simple:
    """The share of games that home teams have won, and their mean margin; on neutral ground a coin."""
    site = games.site.astype(np.float64)
    result = _nothing(games)
    for season in seasons:
        now, before = games.season == season, (games.season < season) & (site != 0) & ~games.is_forfeit
        home_margin = (site * games.margin)[before]
        share = (np.sum(home_margin > 0) + 1.0) / (len(home_margin) + 2.0)
        result.probability[now] = 0.5 + site[now] * (share - 0.5)
        result.margin[now] = site[now] * (home_margin.mean() if len(home_margin) else 0.0)
    return result


def seed_difference(games: Results, seasons: Iterable[int], seeds: Mapping[tuple[int, int], str]) -> Simple:
    """A logistic curve over the difference of the seeds, for NCAA tournament games.

    Parameters
    ----------
    seeds : mapping from (season, team id) to a seed such as W01 or X16a

    Raises
    ------
    ValueError
        If a seed is not a region letter and two digits.
    """
    lines = {team: _line(seed) for team, seed in seeds.items()}
    ncaa = games.kind == Kind.NCAA.value
    edge = np.full(len(games), np.nan)
    for row in np.flatnonzero(ncaa).tolist():
        season = int(games.season[row])
        own, other = lines.get((season, int(games.team1[row]))), lines.get((season, int(games.team2[row])))
        if own is not None and other is not None:
            edge[row] = other - own
    return _curve(games, seasons, edge)


def elo(games: Results, seasons: Iterable[int], constants: EloConstants) -> Simple:
    """Elo ratings moved by the margin of victory; logistic curve and points a rating point are refitted yearly."""
    return _curve(games, seasons, elo_edges(games, constants))


def elo_edges(games: Results, constants: EloConstants) -> Floats:
    """Rating of team 1 minus team 2 with home advantage, before the day of each game (m,)."""
    teams, index = np.unique(np.stack([games.team1, games.team2]), return_inverse=True)
    index1, index2 = index.reshape(2, -1)
    rating = np.full(len(teams), np.nan)
    edges = np.empty(len(games))
    current = None
    entry = 1500.0
    for (season, _), rows in games.days():
        if season != current:
            if current is not None:
                rating = 1500.0 + constants.carry * (rating - 1500.0)
                entry = constants.newcomer
            current = season
        first, second = index1[rows], index2[rows]
        playing = np.concatenate([first, second])
        rating[playing[np.isnan(rating[playing])]] = entry
        edge = rating[first] - rating[second] + constants.home * games.site[rows]
        edges[rows] = edge
        margin = games.margin[rows]
        expected = 1.0 / (1.0 + 10.0 ** (-edge / 400.0))
        weight = np.log1p(np.abs(margin)) * 2.2 / (2.2 + 0.001 * np.sign(margin) * edge)
        step = np.where(games.is_forfeit[rows], 0.0, constants.k * weight * ((margin > 0) - expected))
        np.add.at(rating, first, step)
        np.subtract.at(rating, second, step)
    return edges


def _curve(games: Results, seasons: Iterable[int], edge: Floats) -> Simple:
    """Turn an edge of team 1, in any unit, into probabilities and margins by two slopes fitted on earlier seasons."""
    result = _nothing(games)
    usable = ~np.isnan(edge)
    for season in seasons:
        now, before = usable & (games.season == season), usable & (games.season < season) & ~games.is_forfeit
        past, margin = edge[before], games.margin[before]
        logit = fit_logit(past, margin > 0) * edge[now]
        result.probability[now] = np.clip(1.0 / (1.0 + np.exp(-logit)), _SUREST, 1.0 - _SUREST)
        spread = np.sum(past**2)
        result.margin[now] = edge[now] * (np.sum(past * margin) / spread if spread > 0 else 0.0)
    return result


def fit_logit(edge: Floats, won: Bools, weight: Floats | float = 1.0, steps: int = 25) -> float:
    """The slope b of P(win) = 1 / (1 + exp(-b edge)) with the highest likelihood, by Newton's method; 0 without data.

    weight: how much each game counts, (m,) or all alike.

    >>> round(fit_logit(np.array([1.0, 1.0, 1.0]), np.array([True, True, False])), 4)  # log(2)
    0.6931
    """
    width = np.sqrt(np.mean(edge**2)) if len(edge) else 0.0
    if width == 0.0:
        return 0.0
    scaled, slope = edge / width, 0.0
    for _ in range(steps):
        chance = 1.0 / (1.0 + np.exp(-slope * scaled))
        curvature = np.sum(weight * scaled**2 * chance * (1.0 - chance))
        change = np.sum(weight * scaled * (won - chance)) / (curvature + 1e-9)
        slope = float(np.clip(slope + np.clip(change, -2.0, 2.0), -20.0, 20.0))
        if abs(change) < 1e-10:
            break
    return float(slope / width)


def _line(seed: str) -> int:
    match = _SEED.fullmatch(seed)
    if match is None:
        raise ValueError(f"seed {seed!r} is not a region letter and two digits, such as W01 or X16a")
    return int(match[1])


def _nothing(games: Results) -> Simple:
    return Simple(np.full(len(games), np.nan), np.full(len(games), np.nan))
