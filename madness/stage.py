"""A stage's names, read from where they stand: `environment_variables` of `.chalice/config.json`.

S3 bucket names are global: whoever deploys to AWS changes the buckets of dev and prod there, and nowhere else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from hoops.errors import MadnessError

APP = "madness"
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


_VARIABLES = {
    "source": "MADNESS_SOURCE_BUCKET",
    "models": "MADNESS_MODELS_BUCKET",
    "dashboard": "MADNESS_DASHBOARD_BUCKET",
    "queue": "MADNESS_QUEUE",
    "dead_letters": "MADNESS_DLQ",
}


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
    missing = [variable for variable in _VARIABLES.values() if not variables.get(variable)]
    if missing:
        raise StageError(f"Write {', '.join(missing)} into stages.{name}.environment_variables of {path}.")
    return Stage(name, **{field: variables[variable] for field, variable in _VARIABLES.items()})
