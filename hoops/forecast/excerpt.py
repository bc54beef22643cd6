"""What forecasts of games rest on, copied out of what is known on the morning of their day.

    what is known + pairings -> Excerpt of a day -+
                                Excerpt of a day -+-> joined -> features

Nothing is worked out here that could as well be worked out later, of many days at once. An excerpt holds no result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from hoops.arrays import Bools, Floats, Ids, find, taken
from hoops.games.matchups import Matchups
from hoops.games.surroundings import Conferences, Surroundings
from hoops.knowledge import Knowledge, absences, efficiency, homes, statespace
from hoops.knowledge.efficiency import LeagueWide
from hoops.knowledge.parameters import Parameters
from hoops.knowledge.state import State
from hoops.knowledge.statespace import Ahead
from hoops.knowledge.sums import COUNTS

_Joined = TypeVar("_Joined")


@dataclass(frozen=True, eq=False)
class Mornings:
    """Of d mornings. season, day : int64 (d,). sums : float64 (d, 2, 33), `decayed` of `hoops.knowledge.sums` of all
    teams together. league : efficiency.LeagueWide, of (d, ...) arrays."""

    season: npt.NDArray[np.int64]
    day: npt.NDArray[np.int64]
    sums: Floats
    league: LeagueWide


@dataclass(frozen=True, eq=False)
class Teams:
    """Teams on the mornings of days, (k, ...); one never seen has the newcomers' values, and 0 where there are none.

    morning : place of each row's morning. channels (k, 14), sums (k, 2) : of `hoops.knowledge.efficiency`. long_run :
    points, of `hoops.knowledge.state`. conference : mean strength of the conference's other teams, NaN where it is not
    known. season, ever : int32 (k, 2, 3), games by won and lost and `COUNTS`, this season's and all.
    recent : float64 (k, 2, 33), decayed sums of `hoops.knowledge.sums`. last_season, last_day : of the latest game, -1
    without one. absent : float64 (k, 2), of `absences.lacking`.
    """

    mornings: Mornings
    morning: npt.NDArray[np.intp]
    channels: Floats
    sums: Floats
    long_run: Floats
    conference: Floats
    season: npt.NDArray[np.int32]
    ever: npt.NDArray[np.int32]
    recent: Floats
    last_season: npt.NDArray[np.int16]
    last_day: npt.NDArray[np.int16]
    absent: Floats

    def __len__(self) -> int:
        return len(self.morning)


@dataclass(frozen=True, eq=False)
class Excerpt:
    """Games, (m, ...), the lower id as team 1.

    teams : Teams, (2 m, ...), each game's team 1 and then its team 2. sign, site : float64 (m,), -1 for a game that was
    turned, and +1, 0 or -1. by_margin, by_box : Ahead, of the state-space model and of the margin's filter inside the
    adjusted box scores. own_home : float64 (m,), of the host, beyond the league's (points). home, city : int32 (m, 2)
    and (m,), where the teams are at home, and where the game is.
    """

    teams: Teams
    sign: Floats
    site: Floats
    by_margin: Ahead
    by_box: Ahead
    own_home: Floats
    home: Ids
    city: Ids

    def __len__(self) -> int:
        return len(self.sign)


def take(
    before: Knowledge,
    matchups: Matchups,
    parameters: Parameters,
    surroundings: Surroundings,
    past: Bools | None = None,
) -> Excerpt:
    """Of games of the day that `before` was advanced to.

    past: bool (m,), games that are forecast without what rosters said; left out, those of `statespace.past_rosters`.
    """
    season, day = before.now
    past = statespace.past_rosters(day, matchups.site) if past is None else past
    past = past if past.any() and before.strength.from_rosters.any() else None
    # As seen by the lower id, and then turned: swapped teams get the mirrored numbers to the last bit.
    sign, games = matchups.lower_id_first()
    teams = np.array([games.team1, games.team2]).T.ravel()
    host = np.where(games.site > 0, games.team1, games.team2)
    if games.city is None or not len(surroundings.places.city):
        home, city = (np.full(size, homes.UNKNOWN, np.int32) for size in (2 * len(games), len(games)))
    else:
        home, city = homes.home_of(before.homes, teams), games.city
    return Excerpt(
        teams=of_teams(before, teams, parameters, surroundings.conferences, None if past is None else past.repeat(2)),
        sign=sign.astype(np.float64),
        site=games.site.astype(np.float64),
        by_margin=statespace.look_ahead(before.strength, season, games, parameters, past),
        by_box=statespace.look_ahead(before.adjusted.base, season, games, efficiency.constants(parameters), past),
        own_home=taken(before.strength.own_home, *find(before.strength.teams, host), 0.0),
        home=home.reshape(-1, 2),
        city=city,
    )


def of_teams(
    before: Knowledge, teams: Ids, parameters: Parameters, conferences: Conferences, past: Bools | None = None
) -> Teams:
    """Of teams, in any order, on the morning that `before` was advanced to.

    past: bool (k,), those that are seen without what rosters said.
    """
    (season, day), sums, strength = before.now, before.sums, before.strength
    of_strength, of_sums = find(strength.teams, teams), find(sums.teams, teams)
    channels, level = efficiency.channels_of(before.adjusted, season, teams, parameters, past)
    mornings = Mornings(
        np.array([season]),
        np.array([day]),
        sums.decayed.sum(axis=0, keepdims=True),
        efficiency.of_league(before.adjusted, season),
    )
    counts = len(COUNTS)
    return Teams(
        mornings=mornings,
        morning=np.zeros(len(teams), np.intp),
        channels=channels,
        sums=level,
        long_run=taken(strength.long_run, *of_strength, parameters.newcomer),
        conference=_conference(strength, season, teams, conferences, past),
        season=taken(sums.season_sums[:, :, :counts], *of_sums, 0),
        ever=taken(sums.all_time[:, :, :counts], *of_sums, 0),
        recent=taken(sums.decayed, *of_sums, 0.0),
        last_season=taken(sums.last_season, *of_sums, -1),
        last_day=taken(sums.last_day, *of_sums, -1),
        absent=absences.lacking(before.absences, teams),
    )


def joined(parts: Sequence[Excerpt]) -> Excerpt:
    """The games of some days, of which there is at least one, one day after the other."""
    one: Excerpt = _joined(parts)
    morning = np.repeat(np.arange(len(parts)), [len(part.teams) for part in parts])
    return replace(one, teams=replace(one.teams, morning=morning))


def _joined(parts: Sequence[_Joined]) -> _Joined:
    columns: dict[str, Any] = {}
    for field in fields(parts[0]):  # type: ignore[arg-type]
        values = [getattr(part, field.name) for part in parts]
        columns[field.name] = _joined(values) if is_dataclass(values[0]) else np.concatenate(values)
    return type(parts[0])(**columns)


def _conference(state: State, season: int, teams: Ids, conferences: Conferences, past: Bools | None) -> Floats:
    """Mean strength of the other teams of each team's conference, (k,); NaN where it is not known."""
    mine = conferences.codes(season, teams)
    if len(state.teams) == 0 or not (mine >= 0).any():
        return np.full(len(teams), np.nan)
    if past is not None:
        ways = statespace.without_rosters(state), state
        return np.where(past, *(_conference(one, season, teams, conferences, None) for one in ways))
    codes = conferences.codes(season, state.teams)
    inside, strength = codes >= 0, state.mean[:-1]
    size = max(int(codes.max()), int(mine.max())) + 1
    number = np.bincount(codes[inside], minlength=size)
    total = np.bincount(codes[inside], strength[inside], minlength=size)
    place, known = find(state.teams, teams)
    present = known & (mine >= 0)
    others = number[mine] - present
    mean = (total[mine] - np.where(present, strength[place], 0.0)) / np.maximum(others, 1)
    return np.where((mine >= 0) & (others > 0), mean, np.nan)
