"""`madness pool`: the bracket to hand in to a pool, or how those do that were handed in."""

from __future__ import annotations

from pathlib import Path
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


def pool(
    entrants: Annotated[
        int | None, typer.Option(help="Entrants, you among them; those whose brackets are given, by default.")
    ] = None,
    scoring: Annotated[str, typer.Option(help="espn, yahoo, cbs or custom.")] = "espn",
    points: Annotated[
        str | None, typer.Option(help="With custom: points of a right winner by round, such as 1,2,4,8,16,32.")
    ] = None,
    upset_bonus: Annotated[
        str | None,
        typer.Option(help="upset, difference, seed or times, and its size, also by round: difference:1,2,3,4,5,6."),
    ] = None,
    payout: Annotated[str, typer.Option(help="Percent of the pot by rank, such as 60,30,10.")] = "100",
    public: Annotated[
        Path | None, typer.Option(help="What the public picks, percent: Team,R64,R32,S16,E8,F4,NCG.")
    ] = None,
    mine: Annotated[
        list[Path] | None, typer.Option(help="A bracket that I handed in (slot,team); repeatable. Follows it.")
    ] = None,
    others: Annotated[Path | None, typer.Option(help="Brackets that others handed in: entrant,slot,team.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the bracket here (slot,team), fit for --mine.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of all that is drawn: the same one gives the same answer.")] = 0,
    league: LeagueOption = "M",
    season: SeasonOption = None,
    as_of: Annotated[
        int | None,
        typer.Option(help="Know games up to and with this day only; 132, or with --mine all, by default."),
    ] = None,
    data: DataOption = None,
    home: HomeOption = DEFAULT_HOME,
    stage: StageOption = "local",
    as_json: JsonOption = False,
) -> None:
    """Find the bracket with the highest expected payout in a pool; or say how brackets do that were handed in."""
    from hoops.pools.payouts import shares_of
    from hoops.pools.scoring import numbers
    from hoops.pools.scoring import scoring as scoring_of
    from madness.console import voice
    from madness.local import durable
    from madness.pooled import render_pool
    from madness.selection import SelectionError
    from operate import bracket
    from operate.pool import Asked
    from operate.pool import pool as ask
    from operate.pool_files import write_sheet

    if entrants is None and not mine:
        raise SelectionError("how many take part? --entrants N, you among them")
    if out is not None and mine:
        raise SelectionError("--out writes the bracket that is found; with --mine none is looked for")
    asked = Asked(
        bracket.Asked(one_league(league), season, as_of),
        entrants,
        scoring_of(scoring, numbers(points) if points else None, upset_bonus),
        shares_of(numbers(payout)),
        _read(public),
        tuple((file.name, file.read_bytes()) for file in mine or ()),
        _read(others),
        seed,
    )
    if out is not None:
        output.require_file(out)
    speaker = voice()
    source = source_of(asked.bracket.league, data, home, stage, speaker.say)
    with speaker.task("games taken in") as taken_in, speaker.task("brackets searched") as searched:
        found = ask(asked, source, taken_in, searched)
    if out is not None:
        durable.write(out, write_sheet(found["picks"]))
        speaker.say(f"{len(found['picks'])} picks in {out}")
    if as_json:
        output.as_json(found)
    else:
        render_pool(found)


def _read(file: Path | None) -> tuple[str, bytes] | None:
    return None if file is None else (file.name, file.read_bytes())
