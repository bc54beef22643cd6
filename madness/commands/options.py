"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_HOME = Path(".madness")
HomeOption = Annotated[Path, typer.Option("--home", envvar="MADNESS_HOME", help="Where the local stack lives.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
StageOption = Annotated[str, typer.Option("--stage", help="local, or a stage of .chalice/config.json on AWS.")]

# Of the commands about one league's tournament, in one season, on one evening.
DataOption = Annotated[
    Path | None, typer.Option("--data", help="Folder or zip of Kaggle's CSV files, instead of a stage.")
]
LeagueOption = Annotated[str, typer.Option("--league", help="M or W.")]
SeasonOption = Annotated[int | None, typer.Option("--season", help="Season; the last one with games by default.")]
