"""Players: who is on each school's roster in each season, what they are worth, and what they are good at.

A roster has 13 places: five guards, five wings and three bigs. Who has them is told by `sample.careers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

NOBODY = -1
GUARDS, WINGS, BIGS = 5, 5, 3
ROSTER = GUARDS + WINGS + BIGS
POSITION = np.repeat([0, 1, 2], [GUARDS, WINGS, BIGS])  # of each place: guard, wing, big
ON_COURT = 5
CLASSES = ("Fr", "So", "Jr", "Sr")
NEVER = 999  # the day from which somebody is there who sits out the season
ABSENT = -9.0  # share of the time of somebody who is not there
# Of the game's time, by rank among the players of a position; who has less than none plays when nobody else can.
_MINUTES = np.array([[0.84, 0.73, 0.37, 0.06, -0.2], [0.83, 0.71, 0.38, 0.08, -0.2], [0.70, 0.30, -0.1, 0.0, 0.0]])

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
# By how much somebody one standard deviation better than his team mates does more of it.
_STAR = {**dict.fromkeys((*SHOTS, "assist"), 0.16), "turnover": 0.08,
         **dict.fromkeys(("offensive", "defensive", "steal", "block"), 0.08), "foul": -0.04}  # fmt: skip
TALENTS = len(_DOES) + len(_HITS)  # what players are good at, one by one


@dataclass(frozen=True)
class Abilities:
    """What the players of a season do, (schools, 13) each; of a school outside Division I they mean nothing.

    does: how much of each thing, in proportion to those who are on the court. hits: share of each kind of shot that
    goes in.
    """

    does: Mapping[str, np.ndarray]
    hits: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Players:
    """All players of a league, numbered from 0 in the order in which they came.

    first, last: names, (p,). recruit: what scouts thought of them when they came, 0-100, or NaN, (p,).
    school: the last one of each, (p,). Of each place, (seasons, schools, 13) each:
    roster: its player, or NOBODY. worth: points per 100 possessions above the average player, at the season's start:
    by their shares of the time they add up to the team's strength. rating: the season's mean of it. seasons: how many
    he has been on a roster, this one included. redshirted: whether he has sat one out. from_day, to_day: when he is
    there. spread: standard deviation of worth among players, points.
    """

    first: list[str]
    last: list[str]
    recruit: np.ndarray
    school: np.ndarray
    roster: np.ndarray
    worth: np.ndarray
    rating: np.ndarray
    seasons: np.ndarray
    redshirted: np.ndarray
    from_day: np.ndarray
    to_day: np.ndarray
    spread: float
    talent: np.ndarray  # (p, TALENTS), standard normal

    def minutes(self, season: int, teams: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Share of the time of each player in games, ABSENT where he is not there, (m, 2, 13).

        season: number of the season. teams: (m, 2). day: (m,).
        """
        when = day[:, None, None]
        there = (self.from_day[season][teams] <= when) & (when <= self.to_day[season][teams])
        return minutes_by_rank(self.worth[season][teams], there)

    def classes(self, season: int) -> np.ndarray:
        """Number of each player's class in CLASSES, (schools, 13). Who sits a season out stays what he was."""
        return np.clip(self.seasons[season] - self.redshirted[season] - 1, 0, len(CLASSES) - 1)

    def abilities(self, season: int) -> Abilities:
        """season: number of the season."""
        talent = self.talent[self.roster[season]]
        worth = self.worth[season]
        star = np.clip((worth - worth.mean(axis=1, keepdims=True)) / self.spread, -3.0, 3.0)
        does = {
            what: np.array(share)[POSITION]
            * np.clip(1 + 0.33 * talent[:, :, i], 0.15, 2.2)
            * np.clip(1 + _STAR[what] * star, 0.5, 1.6)
            for i, (what, share) in enumerate(_DOES.items())
        }
        hits = {
            what: np.clip(np.array(share)[POSITION] + 0.045 * talent[:, :, len(_DOES) + i] + 0.01 * star, 0.1, 0.93)
            for i, (what, share) in enumerate(_HITS.items())
        }
        return Abilities(does, hits)


def minutes_by_rank(worth: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Share of the time of each place, (..., 13): the better of a position play more. ABSENT where nobody is there."""
    minutes = np.empty(worth.shape)
    order = np.where(there, -worth, np.inf)
    for position, shares in enumerate(_MINUTES):
        places = np.flatnonzero(position == POSITION)
        rank = np.argsort(np.argsort(order[..., places], axis=-1, kind="stable"), axis=-1, kind="stable")
        minutes[..., places] = shares[rank]
    return np.where(there, minutes, ABSENT)


def shares(worth: np.ndarray, there: np.ndarray) -> np.ndarray:
    """What share of the time a squad's players are on the court, at least 0 and five in all, (..., 13)."""
    played = np.maximum(minutes_by_rank(worth, there), 0.0)
    return played * (ON_COURT / played.sum(axis=-1, keepdims=True))
