"""`madness down`: stop what `up` left running."""

from __future__ import annotations

from madness.commands import output
from madness.commands.options import DEFAULT_HOME, HomeOption
from madness.commands.reach import existing


def down(home: HomeOption = DEFAULT_HOME) -> None:
    """Stop what `up` left running; everything stays on disk."""
    from madness.local import dashboard, ministack

    place = existing(home)
    with place.lock():
        stopped = [name for name, stop in (("dashboard", dashboard.stop), ("local AWS", ministack.stop)) if stop(place)]
    output.line(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")
