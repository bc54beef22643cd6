"""Careers: who graduates, changes school, gives up and arrives in each summer, and what everybody is worth.

The strengths of the schools are there before the players are. So players are drawn as they must have been, given how
strong their schools are:

    of some summers that may happen to a school, one whose squad fits its next strength -> transfers to who needs them
    -> recruits -> worths, a normal distribution given that they add up to the strength

Therefore who is back and who has come tells of a school's next strength what its last one does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hoops.games.leagues import LAST_DAY, League
from sample.people import names
from sample.players import CLASSES, NEVER, NOBODY, ON_COURT, POSITION, ROSTER, TALENTS, Players, minutes_by_rank, shares
from sample.randomness import Draws
from sample.shape import Play
from sample.strength import Strength
from sample.world import OUTSIDE, World

FREE_YEAR = 2021  # whose season did not count for anybody
MOST_SEASONS = 5  # on a roster

# In units: the spread of the schools' strength, spread over the five on the court.
_SPREAD = 1.8  # of players' worth
_GROWTH = 0.45  # a year
_RECRUIT = 1.55  # by which recruits are worse than the average of a squad that is as good as the programme
_UNSURE = {"back": 0.6, "moved": 0.8, "new": 1.6}  # how far off what is expected of players is
PROGRAMME = 0.5  # how much of a school's strength its recruits have

_SUMMERS = 48  # of which one happens
_LEAVES, _LEAVES_BENCH, _LEAVES_FREE = 0.15, 0.28, 0.7  # regulars, others, and seniors who might stay a fifth year
_MOVES, _MOVES_FREE = 0.8, 0.2  # of those who leave with years to go, and of such seniors; the others are gone
_FIT = 1.5  # how far from its strength a squad may be
_NEED = 3.0  # by which a need is uncertain
_REDSHIRTS, _LATE, _HURT = 0.5, 0.15, 0.2  # of last recruits of a position, of schools, of schools
_LATE_DAYS, _HURT_DAYS = (38, 61), (15, 111)
_HEALING = 40  # days over which a strength tells of an injury
_SCOUTS = 0.9  # error of recruits' scores beside the spread of worths


@dataclass
class _Squads:
    """Who has the places of every school, (schools, 13) each."""

    player: np.ndarray
    worth: np.ndarray
    seasons: np.ndarray
    redshirted: np.ndarray

    @classmethod
    def empty(cls, schools: int) -> _Squads:
        shape = (schools, ROSTER)
        return cls(np.full(shape, NOBODY), np.zeros(shape), np.zeros(shape, int), np.zeros(shape, bool))

    def eligible(self, season: int) -> np.ndarray:
        """Who may play on after a season."""
        free = (season - self.seasons < FREE_YEAR) & (season >= FREE_YEAR)
        counted = self.seasons - self.redshirted - free
        return (self.player != NOBODY) & (counted < len(CLASSES)) & (self.seasons < MOST_SEASONS)


@dataclass(frozen=True)
class _Summer:
    """What becomes of the places of a squad, (schools, 13) each. moves: from (school, place), to (school, place)."""

    stays: np.ndarray
    moves: list[tuple[tuple[int, int], tuple[int, int]]]


class _Careers:
    """The players of a league, season by season."""

    def __init__(self, seed: int, league: League, world: World, strength: Strength, play: Play) -> None:
        self.seed, self.league, self.world, self.strength = seed, league, world, strength
        self.per100 = 100 / play.possessions
        self.unit = play.school_sd * self.per100 / ON_COURT
        self.squads = _Squads.empty(len(world.schools))
        self.first: list[str] = []
        self.last: list[str] = []
        self.recruit: list[np.ndarray] = []
        self.talent: list[np.ndarray] = []

    def play(self, s: int) -> dict[str, np.ndarray]:
        """The squads of season number `s`, by the names of `Players`."""
        season, n = self.world.seasons[s], len(self.world.schools)
        draws = self._draws(season)
        inside = self.world.membership[s] != OUTSIDE
        founding = inside & (self.world.membership[s - 1] == OUTSIDE if s else True)
        due = self.strength.total[s, 0] * self.per100
        programme = self.strength.conference[s] + (PROGRAMME * self.strength.before(s) if s else 0.0)
        recruits = (programme * self.per100 / ON_COURT)[:, None] - _RECRUIT * self.unit

        hoped = self.squads.worth + _GROWTH * self.unit
        summer = self._summer(season, hoped, recruits, inside & ~founding, due, draws) if s else None
        mean, sd, new = self._gathered(summer, hoped, inside, draws)
        # Whoever is new: a freshman; or of any class, at a school that is new itself.
        year = (draws("classes").uniform(n, ROSTER) * len(CLASSES)).astype(int)
        squads, older = self.squads, new & founding[:, None]
        squads.seasons = np.where(older, 1 + year, squads.seasons)
        level = np.where(founding[:, None], (due / ON_COURT)[:, None] - _RECRUIT * self.unit, recruits)
        mean = np.where(new, level + np.where(older, _GROWTH * self.unit * year, 0.0), mean)

        drawn = mean + sd * draws("worths").normal(n, ROSTER)
        from_day = self._late(new & ~older, inside, draws)
        fresh = new & ~older & (from_day == 0)
        sits_out = self._sits_out(drawn, fresh, draws)
        squads.redshirted |= sits_out
        from_day[sits_out] = NEVER
        worth = _adding_up(drawn, sd, from_day == 0, due)
        squads.worth = np.where(squads.player == NOBODY, 0.0, worth)
        to_day = self._hurt(s, from_day, inside, draws)
        self._christen(new, year * older, draws)
        out = {
            "roster": squads.player.copy(), "worth": squads.worth, "seasons": squads.seasons.copy(),
            "redshirted": squads.redshirted.copy(), "from_day": from_day, "to_day": to_day,
        }  # fmt: skip
        # What the season makes of the team, it makes of those who play.
        played = shares(squads.worth, from_day == 0)
        gained = (self.strength.total[s, -1] - self.strength.total[s, 0]) * self.per100
        gain = played * (gained / (played * played).sum(axis=1))[:, None]
        out["rating"] = squads.worth + gain / 2
        squads.worth = squads.worth + gain
        return out

    def _draws(self, season: int) -> Callable[[str], Draws]:
        """A stream for each purpose: schools that join later must not shift the numbers of a season."""
        return lambda purpose: Draws(self.seed, self.league.value, season, "careers", purpose)

    def _summer(self, season: int, hoped: np.ndarray, recruits: np.ndarray, goes_on: np.ndarray, due: np.ndarray,
                draws: Callable[[str], Draws]) -> _Summer:  # fmt: skip
        """What happens before a season. goes_on: schools that play on, (schools,). due: their strengths to come."""
        squads, n = self.squads, len(due)
        eligible = squads.eligible(season - 1)
        regular = minutes_by_rank(squads.worth, squads.player != NOBODY) > 0.2
        leaves = np.where(regular, _LEAVES, _LEAVES_BENCH)
        seniors = squads.seasons - squads.redshirted >= len(CLASSES)
        leaves = np.where(seniors, _LEAVES_FREE, leaves)
        may_stay = eligible & goes_on[:, None]
        stays = may_stay[:, None] & (draws("leavers").uniform(n, _SUMMERS, ROSTER) > leaves[:, None])
        worth = np.where(stays, hoped[:, None], recruits[:, None])
        gap = due[:, None] - (shares(worth, np.ones(stays.shape, bool)) * worth).sum(axis=2)
        chosen = _fitting(gap / (_FIT * self.unit), draws("summers").uniform(n))
        schools = np.arange(n)
        stays, gap = stays[schools, chosen], gap[schools, chosen]
        moves = eligible & ~stays & (draws("movers").uniform(n, ROSTER) < np.where(seniors, _MOVES_FREE, _MOVES))
        need = gap / self.unit + _NEED * draws("needs").normal(n, 3).T
        return _Summer(stays, self._moves(moves, goes_on[:, None] & ~stays, hoped, need, recruits[:, 0], draws))

    def _moves(self, moves: np.ndarray, vacant: np.ndarray, hoped: np.ndarray, need: np.ndarray, level: np.ndarray,
               draws: Callable[[str], Draws]) -> list[tuple[tuple[int, int], tuple[int, int]]]:  # fmt: skip
        """Where transfers go: the best to the schools that are good or need them most, one a school and position."""
        taste = draws("tastes").normal(*moves.shape)
        out = []
        for position in range(3):
            here = position == POSITION
            movers = [(k, p) for k, p in zip(*map(np.ndarray.tolist, np.nonzero(moves & here)), strict=True)]
            movers.sort(key=lambda place: -float(hoped[place] + 0.3 * self.unit * taste[place]))
            places = np.argmax(vacant & here, axis=1)
            wish = need[position] + level / self.unit
            schools = np.flatnonzero((vacant & here).any(axis=1))
            schools = schools[np.argsort(-need[position][schools], kind="stable")][: len(movers)]
            for school in schools[np.argsort(-wish[schools], kind="stable")].tolist():
                mover = next((mover for mover in movers if mover[0] != school), None)
                if mover is not None:
                    movers.remove(mover)
                    out.append((mover, (school, int(places[school]))))
        return out

    def _gathered(self, summer: _Summer | None, hoped: np.ndarray, inside: np.ndarray,
                  draws: Callable[[str], Draws]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
        """Fill the places: what is expected of whoever has them, how far off that may be, and who is new."""
        before, n = self.squads, len(inside)
        squads = _Squads.empty(n)
        mean, sd = np.zeros((n, ROSTER)), np.full((n, ROSTER), _UNSURE["new"] * self.unit)
        if summer is not None:
            for there, here in [*(((k, p), (k, p)) for k, p in zip(*np.nonzero(summer.stays), strict=True)),
                                *summer.moves]:  # fmt: skip
                squads.player[here] = before.player[there]
                squads.seasons[here] = before.seasons[there] + 1
                squads.redshirted[here] = before.redshirted[there]
                mean[here] = hoped[there]
                sd[here] = _UNSURE["back" if there == here else "moved"] * self.unit
        new = inside[:, None] & (squads.player == NOBODY)
        squads.player[new] = len(self.first) + np.arange(new.sum())
        squads.seasons[new] = 1
        self.squads = squads
        return mean, sd, new

    def _late(self, fresh: np.ndarray, inside: np.ndarray, draws: Callable[[str], Draws]) -> np.ndarray:
        """The day from which each player is there: a few guards and wings come when the autumn term is over."""
        draw = draws("late").uniform(len(inside), 2)
        order = draws("late places").uniform(*fresh.shape) * (fresh & (POSITION < 2))
        place = np.argmax(order, axis=1)
        schools = np.flatnonzero(inside & (draw[:, 0] < _LATE) & (order.max(axis=1) > 0))
        from_day = np.zeros(fresh.shape, int)
        low, high = _LATE_DAYS
        from_day[schools, place[schools]] = low + (draw[schools, 1] * (high - low)).astype(int)
        return from_day

    def _sits_out(self, worth: np.ndarray, fresh: np.ndarray, draws: Callable[[str], Draws]) -> np.ndarray:
        """Freshmen who would be the last guard or wing, and rather keep the year."""
        last = np.zeros(fresh.shape, bool)
        for position in (0, 1):
            places = np.flatnonzero(position == POSITION)
            last[np.arange(len(last)), places[np.argmin(worth[:, places], axis=1)]] = True
        return last & fresh & (draws("redshirts").uniform(*fresh.shape) < _REDSHIRTS)

    def _hurt(self, s: int, from_day: np.ndarray, inside: np.ndarray, draws: Callable[[str], Draws]) -> np.ndarray:
        """The last day of each player: a few are hurt for the season, most of them where the strength falls after."""
        worth, n = self.squads.worth, len(inside)
        draw, schools = draws("hurt").uniform(n, 3), np.arange(n)
        there = from_day == 0
        played = shares(worth, there)
        place = (np.cumsum(played, axis=1) < draw[:, :1] * ON_COURT).sum(axis=1).clip(0, ROSTER - 1)
        low, high = _HURT_DAYS
        day = low + (draw[:, 1] * (high - low)).astype(int)
        left = there.copy()
        left[schools, place] = False
        lost = ((shares(worth, left) - played) * worth).sum(axis=1)
        path = self.strength.total[s]
        change = (path[day + _HEALING, schools] - path[day, schools]) * self.per100
        chance = _HURT * _kernel((change - lost) / self.unit) / _kernel(change / self.unit)
        to_day = np.full(from_day.shape, LAST_DAY)
        happens = inside & (draw[:, 2] < chance) & (played[schools, place] > 0)
        to_day[schools[happens], place[happens]] = day[happens]
        return to_day

    def _christen(self, new: np.ndarray, year: np.ndarray, draws: Callable[[str], Draws]) -> None:
        """Names, talents and scouts' scores of who is new, in the order of their numbers."""
        count = int(new.sum())
        first, last = names(self.league, count, draws("names"))
        self.first += first
        self.last += last
        self.talent.append(draws("talents").normal(count, TALENTS))
        spread = _SPREAD * self.unit
        seen = (self.squads.worth - _GROWTH * self.unit * year)[new] / spread + _RECRUIT / _SPREAD
        score = np.minimum(55 + 16 * (seen + _SCOUTS * draws("scouts").normal(count)), 100.0)
        self.recruit.append(np.where(score < 60, np.nan, score))


