"""The full model walk-forward on real seasons: every season from weights that earlier seasons gave."""

from __future__ import annotations

from pathlib import Path

import pytest

from hoops.evaluation.backtest import run
from hoops.games.leagues import League

pytest.importorskip("torch", reason="training needs torch")

from ml_jobs.read import read_league
from ml_jobs.settings import Settings
from ml_jobs.walk_forward import WalkForward

DATA = Path(__file__).parents[2] / "../shared/data/kaggle"
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
def test_log_loss_is_as_good_as_promised_and_better_than_every_baseline(league):
    read = read_league(DATA, league)
    forecaster = WalkForward(league, read.surroundings, Settings(device="cpu"))
    found = run(read.games, read.seeds, league, range(2011, 2025), forecaster)
    result = found.to_dict()
    for kind in ("regular", "ncaa"):
        losses = {name: scores["log_loss"] for name, scores in result["pooled"][kind].items()}
        full = losses.pop("full")
        assert full <= PROMISED[league, kind]
        assert full < min(losses.values())
    assert result["calibration_error"]["regular"] <= CALIBRATION_ERROR
    for one in found.differences:
        if (one.span, one.kind) == ("2011-2024", "regular"):
            assert one.high < 0.0, f"not surely better than {one.forecaster}"
