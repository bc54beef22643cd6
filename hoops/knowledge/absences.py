"""Which regulars of a team are out: they have stopped appearing, whatever the reason.

    initial -> (out, lacking: what a day's games are forecast with) -> update with who appeared in them -> ...

A regular has played in three of the season's games and in six of ten from his first one to his latest, for at least
three tenths of the time. He is out if he missed the team's latest game. Games count of which players' games are told;
a team of which nothing is told has nobody who is out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hoops.arrays import Floats, Ids, ReadOnly, find, grown, look_up, merged, pack, run_starts, unpack
from hoops.players.appearances import Appearances

GAMES, PART, SHARE = 3, 0.6, 0.3  # of a regular: games, part of the games from his first on, share of the time
FIVE = 5.0  # on the court: a team's shares of the time add up to it
_KEY = 2**32
_VERSION = 1
_ARRAYS = ("teams", "games", "players", "first", "latest", "appeared", "minutes", "points")


@dataclass(frozen=True, eq=False)
class Absences(ReadOnly):
    """Who has appeared in a season so far; the arrays are read-only.

    Attributes
    ----------
    teams : int32 (t,), ascending; games : int16 (t,)
        Teams that are told of, and in how many games.
    players : int64 (k,), ascending
        Team times 2^32, and the player's id.
    first, latest, appeared : int16 (k,)
        Number of the team's game, from 0, in which each appeared first and latest, and in how many.
    minutes, points : float64 (k,)
        Sums of shares of the team's minutes and points, five a game.
    """

    teams: Ids
    games: npt.NDArray[np.int16]
    players: npt.NDArray[np.int64]
    first: npt.NDArray[np.int16]
    latest: npt.NDArray[np.int16]
    appeared: npt.NDArray[np.int16]
    minutes: Floats
    points: Floats


@dataclass(frozen=True, eq=False)
class Out:
    """Regulars who are out, (k,), by team and player.

    share: of the time, usually; 1 is a place among five. points: share of the team's points, five in all, less that.
    missed: the team's latest games in a row.
    """

    team: Ids
    player: Ids
    share: Floats
    points: Floats
    missed: npt.NDArray[np.int16]


def initial() -> Absences:
    """Before a season's first game."""
    number, sums = np.empty(0, np.int16), np.empty(0)
    return Absences(np.empty(0, np.int32), number, np.empty(0, np.int64), number, number, number, sums, sums)


def update(before: Absences, teams: Ids, today: Appearances) -> Absences:
    """Add the games of a day: of the teams that played, those of which it is told who appeared.

    Who has no minutes did not appear. The order of the teams changes no bit of the result.
    """
    if not len(today):
        return before
    today = today.rows((today.minutes > 0.0) & find(np.sort(teams), today.team)[1])
    if not len(today):
        return before
    start = run_starts(today.team)
    playing, place = today.team[start], np.repeat(np.arange(len(start)), np.diff(start, append=len(today)))
    minutes = _shares(today.minutes, start, place)
    unknown = np.isnan(today.points)
    told = np.add.reduceat(unknown, start) == 0
    points = np.where(told[place], _shares(np.where(unknown, 0.0, today.points), start, place), minutes)
    players = today.team * np.int64(_KEY) + today.player
    state = _enrol(before, playing, players)
    at_team, at = np.searchsorted(state.teams, playing), np.searchsorted(state.players, players)
    number = state.games[at_team][place]
    games, first, latest = state.games.copy(), state.first.copy(), state.latest.copy()
    appeared, all_minutes, all_points = state.appeared.copy(), state.minutes.copy(), state.points.copy()
    games[at_team] += 1
    first[at] = np.where(appeared[at] == 0, number, first[at])
    latest[at] = number
    appeared[at] += 1
    all_minutes[at] += minutes
    all_points[at] += points
    return Absences(state.teams, games, state.players, first, latest, appeared, all_minutes, all_points)


def out(state: Absences) -> Out:
    """All regulars who are out."""
    size = np.diff(np.append(np.searchsorted(state.players, state.teams * np.int64(_KEY)), len(state.players)))
    missed = np.repeat(state.games, size) - 1 - state.latest
    rows = np.flatnonzero((missed > 0) & (state.appeared >= GAMES))
    games = state.latest[rows] - state.first[rows] + 1
    share, points = state.minutes[rows] / games, state.points[rows] / games
    regular = (state.appeared[rows] >= PART * games) & (share >= SHARE)
    rows, share, points = rows[regular], share[regular], points[regular]
    team, player = np.divmod(state.players[rows], _KEY)
    return Out(team.astype(np.int32), player.astype(np.int32), share, points - share, missed[rows])


def lacking(state: Absences, teams: Ids) -> Floats:
    """What teams lack, (m, 2): usual shares of the time of who is out, added up, and what of the points lies beyond."""
    if not len(state.teams):
        return np.zeros((len(teams), 2))
    found = out(state)
    place = np.searchsorted(state.teams, found.team)
    sums = np.column_stack([np.bincount(place, one, len(state.teams)) for one in (found.share, found.points)])
    lacks: Floats = look_up(state.teams, sums, teams, 0.0)
    return lacks


def to_bytes(state: Absences) -> bytes:
    """Who has appeared, packed: equal states give equal bytes."""
    return pack(_VERSION, {name: getattr(state, name) for name in _ARRAYS})


def from_bytes(content: bytes) -> Absences:
    """What `to_bytes` wrote, bit for bit.

    Raises
    ------
    ValueError
        If the bytes are something else, or of another version.
    """
    return Absences(**unpack(content, "absences", _VERSION, _ARRAYS))


def _shares(amounts: Floats, start: npt.NDArray[np.intp], place: npt.NDArray[np.intp]) -> Floats:
    """Each row's share of its team's sum, five in all; start: first row of each team, place: the team of each row."""
    shares: Floats = FIVE * amounts / np.maximum(np.add.reduceat(amounts, start), 1.0)[place]
    return shares


def _enrol(state: Absences, teams: Ids, players: npt.NDArray[np.int64]) -> Absences:
    """The state with rows of zeros for teams and players (ascending) that it does not have."""
    new_teams, new_players = teams[~find(state.teams, teams)[1]], players[~find(state.players, players)[1]]
    if not len(new_players):
        return state
    teams, of_teams = merged(state.teams, new_teams)
    players, of_players = merged(state.players, new_players)
    return Absences(
        teams,
        grown(state.games, of_teams, 0),
        players,
        *(grown(getattr(state, name), of_players, 0) for name in _ARRAYS[3:]),
    )
