"""True strength of every team on every day: what the forecasts of the project try to find out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hoops.games.leagues import League
from sample.randomness import Draws, normal_quantile
from sample.shape import Play
from sample.world import OUTSIDE, World

DAYS = 156
SCHOOL_CARRY_OVER = 0.78  # autoregression of a school's strength from one season's end to the next one's start
CONFERENCE_CARRY_OVER = 0.95
CONFERENCE_WANDERING = 0.3  # share of the conference spread that comes and goes


@dataclass(frozen=True)
class Strength:
    """True strengths in points; differences are expected margins on neutral ground.

    total: (seasons, DAYS, schools). conference: the conference's part, the same all season, (seasons, schools).
    """

    total: np.ndarray
    conference: np.ndarray

    def before(self, s: int) -> np.ndarray:
        """The school's own part at the end of the season before season number `s` > 0, (schools,)."""
        return self.total[s - 1, -1] - self.conference[s - 1]


def strengths(seed: int, league: League, world: World, play: Play) -> Strength:
    """True strengths of all teams on all days.

    strength = conference (a fixed rank that wanders slowly) + school; the school's part is an AR(1) process over
    seasons and a random walk over the days of a season.
    """
    n, count = len(world.schools), len(world.host)
    rank = normal_quantile((np.arange(count)[::-1] + 0.5) / count) * play.conference_sd
    wandering_sd = CONFERENCE_WANDERING * play.conference_sd
    school, wandering = np.zeros(n), np.zeros(count)
    total, conference = np.empty((len(world.seasons), DAYS, n)), np.empty((len(world.seasons), n))
    for s, season in enumerate(world.seasons):
        draws = Draws(seed, league.value, season, "strength")
        # Drawn for a fixed number of schools: those that join later must not shift the numbers of a season.
        fresh, shift = draws.normal(1000)[:n], draws.normal(count)
        steps = draws.normal(DAYS, 1000)[:, :n] * play.drift_sd
        keep = 0.0 if s == 0 else SCHOOL_CARRY_OVER
        school = keep * school + np.sqrt(1 - keep**2) * play.school_sd * fresh
        keep = 0.0 if s == 0 else CONFERENCE_CARRY_OVER
        wandering = keep * wandering + np.sqrt(1 - keep**2) * wandering_sd * shift
        member = world.membership[s]
        path = school + np.cumsum(steps, axis=0)
        conference[s] = np.where(member == OUTSIDE, 0.0, (rank + wandering)[member])
        total[s] = path + conference[s]
        school = path[-1]
    return Strength(total, conference)
