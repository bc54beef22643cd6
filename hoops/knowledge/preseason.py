"""What players' files say of teams when a season begins: who left, who came, and what that has meant before.

    at the turn from season s to s + 1:
    teams' strengths after s ─► what box scores are worth ─► what each player of s was worth
    rosters and careers of s, what came of them in s ─► share and worth of a player's next season    (two regressions)
    projected teams of s, their strengths before and after it ─► what a projection means             (a third one)
    rosters of s + 1 ─► projected teams ─► Shift: how far each strength moves over this summer, and how sure that is

All of it is learned from seasons that are over: sums of products that grow by a season at each turn. A league without
such files moves nothing, and so does a team that is in none. `docs/rosters.md` has the formulas.

The first season of such files tells a league nothing yet. From 2019 on it then begins with what the men's summers up to
2018 have taught (`preseason.npz`, by `ml_jobs.fit_preseason`), which counts as much as two seasons of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from hoops.arrays import Floats, Ids, ReadOnly, find, look_up, pack, unpack
from hoops.players import Squads
from hoops.players.careers import FEATURES, Careers, careers
from hoops.players.seasons import BOX, FIVE, PlayerSeason, player_season, team_rates

TEAM_FEATURES = ("strength", "projected", "last_season", "known_share", "expected_share", "expected_above")
# Penalties of the four regressions; the units of features are such that one penalty a regression will do.
BOX_PENALTY, PLAYER_PENALTY, TEAM_PENALTY = 5.0, 5.0, 3.0
FULL_SEASON = 1200.0  # minutes; a player with more tells no more of what players become
LEAST_SHARE, WORST = 0.02, -3.5  # of a projection: least share, and worth of one who hardly plays
# Chosen on men up to 2018. The strength after a season still leans to what was expected, so that a projection means
# more than it seems to; and it leaves a little less open.
TRUST, SPREAD = 1.1, 0.9
KEPT = 3  # seasons whose strengths are kept: careers look two back, and one of them is learned from
_VERSION = 1
SUMS = (
    "box", "box_moment", "shares", "share_moment", "worths", "worth_moment", "teams_gram", "team_moment", "misses"
)  # fmt: skip
SHIPPED_THROUGH = 2018  # the last season of the sums that ship

Strengths = tuple[Ids, Floats]


@dataclass(frozen=True, eq=False)
class Preseason(ReadOnly):
    """What has been learned of summers, and how the season began; the arrays are read-only.

    Attributes
    ----------
    box, box_moment : float64 (14, 14) and (14,)
        Products of teams' rates in each column of a box score, with each other and with strength.
    shares, share_moment, worths, worth_moment : float64 (24, 24) and (24,)
        The same of what is known of players, with their share of the next season and what they were worth in it.
    teams_gram, team_moment : float64 (6, 6) and (6,)
        The same of projected teams, with how far their strength went beyond what was expected without players.
    misses : float64 (2, 2) and moment (2,) flattened, (6,)
        Squares of what the projections missed, against the share of players who are not known.
    ends_season : int16 (e,), ends_team : int32 (e,), ends : float64 (e,)
        Strengths at the end of the last three seasons, against the mean of the teams that played.
    season : int
        The season that has begun; -1 before the first.
    team : int32 (k,), prior : float64 (k,)
        Its teams and their strengths before it, without players, against the mean of all.
    rostered : int32 (r,), shift, returning : float64 (r,)
        Those of its teams that have a roster, how far it moved their strength, and the share of last season's minutes
        that is back.
    """

    box: Floats
    box_moment: Floats
    shares: Floats
    share_moment: Floats
    worths: Floats
    worth_moment: Floats
    teams_gram: Floats
    team_moment: Floats
    misses: Floats
    ends_season: npt.NDArray[np.int16]
    ends_team: Ids
    ends: Floats
    season: int
    team: Ids
    prior: Floats
    rostered: Ids
    shift: Floats
    returning: Floats


_ARRAYS = (
    "box", "box_moment", "shares", "share_moment", "worths", "worth_moment", "teams_gram", "team_moment", "misses",
    "ends_season", "ends_team", "ends", "team", "prior", "rostered", "shift",
    "returning",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Shift:
    """What players' files do to strengths over a summer.

    team : int32 (k,), ascending. points : float64 (k,), added to each strength. sd : float64 (k,), what the summer adds
    to its uncertainty instead of the state-space model's `carry_sd`.
    """

    team: Ids
    points: Floats
    sd: Floats


@dataclass(frozen=True, eq=False)
class Projection:
    """Teams of a season as their players are expected to play.

    careers : Careers (k,). share, worth : float64 (k,), of each player: of the team's minutes (five a team), and points
    a game at full time. team : int32 (t,). features : float64 (t, 6), by `TEAM_FEATURES`, less the mean. returning :
    float64 (t,), share of last season's minutes that is back. unknown : float64 (t,), share of the projected minutes of
    players without a career.
    """

    careers: Careers
    share: Floats
    worth: Floats
    team: Ids
    features: Floats
    returning: Floats
    unknown: Floats


def initial() -> Preseason:
    """Before a league's first game."""
    b, p, f = len(BOX), len(FEATURES), len(TEAM_FEATURES)
    nothing, none = np.empty(0), np.empty(0, np.int32)
    return Preseason(
        np.zeros((b, b)), np.zeros(b), np.zeros((p, p)), np.zeros(p), np.zeros((p, p)), np.zeros(p), np.zeros((f, f)),
        np.zeros(f), np.zeros(6), np.empty(0, np.int16), none, nothing, -1, none, nothing, none, nothing, nothing,
    )  # fmt: skip


