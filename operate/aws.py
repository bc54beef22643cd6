"""Clients of the AWS account that the environment points at, and what AWS's errors mean."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Any

from botocore.config import Config

from lake.lake import Lake
from lake.store import S3Store
from operate.stage import Stage, refuse_other_endpoints

Clients = Callable[[str], Any]
_ACCOUNT = Config(
    retries={"mode": "standard", "max_attempts": 8},
    connect_timeout=10,
    tcp_keepalive=True,  # routers take a connection for dead on which an answer takes minutes
    ignore_configured_endpoint_urls=True,
)


def account_clients(stage: Stage, environment: Mapping[str, str] = os.environ, patience: float = 60.0) -> Clients:
    """Make clients of a stage's region, in the account whose credentials the environment has.

    patience: seconds that an answer may take.

    Raises
    ------
    StageError
        The environment points at another AWS.
    """
    import boto3

    refuse_other_endpoints(stage, environment)
    endpoint = environment.get("MADNESS_AWS_ENDPOINT") or None
    session = boto3.Session(region_name=stage.region)
    config = _ACCOUNT.merge(Config(read_timeout=patience))
    return lambda service: session.client(service, config=config, endpoint_url=endpoint)  # type: ignore[call-overload]


def open_lake(stage: Stage, clients: Clients) -> Lake:
    s3 = clients("s3")
    return Lake(S3Store(s3, stage.source), S3Store(s3, stage.models), S3Store(s3, stage.dashboard))


def explain(error: Exception) -> str:
    """One line on what AWS, or the lack of it, has answered, and what to do next."""
    from botocore.exceptions import (
        ClientError,
        ConnectionError,
        HTTPClientError,
        NoCredentialsError,
        PartialCredentialsError,
    )

    if isinstance(error, (NoCredentialsError, PartialCredentialsError)):
        return "There are no AWS credentials. Set AWS_PROFILE or AWS_ACCESS_KEY_ID, or run `aws configure`."
    if isinstance(error, (HTTPClientError, ConnectionError)):
        return f"AWS does not answer: {error}. The local one is started again by `madness up`; it goes on where it was."
    if isinstance(error, ClientError):
        if is_denied(error):
            told = missing_right(str(error)) or _RIGHT.format("for it", RIGHTS)
            return f"AWS refused {error.operation_name}: {error.response['Error'].get('Message', error)}. {told}"
        return f"AWS refused {error.operation_name}: {error.response['Error'].get('Message', error)}"
    return f"AWS: {error}"


def is_denied(error: Exception) -> bool:
    """True if AWS refused because of a right that the caller does not have."""
    found = getattr(error, "response", {}).get("Error", {})
    return found.get("Code") in _DENIED


def missing_right(text: str) -> str | None:
    """What to do about the missing right that a text of AWS names, None if it names none.

    >>> missing_right("User: x is not authorized to perform: lambda:GetFunction on resource: y")
    'The right lambda:GetFunction is missing: docs/iam/ has policies with all that is needed.'
    """
    found = _NAMED.search(text)
    return _RIGHT.format(found[1], RIGHTS) if found else None


RIGHTS = "docs/iam/"
_RIGHT = "The right {} is missing: {} has policies with all that is needed."
_NAMED = re.compile(r"not authorized to perform:? ([a-z0-9-]+:[A-Za-z0-9]+)")
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "403", "UnauthorizedOperation", "AuthorizationError"})
