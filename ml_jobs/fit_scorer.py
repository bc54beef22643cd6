"""Train a scorer: from described games to the arrays of `hoops.forecast.scorer`.

    described games of training seasons -> scale -> linear part (Newton's method)
      -> ensemble of networks on top of it, all in one batch of matrices, until the validation seasons stop improving
      -> again on all of these seasons for as long as was best -> one temperature -> hoops.forecast.scorer.Scorer

Team order in training rows is drawn at random; the network is antisymmetric, so that this changes nothing, which is
what a test shows.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
from torch.nn.functional import binary_cross_entropy_with_logits

from hoops.arrays import Bools
from hoops.errors import MadnessError
from hoops.forecast.scorer import Scorer
from hoops.games.moment import Moment, end_of, told
from lake.training import metric_line
from ml_jobs.course import Course, Courses
from ml_jobs.device import device_for
from ml_jobs.settings import Settings

log = logging.getLogger("scorer")


@dataclass(frozen=True)
class Trained:
    """A scorer, and how its training went.

    epochs : of the networks. validation_linear, validation : log loss of the validation seasons without and with the
    networks, before the temperature; None if there were none. device : cpu or cuda. visits : games that the networks
    were shown for it in this process, in all epochs.
    """

    scorer: Scorer
    epochs: int
    validation_linear: float | None
    validation: float | None
    device: str
    visits: int = 0


@dataclass(frozen=True)
class _Stopped:
    """When validation stopped improving, and its log loss then and without networks."""

    epochs: int
    linear: float
    best: float


def fit(courses: Courses, through: Moment) -> Trained:
    """Train on the games up to and including a day; the last seasons among them decide when to stop.

    With one season there is none to stop by, and only the linear part is trained.

    Raises
    ------
    MadnessError
        If there is no season to train on.
    """
    rows = courses.usable(through)
    if not rows.any():
        raise MadnessError(f"no season up to {told(through)} to train on")
    device = device_for(courses.settings.device)
    try:
        return _fit(courses, rows, through, device)
    except RuntimeError as error:
        if device == "cpu":
            raise
        log.warning("the GPU failed (%s): training on the CPU", error)
        return _fit(courses, rows, through, "cpu")


def _fit(courses: Courses, chosen: Bools, through: Moment, device: str) -> Trained:
    """As `fit`, on the games of `chosen` rows."""
    settings, before = courses.settings, courses.visits
    seasons = np.unique(courses.games.season[chosen])
    if len(seasons) == 1:
        whole = courses.to(through, device)
        return Trained(whole.scorer(0, whole.temperature, through), 0, None, None, device)
    first_validation = int(seasons[-min(settings.validation_seasons, len(seasons) - 1)])
    log.info("%d to %s, validation from %d", seasons[0], told(through), first_validation)
    early = courses.to(end_of(first_validation - 1), device)
    found = _stopped(early, settings, chosen & (courses.games.season >= first_validation))
    whole = courses.to(through, device)
    course = whole if settings.refit else early
    scorer = course.scorer(found.epochs, whole.temperature, through)
    return Trained(scorer, found.epochs, found.linear, found.best, device, courses.visits - before)


def _stopped(course: Course, settings: Settings, validation: Bools) -> _Stopped:
    """Go on until the games of some rows have not been forecast better for some epochs."""
    checked, fixed = course.seen(validation)

    def loss(epochs: int) -> float:
        found = course.network.log_odds(checked, fixed, course.after(epochs)).double()
        return binary_cross_entropy_with_logits(found, checked.won.double(), checked.weight.double()).item()

    linear = best = loss(0)
    epochs = 0
    for epoch in range(1, 1 + (settings.epochs if settings.width else 0)):
        if epoch > epochs + settings.patience:
            break
        found = loss(epoch)
        log.info("epoch %d: %s", epoch, metric_line("validation:log_loss", found))
        if found < best:
            best, epochs = found, epoch
    return _Stopped(epochs, linear, best)
