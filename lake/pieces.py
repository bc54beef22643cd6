"""Tables that are made piece by piece, as Parquet files on a disk: no table is ever held whole.

record batches of any size ─► row groups of exactly `ROWS` rows ─► FOLDER/<table>.parquet
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hoops.lanes import WriteBehind
from hoops.schemas import PUBLISHED
from hoops.schemas.plays import ROWS

_BEHIND = 4  # row groups that wait to be written; each keeps what it was cut from


class Pieces:
    """Writes tables of `hoops.schemas.PUBLISHED` from pieces that come in the order of their rows.

    Row r of a table lies in row group r // `ROWS`. A row group's dictionaries hold the words of its rows alone, in the
    order in which they come, so that one game is read with few bytes, and equal rows give equal bytes however they
    were cut into pieces. Files are written on a thread of their own, and whole once the context is left without an
    exception.

    rows: by table, how many were written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, _File] = {}
        self._behind = WriteBehind(_BEHIND)

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
            self._files[name] = _File(self._folder / f"{name}.parquet", PUBLISHED[name].schema, self._behind)
        for batch in piece.to_batches() if isinstance(piece, pa.Table) else [piece]:
            self._files[name].add(batch)

    def __enter__(self) -> Pieces:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with ExitStack() as last:
            for file in self._files.values():
                last.callback(file.close)
            last.push(lambda *now: self._behind.__exit__(*(now if error is None else (kind, error, at))))
            if error is None:
                for file in self._files.values():
                    file.flush()


class _File:
    """One table's file; waiting: rows for which there is no row group yet, fewer than `ROWS`."""

    def __init__(self, path: Path, schema: pa.Schema, behind: WriteBehind) -> None:
        self.path, self.rows = path, 0
        self._schema, self._behind = schema, behind
        self._writer = pq.ParquetWriter(path, schema, compression="snappy", **_packing(schema))
        self._waiting: list[pa.RecordBatch] = []
        self._waits = 0

    def add(self, batch: pa.RecordBatch) -> None:
        self.rows += batch.num_rows
        while self._waits + batch.num_rows >= ROWS:
            cut = ROWS - self._waits
            self._waiting.append(batch.slice(0, cut))
            self.flush()
            batch = batch.slice(cut)
        if batch.num_rows:
            self._waiting.append(batch)
            self._waits += batch.num_rows

    def flush(self) -> None:
        """Make a row group of the rows that wait."""
        if self._waiting:
            self._behind(self._write, self._waiting)
        self._waiting, self._waits = [], 0

    def close(self) -> None:
        self._writer.close()

    def _write(self, batches: list[pa.RecordBatch]) -> None:
        table = pa.Table.from_batches(batches, self._schema).unify_dictionaries().combine_chunks()
        few = [_few(column.chunk(0)) for column in table.columns]
        self._writer.write_batch(pa.RecordBatch.from_arrays(few, schema=self._schema), row_group_size=ROWS)


def _packing(schema: pa.Schema) -> dict[str, Any]:
    """How columns are packed: words and ids by dictionary, other whole numbers by differences, and fractions plain.

    Least and greatest values are told only of what rows are looked for by: they are most of what stands in a footer.
    """
    by_dictionary = [
        one.name for one in schema
        if pa.types.is_dictionary(one.type) or one.name in ("day", "date") or one.name.endswith("_id")
    ]  # fmt: skip
    whole = [one.name for one in schema if pa.types.is_integer(one.type) and one.name not in by_dictionary]
    return {
        "use_dictionary": by_dictionary,
        "column_encoding": dict.fromkeys(whole, "DELTA_BINARY_PACKED"),
        "write_statistics": [one for one in ("day", "team1_id", "team2_id", "team_id") if one in schema.names],
    }


def _few(column: pa.Array) -> pa.Array:
    """The same column; a dictionary has only the words that are used, in the order in which they come."""
    if not pa.types.is_dictionary(column.type):
        return column
    used = column.indices.dictionary_encode()
    return pa.DictionaryArray.from_arrays(used.indices, column.dictionary.take(used.dictionary), safe=False)
