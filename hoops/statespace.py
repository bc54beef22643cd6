"""Team strengths as a Gaussian state-space model, moved by one joint Kalman update a day.

    initial -> advance to a day -> predict its games
                                -> update with its games -> advance to the next day -> ...

A state holds every team's strength in points and the league's home advantage, with their full covariance. `predict`
sees a state and pairings, `update` a state and outcomes: no function takes a state and outcomes and gives forecasts.
`docs/model.md` has the formulas; the filter is Kalman's (1960), its use for teams Harville's (1977) and Glickman and
Stern's (1998).
"""

from __future__ import annotations

import io
import math
import zipfile
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from hoops.parameters import Parameters

Floats = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int32]

_BYTES_VERSION = 1
_NO_SEASON = -1
_LIMIT = 6.0  # no forecast is surer than a probit of 6, one in a thousand million


@dataclass(frozen=True)
class Matchups:
    """What may be known before a game: both teams, int32 (m,), and whose home it is (+1 team 1's, 0, -1), int8 (m,)."""

    team1: Ids
    team2: Ids
    site: npt.NDArray[np.int8]

    def __post_init__(self) -> None:
        if not len(self.team1) == len(self.team2) == len(self.site):
            raise ValueError("team1, team2 and site differ in length")
        if np.any(self.team1 == self.team2):
            raise ValueError("a team cannot play itself")

    def __len__(self) -> int:
        return len(self.team1)


@dataclass(frozen=True)
class Outcomes:
    """Games played: score of team 1 minus team 2, float64 (m,), and overtime periods, int8 (m,)."""

    matchups: Matchups
    margin: Floats
    num_ot: npt.NDArray[np.int8]

    def __post_init__(self) -> None:
        if not len(self.matchups) == len(self.margin) == len(self.num_ot):
            raise ValueError("matchups, margin and num_ot differ in length")


@dataclass(frozen=True)
class Forecast:
    """Of team 1, each (m,): win probability (never 0 or 1), expected margin and its standard deviation (points)."""

    probability: Floats
    margin: Floats
    margin_sd: Floats


@dataclass(frozen=True)
class Ratings:
    """Teams that played this season (k,), their expected margin against the mean of them, and its sd (points)."""

    team: Ids
    rating: Floats
    rating_sd: Floats


@dataclass(frozen=True, eq=False)
class State:
    """What is known of a league at one moment; the arrays are read-only.

    Attributes
    ----------
    season, day : int or None
        The clock: the day last folded, or the day advanced to; None before the first game.
    teams : int32 (n,), ascending
    last_season : int16 (n,)
        Season of each team's latest game.
    mean : float64 (n + 1,)
        Strengths, then the home advantage (points).
    covariance : float64 (n + 1, n + 1), exactly symmetric
    long_run : float64 (n,)
        Where each strength returns to between seasons (points).
    """

    season: int | None
    day: int | None
    teams: Ids
    last_season: npt.NDArray[np.int16]
    mean: Floats
    covariance: Floats
    long_run: Floats

    def __post_init__(self) -> None:
        for array in (self.teams, self.last_season, self.mean, self.covariance, self.long_run):
            array.flags.writeable = False


def initial(parameters: Parameters) -> State:
    """The state before a league's first game: no teams, and a guess at the home advantage."""
    return State(
        season=None,
        day=None,
        teams=np.empty(0, np.int32),
        last_season=np.empty(0, np.int16),
        mean=np.array([parameters.home]),
        covariance=np.array([[parameters.home_sd**2]]),
        long_run=np.empty(0),
    )


def advance(state: State, season: int, day: int, parameters: Parameters) -> State:
    """Move the clock to the morning of a day: drift within the season, a carry-over for each summer between.

    Raises
    ------
    ValueError
        If the day lies before the state's clock.
    """
    if state.season is None or state.day is None:
        return replace(state, season=season, day=day)
    if (season, day) < (state.season, state.day):
        raise ValueError(f"the state stands at {state.season} day {state.day}: it cannot go back to {season} day {day}")
    since = state.day
    for _ in range(season - state.season):
        state, since = _over_summer(state, parameters), 0
    covariance = state.covariance.copy()
    strengths = np.arange(len(state.teams))
    covariance[strengths, strengths] += parameters.drift_sd**2 * (day - since)
    return replace(state, season=season, day=day, covariance=covariance)


