"""The dashboard of the deployed stack, in a browser."""

from __future__ import annotations

import pytest

from tests.e2e.dashboard.browser import DESKTOP, PHONE, settled


@pytest.mark.parametrize("page_name", ["", "ratings", "bracket", "tournament", "quality", "team", "about"])
def test_the_deployed_stack_shows_every_page(served, visit, page_name) -> None:
    for size in (DESKTOP, PHONE):
        page = visit(f"{served.url}{page_name}", size)
        settled(page)
        assert page.locator(".empty").count() == 0
        assert page.locator("#trouble").is_hidden()
    if page_name == "":
        assert page.locator("#games-upcoming .game").count() > 0
        assert page.locator("#games-played .game").count() > 0
