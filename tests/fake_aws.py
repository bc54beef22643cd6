"""A stage of AWS in memory for the command line's tools: files are accepted and nudges applied while a tool sleeps."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from operate.stage import Stage as Names
from pipeline_app.reconcile import reconcile, unreceipted
from tests.fakes import MemoryQueue, Stage

HEADER = b"Season,DayNum,WTeamID,WScore,LTeamID,LScore,WLoc,NumOT\n"
NAMES = Names(
    "local", "eu-central-1", "source", "models", "dashboard", "deployments", "results.fifo", "results-dlq.fifo"
)


class FakeLambda:
    """The mapping from queue to function, and invocations of `reconcile`."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.mapped = True
        self.enabled = True
        self.exceptions = SimpleNamespace(ResourceNotFoundException=LookupError)
        self.invoked: list[str] = []

    def get_paginator(self, operation: str) -> SimpleNamespace:
        assert operation == "list_event_source_mappings"
        return SimpleNamespace(paginate=self._pages)

    def _pages(self, FunctionName: str) -> list[dict[str, Any]]:  # noqa: N803
        assert FunctionName == "madness-local-apply_results"
        state = "Enabled" if self.enabled else "Disabled"
        # AWS may well give a page of nothing before one with something.
        pages = [[], [{"UUID": "one", "State": state}] if self.mapped else []]
        return [{"EventSourceMappings": page} for page in pages]

    def forget_messages(self) -> MemoryQueue:
        """What a kill of the local AWS does to its queue: messages are gone, and with them what was sent before."""
        self._stage.queue = MemoryQueue(self._stage.clock)
        return self._stage.queue

    def invoke(self, FunctionName: str, InvocationType: str, Payload: bytes) -> None:  # noqa: N803
        assert InvocationType == "Event" and b"Scheduled Event" in Payload
        self.invoked.append(FunctionName)
        reconcile(self._stage.lake, self._stage.queue, self._stage.clock)


class FakeSqs:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.dead = 0

    def get_queue_url(self, QueueName: str) -> dict[str, str]:  # noqa: N803
        return {"QueueUrl": QueueName}

    def get_queue_attributes(self, QueueUrl: str, AttributeNames: list[str]) -> dict[str, Any]:  # noqa: N803
        waiting = self.dead if QueueUrl == NAMES.dead_letters else self._stage.queue.depth()
        return {"Attributes": {name: str(waiting if place == 0 else 0) for place, name in enumerate(AttributeNames)}}


class FakeAws:
    """A stage, its clients, and a clock whose every sleep lets the pipeline take one step."""

    def __init__(self, *, events: bool = True) -> None:
        self.stage = Stage()
        self.functions = FakeLambda(self.stage)
        self.sqs = FakeSqs(self.stage)
        self.events = events
        self.now = 0.0
        self.most_under_way = 0
        self.accepted: list[str] = []

    def clients(self, service: str) -> Any:
        return {"lambda": self.functions, "sqs": self.sqs}[service]

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += max(seconds, 0.1)
        waiting = unreceipted(self.stage.lake)
        self.most_under_way = max(self.most_under_way, len(waiting))
        if self.events and waiting:
            self.stage.deliver_event(waiting[0].key)
            self.accepted.append(waiting[0].key)
        elif self.functions.enabled:
            self.stage.deliver(self.stage.queue.receive())
