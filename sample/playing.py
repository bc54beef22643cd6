"""A game: its true win probability, and its score.

The regulation margin is normal around the difference of the strengths plus home court, rounded to a point; a margin of
one or two becomes a tie with probability `late_tie`. A tie goes to overtimes of five minutes, an eighth of the
regulation's mean and variance each, until one is not tied. So the truth can be written down without simulation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sample.randomness import Draws, normal_cdf
from sample.shape import Play

OVERTIME = 5 / 40  # of the length of regulation
LOWEST_SCORE = 25
STYLE_SD = 3.5  # points that a team's style adds to both teams' total: attack strong, defence weak
TOTAL_SD = 15.0  # of both teams' points around their expectation
TEMPO_SD, GAME_TEMPO_SD = 3.0, 3.4  # possessions: of teams, of games


@dataclass(frozen=True)
class Truth:
    """What is true before a game: team 1's win probability, and the mean of its final margin in points."""

    probability: np.ndarray
    margin: np.ndarray


def _point(k: int, mean: np.ndarray, sd: float) -> np.ndarray:
    """Probability that a normal variable rounds to `k`."""
    return normal_cdf((k + 0.5 - mean) / sd) - normal_cdf((k - 0.5 - mean) / sd)


def truth(mean: np.ndarray, play: Play) -> Truth:
    """The exact truth of games whose strengths and home court add up to `mean` points for team 1.

    With R the rounded regulation margin, q = late_tie and O an overtime's rounded margin:
    P(tie) = P(R=0) + q P(|R| in 1, 2); P(win) = P(R>2) + (1-q) P(R in 1, 2) + P(tie) P(O>0) / P(O≠0). The margin's
    mean is that of R, without the ties made of near ties, with E(O) / P(O≠0) for every tie.
    """
    q, sd, overtime_sd = play.late_tie, play.margin_sd, play.margin_sd * np.sqrt(OVERTIME)
    near = {k: _point(k, mean, sd) for k in (-2, -1, 0, 1, 2)}
    tie = near[0] + q * (near[-2] + near[-1] + near[1] + near[2])
    ahead = 1.0 - normal_cdf((0.5 - OVERTIME * mean) / overtime_sd)
    behind = normal_cdf((-0.5 - OVERTIME * mean) / overtime_sd)
    above_two = 1.0 - normal_cdf((2.5 - mean) / sd)
    probability = above_two + (1 - q) * (near[1] + near[2]) + tie * ahead / (ahead + behind)
    regulation = mean - q * (2 * (near[2] - near[-2]) + near[1] - near[-1])
    return Truth(probability, regulation + tie * OVERTIME * mean / (ahead + behind))


@dataclass(frozen=True)
class Scores:
    """Results of games: (m,) points of both teams, overtimes, possessions a team."""

    score1: np.ndarray
    score2: np.ndarray
    num_ot: np.ndarray
    possessions: np.ndarray


@dataclass(frozen=True)
class Styles:
    """How teams play apart from how well: (schools,) tempo in possessions, scoring in points of both teams' total."""

    tempo: np.ndarray
    scoring: np.ndarray

    @classmethod
    def drawn(cls, draws: Draws, schools: int) -> Styles:
        tempo, scoring = draws.normal(2, 1000)[:, :schools]
        return cls(TEMPO_SD * tempo, STYLE_SD * scoring)


def _same_parity(total: np.ndarray, margin: np.ndarray) -> np.ndarray:
    return total + (total + margin) % 2


def play_games(mean: np.ndarray, team1: np.ndarray, team2: np.ndarray, styles: Styles, play: Play,
               draws: Draws) -> Scores:  # fmt: skip
    """Scores of games whose strengths and home court add up to `mean` points for team 1."""
    m = len(mean)
    z = draws.normal(3, m)
    margin = np.rint(mean + play.margin_sd * z[0]).astype(np.int64)
    near = np.isin(margin, (-2, -1, 1, 2))
    margin[near & (draws.uniform(m) < play.late_tie)] = 0
    possessions = play.possessions + (styles.tempo[team1] + styles.tempo[team2]) / 2 + GAME_TEMPO_SD * z[1]
    expected = 2 * play.points_per_possession * possessions + styles.scoring[team1] + styles.scoring[team2]
    total = np.rint(expected + TOTAL_SD * z[2]).astype(np.int64)
    total = _same_parity(np.maximum(total, np.abs(margin) + 2 * LOWEST_SCORE), margin)

    num_ot = np.zeros(m, np.int64)
    tied = np.flatnonzero(margin == 0)
    while len(tied):
        z = draws.normal(2, len(tied))
        extra = np.rint(OVERTIME * mean[tied] + play.margin_sd * np.sqrt(OVERTIME) * z[0]).astype(np.int64)
        points = np.rint(OVERTIME * expected[tied] + 4.0 * z[1]).astype(np.int64)
        total[tied] += _same_parity(np.maximum(points, np.abs(extra)), extra)
        margin[tied] = extra
        num_ot[tied] += 1
        tied = tied[extra == 0]
    return Scores((total + margin) // 2, (total - margin) // 2, num_ot, possessions * (1 + OVERTIME * num_ot))
