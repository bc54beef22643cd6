"""What the browser loads beside pages and data: a bundle of static files, under an address made from their bytes.

::

    Dash's scripts, then ours ─► scripts ┐
    our styles                ─► styles  ├─► hash ─► <root>bundle-<hash>/<file>
    the icon, what pages load later      ┘

Dash lists 18 files under addresses made from modification times, and API Gateway would start a function for each. Here
a page asks for three, under addresses that hold their content: browsers and CloudFront keep them for a year. The
function serves them, packed; `madness deploy` puts the same bytes where CloudFront finds them (madness/deploy/site.py).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import pkgutil
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from dash import Dash
from dash.fingerprint import check_fingerprint
from flask import Response, abort

SCRIPTS = "app.dash-renderer.js"  # Dash wants the name of its renderer in the document
STYLES = "app.css"
ICON = "favicon.svg"
ASSETS = Path(__file__).parent / "assets"
# What components of our pages fetch when they are first drawn: from where the scripts lie, but plotly where it is told.
PLOTLY = ("plotly", "package_data/plotly.min.js")
LATER = (("dash", "dcc/async-graph.js"), ("dash_ag_grid", "async-community.js"), PLOTLY)
# What is said of every file, by the function and by S3.
HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "Content-Encoding": "gzip"}
_SCRIPT = re.compile(r'<script src="[^"]*/_dash-component-suites/([^/"]+)/([^"]+)"></script>\s*')
_CONFIG = re.compile(r"(<script id=\"_dash-config\"[^>]*>)(.*)(</script>)", re.DOTALL)


@dataclass(frozen=True)
class StaticFile:
    """A file as it is (`plain`) and as it travels (`packed`)."""

    plain: bytes
    content_type: str

    @cached_property
    def packed(self) -> bytes:
        """Gzip: every browser takes it, and plotly.js would not fit into an answer of Lambda (6 MB) without."""
        return gzip.compress(self.plain, 9, mtime=0)


@dataclass(frozen=True)
class Bundle:
    """Static files by name."""

    files: Mapping[str, StaticFile]

    @cached_property
    def folder(self) -> str:
        """Where they lie below the root of the dashboard: `bundle-` and a hash of names and bytes."""
        digest = hashlib.sha256()
        for name, file in sorted(self.files.items()):
            digest.update(f"{name}\0{len(file.plain)}\0".encode() + file.plain)
        return f"bundle-{digest.hexdigest()[:20]}"

    def address(self, root: str, name: str) -> str:
        return f"{root}{self.folder}/{name}"


class BundledDash(Dash):
    """A Dash app whose document names the files of its bundle instead of those that Dash lists."""

    @cached_property
    def bundle(self) -> Bundle:
        with self.server.test_request_context():
            self.index()  # the public way to learn which scripts Dash lists: it hands them to interpolate_index
        return _bundle(self._scripts)

    def interpolate_index(  # type: ignore[override]
        self, *, scripts: str, css: str, favicon: str, config: str, **rest: str
    ) -> str:
        """The document; what Dash would put there for styles and icon has no place in it."""
        self._scripts = tuple(_SCRIPT.findall(scripts))
        bundle, root = _bundle(self._scripts), self.config.requests_pathname_prefix
        inline = _SCRIPT.sub("", scripts)
        return super().interpolate_index(
            scripts=f'<script src="{bundle.address(root, SCRIPTS)}"></script>{inline}',
            css=f'<link rel="stylesheet" href="{bundle.address(root, STYLES)}">',
            favicon=f'<link rel="icon" type="image/svg+xml" href="{bundle.address(root, ICON)}">',
            config=_CONFIG.sub(lambda found: _with_plotly(found, bundle.address(root, _name(PLOTLY[1]))), config),
            **rest,
        )


ENDPOINT = "bundle"


def serve(app: BundledDash) -> None:
    """Answer requests for the files of the app's bundle, with what S3 says of them where CloudFront asks there."""

    @app.server.get("/bundle-<_hash>/<name>", endpoint=ENDPOINT)
    def static_file(_hash: str, name: str) -> Response:
        file = app.bundle.files.get(name) if f"bundle-{_hash}" == app.bundle.folder else None
        if file is None:
            abort(404)
        return Response(file.packed, content_type=file.content_type, headers=HEADERS)


@cache
def _bundle(scripts: tuple[tuple[str, str], ...]) -> Bundle:
    """The bundle of an app that lists these scripts, as (package, fingerprinted path) in their order."""
    theirs = [_read(package, check_fingerprint(path)[0]) for package, path in scripts]
    files = {
        SCRIPTS: StaticFile(b"\n;\n".join([*theirs, *_assets("*.js")]), "text/javascript; charset=utf-8"),
        STYLES: StaticFile(b"\n".join(_assets("*.css")), "text/css; charset=utf-8"),
        ICON: StaticFile((ASSETS / ICON).read_bytes(), "image/svg+xml"),
    }
    for package, path in LATER:
        files[_name(path)] = StaticFile(_read(package, path), "text/javascript; charset=utf-8")
    return Bundle(files)


def _with_plotly(config: re.Match[str], address: str) -> str:
    """Dash's configuration with the place of plotly.js, which it takes from there unless it serves scripts itself."""
    said: dict[str, Any] = json.loads(config[2]) | {"serve_locally": False, "plotlyjs_url": address}
    return config[1] + json.dumps(said) + config[3]


def _assets(pattern: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted(ASSETS.glob(pattern))]


def _name(path: str) -> str:
    return PurePosixPath(path).name


def _read(package: str, path: str) -> bytes:
    found = pkgutil.get_data(package, path)
    if found is None:
        raise FileNotFoundError(f"{path} of the package {package}, which the dashboard's pages load")
    return found
