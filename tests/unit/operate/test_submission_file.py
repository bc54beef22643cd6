"""Kaggle's submission file: whatever is wrong with a sample is named by row; what is right comes back in its order."""

from __future__ import annotations

import gzip
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoops.contract import Rejected
from hoops.games.leagues import League
from operate.submission_file import Wanted, read_sample, submission

TEAMS = {League.MEN: set(range(1101, 1120)), League.WOMEN: {3101, 3102, 3103}}
BOTH = {(2024, League.MEN): np.array([1101, 1102, 1103]), (2024, League.WOMEN): np.array([3101, 3102])}
ROWS = ("2024_1101_1102,0.5", "2024_1101_1103,0.5", "2024_1102_1103,0.5", "2024_3101_3102,0.5")
GOOD = "\n".join(("ID,Pred", *ROWS)) + "\n"


def read(text: str | bytes, name: str = "sample.csv") -> Wanted:
    return read_sample(name, text.encode() if isinstance(text, str) else text, {2024}, TEAMS)


def ids(wanted: Wanted) -> list[str]:
    columns = (wanted.season, wanted.team1, wanted.team2)
    return ["_".join(map(str, one)) for one in zip(*(column.tolist() for column in columns), strict=True)]


def problems(text: str | bytes) -> list[tuple]:
    with pytest.raises(Rejected) as caught:
        read(text)
    return [(one.row, one.column, one.found, one.allowed) for one in caught.value.report.problems]


@settings(deadline=None, derandomize=True)
@given(st.permutations(ROWS))
def test_the_order_of_a_sample_is_kept(rows: list[str]) -> None:
    assert ids(read("ID,Pred\n" + "\n".join(rows))) == [row.split(",")[0] for row in rows]


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("\n", "\r\n"),
        "\ufeff" + GOOD,
        "id, PRED\n" + GOOD.split("\n", 1)[1],
        GOOD + "\n,\n\n",
        re.sub(r"(\S+),(\S+)", r'"\1","\2"', GOOD),
        "Pred,ID\n" + re.sub(r"(\S+),(\S+)", r"\2,\1", GOOD.split("\n", 1)[1]),
        GOOD.replace("0.5", "1e-3"),
        GOOD.replace("0.5", "1"),
    ],
)
def test_what_programs_make_of_a_sample_is_read(text: str) -> None:
    assert ids(read(text)) == [row.split(",")[0] for row in ROWS]


def test_a_packed_sample_is_read() -> None:
    assert ids(read(gzip.compress(GOOD.encode()), "sample.csv.gz")) == [row.split(",")[0] for row in ROWS]


BAD_ROWS = {
    "2024-1101-1102,0.5": ("ID", "2024-1101-1102", "season, lower and higher team id"),
    "2024_1101,0.5": ("ID", "2024_1101", "such as 2024_1101_1102"),
    ",0.5": ("ID", "nothing", "such as 2024_1101_1102"),
    "2023_1101_1102,0.5": ("ID", "season 2023", "2024, as --season says"),
    "2024_1104_1101,0.5": ("ID", "1104 before 1101", "the lower id first"),
    "2024_1101_1101,0.5": ("ID", "1101 before 1101", "two teams"),
    "2024_1101_1999,0.5": ("ID", "team 1999, which is none", "ids of teams of men and women"),
    "2024_1101_3101,0.5": ("ID", "1101 and 3101, of two leagues", "two teams of one league"),
    "2024_1101_1102,0.6": ("ID", "2024_1101_1102 again, after row 2", "every ID once"),
    "2024_1101_1111,": ("Pred", "nothing", "a number from 0 to 1"),
    "2024_1101_1112,half": ("Pred", "half", "a number from 0 to 1"),
    "2024_1101_1113,1.01": ("Pred", "1.01", "a number from 0 to 1"),
    "2024_1101_1114,-0.1": ("Pred", "-0.1", "a number from 0 to 1"),
    "2024_1101_1115,nan": ("Pred", "nan", "a number from 0 to 1"),
    "2024_1101_1116,1e999": ("Pred", "1e999", "a number from 0 to 1"),
    "2024_1101_1104": (None, "1 cell", "two, ID,Pred"),
    "2024_1101_1104,0.5,0.5": (None, "3 cells", "two, ID,Pred"),
}


@settings(deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(sorted(BAD_ROWS)), min_size=1, max_size=4, unique=True), st.integers(1, 3))
def test_every_bad_row_is_named_with_what_is_allowed(bad: list[str], after: int) -> None:
    """Bad rows among the good ones, behind the first of them."""
    lines = ["ID,Pred", *ROWS[:after], *bad, *ROWS[after:]]
    found = problems("\n".join(lines))
    assert [one[0] for one in found] == [lines.index(row) + 1 for row in bad]
    for row, (_, column, said, allowed) in zip(bad, found, strict=True):
        assert (column, said) == BAD_ROWS[row][:2]
        assert BAD_ROWS[row][2] in allowed


@settings(deadline=None, derandomize=True)
@given(st.binary(max_size=200) | st.text(alphabet='ID,Pred\n\r"_0123456789.;\t ', max_size=200).map(str.encode))
def test_any_other_bytes_are_rejected_with_a_report_and_nothing_worse(content: bytes) -> None:
    with pytest.raises(Rejected):
        read(content)


def test_pairs_that_are_missing_are_told() -> None:
    rows = ["ID,Pred", *ROWS[:2], ROWS[3]]
    ((row, column, found, allowed),) = problems("\n".join(rows))
    assert (row, column) == (None, "ID") and "was it cut off" in allowed
    assert found == "2 of the 3 pairs of its own 3 men's teams of 2024: 2024_1102_1103 is missing"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ID,Pred\n", "no row"),
        ("ID,Prediction\n2024_1101_1102,0.5\n", "the columns ID,Prediction"),
        ("2024_1101_1102,0.5\n", "the columns 2024_1101_1102,0.5"),
        ("ID;Pred\n2024_1101_1102;0.5\n", "the columns ID;Pred"),
        ('ID,Pred\n"2024_1101_1102"x,0.5\n', "a line that cannot be read"),
        (b"PK\x03\x04 and so on", "a zip archive"),
        (b"", "an empty file"),
    ],
)
def test_what_is_no_sample_is_rejected(text: str | bytes, said: str) -> None:
    assert problems(text)[0][2].startswith(said)


def test_without_a_sample_every_two_teams_are_wanted_men_first() -> None:
    assert ids(Wanted.every_two(BOTH)) == [row.split(",")[0] for row in ROWS]
    assert len(Wanted.every_two({})) == 0


@settings(deadline=None, derandomize=True)
@given(st.lists(st.floats(2e-9, 1 - 2e-9), min_size=4, max_size=4))
def test_what_is_written_can_be_read_again_and_is_never_0_or_1(chances: list[float]) -> None:
    text = submission(Wanted.every_two(BOTH), np.array(chances))
    assert ids(read(text)) == [row.split(",")[0] for row in ROWS]
    written = [float(line.split(",")[1]) for line in text.splitlines()[1:]]
    assert written == pytest.approx(chances, abs=1e-10) and all(0 < one < 1 for one in written)
