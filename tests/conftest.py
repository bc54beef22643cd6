"""One BLAS thread and one kernel before NumPy loads, as in the Lambdas: equal inputs give equal bytes."""

import os

for _name, _value in (("OPENBLAS_NUM_THREADS", "1"), ("OMP_NUM_THREADS", "1"), ("OPENBLAS_CORETYPE", "Haswell")):
    os.environ.setdefault(_name, _value)
