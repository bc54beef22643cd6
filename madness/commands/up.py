"""`madness up`: everything from files to dashboard."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from madness.commands import output
from madness.commands.options import DEFAULT_HOME, HomeOption, JsonOption


def up(
    data: Annotated[
        Path | None, typer.Option(help="Folder or zip of Kaggle's CSV files; without it the sample league is used.")
    ] = None,
    leagues: Annotated[str | None, typer.Option(help="M, W, or both: M,W.")] = None,
    seasons: Annotated[
        str | None, typer.Option(help="2024, 2022-2024, a list, or all; the last three by default.")
    ] = None,
    home: HomeOption = DEFAULT_HOME,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port of the dashboard.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Process everything, print the summary, stop it all.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Start the local AWS, deploy, upload, process every day, and serve the dashboard."""
    from madness import selection
    from madness.console import voice
    from madness.local.home import Home
    from madness.local.up import Wishes, up

    chosen = selection.parse_leagues(leagues) if leagues else None
    if seasons:
        selection.parse_seasons(seasons)
    summary = up(Home(home), Wishes(data, chosen, seasons, port, once), voice())
    if as_json:
        output.as_json(summary)
        return
    seconds = summary["seconds"]
    steps = ", ".join(f"{step} {taken:.1f} s" for step, taken in seconds.items())
    output.line(f"{summary['games']:,} games forecast on {summary['days']:,} days ({steps})")
    if summary["secondary_games"]:
        output.line(f"{summary['secondary_games']:,} games of secondary tournaments besides")
    if summary["plays"]:
        output.line(f"{summary['plays']:,} plays of {summary['games_with_plays']:,} games")
    output.line(f"local AWS  {summary['endpoint']}, kept in {summary['home']}")
    if summary["dashboard"]:
        output.line(f"dashboard  {summary['dashboard']}")
        output.line("`madness down` stops it all, `madness up` resumes.")
