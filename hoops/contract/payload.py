"""From the bytes of an upload to clean UTF-8 text, within limits.

Everything is done block by block, so that a bomb is refused at the block that shows it to be one::

    gzip -> size, lines, line length, NUL bytes -> UTF-8 (Latin-1 is converted) -> no byte order mark

`text_of` gives the whole text of a file, `line_blocks` that of a stream, in blocks of whole lines.
"""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

import numpy as np

from hoops.contract.report import reject

MAX_LINE = 16_384  # bytes
_BLOCK = 2**20
_CACHED = 2**16  # bytes that are looked at at once, as they are looked at more than once
LINES_BLOCK = 2**21  # bytes that `line_blocks` gives at once; a few more or less, as lines are whole


@dataclass(frozen=True)
class Limits:
    """How large a file may be, uncompressed, and what to do with one that has more lines."""

    bytes: int
    lines: int
    advice: str


# The largest of such files that Kaggle gives has 8 MB, and all men's games since 1985 are 187,290 lines.
WHOLE = Limits(128 * 2**20, 1_000_000, "split it")
MAX_BYTES, MAX_LINES = WHOLE.bytes, WHOLE.lines


class Source(Protocol):
    """Anything that bytes are read from in turn, such as an open file or the body of an object."""

    def read(self, size: int, /) -> bytes: ...


_GZIP = b"\x1f\x8b"
_NOT_TEXT = {
    _GZIP: "a gzip file",
    b"PK\x03\x04": "a zip archive or Excel workbook",
    b"PAR1": "a Parquet file",
    codecs.BOM_UTF16_LE: "UTF-16 text",
    codecs.BOM_UTF16_BE: "UTF-16 text",
}
_MAGIC = max(map(len, _NOT_TEXT))
_INK = re.compile(rb"\S")
_NOT_EMPTY = "a header line and at least one row"
_ALLOWED_TEXT = "comma-separated text in UTF-8 or Latin-1"


def refuse_too_large(file: str, size: int, limits: Limits = WHOLE) -> None:
    """Raise Rejected if an upload of `size` bytes is too large to be read at all; call it before the download."""
    if size > limits.bytes:
        reject(file, f"{size:,} bytes", f"at most {limits.bytes:,} bytes, uncompressed")


def text_of(file: str, data: bytes, gzipped: bool) -> tuple[bytes, tuple[str, ...]]:
    """Text of a file in UTF-8 without byte order mark, and warnings.

    Raises
    ------
    Rejected
        The file is empty, binary, larger than the limits, or its gzip is corrupt.
    """
    refuse_too_large(file, len(data))
    _check_start(file, data, gzipped)
    view = memoryview(data)
    slices = (view[at : at + _BLOCK] for at in range(0, len(data), _BLOCK))
    if gzipped:
        data = _join(_checked(file, _gunzip(file, slices), WHOLE))
    else:
        for _ in _checked(file, slices, WHOLE):
            pass
    data, warnings = _as_utf8(data)
    data = data.removeprefix(codecs.BOM_UTF8)
    if _INK.search(data) is None:
        reject(file, "an empty file", _NOT_EMPTY)
    return data, warnings


def line_blocks(
    file: str, source: Source, gzipped: bool, limits: Limits, size: int = LINES_BLOCK
) -> Iterator[tuple[bytes, tuple[str, ...]]]:
    """Text of a stream in UTF-8 without byte order mark: blocks of whole lines, and warnings of each.

    size: about as many bytes are in a block and, twice, in memory.

    Raises
    ------
    Rejected
        As `text_of` does, at the block that shows it.
    """
    at_once = min(size, _BLOCK)
    start = source.read(at_once)
    while 0 < len(start) < _MAGIC and (more := source.read(_MAGIC - len(start))):
        start += more
    _check_start(file, start, gzipped)
    slices: Iterator[bytes] = chain((start,), iter(lambda: source.read(at_once), b""))
    whole, first = bytearray(), True
    for part in chain(_checked(file, _gunzip(file, slices, at_once) if gzipped else slices, limits), (None,)):
        whole += part or b""
        if part is not None and len(whole) < size:
            continue
        # The last line end, and for lines that end in returns alone the last that no line feed can follow.
        cut = len(whole) if part is None else whole.rfind(b"\n") + 1 or whole.rfind(b"\r", 0, -1) + 1
        if first and len(whole) < LINES_BLOCK and _INK.search(whole, 0, cut) is None:
            continue  # the first block has the header, whatever stands before it
        if cut:
            block, warnings = _as_utf8(bytes(memoryview(whole)[:cut]))
            yield block.removeprefix(codecs.BOM_UTF8) if first else block, warnings
            whole, first = whole[cut:], False
    if first:
        reject(file, "an empty file", _NOT_EMPTY)


