"""Games and the page of one, in a browser."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from tests.e2e.dashboard.browser import DESKTOP, on_desktop_and_phone, query, settled, too_wide


def test_any_day_can_be_gone_to(site, visit) -> None:
    page = visit(site)
    page.get_by_role("combobox", name="Day").or_(page.get_by_role("textbox", name="Day")).first.click()
    page.get_by_role("option", name="Mon 6 Nov 2023").click()
    page.wait_for_selector("#games-played")
    assert query(page)["day"] == "0"
    page.get_by_label("Later day with games").click()
    page.wait_for_function("new URLSearchParams(location.search).get('day') === '2'")
    page.get_by_text("Latest and next").click()
    page.wait_for_selector("#games-upcoming")


def test_games_are_found_sorted_and_all_shown(site, visit) -> None:
    page = visit(site)
    games = page.locator("#games-played .game")
    page.wait_for_selector("#games-played .game")
    assert games.count() == 12
    page.locator("#games-played select").select_option("surprise")
    chances = games.locator(".side.won .chance").all_inner_texts()
    assert [int(re.sub(r"\D", "", c)) for c in chances] == sorted(int(re.sub(r"\D", "", c)) for c in chances)
    page.locator("#games-played .more").click()
    assert games.count() > 12
    name = games.locator(".name").first.inner_text()
    page.locator("#games-played input").fill(name.lower())
    assert 1 <= games.count() < 12
    assert all(name in game for game in games.all_inner_texts())


def to_a_game(page: Any) -> None:
    """From the games to the page of one of the latest, whose plays are all there."""
    page.wait_for_selector("#games-played .game-link")
    page.evaluate("window.here = true")
    page.locator("#games-played .game-link").last.click()
    page.wait_for_selector("#graph-timeline .main-svg")


@on_desktop_and_phone
def test_a_card_leads_to_the_page_of_its_game(site, visit, size, scheme) -> None:
    page = visit(site, size, scheme)
    to_a_game(page)
    settled(page)
    assert urlsplit(page.url).path == "/game"
    assert page.evaluate("window.here") is True
    assert too_wide(page) <= 0
    heads = page.locator(".ag-header-cell-text:visible").all_inner_texts()
    assert ("FG" in heads) == (size is DESKTOP)
    assert {"Player", "Pts", "WPA", "Play", "Score"} <= set(heads)
    cut_off = """() => { const right = element => element.getBoundingClientRect().right;
        const cells = [...document.querySelectorAll('.grid .ag-header-cell')];
        return cells.filter(cell => right(cell) > right(cell.closest('.grid')) + 1).length; }"""
    assert page.evaluate(cut_off) == 0
    assert page.title().startswith(page.locator("#heading").inner_text()) and " – " in page.title()


def test_the_plays_of_a_game_are_picked_in_the_address_and_found(site, visit) -> None:
    page = visit(site)
    to_a_game(page)
    page.get_by_role("combobox", name="Which plays").or_(page.get_by_role("textbox", name="Which plays")).first.click()
    page.get_by_role("option", name="Scoring plays").click()
    page.wait_for_function("new URLSearchParams(location.search).get('plays') === 'scoring'")
    page.wait_for_function(
        """() => { const all = [...document.querySelectorAll('.cell-play')];
        return all.length && all.every(cell => cell.classList.contains('scored')); }"""
    )
    assert query(page)["game"].count("-") == 2
    page.get_by_placeholder("Find a player or play").fill("three-pointer")
    page.wait_for_function(
        """() => { const all = [...document.querySelectorAll('.cell-play span')];
        return all.length && all.every(cell => cell.textContent.startsWith('Three-pointer')); }"""
    )


def test_the_whole_season_comes_in_pages_and_can_be_searched(site, visit) -> None:
    page = visit(site)
    page.get_by_text("Whole season").click()
    page.wait_for_selector(".grid .ag-row")
    assert query(page)["show"] == "season"
    assert page.locator(".grid .ag-center-cols-container .ag-row").count() == 25
    name = page.locator('.grid [col-id="winner"] a').first.inner_text()
    page.get_by_placeholder("Find a team, city or date").fill(name)
    page.wait_for_function(
        """name => [...document.querySelectorAll('.grid .ag-center-cols-container .ag-row')]
        .every(row => name.split(' ').every(word => row.textContent.includes(word)))""",
        arg=name,
    )
