"""docs/file-contract.md says what the code does. Run as a program, this file brings the document up to date."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hoops.contract import EventsName, Rejected, WholeName, parse, read
from hoops.contract.describe import tables
from hoops.contract.header import MAX_COLUMNS
from hoops.contract.names import allowed_names
from hoops.contract.payload import MAX_BYTES, MAX_LINE, MAX_LINES
from hoops.plays.rules import MAX_DAY, MAX_GAME
from hoops.plays.vocabulary import MAX_UNKNOWN
from lake.contents import MOST_FULL

DOCUMENT = Path(__file__).parents[4] / "docs" / "file-contract.md"
TABLES = re.compile(r"(<!-- tables:[^\n]*-->\n)(.*)(<!-- end of tables -->\n)", re.DOTALL)
EXAMPLE = re.compile(
    r"This file, `(?P<key>[^`]+)`:\n\n```csv\n(?P<csv>.*?)```.*?```text\n(?P<report>.*?)```", re.DOTALL
)


def up_to_date(document: str) -> str:
    """The document with its tables and its report as the code gives them."""
    example = EXAMPLE.search(document)
    assert example is not None
    with pytest.raises(Rejected) as rejection:
        read(parse(example["key"]), example["csv"].encode())
    start, end = example.span("report")
    document = document[:start] + rejection.value.report.text() + "\n" + document[end:]
    return TABLES.sub(lambda match: f"{match[1]}\n{tables()}\n\n{match[3]}", document)


def test_tables_and_example_are_up_to_date() -> None:
    document = DOCUMENT.read_text()
    assert document == up_to_date(document), f"run: python {Path(__file__).name}"


def test_limits_are_those_of_the_code() -> None:
    document = " ".join(DOCUMENT.read_text().split())
    limits = (
        f"{MAX_BYTES >> 20} MiB uncompressed, {MAX_LINES:,} lines, {MAX_LINE:,} bytes a line, {MAX_COLUMNS} columns"
    )
    assert limits in document
    plays = EventsName.limits
    assert f"of play-by-play, {plays.bytes >> 30} GiB and {plays.lines:,} lines" in document
    assert f"a game has more than {MAX_GAME:,} plays or a day more than {MAX_DAY:,}" in document
    assert f"there are more than {MAX_UNKNOWN} codes of EventType or EventSubType" in document
    most = [f"{MOST_FULL * limits.bytes >> 30} GiB" for limits in (WholeName.limits, plays)]
    assert f"more than {most[0]}, or {most[1]} of play-by-play" in document


def test_every_dataset_has_its_name_in_the_document() -> None:
    document = DOCUMENT.read_text()
    for name in allowed_names():
        stem = name.removesuffix(".csv")
        assert re.sub(r"^[MW](?=[A-Z])|[0-9]+$", "", stem) in document or "Results" in stem


if __name__ == "__main__":
    DOCUMENT.write_text(up_to_date(DOCUMENT.read_text()))
