"""The ledger as a grow-only set, and entries of it that were damaged."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable

import pyarrow as pa
import pytest

from hoops.games.leagues import League
from hoops.schemas import FIXTURES, GAMES
from lake import parquet
from lake.ledger import GAMES as ROWS
from lake.ledger import RETRACTIONS, DamagedEntry, Ledger, statements
from lake.receipts import ACCEPTED, Receipt, Receipts
from tests.memory_store import MemoryStore

M = League.MEN
FIRST, SECOND = "20240101T000000Z", "20240102T000000Z"


def games(day: int, score: int = 70) -> pa.Table:
    row = {field.name: None for field in GAMES} | {
        "season": 2024, "day": day, "kind": "regular", "team1_id": 1101, "team2_id": 1102, "site": 0,
        "team1_score": score, "team2_score": 60, "num_ot": 0,
    }  # fmt: skip
    return pa.Table.from_pylist([row], schema=GAMES)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(MemoryStore())


def test_an_entry_changes_the_digest_of_its_day_only(ledger: Ledger) -> None:
    ledger.write_days(M, ROWS, FIRST, {(2024, 5): games(5), (2024, 6): games(6)})
    before = ledger.days(M, 2024)
    ledger.write_days(M, ROWS, SECOND, {(2024, 6): games(6, 71)})
    after = ledger.days(M, 2024)
    assert [day.day for day in after] == [5, 6]
    assert [one.digest == two.digest for one, two in zip(before, after, strict=True)] == [True, False]


def test_the_same_rows_twice_are_one_entry(ledger: Ledger) -> None:
    for _ in range(2):
        ledger.write_days(M, ROWS, FIRST, {(2024, 5): games(5)})
    (day,) = ledger.days(M, 2024)
    assert len(day.entries) == 1


def test_no_thread_outlives_the_work(ledger: Ledger) -> None:
    """A process has many ledgers in its life, and threads of those it forgot would add up."""
    ledger.write_days(M, ROWS, FIRST, {(2024, day): games(day) for day in range(20)})
    ledger.read([entry for day in ledger.days(M, 2024) for entry in day.entries])
    assert not [one.name for one in threading.enumerate() if one.name.startswith("ledger")]


def damage(store: MemoryStore, key: str, how: Callable[[bytes], bytes]) -> None:
    store.put(key, how(store.get(key).body))  # type: ignore[union-attr]


DAMAGES = {
    "empty": lambda body: b"",
    "cut": lambda body: body[: len(body) // 2],
    "garbage": lambda body: bytes(reversed(body)),
    "other rows": lambda body: parquet.encode_few(games(5, 99)),
}


@pytest.mark.parametrize("how", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_entry_is_named_with_the_file_to_upload_again(how: Callable[[bytes], bytes]) -> None:
    store = MemoryStore()
    receipts = Receipts(store, MemoryStore())
    taken = ("MNCAATourneyCompactResults_20240101", "WNCAATourneyCompactResults_20240101", "MNCAATourneyCompactResults")
    for key in (*(f"results/{stem}.csv" for stem in taken), "reference/MTeams_20240101.csv", "results/what.csv"):
        receipts.put(Receipt(key, "20240203T040506Z-abc", ACCEPTED, ""))
    ledger = Ledger(store, receipts.taken_as)
    for version in (FIRST, "20240203T040506Z"):
        ledger.write_days(M, ROWS, version, {(2024, 5): games(5, int(version[6:8]))})
    for entry, file in zip(ledger.days(M, 2024)[0].entries, ("Results_20240101.csv", "Results.csv"), strict=True):
        damage(store, entry.key, how)
        with pytest.raises(DamagedEntry, match=f"{entry.key}.*upload results/MNCAATourneyCompact{file} again"):
            ledger.read([entry])


def test_the_same_file_again_mends_a_damaged_entry() -> None:
    store = MemoryStore()
    for version in (FIRST, SECOND):  # the name of a file has a timestamp; or it counts from its upload, which is later
        Ledger(store).write_days(M, ROWS, FIRST, {(2024, 5): games(5)})
        damage(store, Ledger(store).days(M, 2024)[0].entries[0].key, DAMAGES["cut"])
        Ledger(store).write_days(M, ROWS, version, {(2024, 5): games(5)})
        for entry in Ledger(store).days(M, 2024)[0].entries:
            assert Ledger(store).read([entry])[0].equals(games(5))


def test_entries_from_when_names_hashed_bytes_are_read_and_mended_too() -> None:
    store = MemoryStore()
    body = parquet.encode_few(games(5))
    key = f"ledger/league=M/season=2024/day=005/{FIRST}-{hashlib.sha256(body).hexdigest()[:32]}-games.parquet"
    store.put(key, body)
    (before,) = Ledger(store).days(M, 2024)
    assert Ledger(store).read(before.entries)[0].equals(games(5))
    store.put(key, b"")
    Ledger(store).write_days(M, ROWS, SECOND, {(2024, 5): games(5)})
    assert all(rows.equals(games(5)) for rows in Ledger(store).read(Ledger(store).days(M, 2024)[0].entries))


def test_another_arrow_gives_the_same_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryStore()
    Ledger(store).write_days(M, ROWS, FIRST, {(2024, 5): games(5)})
    before = store.listing("")
    monkeypatch.setattr(parquet, "encode_few", lambda table: parquet.encode(table, table.schema))
    chunks = pa.concat_tables([games(5).slice(0, 0), games(5)])
    Ledger(store).write_days(M, ROWS, FIRST, {(2024, 5): chunks})
    assert store.listing("") == before


def test_entries_are_oldest_first_and_say_what_they_are(ledger: Ledger) -> None:
    ledger.write_days(M, RETRACTIONS, SECOND, {(2024, 5): games(5).select(["season", "day", "team1_id", "team2_id"])})
    ledger.write_days(M, ROWS, FIRST, {(2024, 5): games(5)})
    (day,) = ledger.days(M, 2024)
    older, newer = statements(ledger, day.entries)
    assert (older.version, newer.version) == (FIRST, SECOND)
    assert older.games is not None and older.games.equals(games(5)) and older.retractions is None
    assert newer.retractions is not None and newer.games is None


def test_a_day_of_retractions_only_has_no_games(ledger: Ledger) -> None:
    ledger.write_days(M, RETRACTIONS, FIRST, {(2024, 5): games(5).select(["season", "day", "team1_id", "team2_id"])})
    assert not ledger.days(M, 2024)[0].has_games


def test_leagues_seasons_fixtures_and_reference_do_not_mix(ledger: Ledger) -> None:
    ledger.write_days(M, ROWS, FIRST, {(2024, 5): games(5)})
    ledger.write_fixtures(M, FIRST, {2025: FIXTURES.empty_table()})
    ledger.write_reference(M, "Teams", FIRST, pa.table({"team_id": [1101]}))
    assert ledger.seasons(M) == [2024]
    assert ledger.history(M) == {2024: ledger.days(M, 2024)}
    assert ledger.seasons(League.WOMEN) == []
    assert ledger.history(League.WOMEN) == {}
    assert list(ledger.fixtures(M)) == [2025]
    assert list(ledger.reference(M)) == ["Teams"]


def test_the_newest_fixtures_of_a_season_count(ledger: Ledger) -> None:
    ledger.write_fixtures(M, SECOND, {2025: FIXTURES.empty_table()})
    ledger.write_fixtures(M, FIRST, {2025: FIXTURES.empty_table()})
    assert ledger.fixtures(M)[2025].version == SECOND
