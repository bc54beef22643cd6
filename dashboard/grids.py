"""AG Grid tables: one way to make them, and the columns that several pages share.

The functions and cells named here live in `assets/grids.js`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_ag_grid as dag
import dash_mantine_components as dmc

ROW_HEIGHT = 40
PAGE_SIZE = 25
RIGHT = "num ag-right-aligned-cell"


def grid(
    name: str,
    columns: Sequence[dict[str, Any]],
    rows: Sequence[dict[str, Any]],
    *,
    page_size: int = PAGE_SIZE,
    finds: bool = False,
) -> dag.AgGrid:
    """A table as high as its rows, in pages when there are many. finds: a `search` box of that name filters it."""
    options: dict[str, Any] = {
        "domLayout": "autoHeight",
        "rowHeight": ROW_HEIGHT,
        "headerHeight": 40,
        "suppressCellFocus": False,
        "suppressMovableColumns": True,
        "suppressDragLeaveHidesColumns": True,
        "enableCellTextSelection": True,
        "ensureDomOrder": True,
        "animateRows": False,
        "pagination": len(rows) > page_size,
        "paginationPageSize": page_size,
        "paginationPageSizeSelector": sorted({page_size, 25, 50, 100}),
    }
    return dag.AgGrid(
        id={"grid": name} if finds else f"grid-{name}",
        columnDefs=list(columns),
        rowData=list(rows),
        defaultColDef={
            "sortable": True,
            "resizable": False,
            "suppressHeaderMenuButton": True,
            "sortingOrder": ["desc", "asc", None],
        },
        dashGridOptions=options,
        # Its first size a grid has before anything listens, its columns after that.
        eventListeners={event: ["fitGrid(params)"] for event in ("columnEverythingChanged", "gridSizeChanged")},
        style={"height": None, "width": "100%"},
        className="grid",
    )


def search(name: str, placeholder: str) -> dmc.TextInput:
    """A box that leaves the rows of a table in which its words occur; the table is made with `finds`."""
    label: dict[str, Any] = {"aria-label": placeholder}
    return dmc.TextInput(id={"find": name}, placeholder=placeholder, size="sm", w=250, **label)


def text(field: str, title: str, width: int, *, grows: bool = True, **more: Any) -> dict[str, Any]:
    """A column of words, at least as wide as given."""
    size = {"minWidth": width, "flex": width} if grows else {"width": width}
    return {"field": field, "headerName": title, "sortingOrder": ["asc", "desc", None]} | size | more


def number(field: str, title: str, width: int, digits: int = 0, *, signed: bool = False, **more: Any) -> dict[str, Any]:
    """A column of numbers, aligned right."""
    shown = f"{'signed' if signed else 'fixed'}(params.value, {digits})"
    return {
        "field": field, "headerName": title, "width": width, "type": "rightAligned", "cellClass": RIGHT,
        "valueFormatter": {"function": shown},
    } | more  # fmt: skip


def team(field: str, id_field: str, base: str, title: str = "Team", width: int = 170, **more: Any) -> dict[str, Any]:
    """A team's name that leads to its page, whose address is `base` and the id that stands in `id_field`."""
    return text(field, title, width, **(link(id_field, base) | more))


def link(id_field: str, base: str) -> dict[str, Any]:
    """A cell that leads to the page whose address is `base` and what stands in `id_field`."""
    return {"cellRenderer": "Link", "cellRendererParams": {"id": id_field, "base": base}}


def wide(column: dict[str, Any]) -> dict[str, Any]:
    """A column that is left out where the table is narrow, as on a phone."""
    return column | {"context": {"wide": True}}


def wraps(column: dict[str, Any]) -> dict[str, Any]:
    """A column of words that goes on in a second line where it is too narrow for them."""
    return column | {"wrapText": True, "autoHeight": True, "cellClass": "wraps"}


def day(title: str = "Date") -> dict[str, Any]:
    """The day of a game: sorted by day number, shown as the row's `when`."""
    return {
        "field": "day", "headerName": title, "width": 112, "valueFormatter": {"function": "params.data.when"},
        "cellClass": "num", "getQuickFilterText": {"function": "params.data.when"},
    }  # fmt: skip
