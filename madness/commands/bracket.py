"""`madness bracket`: the NCAA tournament of a season, drawn, with every team's chances."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from madness.commands import output
from madness.commands.options import DEFAULT_HOME, HomeOption, JsonOption, StageOption
from madness.commands.reach import clients_of


def bracket(
    league: Annotated[str, typer.Option(help="M or W.")] = "M",
    season: Annotated[int | None, typer.Option(help="Season; the last one with games by default.")] = None,
    as_of: Annotated[
        int | None,
        typer.Option(
            help="Know games up to and with this day only; 132 is Selection Sunday, before it the field is projected."
        ),
    ] = None,
    pick: Annotated[
        list[str] | None, typer.Option(metavar="SLOT=TEAM", help="Take it that a team wins a slot; repeatable.")
    ] = None,
    method: Annotated[
        str,
        typer.Option("--odds", metavar="METHOD", help="exact, or drawn: over what strengths may be."),
    ] = "exact",
    data: Annotated[Path | None, typer.Option(help="Folder or zip of Kaggle's CSV files, instead of a stage.")] = None,
    home: HomeOption = DEFAULT_HOME,
    stage: StageOption = "local",
    as_json: JsonOption = False,
) -> None:
    """Draw the bracket of a season as it stood on an evening, with every team's chance to reach each round.

    Before Selection Sunday it is the projected field, with every team's chance to be in.
    """
    from madness import selection
    from madness.console import voice
    from madness.drawn import render_bracket
    from operate.bracket import Asked, bracket
    from operate.sources import FolderSource, LakeSource, Source

    leagues = selection.parse_leagues(league)
    if len(leagues) != 1:
        raise selection.SelectionError("one league at a time: --league M or --league W")
    speaker = voice()
    source: Source
    if data is not None:
        source = FolderSource(selection.existing_folder(data, speaker.say), leagues[0])
    else:
        from operate.aws import open_lake
        from operate.stage import load_stage

        names = load_stage(stage)
        source = LakeSource(open_lake(names, clients_of(names, home)), leagues[0])
    with speaker.task("games taken in") as advance:
        found = bracket(Asked(leagues[0], season, as_of, tuple(pick or ()), method), source, advance)
    if as_json:
        output.as_json(found)
    else:
        render_bracket(found)
