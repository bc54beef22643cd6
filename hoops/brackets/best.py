"""Whole brackets to fill in: the one that is most likely to come true, and the one with most expected points.

Both go up the slots with the best that can be had below each team if it comes out, and down again from the champion.
Of equals the team nearer to the top of the bracket is taken.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from hoops.arrays import Floats
from hoops.brackets.odds import NOTHING, Decided, Odds, allowed_places, sides, spread
from hoops.brackets.tree import PLACES, ROUNDS, Bracket

# By round, what a slot adds if a place of its strong side beats one of its weak side, and if it loses to it; either
# broadcast to (slots, 2^round, 2^round).
Gains = Iterable[tuple[Floats, Floats]]


def most_likely(bracket: Bracket, chances: Floats, decided: Decided = NOTHING) -> dict[str, int]:
    """Winner (id) by slot of the bracket whose games are all right with the highest probability.

    Parameters as of `hoops.brackets.odds.odds`, with chances (m,).
    """
    with np.errstate(divide="ignore"):  # what cannot be is minus infinity
        gains = [(np.log(one), np.log1p(-one)) for one in spread(chances, bracket)]
    return _filled(bracket, gains, decided)


def most_points(found: Odds, points: Floats, decided: Decided = NOTHING) -> dict[str, int]:
    """Winner (id) by slot of the bracket with most expected points.

    points: (7,) by round, play-ins first, for each slot that is picked right; or (n, 7) by team too. decided: picks
    that are to stand; those that the odds know need not be told again.
    """
    by_place = np.zeros((ROUNDS, PLACES))
    by_place[:, found.bracket.places] = (found.reach * found.bracket.plays * points).T
    nobody = np.ones(PLACES)
    nobody[found.bracket.places] = 0.0
    gains = []
    for round_ in range(ROUNDS):
        over, under = sides(by_place[round_], round_)
        _, empty = sides(nobody, round_)
        gains.append((over[:, :, None], np.where(empty > 0.0, -np.inf, under)[:, None, :]))
    return _filled(found.bracket, gains, {**found.decided, **decided})


def _filled(bracket: Bracket, gains: Gains, decided: Decided) -> dict[str, int]:
    allowed = allowed_places(bracket, decided)
    value, beaten = np.zeros(PLACES), []
    for round_, (over, under) in enumerate(gains):
        width = 1 << round_
        strong, weak = sides(value, round_)
        won, lost = over + weak[:, None, :], under + strong[:, :, None]
        won, lost = (np.broadcast_to(one, (len(strong), width, width)) for one in (won, lost))
        value = np.stack([strong + won.max(axis=2), weak + lost.max(axis=1)], axis=1).ravel()
        beaten.append(np.stack([won.argmax(axis=2) + width, lost.argmax(axis=1)], axis=1).ravel())
        if allowed is not None:
            value[allowed[round_] == 0.0] = -np.inf
    team_at = dict(zip(bracket.places.tolist(), bracket.teams.tolist(), strict=True))
    found: dict[str, int] = {}

    def fill(round_: int, winner: int) -> None:
        if round_ < 0:
            return
        place = winner >> (round_ + 1)
        if slot := bracket.at.get((round_, place)):
            found[slot.name] = team_at[winner]
        fill(round_ - 1, winner)
        fill(round_ - 1, (place << (round_ + 1)) + int(beaten[round_][winner]))

    if not np.isfinite(value.max()):
        raise bracket.wrong("what is decided has no chance to be")
    fill(ROUNDS - 1, int(value.argmax()))
    return {slot.name: found[slot.name] for slot in bracket.slots}
