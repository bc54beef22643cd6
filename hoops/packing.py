"""Named arrays as bytes: an uncompressed npz without pickles, so that equal arrays give equal bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

_LAYOUT = "version"


def pack(version: int, arrays: Mapping[str, Any]) -> bytes:
    """Arrays, numbers or bytes by name, with the version of their layout."""
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
            found, arrays = int(packed[_LAYOUT]), {name: packed[name] for name in names}
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"not the bytes of {what}") from error
    if found != version:
        raise ValueError(f"{what} of version {found}; this code reads version {version}")
    return arrays
