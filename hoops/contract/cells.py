"""From text to typed columns: a fast way for clean files, a careful one that finds every bad cell.

`parse_fast` lets Arrow parse the whole file at once and gives up (None) at anything unusual. `parse_careful` goes row
by row, knows line numbers, takes any quotes and `7.0`, and says what is wrong with each cell. A file both can read
gives the same columns either way.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from hoops.contract.columns import MAX_TEXT, Column, Type
from hoops.contract.header import Layout, passed_over
from hoops.contract.payload import line_ends
from hoops.contract.report import Problems, shown
from hoops.games.leagues import League

_BLOCK_BYTES = 2**22
_BLOCK_ROWS = 8192
_INTEGER = r"^-?[0-9]+(\.0+)?$"
_DEGREES = r"^[+-]?[0-9]{1,3}(\.[0-9]{1,15})?$"
_DECIMAL = r"^[+-]?([0-9]{1,15}(\.[0-9]{0,20})?|\.[0-9]{1,20})([eE][+-]?[0-9]{1,2})?$"
_WORDS = pa.dictionary(pa.int32(), pa.string())
_CONTROL = r"[\x00-\x1f\x7f]"
# A whole cell on one line. The quote is looked for before what must not stand before it, which is ten times as fast.
_QUOTED = re.compile(rb'"(?<![^,\n]")[^"\r\n]*(?:""[^"\r\n]*)*"(?=[,\r\n]|\Z)')
_DATE_FORMATS = ("%m/%d/%Y", "%Y-%m-%d")


@dataclass(frozen=True)
class Cells:
    """Typed columns of a file's sound rows.

    columns: one array a column of the file, int32 for whole numbers and ids; nulls only where a column may be blank.
    lines: line number of each row; None from `parse_fast`, which does not know.
    warnings: what was put right on the way.
    """

    columns: dict[Column, pa.Array]
    lines: np.ndarray | None
    warnings: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        return len(next(iter(self.columns.values())))


def parse_fast(text: bytes, layout: Layout, league: League | None, *, encoded: bool = False) -> Cells | None:
    """Every cell typed and within its bounds, or None if anything in the file needs a closer look.

    encoded: leave texts dictionary-encoded, for who looks at each of them once; a dictionary may have one twice.
    """
    _, returns, pairs = line_ends(text)
    quotes = text.count(b'"', layout.body)
    if returns != pairs or quotes != sum(cell[0].count(b'"') for cell in _QUOTED.finditer(text, layout.body)):
        return None  # what Arrow makes of a stray quote is not what `parse_careful` says of it
    if any(text.find(x, layout.body) >= 0 and text.find(b"0" + x, layout.body) >= 0 for x in (b"x", b"X")):
        return None  # Arrow reads hexadecimal numbers; one letter is found ten times as fast as two
    if text.startswith(codecs.BOM_UTF8, layout.body):
        return None  # Arrow passes over it
    body = pa.py_buffer(text)[layout.body :]
    names = {column: str(place) for column, place in layout.places.items()}
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(body),
            # On this thread: no slower, and Arrow's own may abort a process that ends at once after it.
            pa_csv.ReadOptions(
                use_threads=False, column_names=[str(place) for place in range(layout.width)], block_size=_BLOCK_BYTES
            ),
            pa_csv.ParseOptions(quote_char='"' if quotes else False),
            pa_csv.ConvertOptions(
                include_columns=list(names.values()),
                column_types={n: pa.int32() if c.type.is_number else _WORDS for c, n in names.items()},
                null_values=[""],
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    if not table.num_rows:
        return None
    columns = {}
    for column, name in names.items():
        raw = _flat(table.column(name))
        if column.type.is_number:
            extremes = pc.min_max(raw)
            low, high = column.bounds(league)
            small, large = extremes["min"].as_py(), extremes["max"].as_py()
            if (raw.null_count and not column.blank) or (small is not None and (small < low or large > high)):
                return None
            columns[column] = raw
        else:
            words, bad = _text(raw.dictionary, column)  # each text once
            if bad.any():
                return None
            columns[column] = pa.DictionaryArray.from_arrays(raw.indices, words) if encoded else words.take(raw.indices)
    return Cells(columns, None)


def parse_careful(
    text: bytes, layout: Layout, league: League | None, problems: Problems, graces: Graces | None = None
) -> Cells:
    """Every sound row typed; a problem for every other row and bad cell.

    graces: counts what is passed over, where a file is read in parts; the warnings are those of all that it counted.
    """
    parts: dict[Column, list[pa.Array]] = {column: [] for column in layout.places}
    lines: list[np.ndarray] = []
    graces = graces or Graces()
    rows = _rows(text, layout, problems, graces)
    while (block := list(islice(rows, _BLOCK_ROWS))) or not lines:
        numbers = np.array([number for number, _ in block], np.int64)
        cells = list(zip(*(row for _, row in block), strict=True)) or [()] * layout.width
        bad_rows = np.zeros(len(block), bool)
        values = {}
        for column, place in layout.places.items():
            raw = pa.array(cells[place], pa.string())
            values[column], bad = _number(raw, column, league) if column.type.is_number else _text(raw, column)
            if bad.any():
                problems.add_rows(numbers, bad, column.title, _finder(raw), column.allowed(league))
                bad_rows |= bad
        sound = pa.array(~bad_rows)
        for column, array in values.items():
            parts[column].append(array.filter(sound))
        lines.append(numbers[~bad_rows])
    return Cells({c: pa.concat_arrays(arrays) for c, arrays in parts.items()}, np.concatenate(lines), graces.warnings())


@dataclass
class Graces:
    """How many rows spreadsheets have left blank, and how many have other commas at their end than the header."""

    blank: int = 0
    commas: int = 0

    def warnings(self) -> tuple[str, ...]:
        one = self.commas == 1
        ends = f"{self.commas:,} row{' has' if one else 's have'} other commas at the end than the header: passed over"
        return ((passed_over(self.blank),) if self.blank else ()) + ((ends,) if self.commas else ())


def _rows(text: bytes, layout: Layout, problems: Problems, graces: Graces) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of every row that fits the header, as many as the header has.

    Of the cells at a row's end, those under no name may be missing, and those beyond the header may be there if they
    are blank: spreadsheets write rows as wide as the widest one, and drop what is empty.
    """
    body = io.BytesIO(text)
    body.seek(layout.body)
    stream = io.TextIOWrapper(body, "utf-8", newline="")
    reader = csv.reader(stream, strict=True)
    last = 0
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problems.add(
                layout.line + last + 1, None, f"a row that cannot be read ({error})", "quotes in pairs within a cell"
            )
            last = reader.line_num
            continue
        first, last = layout.line + last + 1, reader.line_num
        number = layout.line + last
        if number != first:
            problems.add(
                first, None, f"a quoted cell that runs on to row {number}", "rows that end where their line ends"
            )
        elif not any(cell.strip() for cell in row):
            graces.blank += len(row) > 1  # a line without commas is no row
        elif len(row) == layout.width:
            yield number, row
        elif layout.named <= len(row) and not any(cell.strip() for cell in row[layout.width :]):
            graces.commas += 1
            yield number, (row + [""] * layout.width)[: layout.width]
        else:
            cells = f"{len(row)} cell{'s' if len(row) != 1 else ''}: {shown(','.join(row))}"
            problems.add(number, None, cells, f"{layout.width} cells, as in the header")


