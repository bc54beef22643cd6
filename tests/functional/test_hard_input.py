"""Any file people throw at it: rejected whole with a report and nothing changed, or taken with grace."""

from __future__ import annotations

import gzip
import json
import os
import tracemalloc
from functools import cache
from pathlib import Path

import pytest
from corpus.hard_files import (
    BAD_KEYS,
    COMPACT_HEADER,
    COMPACT_KEY,
    DETAILED_KEY,
    GRACEFUL,
    REJECTED,
    Bad,
    Odd,
    compact,
    detailed,
    sound,
    text,
)

from hoops.contract.report import Report
from hoops.games.leagues import League
from lake.lake import Lake
from lake.published import table_key
from lake.receipts import ACCEPTED, rejection_key
from lake.receipts import REJECTED as REFUSED
from lake.store import Listed, Stored
from operate.upload import read_files
from pipeline_app.accept import accept
from pipeline_app.reconcile import reconcile, unreceipted
from tests.fakes import Stage
from tests.memory_store import MemoryStore

TWO_GIGABYTES = 2 * 2**30


def rejected(stage: Stage, key: str, body: bytes) -> Report:
    """Upload a file that must be rejected; its report, when all that is promised of a rejection holds."""
    before = stage.kept()
    stage.upload(key, body)
    assert stage.queue.depth() == 0
    reconcile(stage.lake, stage.queue, stage.clock)
    stage.drain()
    assert stage.kept() == before
    assert stage.lake.source.get(key).body == body, "the file stays where it was"  # type: ignore[union-attr]
    assert stage.receipt(key).outcome == REFUSED
    stored = stage.lake.source.get(rejection_key(key))
    assert stored is not None
    report = json.loads(stored.body)
    assert report["count"] >= len(report["problems"]) >= 1 and len(report["problems"]) <= 100
    assert all(problem["found"] and problem["allowed"] for problem in report["problems"])
    return Report.from_dict(report)


@pytest.mark.parametrize("bad", REJECTED, ids=lambda bad: bad.name)
def test_a_bad_file_changes_nothing_and_has_its_report_until_a_good_one_replaces_it(
    full_stage: Stage, bad: Bad
) -> None:
    report = rejected(full_stage, bad.key, bad.make())
    first = report.problems[0]
    assert (report.file, report.count, first.row, first.column) == (bad.key, bad.count, bad.row, bad.column)
    assert bad.found in first.found and bad.allowed in first.allowed
    full_stage.upload(bad.key, sound(bad.key))
    assert full_stage.lake.receipts.rejection(bad.key) is None
    assert full_stage.receipt(bad.key).outcome == ACCEPTED


@pytest.mark.parametrize("key", BAD_KEYS, ids=ascii)
def test_a_key_outside_the_contract_changes_nothing_and_has_its_report(full_stage: Stage, key: str) -> None:
    report = rejected(full_stage, key, compact())
    assert (report.count, report.problems[0].row) == (1, None)
    assert unreceipted(full_stage.lake) == []


@pytest.mark.parametrize("key", ["results/" + "é" * 508, "results/" + "a/" * 508], ids=["wide", "deep"])
def test_a_key_as_long_as_s3_allows_leaves_room_for_its_report(full_stage: Stage, key: str) -> None:
    assert len(key.encode()) == 1024
    rejected(full_stage, key, compact())
    assert unreceipted(full_stage.lake) == []
    for store in full_stage.stores:
        assert all(len(row.key.encode()) <= 1024 for row in store.listing(""))


def test_a_report_names_the_first_hundred_problems_and_how_many_there_are(full_stage: Stage) -> None:
    body = text(COMPACT_HEADER, *(f"2024,{day % 200},1101,60,1102,70,N,0" for day in range(1, 2501)))
    report = rejected(full_stage, COMPACT_KEY, body)
    assert report.count >= 2500
    assert [problem.row for problem in report.problems] == list(range(2, 102))


class Unread(MemoryStore):
    """A bucket in which one object is said to be very large, and may not be downloaded."""

    def __init__(self, inner: MemoryStore, key: str) -> None:
        super().__init__(inner.name, inner._clock)
        self._objects, self._inner, self._key = inner._objects, inner, key

    def stat(self, key: str, version: str | None = None) -> Listed | None:
        found = self._inner.stat(key, version)
        return Listed(key, found.etag, TWO_GIGABYTES, found.modified) if found and key == self._key else found

    def get(self, key: str, version: str | None = None) -> Stored | None:
        assert key != self._key, "an object larger than the limit was downloaded"
        return super().get(key, version)


@pytest.mark.parametrize("key", [COMPACT_KEY, COMPACT_KEY + ".gz"])
def test_two_gigabytes_are_refused_by_their_size_before_the_download(full_stage: Stage, key: str) -> None:
    source, models, dashboard = full_stage.stores
    before = full_stage.kept()
    full_stage.lake = Lake(Unread(source, key), models, dashboard)
    full_stage.upload(key, b"nonsense")
    assert full_stage.kept() == before
    report = full_stage.lake.receipts.rejection(key)
    assert report is not None
    assert (report.problems[0].found, report.problems[0].allowed) == (
        "2,147,483,648 bytes",
        "at most 134,217,728 bytes, uncompressed",
    )


