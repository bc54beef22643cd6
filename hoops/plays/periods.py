"""Halves, quarters and overtimes: in which period of a game a time lies."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hoops.contract.events import OVERTIME, REGULATION
from hoops.games.leagues import League

QUARTERS_SINCE = 2016  # season in which women began to play quarters
_ORDINALS = ("1st", "2nd", "3rd")


def regular_periods(league: League, season: int) -> int:
    """Periods of a game without overtime: two halves, or four quarters."""
    return 4 if league is League.WOMEN and season >= QUARTERS_SINCE else 2


def periods(seconds: npt.NDArray, regular: int) -> npt.NDArray[np.int64]:
    """Period in which each time lies, from 0; the last second of a period belongs to it.

    regular: periods without overtime.

    >>> periods(np.array([0, 1200, 1201, 2400, 2401, 2700, 2701]), regular=2).tolist()
    [0, 0, 1, 1, 2, 2, 3]
    """
    time = seconds.astype(np.int64)
    length = REGULATION // regular
    return np.where(time > REGULATION, regular - 1 - (REGULATION - time) // OVERTIME, np.maximum(time - 1, 0) // length)


def period_name(period: int, regular: int) -> str:
    """A period in words.

    >>> period_name(1, regular=2), period_name(3, regular=4), period_name(2, regular=2)
    ('2nd half', '4th quarter', '1st overtime')
    """
    if period < regular:
        return f"{_ordinal(period)} {'half' if regular == 2 else 'quarter'}"
    return f"{_ordinal(period - regular)} overtime"


def _ordinal(place: int) -> str:
    return _ORDINALS[place] if place < len(_ORDINALS) else f"{place + 1}th"
