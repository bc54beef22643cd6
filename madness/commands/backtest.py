"""`madness backtest`: past seasons, walk-forward."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from hoops.errors import MadnessError
from madness.commands import output
from madness.commands.options import JsonOption


def backtest(
    data: Annotated[Path, typer.Option(help="Folder or zip of Kaggle's CSV files.")],
    league: Annotated[str, typer.Option(help="M or W.")],
    seasons: Annotated[str, typer.Option(help="2024, 2011-2024, a list, or all.")] = "all",
    model: Annotated[
        str, typer.Option(help="full (trained on earlier seasons for each season) or statespace.")
    ] = "full",
    lines: Annotated[
        list[Path] | None,
        typer.Option(help="Lines, expected scores or FiveThirtyEight: a file or a folder of them; repeatable."),
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="Where the lines have several sources of a game, only this one; else the median.")
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter of the training; repeatable.")
    ] = None,
    predictions: Annotated[Path | None, typer.Option(help="Write Season,DayNum,Team1ID,Team2ID,Prob1 here.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Forecast past seasons walk-forward, without AWS, and score the forecasts beside baselines."""
    from hoops.evaluation.beside import by_part
    from madness import selection
    from madness.backtest import ModelName, backtest
    from madness.console import voice
    from madness.printed.scores import render_backtest

    leagues = selection.parse_leagues(league)
    if len(leagues) != 1:
        raise selection.SelectionError("one league at a time: --league M or --league W")
    if model not in {*ModelName}:
        raise MadnessError(f"unknown model {model!r}; allowed: {', '.join(ModelName)}")
    if source is not None and not lines:
        raise MadnessError("--source chooses among the sources of --lines: give both, or neither")
    if predictions is not None:
        output.require_file(predictions)
    speaker = voice()
    chosen = selection.choose_seasons(selection.existing_folder(data, speaker.say), leagues, seasons)
    found, outsiders = backtest(
        data, leagues[0], chosen, ModelName(model), settings or [], lines or [], source, speaker
    )
    by_parts = by_part(found)
    for one in outsiders:
        if one.unmatched:
            speaker.say(f"{one.file}: no team is called {', '.join(one.unmatched)}; their games are left out")
    if as_json:
        output.as_json(
            found.to_dict()
            | {"by_part": [asdict(one) for one in by_parts], "outside": [one.to_dict() for one in outsiders]}
        )
    else:
        render_backtest(found, by_parts, outsiders)
    if predictions is not None:
        _write_csv(found.predictions, predictions)
        speaker.say(f"{found.predictions.num_rows:,} forecasts in {predictions}")


def _write_csv(table: Any, path: Path) -> None:
    from pyarrow import csv

    csv.write_csv(table, path, csv.WriteOptions(quoting_style="none"))
