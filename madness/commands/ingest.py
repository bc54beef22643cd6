"""`madness ingest`: files in, answers out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from madness.commands import output
from madness.commands.options import DEFAULT_HOME, HomeOption, JsonOption, StageOption
from madness.commands.reach import clients_of, patience_of


def ingest(
    files: Annotated[
        list[Path], typer.Argument(help="Results, fixtures, retractions, play-by-play or reference files.")
    ],
    home: HomeOption = DEFAULT_HOME,
    stage: StageOption = "local",
    as_json: JsonOption = False,
) -> None:
    """Upload files and wait for the answer; a rejected file's report is printed."""
    from madness.console import voice
    from operate.aws import open_lake
    from operate.stage import load_stage
    from operate.upload import ingest, read_files

    uploads, refused = read_files(files)
    names = load_stage(stage)
    speaker = voice()
    outcomes = refused
    if uploads:
        clients = clients_of(names, home)
        sleep = patience_of(names, home)
        with speaker.task("files answered") as advance:
            finished = 0

            def done(_: object) -> None:
                nonlocal finished
                finished += 1
                advance(finished, len(uploads))

            lake = open_lake(names, clients)
            outcomes = refused + ingest(uploads, names, lake, clients, done=done, task=speaker.task, sleep=sleep)
    if as_json:
        output.as_json([outcome.to_dict() for outcome in outcomes])
    else:
        for outcome in outcomes:
            output.line(_sentence(outcome))
            for warning in outcome.warnings:
                speaker.say(f"{outcome.key}: {warning}")
    if any(outcome.is_rejected for outcome in outcomes):
        raise typer.Exit(1)


def _sentence(outcome: Any) -> str:
    if outcome.report is not None:
        return outcome.report.text()
    if outcome.is_rejected:
        return f"{outcome.key} was rejected"
    rows = f": {_counted(outcome.rows, 'row')}" + (f" on {_counted(outcome.days, 'day')}" if outcome.days else "")
    return f"{outcome.key} {outcome.outcome}{rows}"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
