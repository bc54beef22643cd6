"""The chances of games: every shot, turnover and trip to the free-throw line, in the order in which they happen.

    box scores -> chances of each team -> possessions -> periods, in turns -> seconds

A chance ends with a shot, a turnover or free throws. A possession is a run of chances that ends when the ball is lost:
a miss that the offence rebounds starts another chance. All chances together are the box score, whatever their order. So
only the order is left open, and which of the shots were assisted or blocked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from hoops.contract.events import OVERTIME, REGULATION
from sample.box import BOX_NAMES
from sample.randomness import Draws

MADE2, MADE3, MISS2, MISS3, TURNOVER, TRIP = range(6)
NO_DEAD_BALL, DEAD_DEFENCE, DEAD_OFFENCE = range(3)  # who has the ball after a free throw that nobody rebounds
HALF = REGULATION // 2
TIMEOUTS = 3  # a team and game
AND_ONES = 0.125  # of the free throws
_PERIODS = 16  # more than a game has


@dataclass(frozen=True)
class Chances:
    """Chances, (n,) each, by game and in order of play.

    game, side: whose chance it is. kind: MADE2, ... period: from 0. turn: number of the possession in its period.
    again: whether it follows a rebound of the offence. seconds: when it ends. free: free throws. made: which of three
    free throws go in, (n, 3). assisted, blocked, stolen: what else there was. rebound: +1 by the offence, -1 by the
    defence, 0 none. dead: NO_DEAD_BALL, ... after a last free throw. floor_foul: a foul of the defence on the way.
    charge: the turnover is an offensive foul. timeout: one of the team before it.
    """

    game: np.ndarray
    side: np.ndarray
    kind: np.ndarray
    period: np.ndarray
    turn: np.ndarray
    again: np.ndarray
    seconds: np.ndarray
    free: np.ndarray
    made: np.ndarray
    assisted: np.ndarray
    blocked: np.ndarray
    stolen: np.ndarray
    rebound: np.ndarray
    dead: np.ndarray
    floor_foul: np.ndarray
    charge: np.ndarray
    timeout: np.ndarray

    def __len__(self) -> int:
        return len(self.game)

    @property
    def first_of_period(self) -> np.ndarray:
        return np.diff(self.game * _PERIODS + self.period, prepend=-1) != 0

    @property
    def jump_ball(self) -> np.ndarray:
        """Whether it follows a jump ball: at the start of the game and of overtimes. The second half starts without."""
        return self.first_of_period & (self.period != 1)

    @property
    def points(self) -> np.ndarray:
        return (self.kind == MADE2) * 2 + (self.kind == MADE3) * 3 + self.made.sum(axis=1)

    @property
    def foul(self) -> np.ndarray:
        """Whether it ends with a foul of the defence that gives free throws."""
        return self.free > 0


def period_end(period: np.ndarray) -> np.ndarray:
    """Seconds at the end of periods.

    >>> period_end(np.array([0, 1, 2])).tolist()
    [1200, 2400, 2700]
    """
    return np.where(period < 2, (period + 1) * HALF, REGULATION + (period - 1) * OVERTIME)


def period_start(period: np.ndarray) -> np.ndarray:
    return np.where(period > 0, period_end(period - 1), 0)


def chances_of(box: np.ndarray, num_ot: np.ndarray, draws: Draws) -> Chances:
    """Chances of games that add up to their box scores, (m, 2, 13); the score is level when an overtime begins."""
    stats = {name: box[:, :, i].ravel() for i, name in enumerate(BOX_NAMES)}
    unordered = _chances(stats, draws)
    return _timed(_in_order(unordered, stats, num_ot, draws), draws)


def _other(side: np.ndarray) -> np.ndarray:
    """Values of the opponent, of values by team and game, (2m,)."""
    return side.reshape(-1, 2)[:, ::-1].ravel()


def _some(group: np.ndarray, count: np.ndarray, draws: Draws, last: np.ndarray | float = 0.0) -> np.ndarray:
    """Choose `count` of each group's members at random: (n,) whether each is chosen.

    last: 0 to 1 for each member; the more, the later its turn comes.
    """
    order = np.argsort(group * 4 + draws.uniform(len(group)) + last, kind="stable")
    sizes = np.bincount(group, minlength=len(count))
    rank = np.arange(len(group)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    chosen = np.zeros(len(group), bool)
    chosen[order] = rank < count[group[order]]
    return chosen


def _some_of(where: np.ndarray, group: np.ndarray, count: np.ndarray, draws: Draws,
             last: np.ndarray | float = 0.0) -> np.ndarray:  # fmt: skip
    """`_some` of those members alone that `where` marks."""
    chosen = np.zeros(len(group), bool)
    at = np.flatnonzero(where)
    chosen[at] = _some(group[at], count, draws, last if isinstance(last, float) else last[at])
    return chosen


@dataclass(frozen=True)
class _Trips:
    """By team and game: baskets with a free throw, trips to the line, those of three shots; fouls that give none."""

    and_ones: np.ndarray
    trips: np.ndarray
    threes: np.ndarray
    charges: np.ndarray
    floor_fouls: np.ndarray  # of the team itself, in defence


def _trips(stats: Mapping[str, np.ndarray], draws: Draws) -> _Trips:
    """How the free throws came about: so that fouls suffice, and both teams have the ball about equally often."""
    n = len(stats["FTA"])
    z, u = draws.normal(2, n), draws.uniform(n)
    shots, fouls = stats["FTA"], _other(stats["PF"])
    threes = ((u < 0.12) & (shots >= 3)).astype(int)
    most = np.minimum(stats["FGM"] - 1, shots - 3 * threes)
    and_ones = np.clip(np.rint(AND_ONES * shots + 0.9 * z[0]), 0, np.minimum(most, 7)).astype(int)
    and_ones += (shots - 3 * threes - and_ones) % 2
    trips = (shots - and_ones - threes) // 2

    ball = stats["FGA"] + stats["TO"] - stats["OR"]
    for more in (True, False):  # the team with the ball too seldom gets a trip more, then the other one fewer
        lead = ball + trips - _other(ball + trips)
        move = (lead <= -2) & (and_ones >= 2) if more else (lead >= 2) & (and_ones + 2 <= most) & (trips > 0)
        trips += np.where(move, 1 if more else -1, 0)
        and_ones += np.where(move, -2 if more else 2, 0)

    short = and_ones + trips > fouls
    threes = np.where(short, np.maximum(shots - 2 * fouls, shots % 2), threes)
    and_ones = np.where(short, 0, and_ones)
    trips = np.where(short, (shots - threes) // 2, trips)
    spare = stats["PF"] - _other(and_ones + trips)
    unforced = stats["TO"] - _other(stats["Stl"])
    charges = np.clip(np.rint(0.1 * stats["PF"] + 0.8 * z[1]), 0, np.minimum(spare, unforced)).astype(int)
    return _Trips(and_ones, trips, threes, charges, spare - charges)


def _chances(stats: Mapping[str, np.ndarray], draws: Draws) -> Chances:
    """Chances by game and side, each team's in no order; period, turn and seconds are still to come."""
    trips = _trips(stats, draws)
    made2, missed3 = stats["FGM"] - stats["FGM3"], stats["FGA3"] - stats["FGM3"]
    missed = stats["FGA"] - stats["FGM"]
    counts = np.stack([made2, stats["FGM3"], missed - missed3, missed3, stats["TO"], trips.trips], axis=1)
    kind = np.repeat(np.tile(np.arange(6), len(counts)), counts.ravel())
    group = np.repeat(np.arange(len(counts)), counts.sum(axis=1))
    basket, shot_missed = kind <= MADE3, (kind == MISS2) | (kind == MISS3)

    and_one = _some_of(basket, group, trips.and_ones, draws, np.where(kind == MADE3, 0.9, 0.0))
    free = np.where(kind == TRIP, 2, and_one.astype(int))
    free += _some_of(kind == TRIP, group, trips.threes, draws)

    # Which free throws miss: enough last ones for the rebounds that the box score has beyond the missed shots.
    rebounds = stats["OR"] + _other(stats["DR"])
    free_missed, lines = stats["FTA"] - stats["FTM"], trips.and_ones + trips.trips
    rebounded = rebounds - missed
    wanted = np.rint(0.53 * free_missed + 0.7 * draws.normal(len(lines))).astype(int)
    low = np.maximum(rebounded, free_missed - (stats["FTA"] - lines))
    last_missed = _some_of(free > 0, group, np.clip(wanted, low, np.minimum(free_missed, lines)), draws)
    earlier = np.repeat(np.arange(len(kind)), np.maximum(free - 1, 0))
    missed_last = np.bincount(group[last_missed], minlength=len(lines))
    earlier_missed = _some(group[earlier], free_missed - missed_last, draws)
    made = np.arange(3) < free[:, None]
    number = np.arange(len(earlier)) - np.searchsorted(earlier, earlier)
    made[earlier[earlier_missed], number[earlier_missed]] = False
    made[last_missed, free[last_missed] - 1] = False

    dead = _some_of(last_missed, group, missed_last - rebounded, draws)
    loose = (shot_missed | last_missed) & ~dead
    offensive = _some_of(loose, group, stats["OR"], draws, np.where(shot_missed, 0.0, 0.4))
    ball = stats["FGA"] + stats["TO"] - stats["OR"] + trips.trips
    kept = _some_of(dead, group, np.maximum(ball - _other(ball), 0), draws)

    stolen = _some_of(kind == TURNOVER, group, _other(stats["Stl"]), draws)
    nothing = np.zeros(len(kind), int)
    return Chances(
        game=group // 2, side=group % 2, kind=kind, period=nothing, turn=nothing, again=nothing, seconds=nothing,
        free=free, made=made,
        assisted=_some_of(basket, group, stats["Ast"], draws, 0.25 * (kind == MADE2) + 0.4 * and_one),
        blocked=_some_of(kind == MISS2, group, _other(stats["Blk"]), draws),
        stolen=stolen,
        rebound=np.where(offensive, 1, np.where(loose, -1, 0)),
        dead=np.where(kept, DEAD_OFFENCE, np.where(dead, DEAD_DEFENCE, NO_DEAD_BALL)),
        floor_foul=_some(group, _other(trips.floor_fouls), draws),
        charge=_some_of((kind == TURNOVER) & ~stolen, group, trips.charges, draws),
        timeout=_some(group, np.full(len(counts), TIMEOUTS), draws),
    )  # fmt: skip


