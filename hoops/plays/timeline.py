"""How the score of each game went: leads, runs, and where the file's own running score cannot be right."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from hoops.arrays import Bools, Ints
from hoops.plays.stretch import TEAM1, TEAM2, Stretch

RUN = 8  # points that make a run worth showing


@dataclass(frozen=True)
class Timeline:
    """The scoring plays of a stretch, (m,), in order of games and play.

    plays: the stretch, whose `makes` these are.
    """

    plays: Stretch

    @cached_property
    def game(self) -> npt.NDArray[np.intp]:
        return self.plays.game[self.plays.makes]

    @cached_property
    def side(self) -> Ints:
        return self.plays.side[self.plays.makes]

    @cached_property
    def lead(self) -> npt.NDArray[np.int32]:
        """Score of team 1 less that of team 2 after the play."""
        one, two = self.plays.score[:, self.plays.makes]
        return one - two

    @cached_property
    def lead_change(self) -> Bools:
        """Whether the lead went from one team to the other; ties in between do not matter."""
        ahead = np.flatnonzero(self.lead)
        sign, game = np.sign(self.lead[ahead]), self.game[ahead]
        changed = np.zeros(len(self.lead), bool)
        changed[ahead[1:][(np.diff(sign) != 0) & (np.diff(game) == 0)]] = True
        return changed

    @cached_property
    def run_starts(self) -> npt.NDArray[np.intp]:
        """First scoring play of each run: a stretch in which one team alone scores, (r,)."""
        return np.flatnonzero(np.diff(self.game * 2 + self.side, prepend=-1))

    @cached_property
    def run_points(self) -> Ints:
        """Points of each run, (r,)."""
        points = self.plays.points[self.plays.makes].astype(np.int64)
        return np.add.reduceat(points, self.run_starts) if len(points) else points

    @cached_property
    def run_ends(self) -> npt.NDArray[np.intp]:
        """Last scoring play of each run, (r,)."""
        return np.append(self.run_starts[1:], len(self.lead))[: len(self.run_starts)] - 1

    def best_run(self, side: int) -> Ints:
        """Points of a side's longest run in each game, (g,)."""
        mine = self.side[self.run_starts] == side
        return _largest(self.run_points[mine], self.game[self.run_starts][mine], self.plays.games)

    def largest_lead(self, side: int) -> Ints:
        """Most that a side was ahead in each game, points, (g,); 0 if it never was."""
        return _largest(self.lead if side == TEAM1 else -self.lead, self.game, self.plays.games)

    def per_game(self, which: Bools) -> Ints:
        """How many of some of the scoring plays each game has, (g,)."""
        return np.bincount(self.game[which], minlength=self.plays.games)

    @cached_property
    def doubts(self) -> tuple[Bools, Bools]:
        """Where the running score that the file states jumps, and where it steps back, (m,) each.

        It steps back where a team has less than at the scoring play before. It jumps where it goes another way than by
        the points of this play. A play without a stated score is not judged, nor does it count as the one before.
        """
        plays, stated = self.plays, self.plays.stated[:, self.plays.makes]
        said = np.flatnonzero(stated.any(axis=0))
        now, game, side = stated[:, said], self.game[said], self.side[said]
        before = np.zeros_like(now)
        same = np.diff(game, prepend=-1) == 0
        before[:, same] = now[:, np.flatnonzero(same) - 1]
        points = plays.points[plays.makes][said]
        due = np.stack([np.where(side == each, points, 0) for each in (TEAM1, TEAM2)])
        back, jump = np.zeros(len(plays.makes), bool), np.zeros(len(plays.makes), bool)
        back[said] = (now < before).any(axis=0)
        jump[said] = (now - before != due).any(axis=0) & ~back[said]
        return jump, back


def _largest(values: npt.NDArray, game: npt.NDArray, games: int) -> Ints:
    most = np.zeros(games, np.int64)
    starts = np.flatnonzero(np.diff(game, prepend=-1))
    if len(starts):
        most[game[starts]] = np.maximum(np.maximum.reduceat(values, starts), 0)
    return most
