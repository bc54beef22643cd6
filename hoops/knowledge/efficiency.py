"""Box scores adjusted for opponents: how much more of everything a team does than the teams it meets would let it.

    initial -> advance to a day -> channels, tempo and efficiency of any teams
                                -> update with its games -> advance to the next day -> ...

Every *channel* is a difference between the two teams of a game: one for each box-score column (per 40 minutes) and one
for points per 100 possessions. A channel has a strength for each team and a home advantage, and obeys the equations of
the margin in `statespace`. One covariance serves all of them, because what a game tells about a difference of two
teams depends on who played, not on what was counted. So fourteen filters cost one covariance, one gain and a thin
matrix.

What both teams do together (tempo, points per 100 possessions of both) obeys sums instead of differences. If offence
and defence are equally uncertain, sums and differences say nothing about each other, and the filter over offences and
defences falls apart into these two exactly: offence is half of net plus total, defence half of net minus total. Sums
matter little for who wins; their filter keeps a variance a team and no covariances.

A game without box score is taken for one in which every channel was what the margin means in it, and weighs less: its
noise is that of a margin. So box scores that are missing fade out of the channels as fast as games without them go by,
until the channels say what the margin says. A game of a league that has never had a box score moves no channel.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from hoops.arrays import Bools, Floats, Ids, ReadOnly, find, pack, taken, unpack
from hoops.games.moment import Moment, elapsed
from hoops.games.results import BOX, Results
from hoops.knowledge import statespace
from hoops.knowledge.parameters import Parameters
from hoops.knowledge.state import State
from hoops.schemas import BOX_COLUMNS

CHANNELS = (*BOX_COLUMNS, "efficiency")  # what the two teams of a game differ in
CHANNEL = {name: place for place, name in enumerate(CHANNELS)}
SUMS = ("tempo", "total")  # possessions of a team per 40 minutes; points of both teams per 100 possessions

# Chosen on seasons up to 2018: box scores are worth trusting faster than margins are. Margins without box scores have
# the noise of the state-space model.
NOISE, SUMMER_SD = 0.75, 1.5
# The filter of the sums, its variances in units of a game's noise.
SUM_PRIOR, SUM_CARRY, SUM_DRIFT, SUM_MEMORY = 0.4, 0.7, 0.001, 2000.0
# Of a team's shooting beyond the league's percentage, this much is believed to be skill.
THREE_POINT_SKILL, FREE_THROW_SKILL = 0.35, 0.6
# Of the slopes: as many games in which the channels have nothing to do with the margin, before any box score.
SLOPE_PRIOR = 50.0
_VERSION = 3


@dataclass(frozen=True, eq=False)
class Adjusted(ReadOnly):
    """What box scores have shown of a league at one moment; the arrays are read-only.

    Attributes
    ----------
    base : hoops.knowledge.state.State
        Strengths in margin, and their covariance.
    mean : float64 (n + 1, 14)
        By team of `base.teams` and channel; then the home advantage.
    long_run : float64 (n, 14)
        Where each returns to between seasons.
    sums, sums_variance : float64 (n, 2) and (n,)
        Tempo and total of each team against the league's, and how uncertain they are, in units of a game's noise.
    league : float64 (2,)
        Mean tempo and total of a game.
    league_games : float
        Games that they rest on, at most 2,000: old ones fade.
    slope : float64 (15,)
        Product of the expected margin with the margin of a game, summed and faded, and with each channel: what a point
        of strength in margin means in each channel. What was expected knows nothing of the luck of the game.
    shooting : float64 (4,)
        Three-pointers made and attempted, free throws made and attempted, faded.
    """

    base: State
    mean: Floats
    long_run: Floats
    sums: Floats
    sums_variance: Floats
    league: Floats
    league_games: float
    slope: Floats
    shooting: Floats


_ARRAYS = ("mean", "long_run", "sums", "sums_variance", "league", "slope", "shooting")


@dataclass(frozen=True, eq=False)
class LeagueWide:
    """Of the league, on d mornings.

    home : float64 (d, 14), advantage at home, by `CHANNELS`. sums : float64 (d, 2), of a game, by `SUMS`. average :
    float64 (d, 3), of the season's teams: efficiency, and what they add to `sums`; 0 before there are any. shooting :
    float64 (d, 4), as in `Adjusted`.
    """

    home: Floats
    sums: Floats
    average: Floats
    shooting: Floats


@dataclass(frozen=True, eq=False)
class Efficiencies:
    """Of teams, on neutral ground against an average team, each float64 (k,).

    offence, defence : points scored and allowed per 100 possessions. tempo : possessions per 40 minutes.
    """

    offence: Floats
    defence: Floats
    tempo: Floats


@lru_cache(16)
def constants(parameters: Parameters) -> Parameters:
    """The constants of this filter, from those of the state-space model."""
    return replace(
        parameters, noise_sd=NOISE * parameters.noise_sd, carry_sd=SUMMER_SD * parameters.carry_sd
    )  # fmt: skip


def initial(parameters: Parameters) -> Adjusted:
    """Before a league's first game; all functions here take the state-space model's constants."""
    k = len(CHANNELS)
    return Adjusted(
        base=statespace.initial(constants(parameters)),
        mean=np.zeros((1, k)),
        long_run=np.zeros((0, k)),
        sums=np.zeros((0, len(SUMS))),
        sums_variance=np.zeros(0),
        league=np.zeros(len(SUMS)),
        league_games=0.0,
        slope=np.zeros(1 + k),
        shooting=np.zeros(4),
    )


def advance(state: Adjusted, since: Moment, now: Moment, parameters: Parameters) -> Adjusted:
    """Move the state on to the morning of a day.

    Raises
    ------
    ValueError
        If `now` lies before `since`.
    """
    base = statespace.advance(state.base, since, now, constants(parameters))
    summers, days = elapsed(since, now)
    mean, long_run = state.mean, state.long_run
    sums, variance = state.sums, state.sums_variance
    for summer in range(summers):
        played = (state.base.last_season == since[0] + summer)[:, None]
        long_run = long_run + np.where(played, parameters.long_run_rate, 0.0) * (mean[:-1] - long_run)
        mean = np.vstack([long_run + parameters.carry * (mean[:-1] - long_run), mean[-1:]])
        sums = SUM_CARRY * sums
        variance = SUM_CARRY**2 * variance + (1.0 - SUM_CARRY**2) * SUM_PRIOR
    return state.changed(
        base=base,
        mean=mean,
        long_run=long_run,
        sums=sums,
        sums_variance=variance + SUM_DRIFT * days,
    )


def shifted(state: Adjusted, teams: Ids, points: Floats, sd: Floats, parameters: Parameters) -> Adjusted:
    """A state that has come over a summer, with what players' files say of some teams; as in `statespace.shifted`.

    A point of strength moves each channel by what it means there.
    """
    place, _ = find(state.base.teams, teams)
    mean = state.mean.copy()
    mean[place] += np.outer(points, _slope(state, parameters))
    own = constants(parameters)
    return state.changed(base=statespace.shifted(state.base, teams, points, SUMMER_SD * sd, own), mean=mean)


def without_rosters(state: Adjusted, parameters: Parameters) -> Adjusted:
    """The state as the same games would have left it if no players' file had moved it this season.

    Of the channels as nearly as what a point of strength means in them is what it meant when the season began.
    """
    part = np.outer(state.base.from_rosters, _slope(state, parameters))
    return state.changed(base=statespace.without_rosters(state.base), mean=state.mean - part)


def channels_of(
    before: Adjusted, season: int, teams: Ids, parameters: Parameters, past: Bools | None = None
) -> tuple[Floats, Floats]:
    """Channels of teams and what they add to a game's sums, (k, 14) and (k, 2); of one never seen, newcomers'.

    past: bool (k,), teams that are seen without what rests on rosters, as `without_rosters` has them.
    """
    place, known = find(before.base.teams, teams)
    new = 0.0 if known.all() else _newcomer(before, season, parameters)
    channels = taken(before.mean[:-1], place, known, new)
    if past is not None:
        rests = past * taken(before.base.from_rosters[:-1], place, known, 0.0)
        channels = channels - np.outer(rests, _slope(before, parameters))
    return channels, taken(before.sums, place, known, 0.0)


def of_league(before: Adjusted, season: int) -> LeagueWide:
    """Of the league, on the one morning of a season's day that the state was moved to."""
    active = (before.base.last_season == season).astype(np.float64)
    added = np.array([active @ before.mean[:-1, CHANNEL["efficiency"]], *(active @ before.sums)])
    average = added / max(active.sum(), 1.0)
    return LeagueWide(before.mean[-1:], before.league[None], average[None], before.shooting[None])


