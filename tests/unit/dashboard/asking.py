"""Asking the app as a browser asks it, but without a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import fabricated
from dash import Dash

from dashboard.app import create_app
from dashboard.data import Tables
from tests.memory_store import MemoryStore

PAGES = ("/", "/ratings", "/tournament", "/quality", "/team", "/game", "/about")
NOW = fabricated.PUBLISHED_AT + timedelta(minutes=5)


class Browser:
    """Asks an app for the page of an address."""

    def __init__(self, app: Dash, script_name: str = "") -> None:
        self._client = app.server.test_client()
        self._environ = {"SCRIPT_NAME": script_name}

    def get(self, path: str) -> Any:
        return self._client.get(path, environ_overrides=self._environ)

    def open(self, pathname: str, search: str = "") -> dict[str, Any]:
        """Properties that the page callback sets, by "component.property"."""
        callback = next(c for c in self.get("/_dash-dependencies").json if "page.children" in c["output"])
        outputs = [_output(name) for name in callback["output"].strip(".").split("...")]
        inputs = [
            {"id": "url", "property": "pathname", "value": pathname},
            {"id": "url", "property": "search", "value": search},
            {"id": "refresh", "property": "data", "value": 0},
        ]
        asked = {"output": callback["output"], "outputs": outputs, "inputs": inputs, "changedPropIds": ["url.pathname"]}
        answer = self._client.post("/_dash-update-component", json=asked, environ_overrides=self._environ)
        assert answer.status_code == 200
        return {
            f"{name}.{prop}": value for name, props in answer.json["response"].items() for prop, value in props.items()
        }

    def page(self, pathname: str, search: str = "") -> str:
        return json.dumps(self.open(pathname, search)["page.children"], ensure_ascii=False)


def _output(name: str) -> dict[str, Any]:
    identity, _, prop = name.rpartition(".")
    return {"id": json.loads(identity) if identity.startswith("{") else identity, "property": prop}


def browser(store: MemoryStore, **more: Any) -> Browser:
    """A browser over a bucket, five minutes after the tables were published."""
    return Browser(create_app(Tables(lambda: store), **({"now": lambda: NOW} | more)))


def components(content: Any, kind: str) -> Iterator[dict[str, Any]]:
    """Properties of every component of a kind, in the order of the page."""
    if isinstance(content, list):
        for part in content:
            yield from components(part, kind)
    elif isinstance(content, dict):
        if content.get("type") == kind:
            yield content["props"]
        yield from components(content.get("props", {}).get("children"), kind)
