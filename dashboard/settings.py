"""What the dashboard is told by its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hoops.errors import MadnessError

BUCKET_VARIABLE = "MADNESS_DASHBOARD_BUCKET"


@dataclass(frozen=True)
class Settings:
    """bucket: name of the dashboard bucket."""

    bucket: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Raise `MadnessError` if a setting is missing, saying what to write where."""
        bucket = environment.get(BUCKET_VARIABLE, "")
        if not bucket:
            raise MadnessError(
                f"{BUCKET_VARIABLE} is not set: it names the bucket the dashboard reads, for example "
                f"{BUCKET_VARIABLE}=madness-local-dashboard (zappa_settings.json: environment_variables)"
            )
        return cls(bucket)
