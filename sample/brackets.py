"""Brackets in the words of Kaggle's files: seeds such as W01 or X16a, slots such as R1W1, R5WX, R6CH and X16.

The final is always R6CH and its day the final's: a field smaller than 64 leaves out the first rounds, it does not
renumber the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations

from hoops.games.leagues import League

REGIONS = "WXYZ"
FINAL_FOUR, FINAL = 5, 6

# Round -> days; of two days, a game's half of the bracket decides. Round 0 holds the play-ins.
ROUND_DAYS = {
    League.MEN: ((134, 135), (136, 137), (138, 139), (143, 144), (145, 146), (152, 152), (154, 154)),
    League.WOMEN: ((135, 136), (137, 138), (139, 140), (144, 145), (146, 147), (151, 151), (153, 153)),
}


@dataclass(frozen=True)
class Slot:
    """A game of the tournament; strong and weak are a seed or the slot whose winner plays here."""

    name: str
    strong: str
    weak: str
    round: int
    region: str  # the region, or the first of those that meet
    half: int  # 0 or 1: which of the round's days

    @property
    def best_of_four(self) -> str:
        """Best seed of the four that play for the third round, in a region of 16: W04 for R1W4, R1W5 and R2W4."""
        number = int(self.name[-1])
        return f"{self.region}{min(number, 9 - number) if self.round == 1 else number:02d}"


def first_round(bracket: int) -> int:
    """The round in which a main bracket of so many teams begins: 64 in round 1, 8 in round 4."""
    return FINAL + 1 - (bracket.bit_length() - 1)


def slots(bracket: int, play_ins: Iterable[str]) -> list[Slot]:
    """All slots in the order in which they can be played.

    play_ins: seeds such as X16 that two teams, X16a and X16b, play for.

    >>> [f"{slot.name}: {slot.strong} {slot.weak}" for slot in slots(8, ["X02"])][:3]
    ['X02: X02a X02b', 'R4W1: W01 W02', 'R4X1: X01 X02']
    """
    seeds, start = bracket // 4, first_round(bracket)
    main: list[Slot] = []
    for number, region in enumerate(REGIONS):
        entries = [f"{region}{seed:02d}" for seed in range(1, seeds + 1)]
        for round_ in range(start, FINAL_FOUR):
            games = len(entries) // 2
            winners = []
            for i in range(games):
                # Days go by pods of four teams until a region's last four, then by halves of the country.
                pod = min(i, 2 * games - 1 - i) if games <= 4 else min(i, games - 1 - i)
                half = (pod + number) % 2 if round_ <= 2 else number // 2
                name = f"R{round_}{region}{i + 1}"
                main.append(Slot(name, entries[i], entries[-1 - i], round_, region, half))
                winners.append(name)
            entries = winners
    main.append(Slot("R5WX", "R4W1", "R4X1", FINAL_FOUR, "W", 0))
    main.append(Slot("R5YZ", "R4Y1", "R4Z1", FINAL_FOUR, "Y", 0))
    main.append(Slot("R6CH", "R5WX", "R5YZ", FINAL, "W", 0))
    main.sort(key=lambda slot: slot.round)
    half_of = {seed: slot.half for slot in main for seed in (slot.strong, slot.weak)}
    before = [Slot(seed, f"{seed}a", f"{seed}b", 0, seed[0], half_of[seed]) for seed in sorted(play_ins)]
    return before + main


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
