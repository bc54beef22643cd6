"""The composition root: builds clients and the lake from settings, once a process, on first use."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import quote_plus

from hoops.games.leagues import League
from lake.connect import connect
from lake.lake import Lake
from operate.reconcile import event
from operate.stage import Stage, StageError
from operate.training.jobs import Trainer, TrainingSettings
from pipeline_app.nudges import SqsQueue
from pipeline_app.telemetry import Requests


@cache
def stage() -> Stage:
    return Stage.from_environment()


def schedule(name: str) -> str:
    """When the clock calls a function, by the variable that says so; raise `StageError` without it."""
    when = os.environ.get(name, "")
    if not when:
        raise StageError(
            f"{name} is not set: it says when a function runs. `madness configure --stage {stage().name}` adds it to "
            ".chalice/config.json, and `madness deploy` gives it to the functions."
        )
    return when


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


@cache
def trainer() -> Trainer:
    import boto3

    names = stage()
    account = boto3.client("sts").get_caller_identity
    settings = TrainingSettings.of(names.name, os.environ)
    return Trainer(names, settings, boto3.client("sagemaker"), lambda: account()["Account"])


def train(league: League, reason: str) -> None:
    """Have `start_training` look at a league now, without waiting for it."""
    _invoke("start_training", event(leagues=[league.value], by="watch_forecasts", reason=reason))


def judge_again(key: str) -> None:
    """Have `promote_model` judge the archive at a key, without waiting for it, as if it had come now."""
    stored = {"bucket": {"name": stage().models}, "object": {"key": quote_plus(key, safe="/")}}
    _invoke("promote_model", {"Records": [{"eventSource": "aws:s3", "s3": stored}]})


def _invoke(function: str, asked: dict[str, Any]) -> None:
    import boto3

    boto3.client("lambda").invoke(
        FunctionName=stage().function(function), InvocationType="Event", Payload=json.dumps(asked).encode()
    )


def now() -> datetime:
    return datetime.now(UTC)