def _taken(chances: Chances, order: np.ndarray, **others: np.ndarray) -> Chances:
    """Chances in another order, with some values put in."""
    return Chances(
        **{one.name: others.get(one.name, getattr(chances, one.name))[order] for one in fields(chances)}
    )  # fmt: skip


def _in_order(chances: Chances, stats: Mapping[str, np.ndarray], num_ot: np.ndarray, draws: Draws) -> Chances:
    """Each team's chances shuffled into possessions, and those of both teams into turns."""
    group = chances.game * 2 + chances.side
    keeps = (chances.rebound > 0) | (chances.dead == DEAD_OFFENCE)
    last = _some_of(~keeps, group, np.ones(len(stats["FTA"]), int), draws)  # a team's last chance ends a possession
    order = np.argsort(group * 4 + draws.uniform(len(group)) + 2 * last, kind="stable")
    chances, keeps, group = _taken(chances, order), keeps[order], group[order]

    again = np.concatenate([[False], keeps[:-1]])
    possession = np.cumsum(~again) - 1
    team = group[~again]
    points = np.bincount(possession, chances.points, minlength=len(team)).astype(int)
    period = _periods(team, points, num_ot, draws)
    # Teams take turns: the j-th of k possessions is due at (j + 1/2) / k of the period, the starter's first of two.
    of_period = team * _PERIODS + period
    sizes = np.bincount(of_period)
    by_period = np.argsort(of_period, kind="stable")
    rank = np.empty(len(team), int)
    rank[by_period] = np.arange(len(team)) - (np.cumsum(sizes) - sizes)[of_period[by_period]]
    tip = (draws.uniform(len(num_ot), _PERIODS) < 0.5).astype(int)  # side that has the ball first
    tip[:, 1] = 1 - tip[:, 0]
    second = (team % 2) != tip[team // 2, period]
    place = (rank + 0.5 + 1e-3 * second) / sizes[of_period]
    turns = np.lexsort((second, place, period, team // 2))
    turn = np.empty(len(team), int)
    turn[turns] = np.arange(len(team))
    order = np.lexsort((np.arange(len(group)), turn[possession]))
    return _taken(chances, order, again=again, period=period[possession], turn=turn[possession])


def _periods(team: np.ndarray, points: np.ndarray, num_ot: np.ndarray, draws: Draws) -> np.ndarray:
    """Period of each possession, (p,), so that the score is level before each overtime.

    team: of each possession, ascending. points: what it brings.
    """
    count = np.bincount(team, minlength=2 * len(num_ot)).reshape(-1, 2)
    start = (np.cumsum(count.ravel()) - count.ravel()).reshape(-1, 2)
    period = np.zeros(len(team), int)
    for game in np.flatnonzero(num_ot).tolist():
        _overtimes(period, points, start[game], count[game], int(num_ot[game]), draws)
    regular = (period == 0).astype(int)
    left = np.bincount(team, regular, minlength=count.size).astype(int).reshape(-1, 2)
    half = np.rint(left.min(axis=1) / 2 + 0.9 * draws.normal(len(left))).astype(int)
    extra = left - left.min(axis=1)[:, None]
    odd = (draws.uniform(len(left)) < 0.5).astype(int)[:, None]
    first_half = half[:, None] + (extra + odd) // 2
    so_far = np.cumsum(regular)
    before = (so_far - regular)[start.ravel()]
    number = so_far - regular - before[team]
    return np.where((period == 0) & (number >= first_half.ravel()[team]), 1, period)


def _overtimes(period: np.ndarray, points: np.ndarray, start: np.ndarray, count: np.ndarray, overtimes: int,
               draws: Draws) -> None:  # fmt: skip
    """Mark the possessions of a game's overtimes, last to first: what they bring must make up the final margin."""
    of = [slice(start[side], start[side] + count[side]) for side in (0, 1)]
    margin = int(points[of[0]].sum() - points[of[1]].sum())
    usual = round(float(count.mean()) * OVERTIME / (REGULATION + OVERTIME * overtimes))
    for overtime in range(overtimes, 0, -1):
        free = [np.flatnonzero(period[part] == 0) + part.start for part in of]
        ways = [_ways(points[at].tolist(), usual + 4) for at in free]
        low = (usual * (points[of[0]].sum() + points[of[1]].sum() - abs(margin))) // count.sum()
        low += round(2.5 * float(draws.normal(1)[0]))
        _, turns, least = min(
            (abs(k1 - usual) + abs(k2 - usual) + abs(least - low), (k1, k2), least)
            for k1 in range(1, usual + 4)
            for k2 in (k1 - 1, k1, k1 + 1)
            for least in _both(ways[0][-1][k1] >> max(margin, 0), ways[1][-1][k2] >> max(-margin, 0))
        )
        total = (least + max(margin, 0), least + max(-margin, 0))
        for side in (0, 1):
            chosen = _one_way(points[free[side]].tolist(), ways[side], turns[side], total[side])
            period[free[side][chosen]] = 1 + overtime
        margin = 0


def _both(one: int, other: int) -> list[int]:
    """Numbers of two bit sets that are in both.

    >>> _both(0b1101, 0b0111)
    [0, 2]
    """
    return [number for number, bit in enumerate(reversed(f"{one & other:b}")) if bit == "1"]


def _ways(points: Sequence[int], most: int) -> list[list[int]]:
    """ways[i][k]: a bit set of what k of the first i possessions can bring."""
    ways = [[1] + [0] * most]
    for one in points:
        before = ways[-1]
        ways.append([before[0], *(before[k] | before[k - 1] << one for k in range(1, most + 1))])
    return ways


def _one_way(points: Sequence[int], ways: list[list[int]], k: int, total: int) -> list[int]:
    """Possessions, k of them, that bring `total`."""
    chosen = []
    for i in range(len(points) - 1, -1, -1):
        if k and total >= points[i] and ways[i][k - 1] >> (total - points[i]) & 1:
            chosen.append(i)
            k, total = k - 1, total - points[i]
    return chosen[::-1]


def _timed(chances: Chances, draws: Draws) -> Chances:
    """When each chance ends: the time of a period is dealt out by how long such chances take."""
    draw = draws.uniform(2, len(chances))
    stolen_before = np.concatenate([[False], chances.stolen[:-1]])
    takes = np.rint(1000 * (0.3 + draw[0] + draw[1])).astype(int)
    takes = np.where(chances.again | stolen_before, takes // 2, takes)
    first = np.flatnonzero(chances.first_of_period)
    gone = np.cumsum(takes)
    sizes = np.diff(np.append(first, len(chances)))
    gone -= np.repeat(gone[first] - takes[first], sizes)
    whole = np.repeat(gone[np.append(first[1:], len(chances)) - 1] + 250, sizes)  # a moment is left at the end
    begin = period_start(chances.period)
    seconds = begin + (period_end(chances.period) - begin) * gone // whole
    return _taken(chances, np.arange(len(chances)), seconds=seconds)
