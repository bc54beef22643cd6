"""What the pipeline relies on in a bucket, asked of the store in memory and of the one on S3 alike."""

from __future__ import annotations

import io
from collections.abc import Iterator

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws

from hoops.errors import MadnessError, Retryable
from lake import retry
from lake.ranged import Ranged
from lake.store import Conflict, S3Store, Store
from tests.memory_store import MemoryStore


@pytest.fixture(params=["memory", "s3"])
def store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client("s3", region_name="eu-central-1")
        client.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        client.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
        yield S3Store(client, "bucket")


def test_what_was_put_is_got(store: Store) -> None:
    etag = store.put("a/b", b"1")
    stored = store.get("a/b")
    assert stored is not None
    assert (stored.body, stored.etag) == (b"1", etag)
    stat = store.stat("a/b")
    assert stat is not None
    assert (stat.key, stat.etag, stat.size) == ("a/b", etag, 1)


def test_every_version_is_listed_oldest_first(store: Store) -> None:
    etags = [store.put("x/a", body) for body in (b"1", b"2")]
    store.put("y", b"")
    rows = store.versions("x/")
    assert [row.etag for row in rows] == etags
    assert [store.get("x/a", row.version).body for row in rows] == [b"1", b"2"]  # type: ignore[union-attr]


def test_what_is_not_there_is_none(store: Store) -> None:
    assert store.get("a") is None
    assert store.stat("a") is None


def test_a_part_is_of_the_version_that_was_meant(store: Store) -> None:
    etag = store.put("a", b"0123456789")
    assert store.part("a", 2, 5, etag=etag) == b"234"
    assert store.part("a", 8, 20, etag=etag) == b"89"
    first = store.get("a")
    assert first is not None
    store.put("a", b"other")
    with pytest.raises(Conflict):
        store.part("a", 0, 5, etag=etag)
    assert store.part("a", 0, 2, etag=etag, version=first.version) == b"01"
    with pytest.raises(Conflict):
        store.part("b", 0, 5, etag=etag)


def test_a_server_that_ignores_ranges_is_understood() -> None:
    class Whole:
        def get_object(self, **asked: str) -> dict:
            return {"Body": io.BytesIO(b"0123456789"), "ETag": '"a"'}

    assert S3Store(Whole(), "bucket").part("a", 2, 5, etag="a") == b"234"  # type: ignore[arg-type]


def test_a_file_is_put_from_where_it_stands(store: Store) -> None:
    file = io.BytesIO(b"0123456789")
    file.seek(3)
    store.put("a", file)
    stored = store.get("a")
    assert stored is not None and stored.body == b"3456789"


def test_a_ranged_object_is_a_file_that_fetches_what_is_read(store: Store) -> None:
    sink = io.BytesIO()
    rows = pa.table({"n": list(range(1000))})
    pq.write_table(rows, sink, row_group_size=100)
    store.put("a", sink.getvalue())
    found = store.stat("a")
    assert found is not None
    file = pq.ParquetFile(Ranged(store, found))
    assert file.read_row_group(7)["n"].to_pylist() == list(range(700, 800))
    assert Ranged(store, found).read() == sink.getvalue()
    store.put("a", b"another")
    with pytest.raises(Conflict):
        Ranged(store, found).read(4)


def test_an_older_version_can_be_read(store: Store) -> None:
    store.put("a", b"1")
    first = store.get("a")
    store.put("a", b"2")
    assert first is not None and first.version
    assert store.get("a", first.version).body == b"1"  # type: ignore[union-attr]


def test_conditional_writes(store: Store) -> None:
    first = store.put("a", b"1", if_absent=True)
    with pytest.raises(Conflict):
        store.put("a", b"2", if_absent=True)
    second = store.put("a", b"2", if_match=first)
    with pytest.raises(Conflict):
        store.put("a", b"3", if_match=first)
    assert store.put("a", b"3", if_match=second)
    with pytest.raises(Conflict):
        store.put("gone", b"1", if_match=first)
    assert not store.put_new("a", b"4")
    assert store.get("a").body == b"3"  # type: ignore[union-attr]


def test_listings_are_in_key_order_and_see_folders(store: Store) -> None:
    for key in ("x/b/2", "x/a/1", "x/c", "y"):
        store.put(key, b"")
    assert [row.key for row in store.listing("x/")] == ["x/a/1", "x/b/2", "x/c"]
    assert store.folders("x/") == ["a", "b"]


def test_deleting_what_is_gone_is_no_error(store: Store) -> None:
    store.put("a", b"")
    store.delete(["a", "never"])
    assert store.get("a") is None
    assert store.listing("") == []


def test_a_missing_bucket_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws(), pytest.raises(MadnessError, match="does not exist: provision"):
        S3Store(boto3.client("s3", region_name="eu-central-1"), "none").get("a")


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[S3Store, Stubber]]:
    """A store whose requests are answered by hand: moto never leaves a part of a request undone."""
    client = boto3.client("s3", region_name="eu-central-1", aws_access_key_id="a", aws_secret_access_key="b")
    monkeypatch.setattr(retry.time, "sleep", lambda seconds: None)
    with Stubber(client) as stubber:
        yield S3Store(client, "bucket"), stubber
        stubber.assert_no_pending_responses()


def answer(stubber: Stubber, *errors: tuple[str, str]) -> None:
    """One DeleteObjects of the keys a and b that succeeds, but for (key, code) of some."""
    told = [{"Key": key, "Code": code, "Message": "no"} for key, code in errors]
    wanted = {"Bucket": "bucket", "Delete": {"Objects": [{"Key": "a"}, {"Key": "b"}], "Quiet": True}}
    stubber.add_response("delete_objects", {"Errors": told} if told else {}, wanted)


@pytest.mark.parametrize("code", ["InternalError", "SlowDown", "ServiceUnavailable"])
def test_what_s3_left_undone_of_a_deletion_is_done_again(refusing: tuple[S3Store, Stubber], code: str) -> None:
    store, stubber = refusing
    answer(stubber, ("b", code))
    answer(stubber, ("b", code))
    answer(stubber)
    store.delete(["a", "b"])


def test_a_deletion_that_s3_refuses_for_good_says_so(refusing: tuple[S3Store, Stubber]) -> None:
    store, stubber = refusing
    answer(stubber, ("a", "SlowDown"), ("b", "AccessDenied"))
    with pytest.raises(ClientError, match=r"AccessDenied.*2 of 2 objects stay, b for one: no"):
        store.delete(["a", "b"])


def test_a_deletion_that_never_succeeds_can_be_tried_again_later(refusing: tuple[S3Store, Stubber]) -> None:
    store, stubber = refusing
    for _ in range(retry.ATTEMPTS):
        answer(stubber, ("a", "SlowDown"))
    with pytest.raises(Retryable, match="1 of 2 objects stay, a for one"):
        store.delete(["a", "b"])
