"""What is counted when odds are compared with what came."""

from __future__ import annotations

import numpy as np
import pytest

from hoops.brackets.compared import SINCE, evening, scores, titles
from hoops.brackets.facts import Facts
from hoops.brackets.odds import odds
from tests.unit.hoops.brackets.small_brackets import of_seeds

SIX = of_seeds(1, ("W01", "Y01"))
TEAM = dict(zip(SIX.seeds, SIX.teams.tolist(), strict=True))
LAST = {"W01": TEAM["W01a"], "Y01": TEAM["Y01b"], "R5WX": TEAM["X01"], "R5YZ": TEAM["Y01b"], "R6CH": TEAM["Y01b"]}
EVEN = np.full(len(SIX.games), 0.5)


def test_only_what_was_open_is_counted() -> None:
    won = {"W01": TEAM["W01a"], "R5WX": TEAM["X01"]}
    reach = odds(SIX, EVEN, won).reach
    found = evening(SIX, SINCE[0], Facts(136, {}, won), LAST, {"even": reach})
    rows = [SIX.seeds.index(seed) for seed in ("X01", "Y01a", "Y01b", "Z01")]
    expected = np.zeros((6, 7), np.bool_)
    expected[rows, 6] = expected[rows[1:], 5] = True
    np.testing.assert_array_equal(found.unsaid, expected)
    assert found.came[SIX.seeds.index("Y01b")].all() and not found.came[SIX.seeds.index("Y01a")].any()
    assert found.came[SIX.seeds.index("X01")].tolist() == [True] * 6 + [False]
    assert found.champion("even") == pytest.approx(-np.log(0.125))
    chances = [0.5, 0.875, 0.125, 0.75, 0.75, 0.25, 0.5]  # of what came: X01, Y01a, Y01b and Z01 to the end
    assert found.log_loss("even") == pytest.approx(-np.mean(np.log(chances)))


def test_scores_are_means_over_seasons_with_the_better_one_below_0() -> None:
    sure = np.full(len(SIX.games), 0.5)
    sure[SIX.games.weak == SIX.row[TEAM["Y01b"]]] = 0.1
    sure[SIX.games.strong == SIX.row[TEAM["Y01b"]]] = 0.9
    reach = {"even": odds(SIX, EVEN).reach, "sure": odds(SIX, sure).reach}
    fields = [of_seeds(1, ("W01", "Y01"), season) for season in (2017, 2018, 2019)]
    found = [evening(field, SINCE[0], Facts(132, {}, {}), LAST, reach) for field in fields]
    made = list(scores(found, ("even", "sure")))
    assert [(one.span, one.loss, one.seasons) for one in made] == [
        (span, loss, seasons)
        for span, seasons in (("2017-2019", 3), ("2017-2018", 2), ("2019", 1))
        for loss in ("log_loss", "champion")
    ]
    for one in made:
        assert one.first == pytest.approx(getattr(found[0], one.loss)("even"))
        assert one.second == pytest.approx(getattr(found[0], one.loss)("sure")) and one.second < one.first
        assert one.low == pytest.approx(one.second - one.first) == one.high
    bins = titles(found, "sure")
    assert sum(one.teams for one in bins) == 18 and sum(one.expected for one in bins) == pytest.approx(3.0)
    assert [(one.low, one.teams, one.won) for one in bins if one.won] == [(0.4, 3, 3)]
