"""The filter against a textbook computation, and the promises of its interface."""

from __future__ import annotations

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest

from hoops.games.leagues import League
from hoops.games.matchups import Matchups, Outcomes
from hoops.games.moment import Moment
from hoops.knowledge.parameters import Parameters, defaults
from hoops.knowledge.state import State
from hoops.knowledge.statespace import advance, from_bytes, initial, predict, ratings, to_bytes, update
from tests.unit.hoops.fabricated_games import a_day

PARAMETERS = defaults(League.MEN)
TEAMS = range(1101, 1131)
LAST = (2002, 23)  # of the days that `folded` folds


def matchups(*games: tuple[int, int, int]) -> Matchups:
    team1, team2, site = zip(*games, strict=True)
    return Matchups(np.array(team1, np.int32), np.array(team2, np.int32), np.array(site, np.int8))


def outcomes(games: Matchups, *margins: float) -> Outcomes:
    return Outcomes(games, np.array(margins), np.zeros(len(margins), np.int8))


def folded(now: Moment | None = None, seasons: tuple[int, ...] = (2001, 2002)) -> State:
    """After six days of each season, or on the morning of a later day."""
    rng = np.random.default_rng(1)
    moments = [(season, day) for season in seasons for day in range(3, 24, 4)]
    state, since = initial(PARAMETERS), moments[0]
    for moment in moments:
        state = update(advance(state, since, moment, PARAMETERS), moment[0], a_day(rng, TEAMS, 10), PARAMETERS)
        since = moment
    return state if now is None else advance(state, since, now, PARAMETERS)


def textbook(state: State, games: Outcomes, parameters: Parameters) -> tuple[np.ndarray, np.ndarray]:
    """Kalman's update with dense matrices and an explicit inverse, for teams that are all known."""
    m, n = len(games.matchups), len(state.teams)
    h = np.zeros((m, len(state.mean)))
    noise = np.zeros((m, m))
    surprise = np.empty(m)
    for row in range(m):
        team1, team2 = (list(state.teams).index(side[row]) for side in (games.matchups.team1, games.matchups.team2))
        site = games.matchups.site[row]
        h[row, team1], h[row, team2], h[row, n] = 1.0, -1.0, site
        host = {1: team1, -1: team2}.get(site)
        noise[row, row] = parameters.noise_sd**2 + (0.0 if host is None else state.own_home_variance[host])
        counted = parameters.softness * np.arcsinh(games.margin[row] / parameters.softness)
        if games.num_ot[row]:
            counted *= parameters.overtime_share
        surprise[row] = counted - (0.0 if host is None else site * state.own_home[host])
    s = h @ state.covariance @ h.T + noise
    gain = state.covariance @ h.T @ np.linalg.inv(s)
    mean = state.mean + gain @ (surprise - h @ state.mean)
    return mean, (np.eye(len(mean)) - gain @ h) @ state.covariance


@pytest.mark.parametrize("m", [1, 12, 32, 33, 70])  # beyond 32 games the triangle is inverted by blocks
def test_update_equals_the_textbook_kalman_filter(m: int):
    many = a_day(np.random.default_rng(4), range(1101, 1261), 80)
    state = advance(update(folded((2002, 30)), 2002, many, PARAMETERS), (2002, 30), (2002, 40), PARAMETERS)
    games = a_day(np.random.default_rng(5), state.teams, m)
    after = update(state, 2002, games, PARAMETERS)
    mean, covariance = textbook(state, games, PARAMETERS)
    np.testing.assert_allclose(after.mean, mean, atol=1e-10)
    np.testing.assert_allclose(after.covariance, covariance, atol=1e-10)


def test_a_home_team_takes_its_share_of_the_surprise_as_its_own_home_advantage():
    state = folded((2002, 40))
    games = matchups((1101, 1102, 1), (1103, 1104, -1), (1105, 1106, 0))
    after = update(state, 2002, outcomes(games, 20.0, 20.0, 20.0), PARAMETERS)
    assert np.flatnonzero(after.own_home != state.own_home).tolist() == [0, 3]
    h = np.zeros(len(state.mean))
    h[[0, 1, -1]] = 1.0, -1.0, 1.0
    variance = h @ state.covariance @ h + PARAMETERS.noise_sd**2 + state.own_home_variance[0]
    surprise = PARAMETERS.softness * np.arcsinh(20.0 / PARAMETERS.softness) - h @ state.mean - state.own_home[0]
    gain = state.own_home_variance[0] / variance
    assert after.own_home[0] == pytest.approx(state.own_home[0] + gain * surprise)
    assert after.own_home_variance[0] == pytest.approx((1 - gain) * state.own_home_variance[0])
    assert after.own_home[3] < state.own_home[3]  # the visitors won by 20


