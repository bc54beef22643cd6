"""Event factories as AWS sends them: Chalice's own omit group ids, sequencers, versions and key encoding."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote_plus

from pipeline_app.nudges import Nudge


class Context:
    """What Lambda gives a handler beside the event: here, how long it may still run."""

    def __init__(self, seconds: float = 120.0) -> None:
        self.seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


def s3_event(bucket: str, key: str, *, etag: str = "", version: str | None = None, size: int = 0) -> dict[str, Any]:
    """`s3:ObjectCreated:Put`; S3 URL-encodes the key, with + for a space."""
    stored: dict[str, Any] = {"key": quote_plus(key, safe="/"), "size": size, "eTag": etag, "sequencer": "0061A"}
    if version:
        stored["versionId"] = version
    return {
        "Records": [
            {
                "eventVersion": "2.1",
                "eventSource": "aws:s3",
                "awsRegion": "eu-central-1",
                "eventTime": "2026-01-01T06:00:00.000Z",
                "eventName": "ObjectCreated:Put",
                "s3": {
                    "s3SchemaVersion": "1.0",
                    "bucket": {"name": bucket, "arn": f"arn:aws:s3:::{bucket}"},
                    "object": stored,
                },
            }
        ]
    }


def sqs_event(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """A batch of a FIFO queue from messages as `receive_message` gives them."""
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message.get("Attributes")
                or {
                    "ApproximateReceiveCount": "1",
                    "MessageGroupId": json.loads(message["Body"])["league"],
                    "MessageDeduplicationId": Nudge.parse(message["Body"]).deduplication_id,
                    "SequenceNumber": "18849496460467696128",
                },
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:madness.fifo",
                "awsRegion": "eu-central-1",
            }
            for message in messages
        ]
    }


def schedule_event() -> dict[str, Any]:
    return {
        "version": "0", "id": "0", "detail-type": "Scheduled Event", "source": "aws.events", "account": "123456789012",
        "time": "2026-01-01T06:00:00Z", "region": "eu-central-1", "resources": [], "detail": {},
    }  # fmt: skip
