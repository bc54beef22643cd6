"""`madness bracket`: the NCAA tournament of a season, drawn, with every team's chances."""

from __future__ import annotations

from typing import Annotated

import typer

from madness.commands import output
from madness.commands.options import (
    DEFAULT_HOME,
    DataOption,
    HomeOption,
    JsonOption,
    LeagueOption,
    SeasonOption,
    StageOption,
)
from madness.commands.source import one_league, source_of


def bracket(
    league: LeagueOption = "M",
    season: SeasonOption = None,
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
    data: DataOption = None,
    home: HomeOption = DEFAULT_HOME,
    stage: StageOption = "local",
    as_json: JsonOption = False,
) -> None:
    """Draw the bracket of a season as it stood on an evening, with every team's chance to reach each round.

    Before Selection Sunday it is the projected field, with every team's chance to be in.
    """
    from madness.console import voice
    from madness.drawn import render_bracket
    from operate.bracket import Asked, bracket

    asked, speaker = Asked(one_league(league), season, as_of, tuple(pick or ()), method), voice()
    source = source_of(asked.league, data, home, stage, speaker.say)
    with speaker.task("games taken in") as advance:
        found = bracket(asked, source, advance)
    if as_json:
        output.as_json(found)
    else:
        render_bracket(found)
