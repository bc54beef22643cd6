"""Who has the ball after each play, and the free throws to come: read from the events of a play-by-play log.

A log says what happened, not who holds the ball. Most events tell it: a made shot gives the ball to the other team, a
rebound to who takes it. After a missed shot nobody has it yet; the share of such rebounds that the shooting team takes
stands for the ball. A foul gives the other team the ball or free throws, by the team fouls of the period so far.
Assists, blocks, timeouts and substitutions leave things as they are.

Only a play and what came before it count: that a foul led to free throws is seen in the plays that follow, and those
would give away the outcome. All shares were counted on the men's season 2017.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hoops.arrays import Bools, Floats, Ints

FREE_THROW = 0.70  # share that is made
OWN_REBOUND = 0.31  # share of rebounds after a missed shot that the shooting team takes
OWN_REBOUND_OF_THROW = 0.12  # likewise after the last of the free throws
# The ball as a share: 1 has it, -1 the other team has it. After a miss, and after free throws that are still to come.
AFTER_MISS = 2.0 * OWN_REBOUND - 1.0
AFTER_MISSED_THROW = 2.0 * OWN_REBOUND_OF_THROW - 1.0
AFTER_THROWS = -FREE_THROW + (1.0 - FREE_THROW) * AFTER_MISSED_THROW

# Free throws that follow a foul, on average, and the share of fouls that any follow: before the bonus, in it, in the
# double bonus, and after a basket in the same second. Then throws after a technical foul.
BEFORE_BONUS, IN_BONUS, IN_DOUBLE_BONUS, AND_ONE = (0.775, 0.39), (1.73, 0.95), (1.92, 0.96), (0.975, 0.97)
TECHNICAL_THROWS = 1.5
TECHNICAL = ("tech", "admte", "bente", "coate")
DEAD_BALL = ("deadb", "offdb", "defdb")


@dataclass(frozen=True)
class Bonus:
    """Length of a period (seconds), and the team fouls of a period from which a foul gives (double) bonus throws."""

    period: int
    bonus: int
    double: int


# By the periods of a game without overtime: halves, or the quarters that women play since 2016.
BONUS = {2: Bonus(1200, 7, 10), 4: Bonus(600, 5, 5)}
REGULATION = 2400  # seconds; overtime counts to the last period

_Names = tuple[str | None, ...]
_CARRY, _FIXED, _REBOUND, _FOUL, _TECHNICAL = range(5)


@dataclass(frozen=True, eq=False)
class Ball:
    """After each play, seen from team 1; with the teams swapped, both have the other sign.

    share : float64 (n,)
        1 if team 1 has the ball, -1 if team 2 has, between them if nobody has it yet, 0 if nothing is known.
    throws : float64 (n,)
        Free throws to come, on average; negative if they are team 2's.
    """

    share: Floats
    throws: Floats


def ball_after(
    game: Ints,
    elapsed: Ints,
    side: Ints,
    event: pa.DictionaryArray,
    subtype: pa.DictionaryArray,
    regular: int = 2,
) -> Ball:
    """The ball after each of n plays.

    Parameters
    ----------
    game : integers (n,)
        Number of the game, never decreasing: the plays of a game stand together, in order.
    elapsed : integers (n,)
        Seconds of play since tip-off.
    side : integers (n,)
        1 for a play of team 1, -1 of team 2, 0 of neither.
    event, subtype : dictionary-encoded strings (n,)
        As Kaggle names them: made2, reb; jump, off. Unknown ones, and nulls, leave the ball where it is.
    regular : int
        Periods of a game without overtime (`hoops.plays.periods.regular_periods`).

    Raises
    ------
    ValueError
        If the columns differ in length, or the games do not stand in order.
    """
    n = len(game)
    if {n} != {len(one) for one in (elapsed, side, event, subtype)}:
        raise ValueError("the columns of the plays differ in length")
    if np.any(np.diff(game) < 0):
        raise ValueError("the plays of a game stand apart: sort the plays by game")
    if n == 0:
        return Ball(np.empty(0), np.empty(0))
    rule, share, throws = _rules(event, subtype)
    opens = np.concatenate([[True], np.diff(game) > 0])
    before = np.maximum(np.arange(n) - 1, 0)
    together = ~opens & (elapsed[before] == elapsed)  # in the second of the play before it, of its game
    bonus = BONUS[regular]
    fouls = _fouls_of_period(rule == _FOUL, np.cumsum(opens), elapsed, side, bonus)
    # Right after a basket of the other team, or after the assist to it, the foul was on that shot.
    basket, assist = (_is(event, *names) & (side != 0) for names in (("made2", "made3"), ("assist",)))
    on_basket = together & basket[before] & (side == -side[before])
    on_basket |= together & assist[before] & (together & basket[before])[before] & (side == -side[before])
    personal = (rule == _FOUL) & (share == 0.0)  # an offensive foul gives the ball, and no throws
    for rows, (number, any_) in (
        (personal, BEFORE_BONUS),
        (personal & (fouls >= bonus.bonus), IN_BONUS),
        (personal & (fouls >= bonus.double), IN_DOUBLE_BONUS),
        (personal & on_basket, AND_ONE),
    ):
        throws[rows], share[rows] = -number, any_ - 1.0 - any_ * AFTER_THROWS
    # A team's rebound between two free throws stands in the book only: the next throw follows.
    between = (rule == _REBOUND) & together & (throws[before] > 0.0)
    told = (rule != _CARRY) & ~between & (side != 0)
    last = np.maximum.accumulate(np.where(told | opens, np.arange(n), 0))
    sign = np.where(told, side, 0).astype(np.float64)
    return Ball((sign * share)[last], (sign * throws)[last])


def _fouls_of_period(foul: Bools, game: Ints, elapsed: Ints, side: Ints, bonus: Bonus) -> Ints:
    """At each foul, how many its team has in its period, this one included; 0 at other plays and at nobody's; (n,)."""
    rows = np.flatnonzero(foul & (side != 0))
    period = (np.clip(elapsed[rows], 1, REGULATION) - 1) // bonus.period
    group = (game[rows] * (REGULATION // bonus.period) + period) * 2 + (side[rows] > 0)
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    number = np.zeros(len(foul), np.int64)
    number[rows[order]] = np.arange(len(rows)) - np.repeat(starts, np.diff(starts, append=len(rows))) + 1
    return number


def _rules(event: pa.DictionaryArray, subtype: pa.DictionaryArray) -> tuple[npt.NDArray[np.int8], Floats, Floats]:
    """By play: which rule holds, and share and throws as seen by the team of the play."""
    events, subtypes = [*event.dictionary.to_pylist(), None], [*subtype.dictionary.to_pylist(), None]
    rule, share, throws = _all_rules(tuple(events), tuple(subtypes))
    pair = _codes(event) * len(subtypes) + _codes(subtype)
    return rule[pair], share[pair], throws[pair]


@lru_cache(maxsize=4)  # the plays of a season have the same codes, day by day
def _all_rules(events: _Names, subtypes: _Names) -> tuple[npt.NDArray[np.int8], Floats, Floats]:
    told = [_rule(one or "", other or "") for one in events for other in subtypes]
    rule, share, throws = zip(*told, strict=True)
    return np.array(rule, np.int8), np.array(share, np.float64), np.array(throws, np.float64)


def _rule(event: str, subtype: str) -> tuple[int, float, float]:
    """Rule, share and throws.

    >>> _rule("reb", "def"), _rule("made1", "1of2")[2]
    ((1, 1.0, 0.0), 1.0)
    """
    if event in ("made1", "miss1"):
        shot, _, of = subtype.partition("of")
        to_come = int(of) - int(shot) if shot.isdigit() and of.isdigit() else 0
        if to_come > 0:
            return _FIXED, AFTER_THROWS, float(to_come)
        return _FIXED, -1.0 if event == "made1" else AFTER_MISSED_THROW, 0.0
    if event == "foul":
        return (_TECHNICAL, 0.0, -TECHNICAL_THROWS) if subtype in TECHNICAL else (_FOUL, -float(subtype == "off"), 0.0)
    if event == "reb":
        return _REBOUND if subtype in DEAD_BALL else _FIXED, 1.0, 0.0
    fixed = {"made2": -1.0, "made3": -1.0, "miss2": AFTER_MISS, "miss3": AFTER_MISS, "turnover": -1.0, "steal": 1.0}
    if event == "jumpb" and subtype in ("won", "lost"):
        return _FIXED, 1.0 if subtype == "won" else -1.0, 0.0
    return (_FIXED, fixed[event], 0.0) if event in fixed else (_CARRY, 0.0, 0.0)


def _codes(column: pa.DictionaryArray) -> Ints:
    """Places in the dictionary; a null has the place behind the last."""
    codes: Ints = column.indices.fill_null(len(column.dictionary)).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes


def _is(column: pa.DictionaryArray, *values: str) -> Bools:
    found: Bools = np.array([one in values for one in [*column.dictionary.to_pylist(), None]])[_codes(column)]
    return found