def _over_summer(state: State, parameters: Parameters) -> State:
    n = len(state.teams)
    shrink = np.append(np.full(n, parameters.carry), 1.0)
    widen = np.append(np.full(n, parameters.carry_sd**2), parameters.home_season_sd**2)
    strength = state.mean[:n]
    # A season that a team sat out says nothing new about its long run.
    rate = np.where(state.last_season == state.season, parameters.long_run_rate, 0.0)
    long_run = state.long_run + rate * (strength - state.long_run)
    return replace(
        state,
        mean=np.append(long_run + parameters.carry * (strength - long_run), state.mean[n]),
        covariance=state.covariance * np.outer(shrink, shrink) + np.diag(widen),
        long_run=long_run,
    )


def predict(before: State, matchups: Matchups, parameters: Parameters) -> Forecast:
    """Forecast games from what is known before them; a team never seen takes the newcomer's prior.

    Each game's forecast depends on nothing but the state and that game, to the last bit, and the same game with its
    teams swapped gets the mirrored forecast.
    """
    sign = np.where(matchups.team1 < matchups.team2, 1.0, -1.0)
    first = np.minimum(matchups.team1, matchups.team2)
    second = np.maximum(matchups.team1, matchups.team2)
    site = sign * matchups.site
    n = len(before.teams)
    mean, covariance = before.mean, before.covariance
    index1, known1 = _find(before.teams, first)
    index2, known2 = _find(before.teams, second)
    newcomer = _newcomer(before, parameters)
    mean1 = np.where(known1, mean[index1], newcomer)
    mean2 = np.where(known2, mean[index2], newcomer)
    variance1 = np.where(known1, covariance[index1, index1], parameters.newcomer_sd**2)
    variance2 = np.where(known2, covariance[index2, index2], parameters.newcomer_sd**2)
    shared = np.where(known1 & known2, covariance[index1, index2], 0.0)
    with_home = np.where(known1, covariance[index1, n], 0.0) - np.where(known2, covariance[index2, n], 0.0)
    margin = mean1 - mean2 + site * mean[n]
    variance = (
        variance1 + variance2 - 2.0 * shared + 2.0 * site * with_home + site**2 * covariance[n, n]
        + parameters.noise_sd**2
    )  # fmt: skip
    margin_sd = np.sqrt(variance)
    probit = np.clip(sign * parameters.scale * margin / margin_sd, -_LIMIT, _LIMIT)
    # math.erf is odd and sees one number at a time: NumPy's vector kernels may round by position in the array.
    probability = np.array([0.5 + 0.5 * math.erf(z * math.sqrt(0.5)) for z in probit.tolist()])
    return Forecast(probability=probability, margin=sign * margin, margin_sd=margin_sd)


def update(before: State, outcomes: Outcomes, parameters: Parameters) -> State:
    """Fold all games of the state's day at once.

    The order of the rows, and which team of a game is called team 1, changes no bit of the result.

    Raises
    ------
    ValueError
        If the state has not been advanced to a day.
    """
    if before.season is None:
        raise ValueError("advance the state to the day of the games first")
    if len(outcomes.matchups) == 0:
        return before
    games = _in_order(outcomes)
    state = _enrol(before, games.matchups, parameters)
    n = len(state.teams)
    index1 = np.searchsorted(state.teams, games.matchups.team1)
    index2 = np.searchsorted(state.teams, games.matchups.team2)
    site = games.matchups.site.astype(np.float64)
    # With a row of H per game (+1, -1 and the site), H P is a difference of rows of P and H P H' one of its columns.
    hp = state.covariance[index1] - state.covariance[index2] + site[:, None] * state.covariance[n]
    innovation_covariance = hp[:, index1] - hp[:, index2] + site * hp[:, n, None]
    np.fill_diagonal(innovation_covariance, innovation_covariance.diagonal() + parameters.noise_sd**2)
    innovation = _counted(games, parameters) - (
        state.mean[index1] - state.mean[index2] + site * state.mean[n]
    )  # fmt: skip
    root = np.linalg.cholesky(innovation_covariance)
    whitened = np.linalg.solve(root, np.column_stack([hp, innovation]))
    gain, surprise = np.ascontiguousarray(whitened[:, :-1]), whitened[:, -1]
    last_season = state.last_season.copy()
    last_season[index1] = last_season[index2] = before.season
    return replace(
        state,
        last_season=last_season,
        mean=state.mean + surprise @ gain,
        # A matrix times its own transpose is computed as one triangle and mirrored: exactly symmetric.
        covariance=state.covariance - gain.T @ gain,
    )


def ratings(state: State, parameters: Parameters) -> Ratings:
    """Strengths of the teams that have played this season, against the mean of those teams."""
    index = np.flatnonzero(state.last_season == state.season)
    if len(index) == 0:
        return Ratings(np.empty(0, np.int32), np.empty(0), np.empty(0))
    strength = state.mean[index]
    covariance = state.covariance[np.ix_(index, index)]
    with_mean = covariance.mean(axis=1)
    variance = covariance.diagonal() - 2.0 * with_mean + with_mean.mean()
    return Ratings(state.teams[index], strength - strength.mean(), np.sqrt(variance))


