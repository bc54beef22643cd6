"""Weeks of forecasts beside what they promise: counted by hand, quiet where forecasts are right, loud where not."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hoops.arrays import Floats
from hoops.evaluation import drift
from hoops.evaluation.drift import LEAST, Week

GAMES = 200  # a week


def season(factor: float, *, weeks: int = 18, shift: float = 0.0, seed: int = 1) -> list[Week]:
    """Weeks of games whose log-odds are drawn and whose forecasts have them times a factor, and shifted."""
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(0.0, 1.3, weeks * GAMES)
    day = np.repeat(np.arange(weeks), GAMES) * 7 + rng.integers(0, 7, len(log_odds))
    won = rng.random(len(log_odds)) < chance(log_odds)
    return drift.weeks(day, chance(factor * log_odds + shift), won, won & False, newest=weeks * 7)


def chance(log_odds: Floats) -> Floats:
    probability: Floats = 1.0 / (1.0 + np.exp(-log_odds))
    return probability


def test_a_week_counted_by_hand() -> None:
    day = np.array([7, 13, 14])
    won, issued = np.array([True, False, True]), np.array([True, False, False])
    first, second = drift.weeks(day, np.array([0.8, 0.8, 0.5]), won, issued, newest=19)
    entropy = -0.8 * math.log(0.8) - 0.2 * math.log(0.2)
    assert (first.first_day, first.last_day, first.games, first.issued, first.is_whole) == (7, 13, 2, 1, True)
    assert first.log_loss == pytest.approx(-(math.log(0.8) + math.log(0.2)) / 2)
    assert first.promised == pytest.approx(entropy)
    # Of one game the loss is log(4) apart with 0.8 and 0.2: its standard deviation is 0.4 of that.
    assert first.noise == pytest.approx(0.4 * math.log(4) / math.sqrt(2))
    assert first.score == pytest.approx((first.log_loss - first.promised) / first.noise)
    assert (second.first_day, second.is_whole, second.noise, second.score) == (14, False, 0.0, 0.0)
    assert not first.counts and not first.has_drifted and first.recent is None


def test_scores_of_right_forecasts_are_standard_normal() -> None:
    scores = np.array([week.score for seed in range(40) for week in season(1.0, seed=seed)])
    assert abs(scores.mean()) < 0.12
    assert 0.9 < scores.std() < 1.1
    recent = np.array([week.recent for seed in range(40) for week in season(1.0, seed=seed)[drift.SPAN - 1 :]])
    assert 0.85 < recent.astype(float).std() < 1.15


@pytest.mark.parametrize(("factor", "sign"), [(1.6, 1), (1 / 1.6, -1)])
def test_forecasts_that_are_too_sure_or_not_sure_enough_are_found(factor: float, sign: int) -> None:
    weeks = season(factor)
    drifted = [week for week in weeks if week.has_drifted]
    assert drifted and weeks.index(drifted[0]) < drift.SPAN
    assert all(np.sign(week.recent) == sign for week in weeks[drift.SPAN - 1 :])


def test_a_drift_too_small_for_a_week_shows_in_four_together() -> None:
    weeks = [week for seed in range(10) for week in season(1.25, seed=seed)]
    alone = np.mean([abs(week.score) > drift.LIMIT for week in weeks])
    assert np.mean([week.has_drifted for week in weeks]) > 1.5 * alone


def test_weeks_that_do_not_count_are_no_part_of_four_together() -> None:
    rng = np.random.default_rng(3)
    sizes = [LEAST, LEAST - 1, LEAST, LEAST, LEAST, LEAST]
    day = np.repeat(np.arange(len(sizes)) * 7, sizes)
    probability = np.full(len(day), 0.9)
    won = rng.random(len(day)) < 0.9
    weeks = drift.weeks(day, probability, won, won & False, newest=41 - 1)
    assert [week.counts for week in weeks] == [True, False, True, True, True, False]
    assert [week.recent is None for week in weeks] == [True, True, True, True, False, True]
    counting = [week for week in weeks if week.counts]
    beyond = sum((week.log_loss - week.promised) * week.games for week in counting)
    spread = sum((week.noise * week.games) ** 2 for week in counting)
    assert weeks[4].recent == pytest.approx(beyond / math.sqrt(spread))


def test_a_season_without_games_has_no_weeks() -> None:
    nothing = np.empty(0)
    assert drift.weeks(nothing.astype(int), nothing, nothing > 0, nothing > 0, newest=0) == []
