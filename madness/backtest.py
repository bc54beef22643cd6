"""Backtests from a folder: which model forecasts, and who stands beside it.

folder -> games, seeds, conferences -> hoops.backtest with the forecaster asked for -> scores
                                    -> other people's forecasts, on exactly the games they forecast -> scores
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hoops import scoring
from hoops.backtest import STATESPACE, Backtest, Forecaster, StateSpace, against, run
from hoops.errors import MadnessError
from hoops.leagues import LAST_DAY, League
from hoops.played import Played
from hoops.reference import Reference
from hoops.surroundings import Surroundings
from lake.folder import Folder
from madness.outside import OutsideForecasts, joined, read_outside
from ml_jobs.read import LeagueGames

if TYPE_CHECKING:
    from madness.console import Voice

# Parts of a season, by its days: where in the season one forecaster knows more than another.
PERIODS = ((0, 21), (22, 49), (50, 77), (78, 105), (106, 132), (133, LAST_DAY))


class Model(StrEnum):
    """Which of the project's models is judged."""

    FULL = "full"
    STATESPACE = STATESPACE


@dataclass(frozen=True)
class Beside:
    """The project's models and an outside forecaster on the same games.

    games: how many. log_loss: by forecaster, the outside one under `outside`. difference, low, high: of the model less
    the outsider, and its range in 95 of 100 paired resamples. gap_closed: how much of the way from the state-space
    model to the outsider the model has gone, 1 being all of it; None where the state-space model is not surely behind
    (97.5 of 100 resamples), or is the model.
    """

    part: str
    games: int
    log_loss: dict[str, float]
    difference: float
    low: float
    high: float
    gap_closed: float | None


@dataclass(frozen=True)
class Outsider:
    """An outside forecaster: what it is, and how it compares on all its games, by kind and by part of the season.

    seasons: of those games. unmatched, unplayed: as in `OutsideForecasts`.
    """

    name: str
    file: str
    note: str
    seasons: tuple[int, ...]
    unmatched: tuple[str, ...]
    unplayed: int
    parts: list[Beside]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def backtest(
    folder: Folder,
    league: League,
    seasons: Iterable[int],
    model: Model,
    settings: Sequence[str],
    lines: Sequence[Path],
    voice: Voice,
) -> tuple[Backtest, list[Outsider]]:
    """Forecast seasons walk-forward and score the forecasts, beside baselines and the forecasts of some files.

    Parameters
    ----------
    settings : sequence of str
        Parameters of the training, such as `width=8`; only for the full model.
    lines : sequence of Path
        Files or folders with other people's forecasts.

    Raises
    ------
    MadnessError
        Training is not possible here, a parameter is wrong, or a file of forecasts cannot be used.
    """
    files = folder.leagues[league]
    tables = files.reference | folder.shared
    # Read before the long work: what cannot be used is said at once.
    outsiders = joined(
        one for path in lines for one in read_outside(path, league, Reference(tables), Played.of(files.games))
    )
    if lines and not outsiders:
        voice.say(f"{', '.join(map(str, lines))}: no forecasts of {league.label.lower()}'s games")
    read = LeagueGames.of(folder, league)
    with ExitStack() as waiting:
        forecaster = _forecaster(model, league, read.surroundings, settings, voice, waiting)
        found = run(read.games, read.seeds, league, seasons, forecaster)
    return found, [compare(found, one) for one in outsiders]


def compare(found: Backtest, outsider: OutsideForecasts) -> Outsider:
    """An outsider's forecasts beside those of a backtest, on the games that both have."""
    played = found.played
    given = outsider.on(played).probability
    has = ~np.isnan(given)
    parts = {"all": has} | {kind: has & (played.kind == kind) for kind in dict.fromkeys(played.kind.tolist())}
    for first, last in PERIODS:
        name = f"days {first}-{last}" if last < LAST_DAY else f"after day {first - 1}"
        parts[name] = has & (played.day >= first) & (played.day <= last)
    beside = [_beside(found, given, name, rows) for name, rows in parts.items() if rows.any()]
    seasons = tuple(np.unique(played.season[has]).tolist())
    return Outsider(outsider.name, outsider.file, outsider.note, seasons, outsider.unmatched, outsider.unplayed, beside)


OUTSIDE = "outside"


def _beside(found: Backtest, given: np.ndarray, part: str, rows: np.ndarray) -> Beside:
    won = found.played.won[rows]
    forecasts = {name: one.probability[rows] for name, one in found.forecasts.items()}
    losses = {name: scoring.log_loss(one, won) for name, one in forecasts.items() if not np.isnan(one).any()}
    losses[OUTSIDE] = scoring.log_loss(given[rows], won)
    difference, low, high = against({found.model: forecasts[found.model], OUTSIDE: given[rows]}, won)[OUTSIDE]
    gap, surely, _ = against({STATESPACE: forecasts[STATESPACE], OUTSIDE: given[rows]}, won)[OUTSIDE]
    closed = (losses[STATESPACE] - losses[found.model]) / gap if surely > 0 and found.model != STATESPACE else None
    return Beside(part, len(won), losses, difference, low, high, closed)


def _forecaster(
    model: Model,
    league: League,
    surroundings: Surroundings,
    settings: Sequence[str],
    voice: Voice,
    waiting: ExitStack,
) -> Forecaster:
    """The forecaster asked for; its progress bars stand until `waiting` is over."""

    def task(title: str) -> Callable[[int, int], None]:
        advance: Callable[[int, int], None] = waiting.enter_context(voice.task(title))
        return advance

    if model is Model.STATESPACE:
        if settings:
            raise MadnessError("--set belongs to the training of the full model: leave it out, or use --model full")
        return StateSpace(league, progress=task("games forecast"))
    if importlib.util.find_spec("torch") is None:
        raise MadnessError(
            "the full model is trained anew for every season, and that takes torch: `make torch` installs it "
            "(or pip install 'madness[train]'); --model statespace needs none"
        )
    import torch

    from ml_jobs.device import device_for
    from ml_jobs.settings import Settings
    from ml_jobs.walk_forward import WalkForward

    training = Settings.read(settings)
    voice.say(f"training on the {'GPU' if device_for(training.device) == 'cuda' else 'CPU'}")
    torch.set_num_threads(1)  # at this size more threads are slower, and the same bits come out every time
    return WalkForward(
        league,
        surroundings,
        training,
        task("games described"),
        task("seasons trained and forecast"),
        voice.say,
    )