def to_bytes(state: State) -> bytes:
    """The state as an uncompressed npz without pickles: equal states give equal bytes."""
    clock = [_BYTES_VERSION, *(_NO_SEASON if part is None else part for part in (state.season, state.day))]
    buffer = io.BytesIO()
    np.savez(
        buffer,
        clock=np.array(clock, np.int64),
        teams=state.teams,
        last_season=state.last_season,
        mean=state.mean,
        triangle=state.covariance[np.tril_indices(len(state.mean))],
        long_run=state.long_run,
    )
    return buffer.getvalue()


def from_bytes(content: bytes) -> State:
    """The state that `to_bytes` wrote, bit for bit.

    Raises
    ------
    ValueError
        If the bytes are not a state, or one of another version.
    """
    if not zipfile.is_zipfile(io.BytesIO(content)):  # NumPy would take other bytes for a pickle or a lone array
        raise ValueError("not the bytes of a state")
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            version, season, day = arrays["clock"].tolist()
            teams, last_season, mean = arrays["teams"], arrays["last_season"], arrays["mean"]
            triangle, long_run = arrays["triangle"], arrays["long_run"]
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise ValueError("not the bytes of a state") from error
    if version != _BYTES_VERSION:
        raise ValueError(f"a state of version {version}; this code reads version {_BYTES_VERSION}")
    covariance = np.empty((len(mean), len(mean)))
    rows, columns = np.tril_indices(len(mean))
    covariance[rows, columns] = triangle
    covariance[columns, rows] = triangle
    return State(
        season=None if season == _NO_SEASON else season,
        day=None if day == _NO_SEASON else day,
        teams=teams,
        last_season=last_season,
        mean=mean,
        covariance=covariance,
        long_run=long_run,
    )


def _find(teams: Ids, wanted: Ids) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Where each wanted team stands, and whether it is there at all (if not, the index means nothing)."""
    if len(teams) == 0:
        return np.zeros(len(wanted), np.intp), np.zeros(len(wanted), np.bool_)
    index = np.minimum(np.searchsorted(teams, wanted), len(teams) - 1)
    return index, teams[index] == wanted


def _newcomer(state: State, parameters: Parameters) -> float:
    """Expected strength of a team never seen: in a league's first season all are new, and their mean is 0."""
    return parameters.newcomer if np.any(state.last_season != state.season) else 0.0


def _in_order(outcomes: Outcomes) -> Outcomes:
    matchups = outcomes.matchups
    sign = np.where(matchups.team1 < matchups.team2, 1, -1).astype(np.int8)
    first = np.minimum(matchups.team1, matchups.team2)
    second = np.maximum(matchups.team1, matchups.team2)
    site, margin = sign * matchups.site, sign * outcomes.margin
    order = np.lexsort((outcomes.num_ot, margin, site, second, first))
    return Outcomes(Matchups(first[order], second[order], site[order]), margin[order], outcomes.num_ot[order])


def _counted(games: Outcomes, parameters: Parameters) -> Floats:
    """The margin that a game counts: capped, and little of it if the teams were level after regulation."""
    counted = np.clip(games.margin, -parameters.margin_cap, parameters.margin_cap)
    return np.where(games.num_ot > 0, parameters.overtime_share * counted, counted)


def _enrol(state: State, matchups: Matchups, parameters: Parameters) -> State:
    """The state with the day's newcomers in it."""
    new = np.setdiff1d(np.concatenate([matchups.team1, matchups.team2]), state.teams)
    if len(new) == 0:
        return state
    n, total = len(state.teams), len(state.teams) + len(new)
    teams = np.concatenate([state.teams, new]).astype(np.int32)
    order = np.argsort(teams, kind="stable")
    strength = np.full(len(new), _newcomer(state, parameters))
    covariance = np.zeros((total + 1, total + 1))
    covariance[:n, :n] = state.covariance[:n, :n]
    covariance[:n, total] = covariance[total, :n] = state.covariance[:n, n]
    covariance[total, total] = state.covariance[n, n]
    added = np.arange(n, total)
    covariance[added, added] = parameters.newcomer_sd**2
    rows = np.append(order, total)
    return replace(
        state,
        teams=teams[order],
        last_season=np.append(state.last_season, np.full(len(new), state.season, np.int16))[order],
        mean=np.concatenate([state.mean[:n], strength, state.mean[n:]])[rows],
        covariance=covariance[np.ix_(rows, rows)],
        long_run=np.append(state.long_run, strength)[order],
    )
