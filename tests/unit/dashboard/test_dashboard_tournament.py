"""A tournament that is not on the page: cancelled, not played yet, or not loaded here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import fabricated
import pyarrow as pa
import pytest
from asking import Browser, browser, components

from hoops.games.leagues import League
from hoops.schemas import PUBLISHED
from tests.memory_store import MemoryStore

SCHEMA = PUBLISHED["tournaments"].schema
APRIL, MAY = datetime(2024, 4, 2, tzinfo=UTC), datetime(2024, 5, 1, tzinfo=UTC)


def stored(
    seasons: tuple[int, ...], without: tuple[int, ...] = (), stops_at: int | None = None, dated: bool = True
) -> MemoryStore:
    return fabricated.bucket([League.MEN], seasons, 16, stops_at=stops_at, without_tournament=without, dated=dated)


def champions(found: dict[str, Any]) -> dict[str, str]:
    """What the list of champions says, by season."""
    lists = components(found["page.children"], "Ul")
    (items,) = [one["children"] for one in lists if one.get("className") == "champions"]
    return {item["props"]["children"][0]["props"]["children"]: item["props"]["children"][1]["props"]["children"]
            for item in items}  # fmt: skip


def with_field(store: MemoryStore, season: int, *, played: bool) -> Browser:
    """A field of which no game is known, or all but the final."""
    key = f"tournaments/league=M/season={season}/part.parquet"
    earlier = fabricated.decode(store.get(f"tournaments/league=M/season={season - 1}/part.parquet").body).to_pylist()
    rows = [row | {"champion": False, **({} if played else {"wins": 0, "losses": 0})} for row in earlier]
    tables = {
        row.key: fabricated.decode(store.get(row.key).body) for row in store.listing("") if "manifest" not in row.key
    }
    tables[key] = pa.Table.from_pylist(rows, schema=SCHEMA)
    seasons = sorted({int(key.split("season=")[1][:4]) for key in tables if "season=" in key})
    fabricated.publish(store, League.MEN, tables, seasons, 18)
    return browser(store, now=lambda: MAY)


def test_seasons_whose_files_were_never_loaded_are_not_said_to_have_had_none() -> None:
    found = browser(stored((2019, 2020, 2021, 2022), without=(2020, 2021))).open("/tournament", "?season=2021")
    said = champions(found)
    assert said["2020"] == "Cancelled" and said["2021"] == "Not loaded here"
    assert "The 2021 tournament is not loaded here" in str(found["page.children"])
    assert "MNCAATourneyCompactResults.csv" in str(found["page.children"])


@pytest.mark.parametrize(
    ("now", "stops_at", "dated", "words"),
    [
        (MAY, 100, True, "Not played yet"),  # the data stand in February, whatever the day is
        (APRIL, None, True, "Not played yet"),
        (MAY, None, True, "Not loaded here"),
        (MAY, None, False, "Not played yet, or not loaded here"),
    ],
)
def test_the_newest_season_is_over_when_the_calendar_says_so(
    now: datetime, stops_at: int | None, dated: bool, words: str
) -> None:
    store = stored((2023, 2024), without=(2024,), stops_at=stops_at, dated=dated)
    assert champions(browser(store, now=lambda: now).open("/tournament"))["2024"] == words


def test_a_season_with_games_to_come_is_not_over() -> None:
    found = browser(stored((2023, 2024), stops_at=132), now=lambda: MAY).open("/tournament")
    assert champions(found)["2024"] == "Not loaded here"
    found = browser(stored((2023, 2024), stops_at=130), now=lambda: MAY).open("/tournament")
    assert champions(found)["2024"] == "Not played yet"
    assert "The 2024 tournament has not been played yet" in str(found["page.children"])


@pytest.mark.parametrize(
    ("season", "played", "champion", "note"),
    [(2023, False, "Not loaded here", "Its games are not loaded here"),
     (2023, True, "Final not loaded here", "Not all of its games are loaded here"),
     (2024, False, "Not played yet", "No game has been played yet"),
     (2024, True, "Under way", "It is under way")],
)  # fmt: skip
def test_a_field_without_its_games_says_why(season: int, played: bool, champion: str, note: str) -> None:
    store = stored(
        (season - 1, 2024) if season == 2024 else (season - 1, season, 2024), without=(season,), stops_at=100
    )
    found = with_field(store, season, played=played).open("/tournament", f"?season={season}")
    assert champions(found)[str(season)] == champion
    assert note in str(found["page.children"])


def test_without_any_tournament_the_page_says_what_to_do() -> None:
    page = browser(stored((2023,), without=(2023,)), now=lambda: MAY).page("/tournament")
    assert "The 2023 tournament is not loaded here" in page
    assert "madness ingest MNCAATourneyCompactResults.csv MNCAATourneySeeds.csv" in page
    page = browser(stored((2024,), stops_at=100)).page("/tournament")
    assert "The 2024 tournament has not been played yet" in page and "madness ingest" not in page
