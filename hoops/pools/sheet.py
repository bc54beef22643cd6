"""What people fill in: the bracket without its play-ins, whose two teams are one entry.

Pools open before the play-ins are over, and take whoever wins them. The 64 entries stand in the order of the bracket,
so that slot k of depth d (0 the first round) is between entries k * 2^(d + 1) and (k + 1) * 2^(d + 1): where an entry
plays is arithmetic. A filled-in sheet is the entry that wins each slot, uint8 (..., slots), by depth, then place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from hoops.arrays import Floats, Ints
from hoops.brackets.simulate import Winners
from hoops.brackets.tree import Bracket, Slot, line_of

Picks = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Sheet:
    """A bracket to fill in.

    Attributes
    ----------
    bracket : Bracket
    names : tuple of str (e,)
        Seeds of the entries, such as W01; W16 for those of W16a and W16b.
    lines : int16 (e,)
        Their numbers, 1-16.
    entry : uint8 (n,)
        Entry of each team of the bracket.
    slots : tuple of Slot (e - 1,)
        Those that are filled in.
    """

    bracket: Bracket
    names: tuple[str, ...]
    lines: npt.NDArray[np.int16]
    entry: npt.NDArray[np.uint8]
    slots: tuple[Slot, ...]

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def depths(self) -> int:
        """Rounds that are filled in: 6 for 64 entries."""
        return len(self).bit_length() - 1

    @property
    def first_round(self) -> int:
        """Round of depth 0: 1 for 64 entries."""
        return self.slots[0].round

    def place(self, depth: int, entry: Ints | int) -> Ints:
        """Where among the slots an entry plays at a depth."""
        return np.asarray(len(self) - (len(self) >> depth) + (np.asarray(entry, np.intp) >> (depth + 1)))

    @cached_property
    def ways(self) -> list[list[int]]:
        """Of each entry, where among the slots it plays at each depth."""
        return np.stack([self.place(depth, np.arange(len(self))) for depth in range(self.depths)], axis=1).tolist()

    def filled(self, winners: Winners) -> Picks:
        """The sheets that tournaments (`played`, (n, slots of the bracket)) fill in, (n, slots)."""
        rows = [row for row, slot in enumerate(self.bracket.slots) if slot.round >= self.first_round]
        return self.entry[winners[:, rows]]

    def of(self, winners: Mapping[str, int]) -> Picks:
        """The sheet with these winners (team ids) by slot; play-ins are passed over."""
        return np.array([self.entry[self.bracket.row[winners[slot.name]]] for slot in self.slots], np.uint8)

    def known(self, won: Mapping[str, int]) -> dict[int, int]:
        """Entry by place of the slots that have been won."""
        return {place: int(self.entry[self.bracket.row[won[slot.name]]])
                for place, slot in enumerate(self.slots) if slot.name in won}  # fmt: skip

    def by_entry(self, reach: Floats) -> Floats:
        """Chance of each entry to win each depth, (e, depths), from that of teams to reach stages, (n, 7)."""
        found = np.zeros((len(self), self.depths))
        np.add.at(found, self.entry, reach[:, self.first_round :])
        return found

    def losers(self, filled: Picks) -> Picks:
        """Who loses each slot, (n, slots)."""
        found, before = (
            np.empty_like(filled),
            np.broadcast_to(np.arange(len(self), dtype=np.uint8), (len(filled), len(self))),
        )
        for depth in range(self.depths):
            here = self.at(depth)
            found[:, here] = before[:, ::2] + before[:, 1::2] - filled[:, here]
            before = filled[:, here]
        return found

    def at(self, depth: int) -> slice:
        """The slots of a depth."""
        start = len(self) - (len(self) >> depth)
        return slice(start, start + (len(self) >> (depth + 1)))

    def columns(self, filled: Picks) -> npt.NDArray[np.intp]:
        """Column of each pick among (depth, entry) pairs, depth * e + entry: an entry has one slot at each depth."""
        return self._first_column + filled

    @cached_property
    def _first_column(self) -> npt.NDArray[np.intp]:
        """Column of entry 0 at the depth of each slot, (slots,)."""
        return np.repeat(np.arange(self.depths) * len(self), [len(self) >> (d + 1) for d in range(self.depths)])


def sheet_of(bracket: Bracket) -> Sheet:
    """What a pool on a bracket fills in.

    Raises
    ------
    BadBracket
        Some team enters after the first round.
    """
    names = tuple(dict.fromkeys(seed[:3] for seed in bracket.seeds))
    number = {name: row for row, name in enumerate(names)}
    slots = tuple(slot for slot in bracket.slots if slot.round > 0)
    entry = np.array([number[seed[:3]] for seed in bracket.seeds], np.uint8)
    found = Sheet(bracket, names, np.array([line_of(name) for name in names], np.int16), entry, slots)
    even = len(names) == 1 << found.depths and len(slots) == len(names) - 1
    for place, slot in enumerate(slots if even else ()):
        depth = slot.round - found.first_round
        even &= {int(found.place(depth, one)) for one in entry[bracket.entrants(slot)].tolist()} == {place}
    if not even:
        raise bracket.wrong(f"{len(names)} entries and {len(slots)} slots are no bracket that a pool can fill in")
    return found
