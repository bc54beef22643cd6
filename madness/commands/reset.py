"""`madness reset`: delete the local stack."""

from __future__ import annotations

from typing import Annotated

import typer

from madness.commands import output
from madness.commands.options import DEFAULT_HOME, HomeOption
from madness.commands.reach import existing


def reset(
    home: HomeOption = DEFAULT_HOME,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Stop the local stack and delete its folder, data included."""
    from madness.local import dashboard, ministack
    from madness.local.home import remove
    from madness.local.sagemaker import process as sagemaker

    place = existing(home)
    if not yes and not typer.confirm(f"Delete {place.root} with everything in it?", err=True):
        raise typer.Exit(1)
    with place.lock():
        dashboard.stop(place)
        sagemaker.stop(place)
        ministack.stop(place)
        remove(place)
    output.line(f"deleted {place.root}")
