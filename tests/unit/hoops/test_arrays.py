"""Looking up values by sorted keys, and arrays as bytes."""

from __future__ import annotations

import numpy as np
import pytest

from hoops.arrays import find, look_up, pack, taken, unpack

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
