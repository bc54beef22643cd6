"""Training: the scorer and the constants of the state-space model; walk-forward forecasts of past seasons."""

import os

# Before NumPy loads: equal inputs give equal bytes, and small matrices are slower on many threads.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
# Before torch uses a GPU: with it, products of matrices come out the same every time.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