def test_a_margin_is_the_hyperbolic_sine_of_a_normal():
    state = folded((2002, 40))
    games = a_day(np.random.default_rng(8), range(1101, 1135), 6).matchups
    given = predict(state, 2002, games, PARAMETERS)
    for row in range(6):
        # From the probability and the moments alone: the normal whose sinh has them.
        z = NormalDist().inv_cdf(given.probability[row])
        sds = np.linspace(6.0, 20.0, 20_001) / PARAMETERS.softness
        mean = PARAMETERS.softness * np.exp(sds**2 / 2) * np.sinh(z * sds)
        sd = sds[np.argmin(np.abs(mean - given.margin[row]))]
        draws = PARAMETERS.softness * np.sinh(np.random.default_rng(row).normal(z * sd, sd, 400_000))
        assert draws.std() == pytest.approx(given.margin_sd[row], rel=0.02)


def test_update_with_one_game_after_the_other_gives_the_same_as_all_at_once():
    state = folded((2002, 40))
    games = a_day(np.random.default_rng(6), state.teams, 8)
    once, step = update(state, 2002, games, PARAMETERS), state
    for row in range(8):
        rows = slice(row, row + 1)
        one = Matchups(games.matchups.team1[rows], games.matchups.team2[rows], games.matchups.site[rows])
        step = update(step, 2002, Outcomes(one, games.margin[rows], games.num_ot[rows]), PARAMETERS)
    np.testing.assert_allclose(once.mean, step.mean, atol=1e-9)
    np.testing.assert_allclose(once.covariance, step.covariance, atol=1e-9)


def test_games_may_differ_in_noise_and_the_noisier_one_says_less():
    state = folded((2002, 40))
    games = a_day(np.random.default_rng(5), TEAMS, 10)
    usual = np.full(10, PARAMETERS.noise_sd)
    assert to_bytes(update(state, 2002, replace(games, noise_sd=usual), PARAMETERS)) == to_bytes(
        update(state, 2002, games, PARAMETERS)
    )
    noise_sd = np.where(np.arange(10) < 5, 1.5, 1.0) * usual
    mixed = update(state, 2002, replace(games, noise_sd=noise_sd), PARAMETERS)
    order = np.random.default_rng(6).permutation(10)
    shuffled = Outcomes(games.matchups.rows(order), games.margin[order], games.num_ot[order], noise_sd[order])
    assert to_bytes(mixed) == to_bytes(update(state, 2002, shuffled, PARAMETERS))
    noisier = np.searchsorted(state.teams, games.matchups.team1[:5])
    plain = update(state, 2002, games, PARAMETERS)
    assert (mixed.covariance.diagonal()[noisier] > plain.covariance.diagonal()[noisier]).all()
    with pytest.raises(ValueError, match="noise_sd"):
        replace(games, noise_sd=usual[:3])


def test_covariance_stays_exactly_symmetric_and_positive_definite():
    state = folded(seasons=(2001, 2002, 2003, 2005))
    assert np.array_equal(state.covariance, state.covariance.T)
    assert np.linalg.eigvalsh(state.covariance).min() > 0
    # After games, a summer and new teams the bytes, which leave the diagonal out, lose nothing.
    moved = advance(state, (2005, LAST[1]), (2006, 3), PARAMETERS)
    with_new = update(moved, 2006, outcomes(matchups((1999, 2999, 1)), 7.0), PARAMETERS)
    for one in (state, moved, with_new):
        assert not one.off_diagonal.diagonal().any() and np.array_equal(one.off_diagonal, one.off_diagonal.T)


@pytest.mark.parametrize("seed", range(5))
def test_row_order_and_choice_of_team_1_change_no_bit(seed):
    rng = np.random.default_rng(seed)
    state = folded((2002, 40))
    games = a_day(rng, range(1111, 1141), 14)  # some of them newcomers
    order, turned = rng.permutation(14), rng.random(14) < 0.5
    m = games.matchups
    shuffled = Outcomes(
        Matchups(
            np.where(turned, m.team2, m.team1)[order],
            np.where(turned, m.team1, m.team2)[order],
            np.where(turned, -m.site, m.site)[order],
        ),
        np.where(turned, -games.margin, games.margin)[order],
        games.num_ot[order],
    )
    assert to_bytes(update(state, 2002, games, PARAMETERS)) == to_bytes(update(state, 2002, shuffled, PARAMETERS))


