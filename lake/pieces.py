"""Tables that are made piece by piece, as Parquet files on a disk: no table is ever held whole.

record batches of any size ─► row groups of exactly `ROWS` rows ─► FOLDER/<table>.parquet
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hoops.schemas import PUBLISHED
from hoops.schemas.plays import ROWS


class Pieces:
    """Writes tables of `hoops.schemas.PUBLISHED` from pieces that come in the order of their rows.

    Row r of a table lies in row group r // `ROWS`. A row group's dictionaries hold the words of its rows alone, in the
    order in which they come, so that one game is read with few bytes, and equal rows give equal bytes however they
    were cut into pieces. The files are whole once the context is left without an exception.

    rows: by table, how many were written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, _File] = {}

    @property
    def rows(self) -> dict[str, int]:
        return {name: file.rows for name, file in self._files.items()}

    @property
    def paths(self) -> dict[str, Path]:
        """The file of each table of which there was a piece, if only an empty one."""
        return {name: file.path for name, file in self._files.items()}

    def write(self, name: str, piece: pa.RecordBatch | pa.Table) -> None:
        """Add rows to a table."""
        if name not in self._files:
            self._files[name] = _File(self._folder / f"{name}.parquet", PUBLISHED[name].schema)
        for batch in piece.to_batches() if isinstance(piece, pa.Table) else [piece]:
            self._files[name].add(batch)

    def __enter__(self) -> Pieces:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for file in self._files.values():
            file.close(whole=kind is None)


class _File:
    """One table's file; waiting: rows for which there is no row group yet, fewer than `ROWS`."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path, self.rows = path, 0
        self._schema = schema
        self._writer = pq.ParquetWriter(path, schema, compression="snappy")
        self._waiting: list[pa.RecordBatch] = []
        self._waits = 0

    def add(self, batch: pa.RecordBatch) -> None:
        self.rows += batch.num_rows
        while self._waits + batch.num_rows >= ROWS:
            cut = ROWS - self._waits
            self._waiting.append(batch.slice(0, cut))
            self._flush()
            batch = batch.slice(cut)
        if batch.num_rows:
            self._waiting.append(batch)
            self._waits += batch.num_rows

    def close(self, *, whole: bool) -> None:
        try:
            if whole and self._waiting:
                self._flush()
        finally:
            self._writer.close()

    def _flush(self) -> None:
        few = [pa.RecordBatch.from_arrays([_few(column) for column in one.columns], schema=self._schema)
               for one in self._waiting]  # fmt: skip
        group = pa.Table.from_batches(few, self._schema).unify_dictionaries()
        self._waiting, self._waits = [], 0
        self._writer.write_table(group, row_group_size=ROWS)


def _few(column: pa.Array) -> pa.Array:
    """The same column; a dictionary has only the words that are used, in the order in which they come."""
    if not pa.types.is_dictionary(column.type) or not len(column.dictionary):
        return column
    missing = column.indices.is_null().to_numpy(zero_copy_only=False) if column.null_count else None
    place = pc.fill_null(column.indices, 0).to_numpy() if column.null_count else column.indices.to_numpy()
    rows = np.arange(len(place)) if missing is None else np.flatnonzero(~missing)
    first = np.full(len(column.dictionary), len(place), np.int32)
    first[place[rows[::-1]]] = rows[::-1]  # of rows with the same word the one that is written last, the first, holds
    used = np.argsort(first, kind="stable")[: int(np.count_nonzero(first < len(place)))]
    new = np.zeros(len(first), np.int32)
    new[used] = np.arange(len(used), dtype=np.int32)
    indices = pa.array(new[place], mask=missing)
    return pa.DictionaryArray.from_arrays(indices, column.dictionary.take(pa.array(used)))
