"""Small brackets, chances of their games, and all that can become of them, counted one by one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hoops.arrays import Floats
from hoops.brackets.tree import Bracket, bracket
from hoops.games.leagues import League

SIXTY_EIGHT = ("W16", "X11", "Y16", "Z11")


def of_seeds(lines: int, play_ins: tuple[str, ...] = (), season: int = 2024, league: League = League.MEN) -> Bracket:
    """So many seeds in each of the four regions, teams numbered from the top of W to the end of Z."""
    seeds = [f"{region}{line:02d}" for region in "WXYZ" for line in range(1, lines + 1)]
    names = [name for seed in seeds for name in ((f"{seed}a", f"{seed}b") if seed in play_ins else (seed,))]
    return bracket(league, season, zip(names, range(league.team_ids.start + 101, league.team_ids.stop), strict=False))


def of_strengths(field: Bracket, strength: Floats) -> Floats:
    """Chances of the games of teams with these strengths (n,), log-odds."""
    games = field.games
    return np.asarray(1.0 / (1.0 + np.exp(strength[games.weak] - strength[games.strong])))


def any_chances(field: Bracket, low: float = 0.01) -> st.SearchStrategy[Floats]:
    return arrays(np.float64, len(field.games), elements=st.floats(low, 1.0 - low))


def outcomes(field: Bracket, chances: Floats) -> Iterator[tuple[dict[str, int], float]]:
    """Every way in which the bracket can go, winner (id) by slot, with its probability."""
    games = field.games
    known = {}
    for slot, strong, weak, chance in zip(games.slot, games.strong, games.weak, chances, strict=True):
        name, one, other = field.slots[slot].name, int(field.teams[strong]), int(field.teams[weak])
        known |= {(name, one, other): float(chance), (name, other, one): 1.0 - float(chance)}
    seeds = dict(zip(field.seeds, field.teams.tolist(), strict=True))

    def go(number: int, won: dict[str, int], probability: float) -> Iterator[tuple[dict[str, int], float]]:
        if number == len(field.slots):
            yield dict(won), probability
            return
        slot = field.slots[number]
        one, other = (won[feed] if feed in won else seeds[feed] for feed in (slot.strong, slot.weak))
        for winner, loser in ((one, other), (other, one)):
            yield from go(number + 1, won | {slot.name: winner}, probability * known[slot.name, winner, loser])

    yield from go(0, {}, 1.0)
