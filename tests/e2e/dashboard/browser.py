"""What the browser tests share: sizes of a window, a server over a bucket, and what to wait for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dashboard.app import create_app
from dashboard.data import Tables
from tests.memory_store import MemoryStore

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
DRAWN = "#page .tiles, #page .section, #page .empty"

on_desktop_and_phone = pytest.mark.parametrize(
    ("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop light", "phone dark"]
)


@contextmanager
def serve(store: MemoryStore, prefix: str = "/") -> Iterator[str]:
    """The dashboard over a bucket, on a free port; its address. A prefix is stripped, as API Gateway does it."""
    from waitress.server import create_server

    tables = Tables(lambda: store, manifest_seconds=0.2)
    app = create_app(tables, requests_pathname_prefix=prefix, poll_seconds=1)
    server = create_server(app.server, host="127.0.0.1", port=0, threads=4, url_prefix=prefix.rstrip("/"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}{prefix.rstrip('/')}"  # type: ignore[union-attr]
    finally:
        server.close()


def query(page: Any) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def settled(page: Any) -> None:
    """Wait until every chart and table of the page is drawn."""
    page.wait_for_function(
        """() => [...document.querySelectorAll('.dash-graph')].every(g => g.querySelector('.main-svg'))
        && [...document.querySelectorAll('.grid')].every(g => g.querySelector('.ag-row'))"""
    )


def too_wide(page: Any) -> int:
    """By how many pixels a page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
