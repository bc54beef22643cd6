"""Pools of eight teams against all that can happen in them, counted one by one."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoops.brackets.odds import odds
from hoops.brackets.simulate import played
from hoops.pools import public
from hoops.pools.payouts import Prizes, against, among
from hoops.pools.pool import Effort, Pool, search, standing, tried
from hoops.pools.scoring import scoring
from hoops.pools.search import best
from hoops.pools.sheet import sheet_of
from hoops.pools.starts import most
from tests.unit.hoops.brackets.small_brackets import any_chances, of_seeds, outcomes

EIGHT, NINE = of_seeds(2), of_seeds(2, ("X02",))
SHEET = sheet_of(EIGHT)
ALL = np.array([SHEET.of(won) for won, _ in outcomes(EIGHT, np.full(len(EIGHT.games), 0.5))])
CUSTOM = scoring("custom", tuple(map(Fraction, ("0", "0", "0", "1", "1.5", "4"))), "difference:0.5")


def by_rank(scores: np.ndarray, shares: tuple[Fraction, ...]) -> list[Fraction]:
    """Prizes in entry fees of all entrants of a pool: shares of the pot by rank, split by those who tie."""
    paid = []
    for score in scores.tolist():
        ahead, level = int((scores > score).sum()), int((scores == score).sum())
        paid.append(sum((shares[ahead : ahead + level]), Fraction(0)) * len(scores) / level)
    return paid


def score(filled: np.ndarray, truth: np.ndarray) -> np.ndarray:
    return ((filled == truth) * CUSTOM.worth(SHEET, truth[None])[0]).sum(axis=-1)


@given(st.sampled_from([(1,), (60, 40), (50, 30, 20)]), st.integers(2, 5), st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_prizes_are_the_mean_over_all_pools_that_can_be_drawn(percent, entrants, seed) -> None:
    shares = tuple(Fraction(one, sum(percent)) for one in percent)[:entrants]
    shares = (*shares[:-1], 1 - sum(shares[:-1]))
    rng = np.random.default_rng(seed)
    truth, others = ALL[rng.choice(128, 3)], ALL[rng.choice(128, 7)]
    worth = CUSTOM.worth(SHEET, truth)
    pay = against(SHEET, truth, worth, others[None], Prizes(entrants, shares))
    me = ALL[rng.integers(128)]
    for row, one in enumerate(truth):
        pools = [by_rank(score(np.array([me, *pool]), one), shares)[0] for pool in combinations(others, entrants - 1)]
        assert pay.scores(me[None])[0, row] == score(me, one)
        assert pay.of(pay.scores(me[None]))[0, row] == pytest.approx(float(sum(pools) / len(pools)), rel=1e-6)


@given(st.integers(2, 9), st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_the_whole_pot_is_paid_and_ties_split_it(entrants, seed) -> None:
    rng = np.random.default_rng(seed)
    shares = (Fraction(7, 10), Fraction(3, 10))
    entered = ALL[rng.choice(128, (2, entrants), replace=True)]
    pay = among(SHEET, ALL, CUSTOM.worth(SHEET, ALL), entered, Prizes(entrants, shares))
    for group, rows in ((0, slice(0, 64)), (1, slice(64, 128))):
        paid = pay.of(pay.scores(entered[group]))[:, rows]
        np.testing.assert_allclose(paid.sum(axis=0), entrants, rtol=1e-6)
        for column, truth in enumerate(ALL[rows]):
            exact = by_rank(score(entered[group], truth), shares)
            np.testing.assert_allclose(paid[:, column], [float(one) for one in exact], rtol=1e-6)


@given(any_chances(EIGHT, low=0.1), st.integers(0, 2**32 - 1))
@settings(max_examples=5, deadline=None)
def test_search_finds_the_best_of_all_sheets_and_trials_its_true_mean(chances, seed) -> None:
    """One known opponent: all 128 outcomes by their probabilities give every sheet's expected prize."""
    rng = np.random.default_rng(seed)
    found, opponent = odds(EIGHT, chances), ALL[rng.integers(128)]
    shares = public.of_seeds(SHEET)
    pool = Pool(SHEET, found, shares, CUSTOM, Prizes(2), opponent[None])
    effort = Effort(coarse=512, fine=8_192, tried=16_384, groups=8, champions=4, sharpened=4)
    probability = np.array([p for _, p in outcomes(EIGHT, chances)])
    # Winner takes the two fees; who tie get one each.
    scores = np.array([score(ALL, one) for one in ALL])
    exact = (1.0 + np.sign(scores - np.array([score(opponent, one) for one in ALL])[:, None])).T @ probability
    trial = tried(pool, ALL, np.random.default_rng(seed + 1), effort)
    means, errors = np.array([trial.mean(one) for one in trial.paid]).T
    # Eight groups only: errors are themselves uncertain, and 128 sheets are looked at.
    assert (np.abs(means - exact) < 8.0 * errors + 0.02).all()
    fine = against(SHEET, *pool.tournaments(8_192, rng), opponent[None, None], Prizes(2))
    starts = [opponent, *ALL[rng.choice(128, 15, replace=False)]]  # one at a time a team may win more: hills have tops
    top = best(fine, fine, starts, 2, rng)
    assert top.paid == pytest.approx(fine.of(fine.scores(ALL)).mean(axis=1).max(), abs=1e-6)
    advised = search(pool, np.random.default_rng(seed), effort)
    (row,) = np.flatnonzero((advised.best.filled == ALL).all(axis=1))
    assert exact[row] > exact.max() - 0.05
    again = search(pool, np.random.default_rng(seed), effort)
    assert (again.best.filled == advised.best.filled).all() and again.best.paid == advised.best.paid
    other = tried(pool, ALL[:2], np.random.default_rng(seed + 2), effort)
    assert not np.array_equal(other.filled, trial.filled)


