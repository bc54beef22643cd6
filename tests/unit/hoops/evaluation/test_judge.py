"""A better model is found better, an equal one is not, and the reason stands beside the figures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hoops.evaluation.gate import LEAST
from hoops.evaluation.judge import NEEDED, Comparison, calibration_slope, compare
from hoops.games.results import Results
from tests.unit.hoops.fabricated_games import a_table

SINCE = (2024, 0)


@pytest.fixture(scope="module")
def played() -> Results:
    return Results.of(a_table(np.random.default_rng(0), [2024], teams=60, days=40)).rows(slice(1200))


def drawn(log_odds: np.ndarray, played: Results, seed: int = 0) -> tuple[np.ndarray, Results]:
    """Probabilities of log-odds, and the games as they come out by them."""
    probability = 1.0 / (1.0 + np.exp(-log_odds))
    won = np.random.default_rng(seed).random(len(played)) < probability
    return probability, replace(played, score=np.where(won[:, None], [[80.0, 70.0]], [[70.0, 80.0]]))


@pytest.fixture(scope="module")
def truth(played: Results) -> tuple[np.ndarray, Results]:
    return drawn(np.random.default_rng(1).normal(0.0, 1.5, len(played)), played)


def test_the_truth_beats_a_bent_forecast(truth: tuple[np.ndarray, Results]) -> None:
    probability, games = truth
    found = compare(probability, bent(probability, 2.0), games, SINCE)
    assert found.faults == () and found.better > 0.99 and found.log_loss < found.champion_log_loss
    assert found.low < found.high < 0.0
    assert (found.games, found.days, found.since, found.through) == (1200, 40, SINCE, (2024, 39))
    assert found == compare(probability, bent(probability, 2.0), games, SINCE)
    assert "on 1,200 games of 40 days (day 0 of 2024 to day 39 of 2024)" in found.figures


def test_a_bent_forecast_is_told_why(truth: tuple[np.ndarray, Results]) -> None:
    probability, games = truth
    sure = compare(bent(probability, 2.0), probability, games, SINCE)
    assert sure.better < 0.01 and sure.slope == pytest.approx(0.5, rel=0.15)
    assert [text.split(",")[0] for text in sure.faults][1:] == ["the Brier score is worse", "it is too sure"]
    assert "are needed" in sure.faults[0]
    assert "it is not sure enough" in compare(bent(probability, 0.6), probability, games, SINCE).faults[-1]


def test_an_equal_model_takes_nothing_over(truth: tuple[np.ndarray, Results]) -> None:
    probability, games = truth
    found = compare(probability, probability.copy(), games, SINCE)
    assert found.better == 0.0 and len(found.faults) == 1


def test_a_champion_that_is_worse_calibrated_keeps_nobody_out(truth: tuple[np.ndarray, Results]) -> None:
    probability, games = truth
    assert compare(bent(probability, 1.5), bent(probability, 2.5), games, SINCE).faults == ()


def test_too_few_games_tell_nothing(truth: tuple[np.ndarray, Results]) -> None:
    probability, games = truth
    few = slice(LEAST - 1)
    found = compare(probability[few], bent(probability, 3.0)[few], games.rows(few), SINCE)
    assert found.better > NEEDED and found.faults == (
        f"{LEAST - 1} games that neither model has seen are too few to tell: {LEAST} are needed",
    )
    with pytest.raises(ValueError, match="no games"):
        compare(probability[:0], probability[:0], games.rows(slice(0)), SINCE)
    with pytest.raises(ValueError, match="strictly between"):
        compare(probability * np.nan, probability, games, SINCE)


def test_days_are_resampled_and_not_games(played: Results) -> None:
    """Games of a day that all turn out alike count for one."""
    probability, games = drawn(np.zeros(len(played)), played)
    won = games.day % 2 == 0
    alike = replace(games, score=np.where(won[:, None], [[80.0, 70.0]], [[70.0, 80.0]]))
    leaning = probability + 0.02
    by_day, by_game = (compare(leaning, probability, one, SINCE) for one in (alike, games))
    assert by_day.high - by_day.low > 3 * (by_game.high - by_game.low)


def test_which_team_is_named_first_does_not_matter(truth: tuple[np.ndarray, Results]) -> None:
    probability, games = truth
    turned = replace(games, score=games.score[:, ::-1])
    one, other = (
        compare(probability, bent(probability, 1.2), games, SINCE),
        compare(1.0 - probability, 1.0 - bent(probability, 1.2), turned, SINCE),
    )
    for name, value in one.to_dict().items():
        assert value == pytest.approx(getattr(other, name), rel=1e-9), name


def test_a_slope_lies_within_its_error_as_often_as_it_should(played: Results) -> None:
    log_odds = np.random.default_rng(2).normal(0.0, 1.5, len(played))
    off = []
    for seed in range(200):
        probability, games = drawn(log_odds, played, seed)
        slope, error = calibration_slope(probability, games.won)
        off.append(abs(slope - 1.0) / error)
    assert 0.9 < np.mean(np.array(off) < 1.96) < 0.99
    assert calibration_slope(np.full(4, 0.5), np.arange(4) < 2) == (0.0, float("inf"))


def test_what_is_needed_is_not_rounded_to(truth: tuple[np.ndarray, Results]) -> None:
    probability, games = truth
    almost: Comparison = replace(compare(probability, bent(probability, 1.5), games, SINCE), better=0.8999)
    assert "89.9% of the resamples" in almost.faults[0]


def bent(probability: np.ndarray, slope: float) -> np.ndarray:
    """The same with log-odds that many times as large."""
    return 1.0 / (1.0 + ((1.0 - probability) / probability) ** slope)
