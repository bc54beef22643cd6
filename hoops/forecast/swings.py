"""What the chances of a game tell: how exciting it was, what came back, and what each play and player added.

::

    chances after each play -> changes -> excitement, comeback, biggest swing of each game
                                       -> win probability added by each play's player
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from hoops.arrays import Bools, Floats, Ints

ASSIST = 0.5  # share of a basket that belongs to who assisted


@dataclass(frozen=True, eq=False)
class Swings:
    """By game, in the order of the plays.

    Attributes
    ----------
    game : integers (m,)
        Its number, as the plays have it.
    excitement : float64 (m,)
        Sum of all changes of the chance, up or down: 0 if nothing moved, 4 in an average game.
    lowest : float64 (m,)
        The smallest chance that the winner ever had, before the game or after a play, 0-1.
    biggest : integers (m,)
        Place of the play with the biggest change, among all plays; the first of equals.
    swing : float64 (m,)
        The change of that play, as seen by team 1.
    """

    game: Ints
    excitement: Floats
    lowest: Floats
    biggest: Ints
    swing: Floats


def changes(game: Ints, chance: Floats, pregame: Floats) -> Floats:
    """What each play added to the chance of team 1, (n,); the first play of a game against the forecast before it.

    Parameters
    ----------
    game : integers (n,)
        Number of the game, never decreasing.
    chance, pregame : float (n,)
        The chance of team 1 after the play, and before the game.

    >>> changes(np.array([1, 1]), np.array([0.6, 0.5]), np.array([0.5, 0.5])).round(6).tolist()
    [0.1, -0.1]
    """
    opens = _opens(game)
    added: Floats = chance - np.where(opens, pregame, chance[np.arange(len(chance)) - 1]) if len(chance) else chance
    return added


def swings(game: Ints, chance: Floats, pregame: Floats, won: Bools) -> Swings:
    """Excitement, comeback and biggest swing of each game.

    game, chance, pregame: as `changes` takes them. won: whether team 1 won each game, (m,).
    """
    if len(game) == 0:
        return Swings(game, np.empty(0), np.empty(0), np.empty(0, np.int64), np.empty(0))
    starts = np.flatnonzero(_opens(game))
    ends = np.append(starts[1:], len(game))
    added = changes(game, chance, pregame)
    size = np.abs(added)
    number = np.repeat(np.arange(len(starts)), ends - starts)
    most = size == np.maximum.reduceat(size, starts)[number]
    biggest = np.minimum.reduceat(np.where(most, np.arange(len(game)), len(game)), starts)
    low = np.minimum(np.minimum.reduceat(chance, starts), pregame[starts])
    high = np.maximum(np.maximum.reduceat(chance, starts), pregame[starts])
    return Swings(
        game=game[starts],
        excitement=np.add.reduceat(size, starts),
        lowest=np.where(won, low, 1.0 - high),
        biggest=biggest,
        swing=added[biggest],
    )


def added_by_player(
    game: Ints,
    elapsed: Ints,
    side: Ints,
    player: Ints,
    event: pa.DictionaryArray,
    added: Floats,
) -> Floats:
    """Win probability added, seen by the team of each play's player, (n,); sum it by player, or by game and player.

    A play's change belongs to the player whom the log names, as seen by his team: a basket for the shooter, a miss, a
    turnover, a foul against him. Three plays stand right behind the one that they are part of, and change nothing:

    - assist: half of the basket is taken from the scorer and given to the passer;
    - steal, block: what the turnover or the missed shot cost the other team is gained by who forced it, so that the
      players of both teams together do not add up to the chance.

    Plays of no player (0) or no team are nobody's, and are 0. A player gets nothing for being on the court.

    Parameters
    ----------
    game, elapsed, side, player : integers (n,)
        Game and seconds of the play, its team (1, -1, 0 for neither) and player.
    event : dictionary-encoded strings (n,)
        Kaggle's event types.
    added : float (n,)
        Of `changes`.
    """
    n = len(game)
    names = [*event.dictionary.to_pylist(), None]
    code = event.indices.fill_null(len(names) - 1).to_numpy(zero_copy_only=False).astype(np.int64)

    def is_(*wanted: str) -> Bools:
        found: Bools = np.array([name in wanted for name in names])[code]
        return found

    given = side * added
    if n == 0:
        return given
    before = np.arange(n) - 1
    together = ~_opens(game) & (elapsed == elapsed[before])
    passes = together & is_("assist") & is_("made2", "made3")[before] & (side == side[before])
    forces = is_("steal") & is_("turnover")[before] | is_("block") & is_("miss2", "miss3")[before]
    forces &= together & (side == -side[before])
    own = given.copy()
    own[passes] += ASSIST * given[before[passes]]
    own[before[passes]] -= ASSIST * given[before[passes]]
    own[forces] -= given[before[forces]]
    credited: Floats = np.where((player > 0) & (side != 0), own, 0.0)
    return credited


def _opens(game: Ints) -> Bools:
    """Whether a play is the first of its game, (n,)."""
    opens: Bools = np.concatenate([[True], np.diff(game) != 0])[: len(game)]
    return opens
