"""What becomes of a model that a training job left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from lake.lake import Lake


def judge(lake: Lake, key: str, clock: Callable[[], datetime]) -> None:
    raise NotImplementedError
