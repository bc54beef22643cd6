"""What a browser loads for the first page and for one with a chart: requests, those that reach the function, bytes.

    python -m benchmarks.first_page [--write SECTION]

Real Chromium, with an empty cache each time, before the dashboard on loopback: behind API Gateway alone, and behind
CloudFront with the static files uploaded (tests/fake_edge.py, which routes as infra/edge.yaml says). The tables are
made up. Bytes over the wire are those that Chromium counted, headers included.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks import report
from dashboard.app import create_app
from dashboard.data import Tables
from dashboard.door import Door
from madness.deploy.site import static_objects
from operate.stage import load_stage, project_root
from tests.fake_edge import FakeCloudFront, FakeGateway, serving

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SECRET = "x" * 40
STAGE = "dev"


@dataclass(frozen=True)
class Load:
    """What one page took."""

    requests: int
    of_function: int
    wire: int
    plain: int


@dataclass(frozen=True)
class Site:
    """A dashboard that can be visited. gateway: what its function was asked."""

    url: str
    gateway: FakeGateway


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--write", metavar="SECTION", help="put the table into that section of docs/benchmarks.md")
    asked = arguments.parse_args()
    rows = []
    with chromium() as browser:
        for behind in ("CloudFront", "API Gateway alone"):
            with site(cloudfront=behind == "CloudFront") as there:
                first, again = visits(browser, there, "", "")
                (chart,) = visits(browser, there, "ratings")
            for what, load in (("first page", first), ("first page again", again), ("page with a chart", chart)):
                wire, plain = (f"{size / 1e6:.2f} MB" for size in (load.wire, load.plain))
                rows.append((f"{what}, {behind}", load.requests, load.of_function, wire, plain))
    text = report.table(["", "requests", "of the function", "over the wire", "unpacked"], rows)
    if asked.write:
        report.write(asked.write, "python -m benchmarks.first_page", text)
    print(text)


@contextmanager
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def site(*, cloudfront: bool, door: Door | None = None, uploaded: bool = True) -> Iterator[Site]:
    """The dashboard behind a stage of API Gateway, and behind CloudFront if wanted."""
    made = fabricated()
    store, door = made.bucket(), door or Door(secret=SECRET if cloudfront else "")
    app = create_app(
        Tables(lambda: store),
        requests_pathname_prefix=f"/{STAGE}/",
        now=lambda: made.PUBLISHED_AT + timedelta(minutes=5),
        door=door,
    )
    gateway = FakeGateway(app.server, STAGE)
    front: Any = gateway
    if cloudfront:
        objects = static_objects(load_stage(STAGE), Path(sys.executable), project_root()) if uploaded else []
        parameters = {"Stage": STAGE, "DashboardBucket": "b", "ApiId": "a1b2c3d4e5", "OriginSecret": SECRET}
        front = FakeCloudFront(gateway, objects, parameters)
    with serving(front) as url:
        yield Site(f"{url}/{STAGE}/", gateway)


def visits(browser: Any, there: Site, *pages: str) -> list[Load]:
    """What each page takes that a reader opens one after the other, with an empty cache at first."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        return [_visit(context, there, page) for page in pages]
    finally:
        context.close()


def _visit(context: Any, there: Site, page: str) -> Load:
    tab = context.new_page()
    counted = {"requests": 0, "wire": 0, "plain": 0}
    network = context.new_cdp_session(tab)
    network.send("Network.enable")

    def count(key: str, field: str) -> Any:
        def add(event: dict[str, Any]) -> None:
            counted[key] += event[field]

        return add

    network.on("Network.loadingFinished", count("wire", "encodedDataLength"))
    network.on("Network.dataReceived", count("plain", "dataLength"))
    tab.on("request", lambda asked: asked.url.startswith("http") and counted.update(requests=counted["requests"] + 1))
    asked = len(there.gateway.asked)
    tab.goto(there.url + page)
    tab.wait_for_selector("#page .tiles, #page .section")
    tab.wait_for_function(
        """() => [...document.querySelectorAll('.dash-graph')].every(g => g.querySelector('.main-svg'))
        && [...document.querySelectorAll('.grid')].every(g => g.querySelector('.ag-row'))"""
    )
    tab.wait_for_load_state("networkidle")
    load = Load(counted["requests"], len(there.gateway.asked) - asked, counted["wire"], counted["plain"])
    tab.close()
    return load


def fabricated() -> ModuleType:
    """The made-up bucket of the dashboard's tests."""
    if "fabricated" not in sys.modules:
        path = project_root() / "tests" / "unit" / "dashboard" / "fabricated.py"
        spec = importlib.util.spec_from_file_location("fabricated", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["fabricated"] = module
        spec.loader.exec_module(module)
    return sys.modules["fabricated"]


if __name__ == "__main__":
    main()
