"""The frame around every page: header, navigation, pickers, and the document it is all served in."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard import parts
from dashboard.place import Place
from hoops.games.leagues import League

WIDE = "md"  # from here on the navigation is in the header, else it is the tab bar at the foot

# (page, name in the header, short name under the icon of the phone's tab bar, icon)
NAVIGATION = (
    ("", "Games", "Games", "games"),
    ("ratings", "Ratings", "Ratings", "ratings"),
    ("bracket", "Bracket", "Bracket", "bracket"),
    ("tournament", "Tournament", "Tourney", "tournament"),
    ("team", "Teams", "Teams", "team"),
    ("players", "Players", "Players", "players"),
    ("statistics", "Statistics", "Stats", "statistics"),
    ("quality", "Forecast quality", "Quality", "quality"),
)

# The theme is put on the document before anything is drawn, so that a dark page never flashes white.
INDEX = """<!DOCTYPE html>
<html lang="en" data-mantine-color-scheme="light">
<head>
{%metas%}
<title>Madness</title>
<script>
(function () {
  var chosen = null;
  try { chosen = localStorage.getItem("mantine-color-scheme-value"); } catch (blocked) { chosen = null; }
  var dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
</script>
{%favicon%}
{%css%}
</head>
<body>
<noscript>This dashboard needs JavaScript.</noscript>
{%app_entry%}
<footer>
{%config%}
{%scripts%}
{%renderer%}
</footer>
</body>
</html>
"""

META = (
    {"name": "viewport", "content": "width=device-width, initial-scale=1"},
    {"name": "description", "content": "Win probabilities for every college basketball game, and how good they were."},
    {"name": "color-scheme", "content": "light dark"},
)


def layout(root: str, health: str, poll_seconds: float, patience_seconds: float, note: str) -> dmc.MantineProvider:
    """Everything that stays while pages come and go; note: a line below every page, none if empty.

    health: address that answers as long as the server is there.
    """
    return dmc.MantineProvider(
        [
            dcc.Location(id="url", refresh=False),
            dcc.Interval(id="poll", interval=poll_seconds * 1000),
            dcc.Store(id="look"),
            dcc.Store(id="refresh", data=0),
            dcc.Store(id="shown", data={}),
            html.A("Skip to content", href="#page", className="skip"),
            dmc.AppShell(
                [
                    dmc.AppShellHeader(_header(root), className="header", withBorder=False),
                    dmc.AppShellMain(_main(health, patience_seconds, note)),
                    dmc.AppShellFooter(
                        html.Nav(id="tabs", className="tabs", **parts.aria(label="Pages")), hiddenFrom=WIDE
                    ),
                ],
                header={"height": 56},
                footer={"height": {"base": 60, WIDE: 0}},
                padding=0,
            ),
        ],
        id="theme",
        defaultColorScheme="auto",
        theme={"fontFamily": "var(--font)", "primaryColor": "indigo", "defaultRadius": "md", "cursorType": "pointer"},
    )


def _header(root: str) -> html.Div:
    return html.Div(
        [
            html.A([html.Span(className="ball", **parts.aria(hidden="true")), "Madness"], href=root, id="brand",
                   className="go brand"),
            html.Nav(id="nav", className="nav", **parts.aria(label="Pages")),
            html.Div(
                [
                    html.A("How it works", href=f"{root}about", className="go about", id="about"),
                    dmc.ColorSchemeToggle(
                        lightIcon=html.Span(className="icon sun"), darkIcon=html.Span(className="icon moon"),
                        id="scheme",
                        variant="subtle", color="gray", size="lg", **parts.aria(label="Switch between light and dark"),
                    ),
                ],
                className="header-end",
            ),
        ],
        className="header-inside",
    )  # fmt: skip


def _main(health: str, patience_seconds: float, note: str) -> html.Div:
    leagues = [(str(league), league.label) for league in League]
    return html.Div(
        [
            html.Div(
                [
                    html.Div(
                        [html.H1("Madness", id="heading"), html.P(id="subheading", className="note")], className="title"
                    ),
                    html.Div(
                        [
                            parts.choice("league", str(League.MEN), leagues, "League"),
                            parts.select("season", None, [], "Season", w=130, placeholder="Season"),
                        ],
                        className="pickers",
                    ),
                ],
                className="page-head",
            ),
            _lost(health, patience_seconds),
            html.Div(id="found", className="unseen", role="status"),
            html.Div(id="trouble", className="trouble", hidden=True, role="alert"),
            html.Button("New results are in. Show them", id="news", className="news", hidden=True, n_clicks=0),
            html.Div(html.Div(className="skeleton"), id="page", tabIndex=-1),
            html.P(note, id="foot", className="foot") if note else None,
        ],
        className="main",
        role="main",
    )


def _lost(health: str, patience_seconds: float) -> html.Div:
    """The banner that assets/lost.js shows while the server is gone."""
    waits: Any = {"data-patience": str(patience_seconds), "data-health": health}
    again = html.Button("Try now", id="lost-again", className="button", type="button")
    return html.Div(
        [html.Span(id="lost-words", role="alert"), again], id="lost", className="gone", hidden=True, **waits
    )


def links(place: Place, *, short: bool = False) -> list[Any]:
    """Navigation for where the reader is; league and season go along."""
    made = []
    for page, name, brief, icon in NAVIGATION:
        inside_of = "" if place.page == "game" else place.page
        here = page == inside_of
        inside = [html.Span(className=f"icon {icon}", **parts.aria(hidden="true")), html.Span(brief)] if short else name
        current = parts.aria(current="page" if page == place.page else "true") if here else {}
        made.append(html.A(inside, href=place.href(page), className="go" + (" here" if here else ""), **current))
    return made
