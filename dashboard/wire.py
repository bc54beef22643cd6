"""How answers travel: packed, and asked for anew each time unless their address holds their content.

Done here and not by API Gateway or a proxy, so that it is the same everywhere, and so that the largest table stays far
below the 6 MB that a Lambda function may answer.
"""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

_WORTH_IT = 1000  # bytes; smaller answers fit into a packet as they are
_TEXT = ("text/", "application/json", "application/javascript", "image/svg+xml")


def pack_answers(server: Flask) -> None:
    """Have every answer of the server packed for clients that take gzip, and none kept by caches without asking."""

    @server.after_request
    def pack(response: Response) -> Response:
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        if not (response.content_type or "").startswith(_TEXT) or "Content-Encoding" in response.headers:
            return response
        response.vary.add("Accept-Encoding")
        if request.accept_encodings["gzip"] and not response.direct_passthrough:
            plain = response.get_data()
            if len(plain) >= _WORTH_IT:
                response.set_data(gzip.compress(plain, 6, mtime=0))
                response.headers["Content-Encoding"] = "gzip"
        return response
