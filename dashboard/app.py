"""The Dash app: which page an address shows, what the pickers do, when new results are announced.

The address is the only state. Pickers write it (in the browser, assets/address.js), the server draws what it says::

    picker -> address -> draw() -> page, pickers, navigation
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, no_update, set_props
from flask import Flask

from dashboard import bundle, notes, parts, shell
from dashboard.bundle import BundledDash
from dashboard.data import Edition, Tables
from dashboard.door import Door
from dashboard.pages import about, bracket, game, games, players, quality, ratings, statistics, team, tournament
from dashboard.place import Place
from dashboard.view import View
from dashboard.wire import pack_answers
from dashboard.wording import ago, season_label
from hoops.errors import MadnessError
from hoops.games.leagues import League

PAGES: dict[str, ModuleType] = {
    "": games,
    "game": game,
    "ratings": ratings,
    "bracket": bracket,
    "tournament": tournament,
    "quality": quality,
    "team": team,
    "players": players,
    "statistics": statistics,
    "about": about,
}  # fmt: skip
HEALTH = "_health"  # answers without reading anything; open pages ask it whether the server is there
_log = logging.getLogger(__name__)
_UNREACHABLE = (MadnessError, ClientError, BotoCoreError)
_COMMANDS = (
    ("Start everything, with a sample league if you have no data", "make up"),
    ("Or hand in a file of results", "madness ingest MRegularSeasonCompactResults.csv"),
)


def create_app(
    tables: Tables,
    *,
    requests_pathname_prefix: str | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    poll_seconds: float = 20,
    patience_seconds: float = 10,
    note: str = "",
    door: Door | None = None,
) -> BundledDash:
    """The dashboard over a source of tables. Nothing is read before the first request.

    Parameters
    ----------
    requests_pathname_prefix
        Path under which browsers reach the app, "/dev/" behind API Gateway's stage dev; by default what
        DASH_REQUESTS_PATHNAME_PREFIX says, else "/".
    poll_seconds
        How often an open page looks whether something newer is published.
    patience_seconds
        How long a page waits for an answer before it looks whether the server is gone (assets/lost.js); long enough
        for a Lambda function that has to start.
    note
        A line that stands below every page, such as that the games are made up.
    door
        Who may see it; everybody by default.
    """
    app = BundledDash(
        "dashboard",
        server=Flask("dashboard", static_folder=None),  # type: ignore[arg-type] # which Dash takes
        include_assets_files=False,
        requests_pathname_prefix=requests_pathname_prefix,
        title="Madness",
        update_title="",
        index_string=shell.INDEX,
        meta_tags=list(shell.META),
        suppress_callback_exceptions=True,
        on_error=_admit,
        health_endpoint=HEALTH,
    )
    root = app.config.requests_pathname_prefix
    app.layout = shell.layout(root, f"{root}{HEALTH}", poll_seconds, patience_seconds, note)
    bundle.serve(app)
    pack_answers(app.server)
    (door or Door()).guard(app.server, open_to_all=(bundle.ENDPOINT,))
    _draw_pages(app, tables, root, now)
    _watch(app, tables)
    _in_the_browser(app)
    return app


def _admit(error: Exception) -> None:
    """An error nobody foresaw: into the log with its trace, and onto the page, which keeps the old content."""
    _log.error("a callback of the dashboard failed", exc_info=error)
    set_props(
        "trouble", {"hidden": False, "children": f"This could not be shown ({type(error).__name__}). It is in the log."}
    )


def _draw_pages(app: Dash, tables: Tables, root: str, now: Callable[[], datetime]) -> None:
    @app.callback(
        Output("page", "children"),
        Output("heading", "children"),
        Output("subheading", "children"),
        Output({"param": "league"}, "value"),
        Output({"param": "season"}, "data"),
        Output({"param": "season"}, "value"),
        Output("nav", "children"),
        Output("tabs", "children"),
        Output("brand", "href"),
        Output("about", "href"),
        Output("shown", "data"),
        Output("trouble", "hidden"),
        Input("url", "pathname"),
        Input("url", "search"),
        Input("refresh", "data"),
    )
    def draw(pathname: str | None, search: str | None, _refresh: int) -> tuple[Any, ...]:
        place = Place.parse(pathname, search, root)
        page, heading, subheading, manifest, season = _compose(tables, place, now())
        place = replace(place, season=season)
        seasons = [{"value": str(s), "label": season_label(s)} for s in reversed(manifest.seasons if manifest else ())]
        value = str(season) if season is not None else None
        shown = {"league": str(place.league), "season": value, "generation": manifest.generation if manifest else None}
        return (
            page, heading, subheading, str(place.league), seasons, value, shell.links(place),
            shell.links(place, short=True), place.href(""), place.href("about"), shown | _params(page), True,
        )  # fmt: skip


def _compose(tables: Tables, place: Place, now: datetime) -> tuple[list[Any], str, str, Edition | None, int | None]:
    """The page of an address: content, heading, what stands below it, what is published, the season shown."""
    module = PAGES.get(place.page)
    if module is None:
        missing = f"There is no such page: {notes.quoted(place.page)}"
        return [parts.empty(missing, "Pick one from the navigation.")], "Not found", "", None, None
    said = notes.of_address(place, module.PARAMETERS)
    try:
        manifest = tables.manifest(place.league)
        if manifest is None or not manifest.seasons:
            return [*parts.notes(said), _nothing_published(place.league)], module.TITLE, place.league.label, None, None
        season = place.season if place.season in manifest.seasons else manifest.seasons[-1]
        said += notes.of_season(place, manifest, season)
        view = View(tables, replace(place, season=season), manifest, season, now)
        below = f"{place.league.label} · {season_label(season)} · {_freshness(view)}"
        content = [*parts.notes(said), *module.render(view)]  # first, as it has the tables read ahead
        heading = module.heading(view) if hasattr(module, "heading") else module.TITLE
        return content, heading, below, manifest, season
    except _UNREACHABLE as error:
        return [_unreadable(error)], module.TITLE, "", None, None


def _freshness(view: View) -> str:
    """Up to which day of the newest season the tables know the results, and when they were published."""
    manifest = view.edition
    updated = f"updated {ago(manifest.published_at, view.now)}"
    if manifest.season != view.season or manifest.day is None:
        return updated
    return f"known through {view.day(manifest.day, year=True)} · {updated}"


def _nothing_published(league: League) -> Any:
    return parts.empty(
        f"Nothing published for {league.label.lower()} yet",
        "This page fills by itself as soon as the first results are processed.",
        commands=_COMMANDS,
    )


def _unreadable(error: Exception) -> Any:
    return parts.empty(
        "The tables cannot be read",
        "The dashboard reached for its bucket and got this answer:",
        str(error),
        commands=(("Is everything running?", "madness status"), ("Start what is missing", "make up")),
    )


def _params(content: Any) -> dict[str, Any]:
    """What the pickers of a page show, by name: the browser compares with it to see what a reader changed."""
    if isinstance(content, list):
        return {name: value for part in content for name, value in _params(part).items()}
    identity = getattr(content, "id", None)
    own = {identity["param"]: content.value} if isinstance(identity, dict) and "param" in identity else {}
    return own | _params(getattr(content, "children", None) or [])


def _watch(app: Dash, tables: Tables) -> None:
    """Look for a newer edition now and then: an empty page fills by itself, any other says that there is news."""

    @app.callback(
        Output("news", "hidden"),
        Output("refresh", "data"),
        Input("look", "data"),
        State("shown", "data"),
        State("refresh", "data"),
        prevent_initial_call=True,
    )
    def watch(_looks: int | None, shown: dict[str, Any], refresh: int) -> tuple[Any, Any]:
        try:
            manifest = tables.manifest(League(shown.get("league", League.MEN)))
        except _UNREACHABLE:
            return no_update, no_update  # the page itself says what is wrong as soon as it is drawn
        if manifest is None or manifest.generation == shown.get("generation"):
            return True, no_update
        return (True, refresh + 1) if shown.get("generation") is None else (False, no_update)


def _in_the_browser(app: Dash) -> None:
    """Callbacks that need no server; the functions live in assets/address.js and assets/news.js."""
    app.clientside_callback(
        ClientsideFunction("madness", "look"),
        Output("look", "data"),
        Input("poll", "n_intervals"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("madness", "seen"),
        Output("news", "hidden", allow_duplicate=True),
        Input("shown", "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("madness", "show"),
        Output("news", "hidden", allow_duplicate=True), Output("refresh", "data", allow_duplicate=True),
        Input("news", "n_clicks"), State("refresh", "data"), prevent_initial_call=True,
    )  # fmt: skip
    app.clientside_callback(
        ClientsideFunction("madness", "follow"),
        Input({"param": ALL}, "value"),
        State({"param": ALL}, "id"),
        State("shown", "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("madness", "title"), Input("heading", "children"), Input("subheading", "children")
    )
    app.clientside_callback(
        ClientsideFunction("madness", "find"),
        Input({"find": ALL}, "value"),
        State({"find": ALL}, "id"),
        prevent_initial_call=True,
    )
