"""Plotly figures as plain dictionaries.

Text, grid lines and hover boxes get their colours from `assets/theme.css`, which knows the theme; only the data are
coloured here, in tones with at least 3:1 contrast on both backgrounds that colour-blind readers can tell apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dashboard.wording import percent, plural, season_label, signed
from hoops.evaluation.metrics import Bin

PALETTE = ("#2b7bd6", "#d9601a", "#0d9276", "#8f63d9", "#cf5a9c", "#8a8a1f")
ACCENT, ORANGE, NEUTRAL = PALETTE[0], PALETTE[1], "#8492a6"
FONT = "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"


def axis(**more: Any) -> dict[str, Any]:
    """An axis without lines, which nobody can zoom."""
    return {
        "showline": False, "zeroline": False, "ticks": "", "fixedrange": True, "automargin": True, "gridcolor": "#8884",
    } | more  # fmt: skip


def titled(text: str) -> dict[str, Any]:
    """The title of an axis."""
    return {"text": text, "standoff": 10, "font": {"size": 13}}


def layout(**more: Any) -> dict[str, Any]:
    """What all figures have in common; their colours come from the page."""
    return {
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)", "font": {"family": FONT, "size": 13},
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8}, "showlegend": False, "hovermode": "closest", "dragmode": False,
        "hoverlabel": {"font": {"family": FONT, "size": 13}}, "separators": ".,",
    } | more  # fmt: skip


def faded(colour: str, alpha: float) -> str:
    """
    >>> faded("#2b7bd6", 0.5)
    'rgba(43,123,214,0.5)'
    """
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"


def rating_curves(curves: Sequence[Mapping[str, Any]], *, dated: bool) -> dict[str, Any]:
    """Ratings over a season, each with a band of one standard deviation.

    Parameters
    ----------
    curves
        name, x (dates or day numbers), rating and sd (points), day (in words), one value a day each.
    """
    data: list[dict[str, Any]] = []
    for place, curve in enumerate(curves):
        colour = PALETTE[place % len(PALETTE)]
        rating, sd = np.asarray(curve["rating"]), np.asarray(curve["sd"])
        x = list(curve["x"])
        band = [*(rating + sd), *(rating - sd)[::-1]]
        data.append({
            "type": "scatter", "mode": "lines", "x": x + x[::-1], "y": np.round(band, 2).tolist(), "fill": "toself",
            "fillcolor": faded(colour, 0.14 if len(curves) < 3 else 0.08), "line": {"width": 0}, "hoverinfo": "skip",
        })  # fmt: skip
        data.append({
            "type": "scatter", "mode": "lines", "x": x, "y": np.round(rating, 2).tolist(), "name": curve["name"],
            "line": {"color": colour, "width": 2.5},
            "customdata": list(zip(curve["day"], [signed(r) for r in rating], [f"{s:.1f}" for s in sd], strict=True)),
            "hovertemplate": "<b>%{fullData.name}</b> %{customdata[1]} ± %{customdata[2]}<br>%{customdata[0]}"
                             "<extra></extra>",
        })  # fmt: skip
    x_axis = axis(type="date", tickformat="%-d %b") if dated else axis(title=titled("Day of the season"))
    return {
        "data": data,
        "layout": layout(
            xaxis=x_axis | {"showgrid": False, "nticks": 6, "tickangle": 0},
            yaxis=axis(zeroline=True),
        ),
    }


def calibration_plot(bins: Sequence[Bin]) -> dict[str, Any]:
    """How often favourites won against how often they should have, with 95 % intervals."""
    intervals = [b.interval for b in bins]
    above = [high - b.won for b, (_, high) in zip(bins, intervals, strict=True)]
    below = [b.won - low for b, (low, _) in zip(bins, intervals, strict=True)]
    hover = [
        f"<b>Forecast {percent(b.forecast)}</b> ({percent(b.low)} to {percent(b.high)})<br>"
        f"Won {b.won:.0%} of {plural(b.games, 'game')}<br>95 % interval {low:.0%} to {high:.0%}"
        for b, (low, high) in zip(bins, intervals, strict=True)
    ]
    return {
        "data": [
            {"type": "scatter", "mode": "lines", "x": [0.5, 1], "y": [0.5, 1], "hoverinfo": "skip",
             "line": {"color": NEUTRAL, "width": 1.5, "dash": "dot"}},
            {"type": "scatter", "mode": "markers", "x": [b.forecast for b in bins], "y": [b.won for b in bins],
             "marker": {"color": ACCENT, "size": 9},
             "error_y": {"type": "data", "symmetric": False, "array": above,
                         "arrayminus": below, "color": ACCENT, "thickness": 1.5,
                         "width": 4},
             "hovertext": hover, "hovertemplate": "%{hovertext}<extra></extra>"},
        ],
        "layout": layout(
            xaxis=axis(title=titled("Chance given to the favourite"), tickformat=".0%",
                        range=[0.48, 1.02], dtick=0.1),
            yaxis=axis(title=titled("Share of favourites that won"), tickformat=".0%",
                        range=[min(0.42, *[low - 0.02 for low, _ in intervals]) if bins else 0.42, 1.03], dtick=0.1),
        ),
    }  # fmt: skip


def score_by_season(lines: Mapping[str, Sequence[tuple[int, float, int]]], coin: float, title: str) -> dict[str, Any]:
    """A score per season, one line a kind of game, beside what a coin would score.

    Parameters
    ----------
    lines
        By label: (season, score, games) in order of the season.
    """
    seasons = sorted({season for line in lines.values() for season, _, _ in line})
    data: list[dict[str, Any]] = [
        {
            "type": "scatter", "mode": "lines+markers", "name": label, "x": [p[0] for p in points],
            "y": [round(p[1], 4) for p in points],
            "marker": {"size": 7, "symbol": ("circle", "diamond", "square")[i % 3]},
            "line": {"color": PALETTE[i], "width": 2},
            "customdata": [(season_label(p[0]), plural(p[2], "game")) for p in points],
            "hovertemplate": "<b>%{y:.3f}</b> %{fullData.name}<br>%{customdata[0]}, %{customdata[1]}<extra></extra>",
        }
        for i, (label, points) in enumerate(lines.items())
    ]  # fmt: skip
    data.append({
        "type": "scatter", "mode": "lines", "name": "A coin", "x": seasons, "y": [coin] * len(seasons),
        "line": {"color": NEUTRAL, "width": 1.5, "dash": "dot"}, "hovertemplate": f"A coin: {coin:.3f}<extra></extra>",
    })  # fmt: skip
    return {
        "data": data,
        "layout": layout(
            xaxis=axis(
                type="category", showgrid=False, categoryorder="array", categoryarray=seasons, nticks=8, tickangle=0
            ),
            yaxis=axis(title=titled(title), tickformat=".2f"),
        ),
    }


def drift_by_week(weeks: Sequence[Mapping[str, Any]], limit: float, *, dated: bool) -> dict[str, Any]:
    """Log loss less promise by week, in a band that chance seldom leaves.

    Parameters
    ----------
    weeks
        Rows of the `drift` table, each with its days as `label`, and `x`: the date, or the day, it begins with.
    limit
        Half the height of the band, in standard deviations.
    """
    x = [week["x"] for week in weeks]
    band = [limit * week["noise"] for week in weeks]
    colours = [ORANGE if week["drifted"] else ACCENT if week["counts"] else NEUTRAL for week in weeks]
    hover = [
        f"<b>{week['label']}</b><br>Log loss {week['log_loss']:.3f}, promised {week['promised']:.3f}<br>"
        f"{plural(week['games'], 'game')}, {signed(week['score'])} standard deviations"
        + ("" if week["recent"] is None else f"<br>with the three weeks before {signed(week['recent'])}")
        for week in weeks
    ]
    counting = [half for half, week in zip(band, weeks, strict=True) if week["counts"]]
    beyond = [abs(week["log_loss"] - week["promised"]) for week in weeks if week["counts"]]
    top = 1.25 * max([*counting, *beyond])  # weeks of few games have bands that would flatten all others
    x_axis = axis(type="date", tickformat="%-d %b") if dated else axis(title=titled("First day of the week"))
    return {
        "data": [
            {"type": "scatter", "mode": "lines", "x": x + x[::-1], "y": [*band, *[-half for half in band[::-1]]],
             "fill": "toself", "fillcolor": faded(ACCENT, 0.14), "line": {"width": 0}, "hoverinfo": "skip"},
            {"type": "scatter", "mode": "lines", "x": [x[0], x[-1]], "y": [0, 0], "hoverinfo": "skip",
             "line": {"color": NEUTRAL, "width": 1.5, "dash": "dot"}},
            {"type": "scatter", "mode": "markers", "x": x,
             "y": [round(week["log_loss"] - week["promised"], 5) for week in weeks],
             "marker": {"color": colours, "size": [12 if week["drifted"] else 9 for week in weeks],
                        "symbol": ["diamond" if week["drifted"] else "circle" if week["counts"] else "circle-open"
                                   for week in weeks]},
             "hovertext": hover, "hovertemplate": "%{hovertext}<extra></extra>"},
        ],
        "layout": layout(
            xaxis=x_axis | {"showgrid": False, "nticks": 6, "tickangle": 0},
            yaxis=axis(title=titled("Log loss less promise"), tickformat="+.2f", range=[-top, top], nticks=7),
        ),
    }  # fmt: skip


def differences(models: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Log loss of models less that of the one then in charge, with its range: rows of the `models` table."""
    means = [model["judged_log_loss"] - model["judged_champion_log_loss"] for model in models]
    lows, highs = ([model[name] for model in models] for name in ("judged_low", "judged_high"))
    reach = 1.15 * max(abs(one) for one in (*means, *lows, *highs)) or 0.001
    hover = [
        f"<b>{model['model_id']}</b><br>{signed(mean, 4)} on {plural(model['judged_games'], 'game')}, "
        f"{signed(low, 4)} to {signed(high, 4)}<br>better in {percent(model['judged_better'])} of the resamples"
        for model, mean, low, high in zip(models, means, lows, highs, strict=True)
    ]
    names = [model["model_id"] for model in models]
    return {
        "data": [
            {"type": "scatter", "mode": "markers", "x": [round(mean, 6) for mean in means], "y": names,
             "marker": {"size": 10, "color": [ACCENT if m["decision"] != "kept" else NEUTRAL for m in models]},
             "error_x": {"type": "data", "symmetric": False, "thickness": 1.5, "width": 4, "color": NEUTRAL,
                         "array": [high - mean for high, mean in zip(highs, means, strict=True)],
                         "arrayminus": [mean - low for mean, low in zip(means, lows, strict=True)]},
             "hovertext": hover, "hovertemplate": "%{hovertext}<extra></extra>"},
        ],
        "layout": layout(
            shapes=[{"type": "line", "x0": 0, "x1": 0, "yref": "paper", "y0": 0, "y1": 1,
                     "line": {"color": NEUTRAL, "width": 1.5, "dash": "dot"}}],
            xaxis=axis(title=titled("Difference in log loss"),
                        tickformat="+.3f", range=[-reach, reach], nticks=5),
            yaxis=axis(type="category", showgrid=False, ticklabelstandoff=8),
        ),
    }  # fmt: skip


def wins_bars(teams: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Tournament wins by team, most at the top, with championships in words beside the bar.

    Parameters
    ----------
    teams
        name, wins, titles, entries; best first.
    """
    shown = list(teams)[::-1]
    marks = [f"  {t['wins']}" + (f"   {'★' * t['titles']}" if t["titles"] else "") for t in shown]
    return {
        "data": [{
            "type": "bar", "orientation": "h", "y": [t["name"] for t in shown], "x": [t["wins"] for t in shown],
            "marker": {"color": [ORANGE if t["titles"] else ACCENT for t in shown], "cornerradius": 3}, "text": marks,
            "textposition": "outside", "cliponaxis": False,
            "hovertemplate": "<b>%{y}</b><br>%{customdata}<extra></extra>",
            "customdata": [f"{plural(t['wins'], 'win')} in {plural(t['entries'], 'tournament')}<br>"
                           f"{plural(t['titles'], 'championship')}" for t in shown],
        }],
        "layout": layout(
            bargap=0.35, margin={"l": 8, "r": 72, "t": 4, "b": 4},
            xaxis=axis(showticklabels=False, showgrid=False, rangemode="tozero"),
            yaxis=axis(showgrid=False, ticklabelstandoff=8),
        ),
    }  # fmt: skip
