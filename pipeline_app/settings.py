"""Settings of a stage. They stand in one place, `environment_variables` of `.chalice/config.json`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from hoops.errors import MadnessError


@dataclass(frozen=True)
class Settings:
    """Names of what a stage uses; see docs/operations.md."""

    stage: str
    source_bucket: str
    models_bucket: str
    dashboard_bucket: str
    queue: str
    dlq: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read every setting; raise `MadnessError` that names each missing one and where to write it."""
        names = {name: f"MADNESS_{name.upper()}" for name in cls.__dataclass_fields__}
        missing = [variable for variable in names.values() if not environment.get(variable)]
        if missing:
            raise MadnessError(
                f"{', '.join(missing)} not set: write the value under stages.<stage>.environment_variables "
                "in .chalice/config.json, for example "
                f'"{missing[0]}": "madness-dev-{missing[0].removeprefix("MADNESS_").lower().replace("_bucket", "")}"'
            )
        return cls(**{name: environment[variable] for name, variable in names.items()})
