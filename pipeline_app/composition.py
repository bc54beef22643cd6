"""The composition root: builds clients and the lake from settings, once a process, on first use."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from lake.connect import connect
from lake.lake import Lake
from pipeline_app.meter import Meter
from pipeline_app.nudges import SqsQueue
from pipeline_app.settings import Settings


@cache
def settings() -> Settings:
    return Settings.from_environment()


@cache
def meter() -> Meter:
    return Meter()


@cache
def lake() -> Lake:
    names = settings()
    return connect(names.source_bucket, names.models_bucket, names.dashboard_bucket, meter().count)


@cache
def queue() -> SqsQueue:
    import boto3

    return SqsQueue(boto3.client("sqs"), settings().queue)


def now() -> datetime:
    return datetime.now(UTC)
