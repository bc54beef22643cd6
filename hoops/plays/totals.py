"""What is counted through a season: sums that grow with the players and what they can do, not with the plays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hoops.arrays import Floats
from hoops.plays.stretch import Stretch
from hoops.plays.vocabulary import FIELD_GOAL

_PENDING = 2**15  # keys that wait before they are added up, or as many as were added up before if that is more

Keys = npt.NDArray[np.int64]


class Tally:
    """How often each combination of some numbers was met.

    widths: bits of each number, first to last; 63 in all at most.
    """

    def __init__(self, *widths: int) -> None:
        assert sum(widths) <= 63
        self._widths = widths
        self._parts: list[tuple[Keys, Keys]] = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
        self._waiting = 0

    def add(self, *numbers: npt.NDArray, times: npt.NDArray | None = None) -> None:
        """Count combinations: an array a number, all (n,); each counts once, or as often as `times` says, (n,)."""
        key = _joined(numbers, self._widths)
        self._parts.append(_counted(key) if times is None else _summed(key, times))
        self._waiting += len(self._parts[-1][0])
        if self._waiting > max(_PENDING, len(self._parts[0][0])):
            self._settle()

    def counted(self, *places: int) -> tuple[list[Keys], Keys]:
        """The combinations that were met, ascending, and how often.

        places: which of the numbers make up the combination, in their order; all of them if none is named.

        >>> tally = Tally(8, 8)
        >>> tally.add(np.array([1, 1, 1]), np.array([5, 6, 6]))
        >>> [values.tolist() for values in tally.counted()[0]], tally.counted()[1].tolist()
        ([[1, 1], [5, 6]], [1, 2])
        >>> tally.counted(0)
        ([array([1])], array([3]))
        """
        self._settle()
        key, count = self._parts[0]
        if places:
            key, count = _summed(self._keys_of(places), count)
        return _parts(key, [self._widths[place] for place in places] or self._widths), count

    def places(self, *places: int) -> npt.NDArray[np.intp]:
        """Of each combination that `counted()` gives, its place among those that `counted(*places)` gives.

        >>> tally = Tally(8, 8)
        >>> tally.add(np.array([1, 1, 2]), np.array([5, 6, 6]))
        >>> tally.places(0).tolist()
        [0, 0, 1]
        """
        self._settle()
        return np.unique(self._keys_of(places), return_inverse=True)[1]

    def _keys_of(self, places: Sequence[int]) -> Keys:
        values = _parts(self._parts[0][0], self._widths)
        return _joined([values[place] for place in places], [self._widths[place] for place in places])

    def _settle(self) -> None:
        if len(self._parts) > 1:
            keys, counts = zip(*self._parts, strict=True)
            self._parts = [_summed(np.concatenate(keys), np.concatenate(counts))]
        self._waiting = 0


class Sums:
    """Sums of numbers by combinations of some other numbers, which have as many bits as `widths` says."""

    def __init__(self, *widths: int) -> None:
        self._widths = widths
        self._parts: list[tuple[Keys, Floats]] = [(np.zeros(0, np.int64), np.zeros(0))]
        self._waiting = 0

    def add(self, *numbers: npt.NDArray, values: Floats) -> None:
        """Add a value to the sum of each combination: arrays of (n,) each.

        >>> sums = Sums(8)
        >>> sums.add(np.array([5, 4, 5]), values=np.array([1.0, 2.0, 0.5]))
        >>> sums.summed()
        ([array([4, 5])], array([2. , 1.5]))
        """
        encoded = pa.array(_joined(numbers, self._widths)).dictionary_encode()
        keys = encoded.dictionary.to_numpy()
        self._parts.append((keys, _weighed(encoded.indices.to_numpy(), values, len(keys))))
        self._waiting += len(keys)
        if self._waiting > max(_PENDING, len(self._parts[0][0])):
            self._settle()

    def summed(self) -> tuple[list[Keys], Floats]:
        """The combinations that were met, ascending, and their sums."""
        self._settle()
        keys, sums = self._parts[0]
        return _parts(keys, self._widths), sums

    def _settle(self) -> None:
        keys, sums = zip(*self._parts, strict=True)
        unique, place = np.unique(np.concatenate(keys), return_inverse=True)
        self._parts = [(unique, _weighed(place, np.concatenate(sums), len(unique)))]
        self._waiting = 0


@dataclass(frozen=True)
class Assists:
    """Field goals that were assisted: team, who passed, who scored and what it counted, (a,) each."""

    team: npt.NDArray
    passer: npt.NDArray
    scorer: npt.NDArray
    points: npt.NDArray


def assists(plays: Stretch, assist: int) -> Assists:
    """The field goal of each assist: the play before it, or else the one after it.

    It is one of another player of the same team in the same game, and both are named; an assist without such a
    neighbour belongs to no field goal.

    assist: number of the event's code.
    """
    at = np.flatnonzero((plays.event == assist) & (plays.player != 0))
    shot = np.full(len(at), -1)
    for step in (1, -1):  # what is found last, before the assist, holds
        neighbour = np.clip(at + step, 0, plays.size - 1)
        good = (
            FIELD_GOAL[plays.event[neighbour]]
            & (plays.game[neighbour] == plays.game[at])
            & (plays.side[neighbour] == plays.side[at])
            & (plays.player[neighbour] != 0)
            & (plays.player[neighbour] != plays.player[at])
        )
        shot = np.where(good, neighbour, shot)
    found = shot >= 0
    at, shot = at[found], shot[found]
    return Assists(plays.team[at], plays.player[at], plays.player[shot], plays.points[shot])


def _weighed(place: npt.NDArray, values: Floats, places: int) -> Floats:
    return np.bincount(place, values, places).astype(np.float64, copy=False)


def _joined(numbers: Sequence[npt.NDArray], widths: Sequence[int]) -> Keys:
    key = np.zeros(len(numbers[0]), np.int64)
    for width, values in zip(widths, numbers, strict=True):
        key = key << width | values
    return key


def _parts(key: Keys, widths: Sequence[int]) -> list[Keys]:
    values = []
    for width in reversed(widths):
        values.append(key & ((1 << width) - 1))
        key = key >> width
    return values[::-1]


def _counted(keys: Keys) -> tuple[Keys, Keys]:
    """Each key once, as it came, and how often: by hashing, which takes a tenth of the time of sorting."""
    encoded = pa.array(keys).dictionary_encode()
    return encoded.dictionary.to_numpy(), np.bincount(encoded.indices.to_numpy(), minlength=len(encoded.dictionary))


def _summed(keys: Keys, counts: Keys) -> tuple[Keys, Keys]:
    """Each key once, ascending, and the sum of its counts."""
    unique, place = np.unique(keys, return_inverse=True)
    return unique, np.bincount(place, weights=counts, minlength=len(unique)).astype(np.int64)
