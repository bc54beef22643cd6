"""`madness configure`: where a stage is, and what its buckets are called."""

from __future__ import annotations

from typing import Annotated

import typer

from madness.commands import output
from madness.commands.options import JsonOption


def configure(
    stage: Annotated[str, typer.Option("--stage", help="A stage of .chalice/config.json, or a new one.")] = "dev",
    region: Annotated[str | None, typer.Option(help="Region of AWS; kept if left out.")] = None,
    account: Annotated[
        str | None, typer.Option(help="Id of the AWS account, for the names of the buckets; kept if left out.")
    ] = None,
    layer: Annotated[
        str | None,
        typer.Option(help="ARN of a layer of your own, for a region where AWS publishes none; kept if left out."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write a stage's region and names into the settings, and whatever is derived from them."""
    from madness.deploy.settings import configure

    names, changed = configure(stage, region=region, account=account, layer=layer)
    written = [str(path) for path in changed]
    if as_json:
        output.as_json(
            {
                "stage": names.name,
                "region": names.region,
                "buckets": {**names.buckets(), "deployments": names.deployments},
                "queue": names.queue,
                "written": written,
            }
        )
        return
    output.line(f"stage {names.name} in {names.region}: {', '.join((*names.buckets().values(), names.deployments))}")
    output.line(
        f"written, to be committed: {', '.join(written)}" if written else "nothing to write: all files say so already"
    )
