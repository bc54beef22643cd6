"""Drawn odds beside tournaments played game by game with drawn strengths, and beside quadrature."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoops.brackets.draws import Doubt, Given, drawn
from hoops.brackets.odds import odds
from hoops.brackets.tree import BadBracket, Bracket
from tests.unit.hoops.brackets.small_brackets import SIXTY_EIGHT, any_chances, of_seeds, of_strengths

FOUR, SIX, FULL = of_seeds(1), of_seeds(1, ("W01", "Y01")), of_seeds(16, SIXTY_EIGHT)


def any_doubt(field: Bracket, seed: int, spread: float = 1.0) -> Doubt:
    """Strengths that hang together, with variances around spread, and games of noise around 1."""
    rng, n, m = np.random.default_rng(seed), len(field), len(field.games)
    root = rng.normal(0.0, np.sqrt(spread / n), (n, n))
    return Doubt(root @ root.T + 0.1 * spread * np.eye(n), np.arange(m), rng.uniform(0.5, 1.5, m))


def played(field: Bracket, chances: np.ndarray, unsure: Doubt, times: int, seed: int) -> dict[str, np.ndarray]:
    """Winners (rows of the field) by slot of tournaments: strengths are drawn, then margins game by game."""
    rng, games = np.random.default_rng(seed), field.games
    apart = np.array([unsure.covariance[i, i] + unsure.covariance[j, j] - 2.0 * unsure.covariance[i, j]
                      for i, j in zip(games.strong, games.weak, strict=True)])  # fmt: skip
    # Where a margin of standard normal noise lies above 0 with the chance: found by halving, not by formula.
    low, high = np.full(len(games), -9.0), np.full(len(games), 9.0)
    normal = np.sort(rng.standard_normal(2_000_000))
    for _ in range(40):
        middle = (low + high) / 2.0
        below = np.searchsorted(normal, middle) / len(normal) < chances
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    mean = low * np.sqrt(apart + unsure.noise)
    number = np.zeros((len(field), len(field)), np.intp)
    number[games.strong, games.weak] = np.arange(len(games))
    off = rng.multivariate_normal(np.zeros(len(field)), unsure.covariance, times)
    winners: dict[str, np.ndarray] = {}
    every, seeds = np.arange(times), {seed: np.full(times, row) for row, seed in enumerate(field.seeds)}
    for slot in field.slots:
        strong, weak = (winners[feed] if feed in winners else seeds[feed] for feed in (slot.strong, slot.weak))
        game = number[strong, weak]
        margin = mean[game] + off[every, strong] - off[every, weak]
        won = margin + np.sqrt(unsure.noise[game]) * rng.standard_normal(times) > 0.0
        winners[slot.name] = np.where(won, strong, weak)
    return winners


@pytest.mark.parametrize("picks", [{}, {"R6CH": "Z01"}, {"R5WX": "W01b", "Y01": "Y01a"}])
def test_they_are_the_shares_of_tournaments_played_with_drawn_strengths(picks: dict[str, str]) -> None:
    chances, unsure = np.random.default_rng(3).uniform(0.1, 0.9, len(SIX.games)), any_doubt(SIX, 4)
    rows = {slot: SIX.seeds.index(seed) for slot, seed in picks.items()}
    winners = played(SIX, chances, unsure, 600_000, 5)
    kept = np.all([np.full(600_000, True), *(winners[slot] == row for slot, row in rows.items())], axis=0)
    decided = {slot: int(SIX.teams[row]) for slot, row in rows.items()}
    found = drawn(SIX, chances, unsure, decided, blocks=400)
    exact = odds(SIX, chances, decided).reach
    furthest = 0.0
    for slot in SIX.slots:
        shares = np.bincount(winners[slot.name][kept], minlength=len(SIX)) / kept.sum()
        entrants = SIX.entrants(slot)
        allowed = 5.0 * np.hypot(found.error[entrants, slot.round], 0.5 / np.sqrt(kept.sum()))
        assert (np.abs(found.reach[entrants, slot.round] - shares[entrants]) < allowed).all()
        furthest = max(furthest, float((np.abs(exact[entrants, slot.round] - shares[entrants]) / allowed).max()))
    assert furthest > 3.0  # and odds of independent games are none of these


def nodes(n: int, points: int) -> tuple[np.ndarray, np.ndarray]:
    """Places of n standard normal numbers, (points^n, n), and their weights: Gauss and Hermite's."""
    place, weight = np.polynomial.hermite_e.hermegauss(points)
    weights = np.array([np.prod(one) for one in itertools.product(weight / weight.sum(), repeat=n)])
    return np.array(list(itertools.product(place, repeat=n))), weights


