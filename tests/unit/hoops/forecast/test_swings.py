"""What a game's chances tell, by hand."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from hoops.forecast.swings import added_by_player, changes, swings

GAME = np.array([3, 3, 3, 8, 8])
CHANCE = np.array([0.6, 0.2, 1.0, 0.9, 0.0])
BEFORE = np.array([0.5, 0.5, 0.5, 0.95, 0.95])


def test_changes_start_at_the_forecast_of_each_game():
    assert changes(GAME, CHANCE, BEFORE) == pytest.approx([0.1, -0.4, 0.8, -0.05, -0.9])


def test_a_game_is_told_by_its_sum_its_low_point_and_its_biggest_swing():
    found = swings(GAME, CHANCE, BEFORE, np.array([True, False]))
    assert found.game.tolist() == [3, 8]
    assert found.excitement == pytest.approx([1.3, 0.95])
    assert found.lowest == pytest.approx([0.2, 0.05])  # team 2 won the second game, from a forecast of 0.05
    assert found.biggest.tolist() == [2, 4] and found.swing == pytest.approx([0.8, -0.9])


def test_the_first_of_equal_swings_is_the_biggest():
    assert swings(np.zeros(2, int), np.array([0.75, 0.5]), np.full(2, 0.5), np.ones(1, bool)).biggest.tolist() == [0]


def test_no_plays_tell_nothing():
    none = np.empty(0)
    assert (
        len(swings(np.empty(0, int), none, none, np.empty(0, bool)).game)
        == len(changes(np.empty(0, int), none, none))
        == 0
    )


def credited(event: list[str | None], side: list[int], added: list[float], player: list[int] | None = None) -> list:
    n = len(event)
    names = pa.array(event, pa.string()).dictionary_encode()
    whole = np.zeros(n, int)
    player = player or [7] * n
    found = added_by_player(whole, whole, np.array(side), np.array(player), names, np.array(added))
    return found.round(6).tolist()


def test_a_basket_is_shared_with_who_assisted():
    assert credited(["made2", "assist"], [1, 1], [0.1, 0.0]) == [0.05, 0.05]
    assert credited(["made3", "assist"], [-1, -1], [-0.2, 0.0]) == [0.1, 0.1]


def test_who_steals_or_blocks_gains_what_it_cost():
    assert credited(["turnover", "steal"], [1, -1], [-0.1, 0.0]) == [-0.1, 0.1]
    assert credited(["miss2", "block"], [-1, 1], [0.03, 0.0]) == [-0.03, 0.03]
    assert credited(["turnover", "steal"], [1, 1], [-0.1, 0.0]) == [-0.1, 0.0]  # of the same team: not of this turnover


def test_what_nobody_did_is_nobodys():
    assert credited(["reb", "timeout", None], [1, 0, 1], [0.1, 0.1, 0.1], [0, 7, 7]) == [0.0, 0.0, 0.1]
    assert credited([], [], []) == []
