"""Static files: few, under addresses that hold their content, the same from the function and from S3."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import fabricated
import pytest
from asking import PAGES, Browser, components

from dashboard import bundle
from dashboard.app import create_app
from dashboard.bundle import Bundle, BundledDash, StaticFile
from dashboard.data import Tables
from hoops.games.leagues import League
from tests.memory_store import MemoryStore

LIMIT = 6 * 2**20  # of an answer of a Lambda function, base64 and all


@pytest.fixture(scope="module")
def app() -> BundledDash:
    store = fabricated.bucket([League.MEN], (2023,), teams=64)
    return create_app(Tables(lambda: store), requests_pathname_prefix="/dev/", now=lambda: fabricated.PUBLISHED_AT)


def config(app: BundledDash) -> dict[str, object]:
    index = app.server.test_client().get("/").text
    found = re.search(r'<script id="_dash-config"[^>]*>(.*?)</script>', index)
    assert found
    return json.loads(found[1])


def test_a_page_names_three_files_and_where_plotly_is(app: BundledDash) -> None:
    index = app.server.test_client().get("/").text
    root = f"/dev/{app.bundle.folder}"
    assert re.findall(r'(?:src|href)="([^"]+)"', index) == [
        f"{root}/{name}" for name in (bundle.ICON, bundle.STYLES, bundle.SCRIPTS)
    ]
    said = config(app)
    assert (said["serve_locally"], said["plotlyjs_url"]) == (False, f"{root}/plotly.min.js")
    assert said["requests_pathname_prefix"] == "/dev/"


def test_the_scripts_are_all_that_dash_lists_in_its_order_and_then_ours(app: BundledDash) -> None:
    scripts = app.bundle.files[bundle.SCRIPTS].plain
    marks = [b"react.production.min.js", b"window.dash_core_components", b"window.dash_html_components"]
    marks += [b"dash_mantine_components", b"window.dash_ag_grid", b"window.DashRenderer", b"window.madness_dashboard"]
    places = [scripts.index(mark) for mark in marks]
    assert places[0] == min(places)
    assert places[-1] == max(places)
    for asset in bundle.ASSETS.glob("*.js"):
        assert asset.read_bytes() in scripts


def test_every_file_is_served_packed_and_kept_for_ever(app: BundledDash) -> None:
    client = app.server.test_client()
    for name, file in app.bundle.files.items():
        answer = client.get(f"/{app.bundle.folder}/{name}")
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.content_type == file.content_type
        assert gzip.decompress(answer.data) == file.plain
        assert 4 * len(answer.data) / 3 < LIMIT


def test_other_addresses_hold_no_file_and_are_not_kept(app: BundledDash) -> None:
    client = app.server.test_client()
    for path in (f"/{app.bundle.folder}/nothing.js", f"/bundle-0/{bundle.SCRIPTS}", f"/{app.bundle.folder}/../app.py"):
        answer = client.get(path)
        assert "immutable" not in answer.headers["Cache-Control"]
        assert answer.status_code == 404 or answer.mimetype == "text/html"


def test_the_folder_is_a_hash_of_names_and_bytes_and_of_nothing_else() -> None:
    one = Bundle({"a": StaticFile(b"1", "text/css"), "b": StaticFile(b"2", "text/css")})
    same = Bundle({"b": StaticFile(b"2", "text/css"), "a": StaticFile(b"1", "text/css")})
    others = [
        Bundle({"a": StaticFile(b"2", "text/css"), "b": StaticFile(b"1", "text/css")}),
        Bundle({"a": StaticFile(b"1b", "text/css"), "": StaticFile(b"2", "text/css")}),
    ]
    assert one.folder == same.folder
    assert len({one.folder, *(other.folder for other in others)}) == 3


def test_another_copy_of_the_checkout_with_other_times_has_the_same_folder(app: BundledDash, tmp_path: Path) -> None:
    """S3 is filled from one copy, and the function runs another."""
    root = Path(__file__).parents[3]
    for room in ("dashboard", "hoops", "lake"):
        shutil.copytree(root / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (tmp_path / "dashboard" / "assets").iterdir():
        os.utime(path, (1, 1))
    code = "from dashboard.wsgi import app; print(app.bundle.folder)"
    env = {"MADNESS_DASHBOARD_BUCKET": "b", "DASH_REQUESTS_PATHNAME_PREFIX": "/prod/", "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == app.bundle.folder


def test_whatever_components_of_our_pages_load_later_is_in_the_bundle(app: BundledDash) -> None:
    """Async chunks by the component that loads them, as the packages name them; the browser tests see them loaded."""
    later = {"Graph": "async-graph.js", "AgGrid": "async-community.js"}
    loads_none = {"Store", "Interval", "Location", "GameList"}
    browser = Browser(app)
    seen: set[str] = set()
    for page in PAGES:
        content = browser.open(f"/dev{page}", "?scope=all")["page.children"]
        for kind, name in later.items():
            seen |= {name} if list(components(content, kind)) else set()
        own = set(re.findall(r'"type": "(\w+)", "namespace": "dash_core_components"', json.dumps(content)))
        assert own <= loads_none | set(later)
    assert seen == set(later.values())
    assert seen <= set(app.bundle.files)


@pytest.mark.parametrize("path", ["/", "/_dash-layout", "/_dash-dependencies", "/ratings"])
def test_answers_are_packed_where_the_client_takes_it(app: BundledDash, path: str) -> None:
    client = app.server.test_client()
    packed = client.get(path, headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Cache-Control"] == "private, no-cache"
    assert packed.headers["Vary"] == "Accept-Encoding"
    plain = client.get(path)
    assert "Content-Encoding" not in plain.headers
    assert len(gzip.decompress(packed.data)) == len(plain.data)
    refused = client.get(path, headers={"Accept-Encoding": "br, gzip;q=0"})
    assert "Content-Encoding" not in refused.headers


def test_the_largest_page_fits_into_an_answer_of_lambda(app: BundledDash) -> None:
    """The whole season as one table; 7,000 games are more than any season has had."""
    content = Browser(app).open("/dev/", "?show=season&season=2023")
    (grid,) = components(content["page.children"], "AgGrid")
    packed = len(gzip.compress(json.dumps(content).encode(), 6))
    assert 4 / 3 * packed / len(grid["rowData"]) * 7000 < LIMIT / 4


def test_whether_the_server_is_there_can_be_asked_without_reading_anything() -> None:
    def fail() -> MemoryStore:
        raise AssertionError("the bucket was opened")

    app = create_app(Tables(fail), requests_pathname_prefix="/dev/")
    client = app.server.test_client()
    assert '"data-health": "/dev/_health"' in json.dumps(client.get("/_dash-layout").json)
    assert client.get("/_health").text == "OK"
