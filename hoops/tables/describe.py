"""The published tables as Markdown: `docs/tables.md`, which `make tables` writes."""

from __future__ import annotations

import sys

import pyarrow as pa

from hoops.schemas import PUBLISHED, Published

_INTRODUCTION = """\
# The published tables

For whoever reads the dashboard bucket with Athena, DuckDB, Spark, pandas or Arrow. Every table is a folder of Parquet
files, one a league and season, or one a league. `league` (`M` men, `W` women) and `season` (the year in which it ends)
stand in the key, as such programs expect of a partitioned folder, and not in the file. A result or forecast is told as
team 1, which has the lower id, sees it. `manifest/league=M.json` names the files of a league that belong together.

The files say the same of their columns: `description`, `unit` and `null` are in each field's metadata. A column of
which nothing is said under "null means" is never null. `make tables` writes this page from
[`hoops/schemas`](../hoops/schemas/).
"""


def document() -> str:
    """Markdown: every published table with its key in the bucket, and every column of it."""
    rows = [f"| [`{name}`](#{name}) | {one.description} | {_each(one)} |" for name, one in PUBLISHED.items()]
    overview = "\n".join(["| table | what | one file |", "| --- | --- | --- |", *rows])
    return "\n".join([_INTRODUCTION, overview, *(_section(name, one) for name, one in PUBLISHED.items())]) + "\n"


def key(name: str, table: Published) -> str:
    """Where the files of a table lie in the dashboard bucket.

    >>> key("results", PUBLISHED["results"])
    'results/league={M|W}/season=<season>/part.parquet'
    """
    season = "season=<season>/" if table.by_season else ""
    return f"{name}/league={{M|W}}/{season}part.parquet"


def _each(table: Published) -> str:
    return "a league and season" if table.by_season else "a league"


def _section(name: str, table: Published) -> str:
    head = f"\n## {name}\n\n`{key(name, table)}`: {table.description}.\n"
    return "\n".join([head, "| column | type | unit | null means | what |", "| --- | --- | --- | --- | --- |",
                      *map(_row, table.schema)])  # fmt: skip


def _row(field: pa.Field) -> str:
    told = {name.decode(): _escaped(text.decode()) for name, text in field.metadata.items()}
    return f"| `{field.name}` | {field.type} | {told['unit']} | {told.get('null', '')} | {told['description']} |"


def _escaped(text: str) -> str:
    """Text as a cell shows it: a bare `<id>` would be taken for HTML."""
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    sys.stdout.write(document())
