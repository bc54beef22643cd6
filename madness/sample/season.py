"""One season of one league, from the first game to the final - or to the day on which the sample stops.

schedule -> regular season -> conference tournaments -> selection -> NCAA tournament
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hoops.leagues import Kind, League
from madness.sample import brackets, selection
from madness.sample.box import box_scores
from madness.sample.playing import Styles, play_games, truth
from madness.sample.randomness import Draws
from madness.sample.schedule import Meetings, regular_season, tournament_days
from madness.sample.shape import PLAY, Shape
from madness.sample.world import OUTSIDE, World


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
    """What a season leaves behind; numbers of teams, conferences and cities are those of the world."""

    season: int
    played: dict[Kind, list[Played]] = field(default_factory=lambda: {Kind.REGULAR: [], Kind.NCAA: []})
    fixtures: Meetings | None = None
    # (conference, day, winner, loser) of conference tournaments
    conference_tourney: list[tuple[int, int, int, int]] = field(default_factory=list)
    seeds: dict[str, int] = field(default_factory=dict)
    slots: list[brackets.Slot] = field(default_factory=list)


class SeasonSimulator:
    """Plays a season; every game uses the true strengths of its own day."""

    def __init__(
        self, seed: int, league: League, season: int, world: World, shape: Shape, strength: np.ndarray
    ) -> None:
        self.seed, self.league, self.season, self.world, self.shape = seed, league, season, world, shape
        self.strength, self.rules = strength, PLAY[league]
        self.styles = Styles.drawn(Draws(seed, league.value, "styles"), len(world.schools))
        self.out = Season(season)

    def run(self, stop_day: int | None) -> Season:
        meetings, conference_game = regular_season(
            self.seed, self.league, self.season, self.world, self.shape, self.strength[0]
        )
        regular = self._play(meetings, "regular")
        if stop_day is not None:
            to_come = meetings.day > stop_day
            self.out.played[Kind.REGULAR].append(regular.where(~to_come))
            self.out.fixtures = meetings.where(to_come)
            return self.out
        self.out.played[Kind.REGULAR].append(regular)
        champions = self._conference_tournaments(regular, conference_game)
        self._ncaa_tournament(champions)
        return self.out

    def mean(self, meetings: Meetings) -> np.ndarray:
        """Strength difference on the day plus home court, points for team 1."""
        one, two = (self.strength[meetings.day, team] for team in (meetings.team1, meetings.team2))
        return one - two + self.rules.home * meetings.site

    def _play(self, meetings: Meetings, purpose: str) -> Played:
        draws = Draws(self.seed, self.league.value, self.season, purpose)
        scores = play_games(self.mean(meetings), meetings.team1, meetings.team2, self.styles, self.rules, draws)
        box = box_scores(scores, self.rules, draws)
        return Played(meetings, scores.score1, scores.score2, scores.num_ot, box)

    def _conference_tournaments(self, regular: Played, conference_game: np.ndarray) -> list[int]:
        standings = self._standings(regular.where(conference_game))
        fields, days = {}, {}
        for k in range(len(self.world.host)):
            teams = self.world.members(self.season, k).tolist()
            ranked = sorted(teams, key=lambda team: (-standings[team], team))
            size = 1 << (len(ranked) - 1).bit_length()
            fields[k] = ranked + [None] * (size - len(ranked))  # the best get byes
            days[k] = tournament_days(self.league, k, len(ranked))
        for round_ in range(max(len(d) for d in days.values())):
            rows, of = [], []
            for k, entries in fields.items():
                half = len(entries) // 2
                for strong, weak in zip(entries[:half], entries[: half - 1 : -1], strict=True):
                    if strong is not None and weak is not None:
                        rows.append((days[k][round_], strong, weak, True, int(self.world.host[k])))
                        of.append(k)
            played = self._play(Meetings.of(rows), f"conference round {round_}")
            self.out.played[Kind.REGULAR].append(played)
            won = set(played.winner.tolist())
            conference = dict(zip([(day, min(a, b)) for day, a, b, _, _ in rows], of, strict=True))
            for day, one, two in zip(
                *(played.meetings.__dict__[c].tolist() for c in ("day", "team1", "team2")), strict=True
            ):
                pair = (one, two) if one in won else (two, one)
                self.out.conference_tourney.append((conference[day, one], day, *pair))
            for k, entries in fields.items():
                half = len(entries) // 2
                if half:
                    pairs = zip(entries[:half], entries[: half - 1 : -1], strict=True)
                    fields[k] = [strong if weak is None or strong in won else weak for strong, weak in pairs]
        return [entries[0] for entries in fields.values()]

    def _standings(self, games: Played) -> np.ndarray:
        """Share of conference games won, with the margin to part those level."""
        n = len(self.world.schools)
        meetings = games.meetings
        both = np.concatenate([meetings.team1, meetings.team2])
        margin = np.concatenate([games.margin, -games.margin])
        count = np.maximum(np.bincount(both, minlength=n), 1)
        return np.bincount(both, (margin > 0) + 1e-5 * np.clip(margin, -20, 20), minlength=n) / count

    def _ncaa_tournament(self, champions: list[int]) -> None:
        field_size = self.shape.field_of(self.league, self.season)
        season, n, rules = self.out.played[Kind.REGULAR], len(self.world.schools), self.rules
        team1, team2, site = (
            np.concatenate([getattr(played.meetings, column) for played in season])
            for column in ("team1", "team2", "site")
        )
        margin = np.concatenate([played.margin for played in season])
        rating = selection.simple_ratings(team1, team2, margin, site, rules.home, n)
        member = self.world.membership[self.world.seasons.index(self.season)]
        eligible = member != OUTSIDE
        bubble = float(np.sort(rating[eligible])[-field_size])
        record = selection.strength_of_record(team1, team2, margin, site, rules.home, rules.margin_sd, rating, bubble)
        order = selection.select(rating, record, champions, eligible, field_size)
        bracket = self.shape.bracket
        seeds = brackets.seeded(order, set(champions), member.tolist(), bracket)
        self.out.seeds = seeds
        self.out.slots = brackets.slots(bracket, sorted({seed[:3] for seed in seeds if len(seed) > 3}))
        self._play_bracket(dict(seeds))

    def _play_bracket(self, holder: dict[str, int]) -> None:
        """Plays the slots round by round; `holder` says which team holds a seed or has won a slot."""
        neutral = Draws(self.seed, self.league.value, self.season, "ncaa cities").shuffled(self.world.neutral.tolist())
        hosts = dict(self.out.seeds)
        for round_ in range(brackets.FINAL + 1):
            games = [slot for slot in self.out.slots if slot.round == round_]
            if not games:
                continue
            rows = []
            for slot in games:
                teams = holder[slot.strong], holder[slot.weak]
                day = brackets.ROUND_DAYS[self.league][round_][slot.half]
                host = self._host(slot, hosts)
                if host is None:
                    city = neutral[("WXYZ".find(slot.region[:1]) + 4 * min(round_, 4)) % len(neutral)]
                    rows.append((day, *teams, True, city))
                else:
                    home = host if host in teams else min(teams)
                    away = teams[1] if home == teams[0] else teams[0]
                    rows.append((day, home, away, host not in teams, int(self.world.city[host])))
            played = self._play(Meetings.of(rows), f"ncaa round {round_}")
            self.out.played[Kind.NCAA].append(played)
            won = set(played.winner.tolist())
            for slot in games:
                holder[slot.name] = holder[slot.strong] if holder[slot.strong] in won else holder[slot.weak]

    def _host(self, slot: brackets.Slot, seeds: dict[str, int]) -> int | None:
        """The women's first two rounds are played at the pod's best seed."""
        if self.league is League.MEN or slot.round not in (1, 2):
            return None
        number = int(slot.name[-1])
        best = min(number, 9 - number) if slot.round == 1 else number
        return seeds[f"{slot.region}{best:02d}"]

    def truth(self, meetings: Meetings) -> tuple[np.ndarray, np.ndarray]:
        """(win probability, mean margin) of team 1."""
        what = truth(self.mean(meetings), self.rules)
        return what.probability, what.margin
