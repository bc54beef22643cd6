"""The composition root: builds clients and the lake from settings, once a process, on first use."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from lake.connect import connect
from lake.lake import Lake
from operate.stage import Stage
from pipeline_app.nudges import SqsQueue
from pipeline_app.telemetry import Requests


@cache
def stage() -> Stage:
    return Stage.from_environment()


@cache
def requests() -> Requests:
    return Requests()


@cache
def lake() -> Lake:
    names = stage()
    return connect(names.source, names.models, names.dashboard, requests().count)


@cache
def queue() -> SqsQueue:
    import boto3

    names = stage()
    return SqsQueue(boto3.client("sqs"), names.queue, boto3.client("lambda"), names.function("apply_results"))


def now() -> datetime:
    return datetime.now(UTC)