def build_players(seed: int, league: League, world: World, strength: Strength, play: Play) -> Players:
    """The players of a seed; a longer run of seasons only adds to them."""
    careers = _Careers(seed, league, world, strength, play)
    squads = [careers.play(s) for s in range(len(world.seasons))]
    by_season = {name: np.stack([squad[name] for squad in squads]) for name in squads[0]}
    school = np.zeros(len(careers.first), int)
    for roster in by_season["roster"]:
        at, _ = there = np.nonzero(roster != NOBODY)
        school[roster[there]] = at
    return Players(
        first=careers.first, last=careers.last, recruit=np.concatenate(careers.recruit), school=school,
        spread=_SPREAD * careers.unit, talent=np.concatenate(careers.talent), **by_season,
    )  # fmt: skip


def _kernel(distance: np.ndarray) -> np.ndarray:
    """How well something fits, 1 at 0: plain arithmetic, the same everywhere."""
    near = 1 + distance * distance / 4
    return 1 / (near * near * near)


def _fitting(distance: np.ndarray, draw: np.ndarray) -> np.ndarray:
    """One of the candidates of each row, by how well they fit. distance: (n, candidates). draw: (n,) uniform."""
    bounds = np.cumsum(_kernel(distance), axis=1)
    return (bounds[:, :-1] < (draw * bounds[:, -1])[:, None]).sum(axis=1)


def _adding_up(drawn: np.ndarray, sd: np.ndarray, there: np.ndarray, due: np.ndarray) -> np.ndarray:
    """Worths given that those who are there add up, by their shares of the time, to what is due.

    A normal distribution given a sum: who plays more, and of whom less is known, takes more of what is lacking. A rest
    remains because others play then; all share it.
    """
    share = shares(drawn, there)
    reach = share * sd * sd
    lacking = due - (share * drawn).sum(axis=1)
    worth = drawn + reach * (lacking / (reach * share).sum(axis=1))[:, None]
    lacking = due - (shares(worth, there) * worth).sum(axis=1)
    return worth + lacking[:, None] / ON_COURT
