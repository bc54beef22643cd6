"""S3 refuses uploads that the disk has no room for; everything else goes on."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from madness.local.guard import RESERVE, guarded

S3 = b"AWS4-HMAC-SHA256 Credential=test/20240101/eu-central-1/s3/aws4_request, SignedHeaders=host, Signature=0"
SQS = S3.replace(b"/s3/", b"/sqs/")


def answer(method: str, signed: bytes, size: int, free: int) -> tuple[int, bytes]:
    """Status and body that a request of `size` bytes gets where `free` bytes are left."""
    sent: list[dict[str, Any]] = []
    parts = iter([{"type": "http.request", "body": b"x", "more_body": True}, {"type": "http.request", "body": b"x"}])

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"taken"})

    async def receive() -> dict[str, Any]:
        return next(parts)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"authorization", signed), (b"content-length", str(size).encode())]
    scope = {"type": "http", "method": method, "headers": headers}
    asyncio.run(guarded(app, "/home", lambda folder: free)(scope, receive, send))
    return sent[0]["status"], sent[1]["body"]


@pytest.mark.parametrize(("method", "signed", "size", "free", "status"), [
    ("PUT", S3, 1000, RESERVE + 1000, 200),
    ("PUT", S3, 1001, RESERVE + 1000, 507),
    ("PUT", S3, 0, 0, 507),
    ("GET", S3, 0, 0, 200),
    ("DELETE", S3, 0, 0, 200),
    ("POST", SQS, 1000, 0, 200),
])  # fmt: skip
def test_uploads_leave_a_reserve(method, signed, size, free, status) -> None:
    found, body = answer(method, signed, size, free)
    assert found == status
    assert (b"<Code>InsufficientStorage</Code>" in body) == (status == 507)


def test_other_events_of_the_server_pass() -> None:
    seen = []

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    asyncio.run(guarded(app, "/home", lambda folder: 0)({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert seen == ["lifespan"]
