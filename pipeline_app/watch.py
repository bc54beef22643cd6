"""Compare forecasts with what the backtest promised."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from lake.lake import Lake
from operate.stage import Stage


def watch(lake: Lake, stage: Stage, clock: Callable[[], datetime]) -> None:
    raise NotImplementedError
