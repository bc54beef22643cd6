"""`madness sample`: the made-up league as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from madness.commands import output


def sample(
    folder: Annotated[Path, typer.Argument(help="Where to write; made if it is missing.")],
    seed: Annotated[int, typer.Option(min=0, help="Another seed makes another league.")] = 2026,
) -> None:
    """Write the sample league: six seasons of made-up teams in the formats of real files."""
    import sample as league
    from madness.console import voice

    output.require_folder(folder)
    with voice().task("sample league, seasons") as advance:
        made = league.generate(seed=seed, progress=advance)
        league.write(folder, made)
    output.line(f"{len(made.files | made.plays)} files in {folder}; the true probabilities are in {folder / 'truth'}")
