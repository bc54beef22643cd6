"""Where benchmarks write what they measured: each owns one section of a page, most of docs/benchmarks.md."""

from __future__ import annotations

import platform
import re
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

DOCUMENT = Path(__file__).parents[1] / "docs" / "benchmarks.md"
Row = Sequence[str | int | float]


def table(head: Sequence[str], rows: Sequence[Row]) -> str:
    """A Markdown table.

    >>> print(table(["what", "s"], [["fold", 1.5]]))
    | what | s |
    | --- | --- |
    | fold | 1.5 |
    """
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in line) + " |" for line in lines
    )


def write(section: str, command: str, text: str, where: Path = DOCUMENT) -> None:
    """Replace a section of a document: its text, the command that measured it, the day, commit and machine."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    machine = f"{_cores()} cores of {platform.machine()}, Python {platform.python_version()}"
    measured = f"`{command}`, {datetime.now(UTC):%Y-%m-%d}, commit {commit.stdout.strip() or 'unknown'}, {machine}"
    body = f"<!-- {section} -->\n{text}\n\nMeasured by {measured}.\n<!-- /{section} -->"
    document = where.read_text(encoding="utf-8")
    place = re.compile(rf"<!-- {section} -->.*?<!-- /{section} -->", re.DOTALL)
    if not place.search(document):
        raise SystemExit(f"{where} has no section {section}")
    where.write_text(place.sub(lambda _: body, document), encoding="utf-8")


def _cores() -> int:
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
