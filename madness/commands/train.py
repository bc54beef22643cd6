"""`madness train`: train now, and see what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from madness.commands import output
from madness.commands.options import DEFAULT_HOME, HomeOption, JsonOption, StageOption
from madness.commands.reach import clients_of, existing, patience_of, who

if TYPE_CHECKING:
    from madness.console import Voice
    from operate.stage import Stage
    from operate.training.ask import Seen

# What `start_training` says itself, and where a job's folders are.
_NOT_TO_SET = ("league", "train-before", "data", "out", "output-data", "checkpoints", "tar", "ship")
_EVERY = 30.0  # seconds between two lines of a job's metrics


def train(
    stage: StageOption = "local",
    league: Annotated[str | None, typer.Option("--league", help="M or W; both by default.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Follow the jobs until their models are judged.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Also if nothing was played since the last one.")] = False,
    parameters: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="An argument of the training; repeatable.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; the record of the job keeps it.")] = "by hand",
    follow: Annotated[
        list[str] | None, typer.Option("--follow", metavar="JOB", help="Start nothing, follow this job; repeatable.")
    ] = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Start training jobs as the schedule does; a better model takes over by itself."""
    if follow and (league or again or parameters):
        raise typer.BadParameter("--follow starts nothing: --league, --again and --set are for what is started")
    given = _read(parameters or [])
    from hoops.games.leagues import League
    from madness import selection
    from madness.console import voice
    from operate.aws import open_lake
    from operate.stage import load_stage
    from operate.training.ask import PATIENCE, running, start

    names = load_stage(stage)
    leagues = tuple(League) if league is None else selection.parse_leagues(league)
    clients = clients_of(names, home, PATIENCE)
    if names.is_local:
        if not follow:
            _have_torch()
        _have_sagemaker(home)
    answers = []
    if not follow:
        voice().say(f"asking {names.function('start_training')}, which reads every game: this takes a moment")
        answers = start(
            clients("lambda"), names, leagues=leagues, by=who(names, clients), reason=reason, again=again,
            hyperparameters=given,
        )  # fmt: skip
        if not as_json:
            for one in answers:
                output.line(
                    f"{one.league}: {one.job or 'no job'} {'started' if one.started else 'not started'}: {one.reason}"
                )
    ended: list[Seen] = []
    if wait or follow:
        records = open_lake(names, clients).training_jobs
        jobs = follow or running(answers, clients("sagemaker"), records)
        ended = _follow(jobs, names, home, clients, records) if jobs else []
    _tell(answers, ended, names, home, as_json)


def _read(texts: list[str]) -> dict[str, str]:
    """Hyperparameters by name, of texts NAME=VALUE; those that the program would refuse are wrong usage."""
    pairs = [text.partition("=") for text in texts]
    if wrong := [text for text, (_, equals, _) in zip(texts, pairs, strict=True) if not equals]:
        raise typer.BadParameter(f"--set {wrong[0]!r} is not of the form NAME=VALUE, such as width=8")
    found = {name.strip(): value.strip() for name, _, value in pairs}
    if fixed := [name for name in found if name.replace("_", "-") in _NOT_TO_SET]:
        raise typer.BadParameter(f"--set {fixed[0]}: start_training says that itself; leave it out")
    if found:
        from ml_jobs.job import Usage, check

        try:
            check(found)
        except Usage as error:
            raise typer.BadParameter(f"--set: {error}") from error
    return found


def _have_torch() -> None:
    """Raise `TrainingError` if jobs of this machine would fail without it: a job's name is used up even so."""
    from importlib.util import find_spec

    from operate.training.jobs import TrainingError

    if find_spec("torch") is None:
        raise TrainingError(
            "Training on this machine takes torch: `make torch` installs it (or pip install 'madness[train]')."
        )


def _have_sagemaker(home: Path) -> None:
    """Start the SageMaker of a local stack if it does not run, as after `madness up --once`."""
    from madness.console import voice
    from madness.local import ministack
    from madness.local.sagemaker import process

    place = existing(home)
    endpoint = ministack.running(place)
    if process.running(place) is None and endpoint is not None:
        voice().say("starting the local SageMaker")
        with place.lock():
            process.start(place, endpoint)


def _follow(jobs: list[str], stage: Stage, home: Path, clients: Any, records: Any) -> list[Seen]:
    """Watch jobs on the terminal until each is over."""
    from contextlib import ExitStack

    from madness.console import voice
    from operate.training.ask import follow

    told = voice()
    try:
        with ExitStack() as bars:
            shown = {job: _Shown(job, told, bars.enter_context(told.task(f"{job}, seconds"))) for job in jobs}
            return follow(
                jobs, clients("sagemaker"), records, lambda now: shown[now.job].see(now),
                patience_of(stage, home), 1.0 if stage.is_local else 10.0,
            )  # fmt: skip
    except KeyboardInterrupt:
        place = f" --home {home}" if stage.is_local else ""
        again = " ".join(f"--follow {job}" for job in jobs)
        told.say(f"The training goes on. To follow it again: madness train --stage {stage.name}{place} {again}")
        raise typer.Exit(130) from None


class _Shown:
    """A job on the terminal: a bar of its seconds, a line at each change of phase, and now and then its metrics."""

    def __init__(self, job: str, voice: Voice, advance: Callable[[int, int], None]) -> None:
        self._job, self._voice, self._advance = job, voice, advance
        self._phase, self._numbers, self._last = "", "", -_EVERY

    def see(self, now: Seen) -> None:
        from time import monotonic

        phase = "waiting for the verdict" if now.status == "Completed" else now.phase
        if phase != self._phase and not now.is_over:
            self._voice.say(f"{self._job}: {phase}")
        numbers = ", ".join(f"{name} {value:.5g}" for name, value in now.metrics.items())
        is_due = phase != self._phase or monotonic() - self._last >= _EVERY
        if numbers != self._numbers and is_due:
            self._voice.say(f"{self._job}: {numbers}")
            self._numbers, self._last = numbers, monotonic()
        self._phase = phase
        self._advance(round(now.seconds), round(now.limit))


def _tell(answers: list[Any], ended: list[Seen], stage: Stage, home: Path, as_json: bool) -> None:
    """Print how it ended; raise `TrainingError` if a job came to nothing."""
    from dataclasses import asdict

    from operate.training.ask import TrainingError, told

    if as_json:
        by_job = {one.job: asdict(one) for one in ended}
        rows = [asdict(one) | {"ended": by_job.get(one.job)} for one in answers]
        output.as_json(rows or [{"job": job, "ended": one} for job, one in by_job.items()])
    failed = []
    for one in ended:
        text = told(one, stage, _log(one.job, stage, home))
        if not one.is_well:
            failed.append(text)
        elif not as_json:
            output.line(text)
    if failed:
        raise TrainingError("\n".join(failed))


def _log(job: str, stage: Stage, home: Path) -> str:
    """Where what a job printed is."""
    if stage.is_local:
        return str(existing(home).root / "sagemaker" / job / "log.txt")
    return f"log group /aws/sagemaker/TrainingJobs, streams {job}/..."
