"""Clients of a stage's AWS: the local one of a home, or the account that the environment points at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.config import Config

from lake.lake import Lake
from lake.store import S3Store
from madness.local.ministack import REGION, Endpoint
from madness.stage import Stage

Clients = Callable[[str], Any]
_CONFIG = Config(retries={"mode": "standard", "max_attempts": 8}, connect_timeout=5, read_timeout=310)


def local_clients(endpoint: Endpoint) -> Clients:
    """Make clients of a home's MiniStack, whatever the environment says."""
    import boto3

    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)
    return lambda service: session.client(service, endpoint_url=endpoint.url, config=_CONFIG)


def account_clients(region: str | None = None) -> Clients:
    """Make clients of the AWS account of the environment, as every AWS tool finds it."""
    import boto3

    session = boto3.Session(region_name=region)
    if session.region_name is None:
        session = boto3.Session(region_name=REGION)
    return lambda service: session.client(service, config=_CONFIG)


def open_lake(stage: Stage, clients: Clients) -> Lake:
    s3 = clients("s3")
    return Lake(S3Store(s3, stage.source), S3Store(s3, stage.models), S3Store(s3, stage.dashboard))