def efficiencies(before: Adjusted, season: int, teams: Ids, parameters: Parameters) -> Efficiencies:
    """Adjusted efficiencies and tempo of teams; of a team never seen, what is expected of newcomers."""
    channels, sums = channels_of(before, season, teams, parameters)
    return rated(channels, sums, of_league(before, season), np.zeros(len(teams), np.intp))


def rated(channels: Floats, sums: Floats, league: LeagueWide, morning: npt.NDArray[np.intp]) -> Efficiencies:
    """Of teams, from what `channels_of` tells of them, (k, ...), and the league on the morning of each, (k,)."""
    net = channels[:, CHANNEL["efficiency"]] - league.average[morning, 0]
    # What a game gives is the league's mean and what both teams add to it: the other one adds what teams do on average.
    tempo, total = (league.sums + league.average[:, 1:])[morning].T
    return Efficiencies(
        offence=0.5 * (total + sums[:, 1] + net),
        defence=0.5 * (total + sums[:, 1] - net),
        tempo=tempo + sums[:, 0],
    )


def without_luck(channels: Floats, shooting: Floats) -> Floats:
    """Margin per 40 minutes, (m,), with only the share of extraordinary shooting that is skill.

    channels: float64 (m, 14). shooting: float64 (m, 4), the league's, as in `Adjusted`.
    """
    threes, threes_tried, frees, frees_tried = shooting.T
    part = {name: channels[:, CHANNEL[name]] for name in ("fgm", "fgm3", "fga3", "ftm", "fta")}
    margin = 2.0 * part["fgm"] + part["fgm3"] + part["ftm"]
    luck3 = 3.0 * (part["fgm3"] - threes / np.maximum(threes_tried, 1.0) * part["fga3"])
    luck1 = part["ftm"] - frees / np.maximum(frees_tried, 1.0) * part["fta"]
    regressed: Floats = margin - (1.0 - THREE_POINT_SKILL) * luck3 - (1.0 - FREE_THROW_SKILL) * luck1
    return regressed


