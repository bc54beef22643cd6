"""The numerical environment: where it is equal, equal inputs give equal bytes; where not, 1e-9 is the honest bound."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

NO_BLAS = "none"


@cache
def fingerprint() -> dict[str, str]:
    """Versions, machine, linear-algebra kernel and vector instructions of this process."""
    return described(np.show_config(mode="dicts"))  # type: ignore[arg-type]


def described(built: Mapping[str, Any]) -> dict[str, str]:
    """The fingerprint of this process if its NumPy is built as `numpy.show_config` says.

    Two builds of one version differ: one may have been built without any BLAS, and multiply matrices by itself. And one
    build differs from machine to machine, as its own functions take the widest vectors that the processor has.
    """
    blas = _blas(built)
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "pyarrow": pa.__version__,
        "machine": platform.machine(),
        "blas": blas,
        "kernel": NO_BLAS if blas == NO_BLAS else os.environ.get("OPENBLAS_CORETYPE", "detected"),
        "simd": " ".join(built.get("SIMD Extensions", {}).get("found", [])),
    }


def _blas(built: Mapping[str, Any]) -> str:
    """Name and version of the BLAS, or `NO_BLAS`."""
    blas = built.get("Build Dependencies", {}).get("blas", {})
    if not blas.get("found") or blas.get("name") == "none":
        return NO_BLAS
    return f"{blas['name']} {blas.get('version', 'unknown')}"
