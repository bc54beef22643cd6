"""The event source mapping that hands the queue's messages to the function which applies them.

Turned off, it keeps every message in the queue and says nothing. Nothing here or in the pipeline turns it off.

On AWS it changes its state in its own time, up to a minute and more, and meanwhile refuses to be changed: deploying
(`madness/deploy/pipeline.py`) waits for it, and turns it on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# Creating, Enabling and Updating become Enabled by themselves.
_OFF = ("Disabled", "Disabling", "Deleting")
MISSING = "Missing"


@dataclass(frozen=True)
class Mapping:
    """state: Enabled, Disabled, or on the way to one of them, as AWS calls it; Missing where there is none."""

    function: str
    state: str
    uuid: str | None = None

    @classmethod
    def of(cls, lambda_client: Any, function: str) -> Mapping:
        """The mapping of a function; of several, one that is off."""
        try:
            pages = lambda_client.get_paginator("list_event_source_mappings").paginate(FunctionName=function)
            listed = [one for page in pages for one in page["EventSourceMappings"]]
        except lambda_client.exceptions.ResourceNotFoundException:
            listed = []
        found = [cls(function, one["State"], one["UUID"]) for one in listed]
        return min(found, key=lambda one: one.is_on, default=cls(function, MISSING))

    @property
    def is_on(self) -> bool:
        return self.state != MISSING and self.state not in _OFF

    def advice(self) -> str:
        """What to do where it is off.

        >>> Mapping("apply", "Missing").advice().partition(":")[0]
        'the mapping to apply is Missing'
        """
        what = f"the mapping to {self.function} is {self.state}"
        if self.uuid is None:
            return f"{what}: deploy the stage, `madness up` locally, `madness deploy --stage STAGE` on AWS"
        return (
            f"{what}. Turn it on: `madness up` locally, on AWS `madness deploy --stage STAGE` or "
            f"`aws lambda update-event-source-mapping --uuid {self.uuid} --enabled`"
        )
