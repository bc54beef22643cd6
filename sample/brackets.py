"""The field of a made-up tournament: its seeds, and the days and places of its games.

Seeds and slots are those of Kaggle's files, laid out by `hoops.brackets.tree`: the final is always R6CH and its day the
final's, a field smaller than 64 leaves out the first rounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

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


def seeded(order: Sequence[int], automatic: set[int], conference: Sequence[int], bracket: int) -> dict[str, int]:
    """Seeds of a field, seed -> team.

    order: the field, best team first. automatic: the conference champions among them. conference: (teams,) of every
    team. Half of the play-ins are between the last teams of the field, the other half between the last at-large teams.
    Lines are dealt in a snake, W X Y Z Z Y X W; within a line the teams change places where that keeps teams of one
    conference apart for longer.
    """
    entries = _entries(order, automatic, len(order) - bracket)
    placed: dict[str, list[tuple[int, set[int]]]] = {region: [] for region in REGIONS}
    seeds: dict[str, int] = {}
    for line in range(1, bracket // 4 + 1):
        four = entries[4 * line - 4 : 4 * line]
        conferences = [{conference[team] for team in entry} for entry in four]
        deals = [tuple(deal) for deal in permutations(range(4))]
        costs = [_cost(deal, line, conferences, placed, bracket) for deal in deals]
        for at, entry, here in zip(deals[costs.index(min(costs))], four, conferences, strict=True):
            region = REGIONS[at]
            placed[region].append((line, here))
            letters = ("a", "b") if len(entry) == 2 else ("",)
            seeds |= {f"{region}{line:02d}{letter}": team for letter, team in zip(letters, entry, strict=True)}
    return dict(sorted(seeds.items()))


def _entries(order: Sequence[int], automatic: set[int], play_ins: int) -> list[tuple[int, ...]]:
    """Places of the main bracket, best first: a team, or two that meet in a play-in (placed as the better one)."""
    bubbles = play_ins // 2
    last = list(order[len(order) - 2 * (play_ins - bubbles) :])
    at_large = [team for team in order if team not in automatic and team not in last]
    bubble = at_large[len(at_large) - 2 * bubbles :]
    partner = {group[i]: group[i + 1] for group in (last, bubble) for i in range(0, len(group), 2)}
    second = set(partner.values())
    return [(team, partner[team]) if team in partner else (team,) for team in order if team not in second]


def _cost(deal: tuple[int, ...], line: int, conferences: list[set[int]],
          placed: dict[str, list[tuple[int, set[int]]]], bracket: int) -> float:  # fmt: skip
    snake = range(4) if line % 2 else range(3, -1, -1)
    total = 0.01 * sum(abs(at - wanted) for at, wanted in zip(deal, snake, strict=True))
    for at, here in zip(deal, conferences, strict=True):
        total += sum(_weight(line, other, bracket) * len(here & there) for other, there in placed[REGIONS[at]])
    return total


def _weight(line: int, other: int, bracket: int) -> float:
    """How bad it is that two lines of one region hold teams of one conference: the earlier they meet, the worse."""
    size, weight = bracket // 4, 1000.0
    while size > 1:
        line, other = min(line, size + 1 - line), min(other, size + 1 - other)
        if line == other:
            return weight
        size, weight = size // 2, weight / 10
    return weight
