"""Tables that are made piece by piece: row groups, dictionaries, bytes, and what is left after an error."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hoops.schemas import PUBLISHED
from hoops.schemas.plays import ROWS
from lake.pieces import Pieces

SCHEMA = PUBLISHED["team_event_counts"].schema


def rows(first: int, count: int, words: list[str] | None = None) -> pa.RecordBatch:
    """Rows with a running count, a team name that changes every 5,000 rows, and an area that is null in every third."""
    number = np.arange(first, first + count)
    words = words or [f"Team {one}" for one in range(9)]
    place = pa.array([words.index(f"Team {one}") for one in (number // 5000).tolist()], pa.int32())
    event = pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array(["steal", "unused"]))
    area = pa.array(["backcourt" if one % 3 else None for one in number.tolist()]).dictionary_encode()
    columns = {
        "team_id": pa.array(number // 5000, pa.int32()),
        "team_name": pa.DictionaryArray.from_arrays(place, pa.array(words)),
        "event": event, "detail": event, "area": area.cast(SCHEMA.field("area").type),
        "count": pa.array(number, pa.int32()),
    }  # fmt: skip
    return pa.RecordBatch.from_arrays([columns[name] for name in SCHEMA.names], schema=SCHEMA)


def written(folder: Path, *pieces: pa.RecordBatch) -> Path:
    folder.mkdir()
    with Pieces(folder) as files:
        for piece in pieces:
            files.write("team_event_counts", piece)
    assert files.rows == {"team_event_counts": sum(one.num_rows for one in pieces)}
    return files.paths["team_event_counts"]


def test_a_row_lies_in_the_row_group_of_its_number(tmp_path: Path) -> None:
    file = pq.ParquetFile(written(tmp_path / "a", rows(0, 5), rows(5, 20_000), rows(20_005, 1), rows(20_006, 100)))
    assert file.schema_arrow.equals(SCHEMA, check_metadata=True)
    assert [file.metadata.row_group(one).num_rows for one in range(file.num_row_groups)] == [ROWS, ROWS, 3722]
    for group in range(3):
        table = file.read_row_group(group)
        table.validate(full=True)
        numbers = table["count"].to_numpy()
        assert np.array_equal(numbers, np.arange(group * ROWS, group * ROWS + len(numbers)))
        assert table["team_name"].to_pylist() == [f"Team {one // 5000}" for one in numbers.tolist()]
        assert table["area"].to_pylist() == ["backcourt" if one % 3 else None for one in numbers.tolist()]


def test_a_row_group_has_the_words_of_its_rows_alone(tmp_path: Path) -> None:
    file = pq.ParquetFile(written(tmp_path / "a", rows(0, 20_000)), read_dictionary=["team_name", "event"])
    (names,) = file.read_row_group(1)["team_name"].chunks
    assert names.dictionary.to_pylist() == ["Team 1", "Team 2", "Team 3"]
    assert file.read_row_group(0)["event"].chunk(0).dictionary.to_pylist() == ["steal"]


def test_equal_rows_give_equal_bytes_however_they_are_cut_and_encoded(tmp_path: Path) -> None:
    whole = written(tmp_path / "a", rows(0, 20_000)).read_bytes()
    cut = written(tmp_path / "b", *(rows(at, 100) for at in range(0, 20_000, 100))).read_bytes()
    backwards = [f"Team {one}" for one in reversed(range(9))]
    assert whole == cut == written(tmp_path / "c", rows(0, 20_000, backwards)).read_bytes()


def test_a_table_without_rows_is_a_file_with_its_columns(tmp_path: Path) -> None:
    file = pq.ParquetFile(written(tmp_path / "a", rows(0, 0)))
    assert (file.metadata.num_rows, file.schema_arrow) == (0, SCHEMA)


def test_least_and_greatest_are_told_of_what_is_looked_for(tmp_path: Path) -> None:
    group = pq.ParquetFile(written(tmp_path / "a", rows(0, 20_000))).metadata.row_group(1)
    told = {group.column(one).path_in_schema: group.column(one).statistics for one in range(group.num_columns)}
    assert (told["team_id"].min, told["team_id"].max) == (1, 3)
    assert not told["count"] or not told["count"].has_min_max


def test_an_error_ends_the_thread_and_is_not_lost(tmp_path: Path) -> None:
    with pytest.raises(KeyError), Pieces(tmp_path) as files:
        files.write("team_event_counts", rows(0, 20_000))
        raise KeyError
    other = rows(0, 20_000).select(["count"])
    with pytest.raises((ValueError, pa.ArrowInvalid)), Pieces(tmp_path) as files:
        files.write("team_event_counts", other)
    assert not [one for one in threading.enumerate() if one.name.startswith("write-behind")]
