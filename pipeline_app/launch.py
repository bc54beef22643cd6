"""Start the training jobs that are due."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from lake.lake import Lake
from operate.stage import Stage


def launch(lake: Lake, stage: Stage, event: Mapping[str, Any], clock: Callable[[], datetime]) -> list[dict[str, Any]]:
    raise NotImplementedError