def turn(
    known: Preseason,
    season: int,
    after: Strengths,
    ahead: Strengths,
    squads: Squads,
    newcomer: float,
    carry_sd: float,
) -> tuple[Preseason, Shift | None]:
    """Turn from a season that is over to the next one.

    Parameters
    ----------
    season : int
        The one that is over.
    after : (int32 (k,), float64 (k,))
        Teams that played in it, ascending, and their strengths at its end.
    ahead : (int32 (n,), float64 (n,))
        All teams and their strengths when the next one begins, without players.
    squads : Squads
        What may be known when the next season begins: totals of seasons before it, rosters up to it.
    newcomer : float
        Strength of a team that nobody knows, against the average's 0.
    carry_sd : float
        What a summer adds to the uncertainty of a strength of which no roster tells.
    """
    known = _with_end(known, season, after)
    if not squads:
        return _begun(known, season + 1, ahead), None
    known = _learn_box(known, season, squads)
    seasons = _Seasons(known, squads, newcomer)
    known = _learn(known, season, squads, seasons, newcomer)
    if not known.teams_gram.any() and season >= SHIPPED_THROUGH:
        known = known.changed(**{name: getattr(known, name) + sums for name, sums in shipped().items()})
    known = _begun(known, season + 1, ahead)
    if not known.teams_gram.any() or len(squads.played(season).team) == 0:
        return known, None
    found = project(known, season + 1, squads, newcomer)
    if len(found.team) == 0:
        return known, None
    points = TRUST * (found.features @ _solve(known.teams_gram, known.team_moment, TEAM_PENALTY))
    known = known.changed(rostered=found.team, shift=points, returning=found.returning)
    return known, Shift(found.team, points, _sd(known, found.unknown, len(after[0]), carry_sd))


def project(known: Preseason, season: int, squads: Squads, newcomer: float) -> Projection:
    """The teams of a season as what has been learned expects their players to play.

    known: with the strengths before that season. Teams that it does not know are left out.
    """
    return _projection(known, season, squads, _Seasons(known, squads, newcomer), newcomer)


@cache
def shipped() -> dict[str, Any]:
    """Sums of products of the men's summers up to 2018, weighed as two seasons, by the names of `SUMS`."""
    content = resources.files("hoops.knowledge").joinpath("preseason.npz").read_bytes()
    return unpack(content, "what summers have taught", _VERSION, SUMS)


