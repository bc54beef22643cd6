"""Arrow tables to Parquet bytes and back: the same rows give the same bytes in one environment."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq


def encode(table: pa.Table, schema: pa.Schema) -> bytes:
    """Parquet bytes of a table, cast to `schema` (column order, types, descriptions); one row group, zstd."""
    table = table.select(schema.names).cast(schema).combine_chunks()
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", row_group_size=max(table.num_rows, 1))
    return sink.getvalue().to_pybytes()


def decode(body: bytes) -> pa.Table:
    """The table in Parquet bytes; file-level metadata of the writer is left out."""
    return pq.read_table(pa.BufferReader(body))
