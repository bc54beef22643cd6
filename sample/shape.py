"""What a sample league is like: its size, and the constants of its game."""

from __future__ import annotations

from dataclasses import dataclass

from hoops.games.leagues import SELECTION_SUNDAY, League
from sample.names import CONFERENCES

STOP_DAY = 100  # mid-February: where the last season stands
SMALLEST_CONFERENCE, LARGEST_CONFERENCE = 7, 12
FIRST_FOUR_OF_WOMEN = 2022  # before it, the women's tournament has no play-ins


@dataclass(frozen=True)
class Shape:
    """The size of a league.

    conference_sizes: teams of each conference in the first season, strongest conference first.
    games: regular-season games a team aims at, its conference tournament apart.
    field: teams in the NCAA tournament: 8, 16, 32 or 64 and up to four more, who meet in play-ins.
    """

    conference_sizes: tuple[int, ...]
    games: int
    field: int

    def __post_init__(self) -> None:
        if not 1 <= len(self.conference_sizes) <= len(CONFERENCES):
            raise ValueError(f"conference_sizes: {len(self.conference_sizes)} given, allowed 1 to {len(CONFERENCES)}")
        for size in self.conference_sizes:
            if not SMALLEST_CONFERENCE < size <= LARGEST_CONFERENCE:
                raise ValueError(f"conference_sizes: {size}, allowed {SMALLEST_CONFERENCE + 1} to {LARGEST_CONFERENCE}")
        if not any(main <= self.field <= main + 4 for main in (8, 16, 32, 64)):
            raise ValueError(f"field: {self.field}, allowed 8, 16, 32 or 64 and up to 4 more")
        if self.field > self.teams * 2 // 3:
            raise ValueError(f"field: {self.field} is too large for {self.teams} teams")

    @property
    def teams(self) -> int:
        return sum(self.conference_sizes)

    @property
    def bracket(self) -> int:
        """Teams left when the play-ins are played."""
        return max(main for main in (8, 16, 32, 64) if main <= self.field)

    def field_of(self, league: League, season: int) -> int:
        return self.bracket if league is League.WOMEN and season < FIRST_FOUR_OF_WOMEN else self.field


FULL = Shape((12, 12, 12, 10, 10, 10, 10, 10, 10, 10, 10, 10, 9, 9), games=29, field=68)
SMALL = Shape((8, 8, 8), games=20, field=10)


@dataclass(frozen=True)
class Play:
    """Constants of a league's game, set by eye to look like Division I of the 2010s and 2020s.

    Points unless said otherwise. margin_sd is the spread of the regulation margin around the difference of the
    strengths; a regulation margin of one or two becomes a tie with probability `late_tie`, because trailing teams
    play for overtime.
    """

    margin_sd: float
    home: float
    conference_sd: float
    school_sd: float
    drift_sd: float  # of a team's strength, a day
    possessions: float  # a team and game
    points_per_possession: float
    turnovers: float
    steals_per_turnover: float
    offensive_rebounds: float  # share of a team's misses
    free_throws: float  # share of a team's points
    threes: float  # three-pointers made a point
    free_throw_accuracy: float
    late_tie: float = 0.18


PLAY = {
    League.MEN: Play(
        margin_sd=10.4, home=3.1, conference_sd=5.8, school_sd=5.4, drift_sd=0.2,
        possessions=69.2, points_per_possession=1.025, turnovers=12.6, steals_per_turnover=0.49,
        offensive_rebounds=0.285, free_throws=0.192, threes=0.102, free_throw_accuracy=0.71,
    ),
    League.WOMEN: Play(
        margin_sd=11.0, home=3.3, conference_sd=6.6, school_sd=8.0, drift_sd=0.24,
        possessions=71.0, points_per_possession=0.912, turnovers=15.7, steals_per_turnover=0.49,
        offensive_rebounds=0.315, free_throws=0.183, threes=0.09, free_throw_accuracy=0.70,
    ),
}  # fmt: skip


def check_stop_day(stop_day: int | None) -> None:
    if stop_day is not None and not 0 <= stop_day <= SELECTION_SUNDAY:
        raise ValueError(f"stop_day: {stop_day}, allowed 0 to {SELECTION_SUNDAY}, or None for a complete last season")
