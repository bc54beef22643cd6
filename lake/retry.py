"""Try again inside the call what can succeed a moment later: a lost race, a throttled request."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from hoops.errors import Retryable

ATTEMPTS = 6
T = TypeVar("T")


def retrying(work: Callable[[], T]) -> T:
    """Run work from its start until it succeeds; give up after `ATTEMPTS`, about three seconds."""
    for attempt in range(ATTEMPTS - 1):
        try:
            return work()
        except Retryable:
            time.sleep(0.1 * 2**attempt)
    return work()
