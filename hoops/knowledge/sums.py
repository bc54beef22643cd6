"""Plain sums of everything teams have done, kept apart for wins and losses, moved on day by day.

    initial -> advance to a day -> totals of any teams (`split`), before that day
                                -> update with its games -> advance to the next day -> ...

For every team, over its wins and over its losses: the number of games, and the sums of each statistic for the team and
against it; all-time, this season, and decayed exponentially. A game costs the same work however many came before it.
A statistic that was not recorded adds nothing, and its game is not counted among those that it can be divided by.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hoops.arrays import Floats, Ids, ReadOnly, find, grown, merged, pack, unpack
from hoops.games.moment import Moment, elapsed
from hoops.games.results import BOX, Results
from hoops.schemas import BOX_COLUMNS

WON, LOST = 0, 1
STATISTICS = ("score", "num_ot", *BOX_COLUMNS)
COUNTS = ("games", "with_box", "with_fouls")  # of games; the last two had a box score, and fouls in it
WITH_BOX = COUNTS.index("with_box")
# The count that a statistic's sums are divided by.
COUNT_OF = tuple(2 if name == "pf" else 1 if name in BOX_COLUMNS else 0 for name in STATISTICS)
WIDTH = len(COUNTS) + 2 * len(STATISTICS)
_FOR, _AGAINST = len(COUNTS), len(COUNTS) + len(STATISTICS)

HALF_LIFE = 45.0  # days after which a game counts half in the decayed sums
SUMMER = 0.35  # share of the decayed sums that survives a summer
_VERSION = 3
_ARRAYS = ("teams", "last_season", "last_day", "all_time", "season_sums", "decayed")


@dataclass(frozen=True, eq=False)
class Aggregates(ReadOnly):
    """Sums of a league at one moment (`hoops.knowledge.Knowledge` has the clock); the arrays are read-only.

    Attributes
    ----------
    teams : int32 (n,), ascending
    last_season, last_day : int16 (n,)
        When each team played last.
    all_time, season_sums : int32 (n, 2, 33)
        By team, won or lost, and column: `COUNTS`, then `STATISTICS` for the team, then those against it.
    decayed : float64 (n, 2, 33)
    """

    teams: Ids
    last_season: npt.NDArray[np.int16]
    last_day: npt.NDArray[np.int16]
    all_time: npt.NDArray[np.int32]
    season_sums: npt.NDArray[np.int32]
    decayed: Floats


@dataclass(frozen=True, eq=False)
class Totals:
    """Sums of some teams, (k, 2, ...): by team, then won or lost.

    games : float64 (k, 2). counted, own, against : float64 (k, 2, 15), by `STATISTICS`: games in which it was
    recorded, its sum for the team, its sum for the opponents.
    """

    games: Floats
    counted: Floats
    own: Floats
    against: Floats


def initial() -> Aggregates:
    """Before a league's first game: no teams."""
    sums = np.zeros((0, 2, WIDTH), np.int32)
    return Aggregates(
        teams=np.empty(0, np.int32),
        last_season=np.empty(0, np.int16),
        last_day=np.empty(0, np.int16),
        all_time=sums,
        season_sums=sums.copy(),
        decayed=sums.astype(np.float64),
    )


def advance(state: Aggregates, since: Moment, now: Moment) -> Aggregates:
    """Move the sums on to the morning of a day: old games fade, a new season's sums begin at nothing.

    Raises
    ------
    ValueError
        If `now` lies before `since`.
    """
    summers, days = elapsed(since, now)
    fade = 0.5 ** (days / HALF_LIFE)
    if not summers:
        return state.changed(decayed=state.decayed * fade)
    fade *= SUMMER**summers
    return state.changed(decayed=state.decayed * fade, season_sums=np.zeros_like(state.season_sums))


def update(before: Aggregates, now: Moment, results: Results) -> Aggregates:
    """Add all games of a day at once to the sums of its morning.

    The order of the rows, and which team of a game is called team 1, changes no bit of the result: a day's sums are
    whole numbers.
    """
    if len(results) == 0:
        return before
    teams = np.array([results.team1, results.team2]).T
    state = _enrol(before, teams.ravel())
    index = state.teams.searchsorted(teams)
    lost = results.score < results.score[:, ::-1]
    added = np.zeros(state.all_time.shape, np.int32)
    np.add.at(added.reshape(-1, WIDTH), (2 * index + lost).ravel(), results.each(_rows).reshape(-1, WIDTH))
    last_season, last_day = state.last_season.copy(), state.last_day.copy()
    last_season[index], last_day[index] = now
    return state.changed(
        last_season=last_season,
        last_day=last_day,
        all_time=state.all_time + added,
        season_sums=state.season_sums + added,
        decayed=state.decayed + added,
    )


def split(sums: Floats) -> Totals:
    """Rows of sums, (k, 2, 33), by what they are."""
    return Totals(sums[:, :, 0], sums[:, :, list(COUNT_OF)], sums[:, :, _FOR:_AGAINST], sums[:, :, _AGAINST:])


def to_bytes(state: Aggregates) -> bytes:
    """The sums, packed: equal sums give equal bytes."""
    return pack(_VERSION, {name: getattr(state, name) for name in _ARRAYS})


def from_bytes(content: bytes) -> Aggregates:
    """The sums that `to_bytes` wrote, bit for bit.

    Raises
    ------
    ValueError
        If the bytes are not such sums, or some of another version.
    """
    return Aggregates(**unpack(content, "aggregates", _VERSION, _ARRAYS))


def _rows(results: Results) -> npt.NDArray[np.int32]:
    """What games add to the sums of their two teams, (m, 2, 33)."""
    recorded = ~np.isnan(results.box)
    rows = np.empty((len(results), 2, WIDTH), np.int32)
    rows[:, :, 0] = 1
    rows[:, :, 1:_FOR] = recorded[:, :1, [BOX["fga"], BOX["pf"]]]
    rows[:, :, _FOR] = results.score
    rows[:, :, _FOR + 1] = results.num_ot[:, None]
    rows[:, :, _FOR + 2 : _AGAINST] = np.where(recorded, results.box, 0.0)
    rows[:, :, _AGAINST:] = rows[:, ::-1, _FOR:_AGAINST]
    return rows


def _enrol(state: Aggregates, playing: Ids) -> Aggregates:
    """The state with a row of zeros for each team that it has never seen."""
    _, known = find(state.teams, playing)
    if known.all():
        return state
    teams, places = merged(state.teams, np.unique(playing[~known]))
    return Aggregates(teams, *(grown(getattr(state, name), places, 0) for name in _ARRAYS[1:]))