def test_all_entrants_that_are_known_share_the_pot_however_it_ends() -> None:
    chances = np.full(len(EIGHT.games), 0.6)
    pool = Pool(SHEET, odds(EIGHT, chances), public.of_seeds(SHEET, chances), CUSTOM, Prizes(4), ALL[:3])
    trial = standing(pool, np.random.default_rng(0), Effort(tried=400, groups=4))
    assert trial.paid.shape == (3, 400) and (trial.paid.sum(axis=0) < 4.0 + 1e-5).all()
    np.testing.assert_allclose(trial.first, trial.paid / 4.0)
    full = Pool(SHEET, pool.found, pool.shares, CUSTOM, Prizes(3), ALL[:3])
    np.testing.assert_allclose(
        standing(full, np.random.default_rng(0), Effort(tried=400, groups=4)).paid.sum(axis=0), 3
    )


@given(any_chances(NINE, low=0.1), st.integers(0, 2**32 - 1))
@settings(max_examples=5, deadline=None)
def test_tournaments_are_played_as_often_as_the_odds_say_also_given_picks(chances, seed) -> None:
    n, (final,) = 20_000, [one for one in NINE.teams.tolist() if NINE.seeds[NINE.row[one]] == "Z02"]
    for decided in ({}, {"R5YZ": final}, {"X02": int(NINE.teams[3]), "R4W1": int(NINE.teams[0])}):
        found = odds(NINE, chances, decided)
        won = played(found, n, np.random.default_rng(seed))
        assert won.shape == (n, len(NINE.slots))
        for row, slot in enumerate(NINE.slots):
            expected = np.zeros(len(NINE))
            entrants = NINE.entrants(slot)
            expected[entrants] = found.reach[entrants, slot.round]
            shares = np.bincount(won[:, row], minlength=len(NINE)) / n
            np.testing.assert_allclose(shares, expected, atol=0.025)
            if slot.name in decided:
                assert set(won[:, row]) == {NINE.row[decided[slot.name]]}
    sure = np.stack([np.zeros_like(chances), np.ones_like(chances)])
    by_draw = played(odds(NINE, sure), 4, np.random.default_rng(seed))
    assert (by_draw[0] == by_draw[2]).all() and (by_draw[1] == by_draw[3]).all() and (by_draw[0] != by_draw[1]).any()


@given(any_chances(NINE), st.integers(0, 2**32 - 1))
@settings(max_examples=5, deadline=None)
def test_the_publics_sheets_have_its_shares_and_are_whole(chances, seed) -> None:
    sheet = sheet_of(NINE)
    shares = public.of_seeds(sheet, chances)
    np.testing.assert_allclose(shares.sum(axis=0), [4.0, 2.0, 1.0], atol=1e-9)
    filled = public.drawn(sheet, shares, 20_000, np.random.default_rng(seed))
    for depth in range(sheet.depths):
        counted = np.bincount(filled[:, sheet.at(depth)].ravel(), minlength=len(sheet)) / len(filled)
        np.testing.assert_allclose(counted, shares[:, depth], atol=0.025)
    losers = sheet.losers(filled)
    before = filled[:, sheet.at(0)]
    met = [np.sort(np.stack(both), axis=0) for both in ((filled[:, 4], losers[:, 4]), (before[:, 0], before[:, 1]))]
    assert (met[0] == met[1]).all()


@given(st.integers(0, 2**32 - 1), st.one_of(st.none(), st.integers(0, 7)))
@settings(max_examples=20, deadline=None)
def test_no_sheet_gains_more_than_the_one_with_most(seed, champion) -> None:
    gain = np.random.default_rng(seed).normal(size=(8, 3))
    sheets = [one for one in ALL if champion is None or one[-1] == champion]
    total = [gain[one, [0, 0, 0, 0, 1, 1, 2]].sum() for one in sheets]
    assert gain[most(SHEET, gain, champion), [0, 0, 0, 0, 1, 1, 2]].sum() == pytest.approx(max(total), rel=1e-12)
