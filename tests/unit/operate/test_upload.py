"""Uploading: what comes first, what is left out, who is told, and that nothing is held back for good."""

from __future__ import annotations

import hashlib
import os
import tracemalloc
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import pytest

from lake.contents import contents, on_disk
from lake.holds import LASTS
from lake.receipts import ACCEPTED, Receipt, token
from operate.upload import IngestError, Outcome, Upload, ingest, read_files
from pipeline_app.reconcile import reconcile
from tests.fake_aws import HEADER, NAMES, FakeAws

ONE = Upload("results/MRegularSeasonCompactResults_20240101.csv", HEADER + b"2024,10,1101,70,1102,60,H,0\n")
TWO = Upload("results/MRegularSeasonCompactResults_20240102.csv", HEADER + b"2024,11,1101,70,1102,60,H,0\n")
BAD = Upload("results/MRegularSeasonCompactResults_20240103.csv", HEADER + b"2024,11,1101,70,1101,60,H,0\n")
NAMES_FILE = Upload("reference/MTeams.csv", b"TeamID,TeamName\n1101,Ash\n1102,Birch\n")
FIXTURES = Upload("fixtures/MFixtures.csv", b"Season,DayNum,Team1ID,Team2ID,Loc\n2024,20,1101,1102,N\n")


def run(aws: FakeAws, *uploads: Upload) -> list[Outcome]:
    return ingest(uploads, NAMES, aws.stage.lake, aws.clients, clock=aws.clock, sleep=aws.sleep)


def test_reference_and_fixtures_come_before_results() -> None:
    aws = FakeAws()
    outcomes = run(aws, ONE, FIXTURES, NAMES_FILE)
    assert [outcome.key for outcome in outcomes] == [NAMES_FILE.key, FIXTURES.key, ONE.key]
    assert {outcome.outcome for outcome in outcomes} == {"accepted"}
    assert (outcomes[-1].rows, outcomes[-1].days) == (1, 1)


def test_the_same_content_is_not_uploaded_again() -> None:
    aws = FakeAws()
    run(aws, ONE, NAMES_FILE)
    before = aws.accepted.copy()
    outcomes = run(aws, ONE, NAMES_FILE)
    assert [outcome.outcome for outcome in outcomes] == ["unchanged", "unchanged"]
    assert aws.accepted == before
    changed = Upload(ONE.key, ONE.body + b"2024,10,1103,70,1104,60,H,0\n")
    assert [outcome.outcome for outcome in run(aws, changed)] == ["accepted"]


def test_a_rejected_file_brings_its_report_every_time() -> None:
    aws = FakeAws()
    for _ in range(2):
        (outcome,) = run(aws, BAD)
        assert outcome.is_rejected and outcome.report is not None
        assert "row 2" in outcome.report.text()
        assert outcome.to_dict()["report"]["count"] == 1


def test_few_files_are_under_way_at_once() -> None:
    aws = FakeAws()
    name = "results/MRegularSeasonCompactResults_202401"
    many = [Upload(f"{name}{day:02}.csv", HEADER + f"2024,{day},1101,7,1102,6,N,0\n".encode()) for day in range(1, 9)]
    assert len(run(aws, *many)) == 8
    assert aws.most_under_way == 2


def holds_seen(aws: FakeAws, *uploads: Upload) -> set[bool]:
    """Whether a hold was out, at every pause of an upload."""
    seen: set[bool] = set()

    def sleep(seconds: float) -> None:
        seen.add(aws.stage.lake.holds.look(aws.stage.clock.now).fresh)
        aws.sleep(seconds)

    ingest(uploads, NAMES, aws.stage.lake, aws.clients, clock=aws.clock, sleep=sleep)
    return seen


def test_nudges_are_held_back_for_several_results_files_only() -> None:
    aws = FakeAws()
    assert holds_seen(aws, ONE, NAMES_FILE, FIXTURES) == {False}
    assert holds_seen(aws, ONE, TWO) == {False}, "one file changed"
    assert holds_seen(FakeAws(), ONE, TWO) == {True}


def test_what_was_held_back_is_nudged_for_once_and_the_mapping_is_left_alone() -> None:
    aws = FakeAws()
    aws.functions.enabled = False
    run(aws, ONE, TWO)
    assert [nudge.target for nudge in aws.stage.queue.waiting] == [(2024, 10), (2024, 11)]
    assert not aws.functions.enabled
    assert aws.stage.lake.models.listing("holds/") == []


