"""Who is out: counted game by game as one would count it from all games at once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.absences import of_team
from hoops.knowledge import absences
from hoops.knowledge.absences import Absences
from hoops.players import Appearances
from hoops.schemas import PLAYER_GAMES

TEAM, OTHER = 1101, 1102
FIVE = range(5)


def a_day(minutes: dict[int, float], points: dict[int, int] | None = None, team: int = TEAM) -> Appearances:
    rows = [{"season": 2020, "day": 1, "team_id": team, "player_id": who, "minutes": one,
             "points": None if points is None else points[who]} for who, one in sorted(minutes.items())]  # fmt: skip
    return Appearances.of(pa.Table.from_pylist(rows, PLAYER_GAMES))


def after(days: list[Appearances], state: Absences | None = None) -> Absences:
    state = state or absences.initial()
    for day in days:
        state = absences.update(state, np.array([OTHER, TEAM], np.int32), day)
    return state


def lacking(state: Absences) -> list[float]:
    return absences.lacking(state, np.array([TEAM], np.int32))[0].tolist()


@pytest.mark.parametrize("seed", range(5))
def test_game_by_game_it_is_what_all_games_at_once_tell(seed):
    rng = np.random.default_rng(seed)
    there = rng.random((30, 11)) < rng.choice([0.3, 0.7, 0.9, 1.0], 11)
    there[:, :5] |= ~there.any(axis=1, keepdims=True)
    there[rng.integers(30) :, 2] = False  # hurt for good
    minutes = np.where(there, rng.integers(0, 40, there.shape), 0).astype(float)
    points = np.where(minutes > 0, rng.integers(0, 20, there.shape), 0)
    state, found = absences.initial(), []
    for played, scored in zip(minutes, points, strict=True):
        found.append(lacking(state))
        listed = np.flatnonzero((played > 0) | (rng.random(11) < 0.2)).tolist()  # some are listed and do not play
        state = after([a_day({who: played[who] for who in listed}, {who: int(scored[who]) for who in listed})], state)
    np.testing.assert_allclose(found, of_team(minutes, points.astype(float))[:, :2], rtol=0, atol=1e-12)
    assert np.any(np.array(found) > 0.3)


def test_who_stops_playing_is_out_until_he_is_back():
    whole = a_day(dict.fromkeys(FIVE, 40.0), {who: 10 + 10 * (who == 0) for who in FIVE})
    without = a_day(dict.fromkeys(FIVE[1:], 50.0), dict.fromkeys(FIVE[1:], 10))
    state = after([whole] * 3)
    assert lacking(state) == [0.0, 0.0]
    state = after([without] * 2, state)
    out = absences.out(state)
    assert (out.team.tolist(), out.player.tolist(), out.missed.tolist()) == ([TEAM], [0], [2])
    assert lacking(state) == pytest.approx([1.0, 5 * 20 / 60 - 1.0])
    assert lacking(after([whole], state)) == [0.0, 0.0]


@pytest.mark.parametrize(
    ("games", "minutes"), [([0, 1], 40.0), ([0, 3, 5], 40.0), ([0, 1, 2, 3], 5.0)], ids=["few", "now and then", "short"]
)
def test_nobody_misses_who_was_no_regular(games, minutes):
    days = [a_day(dict.fromkeys(FIVE, 40.0) | ({9: minutes} if day in games else {})) for day in range(7)]
    assert lacking(after(days)) == [0.0, 0.0]


def test_without_points_they_say_nothing_and_a_team_of_which_nothing_is_told_lacks_nobody():
    state = after([a_day(dict.fromkeys(FIVE, 40.0))] * 3 + [a_day(dict.fromkeys(FIVE[1:], 50.0))])
    assert lacking(state) == [1.0, 0.0]
    assert absences.lacking(state, np.array([OTHER, 1103], np.int32)).tolist() == [[0.0, 0.0]] * 2


def test_who_is_in_no_game_of_the_results_does_not_count():
    day = a_day(dict.fromkeys(FIVE, 40.0))
    assert absences.update(absences.initial(), np.array([OTHER], np.int32), day).players.tolist() == []
    nobody = a_day(dict.fromkeys(FIVE, 0.0))
    assert after([day, nobody]).games.tolist() == [1]


def test_what_is_packed_comes_back():
    state = after([a_day(dict.fromkeys(FIVE, 40.0)), a_day(dict.fromkeys(range(3, 9), 30.0), team=OTHER)])
    content = absences.to_bytes(state)
    assert absences.to_bytes(absences.from_bytes(content)) == content
    with pytest.raises(ValueError, match="not the bytes of absences"):
        absences.from_bytes(content[:-9])
    with pytest.raises(ValueError, match="read-only"):
        state.games[0] = 9
