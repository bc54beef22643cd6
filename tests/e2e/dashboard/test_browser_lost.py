"""What an open page says when its server is gone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.e2e.dashboard.browser import DESKTOP, DRAWN


@pytest.fixture
def unwatched(chromium: Any) -> Iterator[Callable[[str], Any]]:
    """Open an address of a server that is about to be lost: what the browser says about that is no fault."""
    contexts = []

    def open_page(url: str) -> Any:
        contexts.append(chromium.new_context(viewport=DESKTOP))
        page = contexts[-1].new_page()
        page.goto(url)
        page.wait_for_selector(DRAWN)
        page.evaluate("document.querySelector('#lost').dataset.patience = 1")
        return page

    yield open_page
    for context in contexts:
        context.close()


def refuse(route: Any) -> None:
    route.abort("connectionrefused")


def test_without_a_server_no_old_page_stands_under_a_new_address_unsaid(site, unwatched) -> None:
    page = unwatched(site)
    page.route("**/*", refuse)
    page.locator(".nav").get_by_text("Ratings").click()
    page.wait_for_selector("#lost", state="visible")
    assert (urlsplit(page.url).path, page.locator("#heading").inner_text()) == ("/ratings", "Games")
    said = page.get_by_role("alert").filter(visible=True).inner_text()
    assert re.fullmatch(r"The server has not answered since \d\d:\d\d\. What you see is the page from before, .*", said)
    page.go_back()
    page.wait_for_function("document.querySelector('#lost').textContent.includes('What you see may be old')")
    page.go_forward()
    page.unroute("**/*")
    page.wait_for_selector("#lost", state="hidden")
    assert page.locator("#heading").inner_text() == "Ratings"
    assert page.get_by_role("status").filter(has_text="The server answers again.").count() == 1


def test_an_open_page_notices_that_the_server_is_gone_and_back(site, unwatched) -> None:
    page = unwatched(f"{site}/about")
    page.route("**/*", refuse)
    page.wait_for_selector("#lost", state="visible")
    page.locator("#lost-again").focus()
    page.unroute("**/*")
    page.keyboard.press("Enter")
    page.wait_for_selector("#lost", state="hidden")
    assert page.evaluate("document.activeElement.id") == "page"


def test_a_server_that_never_answers_is_gone_too(site, unwatched) -> None:
    page = unwatched(site)
    page.route("**/*", lambda route: None)
    page.locator(".nav").get_by_text("Ratings").click()
    page.wait_for_selector("#lost", state="visible")


def test_a_server_that_answers_with_errors_does_not_show_the_page(site, unwatched) -> None:
    page = unwatched(site)
    page.route("**/_dash-update-component*", lambda route: route.fulfill(status=502, body="Bad gateway"))
    page.locator(".nav").get_by_text("Ratings").click()
    words = "The server answers, but not with the page of this address."
    page.wait_for_function("words => document.querySelector('#lost').textContent.includes(words)", arg=words)
    assert page.locator("#lost").is_visible()
    page.unroute("**/_dash-update-component*")
    page.wait_for_selector("#lost", state="hidden")
    assert page.locator("#heading").inner_text() == "Ratings"


def test_a_slow_answer_is_no_loss(site, unwatched) -> None:
    page = unwatched(site)
    page.evaluate("""() => {
        const banner = document.querySelector("#lost");
        window.seen = 0;
        new MutationObserver(() => { window.seen += 1; }).observe(banner, { attributes: true });
    }""")
    held: list[Any] = []
    page.route("**/_dash-update-component*", lambda route: held.append(route))
    page.locator(".nav").get_by_text("Ratings").click()
    page.wait_for_timeout(2500)
    assert held
    page.unroute("**/_dash-update-component*")  # which lets go of those held
    page.wait_for_function("document.querySelector('#heading').textContent === 'Ratings'")
    assert page.evaluate("window.seen") == 0
