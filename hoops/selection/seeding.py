"""Seeds of a field from the committee's list: lines from the top, regions so that conferences are kept apart."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np

from hoops.brackets.tree import REGIONS
from hoops.selection.lines import places


def seeded(order: Sequence[int], automatic: set[int], conference: Sequence[int], bracket: int) -> dict[str, int]:
    """Seeds of a field, seed -> team.

    order: the field, best team first. automatic: the conference champions among them. conference: (teams,) of every
    team. bracket: places, play-ins apart. Half of the play-ins are between the last teams of the field, the other half
    between the last at-large teams. Lines are dealt in a snake, W X Y Z Z Y X W; within a line the teams change places
    where that keeps teams of one conference apart for longer.
    """
    entries = _entries(order, automatic)
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


def _entries(order: Sequence[int], automatic: set[int]) -> list[tuple[int, ...]]:
    """Places of the bracket, best first: a team, or two that meet in a play-in."""
    place, _ = places(np.array([team in automatic for team in order]))
    found: list[tuple[int, ...]] = [() for _ in range(int(place.max()) + 1)]
    for team, at in zip(order, place.tolist(), strict=True):
        found[at] = (*found[at], team)
    return found


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