def test_the_hold_ends_with_a_failed_upload() -> None:
    aws = FakeAws(events=False)

    def broken(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest([ONE, TWO], NAMES, aws.stage.lake, aws.clients, clock=aws.clock, sleep=broken)
    assert aws.stage.lake.models.listing("holds/") == []
    assert len(aws.stage.queue.waiting) == 2, "reconcile has taken the files up and nudged for them"


def test_a_killed_upload_delays_its_files_and_no_more() -> None:
    aws = FakeAws()
    lake, queue, clock = aws.stage.lake, aws.stage.queue, aws.stage.clock
    lake.holds.write("killed")
    aws.stage.upload(ONE.key, ONE.body)
    reconcile(lake, queue, clock)
    assert queue.depth() == 0 and not aws.stage.published(), "its uploader may be alive"
    clock.now += LASTS
    reconcile(lake, queue, clock)
    assert queue.depth() == 1 and lake.models.listing("holds/") == []


def test_a_long_upload_keeps_its_hold_alive() -> None:
    aws = FakeAws()
    written: list[float] = []
    aws.stage.lake.holds.write = lambda name: written.append(aws.now)  # type: ignore[method-assign]

    aws.functions.invoke = lambda **_: None  # type: ignore[method-assign]

    def sleep(seconds: float) -> None:
        aws.now += 20
        if aws.now > 400:
            aws.sleep(seconds)

    ingest([ONE, TWO], NAMES, aws.stage.lake, aws.clients, clock=aws.clock, sleep=sleep)
    gaps = [after - before for before, after in pairwise(written)]
    assert len(written) > 4 and max(gaps) < LASTS.total_seconds() / 2


def test_a_lost_event_is_healed_by_reconcile() -> None:
    aws = FakeAws(events=False)
    (outcome,) = run(aws, ONE)
    assert outcome.outcome == "accepted"
    assert aws.functions.invoked == ["madness-local-reconcile"]


def test_what_a_run_that_was_cut_short_had_uploaded_is_taken_up_at_once() -> None:
    aws = FakeAws(events=False)
    aws.stage.lake.source.put(ONE.key, ONE.body)
    (outcome,) = run(aws, ONE)
    assert outcome.outcome == "accepted" and aws.now < 1
    assert len(aws.stage.lake.source.versions(ONE.key)) == 1


def test_silence_ends_with_a_clear_error() -> None:
    aws = FakeAws(events=False)
    aws.functions.invoke = lambda **_: None  # type: ignore[method-assign]
    with pytest.raises(IngestError, match=r"No answer to results/MRegular.*madness-local-accept_results"):
        run(aws, ONE)


def test_files_are_read_under_the_keys_of_their_names(tmp_path) -> None:
    file = tmp_path / "MTeams.csv"
    file.write_bytes(NAMES_FILE.body)
    (upload,), refused = read_files([file])
    assert (upload.key, upload.open().read(), refused) == (NAMES_FILE.key, NAMES_FILE.body, [])
    with pytest.raises(IngestError, match="cannot be read: No such file"):
        read_files([tmp_path / "WTeams.csv"])
    with pytest.raises(IngestError, match="cannot be read: Is a directory"):
        (tmp_path / "WTeams.csv").mkdir()
        read_files([tmp_path / "WTeams.csv"])
    with pytest.raises(IngestError, match=r"MTeams\.csv is given twice"):
        read_files([file, file])


def test_a_name_outside_the_contract_keeps_no_other_file_back(tmp_path) -> None:
    for name in ("MTeams.csv", "MTeam.csv"):
        (tmp_path / name).write_bytes(NAMES_FILE.body)
    uploads, (refused,) = read_files([tmp_path / "MTeam.csv", tmp_path / "MTeams.csv"])
    assert [upload.key for upload in uploads] == [NAMES_FILE.key]
    assert refused.is_rejected and refused.key == "MTeam.csv"
    assert "MTeams.csv is the nearest" in refused.to_dict()["report"]["problems"][0]["allowed"]


def test_what_can_be_read_only_once_is_no_file_to_upload(tmp_path) -> None:
    os.mkfifo(tmp_path / "MEvents2018.csv")
    writing = os.open(tmp_path / "MEvents2018.csv", os.O_RDWR)  # a pipe that nobody writes to would block its reader
    with pytest.raises(IngestError, match="is no regular file"):
        read_files([tmp_path / "MEvents2018.csv"])
    os.close(writing)


def test_a_file_that_is_too_large_for_its_kind_is_not_sent(tmp_path) -> None:
    for name in ("MTeams.csv", "MEvents2018.csv"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(2**28)  # takes no room
    (plays,), (refused,) = read_files([tmp_path / "MTeams.csv", tmp_path / "MEvents2018.csv"])
    assert plays.size == 2**28
    assert "at most 134,217,728 bytes" in refused.to_dict()["report"]["problems"][0]["allowed"]


PLAYS = Upload("events/MEvents2018.csv", b"EventID,Season\n" * 700_000)


class WithPlays(FakeAws):
    """Takes play-by-play as sound, from some second on."""

    def __init__(self, after: float = 1.0) -> None:
        super().__init__()
        source = self.stage.lake.source

        def transforming(key: str, deadline: object = None) -> None:
            if self.now > after:
                found = source.stat(key)
                assert found is not None
                version = token(found.modified, found.etag)
                self.stage.lake.receipts.put(Receipt(key, version, ACCEPTED, "", rows=700_000, days=132))

        self.stage.transform = transforming  # type: ignore[method-assign, assignment]


def test_plays_come_last_and_when_results_are_held_back_no_longer() -> None:
    aws = WithPlays()
    held: dict[bool, set[bool]] = {}

    def sleep(seconds: float) -> None:
        plays_are_there = aws.stage.lake.source.stat(PLAYS.key) is not None
        held.setdefault(plays_are_there, set()).add(aws.stage.lake.holds.look(aws.stage.clock.now).fresh)
        aws.sleep(seconds)

    outcomes = ingest([PLAYS, ONE, TWO], NAMES, aws.stage.lake, aws.clients, clock=aws.clock, sleep=sleep)
    assert [outcome.key for outcome in outcomes] == [ONE.key, TWO.key, PLAYS.key]
    assert (outcomes[-1].rows, outcomes[-1].days) == (700_000, 132)
    assert held == {False: {True}, True: {False}}


def test_plays_may_take_minutes_before_they_are_thought_to_be_lost() -> None:
    aws = WithPlays(after=200)
    assert [outcome.outcome for outcome in run(aws, PLAYS)] == ["accepted"]
    assert aws.now > 200 and aws.functions.invoked == []
    never = WithPlays(after=10_000)
    never.functions.invoke = lambda **_: None  # type: ignore[method-assign]
    with pytest.raises(IngestError, match=r"No answer to events/MEvents2018\.csv.*madness-local-transform_events"):
        run(never, PLAYS)


def test_of_a_large_file_it_is_told_how_much_is_sent() -> None:
    aws, told = WithPlays(), {}

    class Task:
        def __init__(self, title: str) -> None:
            self.seen = told.setdefault(title, [])

        def __enter__(self):
            return lambda done, total: self.seen.append((done, total))

        def __exit__(self, *_: object) -> None:
            self.seen.append("end")

    ingest([NAMES_FILE, PLAYS], NAMES, aws.stage.lake, aws.clients, task=Task, clock=aws.clock, sleep=aws.sleep)
    assert told == {"events/MEvents2018.csv, MiB sent": [(10, 10), "end"]}
    assert aws.stage.lake.source.get(PLAYS.key).body == PLAYS.body  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["file", "zip"])
def test_a_file_is_hashed_and_sent_in_little_memory(tmp_path: Path, kind: str) -> None:
    path, blocks = tmp_path / "MEvents2018.csv", [os.urandom(2**10) * 2**10 for _ in range(32)]
    path.write_bytes(b"".join(blocks))
    if kind == "zip":
        with zipfile.ZipFile(tmp_path / "march.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(path, path.name)
        (file,) = contents(tmp_path / "march.zip").files
    else:
        file = on_disk(path, tmp_path)
    aws, upload, sent = WithPlays(), Upload("events/MEvents2018.csv", file), hashlib.md5(usedforsecurity=False)
    put = aws.stage.lake.source.put

    def sending(key: str, body: BinaryIO) -> str:
        while body.read(2**16):  # as boto3 does: once for a checksum, once to send it
            pass
        body.seek(0)
        while part := body.read(2**16):
            sent.update(part)
        return put(key, b"in the bucket")

    aws.stage.lake.source.put = sending  # type: ignore[method-assign, assignment]
    tracemalloc.start()
    try:
        (outcome,) = run(aws, upload)
        etag, (_, peak) = upload.etag, tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    whole = hashlib.md5(b"".join(blocks), usedforsecurity=False).hexdigest()
    assert (outcome.outcome, sent.hexdigest(), etag) == ("accepted", whole, whole)
    assert peak < 2**23, f"{peak:,} bytes of {upload.size:,}"
