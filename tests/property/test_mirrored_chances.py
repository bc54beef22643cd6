"""Whatever the state of a game: its two teams mirror each other, and more is never worse."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from hoops.forecast.ball import Ball, ball_after
from hoops.forecast.in_game import chances, chances_and_leverage
from hoops.forecast.swings import changes, swings

shares, throws = st.floats(-1.0, 1.0), st.floats(-3.0, 3.0)
# 1 - p is exact for these, as it is for every probability that comes as one minus another.
forecasts = st.integers(1, 2**30 - 1).map(lambda number: number / 2**30)
states = st.tuples(st.integers(-60, 60), st.integers(0, 2400), shares, throws, forecasts)
EVENTS = [
    "made1",
    "made2",
    "made3",
    "miss1",
    "miss2",
    "reb",
    "foul",
    "turnover",
    "steal",
    "assist",
    "block",
    "jumpb",
    None,
]
SUBTYPES = ["1of2", "2of2", "off", "def", "offdb", "pers", "tech", "won", "lost", "unk", None]
plays = st.tuples(st.integers(0, 2), st.integers(0, 3000), st.sampled_from([-1, 0, 1]), st.sampled_from(EVENTS),
                  st.sampled_from(SUBTYPES))  # fmt: skip


def arrays(rows: list[tuple]) -> tuple[np.ndarray, np.ndarray, Ball, np.ndarray]:
    lead, left, share, throws, pregame = (np.array(column, float) for column in zip(*rows, strict=True))
    return lead, left, Ball(share, throws), pregame


@settings(deadline=None)
@given(st.lists(states, min_size=1))
def test_swapping_the_teams_mirrors_every_chance_exactly(rows):
    lead, left, ball, pregame = arrays(rows)
    swapped = -lead, left, Ball(-ball.share, -ball.throws), 1.0 - pregame
    chance = chances(lead, left, ball, pregame)
    assert np.array_equal(chances(*swapped), 1.0 - chance)
    assert np.array_equal(chances_and_leverage(*swapped)[1], chances_and_leverage(lead, left, ball, pregame)[1])
    assert np.all((chance > 0.0) & (chance < 1.0))


@settings(deadline=None)
@given(states, st.integers(1, 3), st.floats(0.0, 1.0), st.sampled_from(["lead", "share", "pregame"]))
def test_more_is_never_worse(state, points, more, what):
    lead, left, share, throws, pregame = state
    raised = {
        "lead": (lead + points, left, share, throws, pregame),
        "share": (lead, left, share + (1.0 - share) * more, throws, pregame),
        "pregame": (lead, left, share, throws, pregame + (1.0 - pregame) * more / 2.0),
    }[what]
    fewer, better = chances(*arrays([state, raised])).tolist()
    assert better >= fewer - 1e-12


@settings(deadline=None)
@given(st.lists(plays, min_size=1, max_size=30))
def test_swapping_the_teams_mirrors_the_ball(rows):
    rows.sort(key=lambda row: row[:2])
    game, elapsed, side, event, subtype = zip(*rows, strict=True)
    names = [pa.array(one, pa.string()).dictionary_encode() for one in (event, subtype)]
    game, elapsed, side = (np.array(one) for one in (game, elapsed, side))
    ball, mirrored = (ball_after(game, elapsed, one, *names) for one in (side, -side))
    assert np.array_equal(ball.share, -mirrored.share) and np.array_equal(ball.throws, -mirrored.throws)
    assert np.all(np.abs(ball.share) <= 1.0)
    # A play knows nothing of later ones.
    half = len(rows) // 2
    begun = ball_after(game[:half], elapsed[:half], side[:half], *(one.slice(0, half) for one in names))
    assert np.array_equal(begun.share, ball.share[:half]) and np.array_equal(begun.throws, ball.throws[:half])


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0.0, 1.0)), min_size=1), st.floats(0.01, 0.99))
def test_a_game_moves_at_least_from_its_forecast_to_its_end(rows, pregame):
    rows.sort(key=lambda row: row[0])
    game, chance = (np.array(column) for column in zip(*rows, strict=True))
    before = np.full(len(game), pregame)
    won = np.array([chance[game == number][-1] >= 0.5 for number in np.unique(game)])
    found, added = swings(game, chance, before, won), changes(game, chance, before)
    for number, told, low, place, swing in zip(
        found.game, found.excitement, found.lowest, found.biggest, found.swing, strict=True
    ):
        of = game == number
        assert told >= abs(chance[of][-1] - pregame) - 1e-9
        assert low <= min(max(pregame, 1.0 - pregame), max(chance[of][-1], 1.0 - chance[of][-1]))
        assert np.isclose(added[of].sum(), chance[of][-1] - pregame)
        assert game[place] == number and abs(swing) == np.abs(added[of]).max()
