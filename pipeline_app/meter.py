"""What an invocation cost: time, S3 requests, memory. One log line each, which the benchmarks add up."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from pipeline_app.log import log


class Meter:
    """Counts the S3 requests of a process. `count` may be called from several threads at once."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._requests = count()
        self._read = 0

    def count(self) -> None:
        next(self._requests)

    @contextmanager
    def measured(self, function: str) -> Iterator[None]:
        """Log what happens within, also when it fails: milliseconds, S3 requests, the process's peak memory so far."""
        started, before = self._clock(), self._so_far()
        try:
            yield
        finally:
            milliseconds = round((self._clock() - started) * 1000)
            requests = self._so_far() - before
            log("measured", function=function, milliseconds=milliseconds, s3_requests=requests, peak_mib=_peak_mib())

    def _so_far(self) -> int:
        # `next` of a counter is atomic in CPython and its value cannot be read otherwise: take one, and leave it out.
        self._read += 1
        return next(self._requests) - (self._read - 1)


def _peak_mib() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1024 if sys.platform.startswith("linux") else 1024 * 1024)
