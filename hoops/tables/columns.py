"""How the columns of a published table are filled: from rows that have them, and from the reference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hoops.games.reference import Reference
from hoops.schemas import PUBLISHED


def of_kind(games: pa.Table, kind: str) -> pa.Table:
    return games.filter(pc.equal(games["kind"], kind))


def first_won(games: pa.Table) -> np.ndarray:
    return games["team1_score"].to_numpy() > games["team2_score"].to_numpy()


def build(name: str, rows: pa.Table, season: int, reference: Reference, **columns: Any) -> pa.Table:
    """A published table from rows that have most of its columns; names and dates come from the reference."""
    available: dict[str, Any] = {column: rows[column] for column in rows.schema.names}
    for team in ("team", "team1", "team2", "opponent"):
        if f"{team}_id" in available:
            available[f"{team}_name"] = _looked_up(rows[f"{team}_id"], reference.names, pa.string())
    for before in ("", "last_"):
        if f"{before}day" in available:
            available[f"{before}date"] = _looked_up(rows[f"{before}day"], partial(reference.dates, season), pa.date32())
    return table_of(name, **{**available, **columns})


def _looked_up(keys: pa.ChunkedArray, look_up: Callable[[list], list], type_: pa.DataType) -> pa.Array:
    """A column looked up by key, each key once: tables have tens of thousands of rows and few teams or days."""
    encoded = keys.combine_chunks().dictionary_encode()
    return pa.array(look_up(encoded.dictionary.to_pylist()), type_).take(encoded.indices)


def table_of(name: str, **columns: Any) -> pa.Table:
    schema = PUBLISHED[name].schema
    return pa.Table.from_arrays([_array(columns, field) for field in schema], schema=schema)


def _array(columns: Mapping[str, Any], field: pa.Field) -> pa.Array:
    column = columns[field.name]
    if isinstance(column, pa.ChunkedArray):
        return column.combine_chunks().cast(field.type)
    return pa.array(column, field.type)
