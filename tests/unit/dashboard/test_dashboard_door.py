"""Every way in: directly, through API Gateway, through CloudFront before it, and what a client may make up on each."""

from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug.test import Client

from dashboard import bundle
from dashboard.app import create_app
from dashboard.data import Tables
from dashboard.door import ALLOW_VARIABLE, COOKIE, LOGIN_VARIABLE, SECRET_VARIABLE, Door, DoorError, login
from tests.memory_store import MemoryStore

SECRET = "s" * 16 + "0123456789abcdef"
INSIDE, OUTSIDE = "203.0.113.7", "198.51.100.9"
LOGIN = login("ann", "correct horse")
PATHS = ("/", "/ratings", "/_dash-layout", "/_dash-dependencies", "/_health", "/no/such/page", "/assets/theme.css")


def client(**settings: str) -> Any:
    app = create_app(Tables(MemoryStore), requests_pathname_prefix="/dev/", door=Door.from_environment(settings))
    made = app.server.test_client()
    made.static = f"/{app.bundle.folder}/{bundle.STYLES}"
    return made


def by_gateway(source: str, **headers: str) -> dict[str, Any]:
    """What Zappa makes of a request that API Gateway hands over: its REMOTE_ADDR comes from X-Forwarded-For."""
    headers = {name.replace("__", "-"): value for name, value in headers.items()}
    forwarded = headers.get("X-Forwarded-For", source).split(", ")
    event = {
        "requestContext": {"identity": {"sourceIp": source}},
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
    }
    environ: dict[str, Any] = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    return environ | {
        "REMOTE_ADDR": forwarded[-2] if len(forwarded) > 1 else forwarded[0],
        "lambda.event": event,
        "SCRIPT_NAME": "/dev",
        "wsgi.url_scheme": "https",
    }


def by_cloudfront(viewer: str, secret: str = SECRET, **headers: str) -> dict[str, Any]:
    """API Gateway sees one of CloudFront's addresses; CloudFront says whose request it was."""
    return by_gateway("130.176.0.1", **(headers | {"X__Madness__Origin": secret, "X__Madness__Viewer": viewer}))


def status(browser: Client, environ: dict[str, Any] | None = None, path: str = "/") -> int:
    return browser.get(path, environ_overrides=environ or {}).status_code


def test_without_settings_everybody_is_let_in() -> None:
    assert {status(client(), by_gateway(OUTSIDE), path) for path in PATHS} == {200}


@pytest.mark.parametrize("path", PATHS)
def test_nothing_but_static_files_is_shown_without_a_login(path: str) -> None:
    browser = client(**{LOGIN_VARIABLE: LOGIN})
    answer = browser.get(path, environ_overrides=by_gateway(INSIDE))
    assert answer.status_code == 401
    assert answer.headers["Cache-Control"] == "no-store"
    assert "react-entry-point" not in answer.text
    assert status(browser, by_gateway(INSIDE), browser.static) == 200


def test_callbacks_want_the_login_too() -> None:
    browser = client(**{LOGIN_VARIABLE: LOGIN})
    assert browser.post("/_dash-update-component", json={}).status_code == 401


