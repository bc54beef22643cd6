"""Looking up values by sorted keys, and arrays as bytes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pytest

from hoops.arrays import ReadOnly, find, grown, look_up, merged, pack, runs, taken, unpack

KEYS = np.array([1101, 1104, 1109], np.int32)


def test_find_tells_place_and_presence():
    place, known = find(KEYS, np.array([1109, 1100, 1104, 1105, 1101, 2000]))
    assert known.tolist() == [True, False, True, False, True, False]
    assert place[known].tolist() == [2, 1, 0]
    assert ((place >= 0) & (place < len(KEYS))).all()  # also of values that are not there: it can be used as an index


def test_without_keys_nothing_is_found():
    place, known = find(KEYS[:0], np.array([1101, 1104]))
    assert (place.tolist(), known.tolist()) == ([0, 0], [False, False])
    assert place.dtype == np.intp and known.dtype == np.bool_
    assert look_up(KEYS[:0], np.empty(0), np.array([1101, 1104]), np.nan).tolist() == pytest.approx(
        [np.nan] * 2, nan_ok=True
    )
    assert look_up(KEYS[:0], np.empty((0, 2, 3), np.int32), np.array([1101]), -1).tolist() == [[[-1] * 3] * 2]


def test_nothing_wanted_gives_nothing():
    for keys, values in ((KEYS, np.ones((3, 2))), (KEYS[:0], np.ones((0, 2)))):
        place, known = find(keys, np.empty(0, np.int32))
        assert len(place) == len(known) == 0
        assert look_up(keys, values, np.empty(0, np.int32), 0.0).shape == (0, 2)


def test_missing_values_take_the_other_one():
    wanted = np.array([1104, 1103, 1104, 1200])
    assert look_up(KEYS, np.array([7.5, 2.0, 1.0]), wanted, -3.0).tolist() == [2.0, -3.0, 2.0, -3.0]
    assert np.isnan(look_up(KEYS, np.array([7.5, 2.0, 1.0]), wanted, np.nan)).tolist() == [False, True, False, True]


@pytest.mark.parametrize("shape", [(), (2,), (2, 4)])
def test_values_of_any_width_keep_shape_and_type(shape):
    values = np.arange(1, 1 + 3 * int(np.prod(shape)), dtype=np.int32).reshape(3, *shape)
    wanted = np.array([1109, 1102, 1101])
    found = look_up(KEYS, values, wanted, 0)
    np.testing.assert_array_equal(found, np.stack([values[2], np.zeros(shape, np.int32), values[0]]))
    none = look_up(KEYS[:0], values[:0], wanted, 0)
    assert found.dtype == none.dtype == np.int32
    assert none.shape == found.shape and not none.any()


def test_new_keys_and_values_take_their_places_among_the_old_ones():
    keys, places = merged(KEYS, np.array([1099, 1105, 1200], np.int32))
    assert keys.tolist() == [1099, 1101, 1104, 1105, 1109, 1200] and keys.dtype == KEYS.dtype
    assert grown(np.array([[1, 2], [3, 4], [5, 6]]), places, 0).tolist() == [
        [0, 0], [1, 2], [3, 4], [0, 0], [5, 6], [0, 0]
    ]  # fmt: skip
    assert grown(np.array([0.5, 1.5, 2.5]), places, [7.0, 8.0, 9.0]).tolist() == [7.0, 0.5, 1.5, 8.0, 2.5, 9.0]
    for old, new in ((KEYS[:0], KEYS), (KEYS, KEYS[:0])):
        keys, places = merged(old, new)
        assert keys.tolist() == KEYS.tolist() and grown(old, places, new).tolist() == KEYS.tolist()


def test_runs_of_equal_values_end_where_any_column_changes():
    season, day = np.array([2023, 2023, 2024, 2024, 2024]), np.array([7, 7, 7, 8, 8])
    assert runs(season, day) == [slice(0, 2), slice(2, 3), slice(3, 5)]
    assert runs(season[:1]) == [slice(0, 1)] and runs(season[:0], day[:0]) == []


@dataclass(frozen=True, eq=False)
class Thing(ReadOnly):
    name: str
    values: np.ndarray
    more: np.ndarray

    @cached_property
    def total(self) -> float:
        return float(self.values.sum())


def test_what_is_read_only_can_be_changed_in_a_copy_alone():
    thing = Thing("one", np.zeros(2), np.ones(2))
    assert thing.total == 0.0
    other = thing.changed(name="two", values=np.full(2, 3.0))
    assert (thing.name, other.name, thing.total, other.total) == ("one", "two", 0.0, 6.0)
    assert other.more is thing.more
    for one in (thing.values, other.values, other.more):
        with pytest.raises(ValueError, match="read-only"):
            one[0] = 1.0
    with pytest.raises(TypeError, match="colour"):
        thing.changed(colour="red")


def test_arrays_come_back_bit_for_bit_and_equal_ones_give_equal_bytes():
    arrays = {"one": np.array([np.nan, -0.0, 1e-300]), "two": np.zeros((0, 2), np.int8), "raw": b"\x00\xff", "n": 3.5}
    content = pack(4, arrays)
    assert content == pack(4, dict(arrays))
    again = unpack(content, "a thing", 4, arrays)
    assert again["one"].tobytes() == arrays["one"].tobytes()
    assert again["two"].shape == (0, 2) and again["two"].dtype == np.int8
    assert again["raw"].tobytes() == b"\x00\xff" and float(again["n"]) == 3.5


def test_other_bytes_and_other_versions_are_refused():
    content = pack(4, {"one": np.zeros(2)})
    with pytest.raises(ValueError, match="a thing of version 4; this code reads version 5"):
        unpack(content, "a thing", 5, ("one",))
    with pytest.raises(ValueError, match="not the bytes of a thing"):
        unpack(content, "a thing", 4, ("one", "two"))
    for other in (b"", b"not a zip", content[:-30]):
        with pytest.raises(ValueError, match="not the bytes of a thing"):
            unpack(other, "a thing", 4, ("one",))


def test_what_is_not_among_the_keys_takes_what_is_given_for_it_also_where_there_are_none():
    rows, newcomer = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([7.0, 8.0])
    keys, wanted = np.array([1101, 1104]), np.array([1104, 1103, 1999])
    assert taken(rows, *find(keys, wanted), newcomer).tolist() == [[3.0, 4.0], [7.0, 8.0], [7.0, 8.0]]
    assert taken(rows, *find(keys, keys), newcomer).tolist() == rows.tolist()
    assert taken(rows[:0], *find(keys[:0], wanted), 0.0).tolist() == [[0.0, 0.0]] * 3
    assert taken(rows[:0], *find(keys[:0], wanted), newcomer).tolist() == [newcomer.tolist()] * 3
    assert taken(rows[:0], *find(keys[:0], wanted[:0]), newcomer).shape == (0, 2)
