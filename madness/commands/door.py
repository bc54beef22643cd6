"""`madness door` and `madness edge`: who may see the dashboard, and CloudFront before it."""

from __future__ import annotations

from typing import Annotated

import typer

from madness.commands import output
from madness.commands.options import JsonOption

Stage = Annotated[str, typer.Option("--stage", help="A stage on AWS, whose dashboard is deployed.")]


def door(
    stage: Stage = "dev",
    login: Annotated[str | None, typer.Option(help="Ask for this name and a password, which is asked for now.")] = None,
    no_login: Annotated[bool, typer.Option("--no-login", help="Ask for none.")] = False,
    allow: Annotated[
        list[str] | None, typer.Option(help="Let in this network, such as 203.0.113.0/24; repeatable.")
    ] = None,
    allow_all: Annotated[bool, typer.Option("--allow-all", help="Let in every network.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say who may see the dashboard, or change it: a login, a list of networks, both or neither."""
    from dashboard.door import ALLOW_VARIABLE, LOGIN_VARIABLE, SECRET_VARIABLE
    from madness.deploy.edge import set_variables, variables
    from operate.aws import account_clients
    from operate.stage import load_stage

    if (login and no_login) or (allow and allow_all):
        raise typer.BadParameter("--login and --no-login, or --allow and --allow-all, say opposite things")
    names = load_stage(stage)
    if names.is_local:
        raise typer.BadParameter("the local dashboard listens on loopback only; its door is always open")
    clients = account_clients(names)
    changes: dict[str, str | None] = {**asked(login, allow)}
    if no_login:
        changes[LOGIN_VARIABLE] = None
    if allow_all:
        changes[ALLOW_VARIABLE] = None
    changed = bool(changes) and set_variables(names, clients, changes)
    now = variables(names, clients)
    user = now[LOGIN_VARIABLE].partition(":")[0] if LOGIN_VARIABLE in now else None
    networks = now[ALLOW_VARIABLE].split(",") if ALLOW_VARIABLE in now else None
    if as_json:
        output.as_json(
            {"login": user, "allow": networks, "cloudfront_only": SECRET_VARIABLE in now, "changed": changed}
        )
        return
    output.line(f"login: {user or 'none'}")
    output.line(f"networks: {', '.join(networks) if networks else 'all'}")
    output.line(f"through CloudFront only: {'yes' if SECRET_VARIABLE in now else 'no'}")


def asked(login: str | None, allow: list[str] | None, only_plan: bool = False) -> dict[str, str]:
    """The variables that let in a login, whose password is asked for, and networks; a plan needs no password."""
    from dashboard.door import ALLOW_VARIABLE, LOGIN_VARIABLE, Door
    from dashboard.door import login as hashed

    if login is not None and (not login or ":" in login):
        raise typer.BadParameter("the name of a login is not empty and has no colon")
    found = {}
    if allow:
        found[ALLOW_VARIABLE] = ",".join(allow)
        Door.from_environment(found)  # refuses what is no network before anything is deployed
    if login:
        password = "" if only_plan else typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        found[LOGIN_VARIABLE] = login if only_plan else hashed(login, password)
    return found


def edge(
    stage: Stage = "dev",
    domain: Annotated[
        str | None, typer.Option(help="A name of your own, with --certificate; kept if left out.")
    ] = None,
    certificate: Annotated[str | None, typer.Option(help="ARN of its certificate, in us-east-1.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take CloudFront away again.")] = False,
) -> None:
    """Put CloudFront before the dashboard: static files from the edge, and no other way in."""
    from madness.deploy.edge import put_edge, remove_edge
    from operate.aws import account_clients
    from operate.stage import load_stage

    if bool(domain) != bool(certificate):
        raise typer.BadParameter("--domain and --certificate go together")
    names = load_stage(stage)
    if names.is_local:
        raise typer.BadParameter("the local dashboard has no CloudFront")
    clients = account_clients(names)
    if remove:
        output.line("CloudFront is gone" if remove_edge(names, clients) else "there was no CloudFront")
        return
    output.line(
        put_edge(names, clients, domain=domain, certificate=certificate, say=lambda text: typer.echo(text, err=True))
    )
