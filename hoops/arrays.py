"""Arrays: their types, one look-up in sorted keys, and named arrays as bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int32]
Ints = npt.NDArray[np.integer[Any]]
Bools = npt.NDArray[np.bool_]

_LAYOUT = "version"
_DENSE = 2**18  # between the least and the largest value, in which a table takes less time than sorting


def find(keys: npt.NDArray[Any], wanted: npt.NDArray[Any]) -> tuple[npt.NDArray[np.intp], Bools]:
    """Where values stand among ascending keys (k,), and whether they are there at all; each (m,).

    The place of a value that is not there is some other key's, and 0 if there are no keys.

    >>> place, known = find(np.array([1101, 1104]), np.array([1104, 1103]))
    >>> place.tolist(), known.tolist()
    ([1, 1], [True, False])
    """
    if len(keys) == 0:
        return np.zeros(len(wanted), np.intp), np.zeros(len(wanted), np.bool_)
    place = np.minimum(keys.searchsorted(wanted), len(keys) - 1)
    return place, keys[place] == wanted


def distinct(values: Ints) -> tuple[Ints, npt.NDArray[np.intp]]:
    """The different values, ascending (u,), and the place of each value among them (n,): `np.unique`, without sorting.

    >>> unique, place = distinct(np.array([1104, 1101, 1104]))
    >>> unique.tolist(), place.tolist()
    ([1101, 1104], [1, 0, 1])
    """
    if len(values) == 0 or int(values.max()) - int(values.min()) >= _DENSE:
        return np.unique(values, return_inverse=True)
    lowest = values.min()
    offset = values.astype(np.intp) - int(lowest)
    there = np.zeros(int(offset.max()) + 1, np.bool_)
    there[offset] = True
    unique = np.flatnonzero(there)
    places = np.zeros(len(there), np.intp)
    places[unique] = np.arange(len(unique))
    return unique + int(lowest), places[offset]


def look_up(keys: npt.NDArray[Any], values: npt.NDArray[Any], wanted: npt.NDArray[Any], otherwise: Any) -> Any:
    """The value (k, ...) of each wanted key, `otherwise` where there is no such key; (m, ...).

    >>> look_up(np.array([1101, 1104]), np.array([7.5, 2.0]), np.array([1104, 1103]), 0.0).tolist()
    [2.0, 0.0]
    """
    return taken(values, *find(keys, wanted), otherwise)


def taken(values: npt.NDArray[Any], place: npt.NDArray[np.intp], known: Bools, otherwise: Any) -> Any:
    """The values (k, ...) at the places that `find` gave, `otherwise` where there is no such key; (m, ...)."""
    if known.all():
        return values[place]
    if len(values) == 0:
        return np.full((len(place), *values.shape[1:]), otherwise, values.dtype)
    return np.where(known.reshape(-1, *(1 for _ in values.shape[1:])), values[place], otherwise)


def pack(version: int, arrays: Mapping[str, Any]) -> bytes:
    """Arrays, numbers or bytes by name, with the version of their layout: an uncompressed npz without pickles.

    Equal arrays give equal bytes.
    """
    buffer = io.BytesIO()
    plain: dict[str, Any] = {_LAYOUT: np.array(version, np.int64)}
    for name, one in arrays.items():
        plain[name] = np.frombuffer(one, np.uint8) if isinstance(one, bytes) else one
    np.savez(buffer, **plain)
    return buffer.getvalue()


def unpack(content: bytes, what: str, version: int, names: Iterable[str]) -> dict[str, npt.NDArray[Any]]:
    """The arrays of some names that `pack` was given, bit for bit; what was bytes comes back as uint8.

    Raises
    ------
    ValueError
        If the bytes are something else, or of another version; `what` says in the text what was expected.
    """
    if not zipfile.is_zipfile(io.BytesIO(content)):  # NumPy would take other bytes for a pickle or a lone array
        raise ValueError(f"not the bytes of {what}")
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as packed:
            if any(one.compress_type != zipfile.ZIP_STORED for one in packed.zip.infolist()):
                raise ValueError("compressed, which `pack` does not do: there may be much more in it than it looks")
            found, arrays = int(packed[_LAYOUT]), {name: packed[name] for name in names}
    except Exception as error:  # of many kinds, as zipfile and NumPy read headers that anybody may have written
        raise ValueError(f"not the bytes of {what}") from error
    if found != version:
        raise ValueError(f"{what} of version {found}; this code reads version {version}")
    return arrays
