"""`madness models`: which models a stage has, who forecasts, and the decisions about that."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from madness.commands import output
from madness.commands.options import DEFAULT_HOME, HomeOption, JsonOption, StageOption
from madness.commands.reach import clients_of, who

models = typer.Typer(help="List models, promote one, or go back to an earlier one.", invoke_without_command=True)

LeagueOption = Annotated[str | None, typer.Option("--league", help="M or W; both by default.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; the log keeps it.")]


@models.callback()
def listed(
    context: typer.Context,
    league: LeagueOption = None,
    home: HomeOption = DEFAULT_HOME,
    stage: StageOption = "local",
    as_json: JsonOption = False,
) -> None:
    """List models with their scores, who is in charge since when and why; or decide: promote, rollback."""
    if context.invoked_subcommand is not None:
        given = [name for name in context.params if _is_given(context, name)]
        if given:
            raise typer.BadParameter(f"--stage and other options go behind `{context.invoked_subcommand}`")
        return
    from madness.printed.stage import render_models
    from operate.models import listing

    lake, _, _ = _open(stage, home)
    found = listing(lake, _leagues(league))
    if as_json:
        output.as_json(found)
    else:
        render_models(found)


@models.command()
def promote(
    id: Annotated[str, typer.Argument(help="The model, as `madness models` lists it.")],
    reason: ReasonOption,
    home: HomeOption = DEFAULT_HOME,
    stage: StageOption = "local",
    as_json: JsonOption = False,
) -> None:
    """Put a model in charge of its league, from the next day folded on."""
    from operate.models import promote

    lake, names, clients = _open(stage, home)
    _tell(promote(lake, id, reason=reason, by=who(names, clients), now=datetime.now(UTC)), names, clients, as_json)


@models.command()
def rollback(
    reason: ReasonOption,
    id: Annotated[str | None, typer.Argument(help="One that was in charge; if left out, the one before.")] = None,
    league: Annotated[str | None, typer.Option("--league", help="M or W; told by the id if there is one.")] = None,
    home: HomeOption = DEFAULT_HOME,
    stage: StageOption = "local",
    as_json: JsonOption = False,
) -> None:
    """Put an earlier model back in charge, from the next day folded on."""
    from operate.models import rollback

    lake, names, clients = _open(stage, home)
    chosen = _leagues(league)
    one = chosen[0] if len(chosen) == 1 else None
    by = who(names, clients)
    _tell(rollback(lake, one, id, reason=reason, by=by, now=datetime.now(UTC)), names, clients, as_json)


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _leagues(text: str | None) -> tuple[Any, ...]:
    from hoops.games.leagues import League
    from madness import selection

    return tuple(League) if text is None else selection.parse_leagues(text)


def _open(stage: str, home: Path) -> tuple[Any, Any, Any]:
    from operate.aws import open_lake
    from operate.stage import load_stage

    names = load_stage(stage)
    clients = clients_of(names, home)
    return open_lake(names, clients), names, clients


def _tell(decision: Any, names: Any, clients: Any, as_json: bool) -> None:
    """Say what was decided, and have the games to come forecast anew now and not within five minutes."""
    from dataclasses import asdict

    from hoops.games.moment import told
    from operate.reconcile import invoke_reconcile

    invoke_reconcile(clients("lambda"), names)
    if as_json:
        output.as_json(asdict(decision))
        return
    start = decision.effective_from
    since = f"from {told(start)} on" if start else "on every day, and is shown when all of them are folded again"
    output.line(f"{decision.id} {decision.action}: it forecasts {since}")
