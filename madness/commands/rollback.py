"""`madness rollback`: the program that was live before."""

from __future__ import annotations

from typing import Annotated

import typer

from madness.commands import output
from madness.commands.options import JsonOption


def rollback(
    stage: Annotated[str, typer.Option("--stage", help="A stage of .chalice/config.json on AWS.")],
    to: Annotated[
        int | None, typer.Option(min=1, help="Number of a release; the one before the live one if left out.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Put functions, dashboard and what training jobs run back to an earlier release; data stay as they are."""
    from madness.console import voice
    from madness.deploy.releases import ReleaseError
    from madness.deploy.rollback import roll_back
    from operate.aws import account_clients
    from operate.stage import load_stage

    names = load_stage(stage)
    if names.is_local:
        raise ReleaseError("The stage local keeps no releases: check out what you want, and `madness up` deploys it.")
    done = roll_back(names, account_clients(names), to, voice().say)
    if as_json:
        output.as_json({"stage": stage, "from": done.came_from.number, "to": done.went_to.number,
                        "changed": done.changed})  # fmt: skip
        return
    told = f"put back: {', '.join(done.changed)}" if done.changed else "nothing changed"
    output.line(f"stage {stage} is at release {done.went_to.number} (commit {done.went_to.commit}): {told}")
    if done.came_from.number != done.went_to.number:
        output.line(f"forward again: madness rollback --stage {stage} --to {done.came_from.number}")
