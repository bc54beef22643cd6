"""Courses of training: networks trained on the games up to a day, epoch by epoch, each asked for as long as need be.

A scorer of season s stops by the two seasons before it, so that it trains twice: on the games before these two, and
then on all games before s. The second is what the scorer of season s + 2 begins with. So a course belongs to its last
day and not to who asks, and goes on where the one who asked before left it.

    games, a day -> frame, linear part, networks -> weights after 0, 1, 2, ... epochs
"""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import cached_property

import torch

from hoops.arrays import Bools
from hoops.forecast.scorer import Scorer
from hoops.games.moment import Moment, told
from ml_jobs.checkpoints import Checkpoints
from ml_jobs.games import Games, features_of, usable
from ml_jobs.linear import linear_part, temperature_across
from ml_jobs.memory import give_back
from ml_jobs.network import Network, Weights
from ml_jobs.rows import Frame, Rows
from ml_jobs.settings import Settings

log = logging.getLogger("scorer")


class Course:
    """One training, on the games up to and including a day.

    What it was after each epoch is kept: some ten thousand numbers. Its games are held only between the first question
    and `rest`.
    """

    def __init__(
        self, games: Games, settings: Settings, through: Moment, device: str, checkpoints: Checkpoints
    ) -> None:
        self._games, self._settings, self._device, self._checkpoints = games, settings, device, checkpoints
        self.through = through
        self.chosen = usable(games, settings, through)
        self.frame = Frame.of(games, self.chosen)
        self._held: tuple[Rows, torch.Tensor] | None = None
        self.linear = linear_part(self.rows(), settings)
        give_back()
        self.network = Network(self.frame, self.linear, settings, device)
        self.visits = 0  # games that the networks were shown in this process
        self._after: list[Weights] = [self.network.copy()]
        # What one device has begun is not another's to end: the last bits would differ.
        self._step = f"fit-{through[0]}-{through[1]:03}-{device}"
        self._resume()

    def rows(self) -> Rows:
        """Its games, on the CPU."""
        return self.frame.rows(self._games, self._settings, self.chosen)

    def after(self, epochs: int) -> Weights:
        """The networks' weights after some epochs; trains those that nobody has asked for yet."""
        while len(self._after) <= epochs:
            if self._held is None:
                self._held = self.seen(self.chosen)
            self.network.train(*self._held, len(self._after) - 1)
            self.visits += len(self._held[0])
            self._after.append(self.network.copy())
            self._save()
        return self._after[epochs]

    def seen(self, chosen: Bools) -> tuple[Rows, torch.Tensor]:
        """The games of some rows as the networks see them, and what is fixed of each (`Network.fixed`)."""
        rows = self.frame.rows(self._games, self._settings, chosen).to(self._device)
        fixed = self.network.fixed(rows).float()
        return rows.single(), fixed

    @cached_property
    def temperature(self) -> float:
        """Of the linear part, each season's from weights without it."""
        found = temperature_across(self.rows(), self.linear, self._games.season[self.chosen], self._settings)
        give_back()
        return found

    def scorer(self, epochs: int, temperature: float, through: Moment) -> Scorer:
        return self.network.export(self.after(epochs), temperature, through)

    def rest(self) -> None:
        """Let go of the games, until somebody asks for more epochs."""
        self._held = None

    def _save(self) -> None:
        every = {
            f"after{place}": torch.stack(one).cpu().numpy() for place, one in enumerate(zip(*self._after, strict=True))
        }
        self._checkpoints.save(self._step, every | self.network.state())

    def _resume(self) -> None:
        names = [f"after{place}" for place in range(len(self.network.weights))]
        saved = self._checkpoints.load(self._step, (*names, *self.network.names))
        if saved:
            self.network.resume(saved)
            every = (torch.tensor(saved[name], device=self._device).unbind() for name in names)
            self._after = [list(one) for one in zip(*every, strict=True)]


class Courses:
    """All courses on the same games; see `Course`."""

    def __init__(self, games: Games, settings: Settings, checkpoints: Checkpoints | None = None) -> None:
        self.games = replace(games, described=games.described.only(features_of(settings)))
        self.settings = settings
        self._checkpoints = checkpoints or Checkpoints()
        self._begun: dict[tuple[Moment, str], Course] = {}
        self._forgotten = 0  # visits

    @property
    def visits(self) -> int:
        """Games that networks were shown in this process."""
        return self._forgotten + sum(course.visits for course in self._begun.values())

    def forget(self, before: Moment) -> None:
        """Let go of the courses up to a day before this one: who asks for them again has them trained again."""
        gone = [course for course in self._begun.values() if course.through < before]
        self._forgotten += sum(course.visits for course in gone)
        self._begun = {key: course for key, course in self._begun.items() if course not in gone}

    def usable(self, through: Moment) -> Bools:
        """Which games up to a day may train, (m,)."""
        return usable(self.games, self.settings, through)

    def to(self, through: Moment, device: str) -> Course:
        """The course up to a day; all others rest."""
        for course in self._begun.values():
            if course.through != through:
                course.rest()
        if (through, device) not in self._begun:
            log.info("training on %s, up to %s", device, told(through))
            course = Course(self.games, self.settings, through, device, self._checkpoints)
            self._begun[through, device] = course
        return self._begun[through, device]
