"""A file's typed rows, by the names that the reader's tables use."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from hoops.contract.cells import Cells


@dataclass(frozen=True)
class Rows:
    """A file's columns by name, and the line number of each row (any ascending numbers if they are not known)."""

    columns: dict[str, pa.Array]
    lines: np.ndarray

    @classmethod
    def of(cls, cells: Cells) -> Rows:
        lines = np.arange(cells.rows) if cells.lines is None else cells.lines
        return cls({column.name: array for column, array in cells.columns.items()}, lines)

    def numbers(self, name: str) -> np.ndarray:
        """A column without nulls as int32, shape (n,)."""
        return self.columns[name].to_numpy(zero_copy_only=False)
