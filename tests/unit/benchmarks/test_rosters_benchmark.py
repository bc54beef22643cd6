"""Who is on a cut roster, and what a team lacks before a game: facts of earlier games alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.absences import KINDS, PENALTY, of_team
from benchmarks.rosters import cuts
from ml_jobs.fit_absences import beside

SEEN = 2 * KINDS.index("foreknown")  # columns that know nothing of the game that is forecast


def test_cuts_know_who_came_late_and_who_was_there_last_season() -> None:
    players = pd.DataFrame(
        [(2014, 1101, 1, 0, 1), (2015, 1101, 1, 60, 20), (2015, 1101, 2, 60, 20), (2015, 1101, 3, 6, 2)],
        columns=["season", "team_id", "player_id", "first_day", "first_game"],
    )

    who = {name: players.player_id[cut & (players.season == 2015)].tolist() for name, cut in cuts(players).items()}

    assert who["whole season"] == [1, 2, 3]
    assert who["first week"] == who["first two games"] == [3] and who["first game"] == []
    assert who["first two games, and last season's"] == [1, 3]


def test_a_regular_is_lacked_from_the_game_after_the_first_that_he_misses() -> None:
    minutes = np.full((12, 5), 40.0)
    minutes[4:, 0] = 0.0

    absent, long, foreknown, for_good = (
        of_team(minutes, minutes)[:, 2 * KINDS.index(kind)].nonzero()[0][0]
        for kind in ("absent", "absent for long", "foreknown", "for good")
    )

    assert (absent, long, foreknown, for_good) == (5, 7, 4, 4)


@given(st.integers(0, 2**32 - 1), st.integers(1, 11))
def test_no_later_game_changes_what_is_lacked(seed: int, now: int) -> None:
    rng = np.random.default_rng(seed)
    minutes = rng.integers(0, 40, (12, 7)) * (rng.random((12, 7)) < 0.7) * 1.0
    points = rng.integers(0, 30, (12, 7)) * (minutes > 0.0) * 1.0
    other = minutes.copy()
    other[now:] = rng.permuted(other[now:], axis=1)

    before, after = of_team(minutes, points)[: now + 1, :SEEN], of_team(other, points)[: now + 1, :SEEN]

    assert np.array_equal(before, after)


def test_coefficients_are_found_beside_given_log_odds() -> None:
    rng = np.random.default_rng(3)
    lacks, offset = rng.normal(size=(40_000, 2)), rng.normal(size=40_000)
    won = rng.random(40_000) < 1.0 / (1.0 + np.exp(-offset - lacks @ [-0.2, 0.5]))

    assert beside(offset, lacks, won, PENALTY) == pytest.approx([-0.2, 0.5], abs=0.04)
