"""Static files on S3: the function's own, written once, the old ones kept for a while."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from dashboard.app import create_app
from dashboard.data import Tables
from lake.store import Listed
from madness.deploy.site import KEPT, SiteError, StaticObject, static_objects, superseded, upload_static
from operate.stage import load_stage, project_root
from tests.memory_store import MemoryStore

STAGE = load_stage("dev")


@pytest.fixture(scope="module")
def objects() -> list[StaticObject]:
    return static_objects(STAGE, Path(sys.executable), project_root())


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
        client.create_bucket(Bucket=STAGE.dashboard)
        yield client


def keys(s3: Any) -> list[str]:
    return [row["Key"] for row in s3.list_objects_v2(Bucket=STAGE.dashboard).get("Contents", [])]


def test_what_is_uploaded_is_what_the_function_serves(objects: list[StaticObject]) -> None:
    """CloudFront takes /dev/bundle-... from static/dev/bundle-..., else from the function."""
    app = create_app(Tables(MemoryStore), requests_pathname_prefix="/dev/")
    assert len(objects) == len(app.bundle.files)
    for one in objects:
        answer = app.server.test_client().get(one.key.removeprefix("static/dev"))
        assert answer.status_code == 200, one.key
        assert gzip.decompress(answer.data) == gzip.decompress(one.body)
        assert answer.content_type == one.content_type
        assert answer.headers["Cache-Control"] == one.cache_control
        assert answer.headers["Content-Encoding"] == one.content_encoding


def test_only_what_is_missing_is_written(s3: Any, objects: list[StaticObject]) -> None:
    first = upload_static(STAGE, s3, objects)
    assert (first.written, first.there, first.deleted) == (len(objects), 0, 0)
    again = upload_static(STAGE, s3, objects)
    assert (again.written, again.there, again.deleted) == (0, len(objects), 0)
    s3.delete_object(Bucket=STAGE.dashboard, Key=objects[0].key)
    mended = upload_static(STAGE, s3, objects)
    assert (mended.written, mended.there) == (1, len(objects) - 1)
    head = s3.head_object(Bucket=STAGE.dashboard, Key=objects[0].key)
    assert (head["CacheControl"], head["ContentEncoding"]) == (objects[0].cache_control, "gzip")
    assert head["ContentType"] == objects[0].content_type


def test_the_newest_bundles_before_are_kept_and_nothing_else_is_touched(s3: Any, objects: list[StaticObject]) -> None:
    others = ["manifest/league=M.json", "static/prod/bundle-1/app.css", "static/develop/bundle-1/app.css"]
    for key in others:
        s3.put_object(Bucket=STAGE.dashboard, Key=key, Body=b"")
    one = replace(objects[0], body=b"")
    for number in range(KEPT + 3):
        upload_static(STAGE, s3, [replace(one, key=f"static/dev/bundle-{number}/app.css")])
    assert set(others) < set(keys(s3))
    mine = [key for key in keys(s3) if key.startswith("static/dev/")]
    assert len(mine) == KEPT + 1
    assert f"static/dev/bundle-{KEPT + 2}/app.css" in mine


def test_a_bundle_that_was_gone_back_to_is_kept_however_old() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [Listed(f"static/dev/bundle-{n}/app.css", "e", 1, start + timedelta(days=n)) for n in range(KEPT + 2)]
    assert superseded(rows, {"static/dev/bundle-0"}) == ["static/dev/bundle-1/app.css"]
    assert superseded(rows[:KEPT], set()) == []


def test_a_dashboard_that_does_not_run_is_said(tmp_path: Path) -> None:
    (tmp_path / "dashboard").mkdir()
    (tmp_path / "dashboard" / "__init__.py").write_text("import no_such_package")
    with pytest.raises(SiteError, match="No module named 'no_such_package'"):
        static_objects(STAGE, Path(sys.executable), tmp_path)
