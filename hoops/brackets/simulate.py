"""Tournaments played out: who wins each slot, many times over.

What is decided is given, as for `odds`: each game is played with its chance given all that is decided above it (Doob's
transform), so that tournaments are drawn from the very distribution that the odds add up.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hoops.arrays import Floats
from hoops.brackets.odds import Odds, sides

Winners = npt.NDArray[np.uint8]


def played(found: Odds, tournaments: int, rng: np.random.Generator) -> Winners:
    """Winner of each slot, as its place in `Bracket.teams`, uint8 (tournaments, slots).

    Where the odds are those of draws of the teams' strengths, (k, ...), the tournaments go through them in turn. What
    is decided should be known to such draws already: a draw that makes it likely is not taken more often.
    """
    field = found.bracket
    games, chance = field.games, given(found)
    chance = chance.reshape(-1, chance.shape[-1]).astype(np.float32)
    draw = np.arange(tournaments) % len(chance) * chance.shape[1] if len(chance) > 1 else 0
    game = np.zeros((len(field), len(field)), np.intp)
    game[games.strong, games.weak] = np.arange(len(games))
    entrant = dict(zip(field.seeds, range(len(field)), strict=True))
    number = {slot.name: row for row, slot in enumerate(field.slots)}
    winners = np.empty((len(field.slots), tournaments), np.uint8)
    for row, slot in enumerate(field.slots):
        strong, weak = (
            winners[number[feed]] if feed in number else np.full(tournaments, entrant[feed], np.uint8)
            for feed in (slot.strong, slot.weak)
        )
        at = game.ravel().take(strong.astype(np.intp) * len(field) + weak) + draw
        winners[row] = np.where(rng.random(tournaments, np.float32) < chance.ravel().take(at), strong, weak)
    return winners.T


def given(found: Odds) -> Floats:
    """Chance that the team of the strong side wins each game of `Bracket.games`, given all that is decided, (..., m).

    0.5 where that cannot be.
    """
    tilted = []
    for round_, pairs in enumerate(found.pairs):
        if found.above is None:
            one = pairs
        else:
            over, under = sides(found.above[round_], round_)
            won, lost = pairs * over[..., :, None], (1.0 - pairs) * under[..., None, :]
            total = won + lost
            one = np.divide(won, total, out=np.full(np.broadcast(won, lost).shape, 0.5), where=total > 0.0)
        tilted.append(one.reshape(*one.shape[:-3], -1))
    chances: Floats = np.concatenate(tilted, axis=-1)[..., found.bracket.games.pair]
    return chances