def sums_to_bytes(known: Preseason, weight: float) -> bytes:
    """The sums of what is known, times a weight: what `shipped` reads."""
    return pack(_VERSION, {name: weight * getattr(known, name) for name in SUMS})


def did(known: Preseason, season: int, squads: Squads, newcomer: float) -> PlayerSeason:
    """What players did in one of the last three seasons, and what each was worth."""
    return _Seasons(known, squads, newcomer)[season]


def to_bytes(known: Preseason) -> bytes:
    """What is known, packed: equal states give equal bytes."""
    return pack(_VERSION, {"season": known.season, **{name: getattr(known, name) for name in _ARRAYS}})


def from_bytes(content: bytes) -> Preseason:
    """What `to_bytes` wrote, bit for bit.

    Raises
    ------
    ValueError
        If the bytes are something else, or of another version.
    """
    arrays = unpack(content, "what is known of summers", _VERSION, ("season", *_ARRAYS))
    return Preseason(season=int(arrays.pop("season")), **arrays)


class _Seasons:
    """What players did in seasons that are over, each made once."""

    def __init__(self, known: Preseason, squads: Squads, newcomer: float) -> None:
        self._known, self._squads, self._newcomer = known, squads, newcomer
        self._box = _solve(known.box, known.box_moment, BOX_PENALTY)
        self._made: dict[int, PlayerSeason] = {}

    def __getitem__(self, season: int) -> PlayerSeason:
        if season not in self._made:
            there = self._known.ends_season == season
            strength = dict(zip(self._known.ends_team[there].tolist(), self._known.ends[there].tolist(), strict=True))
            self._made[season] = player_season(self._squads, season, strength, self._newcomer, self._box)
        return self._made[season]


def _with_end(known: Preseason, season: int, after: Strengths) -> Preseason:
    """With the strengths at the end of a season, and without those that no career looks back to."""
    team, strength = after
    kept = known.ends_season > season - KEPT
    return known.changed(
        ends_season=np.append(known.ends_season[kept], np.full(len(team), season, np.int16)),
        ends_team=np.append(known.ends_team[kept], team),
        ends=np.append(known.ends[kept], strength - strength.mean() if len(team) else strength),
    )


def _begun(known: Preseason, season: int, ahead: Strengths) -> Preseason:
    team, prior = ahead
    none = np.empty(0)
    return replace(
        known, season=season, team=team, prior=prior.copy(), rostered=np.empty(0, np.int32), shift=none, returning=none
    )


def _learn_box(known: Preseason, season: int, squads: Squads) -> Preseason:
    """What the columns of box scores were worth in a season."""
    teams, rates = team_rates(squads, season)
    there = known.ends_season == season
    place, played = find(known.ends_team[there], teams)
    if not played.any():
        return known
    rates, strength = rates[played], known.ends[there][place[played]]
    return known.changed(box=known.box + rates.T @ rates, box_moment=known.box_moment + rates.T @ strength)


def _learn(known: Preseason, season: int, squads: Squads, seasons: _Seasons, newcomer: float) -> Preseason:
    """What became of a season's rosters: of each player, and of each team."""
    there = known.ends_season == season  # no team's, where no game of the season is known
    told = known.ends[there], squads.roster(season).team, squads.played(season).team, squads.played(season - 1).team
    if known.season != season or not all(len(one) for one in told):
        return known
    of, came = _careers(known, season, squads, seasons, newcomer), seasons[season]
    key = np.int64(2**32)
    place, played = find(came.team * key + came.player, of.team * key + of.player)
    share = np.where(played, came.share[place], 0.0)
    weight = np.where(played, np.minimum(came.minutes[place], FULL_SEASON), 0.0) / FULL_SEASON
    weighed = of.features * weight[:, None]
    known = known.changed(
        shares=known.shares + of.features.T @ of.features,
        share_moment=known.share_moment + of.features.T @ share,
        worths=known.worths + weighed.T @ of.features,
        worth_moment=known.worth_moment + weighed.T @ np.where(played, came.worth[place], 0.0),
    )
    found = _projection(known, season, squads, seasons, newcomer)
    end, active = find(known.ends_team[there], found.team)
    before, _ = find(known.team, found.team)
    went = (known.ends[there][end] - known.prior[before])[active]
    if not active.any():
        return known
    features = found.features[active] - found.features[active].mean(axis=0)
    went = went - went.mean()
    known = known.changed(
        teams_gram=known.teams_gram + features.T @ features,
        team_moment=known.team_moment + features.T @ went,
    )
    missed = (went - features @ _solve(known.teams_gram, known.team_moment, TEAM_PENALTY)) ** 2
    against = np.column_stack([np.ones(len(missed)), found.unknown[active]])
    return known.changed(misses=known.misses + np.append((against.T @ against).ravel(), against.T @ missed))


