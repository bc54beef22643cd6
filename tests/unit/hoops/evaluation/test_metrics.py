import math

import numpy as np
import pytest

from hoops.evaluation.metrics import (
    COIN_BRIER,
    COIN_LOG_LOSS,
    Bin,
    accuracy,
    bootstrap,
    brier,
    calibrated,
    calibration,
    calibration_error,
    log_loss,
    margin_rmse,
    score,
    wilson,
)

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
    table = calibration(
        np.array([0.95, 0.05, 0.93, 0.6, 0.5, 0.4]), np.array([1, 0, 0, 1, 1, 1], bool), bins=3, smallest=1
    )
    assert [(row.games, row.won) for row in table] == [(2, 0.75), (2, 0.0), (2, 1.0)]
    assert [(row.low, row.high) for row in table] == [(0.5, 0.6), (0.6, 0.93), (0.95, 0.95)]
    assert table[1].forecast == pytest.approx((0.6 + 0.93) / 2)


def test_bins_hold_as_many_games_each_and_every_game_once():
    rng = np.random.default_rng(5)
    table = calibration(rng.random(1003), rng.random(1003) < 0.5)
    assert len(table) == 15 and sum(row.games for row in table) == 1003
    assert {row.games for row in table} == {66, 67}
    assert calibration(np.array([0.7]), np.array([True])) == [Bin(0.7, 0.7, 1, 0.7, 1.0)]


def test_few_games_make_few_bins_and_none_make_none():
    assert len(calibration(np.full(30, 0.7), np.ones(30, bool))) == 1
    assert calibration(np.array([]), np.array([], bool)) == []


def test_calibration_does_not_depend_on_which_team_is_named_first():
    rng = np.random.default_rng(2)
    probability = np.round(rng.random(400), 2)  # even ones among them
    won = rng.random(400) < probability
    for one, other in zip(calibration(probability, won), calibration(1 - probability, ~won), strict=True):
        assert (one.games, one.won) == (other.games, pytest.approx(other.won))
        assert one.forecast == pytest.approx(other.forecast)


def test_intervals_of_honest_forecasts_hold_the_forecast_about_as_often_as_promised():
    rng = np.random.default_rng(3)
    held = total = 0
    for _ in range(40):
        probability = rng.random(2000)
        bins = calibration(probability, rng.random(2000) < probability)
        held += sum(b.interval[0] <= b.forecast <= b.interval[1] for b in bins)
        total += len(bins)
    assert 0.91 < held / total < 0.99


def test_wilson_stays_within_bounds():
    assert wilson(0, 5)[0] == 0.0
    assert wilson(5, 5)[1] == pytest.approx(1.0)
    assert wilson(5, 5)[0] > 0.5


def test_a_coin_scores_as_a_coin():
    won = np.array([True, False, False])
    assert log_loss(np.full(3, 0.5), won) == pytest.approx(COIN_LOG_LOSS)
    assert (brier(np.full(3, 0.5), won), accuracy(np.full(3, 0.5), won)) == (COIN_BRIER, 0.5)


def test_the_calibration_error_sees_what_is_too_sure():
    rng = np.random.default_rng(5)
    true = rng.random(200_000)
    won = rng.random(len(true)) < true
    assert calibration_error(calibration(true, won)) < 0.005
    too_sure = 1.0 / (1.0 + (1.0 / true - 1.0) ** 1.5)
    assert calibration_error(calibration(too_sure, won)) > 0.05


def test_the_bootstrap_covers_the_mean_and_narrows_with_more_games():
    rng = np.random.default_rng(5)
    few, many = rng.normal(0.3, 1.0, (100, 1)), rng.normal(0.3, 1.0, (10_000, 1))
    (low, high), (low_of_many, high_of_many) = bootstrap(few)[0], bootstrap(many)[0]
    assert low < few.mean() < high and high - low == pytest.approx(4 * few.std() / 10, rel=0.15)
    assert (high - low) / (high_of_many - low_of_many) == pytest.approx(10, rel=0.15)
    assert bootstrap(few) == [(low, high)]
    np.testing.assert_allclose(bootstrap(np.hstack([few, few])), [(low, high)] * 2)


def test_scores_are_those_of_scikit_learn():
    from sklearn import metrics  # slow to import
    from sklearn.calibration import calibration_curve

    rng = np.random.default_rng(5)
    probability = rng.uniform(0.01, 0.99, 3000)
    won = rng.random(3000) < probability
    assert log_loss(probability, won) == pytest.approx(metrics.log_loss(won, probability))
    assert brier(probability, won) == pytest.approx(metrics.brier_score_loss(won, probability))
    favourite, favourite_won = np.maximum(probability, 1 - probability), won ^ (probability < 0.5)
    share, forecast = calibration_curve(favourite_won, favourite, n_bins=15, strategy="quantile")
    found = calibration(probability, won)
    np.testing.assert_allclose([one.forecast for one in found], forecast, atol=1e-9)
    np.testing.assert_allclose([one.won for one in found], share, atol=1e-9)


def test_a_perfect_forecaster_is_within_the_noise_and_a_sure_one_is_not():
    rng = np.random.default_rng(3)
    chance = rng.uniform(0.02, 0.98, 3000)
    chance[::50] = 0.5
    won = rng.random(3000) < chance
    true = calibrated(chance, won)
    assert true.error == calibration_error(calibration(chance, won))
    assert true.low < true.perfect < true.high and true.within_noise
    # A bin of n games is off by |N(0, s)| where s^2 is the mean p (1 - p) over n, by s sqrt(2 / pi) in the mean.
    decided = np.sort(np.maximum(chance, 1 - chance))
    decided = np.where(decided == 0.5, 0.0, decided)
    by_bin = [math.sqrt(np.sum(part * (1 - part)) * 2 / math.pi) for part in np.array_split(decided, 15)]
    assert true.perfect == pytest.approx(sum(by_bin) / 3000, rel=0.05)
    assert calibrated(1 - chance, ~won) == true
    sure = np.where(chance > 0.5, 0.5 * (1 + chance), 0.5 * chance)
    assert not calibrated(sure, won).within_noise
