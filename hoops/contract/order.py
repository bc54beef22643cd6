"""The order of a table's rows by a key, without sorting what is sorted: most files are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def codes_of(column: pa.ChunkedArray) -> np.ndarray:
    """Integers that are equal where values are equal, ordered as the values are, (n,); null is -1. No key has any."""
    if pa.types.is_integer(column.type) or pa.types.is_date32(column.type):
        codes: np.ndarray = pc.fill_null(column.cast(pa.int32()), -1).to_numpy()
        return codes
    # Texts, and fractions, which no integer holds.
    ranks = pc.rank(column.combine_chunks(), tiebreaker="dense").to_numpy(zero_copy_only=False).astype(np.int64)
    return np.where(np.asarray(column.is_null()), -1, ranks)


def ascend(codes: Sequence[np.ndarray]) -> bool:
    """Whether rows stand in the order of a key, each key once.

    codes: (n,) of each column of the key.

    >>> ascend([np.array([1, 1, 2]), np.array([3, 4, 0])]), ascend([np.array([1, 1])])
    (True, False)
    """
    is_tied = np.ones(max(len(codes[0]) - 1, 0), bool)  # with the row before, by the columns so far
    for code in codes:
        if (is_tied & (code[1:] < code[:-1])).any():
            return False
        is_tied &= code[1:] == code[:-1]
    return not is_tied.any()
