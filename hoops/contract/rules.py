"""What must hold within a row and between rows, beyond what a single cell may hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hoops.contract.cells import Cells
from hoops.contract.columns import Dataset
from hoops.contract.report import Problems


@dataclass(frozen=True)
class Rows:
    """A file's columns by name, and the line number of each row (any ascending numbers if they are not known)."""

    columns: dict[str, pa.Array]
    lines: np.ndarray

    @classmethod
    def of(cls, cells: Cells) -> Rows:
        lines = np.arange(cells.rows) if cells.lines is None else cells.lines
        return cls({column.name: array for column, array in cells.columns.items()}, lines)

    def numbers(self, name: str) -> np.ndarray:
        """A column without nulls as int32, shape (n,)."""
        return self.columns[name].to_numpy(zero_copy_only=False)

    @property
    def pair(self) -> tuple[str, str]:
        return ("winner_id", "loser_id") if "winner_id" in self.columns else ("team1_id", "team2_id")


def check_rows(dataset: Dataset, rows: Rows, problems: Problems) -> None:
    """Add a problem for every row that contradicts itself."""
    titles = {column.name: column.title for column in dataset.columns}
    if dataset.pair:
        first, second = (rows.numbers(name) for name in dataset.pair)
        problems.add_rows(
            rows.lines, first == second, titles[dataset.pair[1]],
            lambda i: f"team {second[i]} against itself", f"another team than {titles[dataset.pair[0]]}",
        )  # fmt: skip
    if "winner_score" in rows.columns:
        won, lost = rows.numbers("winner_score"), rows.numbers("loser_score")
        problems.add_rows(
            rows.lines, won <= lost, "WScore", lambda i: f"{won[i]}, with LScore {lost[i]}",
            "more points than the loser's: the winner stands first",
        )  # fmt: skip
    if "winner_fgm" in rows.columns:
        for side in ("winner", "loser"):
            _check_box(side, titles, rows, problems)
    if "day_zero" in rows.columns:
        season = rows.numbers("season")
        first = pc.fill_null(pc.year(rows.columns["day_zero"]), 0).to_numpy(zero_copy_only=False)
        problems.add_rows(
            rows.lines, first != season - 1, "DayZero",
            lambda i: f"{rows.columns['day_zero'][i]} for season {season[i]}",
            "a day of the year before the season's, as Season is the year it ends",
        )  # fmt: skip
    for early, late in (("first_day", "last_day"), ("early_day", "late_day"), ("first_d1_season", "last_d1_season")):
        if early in rows.columns and late in rows.columns:
            _check_order(early, late, titles, rows, problems, f"at most {titles[late]}")


def _check_order(small: str, large: str, titles: dict[str, str], rows: Rows, problems: Problems, allowed: str) -> None:
    """Add a problem where a number is greater than the one that bounds it; nulls are never wrong."""
    low, high = rows.columns[small], rows.columns[large]
    wrong = np.asarray(pc.fill_null(pc.greater(low, high), False))
    problems.add_rows(rows.lines, wrong, titles[small], lambda i: f"{low[i]}, with {titles[large]} {high[i]}", allowed)


def _check_box(side: str, titles: dict[str, str], rows: Rows, problems: Problems) -> None:
    letter = side[0].upper()
    score, fgm, fgm3, ftm = (rows.numbers(f"{side}_{name}") for name in ("score", "fgm", "fgm3", "ftm"))
    points = 2 * fgm + fgm3 + ftm
    problems.add_rows(
        rows.lines, points != score, f"{letter}Score",
        lambda i: f"{score[i]}, but the box score makes {points[i]} (2 x {letter}FGM {fgm[i]} + {letter}FGM3 {fgm3[i]}"
        f" + {letter}FTM {ftm[i]})",
        f"2 x {letter}FGM + {letter}FGM3 + {letter}FTM",
    )  # fmt: skip
    for part, whole in (("fgm", "fga"), ("fgm3", "fga3"), ("fgm3", "fgm"), ("fga3", "fga"), ("ftm", "fta")):
        small, large = f"{side}_{part}", f"{side}_{whole}"
        _check_order(small, large, titles, rows, problems, f"at most {titles[large]}")


def in_order(dataset: Dataset, table: pa.Table, lines: np.ndarray, problems: Problems) -> tuple[pa.Table, int]:
    """Rows sorted by the dataset's key, equal rows folded into one, and how many were folded.

    A problem is added for each row whose key stands in an earlier row with other content.
    """
    codes = [_codes(table[name]) for name in dataset.key]
    order = np.lexsort([lines, *reversed(codes)])
    same_key = np.ones(max(len(order) - 1, 0), bool)
    for code in codes:
        same_key &= np.diff(code[order]) == 0
    if not same_key.any():
        return (table if (np.diff(order) > 0).all() else table.take(order)), 0
    groups = np.concatenate([[0], np.cumsum(~same_key)])
    first = order[np.searchsorted(groups, groups)]
    again = np.flatnonzero(np.concatenate([[False], same_key]))
    rows, earlier = order[again], first[again]
    differs = np.zeros(len(rows), bool)
    for column in table.columns:
        values = _codes(column)
        differs |= values[rows] != values[earlier]
    if differs.any():
        by_line = np.argsort(lines[rows], kind="stable")
        rows, earlier, differs = rows[by_line], earlier[by_line], differs[by_line]
        what = "game" if dataset.pair else "entry"
        problems.add_rows(
            lines[rows], differs, None,
            lambda i: f"{_named(dataset, table, rows[i])} again, other than in row {lines[earlier[i]]}",
            f"each {what} once (equal rows are folded into one)",
        )  # fmt: skip
    keep = order[np.concatenate([[True], ~same_key])]
    return table.take(keep), len(rows)


def _codes(column: pa.ChunkedArray) -> np.ndarray:
    """Integers that are equal where values are equal, ordered as the values are; null is -1."""
    if pa.types.is_string(column.type):
        ranks = pc.rank(column.combine_chunks(), tiebreaker="dense").to_numpy(zero_copy_only=False).astype(np.int64)
        return np.where(np.asarray(column.is_null()), -1, ranks)
    return pc.fill_null(column.cast(pa.int32()), -1).to_numpy().astype(np.int64)


def _named(dataset: Dataset, table: pa.Table, row: int) -> str:
    return ", ".join(f"{name} {table[name][int(row)].as_py()}" for name in dataset.key)
