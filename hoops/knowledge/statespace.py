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
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from hoops.arrays import Bools, Floats, Ids, find, grown, merged
from hoops.games.leagues import NEUTRAL, SELECTION_SUNDAY
from hoops.games.matchups import Matchups, Outcomes
from hoops.games.moment import Moment, elapsed
from hoops.knowledge.parameters import Parameters
from hoops.knowledge.state import Forecast, Ratings, State, from_bytes, to_bytes

__all__ = [
    "Ahead", "Lesson", "advance", "between", "chance", "difference", "expected_margin", "forecast", "from_bytes",
    "initial", "joint", "learn", "look_ahead", "newcomer", "past_rosters", "predict", "ratings", "shifted", "to_bytes",
    "update", "without_rosters",
]  # fmt: skip

_Index = npt.NDArray[np.intp]

_LIMIT = 6.0  # no forecast is surer than a probit of 6, one in a thousand million
_BLOCK = 32  # rows of a triangle that are inverted as if it were a full matrix


@dataclass(frozen=True, eq=False)
class Ahead:
    """What is expected of games, team 1 less team 2: counted margin and its variance, noise included, each (m,)."""

    counted: Floats
    variance: Floats


@dataclass(frozen=True, eq=False)
class Lesson:
    """What the games of a day teach, those that were played, (m,), lower ids first and sorted by teams.

    index1, index2 : where their teams stand among those of the state. site : float64, +1, 0 or -1. counted : what their
    margins count. expected : Ahead, what that was expected to be. whitening : float64 (m, m), of surprises. gain :
    float64 (m, n + 1), how a whitened surprise moves each strength and the home advantage.
    """

    index1: _Index
    index2: _Index
    site: Floats
    counted: Floats
    expected: Ahead
    whitening: Floats
    gain: Floats

    def of(self, surprise: Floats) -> Floats:
        """How far games' surprises, (m, ...), move each strength and the home advantage, (n + 1, ...)."""
        moved: Floats = self.gain.T @ (self.whitening @ surprise)
        return moved


