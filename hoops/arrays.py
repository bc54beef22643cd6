"""Arrays: their types, read-only classes of them, sorted keys and runs, and named arrays as bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, ClassVar, Self, TypeVar

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int32]
Ints = npt.NDArray[np.integer[Any]]
Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
_T = TypeVar("_T", bound=np.generic)

_LAYOUT = "version"
_DENSE = 2**18  # between the least and the largest value, in which a table takes less time than sorting


class ReadOnly:
    """Of a frozen dataclass: its arrays cannot be written to."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    def __post_init__(self) -> None:
        _seal(vars(self))

    def changed(self, **changes: Any) -> Self:
        """What `dataclasses.replace` gives, in less time: what does not change is sealed already."""
        mine, other = vars(self), object.__new__(type(self))
        kept = {name: mine[name] for name in type(self).__dataclass_fields__}
        if not kept.keys() >= changes.keys():
            raise TypeError(f"no such attribute: {', '.join(sorted(changes.keys() - kept.keys()))}")
        _seal(changes)
        vars(other).update(kept, **changes)
        return other


def _seal(attributes: dict[str, Any]) -> None:
    for one in attributes.values():
        if isinstance(one, np.ndarray):
            one.flags.writeable = False


def find(keys: npt.NDArray[Any], wanted: npt.NDArray[Any]) -> tuple[Places, Bools]:
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


def distinct(values: Ints) -> tuple[Ints, Places]:
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


def run_starts(*columns: Ints) -> Places:
    """First rows of the runs of equal values in columns, each (n,); (r,).

    >>> run_starts(np.array([2023, 2023, 2024, 2024]), np.array([7, 7, 7, 8])).tolist()
    [0, 2, 3]
    """
    starts = np.zeros(len(columns[0]), np.bool_)
    starts[:1] = True
    for one in columns:
        starts[1:] |= one[1:] != one[:-1]
    return np.flatnonzero(starts)


def runs(*columns: Ints) -> list[slice]:
    """The rows of each run of equal values in columns, each (n,).

    >>> runs(np.array([2023, 2023, 2024]))
    [slice(0, 2, None), slice(2, 3, None)]
    """
    starts = run_starts(*columns).tolist()
    return [slice(start, stop) for start, stop in pairwise([*starts, len(columns[0])])]


def look_up(keys: npt.NDArray[Any], values: npt.NDArray[Any], wanted: npt.NDArray[Any], otherwise: Any) -> Any:
    """The value (k, ...) of each wanted key, `otherwise` where there is no such key; (m, ...).

    >>> look_up(np.array([1101, 1104]), np.array([7.5, 2.0]), np.array([1104, 1103]), 0.0).tolist()
    [2.0, 0.0]
    """
    return taken(values, *find(keys, wanted), otherwise)


def taken(values: npt.NDArray[Any], place: Places, known: Bools, otherwise: Any) -> Any:
    """The values (k, ...) at the places that `find` gave, `otherwise` where there is no such key; (m, ...)."""
    if known.all():
        return values[place]
    if len(values) == 0:
        return np.full((len(place), *values.shape[1:]), otherwise, values.dtype)
    return np.where(known.reshape(-1, *(1 for _ in values.shape[1:])), values[place], otherwise)


def merged(keys: npt.NDArray[_T], new: npt.NDArray[_T]) -> tuple[npt.NDArray[_T], tuple[Places, Places]]:
    """Ascending keys (k,) and new ones (j,), ascending too and none of them among those, as one ascending array; and
    where the old and the new ones stand in it, for `grown`.

    >>> keys, (kept, added) = merged(np.array([1101, 1104]), np.array([1103]))
    >>> keys.tolist(), kept.tolist(), added.tolist()
    ([1101, 1103, 1104], [0, 2], [1])
    """
    added = keys.searchsorted(new) + np.arange(len(new))
    is_old = np.ones(len(keys) + len(new), np.bool_)
    is_old[added] = False
    kept = np.flatnonzero(is_old)
    return grown(keys, (kept, added), new), (kept, added)


def grown(values: npt.NDArray[_T], places: tuple[Places, Places], new: Any) -> npt.NDArray[_T]:
    """Values (k, ...) at the first places (k,), and new ones, or one for all, at the others (j,); (k + j, ...).

    >>> grown(np.array([7.5, 2.0]), (np.array([0, 2]), np.array([1])), 0.0).tolist()
    [7.5, 0.0, 2.0]
    """
    kept, added = places
    result = np.empty((len(kept) + len(added), *values.shape[1:]), values.dtype)
    result[kept] = values
    result[added] = new
    return result


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
