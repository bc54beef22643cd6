"""What is told to the person whose file was rejected."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import NoReturn

import numpy as np

from hoops.errors import MadnessError

SHOWN_PROBLEMS = 100
SHOWN_CHARACTERS = 80
_ROWS_NAMED = 5  # of rows in which the same is wrong
_AT_FAULT = "a fault of the program, not of the file"
_AFTER_A_FAULT = (
    "nothing in the file need be corrected: it stays where it is, and is tried again by the next version of the "
    "program, or when it is uploaded again; rows that were entered before the fault count, and never twice. The "
    "traceback is in the function's log, under `faulted`: please report it"
)


def shown(value: object, limit: int = SHOWN_CHARACTERS) -> str:
    """A value on one line, cut to `limit` characters, with what a terminal could misread escaped.

    >>> shown("Duke\\x1b[2J")
    'Duke\\\\x1b[2J'
    """
    text = str(value)
    cut = text if len(text) <= limit else f"{text[:limit]}... ({len(text):,} characters)"
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in cut)


@dataclass(frozen=True)
class Problem:
    """One bad cell, row or header.

    row: line number in the file as an editor counts it (the header is line 1); None when the whole file is meant.
    """

    row: int | None
    column: str | None
    found: str
    allowed: str

    def text(self) -> str:
        return _sentence([self.row], self)


def _sentence(rows: Sequence[int | None], problem: Problem) -> str:
    """What is wrong in one or more rows, of which a few are named."""
    places = [f"{row}" for row in rows if row]
    more = f" and {len(places) - _ROWS_NAMED:,} more" if len(places) > _ROWS_NAMED else ""
    of_rows = f"row{'s' if len(places) > 1 else ''} {', '.join(places[:_ROWS_NAMED])}{more}" if places else ""
    where = ", ".join(filter(None, (of_rows, f"column {problem.column}" if problem.column else "")))
    return f"{where or 'whole file'}: found {problem.found}; allowed: {problem.allowed}"


@dataclass(frozen=True)
class Report:
    """Why a file was rejected: the first `SHOWN_PROBLEMS` problems and how many there are in all.

    fault: what went wrong in the program where the file is not to blame, and what came of it; then there are no
        problems. Empty for every other report.
    """

    file: str
    problems: tuple[Problem, ...]
    count: int = field(default=0)
    fault: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "count", max(self.count, len(self.problems)))
        object.__setattr__(self, "problems", self.problems[:SHOWN_PROBLEMS])

    def headline(self) -> str:
        if self.fault:
            return f"{shown(self.file, 200)}: {_AT_FAULT}: {self.fault}"
        more = f" (and {self.count - 1:,} more)" if self.count > 1 else ""
        return f"{shown(self.file, 200)}: {self.problems[0].text()}{more}"

    def text(self) -> str:
        if self.fault:
            return f"{shown(self.file, 200)} was rejected: {_AT_FAULT}\n  {self.fault}\n  {_AFTER_A_FAULT}"
        lines = [f"{shown(self.file, 200)} was rejected: {self.count:,} problem{'s' if self.count != 1 else ''}"]
        alike: dict[Problem, list[int | None]] = {}  # rows by what is wrong in them
        for problem in self.problems:
            alike.setdefault(replace(problem, row=None), []).append(problem.row)
        lines += [f"  {_sentence(rows, problem)}" for problem, rows in alike.items()]
        if self.count > len(self.problems):
            lines.append(f"  ... and {self.count - len(self.problems):,} more")
        return "\n".join(lines)

    def to_dict(self) -> dict:
        return {
            "file": self.file,
            "count": self.count,
            "problems": [
                {"row": p.row, "column": p.column, "found": p.found, "allowed": p.allowed} for p in self.problems
            ],
            **({"fault": self.fault, "next": _AFTER_A_FAULT} if self.fault else {}),
        }

    @classmethod
    def from_dict(cls, data: dict) -> Report:
        return cls(data["file"], tuple(Problem(**p) for p in data["problems"]), data["count"], data.get("fault", ""))


class Rejected(MadnessError):
    """An input is bad: its `report` says which file, row and column, what was found and what is allowed."""

    def __init__(self, report: Report) -> None:
        super().__init__(report.headline())
        self.report = report

    def full_text(self) -> str:
        return self.report.text()


class Problems:
    """Gathers a file's problems in bounded memory: all are counted, the first by row are kept."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.count = 0
        self._kept: list[tuple[int, int, Problem]] = []

    def add(self, row: int | None, column: str | None, found: str, allowed: str) -> None:
        self.count += 1
        self._kept.append((row or 0, self.count, Problem(row, column, found, allowed)))
        if len(self._kept) > 10 * SHOWN_PROBLEMS:
            self._kept = heapq.nsmallest(SHOWN_PROBLEMS, self._kept)

    def add_rows(
        self, rows: np.ndarray, bad: np.ndarray, column: str | None, found: Callable[[int], str], allowed: str
    ) -> None:
        """Add a problem for each true place of `bad`.

        rows: line number of every row, ascending, shape (n,).
        bad: which rows have the problem, bool, shape (n,).
        found: what stands at an index of these rows; called for the rows that are kept only.
        """
        places = np.flatnonzero(bad)
        for place in places[:SHOWN_PROBLEMS]:
            self.add(int(rows[place]), column, found(int(place)), allowed)
        self.count += max(0, len(places) - SHOWN_PROBLEMS)

    def report(self) -> Report:
        first = heapq.nsmallest(SHOWN_PROBLEMS, self._kept)
        return Report(self.file, tuple(problem for _, _, problem in first), self.count)

    def reject(self) -> NoReturn:
        raise Rejected(self.report())

    def reject_if_any(self) -> None:
        if self.count:
            self.reject()


def reject(file: str, found: str, allowed: str, *, row: int | None = None, column: str | None = None) -> NoReturn:
    """Raise Rejected for a file with a single problem."""
    raise Rejected(Report(file, (Problem(row, column, found, allowed),)))
