"""Backtests from a folder: which model forecasts, and who stands beside it.

folder -> games, seeds, conferences -> hoops.evaluation.backtest with the forecaster asked for -> scores
                                    -> other people's forecasts, on exactly the games they forecast -> scores
"""

from __future__ import annotations

import importlib.util
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from hoops.errors import MadnessError
from hoops.evaluation.backtest import STATESPACE, Backtest, Forecaster, StateSpace, learned_from, run
from hoops.evaluation.beside import Outsider, compare
from hoops.evaluation.outside import OutsideForecasts
from hoops.games.leagues import League
from hoops.games.reference import Reference
from hoops.games.results import Results
from lake.folder import read_folder
from lake.outside import read_outside
from ml_jobs.memory import give_back
from ml_jobs.read import LeagueGames

if TYPE_CHECKING:
    from madness.console import Voice
    from ml_jobs.walk_forward import WalkForward


class ModelName(StrEnum):
    """Which of the project's models is judged."""

    FULL = "full"
    STATESPACE = STATESPACE


def backtest(
    data: Path,
    league: League,
    seasons: Collection[int],
    model: ModelName,
    settings: Sequence[str],
    lines: Sequence[Path],
    source: str | None,
    voice: Voice,
) -> tuple[Backtest, list[Outsider]]:
    """Forecast seasons walk-forward and score the forecasts, beside baselines and the forecasts of some files.

    Parameters
    ----------
    data : Path
        Folder or zip of the contract's files.
    settings : sequence of str
        Parameters of the training, such as `width=8`; only for the full model.
    lines : sequence of Path
        Files or folders with other people's forecasts.
    source : str, optional
        Of several sources of a forecaster, the one that counts.

    Raises
    ------
    MadnessError
        Training is not possible here, a parameter is wrong, or a file of forecasts cannot be used.
    """
    # Read before the long work: what cannot be used is said at once.
    read, marked, outsiders = _read(data, league, lines, source, voice)
    give_back()
    with ExitStack() as waiting:
        games, seeds = learned_from(read.games, seasons), read.seeds
        forecaster = _forecaster(model, league, read, games, seasons, settings, voice, waiting)
        del read  # players' games take as much memory as all games, and nobody needs them any more
        give_back()
        found = run(games, seeds, league, seasons, forecaster, conference_games=marked)
    return found, [compare(found, one) for one in outsiders]


def _read(
    data: Path, league: League, lines: Sequence[Path], source: str | None, voice: Voice
) -> tuple[LeagueGames, pa.Table | None, list[OutsideForecasts]]:
    """A league's games, those of conference tournaments, and other people's forecasts; the rest is let go."""
    folder = read_folder(data, (league,))
    for warning in folder.warnings:
        voice.say(warning)
    tables, read = folder.leagues[league].reference | folder.shared, LeagueGames.of(folder, league)
    outsiders = read_outside(lines, league, Reference(tables), Results.of(read.games), source) if lines else []
    if lines and not outsiders:
        voice.say(f"{', '.join(map(str, lines))}: no forecasts of {league.label.lower()}'s games")
    return read, tables.get("ConferenceTourneyGames"), outsiders


def _forecaster(
    model: ModelName,
    league: League,
    read: LeagueGames,
    games: pa.Table,
    seasons: Collection[int],
    settings: Sequence[str],
    voice: Voice,
    waiting: ExitStack,
) -> Forecaster:
    """The forecaster asked for, of games that lie ready; its progress bars stand until `waiting` is over."""
    if model is ModelName.STATESPACE:
        if settings:
            raise MadnessError("--set belongs to the training of the full model: leave it out, or use --model full")
        return StateSpace(league, progress=waiting.enter_context(voice.task("games forecast")), squads=read.squads)
    full = walk_forward(league, read, settings, voice, waiting)
    return full.over(full.described(games, seasons, read.squads))


def walk_forward(
    league: League, read: LeagueGames, settings: Sequence[str], voice: Voice, waiting: ExitStack
) -> WalkForward:
    """What trains the full model for every season; its progress bars stand until `waiting` is over.

    Raises
    ------
    MadnessError
        Training is not possible here, or a parameter is wrong.
    """
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
        read.surroundings,
        training,
        on_game=waiting.enter_context(voice.task("games described")),
        on_season=waiting.enter_context(voice.task("seasons trained and forecast")),
        say=voice.say,
    )
