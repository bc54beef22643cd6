"""`madness destroy`: take a stage down."""

from __future__ import annotations

from typing import Annotated

import typer

from madness.commands import output
from madness.commands.options import DEFAULT_HOME, HomeOption, JsonOption


def destroy(
    stage: Annotated[str, typer.Option("--stage", help="local, or a stage of .chalice/config.json on AWS.")],
    data: Annotated[bool, typer.Option("--data", help="Delete the buckets too, with all that is in them.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Remove a stage from AWS; its buckets stay, unless told otherwise."""
    from madness.commands.reset import reset
    from madness.console import voice
    from madness.deploy.destroy import DestroyError, Destruction
    from operate.aws import account_clients
    from operate.stage import load_stage, project_root

    names = load_stage(stage)
    if names.is_local:
        if not data:
            raise DestroyError(
                "The local stack is one folder with its data: --data deletes it, `madness down` stops it."
            )
        reset(home, yes)
        return
    clients = account_clients(names)
    if not yes:
        _ask(stage, data, names.region, clients("sts").get_caller_identity()["Account"])
    done, left = Destruction(names, clients, project_root(), data, voice()).run()
    if as_json:
        output.as_json({"stage": stage, "steps": {title: one.told for title, one in done.items()}, "left": left})
        return
    gone = [title for title, one in done.items() if one.changed]
    output.line(f"removed: {', '.join(gone)}" if gone else "nothing was left to remove")
    if left:
        output.line(f"left, with the data: {', '.join(left)}")
        output.line(f"a deployment takes them over; madness destroy --stage {stage} --data deletes them")


def _ask(stage: str, data: bool, region: str, account: str) -> None:
    what = "with ALL ITS DATA, every version of them" if data else "but not its data"
    asked = f"Remove stage {stage} ({region}, account {account}) {what}? Type its name"
    told = typer.prompt(asked, err=True, default="", show_default=False)
    if told != stage:
        raise typer.Exit(1)
