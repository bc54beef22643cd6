"""Parquet that every reader of ours can read, and that comes back as it was."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hoops.schemas import GAMES, PUBLISHED
from lake import parquet

ROW = {field.name: None if field.nullable else ("regular" if field.name == "kind" else 1) for field in GAMES}
GAMES_TABLE = pa.Table.from_pylist([ROW, ROW], schema=GAMES)


@pytest.mark.parametrize("body", [parquet.encode(GAMES_TABLE, GAMES), parquet.encode_few(GAMES_TABLE)])
def test_only_codecs_that_the_lambda_layer_has(body: bytes) -> None:
    """Arrow in the managed layer is built without zstd, lz4 and brotli."""
    group = pq.ParquetFile(pa.BufferReader(body)).metadata.row_group(0)
    codecs = {group.column(i).compression for i in range(group.num_columns)}
    assert codecs <= {"SNAPPY", "GZIP", "UNCOMPRESSED"}


@pytest.mark.parametrize("body", [parquet.encode(GAMES_TABLE, GAMES), parquet.encode_few(GAMES_TABLE)])
def test_what_was_written_is_read(body: bytes) -> None:
    assert parquet.decode(body).equals(GAMES_TABLE)
    assert parquet.decode(body).schema.equals(GAMES)


def test_published_columns_carry_their_description_and_unit() -> None:
    schema = PUBLISHED["scores"].schema
    read = parquet.decode(parquet.encode(schema.empty_table(), schema)).schema
    assert read.field("log_loss").metadata[b"unit"] == b"nats"
