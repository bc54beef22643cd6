"""One thread beside the caller's: what is read ahead of it, what is written behind it. Order stays, errors come back.

    source ─► read_ahead ─► the caller ─► WriteBehind ─► files

Arrow, NumPy and zlib let other threads run while they work. With one processor it takes no longer than without.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from types import TracebackType
from typing import Any, TypeVar

Item = TypeVar("Item")


@contextmanager
def read_ahead(source: Iterable[Item], most: int = 1) -> Iterator[Iterator[Item]]:
    """The items of a source, made on another thread, `most` of them at most before they are asked for.

    What the source raises is raised where its item was to come. When the context is left nothing runs any more, and a
    generator is closed.

    >>> with read_ahead("abc") as letters:
    ...     next(letters), next(letters)
    ('a', 'b')
    """
    items, end = iter(source), object()
    lane = ThreadPoolExecutor(1, "read-ahead")

    def taken() -> Iterator[Item]:
        coming = deque(lane.submit(next, items, end) for _ in range(most))
        while (item := coming.popleft().result()) is not end:
            coming.append(lane.submit(next, items, end))
            yield item  # type: ignore[misc]

    try:
        yield taken()
    finally:
        lane.shutdown(wait=True, cancel_futures=True)
        if close := getattr(items, "close", None):
            close()


class WriteBehind:
    """Calls that are made on another thread, one after the other, `most` of them at most behind.

    What one of them raises is raised by a later call, or when the context is left; no call is made after it. If the
    context is left by an exception, calls that wait are dropped.
    """

    def __init__(self, most: int = 2) -> None:
        self._most = most
        self._lane = ThreadPoolExecutor(1, "write-behind")
        self._coming: deque[Future[None]] = deque()
        self._failed = False

    def __call__(self, call: Callable[..., Any], *arguments: Any) -> None:
        while self._coming and (len(self._coming) >= self._most or self._coming[0].done()):
            self._coming.popleft().result()
        self._coming.append(self._lane.submit(self._made, call, arguments))

    def __enter__(self) -> WriteBehind:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._lane.shutdown(wait=True, cancel_futures=kind is not None)
        if kind is None:
            for one in self._coming:
                one.result()

    def _made(self, call: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        if not self._failed:
            self._failed = True
            call(*arguments)
            self._failed = False
