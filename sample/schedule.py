"""The regular season: who meets whom, when and where.

Days count from the season's day zero, a Monday. November and December belong to games outside the conference, one at
most in each half of a week; then conferences play a double round robin that ends before their tournament.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hoops.games.leagues import League
from sample.randomness import Draws
from sample.shape import Shape
from sample.world import World

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)
CHRISTMAS = range(48, 55)
NONCONFERENCE_WEEKS = 7
THANKSGIVING = range(21, 28)

# Weekdays of conference games, dealt to the conferences in turn. Two days lie between them, so that a game moved to
# the day after never meets the next one.
_WEEKDAYS = {
    League.MEN: ((WEDNESDAY, SATURDAY), (TUESDAY, SATURDAY), (WEDNESDAY, SATURDAY), (THURSDAY, SATURDAY)),
    League.WOMEN: ((THURSDAY, SUNDAY), (THURSDAY, SUNDAY), (WEDNESDAY, SATURDAY)),
}
# Days of the conference finals, strongest conference first; the women's strong conferences finish a week early.
_FINALS = {
    League.MEN: (131, 132, 131, 132, 131, 132, 131, 127, 126, 128, 131, 126, 127, 125),
    League.WOMEN: (125, 125, 125, 125, 125, 132, 131, 131, 128, 130, 127, 131, 126, 132),
}


@dataclass(frozen=True)
class Meetings:
    """Games that are not played yet, one row each; teams are school numbers, team1 the lower one.

    site: +1 at team1's home, 0 neutral, -1 at team2's home.
    """

    day: np.ndarray
    team1: np.ndarray
    team2: np.ndarray
    site: np.ndarray
    city: np.ndarray

    @classmethod
    def of(cls, rows: list[tuple[int, int, int, bool, int]]) -> Meetings:
        """From (day, home, away, neutral, city); sorted by day and teams."""
        day, home, away, neutral, city = np.array(sorted(rows), dtype=np.int64).reshape(-1, 5).T
        site = np.where(neutral == 1, 0, np.where(home < away, 1, -1))
        return cls(day, np.minimum(home, away), np.maximum(home, away), site, city)

    def where(self, mask: np.ndarray) -> Meetings:
        return Meetings(self.day[mask], self.team1[mask], self.team2[mask], self.site[mask], self.city[mask])


def tournament_days(league: League, conference: int, teams: int) -> range:
    """Days of a conference's tournament: one a round, the last one fixed."""
    rounds = int(np.ceil(np.log2(teams)))
    final = _FINALS[league][conference]
    return range(final - rounds + 1, final + 1)


