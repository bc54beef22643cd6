"""Team strengths as a Gaussian state-space model, moved by one joint Kalman update a day.

    initial -> advance to a day -> predict its games
                                -> update with its games -> advance to the next day -> ...

A state holds every team's strength in points and the league's home advantage, with their full covariance, and beside
them how much each team's own home advantage differs from the league's. It has no clock: whoever moves it says from
when to when, and which season it is. `predict` sees a state and pairings, `update` a
state and outcomes: no function takes a state and outcomes and gives forecasts. `docs/model.md` has the formulas; the
filter is Kalman's (1960), its use for teams Harville's (1977) and Glickman and Stern's (1998).
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from hoops.arrays import Floats, Ids, find
from hoops.games.matchups import Matchups, Outcomes
from hoops.games.moment import Moment, elapsed
from hoops.knowledge.parameters import Parameters
from hoops.knowledge.state import Forecast, Ratings, State, from_bytes, to_bytes

__all__ = [
    "advance", "between", "chance", "counted", "from_bytes", "initial", "joint", "newcomer", "predict", "ratings",
    "shifted", "to_bytes", "update", "without_rosters",
]  # fmt: skip

_Index = npt.NDArray[np.intp]

_LIMIT = 6.0  # no forecast is surer than a probit of 6, one in a thousand million


def initial(parameters: Parameters) -> State:
    """The state before a league's first game: no teams, and a guess at the home advantage."""
    return State(
        teams=np.empty(0, np.int32),
        last_season=np.empty(0, np.int16),
        mean=np.array([parameters.home]),
        covariance=np.array([[parameters.home_sd**2]]),
        long_run=np.empty(0),
        own_home=np.empty(0),
        own_home_variance=np.empty(0),
        from_rosters=np.zeros(1),
    )


def advance(state: State, since: Moment, now: Moment, parameters: Parameters) -> State:
    """Move a state on to the morning of a day: drift within the season, a carry-over for each summer between.

    Raises
    ------
    ValueError
        If `now` lies before `since`.
    """
    summers, days = elapsed(since, now)
    for summer in range(summers):
        state = _over_summer(state, since[0] + summer, parameters)
    covariance = state.covariance.copy()
    strengths = np.arange(len(state.teams))
    covariance[strengths, strengths] += parameters.drift_sd**2 * days
    return replace(state, covariance=covariance)


def _over_summer(state: State, season: int, parameters: Parameters) -> State:
    n = len(state.teams)
    shrink = np.append(np.full(n, parameters.carry), 1.0)
    widen = np.append(np.full(n, parameters.carry_sd**2), parameters.home_season_sd**2)
    strength = state.mean[:n]
    # A season that a team sat out says nothing new about its long run.
    rate = np.where(state.last_season == season, parameters.long_run_rate, 0.0)
    long_run = state.long_run + rate * (strength - state.long_run)
    kept = parameters.own_home_carry**2
    return replace(
        state,
        mean=np.append(long_run + parameters.carry * (strength - long_run), state.mean[n]),
        covariance=state.covariance * np.outer(shrink, shrink) + np.diag(widen),
        long_run=long_run,
        own_home=parameters.own_home_carry * state.own_home,
        own_home_variance=kept * state.own_home_variance + (1.0 - kept) * parameters.own_home_sd**2,
        from_rosters=np.zeros(n + 1),
    )


def shifted(state: State, teams: Ids, points: Floats, sd: Floats, parameters: Parameters) -> State:
    """A state that has come over a summer, with what players' files say of some teams of it.

    points: float64 (k,), added to the strengths of teams, int32 (k,). sd: float64 (k,), what the summer added to their
    uncertainty, instead of `carry_sd`.
    """
    place, _ = find(state.teams, teams)
    mean, covariance, from_rosters = state.mean.copy(), state.covariance.copy(), state.from_rosters.copy()
    mean[place] += points
    from_rosters[place] += points
    covariance[place, place] += sd**2 - parameters.carry_sd**2
    return replace(state, mean=mean, covariance=covariance, from_rosters=from_rosters)


def without_rosters(state: State) -> State:
    """The state with the mean that the same games would have left if no players' file had moved it this season.

    Exactly, but for the little of it that teams' own home advantages took up.
    """
    return replace(state, mean=state.mean - state.from_rosters, from_rosters=np.zeros_like(state.mean))


