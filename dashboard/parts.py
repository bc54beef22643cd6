"""Pieces that several pages are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.notes import Note

GRAPH_CONFIG: Any = {"displayModeBar": False, "responsive": True, "scrollZoom": False, "doubleClick": "reset"}


def aria(**attributes: str) -> dict[str, Any]:
    """Attributes for assistive technology: aria(label="Season") gives aria-label="Season"."""
    return {f"aria-{name}": value for name, value in attributes.items()}


def tile(label: str, value: str, note: str = "") -> html.Div:
    """One figure with its name, and what to compare it with."""
    return html.Div(
        [html.Div(label, className="tile-label"), html.Div(value, className="tile-value"),
         html.Div(note, className="tile-note")],
        className="tile",
    )  # fmt: skip


def tiles(*each: html.Div, css: str = "") -> html.Div:
    return html.Div(list(each), className=f"tiles {css}".strip())


def section(title: str, *children: Any, note: Any = "", actions: Sequence[Any] = (), css: str = "") -> html.Section:
    """A titled part of a page; `actions` stand beside the title."""
    head = [html.Div([html.H2(title), html.P(note, className="note") if note else None], className="section-title")]
    if actions:
        head.append(html.Div(list(actions), className="section-actions"))
    return html.Section([html.Div(head, className="section-head"), *children], className=f"section {css}".strip())


def card(*children: Any, css: str = "") -> html.Div:
    return html.Div(list(children), className=f"card {css}".strip())


def legend(entries: Sequence[tuple[str, str]], dotted: str = "") -> html.Ul:
    """Names of the lines of a chart with their colours; `dotted` names the line to compare with."""
    made = [html.Li([html.I(style={"background": colour}), name]) for name, colour in entries]
    if dotted:
        made.append(html.Li([html.I(className="dotted"), dotted]))
    return html.Ul(made, className="legend")


def graph(name: str, figure: dict[str, Any], description: str, height: int) -> html.Figure:
    """A chart with what it shows in words, for those who do not see it."""
    chart = dcc.Graph(id=f"graph-{name}", figure=figure, config=GRAPH_CONFIG, style={"height": f"{height}px"})
    return html.Figure([html.Div(chart, className="chart"), html.Figcaption(description)], className="figure")


def choice(param: str, value: str, options: Sequence[tuple[str, str]], label: str) -> dmc.SegmentedControl:
    """Two to four options side by side; the chosen one goes into the address as `param`."""
    data = [{"value": key, "label": text} for key, text in options]
    return dmc.SegmentedControl(id={"param": param}, value=value, data=data, size="sm", **aria(label=label))


def select(param: str, value: str | None, options: Sequence[tuple[str, str]], label: str, **more: Any) -> dmc.Select:
    """One of many options; the chosen one goes into the address as `param`."""
    data = [{"value": key, "label": text} for key, text in options]
    settings = {"allowDeselect": False, "searchable": len(options) > 12, "nothingFoundMessage": "Nothing found"} | more
    return dmc.Select(id={"param": param}, value=value, data=data, size="sm", **aria(label=label), **settings)


def empty(title: str, *text: Any, commands: Sequence[tuple[str, str]] = ()) -> html.Div:
    """A place where nothing is yet: why, and what to do about it."""
    steps = [html.Div([html.Span(what), html.Code(command)], className="step") for what, command in commands]
    return html.Div(
        [html.Div(className="empty-mark", **aria(hidden="true")), html.H2(title), *[html.P(t) for t in text],
         html.Div(steps, className="steps") if steps else None],
        className="empty",
    )  # fmt: skip


def notes(said: Sequence[Note]) -> list[html.Div]:
    """What the address asked for and is not there, at the top of a page; nothing where all of it is."""
    lines = [html.P([note.text, *(part for words, href in note.links for part in (" ", link(words, href)))])
             for note in said]  # fmt: skip
    return [html.Div(lines, className="notes", role="status")] if lines else []


def quiet(text: str) -> html.P:
    """A section that has nothing to show, in one sentence."""
    return html.P(text, className="quiet")


def link(text: Any, href: str, css: str = "") -> html.A:
    """A link within the dashboard; assets/address.js follows it without loading the page again."""
    return html.A(text, href=href, className=f"go {css}".strip())
