"""What a score is paid in a tournament, given what opponents scored.

Prizes go by rank, and those who tie share the prizes of their ranks evenly, which is what a lottery among them would
pay on average. With a of the others ahead, the prize is that of rank a + 1. Of more opponents than the pool has, the
pool's are any so many: how many of a that are ahead are among them is hypergeometric, and the mean prize is that of
all the pools that can be drawn from them, exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from hoops.arrays import Floats
from hoops.errors import MadnessError
from hoops.pools.sheet import Picks, Sheet

MOST = 10_000  # entrants
_BLOCK = 1 << 23  # scores at a time


class BadPool(MadnessError):
    """A pool that cannot be; the text says what is allowed."""


@dataclass(frozen=True)
class Prizes:
    """entrants: of the pool, me among them. shares: of the pot, by rank; they add up to 1."""

    entrants: int
    shares: tuple[Fraction, ...] = (Fraction(1),)

    def __post_init__(self) -> None:
        if not 2 <= self.entrants <= MOST:
            raise BadPool(f"{self.entrants:,} entrants: a pool has 2 to {MOST:,}")
        if min(self.shares) < 0:
            raise BadPool(f"a prize of {float(100 * min(self.shares)):g} % of the pot: no prize is below 0")
        if sum(self.shares) != 1:
            raise BadPool(
                f"the prizes add up to {float(100 * sum(self.shares)):g} % of the pot: they are shares by rank, such "
                "as 60,30,10, that add up to 100"
            )
        if len(self.shares) > self.entrants:
            raise BadPool(f"{len(self.shares)} prizes for {self.entrants} entrants")

    def by_ahead(self, others: int) -> Floats:
        """Mean prize, in entry fees, with a of the others ahead, (others + 1,); the pool's are any of them.

        Raises
        ------
        ValueError
            There are fewer others than the pool needs.
        """
        drawn = self.entrants - 1
        if others < drawn:
            raise ValueError(f"{others} opponents for a pool of {self.entrants}")
        ahead, paid = np.arange(others + 1), np.zeros(others + 1)
        ways = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, others + 1)))])  # log factorials

        def choose(n: npt.NDArray[np.intp], k: int) -> Floats:
            short = n < k
            n = np.where(short, k, n)
            return np.where(short, -np.inf, ways[n] - ways[k] - ways[n - k])

        for rank, share in enumerate(self.shares):
            chance = np.exp(
                choose(ahead, rank) + choose(others - ahead, drawn - rank) - choose(np.array(others), drawn)
            )
            paid += float(share) * self.entrants * chance
        return paid


@dataclass(frozen=True, eq=False)
class Payouts:
    """What each score is paid in each tournament.

    Attributes
    ----------
    sheet : Sheet
    right : float32 (depths * e, n)
        Units that a pick (a column of `Sheet.columns`) counts in each tournament.
    paid : float32 (n, scores)
        Mean prize of a score, in entry fees.
    """

    sheet: Sheet
    right: npt.NDArray[np.float32]
    paid: npt.NDArray[np.float32]

    def scores(self, filled: Picks) -> npt.NDArray[np.intp]:
        """Units of sheets (k, slots) in each tournament, (k, n)."""
        return np.stack([self.right[one].sum(axis=0) for one in self.sheet.columns(filled)]).astype(np.intp)

    def of(self, scores: npt.NDArray[np.intp]) -> Floats:
        """Prizes of scores (..., n), in entry fees."""
        return self.paid[np.arange(len(self.paid)), scores].astype(np.float64)


def against(sheet: Sheet, filled: Picks, worth: npt.NDArray[np.int32], others: Picks, prizes: Prizes) -> Payouts:
    """What a sheet of any score would be paid beside opponents.

    Parameters
    ----------
    filled, worth : (n, slots)
        Who wins each slot of the tournaments, and the units that he counts.
    others : (b, m, slots)
        Sheets of all other entrants, or of more, of whom the pool's are any. The tournaments go to the b groups of
        opponents in equal parts, in order.
    """
    upto = _upto(prizes, others.shape[1])

    def paid(tied: npt.NDArray[np.intp], ahead: npt.NDArray[np.intp]) -> Floats:
        return (upto[ahead + tied + 1] - upto[ahead]) / (tied + 1)

    return _payouts(sheet, filled, worth, others, paid)


def among(sheet: Sheet, filled: Picks, worth: npt.NDArray[np.int32], entered: Picks, prizes: Prizes) -> Payouts:
    """What each of the entrants is paid, by his score; 0 for scores that nobody has.

    Parameters as of `against`; entered : (b, entrants, slots).
    """
    if entered.shape[1] != prizes.entrants:
        raise ValueError(f"{entered.shape[1]} sheets in a pool of {prizes.entrants}")
    upto = _upto(prizes, prizes.entrants - 1)

    def paid(tied: npt.NDArray[np.intp], ahead: npt.NDArray[np.intp]) -> Floats:
        return (upto[ahead + tied] - upto[ahead]) / np.maximum(tied, 1)

    return _payouts(sheet, filled, worth, entered, paid)


def _upto(prizes: Prizes, others: int) -> Floats:
    """Sums of prizes up to each number ahead: those of ranks that are shared are differences of them."""
    return np.concatenate([[0.0], np.cumsum(prizes.by_ahead(others))])


def _payouts(
    sheet: Sheet, filled: Picks, worth: npt.NDArray[np.int32], others: Picks,
    paid: Callable[[npt.NDArray[np.intp], npt.NDArray[np.intp]], Floats],
) -> Payouts:  # fmt: skip
    """Prizes by how many have a score and how many have more."""
    groups, each, slots = others.shape
    if len(filled) % groups:
        raise ValueError(f"{len(filled)} tournaments for {groups} groups of opponents")
    columns = sheet.depths * len(sheet)
    theirs = np.zeros((groups * each, columns), np.float32)
    np.put_along_axis(theirs, sheet.columns(others.reshape(-1, slots)), np.float32(1.0), axis=1)
    theirs = theirs.reshape(groups, each, columns)
    top, share = int(worth.sum(axis=1).max()) + 1, len(filled) // groups
    rights, table = np.empty((columns, len(filled)), np.float32), np.empty((len(filled), top), np.float32)
    rows = max(1, _BLOCK // max(each, top))
    for start in (first for group in range(groups) for first in range(group * share, (group + 1) * share, rows)):
        here = slice(start, min(start + rows, (start // share + 1) * share))
        right = np.zeros((here.stop - start, columns), np.float32)
        np.put_along_axis(right, sheet.columns(filled[here]), worth[here].astype(np.float32), axis=1)
        rights[:, here] = right.T
        scores = (right @ theirs[start // share].T).astype(np.intp)
        scores += top * np.arange(len(scores))[:, None]
        tied = np.bincount(scores.ravel(), minlength=top * len(scores)).reshape(-1, top)
        table[here] = paid(tied, each - np.cumsum(tied, axis=1))
    return Payouts(sheet, rights, table)


def shares_of(percentages: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """Shares of the pot."""
    return tuple(one / 100 for one in percentages)
