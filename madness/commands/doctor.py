"""`madness doctor`: what is well and what is wrong, and how to mend it."""

from __future__ import annotations

from dataclasses import asdict

import typer

from madness.commands import output
from madness.commands.options import DEFAULT_HOME, HomeOption, JsonOption, StageOption


def doctor(stage: StageOption = "local", home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """Look at this machine, the account and a stage: what is well, what is wrong, how to mend each."""
    from madness.deploy.checks import PROBLEM
    from madness.deploy.doctor import examine
    from madness.printed.findings import render_findings
    from operate.stage import load_stage, project_root

    names, root = load_stage(stage), project_root()
    if names.is_local:
        from madness.local.doctor import examine_home

        found = list(examine_home(home, names, root))
    else:
        found = list(examine(names, root))
    if as_json:
        output.as_json({"stage": stage, "findings": [asdict(one) for one in found]})
    else:
        render_findings(found)
    if any(one.level == PROBLEM for one in found):
        raise typer.Exit(1)
