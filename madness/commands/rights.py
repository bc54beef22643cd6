"""`madness rights`: the policies of whoever deploys and operates a stage."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from madness.commands import output
from madness.commands.options import JsonOption


def rights(
    folder: Annotated[Path, typer.Argument(help="Where to write them.")],
    account: Annotated[str, typer.Option(help="Id of the AWS account.")],
    stage: Annotated[str, typer.Option("--stage", help="A stage of .chalice/config.json.")] = "dev",
    as_json: JsonOption = False,
) -> None:
    """Write the IAM policies of those who deploy and operate a stage, one a task, with its names in them."""
    from madness.deploy.rights import write
    from operate.stage import load_stage

    written = [str(path) for path in write(load_stage(stage), account, folder)]
    if as_json:
        output.as_json({"written": written})
    else:
        output.line("\n".join(written))
