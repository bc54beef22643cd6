"""Match-ups: in which order they stand."""

from __future__ import annotations

import numpy as np
import pytest

from hoops.games.matchups import Matchups


@pytest.mark.parametrize(
    ("pairs", "is_in_order"),
    [
        ([], True),
        ([(1101, 1102)], True),
        ([(1102, 1101)], False),
        ([(1101, 1104), (1102, 1103)], True),
        ([(1101, 1103), (1101, 1104)], True),
        ([(1101, 1104), (1101, 1103)], False),
        ([(1102, 1103), (1101, 1104)], False),
        ([(1101, 1102), (1101, 1102)], False),  # which of the two comes first is for the rest of them to say
    ],
)
def test_games_are_in_order_by_teams_the_lower_id_first_each_pair_once(pairs, is_in_order):
    team1, team2 = np.array(pairs, np.int32).reshape(-1, 2).T
    assert Matchups(team1, team2, np.zeros(len(pairs), np.int8)).is_in_order is is_in_order
