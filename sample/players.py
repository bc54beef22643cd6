"""Players: who is on each school's roster in each season, and what they are good at.

A roster has 13 places: five guards, five wings and three bigs. Whoever leaves is followed by a newcomer in the same
place, so that most of a team is back a year later. Nobody changes school.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hoops.games.leagues import League
from sample.people import names
from sample.randomness import Draws
from sample.world import OUTSIDE, World

NOBODY = -1
GUARDS, WINGS, BIGS = 5, 5, 3
ROSTER = GUARDS + WINGS + BIGS
POSITION = np.repeat([0, 1, 2], [GUARDS, WINGS, BIGS])  # of each place: guard, wing, big
ON_COURT = 5
_CAREERS = np.cumsum([0.16, 0.22, 0.22, 0.31])  # shares of careers of 1, 2, 3 and 4 seasons; the others have 5
_EXPERIENCE = 0.4  # standard deviations of ability that a season on the team is worth
# Of the game's time, by rank among the players of a position; who has less than none plays when nobody else can.
_MINUTES = np.array([[0.84, 0.73, 0.36, 0.04, -0.2], [0.83, 0.71, 0.37, 0.08, -0.2], [0.70, 0.28, -0.1, 0.0, 0.0]])

# What guards, wings and bigs do while they are on the court, in proportions.
_DOES: Mapping[str, tuple[float, float, float]] = {
    "rim": (0.8, 1.0, 1.6), "mid": (1.0, 1.0, 0.8), "three": (1.4, 1.15, 0.25), "line": (0.95, 1.0, 1.1),
    "turnover": (1.3, 0.95, 0.9), "assist": (1.9, 0.9, 0.5), "offensive": (0.35, 0.9, 2.0),
    "defensive": (0.7, 1.0, 1.6), "steal": (1.3, 1.0, 0.7), "block": (0.25, 0.7, 2.6), "foul": (0.85, 1.0, 1.35),
}  # fmt: skip
# Shares of their shots that go in.
_HITS: Mapping[str, tuple[float, float, float]] = {
    "rim": (0.55, 0.57, 0.61), "mid": (0.37, 0.37, 0.39), "three": (0.35, 0.345, 0.28), "line": (0.76, 0.72, 0.63),
}  # fmt: skip
SHOTS = tuple(_HITS)


@dataclass(frozen=True)
class Abilities:
    """What the players of a season do, (schools, 13) each; of a school outside Division I they mean nothing.

    minutes: share of a game's time. does: how much of each thing, in proportion to those who are on the court.
    hits: share of each kind of shot that goes in.
    """

    minutes: np.ndarray
    does: Mapping[str, np.ndarray]
    hits: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Players:
    """All players of a league, numbered from 0 in the order in which they came, (p,) each.

    roster: player of each place, or NOBODY, (seasons, schools, 13). school: each player's. joined: season number.
    """

    first: list[str]
    last: list[str]
    school: np.ndarray
    joined: np.ndarray
    roster: np.ndarray
    _talent: np.ndarray  # (p, 1 + kinds of things done + kinds of shots), standard normal

    def abilities(self, season: int) -> Abilities:
        """season: number of the season."""
        roster = self.roster[season]
        talent = self._talent[roster]
        quality = talent[:, :, 0] + _EXPERIENCE * (season - self.joined[roster])
        minutes = np.empty(roster.shape)
        for position in range(len(_MINUTES)):
            places = np.flatnonzero(position == POSITION)
            rank = np.argsort(np.argsort(-quality[:, places], axis=1, kind="stable"), axis=1, kind="stable")
            minutes[:, places] = _MINUTES[position][rank]
        star = np.clip(1 + 0.16 * quality, 0.5, 1.6)
        kinds = talent[:, :, 1:]
        does = {}
        for i, (what, share) in enumerate(_DOES.items()):
            with_the_ball = star if what in (*SHOTS, "assist", "turnover") else 1.0
            does[what] = np.array(share)[POSITION] * np.clip(1 + 0.33 * kinds[:, :, i], 0.15, 2.2) * with_the_ball
        hits = {
            what: np.clip(np.array(share)[POSITION] + 0.045 * kinds[:, :, len(_DOES) + i] + 0.01 * quality, 0.1, 0.93)
            for i, (what, share) in enumerate(_HITS.items())
        }
        return Abilities(minutes, does, hits)


def build_players(seed: int, league: League, world: World) -> Players:
    """The players of a seed; a longer run of seasons only adds to them."""
    roster = np.full((len(world.seasons), len(world.schools), ROSTER), NOBODY)
    left = np.zeros(roster.shape[1:], int)  # seasons that whoever has the place still plays
    first: list[str] = []
    last: list[str] = []
    schools, joined, talents = [], [], []
    for s, season in enumerate(world.seasons):
        inside = (world.membership[s] != OUTSIDE)[:, None]
        stays = inside & (left > 0)
        school, place = np.nonzero(inside & (left == 0))
        draws = Draws(seed, league.value, season, "newcomers")
        draw = draws.uniform(2, len(school))
        career = 1 + np.searchsorted(_CAREERS, draw[0])
        # In the first season the teams are there already: most have some of their career behind them.
        left[school, place] = np.ceil(draw[1] * career).astype(int) if s == 0 else career
        if s:
            roster[s][stays] = roster[s - 1][stays]
        roster[s][school, place] = len(first) + np.arange(len(school))
        left = np.maximum(left - 1, 0)
        new_first, new_last = names(league, len(school), draws)
        first += new_first
        last += new_last
        schools.append(school)
        joined.append(np.full(len(school), s))
        talents.append(draws.normal(len(school), 1 + len(_DOES) + len(_HITS)))
    return Players(
        first, last, np.concatenate(schools), np.concatenate(joined), roster, np.concatenate(talents)
    )  # fmt: skip
