"""Events of an API Gateway REST API with proxy integration, and what it makes of an answer."""

from __future__ import annotations

import base64
import gzip
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl


@dataclass(frozen=True)
class Page:
    """What the browser gets."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        assert self.headers["content-type"].startswith("application/json"), self.headers
        return json.loads(self.text)

    @property
    def text(self) -> str:
        zipped = self.headers.get("content-encoding") == "gzip"
        return (gzip.decompress(self.body) if zipped else self.body).decode()

    @classmethod
    def of(cls, answer: dict[str, Any]) -> Page:
        """What API Gateway makes of a function's answer; one that it cannot read is a 502 there."""
        many = {name: values[-1] for name, values in (answer.get("multiValueHeaders") or {}).items()}
        headers = {name.lower(): value for name, value in (many | (answer.get("headers") or {})).items()}
        body = answer.get("body") or ""
        raw = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
        return cls(int(answer["statusCode"]), headers, raw)


@dataclass(frozen=True)
class Browser:
    """Asks a function behind API Gateway as the pages in a browser do.

    invoke: hands an event to the function and gives its answer.
    """

    invoke: Callable[[dict[str, Any]], dict[str, Any]]
    stage: str

    def __call__(self, path: str, body: Any = None) -> Page:
        return Page.of(self.invoke(proxy_event("GET" if body is None else "POST", self.stage, path, body)))

    def draw(self, place: str) -> Page:
        """What the callback answers that draws a page."""
        callback = next(one for one in self("/_dash-dependencies").json if "page.children" in one["output"])
        values = {"pathname": f"/{self.stage}{place}", "search": "", "data": 0}
        asked = {
            "output": callback["output"],
            "outputs": [_output(name) for name in callback["output"].strip(".").split("...")],
            "inputs": [one | {"value": values[one["property"]]} for one in callback["inputs"]],
            "changedPropIds": ["url.pathname"],
        }
        return self("/_dash-update-component", asked)


def _output(name: str) -> dict[str, Any]:
    identity, _, prop = name.rpartition(".")
    return {"id": json.loads(identity) if identity.startswith("{") else identity, "property": prop}


def proxy_event(method: str, stage: str, path: str, body: Any = None, *, accept: str = "*/*") -> dict[str, Any]:
    """A request of a browser to https://ID.execute-api.REGION.amazonaws.com/STAGE/PATH, as REST APIs hand it on (v1).

    `path` is without the stage, which API Gateway keeps in the request's context.
    """
    path, _, query = path.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    headers = {
        "Accept": accept,
        "Accept-Encoding": "gzip, deflate, br, zstd",
        "CloudFront-Forwarded-Proto": "https",
        "Host": "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com",
        "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0",
        "X-Amzn-Trace-Id": "Root=1-67891233-abcdef012345678912345678",
        "X-Forwarded-For": "198.51.100.7, 203.0.113.9",
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
    } | ({"Content-Type": "application/json"} if body is not None else {})
    return {
        "resource": "/{proxy+}" if path != "/" else "/",
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": dict(pairs) or None,
        "multiValueQueryStringParameters": {name: [v for n, v in pairs if n == name] for name, _ in pairs} or None,
        "pathParameters": {"proxy": path.lstrip("/")} if path != "/" else None,
        "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
            "domainName": "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com",
            "httpMethod": method,
            "identity": {"sourceIp": "198.51.100.7", "userAgent": "Mozilla/5.0", "userArn": None},
            "path": f"/{stage}{path}",
            "protocol": "HTTP/1.1",
            "requestId": str(uuid.uuid4()),
            "requestTimeEpoch": 1767247200000,
            "resourcePath": "/{proxy+}",
            "stage": stage,
        },
        # Zappa's template has API Gateway hand every body on as base64.
        "body": base64.b64encode(json.dumps(body).encode()).decode() if body is not None else None,
        "isBase64Encoded": body is not None,
    }
