"""What checks have found, a line each."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

MARKS = {"ok": "ok     ", "warning": "WARNING", "problem": "PROBLEM"}


def render_findings(found: Iterable[Any]) -> None:
    """Print findings on stdout, one a line, and below it how to mend it."""
    counts = dict.fromkeys(MARKS, 0)
    for one in found:
        counts[one.level] += 1
        sys.stdout.write(f"{MARKS[one.level]} {one.subject}: {one.text}\n")
        if one.mend:
            sys.stdout.write(f"        -> {indented(one.mend, 11)}\n")
    told = (count(counts["problem"], "problem"), count(counts["warning"], "warning"), f"{counts['ok']} fine")
    sys.stdout.write(", ".join(told) + "\n")


def count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def indented(text: str, by: int) -> str:
    return text.replace("\n", "\n" + " " * by)