def initial(parameters: Parameters) -> State:
    """The state before a league's first game: no teams, and a guess at the home advantage."""
    return State(
        teams=np.empty(0, np.int32),
        last_season=np.empty(0, np.int16),
        mean=np.array([parameters.home]),
        variance=np.array([parameters.home_sd**2]),
        off_diagonal=np.zeros((1, 1)),
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
    variance = state.variance.copy()
    variance[:-1] += parameters.drift_sd**2 * days
    return state.changed(variance=variance)


def _over_summer(state: State, season: int, parameters: Parameters) -> State:
    n = len(state.teams)
    shrink = np.append(np.full(n, parameters.carry), 1.0)
    widen = np.append(np.full(n, parameters.carry_sd**2), parameters.home_season_sd**2)
    strength = state.mean[:n]
    # A season that a team sat out says nothing new about its long run.
    rate = np.where(state.last_season == season, parameters.long_run_rate, 0.0)
    long_run = state.long_run + rate * (strength - state.long_run)
    kept = parameters.own_home_carry**2
    return state.changed(
        mean=np.append(long_run + parameters.carry * (strength - long_run), state.mean[n]),
        variance=state.variance * shrink**2 + widen,
        off_diagonal=state.off_diagonal * np.outer(shrink, shrink),
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
    mean, variance, from_rosters = state.mean.copy(), state.variance.copy(), state.from_rosters.copy()
    mean[place] += points
    from_rosters[place] += points
    variance[place] += sd**2 - parameters.carry_sd**2
    return state.changed(mean=mean, variance=variance, from_rosters=from_rosters)


def without_rosters(state: State) -> State:
    """The state with the mean that the same games would have left if no players' file had moved it this season.

    Exactly, but for the little of it that teams' own home advantages took up.
    """
    return state.changed(mean=state.mean - state.from_rosters, from_rosters=np.zeros_like(state.mean))


def past_rosters(day: int, site: npt.ArrayLike) -> Bools:
    """Which games of a day are forecast as if no players' file had moved a strength this season, by their site.

    Those on neutral ground after Selection Sunday: what rosters said in November makes forecasts of NCAA tournaments
    worse. What games teach, and what a season leaves for the next one, goes by the state as it is.
    """
    return np.equal(site, NEUTRAL) & (day > SELECTION_SUNDAY)


def predict(
    before: State, season: int, matchups: Matchups, parameters: Parameters, past: Bools | None = None
) -> Forecast:
    """Forecast games of a season from what is known before them; a team never seen takes the newcomer's prior.

    past: bool (m,), games of which `past_rosters` holds.

    Each game's forecast depends on nothing but the state and that game, to the last bit, and the same game with its
    teams swapped gets the mirrored forecast.
    """
    sign, ordered = matchups.lower_id_first()
    ahead = look_ahead(before, season, ordered, parameters, past)
    return forecast(replace(ahead, counted=sign * ahead.counted), parameters)


def look_ahead(
    before: State, season: int, matchups: Matchups, parameters: Parameters, past: Bools | None = None
) -> Ahead:
    """What is expected of games whose team 1 has the lower id: all that `forecast` needs of a state.

    past: bool (m,), games of which `past_rosters` holds.
    """
    state, index1, index2, host = _enrolled(before, season, matchups, parameters)
    site = matchups.site.astype(np.float64)
    n = len(state.teams)
    variance, at_home = state.variance, state.off_diagonal[n]
    strength = variance[index1] + variance[index2] - 2.0 * state.off_diagonal[index1, index2]
    with_home = 2.0 * site * (at_home[index1] - at_home[index2])
    home = np.abs(site) * (variance[n] + state.own_home_variance[host])
    counted = _expected(state, index1, index2, host, site)
    if past is not None:
        counted = counted - past * (state.from_rosters[index1] - state.from_rosters[index2])
    return Ahead(counted, strength + with_home + home + parameters.noise_sd**2)


def forecast(ahead: Ahead, parameters: Parameters) -> Forecast:
    """Forecasts of games, of one day or of many, from what is expected of them."""
    sd = np.sqrt(ahead.variance) / parameters.scale
    margin, growth, sinh = _margin(ahead.counted, sd, parameters)
    variance = (growth**2 * (1.0 + 2.0 * sinh**2) - 1.0) / 2.0 - growth * sinh**2
    return Forecast(chance(ahead.counted / sd), margin, parameters.softness * np.sqrt(variance))


def expected_margin(ahead: Ahead, parameters: Parameters) -> Floats:
    """The margins of `forecast` alone, (m,) (points)."""
    return _margin(ahead.counted, np.sqrt(ahead.variance) / parameters.scale, parameters)[0]


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
    return learn(before, season, outcomes, parameters)[0]


def learn(before: State, season: int, outcomes: Outcomes, parameters: Parameters) -> tuple[State, Lesson | None]:
    """`update`, and what it has learned; None if no game was played."""
    if len(outcomes.matchups) == 0:
        return before, None
    games = _in_order(outcomes)
    state, index1, index2, host = _enrolled(before, season, games.matchups, parameters)
    last_season = state.last_season.copy()
    last_season[index1] = last_season[index2] = season
    forfeit = np.isnan(games.margin)
    if forfeit.any():
        played = ~forfeit
        games, index1, index2, host = games.rows(played), index1[played], index2[played], host[played]
        if not len(index1):
            return state.changed(last_season=last_season), None
    site = games.matchups.site.astype(np.float64)
    # With a row of H per game (+1, -1 and the site), H P is a difference of rows of P and H P H' one of its columns.
    hp, game = difference(state.off_diagonal, index1, index2, site), np.arange(len(site))
    hp[game, index1] += state.variance[index1]
    hp[game, index2] -= state.variance[index2]
    hp[:, -1] += site * state.variance[-1]
    innovation_covariance = hp[:, index1] - hp[:, index2] + site * hp[:, -1:]
    own_home_variance = np.abs(site) * state.own_home_variance[host]
    noise_sd = parameters.noise_sd if games.noise_sd is None else games.noise_sd
    variance = innovation_covariance.diagonal() + own_home_variance + noise_sd**2
    innovation_covariance.flat[:: len(site) + 1] = variance  # its diagonal
    whitening = _inverse(np.linalg.cholesky(innovation_covariance))
    gain = whitening @ hp
    expected = Ahead(_expected(state, index1, index2, host, site), variance)
    lesson = Lesson(index1, index2, site, _counted(games, parameters), expected, whitening, gain)
    # A matrix times its own transpose is computed as one triangle and mirrored: exactly symmetric.
    learned = gain.T @ gain
    told = learned.diagonal().copy()
    off_diagonal = np.subtract(state.off_diagonal, learned, out=learned)
    off_diagonal.flat[:: len(off_diagonal) + 1] = 0.0
    innovation = lesson.counted - lesson.expected.counted
    # What rosters have moved is forgotten as the games tell of it: their part of what was expected is no surprise.
    rested = difference(state.from_rosters, index1, index2, site)
    # A team's own home advantage takes its share of its game's surprise, as if it were correlated with nothing else.
    share = own_home_variance / variance
    own_home, remaining = state.own_home.copy(), state.own_home_variance.copy()
    np.add.at(own_home, host, site * share * innovation)
    np.subtract.at(remaining, host, share * own_home_variance)
    after = state.changed(
        last_season=last_season,
        mean=state.mean + lesson.of(innovation),
        variance=state.variance - told,
        off_diagonal=off_diagonal,
        own_home=own_home,
        own_home_variance=remaining,
        from_rosters=state.from_rosters - lesson.of(rested),
    )
    return after, lesson


def difference(rows: Floats, index1: _Index, index2: _Index, site: Floats) -> Floats:
    """H times rows by team and, as the last one, home advantage: what two teams differ in, (m, ...)."""
    differ: Floats = rows[index1]
    differ -= rows[index2]
    differ += np.multiply.outer(site, rows[-1])
    return differ


def _inverse(lower: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Inverse of a lower triangle that is far from singular, by blocks: inverted whole it would take twice the time."""
    m = len(lower)
    if m <= _BLOCK:
        return np.linalg.inv(lower)
    half = m // 2
    inverse = np.zeros((m, m))
    inverse[:half, :half] = first = _inverse(lower[:half, :half])
    inverse[half:, half:] = second = _inverse(lower[half:, half:])
    inverse[half:, :half] = -second @ (lower[half:, :half] @ first)
    return inverse


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
    if outcomes.matchups.is_in_order:
        return outcomes
    sign, games = outcomes.matchups.lower_id_first()
    margin = sign * outcomes.margin
    order = np.lexsort((outcomes.num_ot, margin, games.site, games.team2, games.team1))
    return replace(outcomes, matchups=games, margin=margin).rows(order)


def _expected(state: State, index1: _Index, index2: _Index, host: _Index, site: Floats) -> Floats:
    home = state.mean[len(state.teams)] + state.own_home[host]
    return state.mean[index1] - state.mean[index2] + site * home


def _counted(games: Outcomes, parameters: Parameters) -> Floats:
    """What a game's margin counts: blowouts little more than a clear win, overtime less than its final score."""
    softened = parameters.softness * np.arcsinh(games.margin / parameters.softness)
    return np.where(games.num_ot > 0, parameters.overtime_share * softened, softened)


def _margin(counted: Floats, sd: Floats, parameters: Parameters) -> tuple[Floats, Floats, Floats]:
    """Mean of the margin softness * sinh(Y / softness) for Y normal around `counted`, in points; exp of the variance of
    Y / softness; and sinh of its mean."""
    growth = np.array([math.exp(value) for value in ((sd / parameters.softness) ** 2).tolist()])
    sinh = np.array([math.sinh(value) for value in (counted / parameters.softness).tolist()])
    return parameters.softness * np.sqrt(growth) * sinh, growth, sinh


def _enrolled(
    state: State, season: int, games: Matchups, parameters: Parameters
) -> tuple[State, _Index, _Index, _Index]:
    """The state with those teams of the games in it that it has never seen, at the newcomer's prior; and where both
    teams and the host stand in it. On neutral ground the host means nothing."""
    playing = np.concatenate([games.team1, games.team2])
    place, known = find(state.teams, playing)
    if not known.all():
        state = _with(state, np.unique(playing[~known]), season, parameters)
        place, _ = find(state.teams, playing)
    index1, index2 = place[: len(games)], place[len(games) :]
    return state, index1, index2, np.where(games.site > 0, index1, index2)


def _with(state: State, new: Ids, season: int, parameters: Parameters) -> State:
    """The state with new teams, at the newcomer's prior."""
    teams, (kept, added) = merged(state.teams, new)
    of_teams, with_home = (kept, added), (np.append(kept, len(teams)), added)  # home advantage is the last row
    strength = newcomer(state, season, parameters)
    off_diagonal = np.zeros((len(teams) + 1, len(teams) + 1))
    off_diagonal[np.ix_(with_home[0], with_home[0])] = state.off_diagonal
    return State(
        teams,
        last_season=grown(state.last_season, of_teams, season),
        mean=grown(state.mean, with_home, strength),
        variance=grown(state.variance, with_home, parameters.newcomer_sd**2),
        off_diagonal=off_diagonal,
        long_run=grown(state.long_run, of_teams, strength),
        own_home=grown(state.own_home, of_teams, 0.0),
        own_home_variance=grown(state.own_home_variance, of_teams, parameters.own_home_sd**2),
        from_rosters=grown(state.from_rosters, with_home, 0.0),
    )
