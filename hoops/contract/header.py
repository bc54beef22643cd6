"""The header line: which of a dataset's columns stand where."""

from __future__ import annotations

import csv
import difflib
import re
from dataclasses import dataclass

from hoops.contract.columns import Column, Dataset
from hoops.contract.report import Problems, shown

MAX_COLUMNS = 256
_LINE = re.compile(rb"[^\r\n]*(\r\n|\r|\n|\Z)")


@dataclass(frozen=True)
class Layout:
    """Where the columns stand.

    places: index in a row of each of the dataset's columns that the file has.
    width: number of columns of the file.
    line: line number of the header.
    body: offset of the first byte after the header line.
    """

    places: dict[Column, int]
    width: int
    line: int
    body: int


def layout_of(file: str, dataset: Dataset, text: bytes) -> Layout:
    """Find a dataset's columns in the header of a file.

    Names are matched without regard to case, surrounding space and order; other columns are ignored.

    Raises
    ------
    Rejected
        A required column is missing or stands twice, or the line is no header at all.
    """
    problems = Problems(file)
    expected = ",".join(column.title for column in dataset.columns if column.required)
    line, start, end, body = _first_line(text)
    raw = text[start:end].decode(errors="replace")
    if raw.count(",") >= MAX_COLUMNS:
        problems.add(
            line, None, f"{raw.count(',') + 1:,} columns", f"at most {MAX_COLUMNS} columns; needed: {expected}"
        )
        problems.reject()
    try:
        titles = [title.strip() for title in next(csv.reader([raw], strict=True), [])]
    except csv.Error as error:
        problems.add(line, None, f"a header that cannot be read ({error}): {shown(raw)}", expected)
        problems.reject()
    found: dict[str, list[int]] = {}
    for place, title in enumerate(titles):
        found.setdefault(title.casefold(), []).append(place)
    places = {}
    for column in dataset.columns:
        at = found.get(column.title.casefold(), [])
        if len(at) > 1:
            problems.add(line, column.title, f"the column {len(at)} times", "once")
        elif at:
            places[column] = at[0]
    missing = [column for column in dataset.columns if column.required and column.title.casefold() not in found]
    if len(missing) == sum(column.required for column in dataset.columns):
        problems.add(line, None, f"no header: {shown(raw)}{_why(raw)}", expected)
    else:
        known = {column.title.casefold() for column in dataset.columns}
        others = [title for title in found if title not in known and len(title) <= 40]
        for column in missing:
            near = difflib.get_close_matches(column.title.casefold(), others, n=1, cutoff=0.7)
            hint = f"; is it '{shown(titles[found[near[0]][0]])}'?" if near else ""
            problems.add(line, column.title, f"no such column{hint}", f"the columns {expected}, in any order")
    problems.reject_if_any()
    return Layout(places, len(titles), line, body)


def _first_line(text: bytes) -> tuple[int, int, int, int]:
    """Number, start and end of the first line that is not blank, and the start of the next."""
    number, start = 1, 0
    while True:
        match = _LINE.match(text, start)
        assert match is not None
        end = match.start(1)
        if text[start:end].strip() or match.end() == len(text):
            return number, start, end, match.end()
        number, start = number + 1, match.end()


def _why(raw: str) -> str:
    for separator, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if raw.count(separator) > raw.count(","):
            return f" (columns are separated by commas, not {name})"
    if all(cell.strip().replace(".", "", 1).isdigit() for cell in raw.split(",")[:3]):
        return " (it looks like a row of numbers: the header line is missing)"
    return ""