def test_a_login_opens_the_page_that_was_asked_for_and_holds() -> None:
    browser = client(**{LOGIN_VARIABLE: LOGIN})
    form = {"user": "ann", "password": "correct horse"}
    answer = browser.post("/team?team=1101&league=M", data=form, environ_overrides=by_gateway(INSIDE))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/dev/team?team=1101&league=M")
    cookie = answer.headers["Set-Cookie"]
    assert all(part in cookie for part in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/dev", "Max-Age=2592000"))
    value = cookie.partition("=")[2].partition(";")[0]
    assert status(browser, by_gateway(OUTSIDE, Cookie=f"{COOKIE}={value}")) == 200
    other = client(**{LOGIN_VARIABLE: login("ann", "correct horse")})  # the password was set anew
    assert status(other, by_gateway(OUTSIDE, Cookie=f"{COOKIE}={value}")) == 401


@pytest.mark.parametrize(
    "form",
    [{"user": "ann"}, {"user": "ann", "password": ""}, {"user": "ann", "password": "Correct horse"},
     {"user": "bob", "password": "correct horse"}, {"user": "", "password": "correct horse"},
     {"user": "ann", "password": "x" * 100_000}, {"user": "\u00e4nn", "password": "\u00fc"}],
)  # fmt: skip
def test_a_wrong_name_or_password_opens_nothing(form: dict[str, str]) -> None:
    answer = client(**{LOGIN_VARIABLE: LOGIN}).post("/", data=form)
    assert answer.status_code == 401
    assert "Set-Cookie" not in answer.headers
    assert "not the right name" in answer.text


@pytest.mark.parametrize("cookie", ["", "ann", "ann.x.y", "ImFubiI.aaaaaa.bbbbbb", pytest.param(LOGIN, id="salted")])
def test_a_made_up_cookie_opens_nothing(cookie: str) -> None:
    assert status(client(**{LOGIN_VARIABLE: LOGIN}), {"HTTP_COOKIE": f"{COOKIE}={cookie}"}) == 401


@pytest.mark.parametrize("path", ["//evil.example/x", "/\\evil.example", "/%0d%0aSet-Cookie:%20a=b"])
def test_a_login_leads_to_no_other_host(path: str) -> None:
    answer = client(**{LOGIN_VARIABLE: LOGIN}).post(
        "/", data={"user": "ann", "password": "correct horse"}, environ_overrides={"PATH_INFO": path}
    )
    assert answer.status_code == 303
    place = answer.headers["Location"]
    assert place.startswith("/")
    assert not place.startswith(("//", "/\\"))
    assert "a=b" not in answer.headers["Set-Cookie"]


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"REMOTE_ADDR": INSIDE}, 200),
        ({"REMOTE_ADDR": OUTSIDE}, 403),
        ({"REMOTE_ADDR": f"::ffff:{INSIDE}"}, 200),
        ({"REMOTE_ADDR": "2001:db8::5"}, 200),
        ({"REMOTE_ADDR": "2001:db9::5"}, 403),
        ({"REMOTE_ADDR": ""}, 403),
        ({"REMOTE_ADDR": OUTSIDE, "HTTP_X_FORWARDED_FOR": INSIDE}, 403),
        (by_gateway(INSIDE), 200),
        (by_gateway(OUTSIDE), 403),
        (by_gateway(OUTSIDE, **{"X-Forwarded-For": f"{INSIDE}, {OUTSIDE}"}), 403),
        (by_gateway(OUTSIDE, **{"X-Forwarded-For": f"{INSIDE}, {INSIDE}, {INSIDE}"}), 403),
        (by_gateway(OUTSIDE, X__Madness__Viewer=INSIDE), 403),
        (by_gateway("not an address"), 403),
        ({"REMOTE_ADDR": INSIDE, "lambda.event": {}}, 403),
    ],
)
def test_only_networks_on_the_list_come_in(environ: dict[str, Any], expected: int) -> None:
    browser = client(**{ALLOW_VARIABLE: "203.0.113.0/24, 2001:db8::/32"})
    assert status(browser, environ) == expected
    assert status(browser, environ, browser.static) == 200


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (by_cloudfront(INSIDE), 200),
        (by_cloudfront("2001:db8::5"), 200),
        (by_cloudfront(OUTSIDE), 403),
        (by_cloudfront(OUTSIDE, X_Madness_Viewer=INSIDE), 403),
        (by_cloudfront(OUTSIDE, **{"X-Forwarded-For": f"{INSIDE}, {OUTSIDE}, 130.176.0.1"}), 403),
        (by_cloudfront(""), 403),
        (by_cloudfront(INSIDE, secret="x" * 32), 403),
        (by_gateway(INSIDE), 403),
        (by_gateway(INSIDE, X__Madness__Viewer=INSIDE), 403),
        (by_gateway(INSIDE, X__Madness__Viewer=INSIDE, X__Madness__Origin=""), 403),
    ],
)
def test_behind_cloudfront_its_word_counts_and_there_is_no_way_round_it(environ: dict[str, Any], expected: int) -> None:
    browser = client(**{ALLOW_VARIABLE: "203.0.113.0/24,2001:db8::/32", SECRET_VARIABLE: SECRET})
    assert status(browser, environ) == expected


def test_a_header_that_was_sent_twice_says_nothing() -> None:
    environ = by_cloudfront(INSIDE)
    environ["lambda.event"]["multiValueHeaders"]["x-madness-viewer"] = [OUTSIDE]
    assert status(client(**{ALLOW_VARIABLE: "203.0.113.0/24", SECRET_VARIABLE: SECRET}), environ) == 403


def test_the_way_round_cloudfront_is_closed_for_static_files_and_logins_too() -> None:
    browser = client(**{SECRET_VARIABLE: SECRET, LOGIN_VARIABLE: LOGIN})
    assert status(browser, by_gateway(INSIDE), browser.static) == 403
    assert status(browser, by_cloudfront(OUTSIDE), browser.static) == 200
    form = {"user": "ann", "password": "correct horse"}
    assert browser.post("/", data=form, environ_overrides=by_gateway(INSIDE)).status_code == 403
    assert browser.post("/", data=form, environ_overrides=by_cloudfront(OUTSIDE)).status_code == 303


def test_list_and_login_are_both_asked() -> None:
    browser = client(**{ALLOW_VARIABLE: "203.0.113.0/24", LOGIN_VARIABLE: LOGIN})
    form = {"user": "ann", "password": "correct horse"}
    assert browser.post("/", data=form, environ_overrides=by_gateway(OUTSIDE)).status_code == 403
    assert status(browser, by_gateway(INSIDE)) == 401
    assert browser.post("/", data=form, environ_overrides=by_gateway(INSIDE)).status_code == 303


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({LOGIN_VARIABLE: ""}, "python -m dashboard.door"),
        ({LOGIN_VARIABLE: "ann:correct horse"}, "python -m dashboard.door"),
        ({LOGIN_VARIABLE: "ann:plain$salt$secret"}, "python -m dashboard.door"),
        ({LOGIN_VARIABLE: LOGIN.removeprefix("ann")}, "python -m dashboard.door"),
        ({ALLOW_VARIABLE: ""}, "would let nobody in"),
        ({ALLOW_VARIABLE: "203.0.113.7/24"}, "host bits set"),
        ({ALLOW_VARIABLE: "everybody"}, "203.0.113.0/24"),
        ({SECRET_VARIABLE: ""}, "at least 32"),
        ({SECRET_VARIABLE: "short"}, "at least 32"),
    ],
)
def test_a_setting_that_makes_no_sense_stops_the_server_and_shows_no_secret(
    settings: dict[str, str], words: str
) -> None:
    with pytest.raises(DoorError, match=words) as raised:
        Door.from_environment(settings)
    assert all(value not in str(raised.value) for value in settings.values() if value.startswith(("ann", ":scrypt")))


def test_secrets_are_not_in_what_a_log_may_show() -> None:
    door = Door.from_environment({LOGIN_VARIABLE: LOGIN, SECRET_VARIABLE: SECRET})
    assert SECRET not in repr(door)
    assert "scrypt" not in repr(door)
    assert json.dumps("scrypt") not in repr(door)
