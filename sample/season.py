"""One season of one league, from the first game to the final - or to the day on which the sample stops.

    schedule -> regular season -> conference tournaments -> selection -> NCAA tournament

Every game is played with the true strengths of its own day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from hoops.brackets.tree import FINAL, FINAL_FOUR, REGIONS, Slot, bracket
from hoops.games.leagues import Kind, League
from hoops.selection.seeding import seeded
from sample import brackets, selection
from sample.box import box_scores
from sample.playing import Styles, Truth, play_games, truth
from sample.randomness import Draws
from sample.schedule import Meetings, regular_season, tournament_days
from sample.shape import PLAY, Shape
from sample.world import OUTSIDE, World


@dataclass(frozen=True)
class Played:
    """Games with their results, one row each, in the order of `meetings`; box: (m, 2, 13)."""

    meetings: Meetings
    score1: np.ndarray
    score2: np.ndarray
    num_ot: np.ndarray
    box: np.ndarray

    @property
    def margin(self) -> np.ndarray:
        return self.score1 - self.score2

    @property
    def winner(self) -> np.ndarray:
        return np.where(self.margin > 0, self.meetings.team1, self.meetings.team2)

    def where(self, mask: np.ndarray) -> Played:
        return Played(
            self.meetings.where(mask), self.score1[mask], self.score2[mask], self.num_ot[mask], self.box[mask]
        )


@dataclass
class Season:
    """What a season leaves behind; teams, conferences and cities are numbers of the world.

    fixtures: games after the day on which the season stops. conference_tourney: (conference, day, winner, loser).
    """

    season: int
    played: dict[Kind, list[Played]] = field(default_factory=lambda: {Kind.REGULAR: [], Kind.NCAA: []})
    fixtures: Meetings = field(default_factory=lambda: Meetings.of([]))
    conference_tourney: list[tuple[int, int, int, int]] = field(default_factory=list)
    seeds: dict[str, int] = field(default_factory=dict)
    slots: list[Slot] = field(default_factory=list)

    def meetings(self) -> list[Meetings]:
        """All games, played or to come."""
        return [played.meetings for parts in self.played.values() for played in parts] + [self.fixtures]


class SeasonSimulator:
    """Plays a season.

    strength: (days, schools) true strengths, points.
    """

    def __init__(
        self, seed: int, league: League, season: int, world: World, shape: Shape, strength: np.ndarray
    ) -> None:
        self.seed, self.league, self.world, self.shape = seed, league, world, shape
        self.strength, self.rules = strength, PLAY[league]
        self.member = world.membership[world.seasons.index(season)]
        self.styles = Styles.drawn(Draws(seed, league.value, "styles"), len(world.schools))
        self.out = Season(season)

    def run(self, stop_day: int | None) -> Season:
        meetings = regular_season(self.seed, self.league, self.out.season, self.world, self.shape, self.strength[0])
        regular = self._play(meetings, "regular")
        if stop_day is not None:
            to_come = meetings.day > stop_day
            self.out.played[Kind.REGULAR].append(regular.where(~to_come))
            self.out.fixtures = meetings.where(to_come)
            return self.out
        self.out.played[Kind.REGULAR].append(regular)
        champions = self._conference_tournaments(regular)
        self._select(champions)
        self._ncaa_tournament()
        return self.out

    def truth(self, meetings: Meetings) -> Truth:
        return truth(self._mean(meetings), self.rules)

    def _mean(self, meetings: Meetings) -> np.ndarray:
        """Strength difference on the day plus home court, points for team 1."""
        one, two = (self.strength[meetings.day, team] for team in (meetings.team1, meetings.team2))
        return one - two + self.rules.home * meetings.site

    def _draws(self, purpose: str) -> Draws:
        return Draws(self.seed, self.league.value, self.out.season, purpose)

    def _play(self, meetings: Meetings, purpose: str) -> Played:
        draws = self._draws(purpose)
        scores = play_games(self._mean(meetings), meetings.team1, meetings.team2, self.styles, self.rules, draws)
        box = box_scores(scores, self.rules, draws)
        return Played(meetings, scores.score1, scores.score2, scores.num_ot, box)

    def _conference_tournaments(self, regular: Played) -> list[int]:
        """Plays them, a round of all of them at a time; returns the champions."""
        standing = self._standings(regular)
        alive: dict[int, list[int | None]] = {}
        days: dict[int, range] = {}
        for k in range(len(self.world.host)):
            teams = self.world.members(self.out.season, k).tolist()
            ranked = sorted(teams, key=lambda team: (-standing[team], team))
            days[k] = tournament_days(self.league, k, len(ranked))
            alive[k] = ranked + [None] * (2 ** len(days[k]) - len(ranked))  # byes for the best
        for round_ in range(max(map(len, days.values()))):
            rows = [
                (days[k][round_], strong, weak, True, int(self.world.host[k]))
                for k, entries in alive.items()
                for strong, weak in _pairs(entries)
                if strong is not None and weak is not None
            ]
            played = self._play(Meetings.of(rows), f"conference round {round_}")
            self.out.played[Kind.REGULAR].append(played)
            winner = played.winner
            loser = played.meetings.team1 + played.meetings.team2 - winner
            columns = (self.member[winner], played.meetings.day, winner, loser)
            self.out.conference_tourney += zip(*(column.tolist() for column in columns), strict=True)
            won = set(winner.tolist())
            for k, entries in alive.items():
                left = [strong if weak is None or strong in won else weak for strong, weak in _pairs(entries)]
                alive[k] = left or entries
        return [champion for entries in alive.values() for champion in entries if champion is not None]

    def _standings(self, regular: Played) -> np.ndarray:
        """(schools,) share of conference games won; the margin parts those level."""
        inside = self.member[regular.meetings.team1] == self.member[regular.meetings.team2]
        games, n = regular.where(inside), len(self.member)
        both = np.concatenate([games.meetings.team1, games.meetings.team2])
        margin = np.concatenate([games.margin, -games.margin])
        worth = (margin > 0) + 1e-5 * np.clip(margin, -20, 20)
        return np.bincount(both, worth, minlength=n) / np.maximum(np.bincount(both, minlength=n), 1)

    def _select(self, champions: list[int]) -> None:
        parts = self.out.played[Kind.REGULAR]
        record = selection.Record(
            team1=np.concatenate([played.meetings.team1 for played in parts]),
            team2=np.concatenate([played.meetings.team2 for played in parts]),
            margin=np.concatenate([played.margin for played in parts]),
            site=np.concatenate([played.meetings.site for played in parts]),
            home=self.rules.home,
            margin_sd=self.rules.margin_sd,
        )
        eligible = np.flatnonzero(self.member != OUTSIDE)
        size = self.shape.field_of(self.league, self.out.season)
        order = selection.select(record, champions, eligible, size)
        self.out.seeds = seeded(order, set(champions), self.member.tolist(), self.shape.bracket)
        field = bracket(self.league, self.out.season, self.out.seeds.items())
        self.out.slots = sorted(field.slots, key=lambda slot: (slot.round, slot.name))

    def _ncaa_tournament(self) -> None:
        neutral = self._draws("ncaa cities").shuffled(self.world.neutral.tolist())
        day = brackets.by_day(self.out.slots, self.league)
        holder = dict(self.out.seeds)  # who holds a seed or has won a slot
        for round_ in range(FINAL + 1):
            slots = [slot for slot in self.out.slots if slot.round == round_]
            if slots:
                rows = [(day[slot.name], *self._teams_and_city(slot, holder, neutral)) for slot in slots]
                played = self._play(Meetings.of(rows), f"ncaa round {round_}")
                self.out.played[Kind.NCAA].append(played)
                won = set(played.winner.tolist())
                for slot in slots:
                    holder[slot.name] = next(holder[by] for by in (slot.strong, slot.weak) if holder[by] in won)

    def _teams_and_city(self, slot: Slot, holder: dict[str, int], neutral: Sequence[int]) -> tuple[int, int, bool, int]:
        """(home, away, neutral, city). The women's first two rounds are played at the best seed of four."""
        teams, region = (holder[slot.strong], holder[slot.weak]), brackets.region(slot)
        if self.league is League.WOMEN and slot.round in (1, 2):
            host = holder[f"{region}{brackets.pod(slot):02d}"]
            city = int(self.world.city[host])
            return (*(teams if host != teams[1] else teams[::-1]), host not in teams, city)
        place = 0 if slot.round >= FINAL_FOUR else 1 + REGIONS.index(region) + 4 * slot.round
        return (*teams, True, neutral[place % len(neutral)])


def _pairs(entries: Sequence[int | None]) -> list[tuple[int | None, int | None]]:
    """First against last and so on; nothing when only one is left."""
    half = len(entries) // 2
    return list(zip(entries[:half], reversed(entries[half:]), strict=False))