def test_predictions_are_antisymmetric_for_known_and_unknown_teams():
    state = folded((2002, 40))
    ids = np.arange(1095, 1140, dtype=np.int32)
    team1, team2, site = (a.ravel() for a in np.meshgrid(ids, ids, np.array([-1, 0, 1], np.int8)))
    apart = team1 != team2
    team1, team2, site = team1[apart], team2[apart], site[apart]
    one = predict(state, 2002, Matchups(team1, team2, site), PARAMETERS)
    other = predict(state, 2002, Matchups(team2, team1, -site), PARAMETERS)
    assert np.abs(one.probability + other.probability - 1.0).max() <= 1e-12
    assert np.array_equal(one.margin, -other.margin)
    assert np.array_equal(one.margin_sd, other.margin_sd)


def test_a_forecast_depends_on_its_own_game_only():
    state = folded((2002, 40))
    games = a_day(np.random.default_rng(9), range(1101, 1140), 15).matchups
    together = predict(state, 2002, games, PARAMETERS)
    for row in range(15):
        alone = predict(
            state,
            2002,
            Matchups(games.team1[row : row + 1], games.team2[row : row + 1], games.site[row : row + 1]),
            PARAMETERS,
        )
        assert alone.probability[0] == together.probability[row]
        assert alone.margin_sd[0] == together.margin_sd[row]


def test_no_forecast_is_certain():
    state = folded()
    state = replace(state, mean=np.append(np.where(state.teams == 1101, 300.0, 0.0), 3.0))
    forecast = predict(state, 2002, matchups((1101, 1102, 0), (1102, 1101, 0)), PARAMETERS)
    assert 0.999 < forecast.probability[0] < 1.0
    assert 0.0 < forecast.probability[1] < 0.001


def test_teams_never_seen_are_level_before_the_first_game_and_below_average_later():
    forecast = predict(initial(PARAMETERS), 2001, matchups((1101, 1102, 0), (1101, 1102, 1)), PARAMETERS)
    assert forecast.probability[0] == 0.5
    assert forecast.margin[0] == 0.0
    assert forecast.margin[1] == pytest.approx(PARAMETERS.home, rel=0.2)
    later = folded((2002, 5), seasons=(2001,))
    average = int(later.teams[np.argmin(np.abs(later.mean[:-1]))])
    assert predict(later, 2002, matchups((1999, average, 0)), PARAMETERS).probability[0] < 0.4


def test_a_forecast_of_newcomers_is_that_of_the_state_that_update_gives_them():
    state = folded((2002, 40))
    games = matchups((1101, 1500, 1), (1501, 1502, 0))
    expected = predict(state, 2002, games, PARAMETERS)
    enrolled = update(state, 2002, outcomes(games, 5.0, 5.0), replace(PARAMETERS, noise_sd=1e9))
    given = predict(enrolled, 2002, games, PARAMETERS)
    np.testing.assert_allclose(given.margin, expected.margin, atol=1e-6)
    np.testing.assert_allclose(given.margin_sd, expected.margin_sd, atol=1e-6)


def test_newcomers_are_inserted_in_order_and_leave_the_others_alone():
    state = folded((2002, 40))
    after = update(state, 2002, outcomes(matchups((1000, 1999, 0)), 3.0), PARAMETERS)
    assert after.teams.tolist() == [1000, *state.teams.tolist(), 1999]
    np.testing.assert_allclose(after.mean[1:-2], state.mean[:-1], atol=1e-9)
    np.testing.assert_allclose(after.mean[-1], state.mean[-1])


def test_a_team_that_sat_out_comes_back_less_certain_and_nearer_to_its_long_run():
    state = folded()
    games = a_day(np.random.default_rng(3), [t for t in TEAMS if t != 1101], 14)
    gone = update(advance(state, LAST, (2003, 10), PARAMETERS), 2003, games, PARAMETERS)
    back = advance(gone, (2003, 10), (2004, 10), PARAMETERS)
    place = state.teams.tolist().index(1101)
    assert back.covariance[place, place] > state.covariance[place, place]
    assert 1101 not in ratings(gone, 2003, PARAMETERS).team
    games = matchups((1101, 1102, 0))
    after = update(back, 2004, outcomes(games, 10.0), PARAMETERS)
    assert 1101 in ratings(after, 2004, PARAMETERS).team
    assert after.covariance[place, place] < back.covariance[place, place]


