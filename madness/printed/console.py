"""A console, and plain tables for it."""

from __future__ import annotations

import sys
from typing import Any


def tables() -> tuple[Any, Any]:
    """A console on stdout, and what makes a plain table for it, under its title."""
    from rich.console import Console
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() else 110)

    def table(*headings: str, title: str) -> Table:
        console.print(f"\n{title}", style="italic", highlight=False)
        return Table(*headings, box=None)

    return console, table
