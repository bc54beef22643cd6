"""Connect to the buckets of a stage; endpoint, region and credentials come from boto3's own chain."""

from __future__ import annotations

from collections.abc import Callable

from lake.lake import Lake
from lake.ledger import WRITERS
from lake.store import S3Store


def connect(source: str, models: str, dashboard: str, on_request: Callable[[], None] = lambda: None) -> Lake:
    """The lake of three buckets. Throttled and failed requests are tried again with growing pauses.

    on_request: called for every request that is sent, from whichever thread sends it.
    """
    import boto3
    from botocore.config import Config

    config = Config(
        retries={"mode": "standard", "max_attempts": 6},
        max_pool_connections=WRITERS,
        connect_timeout=5,
        read_timeout=60,
    )
    client = boto3.client("s3", config=config)
    client.meta.events.register("before-send.s3", lambda **_: on_request())
    return Lake(*(S3Store(client, bucket) for bucket in (source, models, dashboard)))
