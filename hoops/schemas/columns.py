"""What a column and a table are, and the columns that many tables share."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa


def completed(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """A stored table in today's schema: columns that came later are null, others of the table are left out.

    Raises
    ------
    KeyError
        If a column is missing that cannot be null.
    """
    columns = [
        pa.nulls(table.num_rows, field.type) if field.nullable and field.name not in table.column_names
        else table[field.name].cast(field.type)
        for field in schema
    ]  # fmt: skip
    return pa.table(columns, schema=schema)


def column(name: str, type_: pa.DataType, description: str, unit: str = "", *, null: str = "") -> pa.Field:
    """A column. null: what it says when it is null; a column without it never is."""
    told = {"description": description, "unit": unit} | ({"null": null} if null else {})
    return pa.field(name, type_, nullable=bool(null), metadata=told)


@dataclass(frozen=True)
class Published:
    """A table of the dashboard bucket: its schema and whether there is one file a season or one a league.

    of_plays: made of play-by-play, and published by itself.
    """

    schema: pa.Schema
    by_season: bool
    description: str
    of_plays: bool = False


SEASON = column("season", pa.int16(), "year in which the season ends", "year")
DAY = column("day", pa.int16(), "days since the season's day zero; 132 is Selection Sunday", "day")
DATE = column("date", pa.date32(), "calendar date", null="the season's calendar is not known")
KIND = column("kind", pa.string(), "regular, ncaa or secondary")
TEAM1 = column("team1_id", pa.int32(), "team with the lower id")
TEAM2 = column("team2_id", pa.int32(), "team with the higher id")
NAME1 = column("team1_name", pa.string(), "name of team 1; 'Team <id>' until it is known")
NAME2 = column("team2_name", pa.string(), "name of team 2; 'Team <id>' until it is known")
SITE = column("site", pa.int8(), "+1 at team 1's home, 0 neutral, -1 at team 2's home")
