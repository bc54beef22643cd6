"""Who has the ball, read from plays as a log has them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from hoops.forecast.ball import (
    AFTER_MISS,
    AFTER_MISSED_THROW,
    AFTER_THROWS,
    AND_ONE,
    BEFORE_BONUS,
    IN_BONUS,
    IN_DOUBLE_BONUS,
    TECHNICAL_THROWS,
    Ball,
    ball_after,
)

ONE, TWO = 1, -1


def ball_of(*plays: tuple, game: list[int] | None = None, regular: int = 2) -> Ball:
    """Plays as (seconds, side, event, subtype)."""
    elapsed, side, event, subtype = zip(*plays, strict=True)
    events, subtypes = (pa.array(one, pa.string()).dictionary_encode() for one in (event, subtype))
    return ball_after(np.array(game or [0] * len(plays)), np.array(elapsed), np.array(side), events, subtypes, regular)


def test_shots_rebounds_and_turnovers_give_the_ball():
    ball = ball_of(
        (0, ONE, "jumpb", "won"),
        (0, TWO, "jumpb", "lost"),
        (15, ONE, "made3", "jump"),
        (15, ONE, "assist", None),
        (39, TWO, "miss2", "lay"),
        (39, ONE, "block", None),
        (41, TWO, "reb", "off"),
        (50, TWO, "timeout", "unk"),
        (55, TWO, "turnover", "unk"),
        (55, ONE, "steal", None),
        (60, TWO, "foul", "off"),
    )
    assert ball.share.tolist() == [1, 1, -1, -1, -AFTER_MISS, -AFTER_MISS, -1, -1, 1, 1, 1]
    assert not ball.throws.any()


def test_free_throws_are_to_come_until_the_last_one_is_shot():
    ball = ball_of(
        (20, ONE, "foul", "pers"),
        (20, TWO, "miss1", "1of3"),
        (20, TWO, "reb", "offdb"),  # of the team, between throws
        (20, TWO, "made1", "2of3"),
        (20, TWO, "miss1", "3of3"),
        (22, ONE, "reb", "def"),
    )
    assert ball.throws.tolist() == [-BEFORE_BONUS[0], -2, -2, -1, 0, 0]
    assert ball.share[1:].tolist() == [-AFTER_THROWS, -AFTER_THROWS, -AFTER_THROWS, -AFTER_MISSED_THROW, 1]


def test_a_missed_last_throw_and_a_dead_ball_rebound_give_the_ball():
    ball = ball_of((20, ONE, "miss1", "2of2"), (20, TWO, "reb", "defdb"))
    assert ball.share.tolist() == [AFTER_MISSED_THROW, -1.0] and not ball.throws.any()


@pytest.mark.parametrize("regular, bonus, double", [(2, 7, 10), (4, 5, 5)])
def test_the_bonus_counts_the_fouls_of_a_team_in_its_period(regular, bonus, double):
    length = 2400 // regular
    plays = [(second, ONE, "foul", "pers") for second in range(1, 12)] + [(length + 1, ONE, "foul", "pers")]
    throws = -ball_of(*plays, regular=regular).throws
    for number, found in enumerate(throws[:-1].tolist(), 1):
        given = IN_DOUBLE_BONUS if number >= double else IN_BONUS if number >= bonus else BEFORE_BONUS
        assert found == given[0]
    assert throws[-1] == BEFORE_BONUS[0]


def test_overtime_goes_on_with_the_fouls_of_the_last_period_and_a_new_game_begins_at_none():
    fouls = [(2300 + second, ONE, "foul", "pers") for second in range(6)]
    ball = ball_of(*fouls, (2500, ONE, "foul", "pers"), (2500, ONE, "foul", "pers"), game=[0] * 7 + [1])
    assert ball.throws[-2:].tolist() == [-IN_BONUS[0], -BEFORE_BONUS[0]]


def test_a_foul_on_a_basket_gives_one_throw_and_a_technical_one_some():
    scored = ball_of((9, ONE, "made2", "lay"), (9, ONE, "assist", None), (9, TWO, "foul", "pers"))
    assert scored.throws[-1] == AND_ONE[0]
    assert ball_of((9, ONE, "made2", "lay"), (9, ONE, "foul", "pers")).throws[-1] == -BEFORE_BONUS[0]
    assert ball_of((9, ONE, "made2", "lay"), (30, TWO, "foul", "pers")).throws[-1] == BEFORE_BONUS[0]
    technical = ball_of((9, ONE, "foul", "tech"))
    assert (technical.share[0], technical.throws[0]) == (0.0, -TECHNICAL_THROWS)


def test_unknown_plays_leave_the_ball_and_nothing_is_carried_into_another_game():
    ball = ball_of((9, ONE, "steal", None), (9, TWO, "dance", None), (9, 0, "steal", None), (0, ONE, None, None),
                   game=[4, 4, 4, 9])  # fmt: skip
    assert ball.share.tolist() == [1, 1, 1, 0]


def test_plays_out_of_order_and_of_different_length_are_refused():
    with pytest.raises(ValueError, match="sort the plays"):
        ball_of((9, ONE, "steal", None), (9, ONE, "steal", None), game=[1, 0])
    names = pa.array(["steal"]).dictionary_encode()
    with pytest.raises(ValueError, match="length"):
        ball_after(np.zeros(2, int), np.zeros(1, int), np.ones(1, int), names, names)
    assert len(ball_after(*(np.empty(0, int),) * 3, names.slice(0, 0), names.slice(0, 0)).share) == 0
