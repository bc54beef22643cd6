"""Sheets that follow from what each pick is worth by itself: favourites, most points, what few others have."""

from __future__ import annotations

import numpy as np

from hoops.arrays import Floats
from hoops.pools.sheet import Picks, Sheet


def most(sheet: Sheet, gain: Floats, champion: int | None = None) -> Picks:
    """The sheet (slots,) with the highest sum of gains (e, depths) of its picks; its champion may be given.

    >>> import numpy as np
    >>> from hoops.brackets.tree import bracket
    >>> from hoops.games.leagues import League
    >>> from hoops.pools.sheet import sheet_of
    >>> four = sheet_of(bracket(League.MEN, 2024, zip(("W01", "X01", "Y01", "Z01"), range(1101, 1105))))
    >>> most(four, np.array([[3.0, 0.0], [2.0, 2.0], [1.0, 1.0], [0.0, 1.0]])).tolist()
    [1, 2, 1]
    """
    entries = np.arange(len(sheet))
    value, beaten = np.zeros(len(sheet)), []
    for depth in range(sheet.depths):
        by_side = value.reshape(-1, 1 << depth)
        best = by_side.argmax(axis=1) + (np.arange(len(by_side)) << depth)
        loser = best[(entries >> depth) ^ 1]
        value = value + value[loser] + gain[:, depth]
        beaten.append(loser)
    found = np.empty(len(sheet) - 1, np.uint8)

    def fill(depth: int, winner: int) -> None:
        if depth < 0:
            return
        found[int(sheet.place(depth, winner))] = winner
        fill(depth - 1, winner)
        fill(depth - 1, int(beaten[depth][winner]))

    fill(sheet.depths - 1, int(value.argmax()) if champion is None else champion)
    return found


def chalk(sheet: Sheet, reach: Floats) -> Picks:
    """The better seed wins; of equal ones the one that is more likely (chances by entry and depth) to win the slot."""
    return most(sheet, reach - sheet.lines[:, None].astype(np.float64))


def with_champions(sheet: Sheet, gain: Floats, shares: Floats, title: Floats, champions: int) -> list[Picks]:
    """For each of the most likely champions, the sheet with most gain, and that with most that the public has not.

    gain, shares: (e, depths). title: chance of each entry to win it all, (e,).
    """
    likely = np.argsort(-title, kind="stable")[:champions].tolist()
    return [most(sheet, one, champion) for champion in likely for one in (gain, gain * (1.0 - shares))]
