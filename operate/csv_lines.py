"""Lines of a small CSV file that a person names on the command line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from hoops.contract.header import header_line
from hoops.contract.payload import text_of
from hoops.contract.report import reject


def csv_lines(name: str, content: bytes, allowed: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells, stripped, of the header and of each row after it; blank rows are passed over.

    allowed: what the file should say, for the error.

    Raises
    ------
    Rejected
        It is no text, or has a line that cannot be read.
    """
    text, _ = text_of(name, content, name.endswith(".gz"))
    header = header_line(name, text)
    rows = csv.reader(io.StringIO(text[header.start :].decode(), newline=""), strict=True)
    try:
        for line in rows:
            cells = [cell.strip() for cell in line]
            if any(cells):
                yield header.number - 1 + rows.line_num, cells
    except csv.Error as error:
        reject(name, f"a line that cannot be read ({error})", allowed, row=header.number - 1 + rows.line_num)
