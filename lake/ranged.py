"""An object of a bucket as a file that is read in parts: what is not looked at is not fetched."""

from __future__ import annotations

import io
from collections.abc import Iterable

from lake.retry import retrying
from lake.store import Conflict, Listed, Store

GAP = 2**15  # bytes that are cheaper to get along than to leave out


class Ranged(io.RawIOBase):
    """An object that is read part by part, each with a request of its own, and all of one version.

    found: the object, as `Store.stat` or a listing tells of it.
    version: S3's version id, if another than the newest is meant.

    Raises
    ------
    Conflict
        While reading: the object was replaced, or is gone.
    """

    def __init__(self, store: Store, found: Listed, version: str | None = None) -> None:
        self._store, self._found, self._version = store, found, version
        self._at = 0
        self._fetched: list[tuple[int, bytes]] = []

    def fetch(self, spans: Iterable[tuple[int, int]]) -> None:
        """Get some parts ahead (start, stop), neighbours in one request; reading within them then asks nothing."""
        joined: list[list[int]] = []
        for start, stop in sorted(spans):
            if joined and start - joined[-1][1] <= GAP:
                joined[-1][1] = max(joined[-1][1], stop)
            else:
                joined.append([start, stop])
        self._fetched += [(start, self._get(start, stop)) for start, stop in joined]

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._found.size}[whence]
        self._at = max(start + offset, 0)
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int | None = -1, /) -> bytes:
        stop = self._found.size if size is None or size < 0 else min(self._at + size, self._found.size)
        if stop <= self._at:
            return b""
        start, self._at = self._at, stop
        for first, body in self._fetched:
            if first <= start and stop <= first + len(body):
                return body[start - first : stop - first]
        return self._get(start, stop)

    def _get(self, start: int, stop: int) -> bytes:
        body = retrying(lambda: self._part(start, stop))
        if isinstance(body, Conflict):
            raise body
        return body

    def _part(self, start: int, stop: int) -> bytes | Conflict:
        """The bytes, or what makes another try of no use."""
        try:
            return self._store.part(self._found.key, start, stop, etag=self._found.etag, version=self._version)
        except Conflict as other:
            return other

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        body = self.read(len(buffer))
        buffer[: len(body)] = body
        return len(body)
