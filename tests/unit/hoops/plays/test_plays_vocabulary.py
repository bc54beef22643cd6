"""Codes in words."""

from __future__ import annotations

import pyarrow as pa
import pytest

from hoops.plays.vocabulary import (
    AREAS,
    DETAILS,
    EVENT_CODES,
    EVENTS,
    MAX_UNKNOWN,
    Codes,
    area_name,
    detail_name,
    event_name,
)


def test_every_documented_code_has_words_of_its_own() -> None:
    assert len(EVENTS) == len(set(EVENTS.values())) == 16
    assert len(AREAS) == len(set(AREAS.values())) == 13
    for event, kinds in DETAILS.items():
        assert event in EVENTS
        assert len(set(kinds.values())) == len(kinds)


@pytest.mark.parametrize(
    ("event", "detail", "words"),
    [
        ("made2", "dunk", "dunk"),
        ("made2", "unk", "unspecified"),
        ("made2", "", "unspecified"),
        ("assist", "", None),
        ("steal", "unk", None),
        ("foul", "off", "offensive"),
        ("reb", "off", "offensive"),
        ("foul", "zzz", "zzz"),
        ("shove", "hard", "hard"),
    ],
)
def test_details_by_meaning(event: str, detail: str, words: str | None) -> None:
    assert detail_name(event, detail) == words


def test_what_is_not_known_is_named_by_itself() -> None:
    assert event_name("shove") == "shove"
    assert area_name(44) == "area 44"
    assert area_name(0) is None


def test_unknown_codes_are_kept_and_counted_in_the_order_of_the_file() -> None:
    codes = Codes(EVENT_CODES)
    first = codes.numbers(pa.array(["made2", "shove", "made2"]))
    second = codes.numbers(pa.array(["push", None, "shove"]))
    for numbers in (first, second):
        codes.count(numbers)
    known = len(EVENT_CODES)
    made2 = EVENT_CODES.index("made2")
    assert first.tolist() == [made2, known, made2]
    assert second.tolist() == [known + 1, known + 2, known]
    assert codes.unknown() == {"shove": 2, "push": 1, "": 1}


def test_more_unknown_codes_than_there_can_be() -> None:
    with pytest.raises(ValueError, match="more than 64 codes that are not known, 'x64'"):
        Codes(EVENT_CODES).numbers(pa.array([f"x{number}" for number in range(MAX_UNKNOWN + 1)]))
