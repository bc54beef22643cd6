"""Players, statistics and the court, in a browser."""

from __future__ import annotations

import pytest

from tests.e2e.dashboard.browser import PHONE, on_desktop_and_phone, query, settled, too_wide

PLAYED = ("/players", "/players?team=1101&court=points", "/players?player=110103&court=places", "/statistics",
          "/statistics?event=rebound&step=day&teams=1101,1102,1103,1104,1105,1106", "/team?team=1101")  # fmt: skip


@on_desktop_and_phone
@pytest.mark.parametrize("address", PLAYED)
def test_pages_of_plays_are_drawn_and_fit(played, visit, address, size, scheme) -> None:
    page = visit(played + address, size, scheme)
    settled(page)
    assert too_wide(page) <= 0
    assert page.locator("#trouble").is_hidden()
    assert page.locator(".empty").count() == 0
    for words in page.locator("nav.tabs a, .nav a").filter(visible=True).all():
        assert words.evaluate("one => one.scrollWidth <= one.clientWidth + 1"), "the words of a page's name fit"


def test_a_team_and_then_a_player_are_picked(played, visit) -> None:
    page = visit(f"{played}/players")
    settled(page)
    page.locator(".leader a").first.click()
    page.wait_for_selector("#graph-moves .bartext")
    player, name = query(page)["player"], page.locator("h1").inner_text()
    page.get_by_role("combobox", name="Player").or_(page.get_by_role("textbox", name="Player")).first.click()
    page.get_by_role("option").nth(2).click()
    page.wait_for_function("name => document.querySelector('h1').textContent !== name", arg=name)
    assert query(page)["player"] != player
    settled(page)
    page.get_by_role("combobox", name="Team").or_(page.get_by_role("textbox", name="Team")).first.click()
    page.get_by_role("option").nth(5).click()
    page.wait_for_selector("#grid-roster .ag-row")
    assert "player" not in query(page), "another team has other players"


def test_a_narrow_table_leaves_columns_out_from_the_start(played, visit) -> None:
    page = visit(f"{played}/players?team=1101", PHONE)
    settled(page)
    titles = "[...document.querySelectorAll('#grid-roster .ag-header-cell-text')].map(title => title.textContent)"
    page.wait_for_function(f"() => !{titles}.includes('Steals')")


def test_the_court_says_what_happened_where(played, visit) -> None:
    page = visit(f"{played}/players?player=110103")
    settled(page)
    page.locator("#graph-court").scroll_into_view_if_needed()
    box = page.locator("#graph-court .nsewdrag").bounding_box()
    assert box["height"] / box["width"] == pytest.approx(54 / 51, abs=0.05)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 0.62 * box["height"])
    page.wait_for_selector("#graph-court .hovertext")
    assert "Outside centre" in page.locator("#graph-court .hovertext").text_content()
    page.get_by_text("Each shot").click()
    page.wait_for_selector("#graph-court .scatterlayer .point")
    assert query(page)["court"] == "places"
