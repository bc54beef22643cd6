"""The page of a bracket, in a browser."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest

from hoops.brackets import tree
from hoops.brackets.odds import closed, odds, spread
from hoops.games.leagues import League
from tests.e2e.dashboard.browser import DESKTOP, PHONE, query, settled

# Odds of random brackets and picks, as the browser computes them: chances by round and place, games by `pair`.
BROWSERS_ODDS = """([pairs, cases]) => cases.map(function (decided) {
    const found = madness_bracket.odds(Float64Array.from(pairs), Int16Array.from(decided));
    return [found.comeOut.map(one => [...one]), [...found.met]];
})"""


@pytest.mark.parametrize("season", ["sixty-four", "sixty-eight", "four"])
def test_the_browser_computes_the_odds_that_python_computes(site, visit, season) -> None:
    play_ins = tuple(f"{region}16" for region in "WXYZ") if season == "sixty-eight" else ()
    lines = 1 if season == "four" else 16
    names = [f"{region}{line:02d}" for region in "WXYZ" for line in range(1, lines + 1)]
    seeds = [seed for name in names for seed in ((f"{name}a", f"{name}b") if name in play_ins else (name,))]
    field = tree.bracket(League.MEN, 2024, zip(seeds, range(1101, 1500), strict=False))
    rng = np.random.default_rng(14)
    chances = rng.uniform(0.02, 0.98, len(field.games))
    node = {slot.name: 128 - (128 >> slot.round) + slot.place for slot in field.slots}
    expected, cases = [], []
    for count in (0, 1, 2, 5, 20):
        decided: dict[str, int] = {}
        for _ in range(count):  # picks that agree with those before
            team = int(rng.choice(field.teams))
            path = field.path(team)
            slot = path[rng.integers(len(path))]
            with suppress(tree.BadBracket):
                decided = closed(field, {**decided, slot.name: team})
        found = odds(field, chances, decided)
        expected.append((found.reach, found.meetings))
        nodes = [-1] * 127
        for name, team in decided.items():
            nodes[node[name]] = int(field.places[field.row[team]])
        cases.append(nodes)
    pairs = np.concatenate([one.ravel() for one in spread(chances, field)])
    page = visit(f"{site}/about")
    for (reach, meetings), (come_out, met) in zip(
        expected, page.evaluate(BROWSERS_ODDS, [pairs.tolist(), cases]), strict=True
    ):
        np.testing.assert_allclose(np.array(come_out)[:, field.places].T, reach, rtol=0, atol=1e-9)
        np.testing.assert_allclose(np.array(met)[field.games.pair], meetings, rtol=0, atol=1e-9)


def titles(page: Any) -> dict[str, str]:
    """Chance of the title by team, as the table says it."""
    return page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('.bk-odds tbody tr')].map(
            row => [row.querySelector('th').innerText, row.querySelector('.stage-6').innerText]))"""
    )


def waits_for_titles(page: Any, expected: dict[str, str], differ: bool = False) -> None:
    """What stands below the sheet is drawn after it."""
    deadline = time.monotonic() + 10
    while (titles(page) == expected) is differ:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_click_advances_a_team_at_once_and_back_takes_it_back(bracketed, visit) -> None:
    page = visit(f"{bracketed}/bracket?season=2023#day=132")
    asked: list[str] = []
    before = titles(page)
    page.on(
        "request",
        lambda request: (
            asked.append(request.url)
            if "_dash-update" in request.url and "page.children" in (request.post_data or "")
            else None
        ),
    )
    underdog = page.locator('[data-line="6-0-0"]')
    assert "R6CH" in (underdog.get_attribute("aria-label") or "")
    milliseconds = page.evaluate(
        """() => [...document.querySelectorAll('.bk-round.r1 .bk-line')].map(function (line) {
            const start = performance.now();
            line.click();
            ReactDOM.flushSync(() => {});
            document.querySelector('.bk-sheet').getBoundingClientRect();
            return performance.now() - start;
        })"""
    )
    middle, most = np.percentile(milliseconds, [50, 90])
    print(f"a click: median {middle:.1f} ms, nine in ten within {most:.1f}, all within {max(milliseconds):.1f}")  # noqa: T201
    assert len(milliseconds) == 64
    assert middle < 25
    assert most < 100
    assert page.locator(".bk-line.picked").count() >= 8
    waits_for_titles(page, before, differ=True)
    assert query(page) == {"season": "2023"}
    picked = urlsplit(page.url).fragment
    assert re.fullmatch(r"day=132&picks=[a-z-]{1,23}", picked)
    page.get_by_role("button", name="Reset picks").click()
    assert page.locator(".bk-line.picked").count() == 0
    waits_for_titles(page, before)
    page.go_back()
    page.wait_for_function("document.querySelectorAll('.bk-line.picked').length >= 8")
    assert urlsplit(page.url).fragment == picked
    assert asked == []
    again = visit(f"{bracketed}/bracket?season=2023#{picked}")
    assert again.locator(".bk-line.picked").count() == page.locator(".bk-line.picked").count()
    waits_for_titles(page, titles(again))


def test_the_bracket_goes_through_its_days(bracketed, visit) -> None:
    page = visit(f"{bracketed}/bracket")
    assert page.locator(".bk-champion").inner_text().endswith("Champion")
    assert page.locator(".bk-game.played").count() == 63
    page.get_by_role("slider", name="Day").press("Home")
    assert page.locator(".bk-game.played").count() == 0
    assert "Selection Sunday" in page.locator(".bk-when").inner_text()
    page.get_by_label("Day after").click()
    assert page.locator(".bk-game.played").count() == 32
    assert "Chances of this evening" in page.locator(".bk-about").inner_text()
    page.goto(f"{bracketed}/bracket?season=2023#day=136")
    page.wait_for_function("document.querySelector('.bk-about')?.textContent.startsWith('Chances of Selection Sunday')")
    page.goto(f"{bracketed}/bracket?season=2023#day=77&picks=zz!")
    page.wait_for_function("document.querySelectorAll('.bk .notes p').length === 2")