def test_the_command_line_refuses_two_gigabytes_without_reading_them(tmp_path: Path) -> None:
    path = tmp_path / COMPACT_KEY.split("/")[1]
    with path.open("wb") as file:
        os.truncate(file.fileno(), TWO_GIGABYTES)
    tracemalloc.start()
    try:
        uploads, (refused,) = read_files([path])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert uploads == [] and refused.is_rejected and refused.report is not None
    assert refused.report.text().endswith("found 2,147,483,648 bytes; allowed: at most 134,217,728 bytes, uncompressed")
    assert peak < 2**20


@cache
def _ledger_of(key: str, body: bytes) -> tuple[dict[str, bytes], list[str]]:
    """The ledger after a single upload, and the messages that it sent."""
    stage = Stage()
    stage.upload(key, body)
    return stage.kept(), [nudge.deduplication_id for nudge in stage.queue.waiting]


@pytest.mark.parametrize("odd", GRACEFUL, ids=lambda odd: odd.name)
def test_an_odd_file_is_taken_as_the_plain_one(odd: Odd) -> None:
    stage = Stage()
    stage.upload(odd.key, odd.make())
    messages = [nudge.deduplication_id for nudge in stage.queue.waiting]
    # The ledger is what everything else is made from.
    assert (stage.kept(), messages) == _ledger_of(odd.key.removesuffix(".gz"), odd.plain())
    filed = stage.receipt(odd.key)
    assert filed.outcome == ACCEPTED and filed.rows > 0
    assert stage.lake.receipts.rejection(odd.key) is None
    told = [warning for warning in filed.warnings if "MSeasons" not in warning]
    assert len(told) == (odd.warning is not None)
    assert odd.warning is None or odd.warning in told[0]


def test_the_same_file_again_changes_nothing(full_stage: Stage) -> None:
    full_stage.upload(COMPACT_KEY, compact())
    full_stage.drain()
    before = full_stage.kept()
    full_stage.upload(COMPACT_KEY, compact())
    full_stage.upload(COMPACT_KEY + ".gz", gzip.compress(compact()))
    full_stage.drain()
    assert full_stage.kept() == before


def test_a_compact_file_after_a_detailed_one_keeps_the_box_score(stage: Stage) -> None:
    stage.upload(DETAILED_KEY, detailed())
    stage.upload(COMPACT_KEY.replace("0315", "0316"), compact())
    stage.drain()
    results = stage.lake.published.read(table_key("results", League.MEN, 2024))
    assert results.num_rows == 3
    assert results["team1_fgm"].to_pylist() == [25, None, None]


def test_a_team_that_has_no_name_yet_is_taken_with_a_warning(stage: Stage) -> None:
    stage.upload(COMPACT_KEY, compact())
    assert not any("Teams" in warning for warning in stage.receipt(COMPACT_KEY).warnings)
    stage.upload("reference/MTeams.csv", text("TeamID,TeamName", "1101,Ash", "1102,Birch"))
    stage.upload(COMPACT_KEY, compact() + b"\n")
    filed = stage.receipt(COMPACT_KEY)
    assert filed.outcome == ACCEPTED
    assert filed.warnings[0] == (
        "teams 1103, 1104 are not in MTeams: shown by their numbers until a newer one names them"
    )
    stage.drain()
    key = table_key("results", League.MEN, 2024)
    named = ("team1_name", "team2_name")
    assert {one for name in named for one in stage.lake.published.read(key)[name].to_pylist()} == {
        "Ash", "Birch", "Team 1103", "Team 1104",
    }  # fmt: skip
    stage.upload("reference/MTeams_20240401.csv", text("TeamID,TeamName", "1103,Cedar", "1104,Dogwood"))
    stage.drain()
    assert {one for name in named for one in stage.lake.published.read(key)[name].to_pylist()} == {
        "Ash", "Birch", "Cedar", "Dogwood",
    }  # fmt: skip
    stage.upload(COMPACT_KEY, compact() + b"\n\n")
    assert not any("Teams" in warning for warning in stage.receipt(COMPACT_KEY).warnings)


def test_a_season_without_a_calendar_has_no_dates_until_it_comes(stage: Stage) -> None:
    stage.upload(COMPACT_KEY, compact())
    stage.drain()
    filed = stage.receipt(COMPACT_KEY)
    assert filed.outcome == ACCEPTED
    assert filed.warnings == ("season 2024 is not in MSeasons: its dates are unknown until a newer one has it",)
    key = table_key("forecasts", League.MEN, 2024)
    assert stage.lake.published.read(key)["date"].null_count == 3
    stage.upload("reference/MSeasons.csv", text("Season,DayZero", "2023,11/07/2022", "2024,11/06/2023"))
    stage.drain()
    assert [f"{day}" for day in stage.lake.published.read(key)["date"].to_pylist()] == [
        "2024-02-14", "2024-02-14", "2024-02-15",
    ]  # fmt: skip
    stage.upload(COMPACT_KEY, compact() + b"\n")
    # Its games are those of the first upload, and that is said; of its season nothing is any more.
    (told,) = stage.receipt(COMPACT_KEY).warnings
    assert told == "changes nothing: a file of this name with the same content was taken before"


@pytest.mark.parametrize("good_last", [True, False], ids=["good-last", "bad-last"])
def test_events_of_two_versions_in_either_order_leave_the_report_of_the_newest(stage: Stage, good_last: bool) -> None:
    good, bad = compact(), compact("2024,100,1101,60,1102,70,H,0")
    for body in (bad, good) if good_last else (good, bad):
        stage.lake.source.put(COMPACT_KEY, body)
    for version in ("v2", "v1"):
        accept(stage.lake, stage.queue, COMPACT_KEY, stage.clock, version)
    assert (stage.lake.receipts.rejection(COMPACT_KEY) is None) == good_last
