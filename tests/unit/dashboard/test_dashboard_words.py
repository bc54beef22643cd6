"""Addresses and words: the parts of the dashboard that are plain functions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard.place import Place, number
from dashboard.wording import ago, day_label, percent, season_label, signed
from hoops.games.leagues import League


@pytest.mark.parametrize(
    ("pathname", "search", "expected"),
    [
        ("/", "", Place()),
        ("/", "?league=W&season=2024", Place("", League.WOMEN, 2024)),
        ("/ratings/", "?league=M", Place("ratings")),
        ("/", "?league=X&season=soon", Place(unread={"league": ("X",), "season": ("soon",)})),
        ("/", f"?season={'9' * 5000}", Place(unread={"season": ("9" * 5000,)})),
        ("/", "?season=-2024&league=", Place(unread={"season": ("-2024",)})),
        ("/", "?season=%D9%A2%D9%A0%D9%A2%D9%A4", Place(unread={"season": ("٢٠٢٤",)})),
        ("/", "?season=%ff%00&league=%zz", Place(unread={"season": ("\ufffd\0",), "league": ("%zz",)})),
        ("/", "?league=W&league=M&season=2023&season=2023", Place(season=2023, unread={"league": ("W",)})),
        (None, None, Place()),
        ("/team", "?team=1181&team=1182", Place("team", asked={"team": "1182"}, unread={"team": ("1181",)})),
    ],
)
def test_an_address_is_read_and_nonsense_kept_apart(pathname: str, search: str, expected: Place) -> None:
    assert Place.parse(pathname, search) == expected


def test_an_address_written_is_read_back() -> None:
    place = Place("team", League.WOMEN, 2023, {"team": "3101"}, "/dev/")
    pathname, _, search = place.href(team=3101).partition("?")
    assert Place.parse(pathname, search, "/dev/") == place


def test_a_prefix_without_its_slash_is_the_first_page() -> None:
    assert Place.parse("/dev", "", "/dev/") == Place(root="/dev/")


@pytest.mark.parametrize("text", ["", "-1", "x", "1" * 9, "1.5", "1" * 5000, "²", "١"])
def test_a_parameter_that_is_no_number_is_none(text: str) -> None:
    place = Place(asked={"day": text, "teams": f"1101,{text},1102"})
    assert place.integer("day") is None
    assert [found for part in place.parts("teams") if (found := number(part)) is not None] == [1101, 1102]


def test_days_are_dates_once_the_calendar_is_known() -> None:
    assert day_label(132, None) == "Day 132 (Selection Sunday)"
    assert day_label(132, date(2024, 3, 17), year=True) == "Sun 17 Mar 2024"
    assert season_label(2000) == "1999–00"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(-5, "just now"), (59, "just now"), (60, "1 minute ago"), (7200, "2 hours ago"), (6 * 86400, "6 days ago")],
)
def test_ago(seconds: int, expected: str) -> None:
    then = datetime(2024, 2, 1, tzinfo=UTC)
    assert ago(then, then + timedelta(seconds=seconds)) == expected


def test_long_ago_is_a_date() -> None:
    assert ago(datetime(2024, 2, 1, 6, 3, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)) == "on 1 Feb 2024, 06:03 UTC"


def test_numbers_never_claim_certainty() -> None:
    assert [percent(p) for p in (0.0, 0.009, 0.5, 0.991, 1.0)] == ["<1%", "<1%", "50%", ">99%", ">99%"]
    assert signed(-3.25, 1) == "−3.2"
