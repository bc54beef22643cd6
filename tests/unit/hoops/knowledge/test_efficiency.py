"""Adjusted box scores against a textbook filter, and the promises of their interface."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pyarrow as pa
import pytest

from hoops.forecast.fold import days_of
from hoops.games.leagues import League
from hoops.games.matchups import Matchups
from hoops.games.moment import Moment
from hoops.games.results import BOX, Results
from hoops.knowledge.efficiency import (
    CHANNEL,
    SLOPE_PRIOR,
    Adjusted,
    advance,
    constants,
    efficiencies,
    from_bytes,
    initial,
    to_bytes,
    update,
)
from hoops.knowledge.parameters import defaults
from tests.unit.hoops.fabricated_games import turned_around
from tests.unit.hoops.fabricated_results import a_league

PARAMETERS = defaults(League.MEN)
OWN = constants(PARAMETERS)


def folded(games: pa.Table, now: Moment | None = None) -> Adjusted:
    """After the games, or on the morning of a later day."""
    state, since = initial(PARAMETERS), None
    for day in days_of(games):
        moment = day.timestamp
        state = advance(state, since or moment, moment, PARAMETERS)
        state, since = update(state, day.season, Results.of(day.games), PARAMETERS), moment
    return state if now is None else advance(state, since or now, now, PARAMETERS)


def test_a_channel_follows_the_textbook_kalman_filter():
    state = folded(a_league(boxless=0.0), (2011, 70))
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
    after = update(state, 2011, results, PARAMETERS)
    for name in ("to", "fgm3"):
        before = state.mean[:, CHANNEL[name]]
        expected = before + gain @ (observed[:, BOX[name]] - h @ before)
        np.testing.assert_allclose(after.mean[:, CHANNEL[name]], expected, atol=1e-9)


def test_rows_and_teams_in_any_order_give_the_same_bytes():
    results = Results.of(a_league(3, seasons=[2010], days=1, boxless=0.3))
    state = folded(a_league(), (2012, 3))
    shuffled = results.rows(np.random.default_rng(1).permutation(len(results)))
    expected = to_bytes(update(state, 2012, results, PARAMETERS))
    assert expected == to_bytes(update(state, 2012, shuffled, PARAMETERS))
    assert expected == to_bytes(update(state, 2012, turned_around(results, np.full(len(results), True)), PARAMETERS))


def test_before_any_box_score_games_move_the_margin_and_no_channel():
    state = folded(a_league(boxless=1.0))
    assert not state.mean.any() and not state.sums.any() and state.league_games == 0.0
    assert state.base.mean[:-1].any()


def without_box(results: Results) -> Results:
    return replace(results, box=np.full_like(results.box, np.nan))


def test_a_game_without_box_score_is_one_in_which_every_channel_was_what_the_margin_means():
    state = folded(a_league(boxless=0.0), (2011, 90))
    day = without_box(Results.of(a_league(5, seasons=[2011], days=1)))
    slope = state.slope[1:] / (state.slope[0] + SLOPE_PRIOR * PARAMETERS.noise_sd**2)
    # With a margin in the place of each channel the channels' surprise is the margin's, times the slope.
    aligned = replace(state, mean=np.outer(state.base.mean, slope))
    neutral = replace(day, matchups=replace(day.matchups, site=np.zeros_like(day.matchups.site)))
    after = update(aligned, 2011, neutral, PARAMETERS)
    np.testing.assert_allclose(after.mean, np.outer(after.base.mean, slope), atol=1e-9)
    assert np.array_equal(after.sums, state.sums) and np.array_equal(after.slope, state.slope)


def test_a_game_without_box_score_weighs_less_and_the_next_box_score_more():
    state = folded(a_league(boxless=0.0), (2011, 90))
    day = Results.of(a_league(5, seasons=[2011], days=1, boxless=0.0))
    bare, full = (update(state, 2011, one, PARAMETERS) for one in (without_box(day), day))
    teams = np.searchsorted(state.base.teams, day.matchups.team1)
    before, after_bare, after_full = (one.base.covariance.diagonal()[teams] for one in (state, bare, full))
    assert (after_full < after_bare).all() and (after_bare < before).all()
    again = Results.of(a_league(5, seasons=[2011], days=1, boxless=0.0))
    steps = [
        np.abs(update(one, 2011, again, PARAMETERS).base.covariance - one.base.covariance).max() for one in (full, bare)
    ]
    assert steps[0] < steps[1]


def test_when_box_scores_stop_the_channels_come_to_say_what_the_margin_says():
    state = folded(a_league(boxless=0.0, days=40))
    off, since = [], (2011, 195)
    for day in range(60):
        slope = state.slope[1:] / (state.slope[0] + SLOPE_PRIOR * PARAMETERS.noise_sd**2)
        off.append((state.mean - np.outer(state.base.mean, slope))[:-1, : len(BOX)].std(axis=0).mean())
        state = advance(state, since, (2011, 200 + day), PARAMETERS)
        since = (2011, 200 + day)
        state = update(state, 2011, without_box(Results.of(a_league(day, seasons=[2011], days=1))), PARAMETERS)
    assert off[-1] < 0.7 * off[0]


def test_fouls_not_recorded_leave_the_fouls_alone_and_nothing_else():
    day = Results.of(a_league(5, seasons=[2011], days=1, boxless=0.0))
    unrecorded = replace(day, box=day.box.copy())
    unrecorded.box[:, :, BOX["pf"]] = np.nan
    state = folded(a_league(), (2011, 90))
    with_fouls, without = (update(state, 2011, one, PARAMETERS) for one in (day, unrecorded))
    assert np.array_equal(without.mean[:, CHANNEL["pf"]], state.mean[:, CHANNEL["pf"]])
    others = [place for name, place in CHANNEL.items() if name != "pf"]
    np.testing.assert_array_equal(with_fouls.mean[:, others], without.mean[:, others])


def test_the_fastest_and_the_best_teams_are_found():
    state = initial(PARAMETERS)
    teams = np.arange(1101, 1109, dtype=np.int32)
    for day in range(60):
        order = np.random.default_rng(day).permutation(teams).reshape(-1, 2)
        order.sort(axis=1)
        state = advance(state, (2011, max(day - 1, 0)), (2011, day), PARAMETERS)
        state = update(state, 2011, _played(order), PARAMETERS)
    found = efficiencies(state, 2011, teams, PARAMETERS)
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
    m = len(pairs)
    return Results(
        season=np.full(m, 2011, np.int16),
        day=np.zeros(m, np.int16),
        kind=np.full(m, "regular"),
        matchups=Matchups(pairs[:, 0].astype(np.int32), pairs[:, 1].astype(np.int32), np.zeros(m, np.int8)),
        score=score,
        num_ot=np.zeros(m, np.int8),
        box=box,
    )


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
    one, other = (efficiencies(each, 2011, teams, PARAMETERS) for each in (state, moved))
    for name in ("offence", "defence", "tempo"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=0, atol=1e-9)
    active = state.base.last_season == 2011
    mean = (one.offence + one.defence)[active].mean()
    assert mean == pytest.approx(state.league[1] + 2 * state.sums[active, 1].mean(), abs=1e-9)
