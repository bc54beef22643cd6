"""Who may see the dashboard: by default everybody; a login, a list of addresses, or both, as the environment says.

::

    request ─► came it through our CloudFront? ─► from an address on the list? ─► logged in? ─► the dashboard
                    no: 403                            no: 403                     no: 401, a form

The dashboard shows nothing that it keeps secret from its readers, so a reader is in or out. What is decided here holds
whichever way a request comes: API Gateway, CloudFront before it, or waitress. Nothing that a client can write into a
request counts: no X-Forwarded-For, and CloudFront's word on the client's address only beside the secret that it adds.
Static files are the same for everyone and hold no data; CloudFront hands them out by itself, and so does the door.
"""

from __future__ import annotations

import hmac
import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.security import check_password_hash, generate_password_hash

from hoops.errors import MadnessError

LOGIN_VARIABLE = "MADNESS_DASHBOARD_LOGIN"
ALLOW_VARIABLE = "MADNESS_DASHBOARD_ALLOW"
SECRET_VARIABLE = "MADNESS_DASHBOARD_ORIGIN_SECRET"
# Headers that CloudFront writes (infra/edge.yaml), over whatever a client has sent under these names.
SECRET_HEADER = "X-Madness-Origin"
VIEWER_HEADER = "X-Madness-Viewer"
COOKIE = "madness_reader"
_DAYS = 30
_SHORTEST_SECRET = 32
_PASSWORD_BYTES = 1024
_METHODS = ("scrypt:", "pbkdf2:")


class DoorError(MadnessError):
    """A setting of the door makes no sense; the text says which, and what to write instead."""


@dataclass(frozen=True)
class Door:
    """Who may come in.

    Attributes
    ----------
    user, password_hash : of the login; None for no login
    allowed : networks that requests must come from; none for all
    secret : what CloudFront sends with every request; "" where there is no CloudFront
    """

    user: str | None = None
    password_hash: str = field(default="", repr=False)
    allowed: tuple[IPv4Network | IPv6Network, ...] = ()
    secret: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Door:
        """The door that the settings describe; raise `DoorError` rather than leave it open by mistake."""
        login, secret = environment.get(LOGIN_VARIABLE), environment.get(SECRET_VARIABLE)
        user, password_hash = (None, "") if login is None else _login(login)
        if secret is not None and len(secret) < _SHORTEST_SECRET:
            raise DoorError(
                f"{SECRET_VARIABLE} must have at least {_SHORTEST_SECRET} characters; it has {len(secret)}."
            )
        allow = environment.get(ALLOW_VARIABLE)
        return cls(user, password_hash, () if allow is None else _networks(allow), secret or "")

    def guard(self, server: Flask, *, open_to_all: tuple[str, ...] = ()) -> None:
        """Let the server answer only whom the door lets in; `open_to_all`: endpoints for
        which neither address nor login counts."""
        tokens = URLSafeTimedSerializer(sha256(f"{self.user}:{self.password_hash}".encode()).digest(), "madness-door")

        @server.before_request
        def knock() -> Any:
            if self.secret and not _same(_sent(request.environ, SECRET_HEADER), self.secret):
                return _page("Not here", "This dashboard has another address. Ask who gave you this one.", 403)
            if request.endpoint in open_to_all:
                return None
            if self.allowed and not self._is_allowed():
                return _page("Not for this address", "The dashboard is open to a list of networks only.", 403)
            if self.user is None:
                return None
            known = self._knows(tokens, request.cookies.get(COOKIE, ""))
            if request.method != "POST" or request.mimetype != "application/x-www-form-urlencoded":
                return None if known else _form("")
            if not known and not self._opens(request.form.get("user", ""), request.form.get("password", "")):
                return _form("That is not the right name and password.")
            back = Response("", 303, {"Location": _same_place(), "Cache-Control": "no-store"})
            back.set_cookie(
                COOKIE, tokens.dumps(self.user), max_age=_DAYS * 86400, path=request.script_root or "/",
                secure=request.is_secure, httponly=True, samesite="Lax",
            )  # fmt: skip
            return back

    def _is_allowed(self) -> bool:
        address = client_address(request.environ, trusts_viewer=bool(self.secret))
        return address is not None and any(address in network for network in self.allowed)

    def _opens(self, user: str, password: str) -> bool:
        if len(password) > _PASSWORD_BYTES:
            return False
        right = check_password_hash(self.password_hash, password)  # a wrong name takes as long
        return _same(user, self.user or "") and right

    def _knows(self, tokens: URLSafeTimedSerializer, cookie: str) -> bool:
        try:
            return tokens.loads(cookie, max_age=_DAYS * 86400) == self.user
        except BadSignature:
            return False