def predict(before: State, season: int, matchups: Matchups, parameters: Parameters) -> Forecast:
    """Forecast games of a season from what is known before them; a team never seen takes the newcomer's prior.

    Each game's forecast depends on nothing but the state and that game, to the last bit, and the same game with its
    teams swapped gets the mirrored forecast.
    """
    sign, ordered = matchups.lower_id_first()
    state = _enrol(before, season, ordered, parameters)
    index1, index2, host = _places(state, ordered)
    site = ordered.site.astype(np.float64)
    n = len(state.teams)
    covariance = state.covariance
    strength = covariance[index1, index1] + covariance[index2, index2] - 2.0 * covariance[index1, index2]
    with_home = 2.0 * site * (covariance[index1, n] - covariance[index2, n])
    home = np.abs(site) * (covariance[n, n] + state.own_home_variance[host])
    counted = _expected(state, index1, index2, host, site)
    sd = np.sqrt(strength + with_home + home + parameters.noise_sd**2) / parameters.scale
    margin, margin_sd = _points(counted, sd, parameters)
    return Forecast(probability=chance(sign * counted / sd), margin=sign * margin, margin_sd=margin_sd)


def between(before: State, season: int, teams: Ids, parameters: Parameters) -> tuple[Floats, Floats]:
    """What is expected of every two of some teams on neutral ground: counted margin of the row's team against the
    column's, and its standard deviation, both in the units of `predict`'s probit; each (k, k).

    teams: int32 (k,); one never seen takes the newcomer's prior. On the diagonal there is no game.
    """
    mean, covariance = joint(before, season, teams, parameters)
    variance = covariance.diagonal()
    strength = variance[:, None] + variance - 2.0 * covariance
    return mean[:, None] - mean, np.sqrt(strength + parameters.noise_sd**2) / parameters.scale


def joint(before: State, season: int, teams: Ids, parameters: Parameters) -> tuple[Floats, Floats]:
    """What is known of the strengths of some teams: mean (k,) and covariance (k, k), in counted points.

    teams: int32 (k,); one never seen takes the newcomer's prior, apart from all others.
    """
    place, known = find(before.teams, teams)
    mean = np.where(known, before.mean[place], newcomer(before, season, parameters))
    covariance = np.where(np.outer(known, known), before.covariance[np.ix_(place, place)], 0.0)
    np.fill_diagonal(covariance, np.where(known, covariance.diagonal(), parameters.newcomer_sd**2))
    return mean, covariance


def chance(probit: Floats) -> Floats:
    """Win probability from what is expected of games in standard deviations, (m,); never 0 or 1."""
    # The math module sees one number at a time: NumPy's vector kernels may round by position in the array.
    scaled = (np.clip(probit, -_LIMIT, _LIMIT) * math.sqrt(0.5)).tolist()
    return 0.5 + 0.5 * np.fromiter(map(math.erf, scaled), np.float64, len(scaled))


def update(before: State, season: int, outcomes: Outcomes, parameters: Parameters) -> State:
    """Fold all games of one day of a season at once, into the state of that morning.

    The teams of a forfeit (a margin that is NaN) are teams of the season, and nothing is learned of them.

    The order of the rows, and which team of a game is called team 1, changes no bit of the result.
    """
    if len(outcomes.matchups) == 0:
        return before
    games = _in_order(outcomes)
    state = _of_season(_enrol(before, season, games.matchups, parameters), season, games.matchups)
    games = games.rows(~np.isnan(games.margin))
    if len(games.matchups) == 0:
        return state
    index1, index2, host = _places(state, games.matchups)
    site = games.matchups.site.astype(np.float64)
    n = len(state.teams)
    # With a row of H per game (+1, -1 and the site), H P is a difference of rows of P and H P H' one of its columns.
    hp = state.covariance[index1] - state.covariance[index2] + site[:, None] * state.covariance[n]
    innovation_covariance = hp[:, index1] - hp[:, index2] + site * hp[:, n, None]
    own_home_variance = np.abs(site) * state.own_home_variance[host]
    noise_sd = parameters.noise_sd if games.noise_sd is None else games.noise_sd
    variance = innovation_covariance.diagonal() + own_home_variance + noise_sd**2
    np.fill_diagonal(innovation_covariance, variance)
    innovation = counted(games, parameters) - _expected(state, index1, index2, host, site)
    # What rosters have moved is forgotten as the games tell of it: their part of what was expected is no surprise.
    rested = state.from_rosters[index1] - state.from_rosters[index2] + site * state.from_rosters[n]
    root = np.linalg.cholesky(innovation_covariance)
    whitened = np.linalg.solve(root, np.column_stack([hp, innovation, rested]))
    gain, surprise, forgotten = np.ascontiguousarray(whitened[:, :-2]), whitened[:, -2], whitened[:, -1]
    # A matrix times its own transpose is computed as one triangle and mirrored: exactly symmetric.
    learned = gain.T @ gain
    # A team's own home advantage takes its share of its game's surprise, as if it were correlated with nothing else.
    share = own_home_variance / variance
    own_home, remaining = state.own_home.copy(), state.own_home_variance.copy()
    np.add.at(own_home, host, site * share * innovation)
    np.subtract.at(remaining, host, share * own_home_variance)
    return replace(
        state,
        mean=state.mean + surprise @ gain,
        covariance=np.subtract(state.covariance, learned, out=learned),
        own_home=own_home,
        own_home_variance=remaining,
        from_rosters=state.from_rosters - forgotten @ gain,
    )


