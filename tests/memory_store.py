"""A bucket in memory."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import BinaryIO

from lake.store import Conflict, Listed, Stored


class MemoryStore:
    """A bucket in memory that keeps the promises of `Store`."""

    def __init__(self, name: str = "memory", clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.name = name
        self._objects: dict[str, list[Stored]] = {}
        self._clock = clock
        self._lock = threading.Lock()

    def get(self, key: str, version: str | None = None) -> Stored | None:
        versions = self._objects.get(key)
        if not versions:
            return None
        return versions[-1] if version is None else next((v for v in versions if v.version == version), None)

    def stat(self, key: str, version: str | None = None) -> Listed | None:
        stored = self.get(key, version)
        return Listed(key, stored.etag, len(stored.body), stored.modified) if stored else None

    def part(self, key: str, start: int, stop: int, *, etag: str, version: str | None = None) -> bytes:
        stored = self.get(key, version)
        if stored is None or stored.etag != etag:
            raise Conflict(f"{self.name}/{key}: changed since it was read")
        return stored.body[start:stop]

    def put(self, key: str, body: bytes | BinaryIO, *, if_match: str | None = None, if_absent: bool = False) -> str:
        body = body if isinstance(body, bytes) else body.read()
        with self._lock:
            versions = self._objects.get(key, [])
            if (if_absent and versions) or (if_match and (not versions or versions[-1].etag != if_match)):
                raise Conflict(f"{self.name}/{key}: changed since it was read")
            etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
            stored = Stored(bytes(body), etag, f"v{len(versions) + 1}", self._clock())
            self._objects[key] = [*versions, stored]
            return etag

    def put_new(self, key: str, body: bytes) -> bool:
        try:
            self.put(key, body, if_absent=True)
        except Conflict:
            return False
        return True

    def listing(self, prefix: str) -> list[Listed]:
        found = sorted((key, versions[-1]) for key, versions in self._objects.items() if key.startswith(prefix))
        return [Listed(key, stored.etag, len(stored.body), stored.modified) for key, stored in found]

    def versions(self, prefix: str) -> list[Listed]:
        found = [(key, one) for key, stored in self._objects.items() if key.startswith(prefix) for one in stored]
        rows = [Listed(key, one.etag, len(one.body), one.modified, one.version) for key, one in found]
        return sorted(rows, key=lambda row: row.modified)

    def folders(self, prefix: str) -> list[str]:
        below = (key.removeprefix(prefix) for key in self._objects if key.startswith(prefix))
        return sorted({rest.split("/")[0] for rest in below if "/" in rest})

    def delete(self, keys: Iterable[str]) -> None:
        with self._lock:
            for key in keys:
                self._objects.pop(key, None)
