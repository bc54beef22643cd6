"""The chance during a game at its edges: before tip-off, at the last second, level, in overtime, over."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hoops.forecast.ball import Ball
from hoops.forecast.in_game import chances, chances_and_leverage, seconds_left
from hoops.forecast.normal import phi


def one(lead: float, left: float, share: float = 0.0, throws: float = 0.0, pregame: float = 0.5) -> float:
    ball = Ball(np.array([share]), np.array([throws]))
    return float(chances(np.array([float(lead)]), np.array([float(left)]), ball, np.array([pregame]))[0])


def test_the_normal_distribution_is_that_of_the_math_module():
    z = np.linspace(-6.9, 6.9, 2001)
    assert phi(z) == pytest.approx([0.5 * math.erfc(-x / math.sqrt(2.0)) for x in z.tolist()], abs=1e-14)


@pytest.mark.parametrize("pregame", [0.02, 0.3, 0.5, 0.77, 0.99])
def test_before_tip_off_it_is_the_forecast(pregame):
    assert one(0, 2400, pregame=pregame) == pytest.approx(pregame, abs=0.003)


def test_an_even_game_that_is_level_is_even():
    assert one(0, 0) == one(0, 1200) == 0.5


def test_the_better_team_is_ahead_when_regulation_ends_level():
    assert 0.6 < one(0, 0, pregame=0.9) < one(0, 300, pregame=0.9) < one(0, 1200, pregame=0.9) < 0.9


def test_a_lead_is_worth_more_the_less_is_left():
    found = [one(4, left) for left in (2400, 1200, 600, 300, 60, 10)]
    assert found == sorted(found) and found[0] < 0.62 and found[-1] > 0.99


def test_the_ball_is_worth_most_when_the_game_is_close_and_nearly_over():
    ball = [one(0, left, 1.0) - one(0, left, -1.0) for left in (2400, 600, 60, 20)]
    assert ball == sorted(ball) and ball[-1] > 0.2
    assert one(0, 0, 1.0) - one(0, 0, -1.0) < 0.1 < one(0, 0, 0.0, 2.0) - 0.5  # no time for a shot; for throws there is


def test_nobody_has_won_before_the_end_and_then_somebody_has():
    lead, left, even = np.array([40.0, 40.0, -3.0]), np.zeros(3), np.full(3, 0.5)
    ball = Ball(np.zeros(3), np.zeros(3))
    found = chances(lead, left, ball, even, np.array([False, True, True]))
    assert 0.99 < found[0] < 1.0 and found[1:].tolist() == [1.0, 0.0]


def test_two_points_matter_most_late_in_a_close_game():
    left, ball = np.array([2400.0, 60.0, 60.0]), Ball(np.zeros(3), np.zeros(3))
    early, late, decided = chances_and_leverage(np.array([0.0, 0.0, 20.0]), left, ball, np.full(3, 0.5))[1].tolist()
    assert decided < early < late < 1.0


def test_leverage_is_the_chance_with_a_point_more_less_that_with_a_point_less():
    lead, left = np.array([-3.0, -0.5, 0.0, 0.5, 1.0, 7.0]), np.array([5.0, 40.0, 0.0, 900.0, 2400.0, 33.0])
    ball, pregame = Ball(np.array([1.0, -1.0, 0.0, 0.3, -0.3, 1.0]), np.zeros(6)), np.linspace(0.2, 0.9, 6)
    more, less = (chances(lead + point, left, ball, pregame) for point in (1.0, -1.0))
    assert chances_and_leverage(lead, left, ball, pregame)[1] == pytest.approx(more - less, abs=1e-12)


def test_overtime_has_its_own_clock():
    assert seconds_left(np.array([0, 1200, 2399, 2400, 2401, 2700, 2701])).tolist() == [2400, 1200, 1, 0, 299, 0, 299]


def test_what_cannot_be_is_refused():
    zero, ball = np.zeros(1), Ball(np.zeros(1), np.zeros(1))
    with pytest.raises(ValueError, match="forecast"):
        chances(zero, zero, ball, np.ones(1))
    with pytest.raises(ValueError, match="negative"):
        chances(zero, zero - 1.0, ball, zero + 0.5)
    with pytest.raises(ValueError, match="level"):
        chances(zero, zero, ball, zero + 0.5, np.array([True]))
