"""Train one league's model, by hand or as a SageMaker training job.

    python -m ml_jobs.train --data FOLDER --league M --out FOLDER [--width 8 ...]

FOLDER holds the contract's files (such as Kaggle's), or the Parquet files of a job's channel. In a job the folders come
from its variables and the hyperparameters as these arguments. Killed at any moment, the same command goes on from its
checkpoints to the same bytes; SIGTERM stops it where nothing is lost.

Exit codes: 0 done, 1 failed, 2 an argument is wrong, 143 stopped by SIGTERM. A job's reason of a failure lies in
/opt/ml/output/failure.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, NoReturn

from hoops.errors import MadnessError
from hoops.games.leagues import LAST_DAY, League
from hoops.games.moment import Moment, told
from ml_jobs.script_mode import FAILED, OK, STOPPED, USAGE, Folders, Stopped, StopSignal, gpus, tell_failure
from ml_jobs.settings import Settings

log = logging.getLogger("train")

_FOLDERS = {
    "data": ("--data", "folder of CSV files, or of a job's channel"),
    "model": ("--out", "folder for the model"),
    "output": ("--output-data", "folder for what does not serve (default: that of the model)"),
    "checkpoints": ("--checkpoints", "folder that outlives the process (default: none outside a job)"),
}


class Usage(MadnessError):
    """An argument is wrong."""


def main(arguments: list[str] | None = None, environment: Mapping[str, str] = os.environ) -> int:
    """Run the job; gives its exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    try:
        with StopSignal() as signal:
            _run(_parser().parse_args(arguments), environment, signal)
    except Stopped:
        log.warning("stopped; the same command goes on from here")
        return STOPPED
    except MadnessError as error:
        log.error("%s", error.full_text())
        tell_failure(error.full_text(), environment)
        return USAGE if isinstance(error, Usage) else FAILED
    except Exception as error:
        tell_failure(f"{type(error).__name__}: {error}", environment)
        raise
    return OK


def check(hyperparameters: Mapping[str, str]) -> None:
    """Raise `Usage` if the program would refuse hyperparameters, before a machine is paid for that."""
    arguments = [text for name, value in hyperparameters.items() for text in (f"--{name}", value)]
    _settings(_parser().parse_args(["--league", "M", *arguments]), {})


def _run(given: argparse.Namespace, environment: Mapping[str, str], signal: StopSignal) -> None:
    folders = Folders.of({name: getattr(given, name) for name in _FOLDERS}, environment)
    data, out = folders.required("data"), folders.required("model")
    settings = _settings(given, environment)
    # Late, as torch takes seconds: a wrong argument is said at once, and a missing library is a reason like any other.
    import torch

    from lake.training import metric_line
    from ml_jobs import files
    from ml_jobs.checkpoints import Checkpoints
    from ml_jobs.model import Plan, inputs, train
    from ml_jobs.read import read_league

    torch.set_num_threads(1)  # at this size more are slower, and a CPU gives the same bits every time
    torch.use_deterministic_algorithms(True, warn_only=True)  # and so does a GPU
    plan = Plan(given.train_before, given.search, given.generations, given.population, given.walk_forward)
    read = read_league(data, given.league)
    keep = Checkpoints(folders.checkpoints, inputs(given.league, read, settings, plan), signal.pause)
    model = train(given.league, read, settings, plan, keep)
    files.write(model, out, folders.output or out, keep.resumed)
    if given.tar:
        files.pack(out, given.tar)
    if given.ship:
        files.ship(model, given.league)
    for name, value in _metrics(model.report).items():
        log.info("%s", metric_line(name, value))
    log.info("%s", metric_line("train:gpus", float(model.trained.device == "cuda")))
    if speed := files.games_per_second(model):  # none if all fits were there already
        log.info("%s", metric_line("train:games_per_second", speed))
    log.info(
        "trained through %s on %s in %.0f s", told(model.trained_through), model.trained.device, model.seconds["all"]
    )


def _metrics(report: Mapping[str, Any]) -> dict[str, float]:
    """What the job's metric definitions are to find: scores of the games from the cut on."""
    if report["test"] is None:
        return {}
    scores = report["test"]["pooled"]["all"]
    own = scores[report["test"]["model"]]
    return {
        "test:log_loss": own["log_loss"],
        "test:brier": own["brier"],
        "test:log_loss_less_statespace": own["log_loss"] - scores["statespace"]["log_loss"],
    }


def _settings(given: argparse.Namespace, environment: Mapping[str, str]) -> Settings:
    texts = {field.name: getattr(given, field.name) for field in fields(Settings)}
    try:
        settings = Settings.of({name: text for name, text in texts.items() if text is not None})
    except MadnessError as error:
        raise Usage(str(error)) from error
    number = gpus(environment)
    if number is None or settings.device != "auto":
        return settings
    return replace(settings, device="cuda" if number else "cpu")


class _Parser(argparse.ArgumentParser):
    """A parser that raises, so that a wrong hyperparameter becomes the job's reason of failure."""

    def error(self, message: str) -> NoReturn:
        raise Usage(f"{message}; --help lists the arguments")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m ml_jobs.train", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )  # fmt: skip
    for name, (option, text) in _FOLDERS.items():
        parser.add_argument(option, dest=name, type=Path, metavar="FOLDER", help=text)
    add = parser.add_argument
    add("--league", type=League, choices=list(League), required=True)
    add(
        "--train-before",
        "--train_before",
        type=_moment,
        metavar="SEASON:DAY",
        help="train on games before this day and test on those from it on, instead of on the last seasons",
    )
    add(
        "--walk-forward",
        "--walk_forward",
        type=int,
        default=0,
        metavar="N",
        help="also score each of the last N whole seasons before the cut by a scorer of earlier ones (default: 0)",
    )
    add(
        "--search",
        type=_truth,
        nargs="?",
        const=True,
        default=False,
        metavar="true|false",
        help="search the constants of the state-space model anew, on a GPU if there is one (default: false)",
    )
    add("--generations", type=int, default=100, help="of the search, at most (default: 100)")
    add("--population", type=int, help="sets of constants a generation (default: 12 on a CPU, 256 on a GPU)")
    add("--tar", type=Path, metavar="FILE", help="pack the model into this model.tar.gz as well")
    add("--ship", action="store_true", help="make it the model that comes with the package")
    for field in fields(Settings):
        add(f"--{field.name.replace('_', '-')}", *([f"--{field.name}"] if "_" in field.name else []), dest=field.name,
            metavar="VALUE", help=f"default: {field.default}")  # fmt: skip
    return parser


def _moment(text: str) -> Moment:
    season, colon, day = text.partition(":")
    if not (colon and season.isdigit() and day.isdigit() and int(day) <= LAST_DAY):
        raise argparse.ArgumentTypeError(f"{text!r} is not SEASON:DAY, such as 2025:104 (days are 0-{LAST_DAY})")
    return int(season), int(day)


def _truth(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise argparse.ArgumentTypeError(f"{text!r} is neither true nor false")
    return text.lower() == "true"
