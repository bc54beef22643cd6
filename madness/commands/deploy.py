"""`madness deploy`: a stage from nothing, or from whatever is there, to what the checkout says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from madness.commands import output
from madness.commands.door import asked
from madness.commands.options import DEFAULT_HOME, HomeOption, JsonOption, StageOption

if TYPE_CHECKING:
    from madness.deploy.deploy import Wishes


def deploy(
    stage: StageOption = "local",
    plan: Annotated[bool, typer.Option("--plan", help="Show all that it would make, and change nothing.")] = False,
    alarm_email: Annotated[str | None, typer.Option(help="Who is told of alarms; kept if left out.")] = None,
    monthly_budget: Annotated[
        float | None, typer.Option(min=0, help="Dollars a month above which that address is told; 0: never.")
    ] = None,
    without_dashboard: Annotated[
        bool, typer.Option("--without-dashboard", help="The pipeline only; a dashboard that is there stays.")
    ] = False,
    cdn: Annotated[bool, typer.Option("--cdn", help="CloudFront before the dashboard; kept from then on.")] = False,
    login: Annotated[
        str | None, typer.Option(help="The dashboard asks for this name and a password, which is asked for now.")
    ] = None,
    allow: Annotated[
        list[str] | None, typer.Option(help="The dashboard lets in this network only; repeatable.")
    ] = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Check, provision, deploy the functions and the dashboard; a second run changes nothing."""
    from madness.deploy.deploy import Wishes
    from operate.stage import LOCAL

    if (login or allow) and (stage == LOCAL or without_dashboard):
        raise typer.BadParameter("--login and --allow are of the dashboard of a stage on AWS")
    if stage == LOCAL:
        _local(home, plan, as_json)
    else:
        wishes = Wishes(alarm_email, monthly_budget, not without_dashboard, cdn, asked(login, allow, plan))
        _to_aws(stage, plan, wishes, as_json)


def _to_aws(name: str, only_plan: bool, wishes: Wishes, as_json: bool) -> None:
    from madness.console import voice
    from madness.deploy.deploy import Deployment
    from operate.aws import account_clients
    from operate.stage import load_stage, project_root

    deployment = Deployment(load_stage(name), wishes, project_root(), account_clients, voice().say)
    if only_plan:
        from madness.deploy.plan import plan
        from madness.printed.plan import render_plan

        found = plan(deployment)
        output.as_json(found) if as_json else render_plan(found)
        return
    done, release = deployment.run()
    changed = [title for title, one in done.items() if one.changed]
    if as_json:
        output.as_json({
            "stage": name, "region": deployment.stage.region, "changed": changed,
            "steps": {title: one.told for title, one in done.items()},
            "release": release.number if release else None, "dashboard": deployment.address,
        })  # fmt: skip
        return
    output.line(f"changed: {', '.join(changed)}" if changed else "nothing changed")
    if release:
        output.line(f"stage {name} in {deployment.stage.region}: release {release.number}, commit {release.commit}")
    if deployment.address:
        output.line(f"dashboard  {deployment.address}")


def _local(home: Path, only_plan: bool, as_json: bool) -> None:
    from madness.console import voice
    from madness.deploy.steps import carry_out
    from madness.local.home import Home
    from madness.local.stack import LocalStack

    place = Home(home)
    found = LocalStack(place, voice()).steps()
    if only_plan:
        steps = [{"title": one.title, "does": one.does, "undo": one.undo} for one in found]
        if as_json:
            output.as_json({"stage": "local", "home": str(place.root), "steps": steps})
        for number, step in enumerate([] if as_json else steps, 1):
            output.line(f"{number} {step['title']}: {step['does']}")
        return
    with place.lock():
        done = carry_out(found, voice().say)
    changed = [title for title, one in done.items() if one.changed]
    if as_json:
        output.as_json({"stage": "local", "home": str(place.root), "changed": changed,
                        "steps": {title: one.told for title, one in done.items()}})  # fmt: skip
    else:
        output.line(f"changed: {', '.join(changed)}" if changed else "nothing changed")
        output.line("the dashboard is served from the checkout: `madness up`")