@given(any_chances(FOUR), st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_the_mean_over_draws_of_a_chance_is_the_chance(chances: np.ndarray, seed: int) -> None:
    place, weight = nodes(len(FOUR), 7)
    inside = Given(FOUR, chances, any_doubt(FOUR, seed, 0.05)).chances(place)
    np.testing.assert_allclose(weight @ inside, chances, atol=1e-6)
    assert np.ptp(inside, axis=0).min() > 0.01


def test_they_are_the_integral_over_strengths_with_picks_too() -> None:
    chances, unsure = np.random.default_rng(1).uniform(0.05, 0.95, len(FOUR.games)), any_doubt(FOUR, 2, 0.2)
    place, weight = nodes(len(FOUR), 6)
    for decided in ({}, {"R5YZ": int(FOUR.teams[3])}, {"R6CH": int(FOUR.teams[1])}):
        inside = odds(FOUR, Given(FOUR, chances, unsure).chances(place), decided)
        weights = weight * np.exp(inside.log_likelihood)
        found = drawn(FOUR, chances, unsure, decided, blocks=300)
        integral = np.tensordot(weights, inside.reach, 1) / weights.sum()
        assert (np.abs(found.reach - integral) <= 4.0 * found.error + 1e-5).all()
        assert 1e-5 < found.error.max() < 2e-3


def test_games_that_were_played_do_not_weigh_draws() -> None:
    chances, unsure = np.random.default_rng(6).uniform(0.2, 0.8, len(SIX.games)), any_doubt(SIX, 7)
    by_slot = {name: np.flatnonzero(SIX.games.slot == number) for number, name in enumerate(SIX.slot)}
    won = {"W01": int(SIX.teams[0])}
    to_come = np.setdiff1d(unsure.rows, by_slot["W01"])
    after = Doubt(unsure.covariance, to_come, unsure.noise[to_come])
    other = chances.copy()
    other[by_slot["W01"]] = 0.01  # what was said of a game that was played is of no matter
    one, two = drawn(SIX, chances, after, won, 50), drawn(SIX, other, after, won, 50)
    np.testing.assert_allclose(one.reach, two.reach, atol=1e-14)
    picked = drawn(SIX, chances, unsure, won, 50)
    assert np.abs(one.reach - picked.reach).max() > 0.01


def test_without_doubt_they_are_exact_and_the_same_every_time() -> None:
    rng = np.random.default_rng(8)
    chances = of_strengths(FULL, rng.normal(0.0, 1.0, 68))
    decided = {"R2X1": int(FULL.teams[FULL.places // 32 == 1][0])}
    sure = Doubt(1e-20 * np.eye(68), np.arange(len(FULL.games)), np.ones(len(FULL.games)))
    found = drawn(FULL, chances, sure, decided, 2)
    np.testing.assert_allclose(found.reach, odds(FULL, chances, decided).reach, atol=1e-9)
    unsure = any_doubt(FULL, 9)
    one, two = drawn(FULL, chances, unsure, decided), drawn(FULL, chances, unsure, decided)
    assert one.reach.tobytes() == two.reach.tobytes() and one.error.tobytes() == two.error.tobytes()
    np.testing.assert_allclose(one.reach.sum(axis=0), [64, 32, 16, 8, 4, 2, 1], atol=1e-9)
    assert (np.diff(one.reach, axis=1) <= 1e-12).all()
    assert not np.array_equal(one.reach, drawn(FULL, chances, unsure, decided, seed=2).reach)
    with pytest.raises(BadBracket, match="cannot win R2X1"):
        drawn(FULL, chances, unsure, {"R2X1": int(FULL.teams[0])})


def test_the_standard_error_is_what_other_seeds_show() -> None:
    chances = of_strengths(FULL, np.random.default_rng(10).normal(0.0, 1.0, 68))
    unsure = Doubt(7.0 * np.eye(68), np.arange(len(FULL.games)), np.full(len(FULL.games), 120.0))
    made = [drawn(FULL, chances, unsure, blocks=4, seed=seed) for seed in range(30)]
    spread = np.std([one.reach for one in made], axis=0, ddof=1)
    said = np.sqrt(np.mean([one.error**2 for one in made], axis=0))
    matters = odds(FULL, chances).reach > 0.02
    ratio = said[matters & (said > 1e-9)] / spread[matters & (said > 1e-9)]
    assert 0.9 < np.median(ratio) < 1.1 and spread[:, 6].max() < 0.001
