"""Room on the disk: asked for before the work, looked after during it."""

from __future__ import annotations

import gzip

import pytest

from madness.local import room
from madness.local.guard import RESERVE
from madness.local.home import Home, LocalError
from operate.upload import Upload

PLENTY = 10 * 2**30


@pytest.fixture
def home(tmp_path) -> Home:
    home = Home(tmp_path)
    home.create()
    return home


def test_a_small_disk_is_refused_before_the_work(home) -> None:
    with pytest.raises(LocalError, match=r"Only 18.0 MiB are free.*48.0 MiB at the least.*--home"):
        room.require(home, 0, lambda path: 18 * 2**20)
    room.require(home, 0, lambda path: 48 * 2**20)
    with pytest.raises(LocalError, match=r"68\.0 MiB at the least"):
        room.require(home, 20 * 2**20, lambda path: 48 * 2**20)


def test_plays_take_their_file_and_their_text_once_more_and_other_files_ten_times_their_size() -> None:
    text = b"EventID,Season\n" * 1000
    packed = gzip.compress(text)
    assert room.takes([Upload("events/MEvents2018.csv", text)]) == 2 * len(text)
    assert room.takes([Upload("events/MEvents2018.csv.gz", packed)]) == len(packed) + len(text)
    assert room.takes([Upload("events/MEvents2018.csv.gz", b"")]) == 0
    assert room.takes([Upload("results/MTeams.csv", text), Upload("events/MEvents2018.csv", text)]) == 12 * len(text)


def test_a_deployed_home_resumes_with_little(home) -> None:
    home.chalice.mkdir()
    room.require(home, 0, lambda path: RESERVE)
    with pytest.raises(LocalError):
        room.require(home, 0, lambda path: RESERVE - 1)


def test_a_disk_that_fills_up_ends_the_wait(home) -> None:
    left = [PLENTY, RESERVE - 1]
    watch = room.Watch(home, lambda path: left.pop(0))
    watch.sleep(0)
    with pytest.raises(LocalError, match=r"is full: 16.0 MiB.*Nothing is lost: make room, and `madness up`"):
        watch.sleep(0)


def test_an_upload_that_was_refused_ends_the_wait(home) -> None:
    watch = room.Watch(home, lambda path: RESERVE + 1)
    watch.look()
    (home.logs / "ministack.log").write_text("InsufficientStorage: only 16.1 MiB are free\n")
    with pytest.raises(LocalError, match="Nothing is lost"):
        watch.look()


@pytest.mark.parametrize("line", [
    "2026-01-01 WARNING [s3] Failed to persist S3 object models/ledger/a: [Errno 28] No space left on device",
    "2026-01-01 ERROR [persistence] Persistence: failed to save sqs: [Errno 122] Disk quota exceeded",
])  # fmt: skip
def test_a_write_that_failed_is_noticed_once_and_earlier_ones_are_not(home, line) -> None:
    log = home.logs / "ministack.log"
    log.write_text(f"{line}\n")
    watch = room.Watch(home, lambda path: PLENTY)
    watch.look()
    with log.open("a") as file:
        file.write(f"2026-01-01 INFO ready\n{line[:40]}")
        file.flush()
        watch.look()
        file.write(f"{line[40:]}\n")
        file.flush()
        with pytest.raises(LocalError, match=r"could not keep.*(No space|quota).*madness reset"):
            watch.look()
    watch.look()
