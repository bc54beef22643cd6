"""The numerical environment: where it is equal, equal inputs give equal bytes; where not, 1e-9 is the honest bound."""

from __future__ import annotations

import os
import platform
from functools import cache

import numpy as np
import pyarrow as pa


@cache
def fingerprint() -> dict[str, str]:
    """Versions, machine and linear-algebra kernel of this process."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]  # type: ignore[index]
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "pyarrow": pa.__version__,
        "machine": platform.machine(),
        "blas": f"{blas.get('name')} {blas.get('version')}",
        "kernel": os.environ.get("OPENBLAS_CORETYPE", "detected"),
    }
