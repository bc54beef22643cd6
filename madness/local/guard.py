"""MiniStack on a full disk: it refuses what it could not keep. As a program this serves like `python -m ministack`.

MiniStack answers an upload with success also when the file cannot be written, keeps it in memory, and has lost it after
the next stop. Here S3 refuses uploads while little is left on the disk, with an error that every client sees, so that
nothing is lost that was taken.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Awaitable, Callable
from typing import Any
from xml.sax.saxutils import escape

App = Callable[[dict[str, Any], Callable, Callable], Awaitable[None]]
# Room for what is written at a stop, for logs, and for uploads that are under way at the same moment.
RESERVE = 16 * 2**20
REFUSED = "InsufficientStorage"  # the error's code


def guarded(app: App, folder: str, free: Callable[[str], int] = lambda folder: shutil.disk_usage(folder).free) -> App:
    """The ASGI app, except that S3 uploads into `folder` must leave `RESERVE` bytes of its disk free."""

    async def guard(scope: dict[str, Any], receive: Callable, send: Callable) -> None:
        if scope["type"] != "http" or not _is_upload(scope):
            await app(scope, receive, send)
            return
        size = int(dict(scope["headers"]).get(b"content-length", b"0"))
        left = free(folder)
        if left - size >= RESERVE:
            await app(scope, receive, send)
            return
        while (await receive()).get("more_body"):
            pass
        text = f"only {left / 2**20:.1f} MiB are free on the disk of {folder}. Make room, then `madness up` goes on."
        sys.stderr.write(f"{REFUSED}: {text}\n")  # into the log, where `room.Watch` sees it
        body = f"<?xml version='1.0'?><Error><Code>{REFUSED}</Code><Message>{escape(text)}</Message></Error>"
        headers = [(b"content-type", b"application/xml"), (b"content-length", str(len(body.encode())).encode())]
        await send({"type": "http.response.start", "status": 507, "headers": headers})
        await send({"type": "http.response.body", "body": body.encode()})

    return guard


def _is_upload(scope: dict[str, Any]) -> bool:
    return scope["method"] == "PUT" and b"/s3/aws4_request" in dict(scope["headers"]).get(b"authorization", b"")


def main() -> None:
    """Serve as MiniStack does, by the variables that it reads."""
    import os

    from ministack import app as ministack

    ministack.app = guarded(ministack.app, os.environ["S3_DATA_DIR"])
    ministack.main()


if __name__ == "__main__":
    main()