def _round_robin(teams: list[int]) -> list[list[tuple[int, int]]]:
    """Rounds of (home, away) in which everyone meets everyone once (circle method); an odd team out rests."""
    ring: list[int | None] = [*teams, None] if len(teams) % 2 else list(teams)
    n, rounds = len(ring), []
    for r in range(n - 1):
        games = []
        for i in range(n // 2):
            a, b = ring[i], ring[n - 1 - i]
            if a is not None and b is not None:
                games.append((a, b) if (r if i == 0 else i) % 2 else (b, a))
        rounds.append(games)
        ring = [ring[0], ring[-1], *ring[1:-1]]
    return rounds


def _conference_days(league: League, conference: int, rounds: int, teams: int) -> list[int]:
    weekdays = _WEEKDAYS[league][conference % len(_WEEKDAYS[league])]
    last = tournament_days(league, conference, teams)[0] - 2
    days = [day for day in range(last, 24, -1) if day % 7 in weekdays and day not in CHRISTMAS]
    return sorted(days[:rounds])


def _conference_games(
    league: League, conference: int, teams: list[int], world: World, draws: Draws
) -> list[tuple[int, int, int, bool, int]]:
    first_leg = _round_robin(draws.shuffled(teams))
    second_leg = [[(away, home) for home, away in games] for games in first_leg]
    rounds = first_leg + second_leg[1:] + second_leg[:1]
    games = []
    for day, pairs in zip(_conference_days(league, conference, len(rounds), len(teams)), rounds, strict=True):
        moved = draws.uniform(len(pairs)) < 0.15
        games += [
            (day + int(late), home, away, False, int(world.city[home]))
            for (home, away), late in zip(pairs, moved, strict=True)
        ]
    return games


def _windows() -> list[range]:
    """Halves of weeks, Monday to Wednesday and Thursday to Sunday."""
    weeks = range(0, 7 * NONCONFERENCE_WEEKS, 7)
    halves = [half for w in weeks for half in (range(w, w + THURSDAY), range(w + THURSDAY, w + 7))]
    return [range(half.start, min(half.stop, CHRISTMAS.start)) for half in halves]


class _Nonconference:
    """Fills the windows one after the other, never the same two teams twice."""

    def __init__(self, conference: dict[int, int], strength: np.ndarray, need: dict[int, int],
                 busy: dict[int, set[int]], world: World, draws: Draws) -> None:  # fmt: skip
        self.conference, self.strength, self.need, self.busy = conference, strength, need, busy
        self.world, self.draws = world, draws
        self.spread = float(strength[list(conference)].std())
        self.met: set[tuple[int, int]] = set()
        self.hosted = dict.fromkeys(conference, 0)
        self.games: list[tuple[int, int, int, bool, int]] = []

    def fill(self, window: range, windows_left: int) -> None:
        free = [team for team in self.conference if self.need[team] > 0 and self.busy[team].isdisjoint(window)]
        lots = self.draws.uniform(len(free))
        playing = [t for t, lot in zip(free, lots, strict=True) if lot < self.need[t] / windows_left]
        # Guarantee games: the strong pay the weak to come. Otherwise teams look for opponents of their own level.
        guarantee = self.draws.chance(0.5)
        noise = self.draws.normal(len(playing)) * (0.3 if guarantee else 0.5) * self.spread
        noisy = {team: self.strength[team] + z for team, z in zip(playing, noise, strict=True)}
        order = sorted(playing, key=lambda team: -noisy[team])
        if guarantee:
            half = (len(order) + 1) // 2
            strong, weak = order[:half], self.draws.shuffled(order[half:])
            for team in strong:
                self._pair(team, weak, window, guarantee)
        else:
            while len(order) > 1:
                self._pair(order.pop(0), order, window, guarantee)

    def _pair(self, team: int, others: list[int], window: range, guarantee: bool) -> None:
        for other in others:
            pair = (min(team, other), max(team, other))
            if self.conference[team] != self.conference[other] and pair not in self.met:
                others.remove(other)
                self.met.add(pair)
                self._play(team, other, window, guarantee)
                return

    def _play(self, team: int, other: int, window: range, guarantee: bool) -> None:
        on_day, at_home, on_neutral, in_city = self.draws.uniform(4)
        busy = self.busy[team] | self.busy[other]
        rested = [day for day in window if busy.isdisjoint((day - 1, day, day + 1))] or list(window)
        day = rested[int(on_day * len(rested))]
        neutral = bool(on_neutral < (0.45 if day in THANKSGIVING else 0.03 if guarantee else 0.15))
        if guarantee:
            home = team if at_home < 0.88 else other
        else:
            home = min((team, other), key=lambda t: (self.hosted[t], (t == other) == (at_home < 0.5)))
        away = other if home == team else team
        city = self.world.city[home]
        if neutral:
            city = self.world.neutral[int(in_city * len(self.world.neutral))]
        else:
            self.hosted[home] += 1
        for t in (team, other):
            self.need[t] -= 1
            self.busy[t].add(day)
        self.games.append((day, home, away, neutral, int(city)))


def regular_season(
    seed: int, league: League, season: int, world: World, shape: Shape, strength: np.ndarray
) -> Meetings:
    """A season's games before the conference tournaments.

    strength: (schools,) what is thought of the teams before the season; decides who invites whom.
    """
    conference, busy, need = {}, {}, {}
    games: list[tuple[int, int, int, bool, int]] = []
    for k in range(len(world.host)):
        teams = world.members(season, k).tolist()
        inside = _conference_games(league, k, teams, world, Draws(seed, league.value, season, "conference", k))
        games += inside
        for team in teams:
            days = {day for day, home, away, _, _ in inside if team in (home, away)}
            conference[team], busy[team], need[team] = k, days, max(shape.games - len(days), 0)
    outside = _Nonconference(conference, strength, need, busy, world, Draws(seed, league.value, season, "outside"))
    windows = _windows()
    for w, window in enumerate(windows):
        outside.fill(window, len(windows) - w)
    return Meetings.of(games + outside.games)
