"""Arrow tables to Parquet bytes and back: the same rows give the same bytes in one environment."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq

from hoops.errors import MadnessError


class Unreadable(MadnessError):
    """Bytes that are no Parquet, or not all of it."""


def encode(table: pa.Table, schema: pa.Schema) -> bytes:
    """Parquet bytes of a table, cast to `schema` (column order, types, descriptions); one row group.

    Compressed with snappy, which every build of Arrow has; that of the managed Lambda layer has no zstd.
    """
    table = table.select(schema.names).cast(schema).combine_chunks()
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="snappy", row_group_size=max(table.num_rows, 1))
    return sink.getvalue().to_pybytes()


def encode_few(table: pa.Table) -> bytes:
    """Parquet bytes of a few rows, such as a league-day: without what only pays in large files, six times faster."""
    sink = pa.BufferOutputStream()
    pq.write_table(
        table.combine_chunks(), sink, compression="snappy", use_dictionary=False, write_statistics=False,
        store_schema=False,
    )  # fmt: skip
    return sink.getvalue().to_pybytes()


def decode(body: bytes) -> pa.Table:
    """The table in Parquet bytes.

    Raises
    ------
    Unreadable
        If they are empty, cut off or something else.
    """
    try:
        # Threads cost more than they bring for tables of this size.
        return pq.ParquetFile(pa.BufferReader(body)).read(use_threads=False)
    except (pa.ArrowException, OSError) as error:
        raise Unreadable(f"{len(body):,} bytes are no whole Parquet file: {error}") from error