def _careers(known: Preseason, season: int, squads: Squads, seasons: _Seasons, newcomer: float) -> Careers:
    active = np.unique(squads.roster(season).team)
    place, there = find(known.team, active)
    level = known.prior[place[there]]
    level = level - level.mean() if len(level) else level
    strength = dict(zip(active[there].tolist(), level.tolist(), strict=True))
    return careers(squads, season, seasons[season - 1], seasons[season - 2], strength, newcomer)


def _projection(known: Preseason, season: int, squads: Squads, seasons: _Seasons, newcomer: float) -> Projection:
    of, last = _careers(known, season, squads, seasons, newcomer), seasons[season - 1]
    share = np.clip(of.features @ _solve(known.shares, known.share_moment, PLAYER_PENALTY), LEAST_SHARE, 1.0)
    worth = of.features @ _solve(known.worths, known.worth_moment, PLAYER_PENALTY)
    teams, place = np.unique(of.team, return_inverse=True)

    def summed(values: Floats) -> Floats:
        return np.bincount(place, values, len(teams)).astype(np.float64)

    expected = summed(share)
    above = summed(share * (worth - WORST))
    share = FIVE * share / expected[place]
    unknown = summed(share * ~of.is_known) / FIVE
    by_team, rows = np.unique(last.team, return_inverse=True)
    was = np.bincount(rows, last.share * last.worth, len(by_team))
    was = look_up(by_team, was, teams, was.mean() if len(was) else 0.0)
    at, there = find(known.team, teams)
    prior = known.prior[at] if len(known.team) else np.zeros(len(teams))
    features = np.column_stack([
        prior / 10.0, summed(share * worth) / 10.0, was / 10.0, (1.0 - unknown) / 0.3, expected, above / 10.0
    ])[there]  # fmt: skip
    features = features - features.mean(axis=0) if len(features) else features
    returning = summed(np.where(of.returns, of.last_share, 0.0)) / FIVE
    return Projection(of, share, worth, teams[there].astype(np.int32), features, returning[there], unknown[there])


def _sd(known: Preseason, unknown: Floats, teams: int, carry_sd: float) -> Floats:
    """What is left open of each team's summer, points. teams: of the league, with a roster or without.

    A projection tells how a team stands to the mean of those with a roster, and nobody knows where that lies among all:
    of a single team nothing is known, of the half of a large league nearly everything.
    """
    gram, moment = known.misses[:4].reshape(2, 2), known.misses[4:]
    usual = float(moment[0] / gram[0, 0])
    slope = _solve(gram, moment - gram[0] * usual, 10.0).tolist()
    variance: Floats = np.clip(usual + slope[0] + slope[1] * unknown, 0.25 * usual, 2.0 * usual)
    open_mean = max(1.0 / len(unknown) - 1.0 / max(teams, 1), 0.0)  # variance of a sample's mean, of that of a team
    found: Floats = np.sqrt((1.0 - open_mean) * SPREAD**2 * variance + open_mean * carry_sd**2)
    return found


def _solve(gram: Floats, moment: Floats, penalty: float) -> Floats:
    found: Floats = np.asarray(np.linalg.solve(gram + penalty * np.eye(len(gram)), moment), np.float64)
    return found
