"""The shipped constants on real seasons, all of them later than the ones that chose the constants."""

from __future__ import annotations

from pathlib import Path

import pytest

from hoops.contract import parse, read
from hoops.contract.merge import Statement, merge
from hoops.evaluation.backtest import Backtest, run
from hoops.evaluation.metrics import calibration, calibration_error
from hoops.games.leagues import League

DATA = Path(__file__).parents[2] / "../shared/data/kaggle"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="the real seasons are not beside this checkout"),
]
# Log loss pooled over 2011-2024 that the project promises at most, by league and kind.
PROMISED = {
    (League.MEN, "regular"): 0.524,
    (League.MEN, "ncaa"): 0.570,
    (League.WOMEN, "regular"): 0.476,
    (League.WOMEN, "ncaa"): 0.412,
}


@pytest.fixture(scope="module", params=League)
def backtest(request: pytest.FixtureRequest) -> Backtest:
    league = request.param
    results = [
        DATA / f"{league}{kind}CompactResults.csv" for kind in ("RegularSeason", "NCAATourney", "SecondaryTourney")
    ]
    games = merge([Statement("", file.name, read(parse(file.name), file.read_bytes()).table) for file in results])
    seeds = DATA / f"{league}NCAATourneySeeds.csv"
    return run(games, read(parse(seeds.name), seeds.read_bytes()).table, league, range(2011, 2025))


def test_log_loss_is_as_good_as_promised_and_better_than_every_baseline(backtest):
    pooled = backtest.to_dict()["pooled"]
    for (league, kind), promised in PROMISED.items():
        if league is backtest.league:
            losses = {name: scores["log_loss"] for name, scores in pooled[kind].items()}
            model = losses.pop("statespace")
            assert model <= promised
            assert model < min(losses.values()) - 0.01


def test_forecasts_are_calibrated(backtest):
    probability, won = backtest.forecasts["statespace"].probability, backtest.played.won
    for row in calibration(probability, won, bins=10):
        assert row.won == pytest.approx(row.forecast, abs=0.02)
    assert sum(row.games for row in backtest.calibration["all"]) == backtest.predictions.num_rows > 70_000
    assert calibration_error(backtest.calibration["regular"]) <= 0.01
