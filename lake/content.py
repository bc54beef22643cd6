"""The name of rows: a hash of what a table says, whatever wrote it, however it is cut, packed or stored."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lake import parquet

LENGTH = 32  # hex digits


def rows_digest(table: pa.Table) -> str:
    """Hash of names, types, nulls and values of a table's columns, in the order of its rows.

    Chunks, dictionaries, 64-bit offsets, descriptions of columns and what lies under a null change nothing, so a table
    that was written by one version of pyarrow and read by another keeps its name.

    Raises
    ------
    TypeError
        If a column holds neither numbers, truths, times nor text.

    Examples
    --------
    >>> rows_digest(pa.table({"team_id": pa.array([1101, None], pa.int32())}))
    'b9d409224964812768bc1b7bcb47b4fa'
    """
    found = hashlib.sha256()
    for name, column in zip(table.column_names, table.columns, strict=True):
        array = _plain(column)
        for part in (f"{name}:{array.type}:{len(array)}".encode(), *_parts(array)):
            found.update(len(part).to_bytes(8, "little"))  # where a part ends belongs to what is hashed
            found.update(part)
    return found.hexdigest()[:LENGTH]


def bytes_digest(body: bytes) -> str:
    """Hash of bytes, which named rows before `rows_digest` did; names from then stay."""
    return hashlib.sha256(body).hexdigest()[:LENGTH]


def rows_named(name: str, body: bytes) -> pa.Table | None:
    """The rows in Parquet bytes, or None if they are not those that a name speaks of."""
    try:
        rows = parquet.decode(body)
        names = (rows_digest(rows), bytes_digest(body))
    except (parquet.Unreadable, TypeError):
        return None
    return rows if name in names else None


def _plain(column: pa.ChunkedArray) -> pa.Array:
    """One array, without a dictionary, of the shorter of two types that say the same."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        kind = pa.string()
    if kind != column.type:
        column = column.cast(kind)
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays([pa.array([], kind), *column.chunks])


def _parts(array: pa.Array) -> Iterator[bytes]:
    """Which rows have a value, one byte each (nothing if all have); then the values of those rows, if any."""
    if array.null_count:
        yield _bytes(array.is_valid(), np.uint8)
        if array.null_count == len(array):  # box scores of a compact file: most columns of it
            return
        array = array.drop_null()
    else:
        yield b""
    kind = array.type
    if pa.types.is_string(kind):
        yield _bytes(pc.binary_length(array), "<i4")
        yield b"".join(array.cast(pa.binary()).to_pylist())
    elif pa.types.is_boolean(kind):
        yield _bytes(array, np.uint8)
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind):
        yield _bytes(array, np.dtype(kind.to_pandas_dtype()).newbyteorder("<"))
    elif pa.types.is_temporal(kind):
        wide = kind.bit_width == 64
        yield _bytes(array.cast(pa.int64() if wide else pa.int32()), "<i8" if wide else "<i4")
    else:
        raise TypeError(f"{kind} has no place in the ledger: numbers, truths, times and text have")


def _bytes(array: pa.Array, kind: npt.DTypeLike) -> bytes:
    return array.to_numpy(zero_copy_only=False).astype(kind, copy=False).tobytes()