def update(before: Adjusted, season: int, results: Results, parameters: Parameters) -> Adjusted:
    """Fold all games of one day of a season at once; the order of rows and of teams changes no bit of the result."""
    results = results.in_order()
    own = constants(parameters)
    noise_sd = np.where(results.has_box, own.noise_sd, parameters.noise_sd)
    # Both have the day's games sorted by teams, of which each pair is there once: row by row they are the same games.
    base, lesson = statespace.learn(before.base, season, replace(results.outcomes, noise_sd=noise_sd), own)
    state = _enrol(before, season, base, parameters)
    if lesson is None:
        return state
    played = results.rows(~results.is_forfeit) if results.is_forfeit.any() else results
    has_box = played.has_box
    any_box = bool(has_box.any())
    if not (any_box or state.slope.any()):
        return state
    seen = played.each(_channels)
    if not has_box.all():
        seen = np.where(has_box[:, None], seen, np.outer(lesson.counted, _slope(state, parameters)))
    surprise = seen - statespace.difference(state.mean, lesson.index1, lesson.index2, lesson.site)
    state = state.changed(mean=state.mean + lesson.of(np.where(np.isnan(surprise), 0.0, surprise)))
    if not any_box:
        return state
    boxed = played if has_box.all() else played.rows(has_box)
    shots = boxed.box[:, :, [BOX[name] for name in ("fgm3", "fga3", "ftm", "fta")]].sum(axis=(0, 1))
    expected = statespace.expected_margin(lesson.expected, own)[has_box]
    meant = np.column_stack([lesson.counted, seen])[has_box]
    slope = expected @ np.where(np.isnan(meant), 0.0, meant)
    fade = 1.0 - len(boxed) / max(SUM_MEMORY, float(len(boxed)))
    return _with_sums(state, boxed, lesson.index1[has_box], lesson.index2[has_box]).changed(
        slope=fade * state.slope + slope, shooting=fade * state.shooting + shots
    )


