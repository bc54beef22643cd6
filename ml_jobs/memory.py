"""Memory that nothing holds any more, back to the system."""

from __future__ import annotations

import pyarrow as pa


def give_back() -> None:
    """What has been freed: by NumPy and torch too, as Arrow's system pool asks malloc itself for it (`malloc_trim`).

    Else it would lie between what is still held, and each step of a training would add its own.
    """
    pa.system_memory_pool().release_unused()
