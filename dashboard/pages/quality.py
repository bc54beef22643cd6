"""Forecast quality: how good forecasts were, on games they had not seen, whether 80 % means 80 %, whose they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from dash import html

from dashboard import figures, grids, models, parts
from dashboard.notes import Note, quoted
from dashboard.view import View
from dashboard.wording import KIND_LABELS, plural, season_label
from hoops.evaluation import metrics
from hoops.evaluation.metrics import COIN_BRIER, COIN_LOG_LOSS
from hoops.games.leagues import Kind

TITLE = "Forecast quality"
PARAMETERS = ("scope", "kind")
_SCOPES = ("season", "all")
_COLUMNS = ("kind", "team1_probability", "team1_won", "out_of_sample")


def render(view: View) -> list[Any]:
    asked = view.place.asked
    scope = "all" if asked.get("scope") == "all" else "season"
    kind = asked.get("kind", "all")
    kind = kind if kind in KIND_LABELS else "all"
    said = [
        Note(f"There is no {name} {quoted(asked[name])}: allowed are {', '.join(allowed)}.",
             ((f"{name}={taken} is shown", view.place.href(scope=scope, kind=kind)),))
        for name, taken, allowed in (("scope", scope, _SCOPES), ("kind", kind, tuple(KIND_LABELS)))
        if name in asked and asked[name] not in allowed
    ]  # fmt: skip
    scores = {season: table.to_pylist() for season, table in view.every_season("scores").items()}
    if not any(scores.values()):
        return [
            parts.empty(
                "No forecasts to judge yet", "Once games with forecasts are played, their quality stands here."
            ),
            models.models(view),
        ]
    tables = (
        view.every_season("forecasts", _COLUMNS) if scope == "all" else {view.season: view.table("forecasts", _COLUMNS)}
    )
    every = pa.concat_tables(tables.values())
    counted = every.filter(every["out_of_sample"])
    if kind != "all":
        counted = counted.filter(np.equal(counted["kind"].to_numpy(zero_copy_only=False), kind))
    probability = counted["team1_probability"].to_numpy()
    won = counted["team1_won"].to_numpy(zero_copy_only=False).astype(bool)
    left_out = every.num_rows - int(np.count_nonzero(every["out_of_sample"].to_numpy(zero_copy_only=False)))
    where = "all seasons" if scope == "all" else season_label(view.season)
    return [
        *parts.notes(said),
        _controls(scope, kind, view),
        _claim(view, scope, left_out),
        _figures(probability, won),
        html.Div(
            [_calibration(probability, won, f"{KIND_LABELS[kind]}, {where}"), _by_season(scores)], className="pair"
        ),
        models.drift(view),
        models.models(view),
        _table(scores),
    ]


def _controls(scope: str, kind: str, view: View) -> html.Div:
    return html.Div(
        [
            parts.choice(
                "scope", scope, [("season", season_label(view.season)), ("all", "All seasons")], "Which seasons"
            ),
            parts.select("kind", kind, [(str(k), label) for k, label in KIND_LABELS.items()], "Kind of game", w=190),
        ],
        className="picker",
    )


def _claim(view: View, scope: str, left_out: int) -> html.P:
    text = "Every forecast counted here was made from earlier days only, by a model that was not trained on the game."
    if left_out:
        text += f" {plural(left_out, 'game')} in the model's training data are left out."
    return html.P(f"{text} {_known(view, scope)}", className="claim")


def _known(view: View, scope: str) -> str:
    """How many seasons the forecasts know: those loaded and no others, so that with few of them they are poorer."""
    seasons = view.edition.seasons
    first = f"{season_label(seasons[0])}, the first season loaded, began with nothing known of any team"
    if scope == "all":
        return f"{plural(len(seasons), 'season')} loaded, each of which knows those before it; {first}."
    earlier = [season for season in seasons if season < view.season]
    if not earlier:
        return f"{first}: its forecasts are the poorer for it."
    spans = " to ".join(season_label(season) for season in dict.fromkeys((earlier[0], earlier[-1])))
    known = plural(len(earlier), "earlier season")
    return f"The forecasts know {known} ({spans}); with more of them loaded they are better."


def _figures(probability: np.ndarray, won: np.ndarray) -> Any:
    if not len(probability):
        return parts.quiet("No such games were forecast out of sample: pick a later season, or all seasons.")
    log_loss, brier = metrics.log_loss(probability, won), metrics.brier(probability, won)
    return parts.tiles(
        parts.tile("Games", f"{len(probability):,}", "out of sample"),
        parts.tile(
            "Log loss", f"{log_loss:.4f}", f"a coin: {COIN_LOG_LOSS:.4f}, {1 - log_loss / COIN_LOG_LOSS:.0%} better"
        ),
        parts.tile(
            "Brier score",
            f"{brier:.4f}",
            f"a coin: {COIN_BRIER:.4f}, {1 - brier / COIN_BRIER:.0%} better",
        ),
        parts.tile("Favourites that won", f"{metrics.accuracy(probability, won):.1%}", "a coin: 50.0%"),
    )


def _calibration(probability: np.ndarray, won: np.ndarray, what: str) -> html.Section:
    bins = metrics.calibration(probability, won)
    if not bins:
        return parts.section("Does 80% mean 80%?", parts.quiet("There is nothing to draw."), note=what)
    within = sum(low <= b.forecast <= high for b in bins for low, high in [b.interval])
    described = (
        f"Each point holds {plural(bins[0].games, 'game')}, give or take one; bars are 95% intervals. On the dotted "
        f"line, favourites win as often as the forecast says: it passes through {within} of {len(bins)} intervals."
    )
    plot = parts.graph("calibration", figures.calibration_plot(bins), described, 400)
    return parts.section("Does 80% mean 80%?", parts.card(plot, css="padded"), note=what)


def _by_season(scores: dict[int, list[dict[str, Any]]]) -> html.Section | None:
    lines: dict[str, list[tuple[int, float, int]]] = {}
    for kind in (Kind.REGULAR, Kind.NCAA):
        points = [
            (season, row["log_loss"], row["games"])
            for season, rows in sorted(scores.items())
            for row in rows
            if row["kind"] == kind
        ]
        if points:
            lines[KIND_LABELS[kind]] = points
    if not lines:
        return None
    names = parts.legend([(name, figures.PALETTE[i]) for i, name in enumerate(lines)], dotted="A coin")
    figure = figures.score_by_season(lines, COIN_LOG_LOSS, "Log loss")
    described = "Log loss by season; lower is better. Tournament games are few, so their score jumps about more."
    return parts.section(
        "Season by season",
        parts.card(names, parts.graph("seasons", figure, described, 370), css="padded"),
        note="By the year in which the season ends",
    )


def _table(scores: dict[int, list[dict[str, Any]]]) -> html.Section:
    order = list(KIND_LABELS)
    rows = [
        {
            "season": season,
            "label": season_label(season),
            "kind": KIND_LABELS.get(row["kind"], row["kind"]),
            "order": order.index(row["kind"]) if row["kind"] in order else len(order),
            **{k: row[k] for k in ("games", "log_loss", "brier", "accuracy", "margin_rmse")},
        }
        for season, of_season in scores.items()
        for row in of_season
    ]
    rows.sort(key=lambda row: (-row["season"], row["order"]))
    up = ["asc", "desc", None]
    columns = [
        {"field": "season", "headerName": "Season", "width": 110, "cellClass": "num",
         "valueFormatter": {"function": "params.data.label"}},
        grids.text("kind", "Games of", 150),
        grids.number("games", "Games", 90),
        grids.number("log_loss", "Log loss", 100, 4, sortingOrder=up),
        grids.number("brier", "Brier", 90, 4, sortingOrder=up),
        {"field": "accuracy", "headerName": "Favourites won", "width": 140, "type": "rightAligned",
         "cellClass": grids.RIGHT, "valueFormatter": {"function": "share(params.value, 1)"}},
        grids.wide(grids.number("margin_rmse", "Margin error", 124, 1, sortingOrder=up)),
    ]  # fmt: skip
    note = "Margin error is the root mean squared error of the expected margin, in points."
    return parts.section("Scores", parts.card(grids.grid("scores", columns, rows)), note=note)
