"""The `madness` command. Data goes to stdout, everything else to stderr; whatever is slow to import comes late."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hoops.errors import MadnessError, Rejected

if TYPE_CHECKING:
    from madness.aws import Clients
    from madness.stage import Stage

app = typer.Typer(
    name="madness",
    help="Forecasts of college basketball: local AWS, deployment, files in, dashboard out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

DEFAULT_HOME = Path(".madness")
HomeOption = Annotated[Path, typer.Option("--home", envvar="MADNESS_HOME", help="Where the local stack lives.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
StageOption = Annotated[str, typer.Option("--stage", help="local, or a stage of .chalice/config.json on AWS.")]


@app.command()
def up(
    data: Annotated[
        Path | None, typer.Option(help="Folder of Kaggle's CSV files; without it the sample league is used.")
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
        _print_json(summary)
        return
    seconds = summary["seconds"]
    steps = ", ".join(f"{step} {taken:.1f} s" for step, taken in seconds.items())
    _print(f"{summary['games']:,} games forecast on {summary['days']:,} days ({steps})")
    if summary["secondary_games"]:
        _print(f"{summary['secondary_games']:,} games of secondary tournaments besides")
    _print(f"local AWS  {summary['endpoint']}, kept in {summary['home']}")
    if summary["dashboard"]:
        _print(f"dashboard  {summary['dashboard']}")
        _print("`madness down` stops it all, `madness up` resumes.")


@app.command()
def down(home: HomeOption = DEFAULT_HOME) -> None:
    """Stop what `up` left running; everything stays on disk."""
    from madness.local import dashboard, ministack
    from madness.local.home import Home

    place = _existing(Home(home))
    with place.lock():
        stopped = [name for name, stop in (("dashboard", dashboard.stop), ("local AWS", ministack.stop)) if stop(place)]
    _print(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")


@app.command()
def status(home: HomeOption = DEFAULT_HOME, stage: StageOption = "local", as_json: JsonOption = False) -> None:
    """Show how far each league is, what waits, and how old the tables are."""
    from madness.console import render_status
    from madness.local import dashboard
    from madness.local.home import Home
    from madness.stage import load_stage
    from madness.status import status

    place = _existing(Home(home)) if stage == "local" else None
    if place is not None and not _is_running(place):
        found: dict[str, Any] = {"stage": stage, "running": False, "home": str(place.root)}
    else:
        names = load_stage(stage)
        found = {**status(names, _clients(names, place)), "running": True}
        if place is not None:
            port = dashboard.running(place)
            found |= {"home": str(place.root), "dashboard": dashboard.url(port) if port else None}
    if as_json:
        _print_json(found)
    else:
        render_status(found)


@app.command()
def ingest(
    files: Annotated[list[Path], typer.Argument(help="Results, fixtures, retractions or reference files.")],
    home: HomeOption = DEFAULT_HOME,
    stage: StageOption = "local",
    as_json: JsonOption = False,
) -> None:
    """Upload files and wait for the answer; a rejected file's report is printed."""
    from madness.aws import open_lake
    from madness.console import voice
    from madness.ingest import ingest, read_files
    from madness.local.home import Home
    from madness.stage import load_stage

    uploads, refused = read_files(files)
    names = load_stage(stage)
    speaker = voice()
    outcomes = refused
    if uploads:
        clients = _clients(names, _existing(Home(home)) if stage == "local" else None)
        with speaker.task("files accepted") as advance:
            finished = 0

            def done(_: object) -> None:
                nonlocal finished
                finished += 1
                advance(finished, len(uploads))

            outcomes = refused + ingest(uploads, names, open_lake(names, clients), clients, done=done)
    if as_json:
        _print_json([outcome.to_dict() for outcome in outcomes])
    else:
        for outcome in outcomes:
            _print(_sentence(outcome))
            for warning in outcome.warnings:
                speaker.say(f"{outcome.key}: {warning}")
    if any(outcome.is_rejected for outcome in outcomes):
        raise typer.Exit(1)


