"""The header line: which of a dataset's columns stand where."""

from __future__ import annotations

import csv
import difflib
import re
from dataclasses import dataclass

from hoops.contract.columns import Column, Dataset
from hoops.contract.report import Problems, reject, shown

MAX_COLUMNS = 256
_LINE = re.compile(rb"[^\r\n]*(\r\n|\r|\n|\Z)")
BLANK = b" \t,"  # what a row of a spreadsheet's empty cells consists of
# A line by which spreadsheets are told what separates cells; saved again, it gets empty cells of its own.
_SEPARATOR = re.compile(rb'(\xef\xbb\xbf)?[ ,]*"?sep=(?P<separator>[^\r\n"]?)"?[ ,;\t]*', re.IGNORECASE)


@dataclass(frozen=True)
class Layout:
    """Where the columns stand.

    places: index in a row of each of the dataset's columns that the file has.
    width: number of columns of the file.
    named: number of columns up to the last one that has a name: a row may leave out what follows.
    line: line number of the header.
    body: offset of the first byte after the header line.
    warnings: what was passed over before the header.
    """

    places: dict[Column, int]
    width: int
    named: int
    line: int
    body: int
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class HeaderLine:
    """The first line that says anything: its number, where it starts and ends, and where the next one starts.

    warnings: what was passed over before it.
    """

    number: int
    start: int
    end: int
    body: int
    warnings: tuple[str, ...] = ()


def layout_of(file: str, dataset: Dataset, text: bytes) -> Layout:
    """Find a dataset's columns in the header of a file.

    Names are matched without regard to case, surrounding space and order; other columns are ignored.

    Raises
    ------
    Rejected
        A required column is missing or stands twice, or the line is no header at all, or says that something other
        than a comma separates the cells.
    """
    problems = Problems(file)
    expected = ",".join(column.title for column in dataset.columns if column.required)
    header = header_line(file, text)
    line = header.number
    raw = text[header.start : header.end].decode(errors="replace")
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
    named = max((place + 1 for place, title in enumerate(titles) if title), default=len(titles))
    return Layout(places, len(titles), named, line, header.body, header.warnings)


def header_line(file: str, text: bytes) -> HeaderLine:
    """Find the header: blank lines, rows of nothing but commas and a line `sep=,` before it are passed over.

    Raises
    ------
    Rejected
        A line says that something other than a comma separates the cells.
    """
    number, start, blank = 1, 0, 0
    warnings: tuple[str, ...] = ()
    while True:
        match = _LINE.match(text, start)
        assert match is not None
        line, is_last = text[start : match.start(1)], match.end() == len(text)
        separator = None if warnings else _SEPARATOR.fullmatch(line)
        if is_last or not (separator or not line.strip(BLANK + b"\v\f")):
            if blank:
                warnings += (passed_over(blank),)
            return HeaderLine(number, start, match.start(1), match.end(), warnings)
        if separator is not None:
            _check_separator(file, number, separator["separator"].decode(errors="replace"))
            warnings = ("the line 'sep=,' before the header was passed over",)
        elif b"," in line:
            blank += 1
        number, start = number + 1, match.end()


def passed_over(rows: int) -> str:
    """The warning of rows without any content, as spreadsheets leave them."""
    return f"{rows:,} row{'s' if rows > 1 else ''} without content, of commas only: passed over"


def _check_separator(file: str, number: int, separator: str) -> None:
    if separator != ",":
        name = {";": "semicolons", "\t": "tabs", "|": "bars"}.get(separator, f"'{shown(separator)}'")
        reject(
            file, f"a line 'sep={shown(separator)}': cells separated by {name}",
            "cells separated by commas: save the file as CSV with commas", row=number,
        )  # fmt: skip


def _why(raw: str) -> str:
    for separator, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if raw.count(separator) > raw.count(","):
            return f" (columns are separated by commas, not {name})"
    if all(cell.strip().replace(".", "", 1).isdigit() for cell in raw.split(",")[:3]):
        return " (it looks like a row of numbers: the header line is missing)"
    return ""
