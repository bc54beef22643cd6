"""What the functions tell: structured logs, and metrics of each invocation (CloudWatch's embedded metric format).

A log line's `message` is an event in the past tense, its other fields are what it is about.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

SERVICE, NAMESPACE = "pipeline", "Madness"

log = Logger(service=SERVICE)


class Requests:
    """Counts the S3 requests of a process. `count` may be called from several threads at once."""

    def __init__(self) -> None:
        self._requests = count()
        self._read = 0

    def count(self) -> None:
        next(self._requests)

    def so_far(self) -> int:
        # `next` of a counter is atomic in CPython and its value cannot be read otherwise: take one, and leave it out.
        self._read += 1
        return next(self._requests) - (self._read - 1)


@contextmanager
def measured(function: str, requests: Requests, clock: Callable[[], float] = time.perf_counter) -> Iterator[None]:
    """Publish what happens within, also when it fails: milliseconds, S3 requests, the process's peak memory so far."""
    started, before = clock(), requests.so_far()
    try:
        yield
    finally:
        metrics = EphemeralMetrics(namespace=NAMESPACE, service=SERVICE)
        metrics.add_dimension(name="function", value=function)
        metrics.add_metric("Duration", MetricUnit.Milliseconds, round((clock() - started) * 1000))
        metrics.add_metric("S3Requests", MetricUnit.Count, requests.so_far() - before)
        metrics.add_metric("PeakMemory", MetricUnit.Megabytes, _peak_megabytes())
        metrics.flush_metrics()


def count_fault(bucket: str) -> None:
    """Count a file on which the program failed. An alarm of `infra/template.yaml` listens, one a source bucket.

    A metric of its own and not the functions' errors: those are retried, and tell of AWS and of outages too.
    """
    metrics = EphemeralMetrics(namespace=NAMESPACE, service=SERVICE)
    metrics.add_dimension(name="bucket", value=bucket)
    metrics.add_metric("Faults", MetricUnit.Count, 1)
    metrics.flush_metrics()


def gauge_drift(bucket: str, leagues: int) -> None:
    """Say in how many leagues the forecasts have drifted. An alarm of `infra/template.yaml` listens, as to `Faults`."""
    metrics = EphemeralMetrics(namespace=NAMESPACE, service=SERVICE)
    metrics.add_dimension(name="bucket", value=bucket)
    metrics.add_metric("Drift", MetricUnit.Count, leagues)
    metrics.flush_metrics()


def _peak_megabytes() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1024 if sys.platform.startswith("linux") else 1024 * 1024)
