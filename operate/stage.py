"""A stage's region and names, read from where they stand: `environment_variables` of `.chalice/config.json`.

Commands read that file; functions find the same variables in their environment. `madness configure` writes it, and what
has to say the same again: policies, the layer, `zappa_settings.json`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hoops.errors import MadnessError

APP = "madness"
LOCAL = "local"
PYTHON = (3, 12)  # of the functions on AWS, as of their layer
FUNCTIONS = (
    "accept_results",
    "accept_retractions",
    "accept_fixtures",
    "accept_players",
    "refresh_reference",
    "transform_events",
    "apply_results",
    "reconcile",
    "start_training",
    "promote_model",
    "watch_forecasts",
)
# Which function takes the uploads of a folder.
TAKEN_BY = {
    "results": "accept_results",
    "retractions": "accept_retractions",
    "fixtures": "accept_fixtures",
    "players": "accept_players",
    "reference": "refresh_reference",
    "events": "transform_events",
}
SCHEDULED = ("reconcile", "start_training", "watch_forecasts")
_ROOT = Path(__file__).resolve().parents[1]
CONFIG = Path(".chalice") / "config.json"
_PARTS = ("app.py", str(CONFIG), "infra/template.yaml", "vendor")


class StageError(MadnessError):
    """A stage or a setting of it is missing; the text says what to write where."""


_VARIABLES = {
    "region": "MADNESS_REGION",
    "source": "MADNESS_SOURCE_BUCKET",
    "models": "MADNESS_MODELS_BUCKET",
    "dashboard": "MADNESS_DASHBOARD_BUCKET",
    "deployments": "MADNESS_DEPLOYMENTS_BUCKET",
    "queue": "MADNESS_QUEUE",
    "dead_letters": "MADNESS_DLQ",
}


@dataclass(frozen=True)
class Stage:
    """Where one stage is, and the names of its buckets and queues.

    Attributes
    ----------
    source, models, dashboard : the lake
    deployments : what is deployed and how to go back: packages and releases
    """

    name: str
    region: str
    source: str
    models: str
    dashboard: str
    deployments: str
    queue: str
    dead_letters: str

    def function(self, name: str) -> str:
        """Name under which Chalice deploys a function.

        >>> Stage("dev", "eu-west-1", "s", "m", "d", "p", "q.fifo", "l.fifo").function("reconcile")
        'madness-dev-reconcile'
        """
        return f"{APP}-{self.name}-{name}"

    @property
    def stack(self) -> str:
        return f"{APP}-{self.name}"

    @property
    def is_local(self) -> bool:
        return self.name == LOCAL

    @property
    def partition(self) -> str:
        """First part of this region's ARNs: aws, aws-cn, aws-us-gov; raise `StageError` for no region of AWS."""
        return _partition(self.region)

    def buckets(self) -> dict[str, str]:
        """The buckets of the lake."""
        return {"source": self.source, "models": self.models, "dashboard": self.dashboard}

    @classmethod
    def of(cls, name: str, variables: Mapping[str, str], where: str) -> Stage:
        """A stage from its variables; raise `StageError` that names each missing one and where to write it."""
        missing = [variable for variable in _VARIABLES.values() if not variables.get(variable)]
        if missing:
            example = f"{APP}-{name}-{missing[0].removeprefix('MADNESS_').removesuffix('_BUCKET').lower()}"
            example = "eu-central-1" if missing[0] == "MADNESS_REGION" else example
            raise StageError(f'Write {", ".join(missing)} into {where}, for example "{missing[0]}": "{example}".')
        return cls(name, **{field: variables[variable] for field, variable in _VARIABLES.items()})

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Stage:
        """The stage whose function this is; raise `StageError` if one of its variables is not set."""
        name = environment.get("MADNESS_STAGE")
        if not name:
            raise StageError("Write MADNESS_STAGE into stages.<stage>.environment_variables of .chalice/config.json.")
        return cls.of(name, environment, f"stages.{name}.environment_variables of .chalice/config.json")


@cache
def _partition(region: str) -> str:
    from botocore.exceptions import UnknownRegionError
    from botocore.session import Session

    try:
        return Session().get_partition_for_region(region)
    except UnknownRegionError as error:
        raise StageError(f"{region!r} is no region of AWS; eu-central-1 and us-east-1 are.") from error


def keep_to(stage: Stage, environment: MutableMapping[str, str] = os.environ) -> None:
    """Have every AWS client of this process go where the stage is, whatever a shell or a profile has left over.

    For who deploys: Chalice loads the app before it makes a client. A function runs where it was deployed, so there it
    only looks whether that is the stage's region.

    Raises
    ------
    StageError
        The environment points somewhere else, or this Python packages for other functions than the stage's.
    """
    if "AWS_LAMBDA_FUNCTION_NAME" in environment:
        region = environment.get("AWS_REGION", stage.region)
        if region != stage.region:
            raise StageError(f"The stage {stage.name} is in {stage.region}, and this function in {region}.")
        return
    refuse_other_endpoints(stage, environment)
    if not stage.is_local and sys.version_info[:2] != PYTHON:
        running, wanted = (".".join(map(str, one)) for one in (sys.version_info[:2], PYTHON))
        raise StageError(
            f"This is Python {running}; functions and layer of stage {stage.name} are of {wanted} and cannot import "
            f"what this one packages. `madness deploy --stage {stage.name}` finds a Python {wanted} by itself."
        )
    environment["AWS_DEFAULT_REGION"] = stage.region


def refuse_other_endpoints(stage: Stage, environment: Mapping[str, str] = os.environ) -> None:
    """Raise `StageError` if the environment sends AWS clients to another AWS than the stage's.

    `MADNESS_AWS_ENDPOINT` says on purpose what a left-over `AWS_ENDPOINT_URL` says by accident.
    """
    meant = environment.get("MADNESS_AWS_ENDPOINT")
    found = {k: v for k, v in environment.items() if k.startswith("AWS_ENDPOINT_URL") and v}
    if stage.is_local:
        if not found and not meant:
            raise StageError(
                "The stage local is on the AWS of this machine, which AWS_ENDPOINT_URL does not name: `madness up` "
                "deploys it."
            )
        return
    if meant and set(found.values()) <= {meant}:
        return
    if found:
        told = ", ".join(f"{name}={value}" for name, value in sorted(found.items()))
        raise StageError(
            f"The stage {stage.name} is on AWS, and {told} points elsewhere. Unset it, or set "
            "MADNESS_AWS_ENDPOINT to the same address if that is meant."
        )


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


def stage_names(root: Path | None = None) -> list[str]:
    """The stages of `.chalice/config.json`."""
    return list(json.loads(((root or project_root()) / CONFIG).read_text())["stages"])


def load_stage(name: str, root: Path | None = None) -> Stage:
    """Read a stage's names.

    Raises
    ------
    StageError
        The stage or one of its settings is not configured.
    """
    path = (root or project_root()) / CONFIG
    stages = json.loads(path.read_text())["stages"]
    if name not in stages:
        raise StageError(f"{path} has no stage {name!r}; it has {', '.join(sorted(stages))}.")
    variables = stages[name].get("environment_variables", {})
    return Stage.of(name, variables, f"stages.{name}.environment_variables of {path}")
