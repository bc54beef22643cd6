"""Read an uploaded file: the whole of it is sound, or it is rejected whole with a report.

bytes -> text_of -> layout_of -> cells (fast, else careful) -> check_rows -> canonical table in key order
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hoops.contract.cells import parse_careful, parse_fast
from hoops.contract.columns import DATASETS, FIXTURES_FOLDER, PLAYERS_FOLDER, RESULTS, Dataset
from hoops.contract.doubts import same_game_next_day
from hoops.contract.header import layout_of
from hoops.contract.names import WholeName
from hoops.contract.payload import text_of
from hoops.contract.players import doubts_about_players
from hoops.contract.report import Problems
from hoops.contract.rows import Rows
from hoops.contract.rules import check_rows, in_order
from hoops.games.leagues import SITE_OF_LOC
from hoops.games.results import is_forfeit
from hoops.schemas import BOX_COLUMNS, GAMES


@dataclass(frozen=True)
class Accepted:
    """A sound file.

    table: in the dataset's schema (`DATASETS[name.dataset].schema`), sorted by its key, so that it does not depend
        on the order of rows or columns in the file.
    warnings: what was put right on the way, for a person to read.
    """

    name: WholeName
    table: pa.Table
    warnings: tuple[str, ...]


def read(name: WholeName, data: bytes) -> Accepted:
    """Validate and type a whole file.

    Raises
    ------
    Rejected
        Anything in the file is outside the contract; the report names every bad row (the first 100, and the count).
        No other exception leaves this function, whatever the bytes are.
    """
    dataset = DATASETS[name.dataset]
    text, warnings = text_of(name.key, data, name.gzipped)
    layout = layout_of(name.key, dataset, text)
    problems = Problems(name.key)
    cells = parse_fast(text, layout, name.league)
    if cells is not None:
        rows = Rows.of(cells)
        check_rows(dataset, rows, problems)
        table, folded = in_order(dataset, _table(dataset, name, rows), rows.lines, problems)
    if cells is None or problems.count:
        problems = Problems(name.key)
        cells = parse_careful(text, layout, name.league, problems)
        if not cells.rows and not problems.count:
            problems.add(None, None, "a header without rows", "at least one row")
        rows = Rows.of(cells)
        check_rows(dataset, rows, problems)
        table, folded = in_order(dataset, _table(dataset, name, rows), rows.lines, problems)
        problems.reject_if_any()
    warnings += layout.warnings + cells.warnings
    if folded:
        warnings += (f"{folded:,} row{'s' if folded > 1 else ''} repeated another: folded into one",)
    if dataset.folder == RESULTS:
        warnings += same_game_next_day(table)
    if dataset.folder == PLAYERS_FOLDER:
        warnings += doubts_about_players(dataset.name, table)
    return Accepted(name, table, warnings)


def _table(dataset: Dataset, name: WholeName, rows: Rows) -> pa.Table:
    if dataset.folder == RESULTS:
        return _games(name, rows)
    columns = dict(rows.columns)
    if dataset.pair:
        first, second = (rows.numbers(each) for each in dataset.pair)
        for each in dataset.pair:
            del columns[each]
        columns["team1_id"] = pa.array(np.minimum(first, second))
        columns["team2_id"] = pa.array(np.maximum(first, second))
        if dataset.folder == FIXTURES_FOLDER:
            columns["site"] = pa.array(_site(rows, swapped=first > second))
    if dataset.name == "GameCities":
        columns["kind"] = pc.utf8_lower(columns["kind"])
    return _shaped(dataset.schema, columns, len(rows.lines))


def _games(name: WholeName, rows: Rows) -> pa.Table:
    winner, loser = rows.numbers("winner_id"), rows.numbers("loser_id")
    swapped = winner > loser  # the winner is team 2
    columns: dict[str, pa.Array] = {
        "season": rows.columns["season"],
        "day": rows.columns["day"],
        "kind": pa.repeat(pa.scalar(str(name.kind)), len(winner)),
        "site": pa.array(_site(rows, swapped)),
        "num_ot": rows.columns["num_ot"],
    }
    if "tournament" in rows.columns:
        columns["tournament"] = rows.columns["tournament"]
    # The zeros beside a forfeit are no box score.
    empty = is_forfeit(rows.numbers("winner_score"), rows.numbers("loser_score"))
    for part in ("id", "score", *(BOX_COLUMNS if name.detailed else ())):
        of_winner, of_loser = rows.numbers(f"winner_{part}"), rows.numbers(f"loser_{part}")
        mask = empty if part in BOX_COLUMNS else None
        columns[f"team1_{part}"] = pa.array(np.where(swapped, of_loser, of_winner), mask=mask)
        columns[f"team2_{part}"] = pa.array(np.where(swapped, of_winner, of_loser), mask=mask)
    return _shaped(GAMES, columns, len(winner))


def _site(rows: Rows, swapped: np.ndarray) -> np.ndarray:
    """Site as team 1 sees it, int8; `loc` is the site as the first team of the file's row sees it."""
    places = pc.index_in(rows.columns["loc"], pa.array(SITE_OF_LOC)).to_numpy(zero_copy_only=False)
    site = np.array(list(SITE_OF_LOC.values()), np.int8)[places]
    return np.where(swapped, -site, site).astype(np.int8)


def _shaped(schema: pa.Schema, columns: dict[str, pa.Array], rows: int) -> pa.Table:
    return pa.table(
        [
            columns[field.name].cast(field.type) if field.name in columns else pa.nulls(rows, field.type)
            for field in schema
        ],
        schema=schema,
    )
