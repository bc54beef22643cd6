"""Box scores that fit a score: every made shot is counted once, every miss is rebounded at most once."""

from __future__ import annotations

import numpy as np

from sample.playing import Scores
from sample.randomness import Draws
from sample.shape import Play

BOX_NAMES = ("FGM", "FGA", "FGM3", "FGA3", "FTM", "FTA", "OR", "DR", "Ast", "TO", "Stl", "Blk", "PF")
FREE_THROW_WEIGHT = 0.475  # possessions a free throw ends (K. Pomeroy)
DEAD_BALLS = 0.42  # missed free throws that the defence can rebound, a share


def _count(value: np.ndarray, low: np.ndarray | float, high: np.ndarray | float) -> np.ndarray:
    return np.clip(np.rint(value), low, high).astype(np.int64)


def box_scores(scores: Scores, play: Play, draws: Draws) -> np.ndarray:
    """Box scores in the order of BOX_NAMES, (m, 2, 13) counts.

    2 FGM + FGM3 + FTM is the score; FGA - OR + TO + 0.475 FTA is about the game's number of possessions.
    """
    points = np.stack([scores.score1, scores.score2], axis=1)
    z = draws.normal(9, *points.shape)
    lead = (points - points[:, ::-1]).astype(float)

    ftm = _count(play.free_throws * points + 4.4 * z[0], 0, 0.4 * points)
    fgm3 = _count(play.threes * points + 2.4 * z[1], 0, 0.15 * points)
    # What free throws and threes leave must be even.
    ftm += np.where((points - ftm - 3 * fgm3) % 2 == 0, 0, np.where(ftm > 0, -1, 1))
    fgm2 = (points - ftm - 3 * fgm3) // 2
    fgm = fgm2 + fgm3
    fta = ftm + _count(ftm * (1 / play.free_throw_accuracy - 1) + 1.8 * z[2], 0, 15)

    pace = (scores.possessions / play.possessions)[:, None]
    to = _count(play.turnovers * pace - 0.045 * lead + 3.3 * z[3], 1, 35)
    rebounding = np.clip(play.offensive_rebounds + 0.0018 * lead + 0.065 * z[4], 0.05, 0.6)
    shots = scores.possessions[:, None] - to - FREE_THROW_WEIGHT * fta - rebounding * fgm
    misses = _count(shots / (1 - rebounding) - fgm, 8, 70)
    offensive = _count(rebounding * misses, 0, misses)
    missed_threes = _count((0.45 + 0.07 * z[5]) * misses, 0, misses)
    defensive = misses - offensive + _count(DEAD_BALLS * (fta - ftm), 0, fta - ftm)

    def other(side: np.ndarray) -> np.ndarray:
        return side[:, ::-1]

    ast = _count(0.54 * fgm + 2.4 * z[6], 0, fgm)
    stl = _count(play.steals_per_turnover * other(to) + 1.7 * z[7], 0, other(to))
    blk = _count(0.2 * other(misses - missed_threes) + 1.7 * z[8], 0, other(misses - missed_threes))
    pf = _count(9.5 + 0.44 * other(fta) + 1.3 * (z[0] + z[3]), np.ceil(other(fta) / 3), 40)
    columns = [
        fgm,
        fgm + misses,
        fgm3,
        fgm3 + missed_threes,
        ftm,
        fta,
        offensive,
        other(defensive),
        ast,
        to,
        stl,
        blk,
        pf,
    ]
    return np.stack(columns, axis=2)
