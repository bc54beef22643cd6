"""The dashboard's package on Lambda, asked by API Gateway: it reads what the pipeline's package has published."""

from __future__ import annotations

import re

import pytest

from madness.deploy import site, workshop
from tests.proof.api_gateway import Browser, Page
from tests.proof.conftest import ROOT, STAGE
from tests.proof.lambda_runtime import ANSWER, Function


@pytest.fixture(scope="module")
def browser(dashboard: Function) -> Browser:
    return Browser(dashboard.invoke, STAGE)


def test_the_first_page_names_everything_below_the_stage(browser) -> None:
    page = browser("/")
    assert page.status == 200
    assert page.headers["content-type"].startswith("text/html")
    assert re.search(rf'"requests_pathname_prefix": ?"(/|\\u002f){STAGE}\1"', page.text)
    assert _sources(page) and all(source.startswith(f"/{STAGE}/") for source in _sources(page))


@pytest.mark.parametrize("path", ["/_dash-layout", "/_dash-dependencies"])
def test_layout_and_dependencies_are_json(browser, path: str) -> None:
    page = browser(path)
    assert page.status == 200
    assert page.json


def test_every_script_and_style_of_the_first_page_is_served(browser) -> None:
    sources = _sources(browser("/"))
    assert {source.rpartition(".")[2] for source in sources} == {"js", "css", "svg"}
    for source in sources:
        page = browser(source.removeprefix(f"/{STAGE}"))
        assert page.status == 200, source
        assert not page.headers["content-type"].startswith("text/html"), source
        assert page.text, source


def test_the_function_serves_the_very_bytes_that_are_put_before_cloudfront(browser, stage) -> None:
    """Also what pages load later, plotly.js among it; each fits into an answer of Lambda."""
    python = workshop.environment("dashboard", ROOT) / "bin" / "python"
    objects = site.static_objects(stage, python, workshop.copy("dashboard", ROOT))
    assert any(one.key.endswith("plotly.min.js") for one in objects)
    for one in objects:
        page = browser(one.key[one.key.index("/bundle-") :])
        assert page.status == 200, one.key
        assert page.body == one.body, one.key


@pytest.mark.parametrize("place", ["/", "/ratings", "/tournament", "/quality", "/team", "/about"])
def test_a_callback_draws_a_page_from_the_bucket(browser, place: str) -> None:
    page = browser.draw(place)
    assert page.status == 200
    assert page.json["response"]["trouble"]["hidden"] is True
    drawn = page.text
    assert "known through" in drawn or place == "/about"
    assert "cannot be read" not in drawn and "Nothing published" not in drawn
    assert len(page.body) < ANSWER


def test_it_has_started_and_stays_within_its_memory(browser, dashboard, capsys) -> None:
    browser("/")
    with capsys.disabled():
        print(f"\n{dashboard.report()}", end="")
    assert dashboard.peak < dashboard.memory


def _sources(page: Page) -> list[str]:
    """What the page has the browser load from where it came from."""
    return [source for source in re.findall(r'(?:src|href)="(/[^"]+)"', page.text) if "." in source]
