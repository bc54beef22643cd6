"""What the pipeline relies on in a bucket, asked of the store in memory and of the one on S3 alike."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from hoops.errors import MadnessError
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
