"""The field of a made-up tournament: its seeds, and the days and places of its games.

Seeds and slots are those of Kaggle's files, laid out by `hoops.brackets.tree`: the final is always R6CH and its day the
final's, a field smaller than 64 leaves out the first rounds.
"""

from __future__ import annotations

from collections.abc import Sequence

from hoops.brackets.tree import FINAL_FOUR, REGIONS, Slot
from hoops.games.leagues import League

# Round -> days; of two days, a game's half of the bracket decides. Round 0 holds the play-ins.
ROUND_DAYS = {
    League.MEN: ((134, 135), (136, 137), (138, 139), (143, 144), (145, 146), (152, 152), (154, 154)),
    League.WOMEN: ((135, 136), (137, 138), (139, 140), (144, 145), (146, 147), (151, 151), (153, 153)),
}
PODS = 2  # the round that ends with one of four teams left


def by_day(slots: Sequence[Slot], league: League) -> dict[str, int]:
    """Day by slot: by pods of four teams until a region's last four, then by halves of the country."""
    after = {feed: slot for slot in slots for feed in (slot.strong, slot.weak)}

    def half(slot: Slot) -> int:
        if slot.round == 0:
            return half(after[slot.name])
        if slot.round >= FINAL_FOUR:
            return 0
        number = REGIONS.index(region(slot))
        if slot.round <= PODS:
            return (pod(slot) - 1 + number) % 2
        return number // 2

    return {slot.name: ROUND_DAYS[league][slot.round][half(slot)] for slot in slots}


def region(slot: Slot) -> str:
    """The region of a game before the Final Four."""
    return slot.name[2] if slot.round else slot.name[0]


def pod(slot: Slot) -> int:
    """Number of the four teams that play for the third round, in a region of 16: 4 of R1W4, R1W5 and R2W4."""
    number = int(slot.name[-1])
    return min(number, 9 - number) if slot.round == 1 else number
