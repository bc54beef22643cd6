"""A file of forecasts as text cells, and typed columns of it; every bad cell is named."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

import numpy as np

from hoops.arrays import Bools, Floats
from hoops.contract.payload import text_of
from hoops.contract.report import Problems, shown

T = TypeVar("T")

_WIDEST = 60.0  # points; beyond it a spread is a slip
_NO_POINTS = 250.0  # beyond it a number is neither a spread nor anything else that is counted in points


@dataclass(frozen=True)
class Sheet:
    """Rows of a CSV file, all as wide as its header; columns are asked for by title, capitals or not.

    file: its name.
    places: index of each column by its title in lower case.
    titles: the header's titles as they stand.
    lines: line number of every row, shape (n,); the header is line 1.
    problems: the bad cells of the columns read so far, which hold a stand-in there; `sound` raises them.
    """

    file: str
    places: dict[str, int]
    titles: tuple[str, ...]
    lines: list[int]
    rows: list[list[str]]
    problems: Problems = field(repr=False)

    def has(self, *titles: str) -> bool:
        return all(title.casefold() in self.places for title in titles)

    def sound(self) -> None:
        """Raise Rejected if any cell read so far was bad."""
        self.problems.reject_if_any()

    def whole(self, title: str, allowed: range, what: str = "whole number") -> np.ndarray:
        """Whole numbers, shape (n,); `7.0` is one."""

        def parse(text: str) -> int | None:
            number = _number(text)
            return int(number) if number is not None and number.is_integer() and int(number) in allowed else None

        return np.array(self._column(title, parse, f"{what} {allowed[0]}-{allowed[-1]}", 0), np.int64)

    def number(self, title: str, low: float, high: float, blank: bool = False) -> np.ndarray:
        """Numbers from `low` to `high`, shape (n,); an empty cell, where it may be blank, gives NaN."""

        def parse(text: str) -> float | None:
            if blank and not text:
                return math.nan
            number = _number(text)
            return number if number is not None and low <= number <= high else None

        allowed = f"a number from {low:g} to {high:g}" + (", or empty" if blank else "")
        return np.array(self._column(title, parse, allowed, math.nan), np.float64)

    def margin(self, title: str) -> tuple[Floats, Bools]:
        """Points by which a team is favoured, shape (n,), NaN where the cell is empty; and which are slips.

        A spread beyond 60 points is no spread (the widest real one is 46; now and then a total stands in its place):
        it is NaN, too.
        """
        points = self.number(title, -_NO_POINTS, _NO_POINTS, blank=True)
        slips = np.abs(points) > _WIDEST
        return np.where(slips, np.nan, points), slips

    def money_line(self, title: str) -> Floats:
        """American money lines, shape (n,), NaN where the cell is empty."""

        def parse(text: str) -> float | None:
            number = _number(text) if text else math.nan
            return None if number is None or abs(number) < 100.0 else number

        return np.array(self._column(title, parse, "-100 or less, 100 or more, or empty", math.nan), np.float64)

    def chance(self, title: str) -> np.ndarray:
        """Probabilities strictly between 0 and 1, shape (n,)."""

        def parse(text: str) -> float | None:
            number = _number(text)
            return number if number is not None and 0.0 < number < 1.0 else None

        allowed = "a probability, more than 0 and less than 1"
        return np.array(self._column(title, parse, allowed, math.nan), np.float64)

    def cells(self, title: str) -> list[str]:
        """Whatever stands there, also nothing."""
        return self._column(title, lambda text: text, "", "")

    def texts(self, title: str) -> list[str]:
        return self._column(title, lambda text: text or None, "a name", "")

    def dates(self, title: str) -> list[date]:
        def parse(text: str) -> date | None:
            try:
                return date.fromisoformat(text)
            except ValueError:
                return None

        return self._column(title, parse, "a date such as 2022-03-14", date.min)

    def _column(self, title: str, parse: Callable[[str], T | None], allowed: str, instead: T) -> list[T]:
        """Cells of a column as `parse` gives them; where it gives None, a problem is noted and `instead` stands."""
        place = self.places[title.casefold()]
        values: list[T] = []
        parsed: dict[str, T | None] = {}  # the same few texts come again and again
        for line, row in zip(self.lines, self.rows, strict=True):
            text = row[place].strip()
            if text not in parsed:
                parsed[text] = parse(text)
            value = parsed[text]
            if value is None:
                self.problems.add(line, title, f"'{shown(text)}'" if text else "nothing", allowed)
                value = instead
            values.append(value)
        return values


def sheet_of(name: str, data: bytes) -> Sheet:
    """Rows of a CSV file, or of a gzip of one if its name ends in .gz.

    Raises
    ------
    Rejected
        It is not text, its header has a title twice, or a row is not as wide as the header.
    """
    text, _ = text_of(name, data, gzipped=name.endswith(".gz"))
    problems = Problems(name)
    reader = csv.reader(io.StringIO(text.decode(), newline=""), strict=True)
    lines, rows = [], []
    titles: tuple[str, ...] = ()
    try:
        for row in reader:
            if not titles:
                titles = tuple(title.strip() for title in row)
            elif len(row) == len(titles):
                lines.append(reader.line_num)
                rows.append(row)
            elif any(cell.strip() for cell in row):
                cells = f"{len(row)} cells: {shown(','.join(row))}"
                problems.add(reader.line_num, None, cells, f"{len(titles)} cells, as in the header")
    except csv.Error as error:
        problems.add(reader.line_num, None, f"a row that cannot be read ({error})", "quotes in pairs within a cell")
    places: dict[str, int] = {}
    for place, title in enumerate(titles):
        if title and places.setdefault(title.casefold(), place) != place:
            problems.add(1, title, "a column that stands twice", "each column once")
    if not rows and not problems.count:
        problems.add(None, None, "a header without rows", "at least one row")
    problems.reject_if_any()
    return Sheet(name, places, titles, lines, rows, problems)


def _number(text: str) -> float | None:
    """A plain decimal number; nothing else that Python would take, such as nan, inf or 1_000."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in text else None
