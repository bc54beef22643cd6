"""What is told to the person whose file was rejected."""

from __future__ import annotations

from dataclasses import dataclass, field

SHOWN_PROBLEMS = 100


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
        where = ", ".join(
            part
            for part in (f"row {self.row}" if self.row else "", f"column {self.column}" if self.column else "")
            if part
        )
        return f"{where or 'whole file'}: found {self.found}; allowed: {self.allowed}"


@dataclass(frozen=True)
class Report:
    """Why a file was rejected: the first `SHOWN_PROBLEMS` problems and how many there are in all."""

    file: str
    problems: tuple[Problem, ...]
    count: int = field(default=0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "count", max(self.count, len(self.problems)))
        object.__setattr__(self, "problems", self.problems[:SHOWN_PROBLEMS])

    def headline(self) -> str:
        more = f" (and {self.count - 1:,} more)" if self.count > 1 else ""
        return f"{self.file}: {self.problems[0].text()}{more}"

    def text(self) -> str:
        lines = [f"{self.file} was rejected: {self.count:,} problem{'s' if self.count != 1 else ''}"]
        lines += [f"  {problem.text()}" for problem in self.problems]
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
        }

    @classmethod
    def from_dict(cls, data: dict) -> Report:
        return cls(data["file"], tuple(Problem(**p) for p in data["problems"]), data["count"])
