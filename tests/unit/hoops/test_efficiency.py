"""Adjusted box scores against a textbook filter, and the promises of their interface."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pyarrow as pa
import pytest
from fabricated_results import a_league

from hoops.efficiency import (
    CHANNEL,
    Adjusted,
    advance,
    compare,
    constants,
    efficiencies,
    from_bytes,
    initial,
    to_bytes,
    update,
)
from hoops.fold import days_of
from hoops.leagues import League
from hoops.parameters import defaults
from hoops.results import BOX, Results
from hoops.state import Matchups

PARAMETERS = defaults(League.MEN)
OWN = constants(PARAMETERS)


def folded(games: pa.Table) -> Adjusted:
    state = initial(PARAMETERS)
    for day in days_of(games):
        state = update(advance(state, day.season, day.day, PARAMETERS), Results.of(day.games), PARAMETERS)
    return state


def mirrored(results: Results) -> Results:
    games = results.matchups
    return Results(
        Matchups(games.team2, games.team1, -games.site), results.score[:, ::-1], results.num_ot, results.box[:, ::-1]
    )


def test_a_channel_follows_the_textbook_kalman_filter():
    state = advance(folded(a_league(boxless=0.0)), 2011, 70, PARAMETERS)
    results = Results.of(a_league(9, seasons=[2011], days=1, boxless=0.0, teams=8)).in_order()
    n, m, base = len(state.base.teams), len(results), state.base
    h, noise = np.zeros((m, n + 1)), np.zeros((m, m))
    for row in range(m):
        i, j = (list(base.teams).index(team[row]) for team in (results.matchups.team1, results.matchups.team2))
        site = int(results.matchups.site[row])
        h[row, i], h[row, j], h[row, n] = 1.0, -1.0, site
        host = {1: i, -1: j}.get(site)
        noise[row, row] = OWN.noise_sd**2 + (0.0 if host is None else base.own_home_variance[host])
    gain = base.covariance @ h.T @ np.linalg.inv(h @ base.covariance @ h.T + noise)
    observed = (results.box[:, 0] - results.box[:, 1]) / results.length[:, None]
    after = update(state, results, PARAMETERS)
    for name in ("to", "fgm3"):
        before = state.mean[:, CHANNEL[name]]
        expected = before + gain @ (observed[:, BOX[name]] - h @ before)
        np.testing.assert_allclose(after.mean[:, CHANNEL[name]], expected, atol=1e-9)


def test_rows_and_teams_in_any_order_give_the_same_bytes():
    results = Results.of(a_league(3, seasons=[2010], days=1, boxless=0.3))
    state = advance(folded(a_league()), 2012, 3, PARAMETERS)
    shuffled = results.rows(np.random.default_rng(1).permutation(len(results)))
    expected = to_bytes(update(state, results, PARAMETERS))
    assert expected == to_bytes(update(state, shuffled, PARAMETERS))
    assert expected == to_bytes(update(state, mirrored(results), PARAMETERS))


def test_a_comparison_is_antisymmetric_to_the_last_bit_even_for_a_team_never_seen():
    state = advance(folded(a_league()), 2012, 3, PARAMETERS)
    games = Matchups(
        np.array([1101, 1102, 1999], np.int32), np.array([1103, 1998, 1104], np.int32), np.array([1, 0, -1], np.int8)
    )
    one = compare(state, games, PARAMETERS)
    other = compare(state, Matchups(games.team2, games.team1, -games.site), PARAMETERS)
    np.testing.assert_array_equal(one.channels, -other.channels)
    np.testing.assert_array_equal(one.sd, other.sd)
    np.testing.assert_array_equal(one.sums, other.sums)
    np.testing.assert_allclose(one.regressed, -other.regressed, atol=1e-12)
    np.testing.assert_array_equal(one.margin.margin, -other.margin.margin)


def test_games_without_box_scores_move_the_margin_and_no_channel():
    games = a_league(boxless=1.0)
    state = folded(games)
    assert not state.mean.any() and not state.sums.any() and state.league_games == 0.0
    assert state.base.mean[:-1].any()
    known = folded(a_league(boxless=0.0))
    known = advance(known, 2011, 90, PARAMETERS)
    day = Results.of(a_league(5, seasons=[2011], days=1, boxless=1.0))
    after = update(known, day, PARAMETERS)
    assert len(day) and np.array_equal(after.mean, known.mean) and np.array_equal(after.sums, known.sums)


def test_fouls_not_recorded_leave_the_fouls_alone_and_nothing_else():
    day = Results.of(a_league(5, seasons=[2011], days=1, boxless=0.0))
    unrecorded = replace(day, box=day.box.copy())
    unrecorded.box[:, :, BOX["pf"]] = np.nan
    state = advance(folded(a_league()), 2011, 90, PARAMETERS)
    with_fouls, without = (update(state, one, PARAMETERS) for one in (day, unrecorded))
    assert np.array_equal(without.mean[:, CHANNEL["pf"]], state.mean[:, CHANNEL["pf"]])
    others = [place for name, place in CHANNEL.items() if name != "pf"]
    np.testing.assert_array_equal(with_fouls.mean[:, others], without.mean[:, others])


def test_the_fastest_and_the_best_teams_are_found():
    state = initial(PARAMETERS)
    teams = np.arange(1101, 1109, dtype=np.int32)
    for day in range(60):
        order = np.random.default_rng(day).permutation(teams).reshape(-1, 2)
        order.sort(axis=1)
        state = update(advance(state, 2011, day, PARAMETERS), _played(order), PARAMETERS)
    found = efficiencies(state, teams, PARAMETERS)
    assert np.array_equal(np.argsort(found.offence), np.arange(8))
    assert np.corrcoef(found.tempo, -teams)[0, 1] > 0.95
    assert found.defence.std() < 0.3 * found.offence.std()
    assert abs(found.tempo.mean() - 70.0) < 3.0


def _played(pairs: np.ndarray) -> Results:
    """Possessions and points per possession that depend on the teams only: id 1108 shoots best, 1101 runs most."""
    box = np.zeros((len(pairs), 2, len(BOX)))
    level = pairs - 1104.5
    box[:, :, BOX["fga"]] = (70.0 - level.sum(axis=1))[:, None]
    score = box[:, :, BOX["fga"]] * (1.0 + 0.03 * level)
    box[:, :, BOX["fgm"]] = score / 2.0
    box[:, :, BOX["pf"]] = 15.0
    return Results(
        Matchups(pairs[:, 0].astype(np.int32), pairs[:, 1].astype(np.int32), np.zeros(len(pairs), np.int8)),
        score, np.zeros(len(pairs), np.int8), box,
    )  # fmt: skip


def test_bytes_are_deterministic_and_round_trip_exactly():
    state = folded(a_league())
    again = from_bytes(to_bytes(state))
    assert to_bytes(again) == to_bytes(state) == to_bytes(folded(a_league()))
    for field in fields(state):
        if field.name != "base":
            np.testing.assert_array_equal(getattr(state, field.name), getattr(again, field.name))
    assert to_bytes(from_bytes(to_bytes(initial(PARAMETERS)))) == to_bytes(initial(PARAMETERS))


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04broken"])
def test_other_bytes_are_refused(content):
    with pytest.raises(ValueError, match="adjusted box scores"):
        from_bytes(content)


def test_what_is_shown_of_teams_does_not_depend_on_where_the_league_mean_lies():
    state = folded(a_league())
    shift = np.array([3.0, -4.0])
    moved = replace(state, sums=state.sums + shift, league=state.league - 2 * shift)  # every game is expected the same
    teams = state.base.teams
    one, other = (efficiencies(each, teams, PARAMETERS) for each in (state, moved))
    for name in ("offence", "defence", "tempo"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=0, atol=1e-9)
    active = state.base.last_season == state.base.season
    mean = (one.offence + one.defence)[active].mean()
    assert mean == pytest.approx(state.league[1] + 2 * state.sums[active, 1].mean(), abs=1e-9)
