"""What must hold within a row and between rows, beyond what a single cell may hold (box scores: `boxes`)."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hoops.contract.boxes import check_boxes
from hoops.contract.columns import Dataset
from hoops.contract.order import ascend, codes_of
from hoops.contract.players import check_player_seasons
from hoops.contract.report import Problems
from hoops.contract.rows import Rows

# Of days and seasons the first and the last; of a player's totals what is made and what is tried.
_AT_MOST = (
    ("first_day", "last_day"), ("early_day", "late_day"), ("first_d1_season", "last_d1_season"), ("from_day", "to_day"),
    ("fgm", "fga"), ("fgm3", "fgm"), ("fgm3", "fga3"), ("fga3", "fga"), ("ftm", "fta"),
)  # fmt: skip


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
        check_boxes(rows, titles, problems)
    if "day_zero" in rows.columns:
        _check_day_zero(rows, problems)
    if "games" in rows.columns:
        check_player_seasons(rows, problems)
    for small, large in _AT_MOST:
        if small in rows.columns and large in rows.columns:
            _check_order(small, large, titles, rows, problems, f"at most {titles[large]}")


def _check_day_zero(rows: Rows, problems: Problems) -> None:
    """Add a problem where day zero is none that a season ever had.

    All of them since 1985 are Mondays in October or November. A date with the day first, such as 06/11/2023 for the
    6th of November, falls on none, or is a Monday both ways: it is never swapped, as nobody could tell.
    """
    season, zero = rows.numbers("season"), rows.columns["day_zero"]
    year, month = (of(zero).to_numpy(zero_copy_only=False) for of in (pc.year, pc.month))
    weekday = pc.day_of_week(zero).to_numpy(zero_copy_only=False)  # Monday is 0
    problems.add_rows(
        rows.lines, (year != season - 1) | ((month != 10) & (month != 11)) | (weekday != 0), "DayZero",
        lambda i: f"{zero[i]} for season {season[i]}, a {zero[i].as_py():%A in %B}",
        "a Monday in October or November of the year before the season's, as Season is the year it ends; the month "
        "stands first (11/06/2023), or write 2023-11-06",
    )  # fmt: skip


def _check_order(small: str, large: str, titles: dict[str, str], rows: Rows, problems: Problems, allowed: str) -> None:
    """Add a problem where a number is greater than the one that bounds it; nulls are never wrong."""
    low, high = rows.columns[small], rows.columns[large]
    wrong = np.asarray(pc.fill_null(pc.greater(low, high), False))
    problems.add_rows(rows.lines, wrong, titles[small], lambda i: f"{low[i]}, with {titles[large]} {high[i]}", allowed)


def in_order(dataset: Dataset, table: pa.Table, lines: np.ndarray, problems: Problems) -> tuple[pa.Table, int]:
    """Rows sorted by the dataset's key, equal rows folded into one, and how many were folded.

    A problem is added for each row whose key stands in an earlier row with other content.
    """
    codes = [codes_of(table[name]) for name in dataset.key]
    if ascend(codes):
        return table, 0
    order = np.lexsort(codes[::-1])  # rows of one key stay in the order of their lines
    same_key = np.ones(len(order) - 1, bool)
    for code in codes:
        same_key &= np.diff(code[order]) == 0
    if not same_key.any():
        return table.take(order), 0
    groups = np.concatenate([[0], np.cumsum(~same_key)])
    first = order[np.searchsorted(groups, groups)]
    again = np.flatnonzero(np.concatenate([[False], same_key]))
    rows, earlier = order[again], first[again]
    differs = np.zeros(len(rows), bool)
    for column in table.columns:
        values = codes_of(column)
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


def _named(dataset: Dataset, table: pa.Table, row: int) -> str:
    return ", ".join(f"{name} {table[name][int(row)].as_py()}" for name in dataset.key)
