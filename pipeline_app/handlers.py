"""The handlers of the Chalice app: parse the event, call one function, let errors through to the retry of AWS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Timer
from typing import Any
from urllib.parse import unquote_plus

from chalice.app import Blueprint, CloudWatchEvent, Rate, S3Event, SQSEvent

from lake.training_jobs import ARCHIVE, OUTPUT
from pipeline_app.accept import accept
from pipeline_app.apply import ApplyFailed, Message, apply_batch
from pipeline_app.composition import judge_again, lake, now, queue, requests, schedule, stage, train, trainer
from pipeline_app.deadline import Deadline
from pipeline_app.judge import judge
from pipeline_app.launch import launch
from pipeline_app.nudges import Delivery
from pipeline_app.plays import A_SEASON, transform
from pipeline_app.reconcile import reconcile as reconcile_now
from pipeline_app.telemetry import log, measured
from pipeline_app.watch import send_unjudged, watch

handlers = Blueprint(__name__)
CREATED = ["s3:ObjectCreated:*"]
SOURCE = stage().source
LAST_WORDS = 5  # seconds before it is cut off in which an invocation still gives its messages back


@handlers.on_s3_event(SOURCE, events=CREATED, prefix="results/", name="accept_results")
def accept_results(event: S3Event) -> None:
    _accept(event)


@handlers.on_s3_event(SOURCE, events=CREATED, prefix="retractions/", name="accept_retractions")
def accept_retractions(event: S3Event) -> None:
    _accept(event)


@handlers.on_s3_event(SOURCE, events=CREATED, prefix="fixtures/", name="accept_fixtures")
def accept_fixtures(event: S3Event) -> None:
    _accept(event)


@handlers.on_s3_event(SOURCE, events=CREATED, prefix="players/", name="accept_players")
def accept_players(event: S3Event) -> None:
    _accept(event)


@handlers.on_s3_event(SOURCE, events=CREATED, prefix="reference/", name="refresh_reference")
def refresh_reference(event: S3Event) -> None:
    _accept(event)


@handlers.on_s3_event(SOURCE, events=CREATED, prefix="events/", name="transform_events")
def transform_events(event: S3Event) -> None:
    for record in event.to_dict()["Records"]:
        stored = record["s3"]["object"]
        key, deadline = unquote_plus(stored["key"]), Deadline.of(event.context)
        with measured("transform_events", requests()):
            transform(lake(), queue(), key, now, stored.get("versionId"), deadline.before(A_SEASON))


@handlers.on_sqs_message(stage().queue, batch_size=10, name="apply_results")
def apply_results(event: SQSEvent) -> None:
    deliveries = {
        record["messageId"]: Delivery(record["receiptHandle"], int(record["attributes"]["ApproximateReceiveCount"]))
        for record in event.to_dict()["Records"]
    }
    messages = [Message(record["messageId"], record["body"]) for record in event.to_dict()["Records"]]

    deadline = Deadline.of(event.context)

    def delete(ids: frozenset[str]) -> None:
        queue().delete([deliveries[one] for one in ids])
        for one in ids:
            del deliveries[one]

    try:
        with measured("apply_results", requests()), _given_back_in_time(deliveries, deadline):
            apply_batch(lake(), messages, now, delete, deadline)
    except ApplyFailed as failure:
        # Lambda gives back every message of a batch that raises, but those that are deleted by now.
        queue().release(
            [deliveries[one] for one in failure.failed], unreadable=[deliveries[one] for one in failure.unreadable]
        )
        raise


@handlers.schedule(Rate(5, unit=Rate.MINUTES), name="reconcile")
def reconcile(event: CloudWatchEvent) -> None:
    with measured("reconcile", requests()):
        reconcile_now(lake(), queue(), now, deadline=Deadline.of(event.context))


@handlers.schedule(schedule("MADNESS_TRAINING_SCHEDULE"), name="start_training")
def start_training(event: CloudWatchEvent) -> list[dict[str, Any]]:
    with measured("start_training", requests()):
        return launch(lake(), trainer(), event.to_dict(), now)


@handlers.on_s3_event(stage().models, events=CREATED, prefix=OUTPUT, suffix=ARCHIVE, name="promote_model")
def promote_model(event: S3Event) -> None:
    for record in event.to_dict()["Records"]:
        with measured("promote_model", requests()):
            judge(lake(), unquote_plus(record["s3"]["object"]["key"]), now, Deadline.of(event.context))


@handlers.schedule(schedule("MADNESS_WATCH_SCHEDULE"), name="watch_forecasts")
def watch_forecasts(event: CloudWatchEvent) -> None:
    with measured("watch_forecasts", requests()):
        try:
            watch(lake(), train)
        finally:  # whatever else goes wrong
            send_unjudged(lake(), judge_again, now())


@contextmanager
def _given_back_in_time(deliveries: Mapping[str, Delivery], deadline: Deadline) -> Iterator[None]:
    """Have messages delivered again soon if the invocation is about to be cut off, by S3 that hangs for instance.

    Otherwise they would be hidden for the queue's visibility timeout, six times as long as the function may run.
    """

    def give_back() -> None:
        left = list(deliveries.values())
        log.error("out of time", messages=len(left), then="given back to the queue")
        queue().release(left)

    timer = Timer(max(deadline.before(LAST_WORDS).seconds_left(), 0), give_back)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _accept(event: S3Event) -> None:
    # Chalice's S3Event shows the first record only, and no version.
    for record in event.to_dict()["Records"]:
        stored = record["s3"]["object"]
        with measured("accept", requests()):
            accept(lake(), queue(), unquote_plus(stored["key"]), now, stored.get("versionId"))
