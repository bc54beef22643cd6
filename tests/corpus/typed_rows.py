"""Files of every dataset, cell by cell of the right type, with rows that stand there again, whole or changed."""

from __future__ import annotations

from corpus.hard_files import text
from hypothesis import strategies as st

from hoops.contract.columns import DATASETS, Column, Type
from hoops.games.leagues import League

WRONG = st.sampled_from(
    ["", " ", "-1", "1.5", "1e3", "nan", "inf", "x", "99999999999", "W01", "2024-11-06", "٣", '"', ","]
)
_MONDAYS = ("11/05/1979", "1980-11-03", "11/2/1981", "06/11/1982")


@st.composite
def typed(draw: st.DrawFn) -> tuple[str, bytes]:
    """Name and bytes of a file whose cells are of their column's type, but for a few; some of its rows stand again."""
    dataset = DATASETS[draw(st.sampled_from(sorted(DATASETS)))]
    league = draw(st.sampled_from(list(League))) if dataset.by_league else None
    columns = [column for column in dataset.columns if column.required or draw(st.booleans())]
    rows = draw(st.lists(_row(columns, league), min_size=1, max_size=5))
    for _ in range(draw(st.integers(0, 3))):
        again = dict(draw(st.sampled_from(rows)))
        if draw(st.booleans()):
            column = draw(st.sampled_from(columns))
            again[column.title] = draw(st.one_of(_cell(column, league), WRONG))
        rows.append(again)
    lines = [",".join(row[column.title] for column in columns) for row in rows]
    return f"{league or ''}{dataset.name}.csv", text(",".join(column.title for column in columns), *lines)


@st.composite
def _row(draw: st.DrawFn, columns: list[Column], league: League | None) -> dict[str, str]:
    return {column.title: draw(_cell(column, league)) for column in columns}


def _cell(column: Column, league: League | None) -> st.SearchStrategy[str]:
    cell = _full(column, league)
    return st.one_of(cell, st.just("")) if column.blank else cell


def _full(column: Column, league: League | None) -> st.SearchStrategy[str]:
    low, high = column.bounds(league)
    match column.type:
        case Type.WHOLE | Type.ID | Type.TEAM:
            # Often one of few values, so that keys meet by themselves.
            return st.one_of(st.integers(low, min(high, low + 3)), st.integers(low, high)).map(
                lambda number: f"{number}{'.0' if number % 7 == 0 else ''}"
            )
        case Type.DEGREES:
            return st.floats(low, high, width=32).map(lambda number: f"{number:.6f}")
        case Type.DECIMAL:
            return st.floats(low, high).map(repr)
        case Type.DATE:
            return st.sampled_from(_MONDAYS)
    if column.choices:
        return st.sampled_from(column.choices)
    if column.pattern:
        return st.from_regex(column.pattern, fullmatch=True)
    return st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=6)
