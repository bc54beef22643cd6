import math

import numpy as np
import pytest

from hoops.scoring import Bin, accuracy, brier, calibration, log_loss, margin_rmse, score

PROBABILITY = np.array([0.8, 0.5, 0.3, 0.9])
MARGIN = np.array([5.0, 3.0, -2.0, -1.0])
WON = MARGIN > 0


def test_scores_by_hand():
    assert log_loss(PROBABILITY, WON) == pytest.approx(-math.log(0.8 * 0.5 * 0.7 * 0.1) / 4)
    assert brier(PROBABILITY, WON) == pytest.approx((0.04 + 0.25 + 0.09 + 0.81) / 4)
    assert accuracy(PROBABILITY, WON) == pytest.approx((1 + 0.5 + 1 + 0) / 4)
    assert margin_rmse(np.array([4.0, 0.0, 0.0, 3.0]), MARGIN) == pytest.approx(math.sqrt((1 + 9 + 4 + 16) / 4))


def test_score_collects_them():
    scores = score(PROBABILITY, np.zeros(4), MARGIN)
    assert (scores.games, scores.accuracy) == (4, 0.625)
    assert scores.margin_rmse == pytest.approx(math.sqrt(39 / 4))


def test_score_refuses_nothing_and_certainty():
    with pytest.raises(ValueError, match="no games"):
        score(np.empty(0), np.empty(0), np.empty(0))
    for impossible in (0.0, 1.0, math.nan):
        with pytest.raises(ValueError, match="strictly between"):
            score(np.array([impossible]), np.zeros(1), np.ones(1))


def test_calibration_looks_at_favourites_whichever_team_they_are():
    table = calibration(np.array([0.95, 0.05, 0.93, 0.6, 0.5, 1.0 - 1e-9]), np.array([1, 0, 0, 1, 1, 1], bool), bins=5)
    assert [(row.games, row.won) for row in table] == [(1, 1.0), (1, 1.0), (4, 0.75)]
    assert table[0] == Bin(low=0.5, high=0.6, games=1, forecast=0.5, won=1.0)
    assert table[-1].high == 1.0
