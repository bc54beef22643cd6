"""`madness predict`: one game."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from madness.commands import output
from madness.commands.options import DEFAULT_HOME, HomeOption, JsonOption, StageOption
from madness.commands.reach import clients_of


def predict(
    team1: Annotated[str, typer.Argument(help="A team: its id, or any spelling of its name.")],
    team2: Annotated[str, typer.Argument(help="The other team.")],
    site: Annotated[str, typer.Option(help="neutral, home or away: where the first team plays.")] = "neutral",
    season: Annotated[int | None, typer.Option(help="Season of the game; the last one with games by default.")] = None,
    day: Annotated[int | None, typer.Option(help="Its day; by default the day after the last one with games.")] = None,
    city: Annotated[str | None, typer.Option(help="Where it is: id or name, as in Cities.")] = None,
    as_of: Annotated[
        int | None, typer.Option(help="Know games up to this day only; all before the game's by default.")
    ] = None,
    league: Annotated[str | None, typer.Option(help="M or W; told by team ids, else M.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder or zip of Kaggle's CSV files, instead of a stage.")] = None,
    home: HomeOption = DEFAULT_HOME,
    stage: StageOption = "local",
    as_json: JsonOption = False,
) -> None:
    """Forecast one game from what was known before it, and say what drives the forecast."""
    from madness import selection
    from madness.console import voice
    from madness.printed.match import render_match
    from operate.predict import Asked, league_of, predict
    from operate.sources import FolderSource, LakeSource, Source

    leagues = selection.parse_leagues(league) if league else ()
    if len(leagues) > 1:
        raise selection.SelectionError("one league at a time: --league M or --league W")
    asked = Asked(team1, team2, leagues[0] if leagues else None, site, season, day, city, as_of)
    speaker = voice()
    source: Source
    if data is not None:
        source = FolderSource(selection.existing_folder(data, speaker.say), league_of(asked))
    else:
        from operate.aws import open_lake
        from operate.stage import load_stage

        names = load_stage(stage)
        clients = clients_of(names, home)
        source = LakeSource(open_lake(names, clients), league_of(asked))
    with speaker.task("games taken in") as advance:
        found = predict(asked, source, advance)
    if as_json:
        output.as_json(found)
    else:
        render_match(found)
