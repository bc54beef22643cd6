"""The committee: who plays in the tournament, in which order of strength."""

from __future__ import annotations

import numpy as np

from madness.sample.randomness import normal_cdf

ROUNDS_OF_RATING = 60
MARGIN_CAP = 20
SHRINKAGE = 3.0  # games of average opposition that every team is thought to have drawn


def simple_ratings(team1: np.ndarray, team2: np.ndarray, margin: np.ndarray, site: np.ndarray, home: float,
                   teams: int) -> np.ndarray:  # fmt: skip
    """Mean margin, capped and adjusted for site and opponents, (teams,) points: a simple rating system.

    Solved by repetition with a little damping, not by linear algebra, so that every machine gets the same numbers.
    """
    capped = np.clip(margin, -MARGIN_CAP, MARGIN_CAP) - home * site
    both, against = np.concatenate([team1, team2]), np.concatenate([team2, team1])
    gained = np.concatenate([capped, -capped]).astype(float)
    games = np.bincount(both, minlength=teams) + SHRINKAGE
    rating = np.zeros(teams)
    for _ in range(ROUNDS_OF_RATING):
        rating = 0.5 * rating + 0.5 * np.bincount(both, gained + rating[against], minlength=teams) / games
    return rating


def strength_of_record(team1: np.ndarray, team2: np.ndarray, margin: np.ndarray, site: np.ndarray, home: float,
                       sd: float, rating: np.ndarray, bubble: float) -> np.ndarray:  # fmt: skip
    """Wins above what a team of rating `bubble` would have won against the same opponents at the same sites."""
    both, against = np.concatenate([team1, team2]), np.concatenate([team2, team1])
    won = np.concatenate([margin > 0, margin < 0]).astype(float)
    expected = normal_cdf((bubble - rating[against] + home * np.concatenate([site, -site])) / sd)
    return np.bincount(both, won - expected, minlength=len(rating))


def select(
    ratings: np.ndarray, record: np.ndarray, champions: list[int], eligible: np.ndarray, field: int
) -> list[int]:
    """The field, best team first: the conference champions and the best of the others.

    Teams are ordered by strength of record, with a share of the rating, as committees do that look at both.
    """
    worth = record + 0.4 * ratings
    order = sorted(np.flatnonzero(eligible).tolist(), key=lambda team: (-round(float(worth[team]), 9), team))
    others = [team for team in order if team not in champions]
    chosen = set(champions) | set(others[: field - len(champions)])
    return [team for team in order if team in chosen]
