"""`madness status`: how far each league is."""

from __future__ import annotations

from typing import Any

from madness.commands import output
from madness.commands.options import DEFAULT_HOME, HomeOption, JsonOption, StageOption
from madness.commands.reach import clients_of, existing


def status(home: HomeOption = DEFAULT_HOME, stage: StageOption = "local", as_json: JsonOption = False) -> None:
    """Show how far each league is, what waits, and how old the tables are."""
    from madness.local import dashboard, ministack
    from madness.printed.stage import render_status
    from operate.stage import load_stage
    from operate.status import status

    place = existing(home) if stage == "local" else None
    if place is not None and ministack.running(place) is None:
        found: dict[str, Any] = {"stage": stage, "running": False, "home": str(place.root)}
    else:
        names = load_stage(stage)
        found = {**status(names, clients_of(names, home)), "running": True}
        if place is not None:
            port = dashboard.running(place)
            found |= {"home": str(place.root), "dashboard": dashboard.url(port) if port else None}
    if as_json:
        output.as_json(found)
    else:
        render_status(found)
