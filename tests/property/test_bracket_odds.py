"""Odds of brackets against every way in which they can go, counted one by one."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoops.brackets.best import most_likely, most_points
from hoops.brackets.odds import closed, expected_points, odds
from hoops.brackets.tree import BadBracket, Bracket, bracket
from tests.unit.hoops.brackets.small_brackets import SIXTY_EIGHT, any_chances, of_seeds, of_strengths, outcomes

NINE = of_seeds(2, ("X02",))
EIGHT_IN_TWO_PLAY_INS = of_seeds(1, ("W01", "Y01"))
FULL = of_seeds(16, SIXTY_EIGHT)
SMALL = [NINE, EIGHT_IN_TWO_PLAY_INS]
POINTS = np.array([0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0])


def counted(field: Bracket, chances: np.ndarray, decided: dict[str, int]) -> tuple[np.ndarray, dict, list]:
    """Reach, chance of each game, and the outcomes that are left, of an enumeration."""
    left = [(won, p) for won, p in outcomes(field, chances) if all(won[slot] == team for slot, team in decided.items())]
    total = sum(p for _, p in left)
    out, met = np.zeros((len(field), 7)), defaultdict(float)
    seeds = dict(zip(field.seeds, field.teams.tolist(), strict=True))
    for won, p in left:
        for slot in field.slots:
            out[field.row[won[slot.name]], slot.round] += p / total
            met[slot.name, frozenset(won[one] if one in won else seeds[one] for one in (slot.strong, slot.weak))] += (
                p / total
            )
    for row in range(len(field)):  # through rounds without a slot a team comes as it came so far
        for round_ in np.flatnonzero(~field.plays[row]).tolist():
            out[row, round_] = out[row, round_ - 1] if round_ else 1.0
    return out, met, left


@st.composite
def situations(draw: st.DrawFn) -> tuple[Bracket, np.ndarray, dict[str, int]]:
    """A small bracket, chances, and winners of some slots as they can be together."""
    field = draw(st.sampled_from(SMALL))
    chances = draw(any_chances(field))
    ways = [won for won, _ in outcomes(field, chances)]
    way = draw(st.sampled_from(ways))
    names = draw(st.sets(st.sampled_from([slot.name for slot in field.slots]), max_size=4))
    return field, chances, {name: way[name] for name in names}


@given(situations())
@settings(max_examples=20, deadline=None)
def test_odds_are_the_shares_of_all_outcomes_that_agree_with_what_is_decided(situation) -> None:
    field, chances, decided = situation
    reach, met, left = counted(field, chances, decided)
    found = odds(field, chances, decided)
    assert np.exp(found.log_likelihood) == pytest.approx(sum(p for _, p in left), rel=1e-9)
    np.testing.assert_allclose(found.reach, reach, atol=1e-12)
    for slot, strong, weak, chance in zip(
        field.games.slot, field.games.strong, field.games.weak, found.meetings, strict=True
    ):
        teams = frozenset(field.teams[[strong, weak]].tolist())
        assert chance == pytest.approx(met[field.slots[slot].name, teams], abs=1e-12)
    one, other = field.teams[[0, -1]].tolist()
    assert found.meet(other, one) == pytest.approx(met["R6CH", frozenset((one, other))], abs=1e-12)
    best = max(p for _, p in left)
    likely = most_likely(field, chances, decided)
    assert list(likely) == [slot.name for slot in field.slots]
    assert max(p for won, p in left if won == likely) == pytest.approx(best, rel=1e-12)


@given(situations(), st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_no_bracket_has_more_expected_points_than_the_best(situation, seed) -> None:
    field, chances, decided = situation
    points = np.random.default_rng(seed).uniform(0.0, 10.0, (len(field), 7))
    found = odds(field, chances, decided)

    def expected(won: dict[str, int]) -> float:
        rows = [(field.row[won[slot.name]], slot.round) for slot in field.slots]
        return sum(found.reach[row, round_] * points[row, round_] for row, round_ in rows)

    def scored(won: dict[str, int]) -> float:
        return sum(points[field.row[won[slot.name]], slot.round] for slot in field.slots)

    best = most_points(found, points)
    assert all(best[slot] == team for slot, team in decided.items())
    _, _, left = counted(field, chances, decided)
    assert expected(best) == pytest.approx(max(expected(won) for won, _ in left), rel=1e-12)
    assert expected_points(found, points).sum() == pytest.approx(
        sum(p / sum(q for _, q in left) * scored(w) for w, p in left)
    )


def strengths(field: Bracket) -> st.SearchStrategy[np.ndarray]:
    return st.integers(0, 2**32 - 1).map(lambda seed: np.random.default_rng(seed).normal(0.0, 2.0, len(field)))


@given(strengths(FULL))
@settings(max_examples=25, deadline=None)
def test_rounds_sum_to_their_number_of_winners(strength) -> None:
    found = odds(FULL, of_strengths(FULL, strength))
    np.testing.assert_allclose(found.reach.sum(axis=0), [64, 32, 16, 8, 4, 2, 1], atol=1e-9)
    assert (np.diff(found.reach, axis=1) <= 1e-15).all() and found.reach.min() >= 0.0 and found.reach.max() <= 1.0
    by_slot = np.bincount(FULL.games.slot, found.meetings)
    np.testing.assert_allclose(by_slot, 1.0, atol=1e-12)
    byes = [row for row, seed in enumerate(FULL.seeds) if len(seed) == 3]
    assert (found.reach[byes, 0] == 1.0).all() and (found.reach[:, 0] < 1.0).sum() == 8


@given(strengths(FULL), st.integers(0, 67), st.floats(0.1, 3.0))
@settings(max_examples=25, deadline=None)
def test_a_stronger_team_goes_further(strength, row, more) -> None:
    stronger = strength.copy()
    stronger[row] += more
    before, after = (odds(FULL, of_strengths(FULL, one)).reach for one in (strength, stronger))
    inside = FULL.path(int(FULL.teams[row]))[0].round
    assert (after[row, inside:] > before[row, inside:]).all()
    # Whom it can only meet in the final it neither helps nor harms on the way there.
    half = (FULL.places < 64) == (FULL.places[row] < 64)
    np.testing.assert_allclose(after[~half, :6], before[~half, :6], atol=1e-12)


@given(situations(), st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_sides_of_slots_can_be_swapped(situation, random) -> None:
    field, chances, decided = situation
    turned = {slot.name for slot in field.slots if random.random() < 0.5}
    slots = [(s.name, *((s.weak, s.strong) if s.name in turned else (s.strong, s.weak))) for s in field.slots]
    other = bracket(field.league, field.season, zip(field.seeds, field.teams.tolist(), strict=True), slots)
    chance = {frozenset(field.teams[[i, j]].tolist()): (int(field.teams[i]), p)
              for i, j, p in zip(field.games.strong, field.games.weak, chances, strict=True)}  # fmt: skip
    mirrored = []
    for i, j in zip(other.games.strong, other.games.weak, strict=True):
        strong, p = chance[frozenset(other.teams[[i, j]].tolist())]
        mirrored.append(p if strong == other.teams[i] else 1.0 - p)
    one, two = odds(field, chances, decided), odds(other, np.array(mirrored), decided)
    order = [other.row[team] for team in field.teams.tolist()]
    np.testing.assert_allclose(one.reach, two.reach[order], atol=1e-12)


@given(situations())
@settings(max_examples=20, deadline=None)
def test_what_all_slots_say_is_certain(situation) -> None:
    field, chances, _ = situation
    won = most_likely(field, chances)
    found = odds(field, chances, won)
    assert set(np.unique(found.reach)) <= {0.0, 1.0}
    for slot, team in won.items():
        assert found.reach[field.row[team], field.slot[slot].round] == 1.0
    assert most_likely(field, 1.0 - chances, won) == most_points(found, POINTS) == won


def test_draws_are_odds_of_their_own() -> None:
    rng = np.random.default_rng(7)
    chances = np.stack([of_strengths(FULL, rng.normal(0.0, 1.0, 68)) for _ in range(6)]).reshape(2, 3, -1)
    decided = {"R2W1": int(FULL.teams[0])}
    for given_ in ({}, decided):
        found = odds(FULL, chances, given_)
        assert found.reach.shape == (2, 3, 68, 7) and found.meetings.shape == chances.shape
        alone = odds(FULL, chances[1, 2], given_)
        np.testing.assert_allclose(found.reach[1, 2], alone.reach, atol=1e-14)
        np.testing.assert_allclose(found.meetings[1, 2], alone.meetings, atol=1e-14)


def test_even_very_unlikely_picks_are_conditions() -> None:
    strength = np.linspace(20.0, -20.0, 68)
    worst = most_likely(FULL, 1.0 - of_strengths(FULL, strength))
    chances = np.clip(of_strengths(FULL, strength), 1e-9, 1 - 1e-9)
    found = odds(FULL, chances, {slot: team for slot, team in worst.items() if slot != "R1W1"})
    assert np.isfinite(found.reach).all()
    np.testing.assert_allclose(found.reach.sum(axis=0), [64, 32, 16, 8, 4, 2, 1], atol=1e-9)


def test_decisions_that_cannot_be_are_named() -> None:
    w01, w02, x02a, *_ = (int(FULL.teams[FULL.seeds.index(seed)]) for seed in ("W01", "W02", "X11a"))
    for decided, text in (
        ({"R4W1": w01, "R3W2": w02, "R6CH": w02}, "cannot both be: one of them wins R4W1"),
        ({"R1X1": w01}, "W01 (team 1102) cannot win R1X1: no way leads there"),
        ({"R7XX": w01}, "R7XX is no slot"),
        ({"R1W1": 1999}, "team 1999 is to win R1W1, and has no seed"),
    ):
        with pytest.raises(BadBracket) as raised:
            odds(FULL, np.full(len(FULL.games), 0.5), decided)
        assert text.replace("1102", str(w01)) in str(raised.value)
    assert closed(FULL, {"R1X6": x02a}) == {"X11": x02a, "R1X6": x02a}
    lost = np.full(len(NINE.games), 0.5)
    lost[NINE.games.slot == 1] = 1.0
    with pytest.raises(BadBracket, match="no chance to be"):
        odds(NINE, lost, {"R4W1": int(NINE.teams[1])})
