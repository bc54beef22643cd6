"""How Parquet is compressed, and what the functions' layer can read of it."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq

# Arrow in the managed layer is built without zstd, lz4 and brotli.
CODECS_OF_THE_LAYER = frozenset({"SNAPPY", "GZIP", "UNCOMPRESSED"})


def codecs(body: bytes) -> set[str]:
    """The compression of every column chunk."""
    metadata = pq.ParquetFile(pa.BufferReader(body)).metadata
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    return {group.column(i).compression for group in groups for i in range(group.num_columns)}
