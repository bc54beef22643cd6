"""infra/edge.yaml: who answers which address, by a CloudFront that does what the template says."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from dashboard import bundle
from dashboard.app import create_app
from dashboard.bundle import BundledDash
from dashboard.data import Tables
from dashboard.door import ALLOW_VARIABLE, SECRET_VARIABLE, Door
from madness.deploy.site import PREFIX, StaticObject
from tests.fake_edge import FakeCloudFront, FakeGateway, distribution, resolved, run_viewer
from tests.memory_store import MemoryStore

SECRET = "secret-of-the-edge-0123456789abcdef"
PARAMETERS = {"Stage": "dev", "DashboardBucket": "b", "ApiId": "a1b2c3d4e5", "OriginSecret": SECRET}


@pytest.fixture(scope="module")
def app() -> BundledDash:
    door = Door.from_environment({SECRET_VARIABLE: SECRET, ALLOW_VARIABLE: "203.0.113.0/24"})
    return create_app(Tables(MemoryStore), requests_pathname_prefix="/dev/", door=door)


@pytest.fixture
def gateway(app: BundledDash) -> FakeGateway:
    return FakeGateway(app.server, "dev")


def uploaded(app: BundledDash) -> list[StaticObject]:
    return [
        StaticObject(f"{PREFIX}/dev/{app.bundle.folder}/{name}", b"from the bucket", "text/css", "max-age=1", "gzip")
        for name in app.bundle.files
    ]


def edge(gateway: FakeGateway, objects: list[StaticObject]) -> tuple[FakeCloudFront, Any]:
    cloudfront = FakeCloudFront(gateway, objects, PARAMETERS)
    return cloudfront, Client(cloudfront, Response)


def test_static_files_come_from_the_bucket_and_the_function_is_not_asked(
    app: BundledDash, gateway: FakeGateway
) -> None:
    cloudfront, reader = edge(gateway, uploaded(app))
    for name in app.bundle.files:
        assert reader.get(f"/dev/{app.bundle.folder}/{name}").data == b"from the bucket"
    assert len(cloudfront.from_bucket) == len(app.bundle.files)
    assert gateway.asked == []


def test_static_files_that_are_not_in_the_bucket_come_from_the_function(app: BundledDash, gateway: FakeGateway) -> None:
    _, reader = edge(gateway, [])
    answer = reader.get(f"/dev/{app.bundle.folder}/{bundle.STYLES}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == bundle.HEADERS["Cache-Control"]


def test_everything_else_comes_from_the_function_with_its_query_body_and_headers(
    app: BundledDash, gateway: FakeGateway
) -> None:
    _, reader = edge(gateway, uploaded(app))
    readers = {"REMOTE_ADDR": "203.0.113.7"}
    assert reader.get("/dev/ratings?league=W", environ_base=readers).status_code == 200
    layout = reader.get("/dev/_dash-layout", environ_base=readers, headers={"Accept-Encoding": "gzip"})
    assert (layout.content_type, layout.headers["Content-Encoding"]) == ("application/json", "gzip")
    asked = {
        "output": "..news.hidden...refresh.data..",
        "outputs": [{"id": "news", "property": "hidden"}, {"id": "refresh", "property": "data"}],
        "inputs": [{"id": "look", "property": "data", "value": 1}],
        "state": [{"id": "shown", "property": "data", "value": {"league": "M"}},
                  {"id": "refresh", "property": "data", "value": 0}],
        "changedPropIds": ["look.data"],
    }  # fmt: skip
    assert reader.post("/dev/_dash-update-component", json=asked, environ_base=readers).status_code == 200


@pytest.mark.parametrize(
    "made_up", [{}, {"X-Madness-Viewer": "203.0.113.7"}, {"X-Forwarded-For": "203.0.113.7, 203.0.113.7"}]
)
def test_the_list_of_networks_holds_behind_cloudfront(gateway: FakeGateway, made_up: dict[str, str]) -> None:
    _, reader = edge(gateway, [])
    assert reader.get("/dev/", headers=made_up, environ_base={"REMOTE_ADDR": "198.51.100.9"}).status_code == 403
    assert reader.get("/dev/", headers=made_up, environ_base={"REMOTE_ADDR": "203.0.113.7"}).status_code == 200


@pytest.mark.parametrize("made_up", [{}, {"X-Madness-Origin": "guessed", "X-Madness-Viewer": "203.0.113.7"}])
def test_there_is_no_way_round_cloudfront(app: BundledDash, gateway: FakeGateway, made_up: dict[str, str]) -> None:
    direct = Client(gateway, Response)
    for path in ("/dev/", "/dev/_dash-layout", f"/dev/{app.bundle.folder}/{bundle.STYLES}"):
        assert direct.get(path, headers=made_up, environ_base={"REMOTE_ADDR": "203.0.113.7"}).status_code == 403


def test_the_root_leads_to_the_stage_and_other_stages_are_not_there(gateway: FakeGateway) -> None:
    _, reader = edge(gateway, [])
    assert reader.get("/").headers["Location"] == "/dev/"
    assert reader.get("/prod/").status_code == 403


def test_the_viewer_function_names_the_reader_whatever_was_sent() -> None:
    code = resolved("Viewer", PARAMETERS)["FunctionCode"]
    said = run_viewer(code, "/dev/ratings", "2001:db8::5")
    assert said["headers"]["x-madness-viewer"] == {"value": "2001:db8::5"}


def test_only_static_files_are_kept_at_the_edge() -> None:
    config = distribution(PARAMETERS)
    disabled, optimized = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "658327ea-f89d-4fab-a63d-7e88639e58f6"
    assert config["DefaultCacheBehavior"]["CachePolicyId"] == disabled
    assert [(one["PathPattern"], one["CachePolicyId"]) for one in config["CacheBehaviors"]] == [
        ("/dev/bundle-*", optimized)
    ]
    assert {one["ViewerProtocolPolicy"] for one in (config["DefaultCacheBehavior"], *config["CacheBehaviors"])} == {
        "redirect-to-https"
    }