def _finder(raw: pa.Array) -> Callable[[int], str]:
    def found(place: int) -> str:
        value = raw[place].as_py()
        return f"'{shown(value)}'" if value.strip() else "nothing"

    return found


def _number(raw: pa.Array, column: Column, league: League | None) -> tuple[pa.Array, np.ndarray]:
    """Whole numbers as int32 and which cells are not allowed (those are null)."""
    trimmed = pc.utf8_trim_whitespace(raw)
    low, high = column.bounds(league)
    whole = pc.match_substring_regex(trimmed, _INTEGER)
    numbers = pc.if_else(whole, trimmed, None).cast(pa.float64())
    allowed = pc.and_(pc.greater_equal(numbers, low), pc.less_equal(numbers, high))
    values = pc.if_else(allowed, numbers, None).cast(pa.int32())
    bad = np.asarray(values.is_null())
    if column.blank:
        bad &= np.asarray(pc.not_equal(trimmed, ""))
    return values, bad


def _text(raw: pa.Array, column: Column) -> tuple[pa.Array, np.ndarray]:
    """Text, dates, degrees or decimal numbers, trimmed, and which cells are not allowed."""
    values = pc.utf8_trim_whitespace(raw)
    empty = pc.equal(values, "")
    if column.spellings:
        values = _spelled(values, dict(column.spellings))
    if column.choices:
        good = pc.is_in(values, pa.array(column.choices))
    elif column.pattern:
        good = pc.match_substring_regex(values, f"^({column.pattern})$")
    else:
        control = pc.match_substring_regex(values, _CONTROL)
        good = pc.and_not(pc.and_not(pc.less_equal(pc.utf8_length(values), MAX_TEXT), control), empty)
    if column.type is Type.DATE:
        values = _dates(values)
        good = values.is_valid()
    elif column.type in (Type.DEGREES, Type.DECIMAL):
        plain = pc.match_substring_regex(values, _DEGREES if column.type is Type.DEGREES else _DECIMAL)
        numbers = pc.if_else(plain, values, None).cast(pa.float64())
        within = pc.and_(pc.greater_equal(numbers, column.low), pc.less_equal(numbers, column.high))
        # Adding 0 makes -0 a 0, so that equal numbers are equal bytes.
        values = pc.if_else(within, pc.add(numbers, 0.0), None)
        good = values.is_valid()
    if column.blank:
        values = pc.if_else(empty, None, values)
        good = pc.or_(good, empty)
    return values, ~np.asarray(good)


def _spelled(values: pa.Array, spellings: Mapping[str, str]) -> pa.Array:
    """Texts, each as the choice that it means; those that mean none stay."""
    coded = values.dictionary_encode()
    words = pa.array([spellings.get(text.lower(), text) for text in coded.dictionary.to_pylist()], pa.string())
    return words.take(coded.indices)


def _dates(values: pa.Array) -> pa.Array:
    coded = values.dictionary_encode()
    days = pa.array([_date(text) for text in coded.dictionary.to_pylist()], pa.date32())
    return days.take(coded.indices)


def _date(text: str) -> date | None:
    if len(text) > 10:
        return None
    for form in _DATE_FORMATS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


def _flat(column: pa.ChunkedArray) -> pa.Array:
    flat = column.combine_chunks()
    return pa.concat_arrays(flat.chunks) if isinstance(flat, pa.ChunkedArray) else flat
