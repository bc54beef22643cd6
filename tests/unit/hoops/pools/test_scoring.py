"""Points and bonuses, counted by hand."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from hoops.brackets.best import most_likely
from hoops.brackets.tree import BadBracket, bracket
from hoops.games.leagues import League
from hoops.pools.payouts import BadPool, Prizes, shares_of
from hoops.pools.scoring import BadScoring, numbers, scoring
from hoops.pools.sheet import Sheet, sheet_of
from tests.unit.hoops.brackets.small_brackets import SIXTY_EIGHT, of_seeds

FIELD = of_seeds(16, SIXTY_EIGHT)
SHEET = sheet_of(FIELD)


def chalk_but(*winners: str) -> np.ndarray:
    """A tournament in which the better seeds win, but for what these seeds win, such as R2W3=W10."""
    picks = {slot: int(FIELD.teams[FIELD.seeds.index(seed)]) for slot, seed in (one.split("=") for one in winners)}
    line = np.array([int(seed[1:3]) for seed in FIELD.seeds])
    chances = 1.0 / (1.0 + np.exp(0.5 * (line[FIELD.games.strong] - line[FIELD.games.weak]) - 0.01))
    return SHEET.of(most_likely(FIELD, chances, picks))[None]


def total(of: Sheet, truth: np.ndarray, *asked: object) -> float:
    found = scoring(*asked)
    return float(found.worth(of, truth).sum() * found.unit)


def test_a_perfect_bracket() -> None:
    truth = chalk_but()
    assert len(SHEET) == 64 and SHEET.depths == 6 and len(SHEET.slots) == 63
    assert total(SHEET, truth, "espn") == 1920.0
    assert total(SHEET, truth, "yahoo") == total(SHEET, truth, "cbs") == 192.0
    assert total(SHEET, truth, "yahoo", None, "upset") == total(SHEET, truth, "yahoo", None, "difference:5") == 192.0


def test_an_upset_counts_by_the_seeds_of_those_who_played() -> None:
    # A tenth seed beats a seventh, and then the sixth, who has beaten the third... as far as this bracket's tree goes.
    truth = chalk_but("R2W2=W10")
    assert SHEET.names[truth[0, SHEET.slots.index(FIELD.slot["R2W2"])]] == "W10"
    # 10 beats 7 by 3 in round one, times 2; 10 beats 2 by 8 in round two, times 3.
    assert total(SHEET, truth, "yahoo", None, "difference:2,3,0,0,0,0") == 192.0 + 2 * 3 + 3 * 8
    assert total(SHEET, truth, "yahoo", None, "upset:0.5") == 192.0 + 2 * 0.5
    seeds = SHEET.lines[truth[0]].astype(int)
    points = np.repeat([1, 2, 4, 8, 16, 32], [32, 16, 8, 4, 2, 1])
    assert total(SHEET, truth, "yahoo", None, "times") == (points * seeds).sum()
    assert total(SHEET, truth, "yahoo", None, "seed:2") == (points + 2 * seeds).sum()


def test_whoever_wins_a_play_in_is_the_entry_that_was_picked() -> None:
    one, other = (int(FIELD.teams[FIELD.seeds.index(seed)]) for seed in ("W16a", "W16b"))
    assert (chalk_but("R1W1=W16a") == chalk_but("R1W1=W16b")).all()
    assert SHEET.entry[FIELD.row[one]] == SHEET.entry[FIELD.row[other]] == SHEET.names.index("W16")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("custom",), "needs them"),
        (("espn", numbers("1,2,3,4,5,6")), "points belong to the scoring custom"),
        (("fox",), "'fox' is no scoring: there are espn, yahoo, cbs and custom"),
        (("custom", numbers("1,2,4")), "6 points, none below 0"),
        (("custom", numbers("0,0,0,0,0,0")), "without any points"),
        (("custom", numbers("0,0,0,0,0,0"), "times"), "without any points"),
        (("espn", None, "luck"), "'luck' is no bonus: there are upset, difference, seed, times"),
        (("espn", None, "upset:1,2"), "6 bonuses"),
    ],
)
def test_scorings_that_cannot_be(asked, said) -> None:
    with pytest.raises(BadScoring, match=said):
        scoring(*asked)


def test_points_too_fine_for_a_table() -> None:
    with pytest.raises(BadScoring, match="use rounder points"):
        scoring("yahoo", None, "difference:0.01").worth(SHEET, chalk_but())
    with pytest.raises(BadScoring, match="no list of numbers"):
        numbers("1,two")


@pytest.mark.parametrize(
    ("entrants", "shares", "said"),
    [
        (1, "100", "a pool has 2 to 10,000"),
        (10_001, "100", "10,001 entrants"),
        (10, "60,30", "add up to 90 % of the pot"),
        (10, "110,-10", "a prize of -10 % of the pot: no prize is below 0"),
        (2, "50,30,20", "3 prizes for 2 entrants"),
    ],
)
def test_pools_that_cannot_be(entrants, shares, said) -> None:
    with pytest.raises(BadPool, match=said):
        Prizes(entrants, shares_of(numbers(shares)))


def test_a_field_with_byes_is_no_sheet() -> None:
    seeds = zip(("W01", "W02", "X01", "Y01", "Z01"), range(1101, 1106), strict=True)
    slots = [("R4W1", "W01", "W02"), ("R5WX", "R4W1", "X01"), ("R5YZ", "Y01", "Z01"), ("R6CH", "R5WX", "R5YZ")]
    with pytest.raises(BadBracket, match="no bracket that a pool can fill in"):
        sheet_of(bracket(League.MEN, 2024, seeds, slots))


def test_a_pool_of_all_opponents_pays_by_rank() -> None:
    prizes = Prizes(4, (Fraction(1, 2), Fraction(3, 10), Fraction(1, 5)))
    assert prizes.by_ahead(3).tolist() == pytest.approx([2.0, 1.2, 0.8, 0.0])
    with pytest.raises(ValueError, match="2 opponents for a pool of 4"):
        prizes.by_ahead(2)
