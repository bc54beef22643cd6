"""Figures of what was done in games: bars of counts, lines through a season, teams beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from dashboard.figures import ACCENT, NEUTRAL, ORANGE, PALETTE, axis, faded, layout, titled

_AROUND = timedelta(days=3)  # shown before and after dates that are few
BAR, SPACE = 30, 16  # pixels of a bar and its gap; around all of them


def bars(rows: Sequence[tuple[str, float, str]], *, marks: Sequence[str] = (), colour: str = ACCENT) -> dict[str, Any]:
    """Horizontal bars in the order given, the first at the top; rows: name, value, what to say of it."""
    rows = list(rows)[::-1]
    texts = list(marks)[::-1] or [f"{value:,.0f}" for _, value, _ in rows]
    room = 16 + 7 * max(map(len, texts), default=0)  # pixels for what stands beside the longest bar
    return {
        "data": [{
            "type": "bar", "orientation": "h", "y": [name for name, _, _ in rows], "x": [value for _, value, _ in rows],
            "marker": {"color": colour, "cornerradius": 3}, "text": [f"  {text}" for text in texts],
            "textposition": "outside", "cliponaxis": False, "hovertext": [words for *_, words in rows],
            "hovertemplate": "%{hovertext}<extra></extra>",
        }],
        "layout": layout(
            bargap=0.3, margin={"l": 8, "r": room, "t": 4, "b": 4},
            xaxis=axis(showticklabels=False, showgrid=False, rangemode="tozero", automargin=False),
            yaxis=axis(showgrid=False, ticklabelstandoff=8, type="category"),
        ),
    }  # fmt: skip


def minutes(players: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Minutes a game of players, the first at the top: last season's as bars, expected ones as marks.

    players: name, minutes and expected (0: none), colour, text.
    """
    players = list(players)[::-1]
    places = list(range(len(players)))  # two players can have one name
    expected = [(place, one) for place, one in enumerate(players) if one["expected"]]
    most = max([40, *(one[name] for one in players for name in ("minutes", "expected"))])
    shared = {"hovertemplate": "%{hovertext}<extra></extra>"}
    return {
        "data": [
            {"type": "bar", "orientation": "h", "y": places, "x": [round(one["minutes"], 1) for one in players],
             "marker": {"color": [one["colour"] for one in players], "cornerradius": 3},
             "hovertext": [one["text"] for one in players], **shared},
            {"type": "scatter", "mode": "markers", "y": [place for place, _ in expected],
             "x": [round(one["expected"], 1) for _, one in expected],
             "marker": {"symbol": "diamond", "size": 10, "color": [one["colour"] for _, one in expected],
                        "line": {"width": 1.5, "color": "#fff"}},
             "hovertext": [one["text"] for _, one in expected], **shared},
        ],
        "layout": layout(
            bargap=0.4, margin={"l": 8, "r": 12, "t": 4, "b": 8},
            xaxis=axis(range=[0, most + 1], dtick=10, title=titled("Minutes a game")),
            yaxis=axis(showgrid=False, ticklabelstandoff=8, tickvals=places, ticktext=[one["name"] for one in players],
                       range=[-0.6, len(players) - 0.4]),
        ),
    }  # fmt: skip


def bars_height(count: int) -> int:
    """Pixels that so many bars need."""
    return SPACE + BAR * max(count, 1)


def through_season(lines: Mapping[str, Sequence[tuple[Any, float, str]]], *, dated: bool, title: str) -> dict[str, Any]:
    """Lines by label of (date or day, value, what to say of it)."""
    return {
        "data": [
            {
                "type": "scatter", "mode": "lines+markers", "name": label, "x": [x for x, _, _ in points],
                "y": [round(y, 3) for _, y, _ in points], "line": {"color": PALETTE[at % len(PALETTE)], "width": 2},
                "marker": {"size": 5}, "hovertext": [words for *_, words in points],
                "hovertemplate": "<b>%{fullData.name}</b> %{hovertext}<extra></extra>",
            }
            for at, (label, points) in enumerate(lines.items())
        ],
        "layout": layout(
            xaxis=_days([x for points in lines.values() for x, *_ in points], dated=dated),
            yaxis=axis(title=titled(title), rangemode="tozero"),
        ),
    }  # fmt: skip


def compared(
    teams: Sequence[Mapping[str, Any]], picked: Sequence[int], x_title: str, y_title: str, x_tick: str, y_tick: str
) -> dict[str, Any]:
    """Two measures of every team, the picked ones with their names; teams: id, name, x, y, text."""
    others = [team for team in teams if team["id"] not in picked]
    chosen = {team["id"]: team for team in teams if team["id"] in picked}
    data: list[dict[str, Any]] = [{
        "type": "scatter", "mode": "markers", "x": [t["x"] for t in others], "y": [t["y"] for t in others],
        "marker": {"color": faded(NEUTRAL, 0.55), "size": 7}, "hovertext": [t["text"] for t in others],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }]  # fmt: skip
    for at, team in enumerate(chosen[one] for one in picked if one in chosen):
        data.append({
            "type": "scatter", "mode": "markers+text", "x": [team["x"]], "y": [team["y"]], "text": [team["name"]],
            "textposition": "top center", "cliponaxis": False, "hovertext": [team["text"]],
            "marker": {"color": PALETTE[at % len(PALETTE)], "size": 12}, "hovertemplate": "%{hovertext}<extra></extra>",
        })  # fmt: skip
    return {
        "data": data,
        "layout": layout(
            xaxis=axis(title=titled(x_title), tickformat=x_tick), yaxis=axis(title=titled(y_title), tickformat=y_tick)
        ),
    }


def added_up(games: Sequence[Mapping[str, Any]], *, dated: bool) -> dict[str, Any]:
    """Points of a team less those of its opponents, added up game by game.

    games: x (date or day), margin (points so far), won, text.
    """
    x = [game["x"] for game in games]
    margin = [game["margin"] for game in games]
    return {
        "data": [
            {"type": "scatter", "mode": "lines", "x": x, "y": margin, "hoverinfo": "skip",
             "line": {"color": ACCENT, "width": 2, "shape": "hv"},
             "fill": "tozeroy", "fillcolor": faded(ACCENT, 0.12)},
            {"type": "scatter", "mode": "markers", "x": x, "y": margin, "hovertext": [game["text"] for game in games],
             "hovertemplate": "%{hovertext}<extra></extra>",
             "marker": {"size": 8, "color": [ACCENT if game["won"] else ORANGE for game in games],
                        "symbol": ["circle" if game["won"] else "diamond" for game in games]}},
        ],
        "layout": layout(
            xaxis=_days(x, dated=dated),
            yaxis=axis(title=titled("Points ahead, added up"), zeroline=True, tickformat="+d"),
        ),
    }  # fmt: skip


def _days(shown: Sequence[Any], *, dated: bool) -> dict[str, Any]:
    """An axis of dates (ISO) or of days; never of hours, as where a season has only begun."""
    shape: dict[str, Any] = {"showgrid": False, "nticks": 7, "tickangle": 0, "ticklabelstandoff": 6}
    if not dated:
        return axis(title=titled("Day of the season"), **shape)
    days = axis(type="date", tickformat="%-d %b", **shape)
    first, last = date.fromisoformat(min(shown)), date.fromisoformat(max(shown))
    if last - first >= 2 * _AROUND:
        return days
    return days | {"range": [str(first - _AROUND), str(last + _AROUND)]}
