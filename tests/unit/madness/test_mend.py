"""What a power cut leaves is dropped or restored, and what is whole is left alone."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from pathlib import Path

import pytest
from ministack.services import s3

from madness.local.home import MINISTACK, Home, LocalError
from madness.local.mend import keep_state, mend
from madness.local.processes import started

BUCKET = "000000000000/models"
DAMAGE = {"empty": b"", "cut off": b'{"payload": {', "garbage": b"\xff\x00[["}


def put(home: Home, key: str, body: bytes) -> Path:
    file = home.objects / BUCKET / key
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body)
    etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
    file.with_name(file.name + ".meta.json").write_text(json.dumps({"size": len(body), "etag": f'"{etag}"'}))
    return file


@pytest.fixture
def home(tmp_path) -> Home:
    """A home that was stopped cleanly."""
    home = Home(tmp_path)
    home.create()
    for name in ("sqs", "lambda"):
        (home.state / f"{name}.json").write_text('{"payload": {}}')
    with zipfile.ZipFile(home.state / "code.zip", "w") as archive:
        archive.writestr("app.py", "")
    (home.state / "key.pem.lock").touch()
    put(home, "ledger/day", b"rows")
    put(home, "receipts/file", b"{}")
    put(home, "nothing", b"")
    keep_state(home)
    return home


def names(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


def test_a_whole_home_is_left_alone(home) -> None:
    before = names(home.root)
    mended = mend(home)
    assert (mended.said, mended.takes_in_again, names(home.root)) == ((), False, before)


@pytest.mark.parametrize("body", DAMAGE.values(), ids=DAMAGE)
@pytest.mark.parametrize("name", ["sqs.json", "code.zip"])
def test_a_damaged_state_is_taken_from_its_copy(home, name, body) -> None:
    whole = (home.state / name).read_bytes()
    (home.state / name).write_bytes(body)
    (said,) = mend(home).said
    assert "after the last deployment" in said
    assert (home.state / name).read_bytes() == whole
    assert mend(home).said == ()


def test_a_file_that_is_gone_counts_as_damaged(home) -> None:
    (home.state / "sqs.json").unlink()
    assert mend(home).said and (home.state / "sqs.json").exists()


def test_a_damaged_state_without_a_copy_says_what_to_do(home) -> None:
    (home.state / "sqs.json").write_bytes(b"")
    (home.kept_state / "lambda.json").write_bytes(b"")
    with pytest.raises(LocalError, match="madness reset"):
        mend(home)


def test_a_home_without_a_copy_gets_one_while_it_is_whole(home, tmp_path) -> None:
    home.kept_state.rename(tmp_path / "gone")
    mend(home)
    assert names(home.kept_state) == names(home.state)


@pytest.mark.parametrize("key", ["ledger/day", "state/head.json", "manifest"])
def test_an_empty_object_is_dropped_and_everything_is_taken_in_again(home, key) -> None:
    put(home, key, b"content").write_bytes(b"")
    mended = mend(home)
    assert mended.takes_in_again and key in mended.said[0] and mended.dropped == (("models", key),)
    kept = names(home.objects)
    assert not any(key in one or "receipts" in one for one in kept)
    assert f"{BUCKET}/nothing" in kept, "what was uploaded empty is not damaged"


def test_objects_are_read_only_where_the_local_aws_was_not_stopped(home) -> None:
    put(home, "ledger/day", b"rows").write_bytes(b"sowr")
    assert mend(home).said == ()
    home.run.joinpath(f"{MINISTACK}.json").write_bytes(b"")
    mended = mend(home)
    assert mended.takes_in_again and "ledger/day" in mended.said[0]


@pytest.mark.parametrize("body", [b"{}", b""], ids=["a report", "an empty file"])
def test_what_was_deleted_and_what_was_not_written_to_its_end_is_no_damage(home, body, monkeypatch) -> None:
    monkeypatch.setattr(s3, "DATA_DIR", str(home.objects))
    monkeypatch.setattr(s3, "S3_PERSIST", True)
    monkeypatch.setitem(s3._buckets, "models", {"objects": {}, "created": "", "region": None})
    monkeypatch.setitem(s3._bucket_versioning, "models", "Enabled")
    s3._put_object("models", "rejected/file.json", body, {})
    assert s3._delete_object("models", "rejected/file.json")[1]["x-amz-delete-marker"] == "true"
    put(home, "ledger/day", b"rows").with_name("day.tmp").write_bytes(b"")
    before = names(home.objects)
    assert f"{BUCKET}/rejected/file.json" in before, "the body stays beside the marker"
    killed = {"process": {"pid": 1, "started": started(os.getpid())}, "port": 1}
    home.run.joinpath(f"{MINISTACK}.json").write_text(json.dumps(killed))
    mended = mend(home)
    assert (mended.said, mended.takes_in_again, names(home.objects)) == ((), False, before)


def test_after_the_machine_went_down_every_file_is_taken_in_once_more(home) -> None:
    record = {"process": {"pid": 1, "started": "another boot/1"}, "port": 1}
    home.run.joinpath(f"{MINISTACK}.json").write_text(json.dumps(record))
    mended = mend(home)
    assert mended.takes_in_again and "went down" in mended.said[0]
    assert not any("receipts" in one for one in names(home.objects))
    assert f"{BUCKET}/ledger/day" in names(home.objects)
