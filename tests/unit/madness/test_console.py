"""Progress: lines where nobody watches, bars on a terminal."""

from __future__ import annotations

import io

from rich.console import Console

from madness.console import Bars, Lines


def test_nested_tasks_share_the_terminal() -> None:
    terminal = io.StringIO()
    bars = Bars(Console(file=terminal, force_terminal=True, width=80))
    with bars.task("games described") as games, bars.task("seasons trained") as seasons:
        games(10, 20)
        seasons(1, 2)
    with bars.task("afterwards") as advance:
        advance(1, 1)
    drawn = terminal.getvalue()
    assert all(words in drawn for words in ("games described", "seasons trained", "10/20", "1/2", "afterwards"))


def test_lines_come_every_two_seconds_at_most() -> None:
    log, now = io.StringIO(), 0.0
    lines = Lines(log, lambda: now)
    with lines.task("games") as advance:
        for second in range(6):
            now = float(second)
            advance(second, 5)
    assert log.getvalue().splitlines() == ["games: 2 of 5", "games: 4 of 5"]
