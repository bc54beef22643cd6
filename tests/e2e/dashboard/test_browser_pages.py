"""Every page and the frame around it, in a browser."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from hoops.games.leagues import League
from tests.e2e.dashboard.browser import DRAWN, PHONE, on_desktop_and_phone, query, serve, settled, too_wide
from tests.memory_store import MemoryStore
from tests.unit.dashboard import fabricated

PAGES = (
    "/",
    "/?show=season&season=2023",
    "/ratings",
    "/bracket?season=2023#day=136",
    "/bracket",
    "/tournament?season=2023",
    "/quality?scope=all",
    "/team",
    "/team?team=1103",
    "/players",
    "/statistics",
    "/game?game=1-1101-1102",
    "/about",
    "/team?team=1999&league=X&season=2031",
    "/ratings?teams=3102,nonsense-that-is-longer-than-any-line-of-a-phone-would-be",
)


@on_desktop_and_phone
@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_drawn_and_fits(site, visit, address, size, scheme) -> None:
    page = visit(site + address, size, scheme)
    settled(page)
    assert too_wide(page) <= 0
    assert page.locator("#trouble").is_hidden()
    assert page.locator("nav.tabs").is_visible() == (size is PHONE)
    assert page.title().endswith("Madness")


@pytest.mark.parametrize(("name", "column"), [("team", "result"), ("roster-2024", "adds"), ("roster-2025", "adds")])
def test_the_tables_of_a_team_are_whole_on_a_phone(site, visit, name, column) -> None:
    page = visit(f"{site}/team?team=1101", PHONE)
    settled(page)
    page.wait_for_function(  # once columns that are for wide tables have gone
        """([name, column]) => {
            const grid = document.querySelector(`#grid-${name}`).getBoundingClientRect();
            const cells = [...document.querySelectorAll(`#grid-${name} [col-id="${column}"]`)];
            return cells.length > 1 && cells.every(one => one.getBoundingClientRect().right <= grid.right);
        }""",
        arg=[name, column],
    )


def test_the_league_and_season_pickers_write_the_address_and_back_takes_them_back(site, visit) -> None:
    page = visit(site)
    page.get_by_text("Women", exact=True).click()
    page.wait_for_function("document.querySelector('#subheading').textContent.startsWith('Women · 2023–24')")
    assert query(page)["league"] == "W"
    page.get_by_role("combobox", name="Season").or_(page.get_by_role("textbox", name="Season")).first.click()
    page.get_by_role("option", name="2021–22").click()
    page.wait_for_function("document.querySelector('#subheading').textContent.startsWith('Women · 2021–22')")
    assert query(page) == {"league": "W", "season": "2022"}
    page.go_back()
    page.wait_for_function("document.querySelector('#subheading').textContent.startsWith('Women · 2023–24')")
    page.go_back()
    page.wait_for_function("document.querySelector('#subheading').textContent.startsWith('Men · 2023–24')")


def test_a_deep_link_opens_what_it_says(site, visit) -> None:
    page = visit(f"{site}/ratings?league=W&season=2022&teams=3102,3105")
    settled(page)
    assert page.locator("#heading").inner_text() == "Ratings"
    assert page.locator("#subheading").inner_text().startswith("Women · 2021–22")
    assert page.locator(".legend li").count() == 2
    assert page.locator(".nav a[aria-current=page]").inner_text() == "Ratings"


def test_links_move_within_the_dashboard_without_loading_it_again(site, visit) -> None:
    page = visit(f"{site}/?league=W&season=2023")
    page.evaluate("window.here = true")
    page.locator(".nav").get_by_text("Tournament").click()
    page.wait_for_selector(".banner")
    page.locator(".banner a").first.click()
    page.wait_for_selector(".team-head")
    assert urlsplit(page.url).path == "/team"
    assert query(page)["league"] == "W"
    page.wait_for_function("document.title.startsWith(document.querySelector('#heading').textContent + ' · Women')")
    assert (
        page.locator("#heading").inner_text()
        == page.get_by_role("combobox", name="Team").or_(page.get_by_role("textbox", name="Team")).first.input_value()
    )
    assert page.evaluate("window.here") is True


def test_teams_can_be_added_to_the_chart(site, visit) -> None:
    page = visit(f"{site}/ratings?teams=1101")
    settled(page)
    page.locator(".teams-picker input").last.click()
    page.get_by_role("option").nth(3).click()
    page.wait_for_function("document.querySelectorAll('.legend li').length === 2")
    assert query(page)["teams"].startswith("1101,")


def test_the_theme_reaches_tables_and_charts_and_is_kept(site, visit) -> None:
    page = visit(f"{site}/ratings")
    settled(page)
    colours = """() => [
        ...['body', '.grid .ag-root-wrapper', '.grid .ag-row', '.mantine-AppShell-header']
            .map(s => getComputedStyle(document.querySelector(s)).backgroundColor),
        getComputedStyle(document.querySelector('.chart .xtick text')).fill,
    ]"""
    light = page.evaluate(colours)
    page.locator("#scheme").click()
    page.wait_for_function("document.documentElement.getAttribute('data-mantine-color-scheme') === 'dark'")
    dark = page.evaluate(colours)
    assert all(one != other for one, other in zip(light, dark, strict=True))
    assert dark[0] == "rgb(14, 17, 21)"
    page.reload()
    page.wait_for_selector(DRAWN)
    settled(page)
    assert page.evaluate(colours) == dark


def test_the_keyboard_reaches_everything(site, visit) -> None:
    page = visit(site)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    seen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.add(
            page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.textContent")
        )
    assert {"Ratings", "Switch between light and dark", "Season", "Day", "Find a team"} <= seen


def test_an_empty_page_says_what_to_do_and_fills_by_itself(visit) -> None:
    store = MemoryStore()
    with serve(store) as url:
        page = visit(url)
        assert "make up" in page.locator(".empty").inner_text()
        full = fabricated.bucket([League.MEN], teams=16)
        for row in full.listing(""):
            store.put(row.key, full.get(row.key).body)
        page.wait_for_selector("#games-upcoming .game")


def test_newer_results_are_announced_and_shown_on_request(visit) -> None:
    store = fabricated.bucket([League.MEN], teams=16, stops_at=80)
    with serve(store) as url:
        page = visit(url)
        assert "known through Thu 25 Jan" in page.locator("#subheading").inner_text()
        newer = fabricated.bucket([League.MEN], teams=16, generation=18)
        for row in newer.listing(""):
            store.put(row.key, newer.get(row.key).body)
        page.locator("#news").click()
        page.wait_for_function("document.querySelector('#subheading').textContent.includes('known through Wed 14 Feb')")
        assert page.locator("#news").is_hidden()


def test_behind_a_stage_of_api_gateway(visit) -> None:
    with serve(fabricated.bucket([League.MEN], teams=16), "/dev/") as url:
        page = visit(f"{url}/ratings")
        settled(page)
        page.locator(".grid a").first.click()
        page.wait_for_selector(".team-head")
        assert urlsplit(page.url).path == "/dev/team"
        page.locator("#brand").click()
        page.wait_for_selector("#games-upcoming")
        assert urlsplit(page.url).path == "/dev/"


@pytest.mark.parametrize("width", [768, 992, 1024, 1440])
def test_the_navigation_fits_at_every_width(site, visit, width) -> None:
    page = visit(site, {"width": width, "height": 800})
    assert page.locator("nav.tabs").is_visible() != page.locator(".nav").is_visible()
    if page.locator(".nav").is_visible():
        last, end = page.locator(".nav a").last.bounding_box(), page.locator(".header-end").bounding_box()
        assert last["x"] + last["width"] <= end["x"]