def to_bytes(state: Adjusted) -> bytes:
    """The state, packed: equal states give equal bytes."""
    arrays = {name: getattr(state, name) for name in _ARRAYS}
    return pack(_VERSION, {"base": statespace.to_bytes(state.base), "league_games": state.league_games, **arrays})


def from_bytes(content: bytes) -> Adjusted:
    """The state that `to_bytes` wrote, bit for bit.

    Raises
    ------
    ValueError
        If the bytes are not such a state, or one of another version.
    """
    arrays = unpack(content, "adjusted box scores", _VERSION, ("base", "league_games", *_ARRAYS))
    base, games = statespace.from_bytes(arrays.pop("base").tobytes()), float(arrays.pop("league_games"))
    return Adjusted(base=base, league_games=games, **arrays)


def _channels(results: Results) -> Floats:
    """Of games, (m, 14)."""
    difference = (results.box[:, 0] - results.box[:, 1]) / results.length[:, None]
    margin = results.score[:, 0] - results.score[:, 1]
    return np.column_stack([difference, 100.0 * margin / results.possessions])


def _sums(games: Results) -> Floats:
    """Of games, (m, 2)."""
    return np.column_stack([games.possessions / games.length, 100.0 * games.score.sum(axis=1) / games.possessions])


def _newcomer(state: Adjusted, season: int, parameters: Parameters) -> Floats:
    """Channels of a team never seen: what its expected margin means in each; (14,)."""
    return _slope(state, parameters) * statespace.newcomer(state.base, season, parameters)


def _slope(state: Adjusted, parameters: Parameters) -> Floats:
    """What a point of strength in margin means in each channel, (14,); 0 before any box score."""
    slope: Floats = state.slope[1:] / (max(state.slope[0], 0.0) + SLOPE_PRIOR * parameters.noise_sd**2)
    return slope


def _enrol(state: Adjusted, season: int, base: State, parameters: Parameters) -> Adjusted:
    """The state with `base` as its margin's filter, and a row for each team of it that was not there before."""
    if len(base.teams) == len(state.base.teams):
        return state.changed(base=base)
    place = find(state.base.teams, base.teams)
    new = _newcomer(state, season, parameters)
    return state.changed(
        base=base,
        mean=np.vstack([taken(state.mean[:-1], *place, new), state.mean[-1:]]),
        long_run=taken(state.long_run, *place, new),
        sums=taken(state.sums, *place, 0.0),
        sums_variance=taken(state.sums_variance, *place, SUM_PRIOR),
    )


def _with_sums(state: Adjusted, games: Results, index1: npt.NDArray[np.intp], index2: npt.NDArray[np.intp]) -> Adjusted:
    surprise = games.each(_sums) - state.league - state.sums[index1] - state.sums[index2]
    weight = min(state.league_games + len(games), SUM_MEMORY)
    step = surprise.sum(axis=0) / max(weight, float(len(games)))
    surprise = surprise - step
    variance = state.sums_variance[index1] + state.sums_variance[index2] + 1.0
    sums, remaining = state.sums.copy(), state.sums_variance.copy()
    for index in (index1, index2):
        share = state.sums_variance[index] / variance
        np.add.at(sums, index, share[:, None] * surprise)
        np.subtract.at(remaining, index, share * state.sums_variance[index])
    return state.changed(
        sums=sums, sums_variance=remaining, league=state.league + step, league_games=weight
    )  # fmt: skip
