"""Run the healing function now instead of waiting for its schedule."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from operate.stage import Stage


def invoke_reconcile(lambda_client: Any, stage: Stage) -> None:
    """Ask for one run of `reconcile`, without waiting for it: it may outlast any patience and is safe at any time."""
    lambda_client.invoke(
        FunctionName=stage.function("reconcile"), InvocationType="Event", Payload=json.dumps(event()).encode()
    )


class Asking:
    """When to ask for a run of `reconcile` while work is left: at once, then after a silence that doubles.

    A run may take minutes; others beside it would do the same work again, and each in a process of its own.
    """

    def __init__(self, ask: Callable[[], None], silence: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._ask, self._clock, self._first = ask, clock, silence
        self._silence, self._due, self._news = silence, clock(), clock()
        self._left: object = None

    def look(self, left: object) -> float:
        """Ask if it is time to. left: what is left to do; changes are progress. Seconds since the last progress."""
        now = self._clock()
        if self._left is None:
            self._left = left
        elif left != self._left:
            self._left, self._news, self._silence, self._due = left, now, self._first, now + self._first
        if now >= self._due:
            self._ask()
            self._due = now + self._silence
            self._silence *= 2
        return now - self._news


def event(**detail: Any) -> dict[str, Any]:
    """What a schedule hands to its function, with what a person asks for as detail."""
    return {
        "version": "0",
        "id": "00000000-0000-0000-0000-000000000000",
        "detail-type": "Scheduled Event",
        "source": "madness.cli",
        "account": "000000000000",
        "time": "1970-01-01T00:00:00Z",
        "region": "",
        "resources": [],
        "detail": detail,
    }
