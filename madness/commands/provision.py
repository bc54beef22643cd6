"""`madness provision`: what a stage's functions stand on."""

from __future__ import annotations

from typing import Annotated

import typer

from madness.commands import output
from madness.commands.options import DEFAULT_HOME, HomeOption, JsonOption, StageOption
from madness.commands.reach import clients_of


def provision(
    stage: StageOption = "local",
    home: HomeOption = DEFAULT_HOME,
    alarm_email: Annotated[str | None, typer.Option(help="Who is told of alarms; kept if left out.")] = None,
    monthly_budget: Annotated[
        float | None, typer.Option(min=0, help="Dollars a month above which that address is told; 0: never.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Create or update a stage's buckets, queues, roles, alarms and budget, and put there what training jobs run."""
    from lake.store import S3Store
    from madness.console import voice
    from madness.deploy import sources
    from madness.deploy.provision import provision
    from operate.stage import load_stage, project_root

    names = load_stage(stage)
    clients = clients_of(names, home)
    outcome = provision(names, clients, alarm_email=alarm_email, monthly_budget=monthly_budget, say=voice().say)
    made = sources.sources(project_root())
    sources.put(S3Store(clients("s3"), names.models), made)
    if as_json:
        output.as_json(
            {
                "stack": names.stack,
                "outcome": outcome,
                "buckets": names.buckets(),
                "deployments": names.deployments,
                "queue": names.queue,
                "sources": made.key,
            }
        )
    else:
        output.line(f"stack {names.stack}: {outcome}; training jobs run {made.key}")
