"""What a page costs: few requests of the function, few bytes, nothing twice; measured by benchmarks/first_page.py."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest

from benchmarks import first_page
from benchmarks.first_page import CHROMIUM, SECRET, Site, visits
from dashboard.door import Door

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"needs {CHROMIUM} (Debian: apt-get install chromium)"),
]
# The browser is on loopback; CloudFront says so, API Gateway sees CloudFront.
READERS = Door(secret=SECRET, allowed=(ip_network("127.0.0.0/8"),))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with first_page.chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def edge() -> Iterator[Site]:
    with first_page.site(cloudfront=True, door=READERS) as there:
        yield there


def test_the_first_page_asks_the_function_four_times_and_is_small(chromium: Any, edge: Site) -> None:
    first, again = visits(chromium, edge, "", "")
    assert first.of_function <= 4
    assert first.requests <= 7
    assert first.wire < 1_000_000
    assert first.plain > 3_000_000  # it is packed, not less
    assert again.of_function <= 4
    assert again.wire < 20_000


def test_a_page_with_a_chart_asks_it_no_more_often(chromium: Any, edge: Site) -> None:
    (load,) = visits(chromium, edge, "ratings")
    assert load.of_function <= 4
    assert load.wire < 3_000_000


def test_without_cloudfront_static_files_are_three_more(chromium: Any) -> None:
    with first_page.site(cloudfront=False) as there:
        first, again = visits(chromium, there, "", "")
    assert first.of_function <= 7
    assert first.wire < 1_000_000
    assert again.of_function <= 4
