"""Who is out, as columns: whom a team misses, nobody, and nothing told."""

from __future__ import annotations

import numpy as np

from hoops.knowledge import absences
from hoops.tables.absent import absent
from tests.unit.hoops.knowledge.test_absences import OTHER, TEAM, a_day, after

NOBODY = 1999
TEAMS = np.array([TEAM, OTHER, NOBODY], np.int32)


def test_those_who_play_most_come_first_and_have_their_names() -> None:
    minutes = {1: 10.0, 2: 30.0, 3: 40.0, 4: 40.0, 5: 40.0, 6: 40.0}
    left = dict.fromkeys((3, 4, 5, 6), 40.0)
    state = after([a_day(minutes)] * 3 + [a_day(left), a_day(left)])
    state = after([a_day({9: 40.0}, team=OTHER)], state)
    found = absent(state, TEAMS, {2: "Al Ash", 5: "Bo"})
    assert found["games_told"].to_pylist() == [5, 1, None]
    mine, other, untold = found["absent"]
    assert (other, untold) == ([], None)
    assert [(one["player_id"], one["player_name"], one["missed"]) for one in mine] == [(2, "Al Ash", 2)]
    longer = after([a_day(minutes | {1: 30.0})] * 3 + [a_day(left)])
    assert [one["player_name"] for one in absent(longer, TEAMS, {2: "Al Ash"})["absent"][0]] == ["Player 1", "Al Ash"]
    assert [one["player_id"] for one in absent(after([a_day(minutes | {1: 20.0})] * 3 + [a_day(left)]), TEAMS, {})[
        "absent"][0]] == [2, 1]  # fmt: skip


def test_a_league_without_players_games_tells_nothing() -> None:
    found = absent(absences.initial(), TEAMS, {})
    assert found["games_told"].to_pylist() == found["absent"] == [None] * 3
