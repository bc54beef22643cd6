"""`madness submission`: the chances of every two teams, as Kaggle asks for them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hoops.errors import MadnessError
from madness.commands import output
from madness.commands.options import DEFAULT_HOME, DataOption, HomeOption, JsonOption, StageOption
from madness.commands.source import sources_of

if TYPE_CHECKING:
    from hoops.games.leagues import League
    from madness.console import Voice
    from operate.sources import Source


def submission(
    seasons: Annotated[
        str, typer.Option("--season", "--seasons", help="2024, 2021-2024, a list; to be scored also all.")
    ],
    as_of: Annotated[int, typer.Option(help="Know games up to and with this day; 132 is Selection Sunday.")] = 132,
    sample: Annotated[
        Path | None, typer.Option(help="Kaggle's SampleSubmission.csv: its IDs, in its order, are checked and filled.")
    ] = None,
    league: Annotated[str, typer.Option(help="M, W or M,W: whose teams, where no sample says it.")] = "M,W",
    data: DataOption = None,
    home: HomeOption = DEFAULT_HOME,
    stage: StageOption = "local",
    out: Annotated[Path | None, typer.Option(help="Write ID,Pred here; else it goes to stdout.")] = None,
    score: Annotated[bool, typer.Option("--score", help="Write nothing: score past seasons, walk-forward.")] = False,
    model: Annotated[
        str | None, typer.Option(help="With --score: full (trained on earlier seasons for each season) or statespace.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write ID,Pred for every two teams of a season, from what was known on a day; or score past seasons."""
    from madness import selection
    from madness.console import voice
    from operate.submission import require_day

    leagues, speaker = selection.parse_leagues(league), voice()
    require_day(as_of)
    if score:
        if sample or out:
            raise MadnessError("--score writes no submission: leave out --sample and --out")
        if data is None:
            raise MadnessError("--score trains and forecasts past seasons from files: name a folder of them by --data")
        return _score(data, leagues, seasons, as_of, model or "full", as_json, speaker)
    if model is not None:
        raise MadnessError("--model belongs to --score: a submission is made by the model in charge, or that ships")
    wanted = selection.parse_seasons(seasons)
    if wanted is None:
        raise selection.SelectionError("name the season of the submission, such as --season 2024")
    if as_json and out is None:
        raise MadnessError("--json tells what was written; the submission itself needs a file: name it by --out")
    if out is not None:
        output.require_file(out)
    return _write(sources_of(leagues, data, home, stage, speaker.say), wanted, as_of, sample, out, as_json, speaker)


def _score(
    data: Path, leagues: tuple[League, ...], seasons: str, as_of: int, model: str, as_json: bool, speaker: Voice
) -> None:
    from dataclasses import asdict

    from hoops.evaluation.kaggle import scores
    from lake.folder import read_folder
    from madness import selection
    from madness.backtest import ModelName
    from madness.printed.scores import render_submission_scores
    from madness.submission import score

    if model not in {*ModelName}:
        raise MadnessError(f"unknown model {model!r}; allowed: {', '.join(ModelName)}")
    chosen = selection.choose_seasons(selection.existing_folder(data, speaker.say), leagues, seasons)
    folder = read_folder(data, leagues)
    for warning in folder.warnings:
        speaker.say(warning)
    contests = score(folder, chosen, ModelName(model), as_of, speaker)
    played = {one.season for one in contests}
    if without := [str(season) for season in chosen if season not in played]:
        speaker.say(f"no game of the NCAA tournament that counts in {', '.join(without)}")
    if not contests:
        raise MadnessError("nothing to score")
    found = scores(contests)
    if as_json:
        output.as_json({"model": model, "as_of": as_of, "scores": [asdict(one) for one in found]})
    else:
        render_submission_scores(found, model, as_of)


def _write(
    sources: dict[League, Source],
    seasons: tuple[int, ...],
    as_of: int,
    sample: Path | None,
    out: Path | None,
    as_json: bool,
    speaker: Voice,
) -> None:
    from hoops.contract.payload import refuse_too_large
    from madness.local import durable
    from operate.submission import submit
    from operate.submission_file import submission

    asked = None
    if sample is not None:
        refuse_too_large(sample.name, sample.stat().st_size)
        asked = (sample.name, sample.read_bytes())
    with speaker.task("games taken in") as advance:
        made = submit(sources, seasons, as_of, asked, advance)
    for part in made.parts:
        for text in part.remarks():
            speaker.say(text)
    text = submission(made.wanted, made.chance)
    if out is None:
        output.line(text.removesuffix("\n"))
    else:
        durable.write(out, text)
    rows = f"{len(made.wanted):,} pairs" + (f" in {out}" if out else "")
    speaker.say(f"{rows}, as of the evening of day {as_of}")
    if as_json:
        output.as_json({"file": str(out), "as_of": as_of, "parts": [part.to_dict() for part in made.parts]})
