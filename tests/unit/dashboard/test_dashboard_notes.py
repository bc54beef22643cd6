"""Whatever an address asks for and is not there is said at the top of the page, with what is shown instead."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

import fabricated
import pytest
from asking import PAGES, Browser, browser, components

from hoops.games.leagues import League

MEN, WOMEN = (league.team_ids.start + 101 for league in League)
HUGE = "9" * 5000
RUBBISH = ("x", "-1", "1.5", HUGE, "2\x00", "\ufffd", "<script>", "²", "M,W", "null", "99999999")


@pytest.fixture(scope="module")
def full() -> Browser:
    return browser(fabricated.bucket(teams=16))


def notes(found: dict[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every note of a page: its text, and the words and address of its links."""
    boxes = [box for box in components(found["page.children"], "Div") if box.get("className") == "notes"]
    lines = [line["children"] for box in boxes for line in components(box["children"], "P")]
    return [
        (line[0], [(part["props"]["children"], part["props"]["href"]) for part in line[1:] if isinstance(part, dict)])
        for line in lines
    ]


def ask(full: Browser, page: str, **asked: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    found = full.open(page, f"?{urlencode(asked, doseq=True)}")
    assert found["trouble.hidden"] is True
    return notes(found)


@pytest.mark.parametrize("page", PAGES)
def test_an_address_that_is_all_there_has_no_note(full: Browser, page: str) -> None:
    fine = {"/": {"day": 100, "show": "days"}, "/ratings": {"teams": f"{MEN},{MEN + 1}"}, "/team": {"team": MEN},
            "/quality": {"scope": "all", "kind": "ncaa"}}  # fmt: skip
    assert ask(full, page, league="M", season=2023, **fine.get(page, {})) == []
    assert ask(full, page, league="", season="", **dict.fromkeys(fine.get(page, {}), "")) == []


@pytest.mark.parametrize("value", RUBBISH)
@pytest.mark.parametrize(
    ("page", "name"),
    [*((page, name) for page in PAGES for name in ("league", "season")), ("/", "day"), ("/", "show"),
     ("/ratings", "teams"), ("/quality", "scope"), ("/quality", "kind"), ("/team", "team"), ("/about", "nonsense")],
)  # fmt: skip
def test_rubbish_in_any_parameter_is_said_and_something_is_shown(
    full: Browser, page: str, name: str, value: str
) -> None:
    said = ask(full, page, **{name: value})
    assert said
    assert all(len(text) < 250 for text, _ in said)
    for _, href in [link for _, links in said for link in links]:
        where, _, search = href.partition("?")
        again = full.open(where, f"?{search}")
        assert "empty" not in json.dumps(again["page.children"])[:200] and notes(again) == [], href


def test_an_unknown_league_is_named_beside_those_there_are(full: Browser) -> None:
    ((text, links),) = ask(full, "/ratings", league="X", season=2023)
    assert text == "There is no league “X”; shown are the men."
    assert links == [("Men (league=M)", "/ratings?league=M&season=2023"),
                     ("Women (league=W)", "/ratings?league=W&season=2023")]  # fmt: skip


def test_a_season_that_is_not_loaded_is_named_beside_those_there_are(full: Browser) -> None:
    ((text, links),) = ask(full, "/quality", season=2031, scope="all")
    assert text == "Season “2031” of the men is not loaded here; loaded are 2021–22 to 2023–24."
    assert links == [("2023–24 is shown", "/quality?league=M&season=2024&scope=all")]
    ((text, _),) = ask(full, "/", season="soon")
    assert text == "“soon” is no season: an address names the year in which it ends, such as season=2024."


def test_a_team_of_the_other_league_is_found_there(full: Browser) -> None:
    ((text, links),) = ask(full, "/team", team=WOMEN, season=2023)
    assert text == f"Team {WOMEN} plays in the women's league; this page is the men's."
    assert links[0] == (f"Team {WOMEN} there", f"/team?league=W&season=2023&team={WOMEN}")
    assert re.fullmatch(r".+ is shown", links[1][0])
    ((text, links),) = ask(full, "/ratings", league="W", teams=f"{WOMEN},{MEN}")
    assert text == f"Team {MEN} plays in the men's league; this page is the women's."


def test_an_unknown_team_is_said_and_the_best_one_shown(full: Browser) -> None:
    best = min(
        fabricated.decode(
            fabricated.bucket([League.MEN], teams=16).get("team_records/league=M/season=2024/part.parquet").body
        ).to_pylist(),
        key=lambda row: row["rank"],
    )
    ((text, links),) = ask(full, "/team", team=1999)
    assert text == "No men's team loaded here has the id “1999”."
    assert links == [(f"{best['team_name']} is shown", f"/team?league=M&season=2024&team={best['team_id']}")]
    found = full.page("/team", "?team=1999")
    assert best["team_name"] in found


def test_teams_that_are_not_rated_and_teams_too_many_are_said(full: Browser) -> None:
    said = ask(full, "/ratings", teams=",".join(map(str, [*range(MEN, MEN + 8), 1999, "x"])))
    assert [text for text, _ in said] == [
        "No rated team of 2023–24 has the id “1999”, “x”.",
        f"The chart takes 6 teams at most: {MEN + 6}, {MEN + 7} left out.",
    ]
    (link,) = {href for _, links in said for _, href in links}
    assert link.endswith("%2C".join(str(team) for team in range(MEN, MEN + 6)))


def test_of_a_parameter_given_twice_it_is_said_which_is_taken(full: Browser) -> None:
    ((text, links),) = ask(full, "/team", team=[MEN + 1, MEN])
    assert text == f"The address gives team more than once: “{MEN}” is taken, “{MEN + 1}” is not."
    assert links == [("This page with one", f"/team?league=M&team={MEN}")]
    ((text, _),) = ask(full, "/", league=["M", "W"])
    assert text == "The address names more than one league: Men is passed over."
    ((text, _),) = ask(full, "/", season=[2022, 2023])
    assert text == "The address names more than one season: 2022 is passed over."


def test_a_parameter_that_the_page_does_not_know_is_said(full: Browser) -> None:
    ((text, links),) = ask(full, "/team", taem=MEN, team=MEN)
    assert text == f"This page does not know “taem={MEN}”."
    assert links == [("This page without it", f"/team?league=M&team={MEN}")]


def test_notes_are_made_where_nothing_is_published_too() -> None:
    page = browser(fabricated.bucket([League.WOMEN], teams=16)).open("/", "?league=X")
    assert [text for text, _ in notes(page)] == ["There is no league “X”; shown are the men."]
    assert "Nothing published for men yet" in json.dumps(page["page.children"])


def test_a_season_that_has_only_begun_has_no_whole_to_show() -> None:
    begun = browser(fabricated.bucket([League.MEN], (2024,), 16, stops_at=-1))
    ((text, _),) = ask(begun, "/", show="season")
    assert text == "No game of this season has been played: there is no whole season to show."


def test_a_team_that_has_games_to_come_only_is_shown() -> None:
    begun = browser(fabricated.bucket([League.MEN], (2024,), 16, stops_at=-1))
    found = begun.open("/team", f"?team={MEN}")
    assert notes(found) == []
    assert "played no games in 2023–24" in json.dumps(found["page.children"], ensure_ascii=False)
    assert next(components(found["page.children"], "GameList"))["title"] == "Games to come"


def test_an_unknown_page_is_named(full: Browser) -> None:
    assert "There is no such page: “nowhere”" in full.page("/nowhere", f"?season={HUGE}")
