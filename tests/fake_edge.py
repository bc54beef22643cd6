"""CloudFront and API Gateway on loopback, for the dashboard: what they do with a request is read from infra/edge.yaml.

::

    browser ─► CloudFront (behaviours, viewer function, secret) ─► bucket (uploaded static files), else the API
            └► without it: API Gateway ─► the app, called as Zappa calls it

Both are WSGI apps. They count whom they ask, and pass bytes on as they are.
"""

from __future__ import annotations

import fnmatch
import json
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cfnlint.decode.cfn_yaml import load
from flask import Flask
from playwright._impl._driver import compute_driver_executable
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from madness.deploy.site import StaticObject

TEMPLATE = Path(__file__).parents[1] / "infra" / "edge.yaml"
EDGE_ADDRESS = "130.176.0.1"  # one of CloudFront's
_NOT_PASSED_ON = ("connection", "host", "content-length", "transfer-encoding")


class FakeGateway:
    """API Gateway before the app. asked: paths that reached the function."""

    def __init__(self, app: Flask, stage: str) -> None:
        self._client = Client(app, Response, use_cookies=False)
        self._stage = stage
        self.asked: list[str] = []

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        return self.answer(Request(environ), environ.get("REMOTE_ADDR", "127.0.0.1"))(environ, start)

    def answer(self, request: Request, source: str, added: Mapping[str, str] | None = None) -> Response:
        """What the function answers a caller at `source`; `added` headers replace those of the request."""
        if not request.path.startswith(f"/{self._stage}/"):
            return Response('{"message":"Forbidden"}', 403, content_type="application/json")
        added = {name.lower(): value for name, value in (added or {}).items()}
        sent = {name.lower(): value for name, value in request.headers if name.lower() not in _NOT_PASSED_ON} | added
        event = {
            "requestContext": {"identity": {"sourceIp": source}},
            "headers": sent,
            "multiValueHeaders": {name: [value] for name, value in sent.items()},
        }
        self.asked.append(request.path)
        return self._client.open(
            request.path.removeprefix(f"/{self._stage}"),
            method=request.method,
            query_string=request.query_string.decode(),
            headers=sent,
            data=request.get_data(),
            environ_overrides={"SCRIPT_NAME": f"/{self._stage}", "lambda.event": event, "wsgi.url_scheme": "https"},
        )


class FakeCloudFront:
    """The distribution of infra/edge.yaml. from_bucket: keys that the bucket gave."""

    def __init__(self, gateway: FakeGateway, objects: Sequence[StaticObject], parameters: Mapping[str, str]) -> None:
        self._gateway = gateway
        self._objects = {one.key: one for one in objects}
        self._config = distribution(parameters)
        self._viewer = resolved("Viewer", parameters)["FunctionCode"]
        self.from_bucket: list[str] = []

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        return self.answer(Request(environ), environ.get("REMOTE_ADDR", "127.0.0.1"))(environ, start)

    def answer(self, request: Request, viewer: str) -> Response:
        behaviour = self._behaviour(request.path)
        if request.method not in behaviour["AllowedMethods"]:
            return Response("", 403)
        added: dict[str, str] = {}
        if behaviour.get("FunctionAssociations"):
            said = run_viewer(self._viewer, request.path, viewer)
            if "statusCode" in said:
                return Response("", said["statusCode"], {"Location": said["headers"]["location"]["value"]})
            added = {name: found["value"] for name, found in said["headers"].items()}
        # A managed policy: every header of the viewer but Host; without one none that matters here.
        passed = request if "OriginRequestPolicyId" in behaviour else Request(_bare(request))
        members = self._members(behaviour["TargetOriginId"])
        for origin in members:
            answer = self._ask(origin, passed, added)
            if answer.status_code not in self._failover(behaviour["TargetOriginId"]):
                break
        return answer

    def _ask(self, origin: dict[str, Any], request: Request, added: dict[str, str]) -> Response:
        if "S3OriginConfig" in origin:
            one = self._objects.get((origin["OriginPath"] + request.path).lstrip("/"))
            if one is None:
                return Response("", 403)  # who may not list learns no more
            self.from_bucket.append(one.key)
            headers = {"Cache-Control": one.cache_control, "Content-Encoding": one.content_encoding}
            return Response(one.body, 200, headers, content_type=one.content_type)
        custom = {header["HeaderName"]: header["HeaderValue"] for header in origin["OriginCustomHeaders"]}
        return self._gateway.answer(request, EDGE_ADDRESS, added | custom)

    def _behaviour(self, path: str) -> dict[str, Any]:
        for behaviour in self._config["CacheBehaviors"]:
            if fnmatch.fnmatchcase(path, behaviour["PathPattern"]):
                return behaviour
        return self._config["DefaultCacheBehavior"]

    def _group(self, target: str) -> dict[str, Any] | None:
        return next((group for group in self._config["OriginGroups"]["Items"] if group["Id"] == target), None)

    def _members(self, target: str) -> list[dict[str, Any]]:
        origins = {origin["Id"]: origin for origin in self._config["Origins"]}
        group = self._group(target)
        return [origins[one["OriginId"]] for one in group["Members"]["Items"]] if group else [origins[target]]

    def _failover(self, target: str) -> list[int]:
        group = self._group(target)
        return group["FailoverCriteria"]["StatusCodes"]["Items"] if group else []


def distribution(parameters: Mapping[str, str]) -> dict[str, Any]:
    return resolved("Distribution", parameters)["DistributionConfig"]


def resolved(name: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    """Properties of a resource of infra/edge.yaml, without a name of one's own, with the parameters filled in."""
    known = {"AWS::Region": "eu-central-1", "AWS::URLSuffix": "amazonaws.com", "Domain": "", **parameters}

    def fill(node: Any) -> Any:
        match node:
            case {"Ref": name}:
                return known.get(name)
            case {"Fn::Sub": str(text)}:
                for name, value in known.items():
                    text = text.replace(f"${{{name}}}", value)
                return text
            case {"Fn::GetAtt": [resource, attribute]}:
                return f"{resource}.{attribute}"
            case {"Fn::If": [_, _, otherwise]}:
                return fill(otherwise)
            case dict():
                return {str(key): fill(value) for key, value in node.items()}
            case list():
                return [fill(value) for value in node]
        return node

    return fill(load(str(TEMPLATE))["Resources"][name]["Properties"])


def run_viewer(code: str, uri: str, viewer: str) -> dict[str, Any]:
    """What the viewer function makes of a request, in the JavaScript engine that Playwright brings."""
    event = {"request": {"uri": uri, "headers": {"x-madness-viewer": {"value": "made up"}}}, "viewer": {"ip": viewer}}
    script = f"{code}\nconsole.log(JSON.stringify(handler({json.dumps(event)})))"
    node, _ = compute_driver_executable()
    return json.loads(subprocess.run([node, "-e", script], capture_output=True, check=True, text=True).stdout)


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The address of a WSGI app on a free loopback port."""
    from waitress.server import create_server

    server = create_server(app, host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"  # type: ignore[union-attr]
    finally:
        server.close()
        thread.join(timeout=5)


def _bare(request: Request) -> dict[str, Any]:
    kept = {"HTTP_ACCEPT_ENCODING", "HTTP_USER_AGENT"}
    return {key: value for key, value in request.environ.items() if not key.startswith("HTTP_") or key in kept}