def line_ends(text: bytes, start: int = 0) -> tuple[int, int, int]:
    r"""Line feeds, returns, and returns with a line feed behind them, from some place on.

    >>> line_ends(b"a\r\nb\nc\r")
    (2, 2, 1)
    """
    values = np.frombuffer(text, np.uint8)
    feeds = returns = pairs = 0
    for at in range(start, len(text), _CACHED):
        part = values[at : at + _CACHED + 1]  # a byte more, for the feed of its last return
        is_feed, is_return = part == ord("\n"), part == ord("\r")
        feeds += int(np.count_nonzero(is_feed[:_CACHED]))
        if here := int(np.count_nonzero(is_return[:_CACHED])):
            returns += here
            pairs += int(np.count_nonzero(is_return[:-1] & is_feed[1:]))
    return feeds, returns, pairs


def _check_start(file: str, data: bytes, gzipped: bool) -> None:
    if not data:
        reject(file, "an empty file", _NOT_EMPTY)
    if gzipped:
        if not data.startswith(_GZIP):
            reject(file, "a file that is not gzip", "gzip, as the name ends in .gz")
        return
    for magic, what in _NOT_TEXT.items():
        if data.startswith(magic):
            hint = "; a gzip file's name ends in .csv.gz" if magic == _GZIP else ""
            reject(file, what, _ALLOWED_TEXT + hint)


def _join(blocks: Iterator[bytes | memoryview]) -> bytes:
    whole = bytearray()
    for block in blocks:
        whole += block
    return bytes(whole)


def _gunzip(file: str, compressed: Iterable[bytes | memoryview], at_once: int = _BLOCK) -> Iterator[bytes]:
    """Content of a gzip file, at most a block at a time; members are joined, zeros after the last are padding."""
    slices = (bytes(part) for part in compressed)
    member, rest = zlib.decompressobj(wbits=31), next(slices)
    try:
        while True:
            yield member.decompress(rest, at_once)
            rest = member.unused_data.lstrip(b"\0") if member.eof else member.unconsumed_tail
            while member.eof and not rest and (rest := next(slices, b"")):
                rest = rest.lstrip(b"\0")
            if member.eof:
                if not rest:
                    return
                member = zlib.decompressobj(wbits=31)
            elif not rest and not (rest := next(slices, b"")):
                reject(file, "a gzip file that breaks off", "a whole gzip file: upload it again")
    except zlib.error as error:
        reject(file, f"a corrupt gzip file ({error})", "a whole gzip file: upload it again")


def _checked(file: str, blocks: Iterable[bytes | memoryview], limits: Limits) -> Iterator[bytes | memoryview]:
    size = lines = open_line = 0
    for block in blocks:
        yield block
        text = bytes(block)  # itself, if it is bytes
        size += len(text)
        if size > limits.bytes:
            reject(file, f"more than {limits.bytes:,} bytes", f"at most {limits.bytes:,} bytes, uncompressed")
        if b"\0" in text:
            nul = text.count(b"\0")
            reject(file, f"a binary file ({nul:,} NUL bytes within its first {size:,})", _ALLOWED_TEXT)
        feeds, returns, _ = line_ends(text)
        lines += max(feeds, returns)
        if lines > limits.lines:
            reject(file, f"more than {limits.lines:,} lines", f"at most {limits.lines:,} lines a file: {limits.advice}")
        open_line = _open_line(text, open_line, bool(returns))
        if open_line > MAX_LINE:
            reject(file, f"a line of more than {MAX_LINE:,} bytes", f"lines of at most {MAX_LINE:,} bytes")


def _open_line(text: bytes, before: int, has_returns: bool) -> int:
    """Bytes of the line that the end of a text is in, or more than `MAX_LINE` if any line has more.

    before: bytes that its first line has had. From the start of a line the last end within reach is looked for: it
    need not be that line's own.
    """
    ends = (b"\n", b"\r") if has_returns else (b"\n",)
    start = -before
    while len(text) - start > MAX_LINE:
        end = max(text.rfind(one, max(start, 0), start + MAX_LINE + 1) for one in ends)
        if end < 0:
            return MAX_LINE + 1
        start = end + 1
    end = max(text.rfind(one, max(start, 0)) for one in ends)
    return len(text) - (start if end < 0 else end + 1)


def _as_utf8(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    if data.isascii() or _is_utf8(data):
        return data, ()
    view = memoryview(data)
    encoding = "cp1252" if not _UNDEFINED_1252.intersection(np.unique(np.frombuffer(data, np.uint8))) else "latin-1"
    blocks = (codecs.decode(view[at : at + _BLOCK], encoding).encode() for at in range(0, len(data), _BLOCK))
    return _join(blocks), ("read as Latin-1, as it is not UTF-8",)


_UNDEFINED_1252 = {0x81, 0x8D, 0x8F, 0x90, 0x9D}  # Windows writes cp1252 and calls it Latin-1


def _is_utf8(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(data)
    try:
        for at in range(0, len(data), _BLOCK):
            decoder.decode(view[at : at + _BLOCK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
