"""Parquet that every reader of ours can read, and that comes back as it was."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pytest

from hoops.schemas import GAMES, PUBLISHED
from lake import parquet
from tests.codecs import CODECS_OF_THE_LAYER, codecs

ROW = {field.name: None if field.nullable else ("regular" if field.name == "kind" else 1) for field in GAMES}
GAMES_TABLE = pa.Table.from_pylist([ROW, ROW], schema=GAMES)


@pytest.mark.parametrize("body", [parquet.encode(GAMES_TABLE, GAMES), parquet.encode_few(GAMES_TABLE)])
def test_only_codecs_that_the_lambda_layer_has(body: bytes) -> None:
    assert codecs(body) == {"SNAPPY"} <= CODECS_OF_THE_LAYER


def test_what_the_layer_carries_writes_and_reads_parquet_in_one_place() -> None:
    """So that what holds of `lake.parquet` holds of all of it."""
    speaks = re.compile(r"pyarrow\.(parquet|feather|dataset|ipc|orc)|to_parquet|read_parquet|pa\.ipc|zstd")
    vendor = Path(__file__).parents[3] / "vendor"
    files = [file for room in vendor.iterdir() for file in room.resolve().rglob("*.py")]
    found = {f"{file.parent.name}/{file.name}" for file in files if speaks.search(file.read_text(encoding="utf-8"))}
    assert found <= {"lake/parquet.py", "lake/pieces.py", "lake/plays.py", "lake/rows.py"}


@pytest.mark.parametrize("body", [parquet.encode(GAMES_TABLE, GAMES), parquet.encode_few(GAMES_TABLE)])
def test_what_was_written_is_read(body: bytes) -> None:
    assert parquet.decode(body).equals(GAMES_TABLE)
    assert parquet.decode(body).schema.equals(GAMES)


def test_published_columns_carry_their_description_and_unit() -> None:
    schema = PUBLISHED["scores"].schema
    read = parquet.decode(parquet.encode(schema.empty_table(), schema)).schema
    assert read.field("log_loss").metadata[b"unit"] == b"nats"
