"""What is written of a season of plays is what is read, and its name depends on nothing but the plays."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoops.plays.stretch import Stretch
from hoops.plays.vocabulary import DETAIL_CODES, EVENT_CODES, Codes
from lake.parquet import Unreadable
from lake.plays import SeasonOfPlays, Written, read, write

PAIRS = ((1101, 1102), (1101, 3999), (1102, 1103), (1104, 1105))


@dataclass
class Season:
    """Days and their codes, as a reader has them."""

    days: Sequence[Stretch]
    events: Codes
    details: Codes
    season: int = 2018

    def __iter__(self) -> Iterator[Stretch]:
        return iter(self.days)


def codes(known: tuple[str, ...], others: list[str]) -> Codes:
    found = Codes(known)
    found.numbers(pa.array(others, pa.string()))
    return found


@st.composite
def a_day(draw: st.DrawFn, number: int, events: Codes, details: Codes) -> Stretch:
    pairs = sorted(draw(st.sets(st.sampled_from(PAIRS), min_size=1)))
    plays = draw(st.lists(st.integers(1, 9), min_size=len(pairs), max_size=len(pairs)))
    n = sum(plays)

    def numbers(low: int, high: int, kind: type) -> np.ndarray:
        return np.array(draw(st.lists(st.integers(low, high), min_size=n, max_size=n)), kind)

    finals = st.lists(st.integers(0, 300), min_size=len(pairs), max_size=len(pairs))
    return Stretch(
        2018, np.full(len(pairs), number, np.int32), *np.array(pairs, np.int32).T,
        starts=np.concatenate([[0], np.cumsum(plays)]), final=np.array([draw(finals), draw(finals)], np.int32),
        seconds=numbers(0, 9000, np.int16), side=numbers(0, 1, np.int8), player=numbers(0, 9_999_999, np.int32),
        event=numbers(0, len(events.names) - 1, np.uint8), detail=numbers(0, len(details.names) - 1, np.uint8),
        area=numbers(0, 99, np.int8), x=numbers(-1, 100, np.int8), y=numbers(-1, 100, np.int8),
        stated=np.stack([numbers(0, 300, np.int32) for _ in range(2)]),
    )  # fmt: skip


@st.composite
def seasons(draw: st.DrawFn) -> Season:
    unknown = st.lists(st.text("abz9", min_size=1, max_size=3), max_size=4, unique=True)
    events, details = codes(EVENT_CODES, draw(unknown)), codes(DETAIL_CODES, draw(unknown))
    days = sorted(draw(st.sets(st.integers(0, 255), min_size=1, max_size=3)))
    return Season([draw(a_day(one, events, details)) for one in days], events, details)


def written(season: Season) -> tuple[Written, bytes]:
    file = io.BytesIO()
    return write(file, season), file.getvalue()


def renumbered(season: Season, order: list[int], others: list[int]) -> Season:
    """The same plays, of a file in which codes that are not known came in another order."""

    def other(found: Codes, order: list[int]) -> tuple[Codes, np.ndarray]:
        unknown = found.names[len(found.known) :]
        changed = codes(found.known, [unknown[place % len(unknown)] for place in order if unknown] + unknown)
        return changed, np.array([changed.names.index(name) for name in found.names], np.uint8)

    events, event = other(season.events, order)
    details, detail = other(season.details, others)
    days = [replace(day, event=event[day.event], detail=detail[day.detail]) for day in season.days]
    return Season(days, events, details)


def assert_same(one: Stretch, other: Stretch) -> None:
    for field in fields(Stretch):
        mine, its = getattr(one, field.name), getattr(other, field.name)
        np.testing.assert_array_equal(mine, its, err_msg=field.name)
        assert getattr(mine, "dtype", int) == getattr(its, "dtype", int), field.name


@settings(max_examples=60, deadline=None)
@given(seasons())
def test_what_is_read_is_what_was_written(season: Season) -> None:
    told, body = written(season)
    again = read(io.BytesIO(body))
    assert (again.season, again.content, again.rows) == (2018, told.content, sum(day.size for day in season.days))
    assert (told.rows, told.days, len(told.games)) == (again.rows, len(season.days), sum(d.games for d in season.days))
    assert again.events.names == [*EVENT_CODES, *sorted(season.events.names[len(EVENT_CODES) :])]
    assert again.details.names == [*DETAIL_CODES, *sorted(season.details.names[len(DETAIL_CODES) :])]
    for before, after in zip(season.days, again, strict=True):
        event = np.array([again.events.names.index(name) for name in season.events.names], np.uint8)
        detail = np.array([again.details.names.index(name) for name in season.details.names], np.uint8)
        assert_same(replace(before, event=event[before.event], detail=detail[before.detail]), after)
    assert again.keys.tolist() == sorted(again.keys.tolist())
    assert [day.day.tolist() for day in again] == [day.day.tolist() for day in season.days], "it can be gone over twice"


@settings(max_examples=60, deadline=None)
@given(seasons(), st.lists(st.integers(0, 9)), st.lists(st.integers(0, 9)))
def test_the_name_does_not_depend_on_the_order_of_codes(season: Season, order: list[int], others: list[int]) -> None:
    assert written(season)[0].content == written(renumbered(season, order, others))[0].content


@settings(max_examples=60, deadline=None)
@given(seasons(), st.data())
def test_the_name_changes_with_any_play(season: Season, data: st.DataObject) -> None:
    day = data.draw(st.sampled_from(list(season.days)))
    name = data.draw(st.sampled_from(["seconds", "side", "player", "area", "x", "event", "detail"]))
    values = getattr(day, name).copy()
    place = data.draw(st.integers(0, len(values) - 1))
    values[place] = (
        1 - values[place] if name in ("side", "event", "detail") and values[place] < 2 else values[place] - 1
    )
    other = replace(season, days=[replace(one, **{name: values}) if one is day else one for one in season.days])
    assert written(season)[0].content != written(other)[0].content


@settings(max_examples=100, deadline=None)
@given(seasons(), st.integers(0, 10_000), st.integers(1, 255))
def test_a_damaged_object_is_found_out(season: Season, place: int, flip: int) -> None:
    told, body = written(season)
    at = place % len(body)
    damaged = body[:at] + bytes([body[at] ^ flip]) + body[at + 1 :]
    try:
        again = read(io.BytesIO(damaged))
        same = (again.content, again.season) == (told.content, 2018)
        read_days = list(again)
    except Unreadable:
        return
    assert not same or all(map(_equal, read_days, read(io.BytesIO(body)))), "or what was hit is not read"


@pytest.mark.parametrize("body", [b"", b"PAR1", b"not Parquet at all, but long enough to be some"])
def test_what_is_no_season(body: bytes) -> None:
    with pytest.raises(Unreadable, match="no season of plays"):
        SeasonOfPlays(io.BytesIO(body))


def _equal(one: Stretch, other: Stretch) -> bool:
    return all(np.array_equal(getattr(one, field.name), getattr(other, field.name)) for field in fields(Stretch))
