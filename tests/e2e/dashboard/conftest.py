"""The dashboard in a real browser, over buckets that are made up once for all its tests.

`site`       two leagues whose newest season stops before Selection Sunday
`bracketed`  a league whose newest season has played its tournament
`played`     a league that has play-by-play
`visit`      opens an address; at the end nothing must have gone wrong, nor left for another host
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from hoops.games.leagues import League
from tests.e2e.dashboard.browser import DESKTOP, DRAWN, serve
from tests.unit.dashboard import fabricated

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    with serve(fabricated.bucket(plays_of=3, brackets=True, rosters=True, absences=True)) as url:
        yield url


@pytest.fixture(scope="session")
def bracketed() -> Iterator[str]:
    with serve(fabricated.bucket([League.MEN], (2023, 2024), stops_at=None, brackets=True)) as url:
        yield url


@pytest.fixture(scope="session")
def played() -> Iterator[str]:
    with serve(fabricated.bucket([League.MEN], (2023, 2024), 16, plays_of=8)) as url:
        yield url


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser for each file: Playwright lets nothing else run an event loop beside it."""
    if not CHROMIUM.exists():
        pytest.skip(f"needs {CHROMIUM} (Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Open an address in a fresh profile; at the end nothing must have gone wrong, nor left for another host."""
    wrong: list[str] = []
    contexts = []

    def open_page(url: str, size: dict[str, int] = DESKTOP, scheme: str = "light") -> Any:
        context = chromium.new_context(viewport=size, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        own = urlsplit(url).netloc
        page.on("console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda r: wrong.append(r.url) if urlsplit(r.url).netloc not in (own, "") else None)
        page.on("response", lambda r: wrong.append(f"{r.status} {r.url}") if r.status >= 400 else None)
        page.goto(url)
        page.wait_for_selector(DRAWN)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []
