"""What may become of a season: drawn from an evening on to the title, all draws at once.

A draw has strengths of its own. In it are played: the games to come, then the tournaments of conferences, seeded by its
standings; its committee makes a list of its results, champions are in, and its field is played to the end some times.
Same seed, same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hoops.arrays import Bools, Ints, find
from hoops.brackets.schedule import HOSTS, best_seeds_host
from hoops.brackets.tree import line_of
from hoops.selection import committee, resume
from hoops.selection.lines import bracket_of, lines, places, snake
from hoops.selection.season import Places, Reals, Season
from hoops.selection.strengths import Strengths
from hoops.selection.tournaments import NOBODY, Tournament, rates, seed_order

STAGES = 7  # round of 64, 32, 16, Elite 8, Final Four, final, title
FINAL_FOUR, TITLE = 4, 6
_POD = 4  # teams whose first two rounds are at one place
_WIDEST = 6  # rounds of the largest bracket


@dataclass(frozen=True, eq=False)
class ConferenceRound:
    """A round of all conference tournaments: the two of each game, -1 where nobody stands, (draws, conferences, games),
    and whether the first of them won.
    """

    one: Places
    other: Places
    won: Bools


@dataclass(frozen=True, eq=False)
class Simulated:
    """Draws of a season's rest.

    Attributes
    ----------
    won : bool (draws, m)
        Of `Season.to_come`: whether team `one` won.
    wins : float32 (draws, n)
        Games of the conference won at the end of the regular season.
    first : bool (draws, n)
        Whether the team was first in its conference, alone or level.
    champion : intp (draws, c)
        Champion of each conference, -1 of those without one.
    rounds : list of ConferenceRound
    index : float64 (draws, n)
        What the committee makes of each team.
    line : int8 (draws, n)
        Number of the team's seed, 0 of those left out.
    reach : float32 (draws, n, 7)
        Share of the plays of a draw's field in which the team reached each stage.
    """

    won: Bools
    wins: Reals
    first: Bools
    champion: Places
    rounds: list[ConferenceRound]
    index: Reals
    line: npt.NDArray[np.int8]
    reach: Reals


def simulate(
    season: Season,
    known: Strengths,
    tournaments: Sequence[Tournament],
    size: int,
    seed: int,
    draws: int,
    plays: int,
) -> Simulated:
    """Draw what may come.

    Parameters
    ----------
    size : int
        Teams in the field, no more than there are.
    draws, plays : int
        How many, and how often the field of each is played.
    """
    rng = np.random.default_rng(seed)
    deviation = known.draws(rng, draws)
    n = len(season.teams)
    one, other = season.to_come.one, season.to_come.other
    margin = known.to_come.astype(np.float32) + deviation[:, one] - deviation[:, other]
    won = margin + np.float32(known.noise) * rng.standard_normal(margin.shape, np.float32) > 0.0
    in_season = ~season.to_come.tournament
    wins, losses = _tally(season, won)
    share = rates(wins, losses)
    played_any = (wins + losses) > 0.0
    learned = _learned(season, known)
    rating = (known.rating + learned * deviation).astype(np.float32)
    order_key = share + 1e-6 * rating
    champion, rounds = _conferences(season, known, tournaments, deviation, order_key, rng)
    first = np.zeros((draws, n), np.bool_)
    for code in range(len(season.conferences)):
        members = season.members(code)
        if len(members):
            of_it = np.where(played_any[:, members], share[:, members], -1.0)
            first[:, members] = (of_it >= of_it.max(axis=1, keepdims=True) - 1e-6) & (of_it >= 0.0)
    features = _features(season, known, won[:, in_season], in_season, rounds, rating)
    indices = committee.index(features, season.league)
    entered, line, list_ = _field(indices, champion, size, rng)
    reach = _played(season, known, deviation, entered, list_, plays, rng)
    return Simulated(won, wins, first, champion, rounds, indices, line, reach)


def _tally(season: Season, won: Bools) -> tuple[Reals, Reals]:
    """Games of the conference won and lost at the end of the regular season, float32 (draws, n) each."""
    games = season.to_come
    counts = games.standing
    n, k = len(season.teams), int(counts.sum())
    ones, others = np.zeros((2, k, n), np.float32)
    ones[np.arange(k), games.one[counts]] = 1.0
    others[np.arange(k), games.other[counts]] = 1.0
    was = won[:, counts].astype(np.float32)
    before_won, before_lost = (one.astype(np.float32) for one in season.record)
    return before_won + was @ ones + (1.0 - was) @ others, before_lost + was @ others + (1.0 - was) @ ones


def _learned(season: Season, known: Strengths) -> Reals:
    """Share of a strength's deviation that the games to come will have told by Selection Sunday, (n,).

    As if each told of the team alone: v games / (v games + r^2), a game of its conference's tournament among them.
    """
    games = np.bincount(np.concatenate([season.to_come.one, season.to_come.other]), minlength=len(season.teams))
    told = known.covariance.diagonal() * (games + 1.0)
    share: Reals = told / (told + known.noise**2)
    return share


def _conferences(
    season: Season,
    known: Strengths,
    tournaments: Sequence[Tournament],
    deviation: Reals,
    order_key: Reals,
    rng: np.random.Generator,
) -> tuple[Places, list[ConferenceRound]]:
    """Champions, and the rounds of the tournaments."""
    draws, n = deviation.shape
    champion = np.full((draws, len(season.conferences)), NOBODY, np.intp)
    with_one = [one for one in tournaments if one.width > 1]
    width = max((one.width for one in with_one), default=1)
    alive = np.full((draws, len(with_one), width), NOBODY, np.intp)
    hosted = np.array([one.hosted for one in with_one], np.float32) * np.float32(known.home)
    standing = np.zeros((draws, n), np.int16)
    for one in tournaments:
        members = season.members(one.conference)
        key = order_key[:1, members] if one.begun else order_key[:, members]
        order = members[np.argsort(-key, axis=1, kind="stable")]
        standing[np.arange(draws)[:, None], order] = np.arange(len(members))
        if one.bracket is not None:
            standing[:, find(season.teams, one.bracket.teams)[0]] = list(map(line_of, one.bracket.seeds))
        if one.width == 1:
            champion[:, one.conference] = order[:, 0]
        else:
            row = with_one.index(one)
            alive[:, row, :: width // one.width] = one.entries(season, order)
    rounds = []
    while alive.shape[2] > 1 and with_one:
        first, second = alive[..., ::2], alive[..., 1::2]
        draw = np.arange(draws)[:, None, None]
        margin = known.neutral.astype(np.float32)[first, second] + deviation[draw, first] - deviation[draw, second]
        better = np.sign(standing[draw, second] - standing[draw, first])
        margin += hosted[:, None] * better
        margin += np.float32(known.noise) * rng.standard_normal(margin.shape, np.float32)
        won = np.where(first < 0, False, (second < 0) | (margin > 0.0))
        rounds.append(ConferenceRound(first, second, won))
        alive = np.where(won, first, second)
    for row, one in enumerate(with_one):
        champion[:, one.conference] = alive[:, row, 0]
    return champion, rounds


def _features(
    season: Season,
    known: Strengths,
    won: Bools,
    in_season: Bools,
    rounds: Sequence[ConferenceRound],
    rating: Reals,
) -> Reals:
    """What the committee sees in each draw, (draws, n, 3)."""
    schedule = resume.schedules(season, known)
    n, draws = len(season.teams), len(won)
    wins, played, above = (np.tile(one.astype(np.float32), (draws, 1)) for one in resume.record(season, known))
    games = season.to_come.rows(in_season)
    ones, others = np.zeros((2, len(games), n), np.float32)
    ones[np.arange(len(games)), games.one] = 1.0
    others[np.arange(len(games)), games.other] = 1.0
    hard, hard_other = (one.astype(np.float32) for one in resume.hardness(known, games))
    was = won.astype(np.float32)
    wins += was @ ones + (1.0 - was) @ others
    above += (was - hard) @ ones + (1.0 - was - hard_other) @ others
    played += ones.sum(axis=0) + others.sum(axis=0)
    easy = schedule.neutral.astype(np.float32)
    for one in rounds:
        real = (one.one >= 0) & (one.other >= 0)
        draw = np.broadcast_to(np.arange(draws)[:, None, None], real.shape)[real]
        for team, rival, result in ((one.one, one.other, one.won), (one.other, one.one, ~one.won)):
            cell = draw * n + team[real]
            hit = result[real].astype(np.float32)
            for total, value in ((wins, hit), (played, None), (above, hit - easy[rival[real]])):
                total += np.bincount(cell, value, draws * n).reshape(draws, n).astype(np.float32)
    return schedule.features(rating, wins, played, above)


def _field(
    indices: Reals, champion: Places, size: int, rng: np.random.Generator
) -> tuple[Bools, npt.NDArray[np.int8], Places]:
    """Who is in, (draws, n); number of the seed, 0 of those left out; the field best first, (draws, size)."""
    draws, n = indices.shape
    judged = indices + rng.gumbel(size=indices.shape)
    automatic = np.zeros((draws, n + 1), np.bool_)
    automatic[np.arange(draws)[:, None], champion] = True  # those without a champion mark the column beyond the teams
    automatic = automatic[:, :n]
    best = np.argsort(-(judged + 1e6 * automatic), axis=1, kind="stable")[:, :size]
    in_order = np.argsort(-np.take_along_axis(judged, best, axis=1), axis=1, kind="stable")
    list_ = np.take_along_axis(best, in_order, axis=1)
    place, _ = places(np.take_along_axis(automatic, list_, axis=1))
    line = np.zeros((draws, n), np.int8)
    np.put_along_axis(line, list_, lines(place).astype(np.int8), axis=1)
    return automatic, line, list_


def _played(
    season: Season,
    known: Strengths,
    deviation: Reals,
    automatic: Bools,
    list_: Places,
    plays: int,
    rng: np.random.Generator,
) -> Reals:
    """Share of plays in which each team reached each stage, float32 (draws, n, 7).

    Places are dealt to the regions in a snake; where the best seeds host, they do in the first two rounds.
    """
    draws, n = deviation.shape
    width = bracket_of(list_.shape[1])
    place, second = places(np.take_along_axis(automatic, list_, axis=1))
    stand = _stand(width)[place]
    entered = np.full((2, draws, width), NOBODY, np.intp)
    row = np.broadcast_to(np.arange(draws)[:, None], stand.shape)
    entered[second.astype(np.intp), row, stand] = list_
    alive, partner = (np.repeat(one, plays, axis=0) for one in entered)
    draw = np.repeat(np.arange(draws), plays)[:, None]
    hosted, neutral = known.neutral.astype(np.float32), known.in_tournament.astype(np.float32)
    noise = np.float32(known.noise)

    def beaten(one: Places, other: Places, home: Reals | None = None) -> Bools:
        margin = neutral[one, other] if home is None else np.where(home, hosted[one, other] + home, neutral[one, other])
        margin = margin + deviation[draw, one] - deviation[draw, other]
        return margin + noise * rng.standard_normal(margin.shape, np.float32) > 0.0

    two = (partner >= 0).any(axis=0)
    if two.any():
        win = beaten(alive[:, two], partner[:, two]) | (partner[:, two] < 0)
        alive[:, two] = np.where(win, alive[:, two], partner[:, two])
    hosts = best_seeds_host(season.league, season.season) and width == 1 << _WIDEST
    pods = np.repeat(np.flatnonzero(_numbers(width) <= HOSTS), 2) if hosts else None
    host = alive[:, pods] if pods is not None else None
    reach = np.zeros((draws * n, STAGES), np.float32)
    stage = STAGES - width.bit_length()
    cells = draw * n
    reach[:, : stage + 1] = _share(cells + alive, draws * n, plays)[:, None]
    while alive.shape[1] > 1:
        stage += 1
        one, other = alive[:, ::2], alive[:, 1::2]
        home: Reals | None = None
        if host is not None and stage <= 2:
            at = host if stage == 1 else host[:, ::2]
            home = np.float32(known.home) * ((one == at).astype(np.float32) - (other == at))
        alive = np.where(beaten(one, other, home), one, other)
        reach[:, stage] = _share(cells + alive, draws * n, plays)
    return reach.reshape(draws, n, STAGES)


def _share(cells: Places, size: int, plays: int) -> Reals:
    counted: Reals = np.bincount(cells.ravel(), minlength=size).astype(np.float32) / np.float32(plays)
    return counted


def _stand(width: int) -> Places:
    """Where each place of the list stands in the bracket's line, (width,): its region, then as its number is seeded."""
    size = width // 4
    number = np.empty(size, np.intp)
    number[seed_order(size)] = np.arange(size)
    return snake(width) * size + number[np.arange(width) // 4]


def _numbers(width: int) -> Ints:
    """Number of the seed that stands on each place of the bracket's line, (width,)."""
    return np.tile(seed_order(width // 4) + 1, 4)
