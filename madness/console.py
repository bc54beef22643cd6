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
    """Rich progress bars."""

    def __init__(self, console: Any) -> None:
        self._console = console

    def say(self, text: str) -> None:
        self._console.print(text, highlight=False)

    @contextmanager
    def task(self, title: str) -> Iterator[Advance]:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self._console, transient=True) as progress:
            task = progress.add_task(title, total=None)
            yield lambda done, total: progress.update(task, completed=done, total=total)


def voice() -> Voice:
    """Bars if stderr is a terminal, else plain lines."""
    if not sys.stderr.isatty():
        return Lines()
    from rich.console import Console

    return Bars(Console(stderr=True))


def render_status(found: dict[str, Any]) -> None:
    """Print a status as tables on stdout."""
    from rich.console import Console
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() else 100)
    if not found["running"]:
        console.print(f"The local stack in {found['home']} does not run. `madness up` resumes it.", highlight=False)
        return
    table = Table("league", "last day", "days", "waiting", "model", "tables published", box=None)
    for league, one in found["leagues"].items():
        last = f"{one['season']} day {one['day']}" if one["season"] is not None else "-"
        age = _ago(one["published_seconds_ago"]) + ("" if one["tables_current"] else " (behind)")
        table.add_row(league, last, f"{one['days']:,}", f"{one['days_waiting']:,}", one["model"], age)
    console.print(table)
    queues = f"queue {found['queue']['messages']:,}, dead letters {found['dead_letters']['messages']:,}"
    console.print(f"stage {found['stage']}: {queues}", highlight=False)
    if found.get("dashboard"):
        console.print(f"dashboard {found['dashboard']}", highlight=False)


def render_backtest(found: Any) -> None:
    """Print the pooled scores, and the model's season by season, on stdout."""
    from rich.console import Console
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() else 100)
    headings = ("kind", "forecaster", "games", "log loss", "Brier", "accuracy", "margin RMSE")
    pooled = Table(*headings, title=f"{found.league.label}, {found.seasons[0]}-{found.seasons[-1]}", box=None)
    seasons = Table("season", *headings, title="by season", box=None)
    for row in found.rows:
        s = row.scores
        rmse = "-" if s.margin_rmse is None else f"{s.margin_rmse:.2f}"
        cells = (
            row.kind,
            row.forecaster,
            f"{s.games:,}",
            f"{s.log_loss:.4f}",
            f"{s.brier:.4f}",
            f"{s.accuracy:.3f}",
            rmse,
        )
        if row.season is None:
            pooled.add_row(*cells)
        elif row.forecaster == found.rows[0].forecaster:
            seasons.add_row(str(row.season), *cells)
    console.print(pooled)
    console.print(seasons)


def _ago(seconds: float | None) -> str:
    if seconds is None:
        return "never"
    for size, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit} ago"
    return f"{seconds:.0f} seconds ago"
