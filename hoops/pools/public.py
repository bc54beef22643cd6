"""How others fill in their brackets: the share that picks each entry to win each depth, and sheets drawn from it.

Shares are given (as ESPN's Who Picked Whom has them), or made from the seeds and our own chances: the public takes
a team against another with log-odds that are SEEDS times the difference of the logarithms of their seeds, plus TEAMS
times our own log-odds; and a few, RANDOM, fill in anything. The three constants were fitted to what ESPN's entrants
picked of men in 2015, 2018 and 2019 (docs/brackets.md says how well).

A sheet is drawn from its champion down: whoever wins a slot wins the slot below it on his side; on the other side the
loser is drawn from those who are picked to get there and no further. So every share is met exactly.
"""

from __future__ import annotations

import numpy as np

from hoops.arrays import Floats
from hoops.brackets.odds import odds
from hoops.pools.sheet import Picks, Sheet

SEEDS, TEAMS, RANDOM = 0.45, 0.9, 0.05


def of_seeds(
    sheet: Sheet, chances: Floats | None = None, seeds: float = SEEDS, teams: float = TEAMS, random: float = RANDOM
) -> Floats:
    """Share of the public that picks each entry to win each depth, (e, depths); each slot's add up to 1.

    chances: (m,), our own, of each game of `Bracket.games`; None for a public that knows seeds alone.
    """
    field = sheet.bracket
    line = np.log(sheet.lines[sheet.entry])
    log_odds = seeds * (line[field.games.weak] - line[field.games.strong])
    if chances is not None:
        sure = np.clip(chances, 1e-6, 1.0 - 1e-6)
        log_odds = log_odds + teams * (np.log(sure) - np.log1p(-sure))
    believed = sheet.by_entry(odds(field, 1.0 / (1.0 + np.exp(-log_odds))).reach)
    return (1.0 - random) * believed + random * 0.5 ** np.arange(1, sheet.depths + 1)


def drawn(sheet: Sheet, shares: Floats, sheets: int, rng: np.random.Generator) -> Picks:
    """Sheets filled in by the public, (sheets, slots); shares (e, depths)."""
    found = np.empty((len(sheet) - 1, sheets), np.uint8)
    last = sheet.depths - 1
    found[-1] = _one_of(np.arange(len(sheet)), shares[:, last], sheets, rng)
    for depth in range(last, 0, -1):
        width = 1 << depth  # of each side
        for place in range(len(sheet) >> (depth + 1)):
            winner = found[sheet.at(depth).start + place]
            for side in (0, 1):
                entries = np.arange(width) + (2 * place + side) * width
                lost = np.maximum(shares[entries, depth - 1] - shares[entries, depth], 0.0)
                loser = _one_of(entries, lost, sheets, rng)
                wins = winner >> depth == 2 * place + side
                found[sheet.at(depth - 1).start + 2 * place + side] = np.where(wins, winner, loser)
    return found.T


def _one_of(entries: np.ndarray, weight: Floats, draws: int, rng: np.random.Generator) -> Picks:
    """Entries drawn by their weights; where all are 0, none of them is ever asked for."""
    bounds = np.cumsum(weight)
    total = bounds[-1] if bounds[-1] > 0.0 else 1.0
    at = np.searchsorted(bounds, rng.random(draws) * total, side="right")
    return entries[np.minimum(at, len(entries) - 1)].astype(np.uint8)