def ratings(state: State, season: int, parameters: Parameters) -> Ratings:
    """Strengths of the teams that have played in a season, as margins against the mean of those teams."""
    index = np.flatnonzero(state.last_season == season)
    if len(index) == 0:
        return Ratings(np.empty(0, np.int32), np.empty(0), np.empty(0))
    strength = state.mean[index]
    covariance = state.covariance[np.ix_(index, index)]
    with_mean = covariance.mean(axis=1)
    variance = covariance.diagonal() - 2.0 * with_mean + with_mean.mean()
    relative = (strength - strength.mean()) / parameters.softness
    return Ratings(state.teams[index], parameters.softness * np.sinh(relative), np.cosh(relative) * np.sqrt(variance))


def newcomer(state: State, season: int, parameters: Parameters) -> float:
    """Expected strength of a team never seen: in a league's first season all are new, and their mean is 0."""
    return parameters.newcomer if np.any(state.last_season != season) else 0.0


def _in_order(outcomes: Outcomes) -> Outcomes:
    """The same games in the one order that does not depend on how they were given."""
    sign, games = outcomes.matchups.lower_id_first()
    margin = sign * outcomes.margin
    order = np.lexsort((outcomes.num_ot, margin, games.site, games.team2, games.team1))
    return replace(outcomes, matchups=games, margin=margin).rows(order)


def _places(state: State, games: Matchups) -> tuple[_Index, _Index, _Index]:
    """Where both teams and the host stand in the state; on neutral ground the host means nothing."""
    index1, index2 = np.searchsorted(state.teams, games.team1), np.searchsorted(state.teams, games.team2)
    return index1, index2, np.where(games.site > 0, index1, index2)


def _expected(state: State, index1: _Index, index2: _Index, host: _Index, site: Floats) -> Floats:
    home = state.mean[len(state.teams)] + state.own_home[host]
    return state.mean[index1] - state.mean[index2] + site * home


def counted(games: Outcomes, parameters: Parameters) -> Floats:
    """What a game's margin counts: blowouts little more than a clear win, overtime less than its final score."""
    softened = parameters.softness * np.arcsinh(games.margin / parameters.softness)
    return np.where(games.num_ot > 0, parameters.overtime_share * softened, softened)


def _points(counted: Floats, sd: Floats, parameters: Parameters) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the margin softness * sinh(Y / softness) for Y normal around `counted`."""
    growth = np.array([math.exp(value) for value in ((sd / parameters.softness) ** 2).tolist()])
    sinh = np.array([math.sinh(value) for value in (counted / parameters.softness).tolist()])
    variance = (growth**2 * (1.0 + 2.0 * sinh**2) - 1.0) / 2.0 - growth * sinh**2
    return parameters.softness * np.sqrt(growth) * sinh, parameters.softness * np.sqrt(variance)


def _of_season(state: State, season: int, games: Matchups) -> State:
    """The state with the teams of these games, which it knows, as teams of the season."""
    index1, index2, _ = _places(state, games)
    last_season = state.last_season.copy()
    last_season[index1] = last_season[index2] = season
    return replace(state, last_season=last_season)


def _enrol(state: State, season: int, matchups: Matchups, parameters: Parameters) -> State:
    """The state with those teams in it that it has never seen, at the newcomer's prior."""
    playing = np.concatenate([matchups.team1, matchups.team2])
    _, known = find(state.teams, playing)
    new = np.unique(playing[~known])
    if len(new) == 0:
        return state
    n, total = len(state.teams), len(state.teams) + len(new)
    teams = np.concatenate([state.teams, new]).astype(np.int32)
    order = np.argsort(teams, kind="stable")
    strength = np.full(len(new), newcomer(state, season, parameters))
    kept, added = np.append(np.arange(n), total), np.arange(n, total)
    covariance = np.zeros((total + 1, total + 1))
    covariance[np.ix_(kept, kept)] = state.covariance
    covariance[added, added] = parameters.newcomer_sd**2
    rows = np.append(order, total)
    return replace(
        state,
        teams=teams[order],
        last_season=np.append(state.last_season, np.full(len(new), season, np.int16))[order],
        mean=np.concatenate([state.mean[:n], strength, state.mean[n:]])[rows],
        covariance=covariance[np.ix_(rows, rows)],
        long_run=np.append(state.long_run, strength)[order],
        own_home=np.append(state.own_home, np.zeros(len(new)))[order],
        own_home_variance=np.append(state.own_home_variance, np.full(len(new), parameters.own_home_sd**2))[order],
        from_rosters=np.concatenate([state.from_rosters[:n], np.zeros(len(new)), state.from_rosters[n:]])[rows],
    )
