"""A stage's names, read from where they stand: `environment_variables` of `.chalice/config.json`.

Commands read that file; functions find the same variables in their environment. S3 bucket names are global: whoever
deploys to AWS changes the buckets of dev and prod there, and nowhere else.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hoops.errors import MadnessError

APP = "madness"
REGION = "eu-central-1"  # of every stage; zappa_settings.json says it for the dashboard
FUNCTIONS = (
    "accept_results",
    "accept_retractions",
    "accept_fixtures",
    "refresh_reference",
    "apply_results",
    "reconcile",
)
_ROOT = Path(__file__).resolve().parents[1]
_PARTS = ("app.py", ".chalice/config.json", "infra/template.yaml", "vendor")


class StageError(MadnessError):
    """A stage or a setting of it is missing; the text says what to write where."""


_VARIABLES = {
    "source": "MADNESS_SOURCE_BUCKET",
    "models": "MADNESS_MODELS_BUCKET",
    "dashboard": "MADNESS_DASHBOARD_BUCKET",
    "queue": "MADNESS_QUEUE",
    "dead_letters": "MADNESS_DLQ",
}


@dataclass(frozen=True)
class Stage:
    """The names of one stage's buckets and queues."""

    name: str
    source: str
    models: str
    dashboard: str
    queue: str
    dead_letters: str

    def function(self, name: str) -> str:
        """Name under which Chalice deploys a function.

        >>> Stage("dev", "s", "m", "d", "q.fifo", "l.fifo").function("reconcile")
        'madness-dev-reconcile'
        """
        return f"{APP}-{self.name}-{name}"

    @property
    def stack(self) -> str:
        return f"{APP}-{self.name}"

    def buckets(self) -> dict[str, str]:
        return {"source": self.source, "models": self.models, "dashboard": self.dashboard}

    @classmethod
    def of(cls, name: str, variables: Mapping[str, str], where: str) -> Stage:
        """A stage from its variables; raise `StageError` that names each missing one and where to write it."""
        missing = [variable for variable in _VARIABLES.values() if not variables.get(variable)]
        if missing:
            example = f"{APP}-{name}-{missing[0].removeprefix('MADNESS_').removesuffix('_BUCKET').lower()}"
            raise StageError(f'Write {", ".join(missing)} into {where}, for example "{missing[0]}": "{example}".')
        return cls(name, **{field: variables[variable] for field, variable in _VARIABLES.items()})

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Stage:
        """The stage whose function this is; raise `StageError` if one of its variables is not set."""
        name = environment.get("MADNESS_STAGE")
        if not name:
            raise StageError("Write MADNESS_STAGE into stages.<stage>.environment_variables of .chalice/config.json.")
        return cls.of(name, environment, f"stages.{name}.environment_variables of .chalice/config.json")


def project_root() -> Path:
    """The checkout that this package runs from.

    Raises
    ------
    StageError
        The package was installed without the files that are deployed.
    """
    missing = [part for part in _PARTS if not (_ROOT / part).exists()]
    if missing:
        raise StageError(
            f"{_ROOT} has no {', '.join(missing)}: run madness from a checkout of the project (`make up` sets one up)."
        )
    return _ROOT


def load_stage(name: str, root: Path | None = None) -> Stage:
    """Read a stage's names.

    Raises
    ------
    StageError
        The stage or one of its settings is not configured.
    """
    path = (root or project_root()) / ".chalice" / "config.json"
    stages = json.loads(path.read_text())["stages"]
    if name not in stages:
        raise StageError(f"{path} has no stage {name!r}; it has {', '.join(sorted(stages))}.")
    variables = stages[name].get("environment_variables", {})
    return Stage.of(name, variables, f"stages.{name}.environment_variables of {path}")
