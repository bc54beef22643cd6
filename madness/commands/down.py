"""`madness down`: stop what `up` left running."""

from __future__ import annotations

from madness.commands import output
from madness.commands.options import DEFAULT_HOME, HomeOption
from madness.commands.reach import existing


def down(home: HomeOption = DEFAULT_HOME) -> None:
    """Stop what `up` left running; everything stays on disk."""
    from madness.local import dashboard, ministack
    from madness.local.sagemaker import process as sagemaker

    place = existing(home)
    # What trains saves into the local AWS.
    servers = (("dashboard", dashboard.stop), ("training", sagemaker.stop), ("local AWS", ministack.stop))
    with place.lock():
        stopped = [name for name, stop in servers if stop(place)]
    output.line(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")