def login(user: str, password: str) -> str:
    """What to write into MADNESS_DASHBOARD_LOGIN: the name and a salted hash of the password.

    >>> login("ann", "correct horse").startswith("ann:scrypt:")
    True
    """
    return f"{user}:{generate_password_hash(password)}"


def client_address(environ: Mapping[str, Any], *, trusts_viewer: bool) -> IPv4Address | IPv6Address | None:
    """Where a request comes from, by CloudFront's word, API Gateway's or the connection's; None if that is no address.

    trusts_viewer: the request carried CloudFront's secret, so it was CloudFront that named the client.
    """
    event = environ.get("lambda.event")
    said: str | None
    if trusts_viewer:
        said = _sent(environ, VIEWER_HEADER)
    elif event is not None:  # Zappa's REMOTE_ADDR comes from X-Forwarded-For, which a client can fill
        said = event.get("requestContext", {}).get("identity", {}).get("sourceIp")
    else:
        said = environ.get("REMOTE_ADDR")
    try:
        address = ip_address(said or "")
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _sent(environ: Mapping[str, Any], name: str) -> str:
    """A header that was sent once under exactly this name, else "".

    In the WSGI environment X_Madness_Viewer, which a client can send, is the same as X-Madness-Viewer: so it is looked
    up in what API Gateway handed over. (waitress drops names with underscores.)
    """
    event = environ.get("lambda.event")
    if event is None:
        return environ.get(f"HTTP_{name.upper().replace('-', '_')}", "")
    several = event.get("multiValueHeaders") or {key: [value] for key, value in (event.get("headers") or {}).items()}
    values = [value for key, sent in several.items() if key.lower() == name.lower() for value in sent]
    return values[0] if len(values) == 1 else ""


def _login(text: str) -> tuple[str, str]:
    user, _, password_hash = text.partition(":")
    if not user or not password_hash.startswith(_METHODS) or password_hash.count("$") != 2:
        raise DoorError(
            f"{LOGIN_VARIABLE} must be a name, a colon and the hash of a password, as "
            "`python -m dashboard.door NAME` prints it; it is none."
        )
    return user, password_hash


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        networks = tuple(ip_network(part) for part in text.replace(",", " ").split())
    except ValueError as error:
        raise DoorError(f"{ALLOW_VARIABLE}: {error}. Write networks such as 203.0.113.0/24, with commas.") from error
    if not networks:
        raise DoorError(f"{ALLOW_VARIABLE} is empty, which would let nobody in. Leave it out, or name networks.")
    return networks


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _same_place() -> str:
    """The address that was asked for, on this host whatever it looks like."""
    query = request.query_string.decode("ascii", "ignore")
    return request.script_root + quote("/" + request.path.lstrip("/\\")) + (f"?{query}" if query else "")


def _form(said: str) -> Response:
    inside = (
        f'<p role="alert">{html.escape(said)}</p><form method="post"><label>Name<input name="user" required '
        'autocomplete="username" autofocus></label><label>Password<input name="password" type="password" required '
        'autocomplete="current-password"></label><button>Log in</button></form>'
    )
    return _answer("Log in", inside, 401)


def _page(title: str, text: str, status: int) -> Response:
    return _answer(title, f"<p>{html.escape(text)}</p>", status)


def _answer(title: str, inside: str, status: int) -> Response:
    return Response(_DOCUMENT.format(title=title, inside=inside), status, {"Cache-Control": "no-store"}, "text/html")


_DOCUMENT = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,"><title>{title} · Madness</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 22rem; margin: 18vh auto 0; padding: 0 1.5rem; }}
h1 {{ font-size: 1.6rem; letter-spacing: -0.02em; }}
label {{ display: block; margin-bottom: 1rem; }}
input {{ display: block; width: 100%; box-sizing: border-box; font: inherit; padding: 0.5rem; margin-top: 0.25rem; }}
button {{ font: inherit; padding: 0.5rem 1.25rem; }}
</style>
</head>
<body><main><h1>{title}</h1>{inside}</main></body>
</html>
"""


def main() -> None:
    """Ask for a password and print the setting: `python -m dashboard.door ann`."""
    import getpass
    import sys

    if len(sys.argv) != 2 or ":" in sys.argv[1] or not sys.argv[1]:
        raise SystemExit("usage: python -m dashboard.door NAME (the name may hold no colon)")
    print(login(sys.argv[1], getpass.getpass("Password: ")))  # noqa: T201


if __name__ == "__main__":
    main()
