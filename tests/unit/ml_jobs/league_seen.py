"""Games of some seasons as a scorer sees them, made up."""

from __future__ import annotations

import numpy as np
import pytest

from hoops.forecast.feature_list import CONTEXT, NAMES
from hoops.forecast.features import Described

pytest.importorskip("torch", reason="training needs torch")

from ml_jobs.games import Games

SEASONS = np.arange(2008, 2014)


def some_games(a_season: int = 400) -> Games:
    """Outcomes that depend on the offset, linearly on turnovers, and on rest only early in the season."""
    rng = np.random.default_rng(3)
    m = a_season * len(SEASONS)
    values = rng.normal(size=(m, len(NAMES)))
    context = rng.normal(size=(m, len(CONTEXT)))
    context[:, -1] = rng.random(m)  # the share of box scores
    offset = values[:, 0]
    pull = 0.8 * values[:, NAMES.index("adjusted_to")] + 1.5 * values[:, NAMES.index("rest")] * (context[:, 0] < 0)
    margin = 8.0 * (offset + pull + rng.logistic(size=m))
    season = np.repeat(SEASONS, a_season).astype(np.int16)
    described = Described(offset, values, context, 8.0 * offset, np.full(m, 11.0))
    day = np.tile(np.arange(a_season) * 150 // a_season, len(SEASONS)).astype(np.int16)
    return Games(season, day, rng.random(m) < 0.05, margin, season >= 2009, np.ones(m), described)
