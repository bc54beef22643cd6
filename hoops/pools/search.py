"""The sheet with the highest expected prize, by local search on tournaments that are the same for all sheets.

A step lets one entry win a slot, and all before it: what then cannot be any more goes to the same entry, or to the
other side of the slot above. Steps that pay more are taken until none does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hoops.pools.payouts import Payouts
from hoops.pools.sheet import Picks, Sheet

_LEAST = 1e-9  # entry fees that a step has to add


@dataclass(frozen=True, eq=False)
class Found:
    """A sheet (slots,), and its mean prize on the tournaments it was searched on, which flatters it."""

    filled: Picks
    paid: float


def best(
    coarse: Payouts, fine: Payouts, starts: Sequence[Picks], finalists: int, rng: np.random.Generator,
    done: Callable[[int, int], None] = lambda done, total: None,
) -> Found:  # fmt: skip
    """The best sheet that the starts (slots,) lead to, searched in two rounds; of equals the first.

    From all starts on a few tournaments, then on from the finalists on many others: few tournaments flatter sheets that
    pay seldom and much.
    """
    total = len(starts) + finalists
    first: dict[bytes, Found] = {}
    for number, start in enumerate(starts, 1):
        one = climb(coarse, start, rng)
        first.setdefault(one.filled.tobytes(), one)
        done(number, total)
    # Ranked anew on the other tournaments, which know nothing of how they were found.
    again = sorted(first.values(), key=lambda one: -float(fine.of(fine.scores(one.filled[None])).mean()))
    last = []
    for number, one in enumerate(again[:finalists], 1):
        last.append(climb(fine, one.filled, rng))
        done(len(starts) + number, total)
    return max(last, key=lambda one: one.paid)


def climb(pay: Payouts, start: Picks, rng: np.random.Generator) -> Found:
    """Steps from a sheet until none pays more; their order is the generator's."""
    sheet, filled = pay.sheet, start.copy()
    scores = pay.right[sheet.columns(filled)].sum(axis=0)
    rows = np.arange(len(scores)) * pay.paid.shape[1]
    flat = pay.paid.ravel()
    value, tried = float(flat[rows + scores.astype(np.intp)].mean()), 0
    moves = np.flatnonzero(pay.right.any(axis=1))
    while tried < len(moves):  # until every step was tried since the last one that was taken
        for column in rng.permutation(moves).tolist():
            tried += 1
            for other in _steps(sheet, filled, *divmod(column, len(sheet))):
                changed = np.flatnonzero(other != filled)
                new, old = (sheet.columns(one)[changed] for one in (other, filled))
                after = scores + pay.right[new].sum(axis=0) - pay.right[old].sum(axis=0)
                paid = float(flat.take(rows + after.astype(np.intp)).mean())
                if paid > value + _LEAST:
                    filled, scores, value, tried = other, after, paid, 0
                    break
    return Found(filled, value)


def _steps(sheet: Sheet, filled: Picks, depth: int, entry: int) -> Iterator[Picks]:
    """The sheets in which an entry wins its slot of a depth, and does not now."""
    at = sheet.ways[entry]
    beaten = int(filled[at[depth]])
    if beaten == entry:
        return
    other = filled.copy()
    other[at[: depth + 1]] = entry
    above = [place for place in at[depth + 1 :] if filled[place] == beaten]
    heirs = [entry]
    if above:
        heirs.append(int(filled[_sibling(sheet, depth, at[depth])]))
    for heir in heirs:
        one = other.copy()
        one[above] = heir
        yield one


def _sibling(sheet: Sheet, depth: int, place: int) -> int:
    """The slot of the same depth whose winner is met above."""
    start = sheet.at(depth).start
    return start + ((place - start) ^ 1)
