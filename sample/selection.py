"""The committee: who plays in the tournament, in which order of strength."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sample.randomness import normal_cdf

REPETITIONS = 60
MARGIN_CAP = 20
SHRINKAGE = 3.0  # games drawn against average teams that every team is thought to have on top
RATING_WEIGHT = 0.4  # wins a point of rating


@dataclass(frozen=True)
class Record:
    """A season's games before the selection: (m,) schools, margins of team 1 in points, site as team 1 sees it.

    home and margin_sd: home court and the spread of a margin, points.
    """

    team1: np.ndarray
    team2: np.ndarray
    margin: np.ndarray
    site: np.ndarray
    home: float
    margin_sd: float

    @property
    def sides(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Every game twice, once for each team: team, opponent, margin, site."""
        return (
            np.concatenate([self.team1, self.team2]),
            np.concatenate([self.team2, self.team1]),
            np.concatenate([self.margin, -self.margin]),
            np.concatenate([self.site, -self.site]),
        )


def simple_ratings(record: Record) -> np.ndarray:
    """Mean margin, capped and adjusted for site and opponents, (teams,) points.

    Solved by damped repetition, not by linear algebra, so that every machine gets the same numbers.
    """
    team, opponent, margin, site = record.sides
    gained = np.clip(margin, -MARGIN_CAP, MARGIN_CAP) - record.home * site
    games = np.bincount(team) + SHRINKAGE
    rating = np.zeros(len(games))
    for _ in range(REPETITIONS):
        rating = 0.5 * rating + 0.5 * np.bincount(team, gained + rating[opponent]) / games
    return rating


def strength_of_record(record: Record, rating: np.ndarray, bubble: float) -> np.ndarray:
    """Wins above what a team of rating `bubble` would have won against the same opponents at the same sites."""
    team, opponent, margin, site = record.sides
    expected = normal_cdf((bubble - rating[opponent] + record.home * site) / record.margin_sd)
    return np.bincount(team, (margin > 0) - expected)


def select(record: Record, champions: list[int], eligible: np.ndarray, size: int) -> list[int]:
    """The field, best team first: the conference champions and the best of the others.

    Teams are ordered by strength of record and, as committees do, by a rating too.
    """
    rating = simple_ratings(record)
    bubble = float(np.sort(rating[eligible])[-size])
    worth = strength_of_record(record, rating, bubble) + RATING_WEIGHT * rating
    order = sorted(eligible.tolist(), key=lambda team: (-round(float(worth[team]), 9), team))
    others = [team for team in order if team not in champions]
    chosen = {*champions, *others[: size - len(champions)]}
    return [team for team in order if team in chosen]
