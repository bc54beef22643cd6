"""The scorer walk-forward on real seasons: every season from weights that earlier seasons gave."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hoops.features import walk
from hoops.leagues import League
from hoops.parameters import defaults
from hoops.results import Results

pytest.importorskip("torch", reason="training needs the extra `train`")

from ml_jobs.scorer import Games
from ml_jobs.settings import Settings
from ml_jobs.walk_forward import forecasts, read_league, table

DATA = Path(__file__).parents[2] / "../shared/data/kaggle"
SEASONS = range(2011, 2025)
# Log loss pooled over 2011-2024 that the project promises at most, by league and kind, and calibration error.
PROMISED = {
    (League.MEN, "regular"): 0.5190,
    (League.MEN, "ncaa"): 0.5640,
    (League.WOMEN, "regular"): 0.4690,
    (League.WOMEN, "ncaa"): 0.4066,
}
CALIBRATION_ERROR = 0.01


@pytest.mark.slow
@pytest.mark.skipif(not DATA.is_dir(), reason="the real seasons are not beside this checkout")
@pytest.mark.parametrize("league", League)
def test_log_loss_is_as_good_as_promised_and_better_than_the_state_space(league):
    games, conferences = read_league(DATA, league)
    played, described, _ = walk(games, defaults(league), conferences)
    full, _ = forecasts(Games.of(played, Results.of(games).has_box, described), SEASONS, Settings(device="cpu"))
    for row in table(played, full, 1.0 / (1.0 + np.exp(-described.offset)), SEASONS):
        if row.span == "all" and (league, row.kind) in PROMISED:
            assert row.full <= PROMISED[league, row.kind]
            assert row.full < row.statespace
            if row.kind == "regular":
                assert row.high < 0.0 and row.calibration_error <= CALIBRATION_ERROR
