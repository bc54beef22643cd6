"""What a pool pays in points: so many a right winner by round, and what is added for upsets.

The bonus is of the game as it was played: of the seeds of its true winner and its true loser.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm

import numpy as np
import numpy.typing as npt

from hoops.errors import MadnessError
from hoops.pools.sheet import Picks, Sheet

ROUNDS = 6
SYSTEMS = {
    "espn": (10, 20, 40, 80, 160, 320),
    "yahoo": (1, 2, 4, 8, 16, 32),
    "cbs": (1, 2, 4, 8, 16, 32),
}
BONUSES = {
    "upset": "a flat bonus if the worse seed wins",
    "difference": "the difference of the seeds, times the bonus, if the worse seed wins",
    "seed": "the winner's seed, times the bonus",
    "times": "the points once more for each seed below the first, times the bonus: points times seed",
}
FINEST = 1 << 13  # units of the largest score: a table of what scores are paid in 40,000 tournaments has 1.3 GB then


class BadScoring(MadnessError):
    """A scoring that cannot be; the text says what is allowed."""


@dataclass(frozen=True)
class Scoring:
    """points: of a right winner, by round, the round of 64 first. bonus: one of `BONUSES`; sizes: of it, by round."""

    points: tuple[Fraction, ...]
    bonus: str | None = None
    sizes: tuple[Fraction, ...] = field(default=(Fraction(0),) * ROUNDS)

    def __post_init__(self) -> None:
        for what, values in (("points", self.points), ("bonuses", self.sizes)):
            if len(values) != ROUNDS or min(values) < 0:
                raise BadScoring(f"{ROUNDS} {what}, none below 0, are wanted: of the round of 64, ... of the final")
        if self.bonus is not None and self.bonus not in BONUSES:
            raise BadScoring(f"{self.bonus!r} is no bonus: there are {', '.join(BONUSES)}")
        if not any((*self.points, *self._extra)):
            raise BadScoring("a scoring without any points has no winner")

    @property
    def unit(self) -> Fraction:
        """The largest number of points of which all scores are multiples."""
        values = [one for one in (*self.points, *self._extra) if one]
        below = lcm(*(one.denominator for one in values))
        return Fraction(gcd(*(int(one * below) for one in values)), below)

    @property
    def _extra(self) -> tuple[Fraction, ...]:
        """What the bonus counts seeds by, by round."""
        if self.bonus is None:
            return ()
        return (
            tuple(p * s for p, s in zip(self.points, self.sizes, strict=True)) if self.bonus == "times" else self.sizes
        )

    def worth(self, sheet: Sheet, filled: Picks) -> npt.NDArray[np.int32]:
        """What the winner of each slot of tournaments (n, slots) counts, in `unit`s, int32 (n, slots).

        Raises
        ------
        BadScoring
            The points are too fine for scores to be told apart in a table.
        """
        rounds, unit = np.array([slot.round - 1 for slot in sheet.slots]), self.unit
        points, extra = (np.array([int(one / unit) for one in values]) for values in (self.points, self._extra))
        found = np.broadcast_to(points[rounds], filled.shape)
        if self.bonus is not None:
            won, lost = (sheet.lines[one].astype(np.int64) for one in (filled, sheet.losers(filled)))
            counted = {
                "upset": won > lost, "difference": np.maximum(won - lost, 0), "seed": won, "times": won - 1,
            }[self.bonus]  # fmt: skip
            found = found + extra[rounds] * counted
        if found.sum(axis=-1).max() >= FINEST:
            raise BadScoring(f"scores would have more than {FINEST:,} steps of {unit} points: use rounder points")
        return found.astype(np.int32)


def scoring(system: str, points: Sequence[Fraction] | None = None, bonus: str | None = None) -> Scoring:
    """A scoring by its name, or `custom` with points; bonus: such as upset:1 or difference:1,2,3,4,5,6.

    >>> scoring("espn").unit, scoring("yahoo", bonus="difference:0.5").unit
    (Fraction(10, 1), Fraction(1, 2))
    """
    if (system == "custom") == (points is None):
        raise BadScoring(
            "points belong to the scoring custom, which needs them: --scoring custom --points 1,2,4,8,16,32"
        )
    if system != "custom" and system not in SYSTEMS:
        raise BadScoring(f"{system!r} is no scoring: there are {', '.join(SYSTEMS)} and custom")
    by_round = tuple(points) if points is not None else tuple(map(Fraction, SYSTEMS[system]))
    if bonus is None:
        return Scoring(by_round)
    name, _, sizes = bonus.partition(":")
    by_size = numbers(sizes or "1")
    return Scoring(by_round, name.strip(), by_size * ROUNDS if len(by_size) == 1 else by_size)


def numbers(text: str) -> tuple[Fraction, ...]:
    """Numbers in a list with commas.

    >>> numbers("60, 30,10.5")
    (Fraction(60, 1), Fraction(30, 1), Fraction(21, 2))
    """
    try:
        return tuple(Fraction(part.strip()) for part in text.split(","))
    except (ValueError, ZeroDivisionError) as error:
        raise BadScoring(f"{text!r} is no list of numbers such as 1,2,4,8,16,32") from error
