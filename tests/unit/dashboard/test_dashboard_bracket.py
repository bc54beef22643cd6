"""The page of a bracket: what the browser is given, and what stands there where there is no bracket."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import fabricated
import numpy as np
import pytest
from asking import Browser, browser, components

from dashboard.bracket_field import bubble, champions
from hoops.games.leagues import League


@pytest.fixture(scope="module")
def going_on() -> Browser:
    """A league whose newest season has played its tournament, of 16 teams."""
    return browser(fabricated.bucket([League.MEN], (2023, 2024), 16, stops_at=None, brackets=True))


def brought(there: Browser, search: str = "") -> dict[str, Any]:
    (made,) = (
        one["props"]
        for one in there.open("/bracket", search)["page.children"]
        if one["namespace"] == "madness_dashboard"
    )
    return made


def numbers(packed: str, kind: str) -> np.ndarray:
    return np.frombuffer(b64decode(packed), kind)


def test_the_browser_gets_every_evening_of_the_newest_season(going_on: Browser) -> None:
    made = brought(going_on)
    data = made["data"]
    assert made["title"] == "Men 2023–24"
    assert [one["day"] for one in data["days"]] == [132, 136, 138, 143, 145]
    assert [one["day"] for one in data["evenings"]] == [132, 136, 138, 143, 145]
    assert data["own"] is True
    assert data["regions"] == ["East", "West", "Midwest", "South"]
    assert [len(numbers(one["chance"], "<f8")) for one in data["evenings"]] == [120, 28, 6, 1, 0]
    for evening in data["evenings"]:
        at, chance = numbers(evening["at"], "<u2"), numbers(evening["chance"], "<f8")
        assert len(set(at.tolist())) == len(at) == len(chance) == len(numbers(evening["site"], "i1"))
        assert set(evening["likely"]) == set(evening["best"]) == {slot["name"] for slot in data["slots"]}
    assert all(slot["winner"] is not None and slot["score"] for slot in data["slots"])


def test_of_a_season_before_there_is_selection_sunday_alone(going_on: Browser) -> None:
    data = brought(going_on, "?season=2023")["data"]
    assert [one["day"] for one in data["evenings"]] == [132]
    assert data["own"] is False
    assert len(data["days"]) == 5


def test_the_tournament_page_leads_there_and_lists_no_field(going_on: Browser) -> None:
    page = going_on.page("/tournament", "?season=2024")
    assert "/bracket?league=M&season=2024" in page
    assert "regions" not in page


def test_before_selection_sunday_the_field_is_projected() -> None:
    there = browser(fabricated.bucket([League.MEN], (2024,), 40, brackets=True))
    page = there.page("/bracket")
    for words in ("The field as projected", "As of Wed 14 Feb: the 32 teams", "Conferences", "coming games are worth"):
        assert words in page
    swings = next(grid for grid in components(there.open("/bracket")["page.children"], "AgGrid")
                  if grid["id"] == "grid-worth")["rowData"]  # fmt: skip
    assert [row["final_four"] for row in swings] == pytest.approx([15.0, 15.0])
    assert [row["chance"] for row in swings] == ["60%", "40%"]


def test_the_bubble_lies_around_the_last_place_that_is_no_champions() -> None:
    def team(rank: int, conference: str, automatic: float, seed: str | None) -> dict[str, Any]:
        return {"team_id": 1100 + rank, "rank": rank, "conference": conference, "automatic": automatic, "seed": seed}

    field = [team(rank, "acc", 0.5 if rank == 1 else 0.1, f"W{rank:02d}") for rank in range(1, 11)]
    field.append(team(11, "ivy", 0.6, "W11"))  # the last one in, as champion
    left_out = [team(rank, "ivy" if rank == 12 else "sec", 0.0 if rank > 12 else 0.4, None) for rank in range(12, 17)]
    assert champions([*field, *left_out]) == {1101, 1111}
    found = [(title, inside, [one["rank"] for one in teams]) for title, inside, teams in bubble([*field, *left_out])]
    assert found == [
        ("Just in", True, [3, 4, 5, 6]), ("Last four in", True, [7, 8, 9, 10]),
        ("First four out", False, [12, 13, 14, 15]), ("Next four out", False, [16]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("store", "search", "words"),
    [(lambda: fabricated.bucket([League.MEN], teams=16), "", "has not been played yet"),
     (lambda: fabricated.bucket([League.MEN], teams=16), "?season=2023", "is not made yet"),
     (lambda: fabricated.bucket([League.MEN], teams=16, seeded=False), "?season=2023", "MNCAATourneySeeds.csv"),
     (lambda: fabricated.bucket([League.MEN], (2019, 2020, 2021), 16, without_tournament=(2020,), brackets=True),
      "?season=2020", "The 2020 tournament was cancelled"),
     (lambda: fabricated.bucket([League.MEN], teams=16), "?season=1990", "is not loaded here")],
)  # fmt: skip
def test_without_a_bracket_the_page_says_why(store: Any, search: str, words: str) -> None:
    assert words in browser(store()).page("/bracket", search)