def test_overtime_and_blowouts_count_less_than_their_margin():
    state = folded((2002, 40))
    games = matchups((1101, 1102, 0))
    strength = [
        update(state, 2002, Outcomes(games, np.array([margin]), np.array([ot], np.int8)), PARAMETERS).mean[0]
        for margin, ot in ((8.0, 0), (8.0, 1), (60.0, 0), (90.0, 0))
    ]
    assert strength[1] < strength[0] < strength[2] < strength[3]
    assert (strength[3] - strength[2]) / 30 < 0.6 * (strength[2] - strength[0]) / 52


def test_a_day_without_games_changes_nothing():
    state = folded((2002, 40))
    none = Matchups(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int8))
    assert update(state, 2002, outcomes(none), PARAMETERS) is state
    assert len(predict(state, 2002, none, PARAMETERS).probability) == 0


def test_drift_widens_and_the_clock_never_goes_back():
    state = folded()
    later = advance(state, LAST, (2002, 90), PARAMETERS)
    assert later.covariance[0, 0] == pytest.approx(
        state.covariance[0, 0] + PARAMETERS.drift_sd**2 * (90 - LAST[1]), abs=1e-9
    )
    np.testing.assert_array_equal(advance(later, (2002, 90), (2002, 90), PARAMETERS).covariance, later.covariance)
    with pytest.raises(ValueError, match="cannot go back to 2002 day 89"):
        advance(later, (2002, 90), (2002, 89), PARAMETERS)


def test_ratings_are_strengths_against_the_mean_team_and_their_sd_that_of_the_difference():
    state = folded()
    given = ratings(state, 2002, PARAMETERS)
    assert given.team.tolist() == state.teams.tolist()
    n = len(state.teams)
    centre = np.eye(n) - 1.0 / n
    strength = centre @ state.mean[:n]
    sd = np.sqrt(np.diag(centre @ state.covariance[:n, :n] @ centre.T))
    assert np.argsort(given.rating).tolist() == np.argsort(strength).tolist()
    np.testing.assert_allclose(given.rating, PARAMETERS.softness * np.sinh(strength / PARAMETERS.softness))
    np.testing.assert_allclose(given.rating_sd, sd * np.cosh(strength / PARAMETERS.softness))
    assert len(ratings(initial(PARAMETERS), 2002, PARAMETERS).team) == 0


def test_bytes_are_deterministic_and_come_back_bit_for_bit():
    for state in (initial(PARAMETERS), folded()):
        content = to_bytes(state)
        again = from_bytes(content)
        assert to_bytes(again) == content == to_bytes(state)
        for name in ("teams", "last_season", "mean", "covariance", "long_run", "own_home", "own_home_variance"):
            old, new = getattr(state, name), getattr(again, name)
            assert old.dtype == new.dtype
            assert np.array_equal(old, new)


def test_a_fold_continued_from_bytes_is_the_fold_that_never_stopped():
    state, games = folded(), a_day(np.random.default_rng(2), TEAMS, 10)
    straight = update(advance(state, LAST, (2003, 9), PARAMETERS), 2003, games, PARAMETERS)
    restored = update(advance(from_bytes(to_bytes(state)), LAST, (2003, 9), PARAMETERS), 2003, games, PARAMETERS)
    assert to_bytes(straight) == to_bytes(restored)


@pytest.mark.parametrize("content", [b"", b"PK nonsense", b"\x93NUMPY"])
def test_other_bytes_are_refused(content):
    with pytest.raises(ValueError, match="not the bytes of a state"):
        from_bytes(content)


def test_states_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        folded().mean[0] = 1.0


def test_arguments_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="itself"):
        matchups((1101, 1101, 0))
    with pytest.raises(ValueError, match="length"):
        Matchups(np.array([1101], np.int32), np.array([1102, 1103], np.int32), np.zeros(1, np.int8))
    with pytest.raises(ValueError, match="length"):
        outcomes(matchups((1101, 1102, 0)), 1.0, 2.0)
