"""Logs are one JSON object a line, so that CloudWatch Logs Insights and the tests can query them."""

from __future__ import annotations

import json
import sys
from typing import Any


def log(event: str, **fields: Any) -> None:
    """Write one event (past tense) with its fields."""
    sys.stdout.write(json.dumps({"event": event, **fields}, default=str) + "\n")
    sys.stdout.flush()
