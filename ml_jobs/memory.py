"""Memory that nothing holds any more, back to the system."""

from __future__ import annotations

import pyarrow as pa


def give_back() -> None:
    """What was freed since the last time; NumPy and torch free into the same place as Arrow's system pool.

    Else it would lie between what is still held, and each step of a training that takes minutes would add its own.
    """
    pa.system_memory_pool().release_unused()
