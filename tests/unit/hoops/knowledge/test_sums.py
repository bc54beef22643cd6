"""Sums against a naive recomputation from all earlier games, and the promises of their interface."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoops.arrays import Ids, look_up
from hoops.forecast.fold import days_of
from hoops.games.moment import Moment
from hoops.games.results import Results
from hoops.knowledge.sums import (
    HALF_LIFE,
    STATISTICS,
    SUMMER,
    Aggregates,
    Totals,
    advance,
    from_bytes,
    initial,
    split,
    to_bytes,
    update,
)
from tests.unit.hoops.fabricated_games import turned_around
from tests.unit.hoops.fabricated_results import a_league

TEAMS = np.arange(1101, 1109, dtype=np.int32)


def totals(state: Aggregates, teams: Ids, scope: str = "season_sums") -> Totals:
    return split(look_up(state.teams, getattr(state, scope), teams, 0))


def folded(games: pa.Table, now: Moment | None = None) -> Aggregates:
    """After the games, or on the morning of a later day."""
    state, since = initial(), None
    for day in days_of(games):
        moment = day.timestamp
        state = update(advance(state, since or moment, moment), moment, Results.of(day.games))
        since = moment
    return state if now is None else advance(state, since or now, now)


def naive(games: pa.Table, scope: str, season: int, day: int) -> dict[str, np.ndarray]:
    """The definition, game by game and team by team, over all earlier games."""
    shape = (len(TEAMS), 2, len(STATISTICS))
    out = {"counted": np.zeros(shape), "own": np.zeros(shape), "against": np.zeros(shape), "games": np.zeros(shape[:2])}
    for row in games.to_pylist():
        if scope == "season_sums" and row["season"] != season:
            continue
        summers = season - row["season"]
        days = day - row["day"]
        if summers:  # it faded by the day within its own season only up to that season's last day with games
            days = day + max(r["day"] for r in games.to_pylist() if r["season"] == row["season"]) - row["day"]
        weight = SUMMER**summers * 0.5 ** (days / HALF_LIFE) if scope == "decayed" else 1.0
        for side, other in ((1, 2), (2, 1)):
            place = row[f"team{side}_id"] - TEAMS[0]
            lost = int(row[f"team{side}_score"] < row[f"team{other}_score"])
            out["games"][place, lost] += weight
            for column, name in enumerate(STATISTICS):
                own, against = (row["num_ot"] if name == "num_ot" else row[f"team{s}_{name}"] for s in (side, other))
                if own is None or (name == "pf" and own == 0 and against == 0):
                    continue
                out["counted"][place, lost, column] += weight
                out["own"][place, lost, column] += weight * own
                out["against"][place, lost, column] += weight * against
    return out


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_sums_are_those_of_all_earlier_games(seed):
    games = a_league(seed, days=6)
    state = folded(games, (2011, 60))
    for scope in ("all_time", "season_sums", "decayed"):
        found, expected = totals(state, TEAMS, scope), naive(games, scope, 2011, 60)
        for name, values in expected.items():
            np.testing.assert_allclose(getattr(found, name), values, rtol=1e-12, atol=1e-12, err_msg=f"{scope} {name}")


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_row_order_and_the_order_of_teams_change_no_bit(seed):
    results = Results.of(a_league(seed, seasons=[2010], days=1, boxless=0.5))
    rng = np.random.default_rng(seed)
    shuffled = results.rows(rng.permutation(len(results)))
    turned = turned_around(shuffled, np.full(len(results), True))
    one, two, three = (to_bytes(update(initial(), (2010, 0), each)) for each in (results, shuffled, turned))
    assert one == two == three


def test_bytes_are_deterministic_and_round_trip_exactly():
    state = folded(a_league())
    again = from_bytes(to_bytes(state))
    for field in fields(state):
        left, right = getattr(state, field.name), getattr(again, field.name)
        if isinstance(left, np.ndarray):
            assert left.dtype == right.dtype
        np.testing.assert_array_equal(left, right)
    assert to_bytes(again) == to_bytes(state) == to_bytes(folded(a_league()))
    assert to_bytes(from_bytes(to_bytes(initial()))) == to_bytes(initial())


def test_a_game_without_box_score_adds_its_score_and_nothing_else():
    games = a_league(boxless=1.0)
    found = totals(folded(games), TEAMS, "all_time")
    assert found.games.sum() == 2 * games.num_rows
    assert found.counted[:, :, 2:].sum() == found.own[:, :, 2:].sum() == 0.0
    assert found.own[:, :, 0].sum() == sum(games[f"team{side}_score"].to_numpy().sum() for side in (1, 2))


def test_a_team_never_seen_has_no_sums():
    assert totals(folded(a_league()), np.array([1999], np.int32), "all_time").games.tolist() == [[0.0, 0.0]]
    assert totals(initial(), TEAMS).games.sum() == 0.0


def test_no_sums_go_back():
    with pytest.raises(ValueError, match="cannot go back"):
        advance(initial(), (2010, 5), (2010, 4))


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04broken"])
def test_other_bytes_are_refused(content):
    with pytest.raises(ValueError, match="aggregates"):
        from_bytes(content)
