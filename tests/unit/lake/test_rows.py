"""Some rows of a table in a bucket: the right ones, with few requests, and none of another edition."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from hoops.schemas import PUBLISHED, ROWS
from lake.pieces import Pieces
from lake.ranged import Ranged
from lake.rows import TAIL, RowReader
from lake.store import Conflict
from tests.memory_store import MemoryStore

KEY = "play_chances/league=M/season=2018/part.parquet"
PLAYS = 3 * ROWS + 100


class Parts(MemoryStore):
    """A bucket that notes what is asked of it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []

    def part(self, key: str, start: int, stop: int, *, etag: str, version: str | None = None) -> bytes:
        self.asked.append(stop - start)
        return super().part(key, start, stop, etag=etag, version=version)


@pytest.fixture(scope="module")
def body(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    rng = np.random.default_rng(1)
    number = np.arange(PLAYS)
    columns = {
        "day": number // 5000, "team1_id": 1101 + number // 300 % 7, "team2_id": np.full(PLAYS, 1200),
        "play": number % 300 + 1,
        "chance": rng.random(PLAYS), "leverage": rng.random(PLAYS), "credited": rng.random(PLAYS),
    }  # fmt: skip
    schema = PUBLISHED["play_chances"].schema
    table = pa.table({field.name: pa.array(columns[field.name]).cast(field.type) for field in schema}, schema=schema)
    with Pieces(tmp_path_factory.mktemp("rows")) as pieces:
        pieces.write("play_chances", table)
    return pieces.paths["play_chances"].read_bytes()


@pytest.fixture
def store(body: bytes) -> Parts:
    store = Parts()
    store.put(KEY, body)
    return store


def etag(store: MemoryStore) -> str:
    found = store.stat(KEY)
    assert found is not None
    return found.etag


@pytest.mark.parametrize(
    ("start", "count"), [(0, 1), (300, 300), (ROWS - 10, 20), (ROWS, ROWS), (PLAYS - 50, 50), (10, PLAYS - 20)]
)
def test_rows_are_those_asked_for(store: Parts, body: bytes, start: int, count: int) -> None:
    whole = pa.parquet.read_table(pa.BufferReader(body))
    columns = ["chance", "day"]
    rows = RowReader(store).read(KEY, etag(store), start, count, columns)
    assert rows.equals(whole.slice(start, count).select(columns))


def test_only_the_row_groups_and_columns_are_fetched_and_the_footer_once(store: Parts, body: bytes) -> None:
    reader = RowReader(store)
    reader.read(KEY, etag(store), 20, 300, ["chance"])
    footer, chance = store.asked
    store.asked.clear()
    reader.read(KEY, etag(store), ROWS + 20, 300, ["day", "chance"])
    assert len(store.asked) <= 2
    assert sum(store.asked) < len(body) / 8
    assert chance < ROWS * 8
    assert footer <= TAIL


def test_columns_that_stand_together_come_in_one_request(store: Parts) -> None:
    reader = RowReader(store)
    reader.read(KEY, etag(store), 0, 10, ["day"])
    store.asked.clear()
    reader.read(KEY, etag(store), ROWS - 5, 10, PUBLISHED["play_chances"].schema.names)
    assert len(store.asked) == 1


def test_a_column_that_is_not_there_is_left_out(store: Parts) -> None:
    assert RowReader(store).read(KEY, etag(store), 0, 10, ["day", "later"]).column_names == ["day"]


def test_another_edition_is_a_conflict(store: Parts, body: bytes) -> None:
    reader, before = RowReader(store), etag(store)
    with pytest.raises(Conflict):
        reader.read(KEY, "another", 0, 10, ["day"])
    reader.read(KEY, before, 0, 10, ["day"])
    store.put(KEY, body + b"later")
    with pytest.raises(Conflict):  # the footer is known, and the object is another
        reader.read(KEY, before, 0, 10, ["day"])
    store.delete([KEY])
    with pytest.raises(Conflict):
        RowReader(store).read(KEY, before, 0, 10, ["day"])


def test_what_was_fetched_ahead_is_not_asked_for_again() -> None:
    store = Parts()
    store.put("a", bytes(range(100)))
    found = store.stat("a")
    assert found is not None
    file = Ranged(store, found)
    file.fetch([(10, 20), (21, 30), (60, 100)])
    assert store.asked == [90]  # what lies between is less than it is worth
    file.seek(12)
    assert file.read(8) == bytes(range(12, 20))
    file.seek(5)
    assert file.read(10) == bytes(range(5, 15))
    assert store.asked == [90, 10]
