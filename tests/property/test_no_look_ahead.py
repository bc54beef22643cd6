"""Whatever happens on a day, no forecast of that day or an earlier one can know it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hoops.evaluation.backtest import walk
from hoops.evaluation.baselines import ELO, elo_edges
from hoops.games.leagues import League
from hoops.games.results import Results
from hoops.knowledge.parameters import defaults
from tests.unit.hoops.fabricated_games import scores_of, turned_around, without_box

PARAMETERS = defaults(League.MEN)


@st.composite
def schedules(draw: st.DrawFn) -> Results:
    """A few days over two or three seasons, each with games between different teams of a small league."""
    rows = []
    for season in range(2001, 2001 + draw(st.integers(2, 3))):
        for day in sorted(draw(st.sets(st.integers(0, 154), min_size=1, max_size=4))):
            teams = draw(st.permutations(range(1101, 1109)))
            for team1, team2 in zip(teams[: draw(st.integers(1, 4))], teams[4:], strict=False):
                margin = draw(st.integers(-40, 40).filter(bool))
                rows.append((season, day, min(team1, team2), max(team1, team2), draw(st.sampled_from((-1, 0, 1))),
                             margin, draw(st.integers(0, 2))))  # fmt: skip
    rows.sort()
    season, day, team1, team2, site, margin, num_ot = (np.array(column) for column in zip(*rows, strict=True))
    return without_box(season, day, "regular", team1, team2, site, margin, num_ot)


@settings(deadline=None)
@given(schedules(), st.data())
def test_changing_a_game_changes_no_forecast_of_its_day_or_earlier(games, data):
    row = data.draw(st.integers(0, len(games) - 1))
    margin, num_ot, kept = games.margin.copy(), games.num_ot.copy(), np.full(len(games), True)
    margin[row] = data.draw(st.integers(-60, 60).filter(lambda new: new not in (0, margin[row])))
    num_ot[row] = data.draw(st.integers(0, 3))
    kept[row] = data.draw(st.booleans())  # or the game never happened
    changed = replace(games, score=scores_of(margin), num_ot=num_ot).rows(kept)

    when = games.season.astype(int) * 1000 + games.day
    known = when <= when[row]
    before, after = walk(games, PARAMETERS), walk(changed, PARAMETERS)
    np.testing.assert_array_equal(before.probability[known & kept], after.probability[known[kept]])
    np.testing.assert_array_equal(before.margin[known & kept], after.margin[known[kept]])
    elo = ELO[League.MEN]
    np.testing.assert_array_equal(elo_edges(games, elo)[known & kept], elo_edges(changed, elo)[known[kept]])


@settings(deadline=None)
@given(schedules(), st.randoms(use_true_random=False))
def test_forecasts_are_antisymmetric_and_do_not_depend_on_the_order_of_rows(games, random):
    turned = np.array([random.random() < 0.5 for _ in range(len(games))])
    order = np.array(sorted(range(len(games)), key=lambda row: (games.season[row], games.day[row], random.random())))
    other = turned_around(games, turned).rows(order)
    before, after = walk(games, PARAMETERS), walk(other, PARAMETERS)
    one = np.where(turned, 1.0 - before.probability, before.probability)[order]
    assert np.abs(one - after.probability).max() <= 1e-12
    np.testing.assert_array_equal(np.where(turned, -before.margin, before.margin)[order], after.margin)
