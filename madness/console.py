"""What people see while they wait: bars on a terminal, plain lines elsewhere; always on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

Advance = Callable[[int, int], None]


class Voice(Protocol):
    """Tells a person what goes on."""

    def say(self, text: str) -> None:
        """One line that stays."""

    def task(self, title: str) -> Any:
        """Context manager of something that takes time; gives a function of (done, total)."""


class Silent:
    """Says nothing."""

    def say(self, text: str) -> None:
        return

    @contextmanager
    def task(self, title: str) -> Iterator[Advance]:
        yield lambda done, total: None


class Lines:
    """Plain lines, for logs and pipes: at most one every two seconds a task."""

    def __init__(self, stream: Any = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream or sys.stderr
        self._clock = clock

    def say(self, text: str) -> None:
        self._stream.write(text + "\n")
        self._stream.flush()

    @contextmanager
    def task(self, title: str) -> Iterator[Advance]:
        last_line = self._clock()
        last = (-1, -1)

        def advance(done: int, total: int) -> None:
            nonlocal last_line, last
            if (done, total) != last and self._clock() - last_line >= 2.0:
                self.say(f"{title}: {done:,} of {total:,}")
                last_line, last = self._clock(), (done, total)

        yield advance


class Bars:
    """Rich progress bars, one below the other where tasks are nested."""

    def __init__(self, console: Any) -> None:
        self._console = console
        self._shown: Any = None

    def say(self, text: str) -> None:
        self._console.print(text, highlight=False)

    @contextmanager
    def task(self, title: str) -> Iterator[Advance]:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        if self._shown is None:
            columns = (
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
            )
            with Progress(*columns, console=self._console, transient=True) as self._shown:
                try:
                    yield self._advance(title)
                finally:
                    self._shown = None
        else:
            yield self._advance(title)

    def _advance(self, title: str) -> Advance:
        shown, task = self._shown, self._shown.add_task(title, total=None)
        return lambda done, total: shown.update(task, completed=done, total=total)


def voice() -> Voice:
    """Bars if stderr is a terminal, else plain lines."""
    if not sys.stderr.isatty():
        return Lines()
    from rich.console import Console

    return Bars(Console(stderr=True))