def test_a_bracket_is_filled_by_keyboard_and_copied(bracketed, visit) -> None:
    page = visit(f"{bracketed}/bracket?season=2023#day=132")
    page.locator('.bk-line[tabindex="0"]').focus()
    for key in ("ArrowDown", "ArrowUp", "ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.wait_for_function("document.activeElement.dataset.line === '3-0-0'")
    assert page.locator('[data-line="3-0-0"]').get_attribute("aria-pressed") == "true"
    assert "picked to win R3W1" in page.locator(".bk-said-now").inner_text()
    assert page.locator(".bk-line.picked").count() == 3
    page.get_by_role("button", name="Fill mine with it").first.click()
    assert page.locator(".bk-line.picked").count() == 63
    page.evaluate("navigator.clipboard.writeText = text => { window.copied = text; return Promise.resolve(); }")
    page.get_by_role("button", name="Copy text").click()
    page.wait_for_function("window.copied")
    assert re.search(r"Champion: \d+ \w+", page.evaluate("window.copied"))
    assert len(re.findall(r"\d+ [A-Z]", page.evaluate("window.copied").split("East", 1)[1])) == 63
    names = "[...document.querySelectorAll('.bk button')].map(one => one.getAttribute('aria-label') || one.textContent)"
    assert all(name.strip() for name in page.evaluate(names))


def test_a_bracket_is_one_page_of_paper(bracketed, visit) -> None:
    page = visit(f"{bracketed}/bracket?season=2023#day=138", scheme="dark")
    for paper in ("A4", "Letter"):
        printed = page.pdf(format=paper, landscape=True, prefer_css_page_size=False, print_background=True)
        assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 1


PARTS_BESIDE_THE_EDGE = """() => [...document.querySelectorAll('.bk-parts button')].filter(function (one) {
    const { left, right } = one.getBoundingClientRect();
    return left < 8 || right > innerWidth - 8;
}).length"""


def test_a_phone_shows_a_region_and_its_rounds(bracketed, visit) -> None:
    page = visit(f"{bracketed}/bracket?season=2023#day=132", PHONE)
    assert page.locator(".bk-region").filter(visible=True).count() == 1
    page.get_by_role("button", name="Midwest", exact=True).click()
    assert page.locator(".bk-region.q2").is_visible() and page.locator(".bk-region.q0").is_hidden()
    assert page.locator(".bk-region.q2 .bk-name").first.evaluate("one => one.scrollWidth <= one.clientWidth")
    assert page.evaluate(PARTS_BESIDE_THE_EDGE) == 0
    page.get_by_role("button", name="Finals").click()
    assert page.locator(".bk-finals").is_visible()


def test_a_phone_begins_with_the_round_that_is_being_played(bracketed, visit) -> None:
    page = visit(f"{bracketed}/bracket?season=2023#day=138", PHONE)  # the second of two days of the round of 32
    edge = "name => document.querySelector(`.bk-region.q0 .bk-round.${name}`).getBoundingClientRect().left"
    played = "[...document.querySelectorAll('.bk-region.q0 .bk-round.r2 .bk-game:not(.played)')].length"
    assert page.evaluate(played) == 0
    assert page.evaluate(edge, "r3") == pytest.approx(16, abs=2)
    page.get_by_role("slider", name="Day").press("Home")
    assert page.evaluate(edge, "r1") == pytest.approx(16, abs=2)
    page.get_by_role("slider", name="Day").press("End")  # all is over
    assert page.evaluate(edge, "r1") == pytest.approx(16, abs=2)


# What an element holds and does not show: it hides or scrolls what is wider than itself.
CUT = """() => [...document.querySelectorAll('.bk-sheet *:not(.unseen), .bk-parts *')].filter(function (one) {
    return one.scrollWidth > one.clientWidth && getComputedStyle(one).overflowX !== 'visible';
}).map(one => one.textContent)"""


@pytest.mark.parametrize("width", [1280, 1440, 1900])
def test_no_name_is_cut_and_the_header_stands_above_the_sheet(bracketed, visit, width) -> None:
    page = visit(f"{bracketed}/bracket?season=2023#day=138", {"width": width, "height": 900})
    page.get_by_role("button", name="Fill mine with it").first.click()
    assert page.locator(".bk-line.won").count() > 40 and page.locator(".bk-line.picked").count() >= 10
    assert page.evaluate(CUT) == []
    brand, sheet = page.locator("#brand").bounding_box(), page.locator(".bk-bar").bounding_box()
    assert brand["x"] == pytest.approx(sheet["x"], abs=1)


def test_a_reader_by_ear_or_keyboard_meets_no_obstacle(site, bracketed, visit) -> None:
    """Names, roles, contrast and what else axe-core knows of WCAG 2.1 AA."""
    from axe_playwright_python.sync_playwright import Axe

    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}
    for address, size, scheme in (
        (f"{bracketed}/bracket?season=2023#day=138", DESKTOP, "light"),
        (f"{bracketed}/bracket?season=2024#day=136", PHONE, "dark"),
        (f"{site}/bracket", PHONE, "light"),
    ):
        page = visit(address, size, scheme)
        settled(page)
        found = Axe().run(page, context={"include": [["#page"]]}, options=rules)
        assert len(found.response["passes"]) > 5, "it has looked"
        told = [(one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found.response["violations"]]
        assert told == [], address
