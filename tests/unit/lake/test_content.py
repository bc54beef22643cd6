"""The name of rows: equal for equal rows however they are stored, another for any other rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import combinations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hoops.contract.columns import DATASETS
from hoops.schemas import FIXTURES, GAMES
from lake import parquet
from lake.content import rows_digest

TEXT = ["regular", None, "ncaa", "Zürich", ""]
TABLE = pa.table(
    {
        "season": pa.array([2024, 2024, 2023, 2024, 2024], pa.int16()),
        "kind": pa.array(TEXT),
        "score": pa.array([70, None, 0, -1, 127], pa.int8()),
        "played": pa.array([True, False, None, True, True]),
        "on": pa.array([date(2024, 3, 15), None, date(1970, 1, 1), date(2024, 1, 1), date(2024, 1, 1)]),
        "at": pa.array([0, 1, None, 3, 4], pa.timestamp("ms", "UTC")),
        "degrees": pa.array([1.5, None, -0.25, 1e-300, 0.0]),
    }
)


def stored(**how: object) -> Callable[[pa.Table], pa.Table]:
    """A way by Parquet and back."""

    def through(table: pa.Table) -> pa.Table:
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, **how)
        return pq.read_table(pa.BufferReader(sink.getvalue()))

    return through


@pytest.mark.parametrize(
    "through",
    [
        stored(),
        stored(compression="none", use_dictionary=False, store_schema=False),
        stored(compression="gzip", row_group_size=2, data_page_version="2.0"),
        stored(version="2.4", use_byte_stream_split=["degrees"], use_dictionary=["kind"], write_statistics=False),
        lambda table: pa.concat_tables([table.slice(0, 1), table.slice(1, 0), table.slice(1)]),
        lambda table: pa.concat_tables([table, table]).slice(len(table)),
        lambda table: table.set_column(1, "kind", table["kind"].dictionary_encode()),
        lambda table: table.set_column(1, "kind", table["kind"].cast(pa.large_string())),
        lambda table: table.replace_schema_metadata({"written_by": "another"}),
        lambda table: parquet.decode(parquet.encode_few(table)),
    ],
    ids=["snappy", "plain", "gzip", "split", "chunks", "slice", "dictionary", "large", "metadata", "ours"],
)
def test_how_rows_are_stored_changes_nothing(through: Callable[[pa.Table], pa.Table]) -> None:
    assert rows_digest(through(TABLE)) == rows_digest(TABLE)


def test_what_lies_under_a_null_changes_nothing() -> None:
    valid = pa.array([True, False]).buffers()[1]
    one, other = (
        pa.Array.from_buffers(pa.int32(), 2, [valid, pa.array([7, under], pa.int32()).buffers()[1]]) for under in (0, 9)
    )
    assert rows_digest(pa.table({"x": one})) == rows_digest(pa.table({"x": other}))


def test_any_other_rows_have_another_name() -> None:
    season = TABLE["season"]
    tables = [
        TABLE,
        TABLE.slice(0, 4),
        TABLE.slice(0, 0),
        TABLE.drop_columns(["score"]),
        TABLE.take([1, 0, 2, 3, 4]),
        TABLE.rename_columns(["year", *TABLE.column_names[1:]]),
        TABLE.set_column(0, "season", season.cast(pa.int32())),
        TABLE.set_column(1, "kind", pa.array(["regula", None, "rncaa", "Zürich", ""])),
        TABLE.set_column(1, "kind", pa.array(["regular", "", "ncaa", "Zürich", None])),
        TABLE.set_column(2, "score", pa.array([70, 0, None, -1, 127], pa.int8())),
        TABLE.set_column(2, "score", pa.nulls(5, pa.int8())),
        TABLE.set_column(3, "played", pa.array([True, None, False, True, True])),
        TABLE.set_column(6, "degrees", pa.array([1.5, None, -0.25, 1e-300, 5e-324])),
    ]
    for one, other in combinations(tables, 2):
        assert rows_digest(one) != rows_digest(other)


@pytest.mark.parametrize("schema", [GAMES, FIXTURES, *(one.schema for one in DATASETS.values())])
def test_every_schema_of_the_ledger_has_a_name_that_survives_it(schema: pa.Schema) -> None:
    for table in (schema.empty_table(), pa.table([pa.nulls(3, field.type) for field in schema], names=schema.names)):
        assert rows_digest(parquet.decode(parquet.encode_few(table))) == rows_digest(table)


def test_names_in_the_ledger_stay_what_they_are() -> None:
    # If this fails, every file that is uploaded again gives new entries, and their days are folded again.
    assert rows_digest(TABLE) == "ae4e695a15fa99ebf29ee6466d6ce165"
