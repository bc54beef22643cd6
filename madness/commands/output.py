"""What commands print: data on stdout."""

from __future__ import annotations

import json
import sys


def line(text: str) -> None:
    sys.stdout.write(text + "\n")


def as_json(content: object) -> None:
    line(json.dumps(content, indent=2))