@app.command()
def sample(
    folder: Annotated[Path, typer.Argument(help="Where to write; made if it is missing.")],
    seed: Annotated[int, typer.Option(min=0, help="Another seed makes another league.")] = 2026,
) -> None:
    """Write the sample league: six seasons of made-up teams in the formats of real files."""
    from madness import sample as league
    from madness.console import voice

    with voice().task("sample league, seasons") as advance:
        made = league.generate(seed=seed, progress=advance)
        league.write(folder, made)
    _print(f"{len(made.files)} files in {folder}; the true probabilities are in {folder / 'truth'}")


@app.command()
def backtest(
    data: Annotated[Path, typer.Option(help="Folder of Kaggle's CSV files.")],
    league: Annotated[str, typer.Option(help="M or W.")],
    seasons: Annotated[str, typer.Option(help="2024, 2011-2024, a list, or all.")] = "all",
    model: Annotated[
        str, typer.Option(help="full (trained on earlier seasons for each season) or statespace.")
    ] = "full",
    lines: Annotated[
        list[Path] | None,
        typer.Option(help="Closing lines or FiveThirtyEight: a file or a folder of them; repeatable."),
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter of the training; repeatable.")
    ] = None,
    predictions: Annotated[Path | None, typer.Option(help="Write Season,DayNum,Team1ID,Team2ID,Prob1 here.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Forecast past seasons walk-forward, without AWS, and score the forecasts beside baselines."""
    from lake.folder import read_folder
    from madness import selection
    from madness.backtest import Model, backtest
    from madness.console import render_backtest, voice

    leagues = selection.parse_leagues(league)
    if len(leagues) != 1:
        raise selection.SelectionError("one league at a time: --league M or --league W")
    if model not in {*Model}:
        raise MadnessError(f"unknown model {model!r}; allowed: {', '.join(Model)}")
    chosen = selection.choose_seasons(_folder(data), leagues, seasons)
    speaker = voice()
    folder = read_folder(data, leagues)
    found, outsiders = backtest(folder, leagues[0], chosen, Model(model), settings or [], lines or [], speaker)
    for one in outsiders:
        if one.unmatched:
            speaker.say(f"{one.file}: no team is called {', '.join(one.unmatched)}; their games are left out")
    if predictions is not None:
        _write_csv(found.predictions, predictions)
        speaker.say(f"{found.predictions.num_rows:,} forecasts in {predictions}")
    if as_json:
        _print_json(found.to_dict() | {"outside": [one.to_dict() for one in outsiders]})
    else:
        render_backtest(found, outsiders)


@app.command()
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
    data: Annotated[Path | None, typer.Option(help="Folder of Kaggle's CSV files, instead of a stage.")] = None,
    home: HomeOption = DEFAULT_HOME,
    stage: StageOption = "local",
    as_json: JsonOption = False,
) -> None:
    """Forecast one game from what was known before it, and say what drives the forecast."""
    from madness import selection
    from madness.console import render_match, voice
    from madness.predict import Asked, league_of, predict
    from madness.sources import FolderSource, LakeSource, Source

    leagues = selection.parse_leagues(league) if league else ()
    if len(leagues) > 1:
        raise selection.SelectionError("one league at a time: --league M or --league W")
    asked = Asked(team1, team2, leagues[0] if leagues else None, site, season, day, city, as_of)
    source: Source
    if data is not None:
        source = FolderSource(_folder(data), league_of(asked))
    else:
        from madness.aws import open_lake
        from madness.local.home import Home
        from madness.stage import load_stage

        names = load_stage(stage)
        clients = _clients(names, _existing(Home(home)) if stage == "local" else None)
        source = LakeSource(open_lake(names, clients), league_of(asked))
    with voice().task("games taken in") as advance:
        found = predict(asked, source, advance)
    if as_json:
        _print_json(found)
    else:
        render_match(found)


@app.command()
def reset(
    home: HomeOption = DEFAULT_HOME,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Stop the local stack and delete its folder, data included."""
    from madness.local import dashboard, ministack
    from madness.local.home import Home, remove

    place = _existing(Home(home))
    if not yes and not typer.confirm(f"Delete {place.root} with everything in it?", err=True):
        raise typer.Exit(1)
    with place.lock():
        dashboard.stop(place)
        ministack.stop(place)
        remove(place)
    _print(f"deleted {place.root}")


@app.command()
def provision(
    stage: StageOption = "local",
    home: HomeOption = DEFAULT_HOME,
    alarm_email: Annotated[str | None, typer.Option(help="Who is told of alarms; kept if left out.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Create or update a stage's buckets, queues, roles and alarms with CloudFormation."""
    from madness.console import voice
    from madness.local.home import Home
    from madness.provision import provision
    from madness.stage import load_stage

    names = load_stage(stage)
    clients = _clients(names, _existing(Home(home)) if stage == "local" else None)
    outcome = provision(names, clients("cloudformation"), alarm_email=alarm_email, say=voice().say)
    if as_json:
        _print_json({"stack": names.stack, "outcome": outcome, "buckets": names.buckets(), "queue": names.queue})
    else:
        _print(f"stack {names.stack}: {outcome}")


def main() -> None:
    """Run the command line; exit code 0 done, 1 failed, 2 wrong usage."""
    # Before NumPy loads, as in the Lambdas: equal bytes, and small matrices are eight times slower on many threads.
    for name, value in (("OPENBLAS_NUM_THREADS", "1"), ("OMP_NUM_THREADS", "1"), ("OPENBLAS_CORETYPE", "Haswell")):
        os.environ.setdefault(name, value)
    try:
        app()
    except Rejected as error:
        _fail(error.report.text())
    except MadnessError as error:
        _fail(str(error))
    except _aws_errors() as error:
        from madness.aws import explain

        _fail(explain(error))


def _aws_errors() -> tuple[type[Exception], ...]:
    """What boto3 raises, if this run has used it: asked for only when something was raised."""
    if "botocore.exceptions" not in sys.modules:
        return ()
    from botocore.exceptions import BotoCoreError, ClientError

    return (BotoCoreError, ClientError)


def _existing(home: Any) -> Any:
    from madness.local.home import LocalError

    if not home.exists:
        raise LocalError(f"There is no local stack in {home.root}. `madness up` makes one; --home names another place.")
    return home


def _is_running(home: Any) -> bool:
    from madness.local import ministack

    return ministack.running(home) is not None


def _clients(stage: Stage, home: Any) -> Clients:
    from madness.aws import account_clients, local_clients
    from madness.local import ministack
    from madness.local.home import LocalError

    if home is None:
        return account_clients()
    endpoint = ministack.running(home)
    if endpoint is None:
        raise LocalError(f"The local AWS of {home.root} does not run. Start it with `madness up --home {home.root}`.")
    return local_clients(endpoint)


def _folder(path: Path) -> Path:
    from madness.selection import SelectionError

    if not path.is_dir():
        raise SelectionError(f"{path} is not a folder. Give --data a folder of Kaggle's CSV files.")
    return path


def _sentence(outcome: Any) -> str:
    if outcome.report is not None:
        return outcome.report.text()
    if outcome.is_rejected:
        return f"{outcome.key} was rejected"
    rows = f": {_counted(outcome.rows, 'row')}" + (f" on {_counted(outcome.days, 'day')}" if outcome.days else "")
    return f"{outcome.key} {outcome.outcome}{rows}"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _write_csv(table: Any, path: Path) -> None:
    from pyarrow import csv

    path.parent.mkdir(parents=True, exist_ok=True)
    csv.write_csv(table, path, csv.WriteOptions(quoting_style="none"))


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")


def _print_json(content: object) -> None:
    _print(json.dumps(content, indent=2))


def _fail(text: str) -> None:
    sys.stdout.flush()
    sys.stderr.write(f"madness: {text}\n")
    raise SystemExit(1)
