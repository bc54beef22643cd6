"""What the fingerprint tells apart: builds of one NumPy, and processors."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from typing import Any

import numpy as np

from lake.fingerprint import described, fingerprint

# `numpy.show_config(mode="dicts")` of two builds of NumPy 2.4.4: PyPI's wheel, and from source with -Dblas=none.
WHEEL: dict[str, Any] = {
    "Build Dependencies": {"blas": {"name": "scipy-openblas", "found": True, "version": "0.3.31.188.0"}},
    "SIMD Extensions": {"baseline": ["X86_V2"], "found": ["X86_V3", "X86_V4", "AVX512_ICL"]},
}
WITHOUT_BLAS = WHEEL | {"Build Dependencies": {"blas": {"name": "none"}, "lapack": {"name": "none"}}}


def test_a_numpy_without_blas_is_told_from_one_with() -> None:
    one, other = described(WHEEL), described(WITHOUT_BLAS)
    assert {name for name in one if one[name] != other[name]} == {"blas", "kernel"}
    assert one["blas"] == "scipy-openblas 0.3.31.188.0"
    assert (other["blas"], other["kernel"]) == ("none", "none"), "there is no kernel to be chosen"


def test_a_processor_without_avx_512_is_told_from_one_with() -> None:
    older = copy.deepcopy(WHEEL)
    older["SIMD Extensions"]["found"] = ["X86_V3"]
    one, other = described(WHEEL), described(older)
    assert {name for name in one if one[name] != other[name]} == {"simd"}


def test_this_process_is_described_by_what_its_numpy_says() -> None:
    said: Any = np.show_config(mode="dicts")
    assert fingerprint() == described(said)
    assert fingerprint()["blas"].startswith(said["Build Dependencies"]["blas"]["name"])
    assert fingerprint()["numpy"] == np.__version__


def test_the_kernel_of_the_functions_multiplies_tall_matrices() -> None:
    """OpenBLAS 0.3.34 writes over the stack there and ends the process (OpenBLAS#6026), on any processor before AVX-512
    without being asked for that kernel."""
    code = "import numpy as np; a = np.ones((1000, 24)); assert (a.T @ (a + 1.0) == 2000.0).all()"
    asked = os.environ | {"OPENBLAS_CORETYPE": "Haswell", "OPENBLAS_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", code], env=asked, check=True, timeout=60)
