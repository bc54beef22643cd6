"""`madness doctor` for the stage of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from madness.deploy import checks
from madness.deploy.checks import OK, PROBLEM, WARNING, Finding
from madness.local import dashboard, ministack, room
from madness.local.home import Home, LocalError
from operate.stage import Stage


def examine_home(folder: Path, stage: Stage, root: Path) -> Iterator[Finding]:
    """Every finding, as it comes."""
    home = Home(folder)
    again = f"madness up --home {home.root}"
    yield from checks.checkout(root)
    if not home.exists:
        yield Finding(WARNING, "home", f"there is no local stack in {home.root}", again)
        return
    try:
        room.require(home, 0)
        yield Finding(OK, "disk", f"there is room where {home.root} is")
    except LocalError as error:
        yield Finding(PROBLEM, "disk", str(error))
    try:
        home.settings()
        yield Finding(OK, "home", f"the local stack lives in {home.root}")
    except LocalError as error:
        yield Finding(PROBLEM, "home", str(error), again)
        return
    endpoint = ministack.running(home)
    if endpoint is None:
        yield Finding(WARNING, "local AWS", "it does not run", again)
        return
    if not ministack.is_healthy(endpoint, timeout=10.0):
        yield Finding(PROBLEM, "local AWS", f"{endpoint.url} does not answer", f"madness down, then {again}")
        return
    yield Finding(OK, "local AWS", f"it answers at {endpoint.url}")
    yield from checks.stage_on_aws(stage, ministack.local_clients(endpoint), root)
    port = dashboard.running(home)
    yield (
        Finding(OK, "dashboard", f"served at {dashboard.url(port)}")
        if port
        else Finding(WARNING, "dashboard", "it is not served", again)
    )
