"""The event source mapping that hands the queue's messages to the function which applies them.

Turned off, it keeps every message in the queue and says nothing. Nothing here or in the pipeline turns it off.

On AWS it changes its state in its own time, up to a minute and more, and meanwhile refuses to be changed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from hoops.errors import MadnessError

# Creating, Enabling and Updating become Enabled by themselves.
_OFF = ("Disabled", "Disabling", "Deleting")
MISSING = "Missing"
PATIENCE = 180.0
_PAUSE = 2.0


class NotTurnedOn(MadnessError):
    """The mapping did not come on in time; the text says what state it is in and what to do."""


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
            return f"{what}: deploy the stage, `madness up` locally, `chalice deploy --stage STAGE` on AWS"
        return (
            f"{what}. Turn it on: `madness up` locally, on AWS "
            f"`aws lambda update-event-source-mapping --uuid {self.uuid} --enabled`"
        )

    def turn_on(
        self,
        lambda_client: Any,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> Mapping:
        """Have a mapping that is there hand out messages again, and wait until it does; the mapping as it is then.

        Raises
        ------
        NotTurnedOn
            It was off after three minutes.
        """
        end, now = clock() + PATIENCE, self
        while now.uuid is not None and now.state != "Enabled" and clock() < end:
            if now.state == "Disabled":
                # If it has begun to change since it was looked at, AWS refuses; then look again.
                with suppress(lambda_client.exceptions.ResourceInUseException):
                    lambda_client.update_event_source_mapping(UUID=now.uuid, Enabled=True)
            now = Mapping.of(lambda_client, self.function)
            if now.state not in ("Enabled", MISSING):
                sleep(_PAUSE)
        if now.uuid is not None and not now.is_on:
            raise NotTurnedOn(f"{now.advice()}, or wait a minute and run the same command again")
        return now
