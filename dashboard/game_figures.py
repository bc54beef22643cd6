"""Figures of one game: its timeline, and shots by area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.figures import ACCENT, NEUTRAL, ORANGE, axis, faded, layout, titled
from dashboard.gamelog import GameLog, led, moment, words
from dashboard.wording import percent, plural
from hoops.plays.vocabulary import AREAS

TEAMS = (ACCENT, ORANGE)
_CHANCE, _LEAD, _LEVERAGE = (0.42, 1.0), (0.13, 0.38), (0.0, 0.06)  # where the parts of the timeline stand
_NAMED = 0.13  # what the axis of chances leaves above and below for the names of the teams
_APART = 5  # minutes between what is written on two runs of a team, at least
_DOUBT = 0.5


def timeline(game: GameLog, names: tuple[str, str], pregame: float | None) -> dict[str, Any]:
    """Win probability of team 1, the difference of the scores with runs, and leverage, over the minutes of the game.

    Parameters
    ----------
    names
        Of team 1 and team 2.
    pregame
        The chance of team 1 before the game; None where the plays have no chances.
    """
    minutes = [0.0, *(play["seconds"] / 60 for play in game.plays)]
    end = game.ends()[-1][0] / 60
    told = [f"Tip-off<br>{_favourite(pregame, names)}", *(_told(game, play, names) for play in game.plays)]
    lead = [0, *(play["team1_score"] - play["team2_score"] for play in game.plays)]
    has_chances = pregame is not None and game.swings is not None
    low, high = _LEAD if has_chances else (0.0, 1.0)
    reach = max(8, *(abs(one) for one in lead)) * 1.3
    step = next(one for one in (5, 10, 20, 40) if reach < 2.5 * one or one == 40)
    data = _both_sides(minutes, lead, 0, "y2", told if not has_chances else [""] * len(told))
    data += _runs(game, names, reach)
    shapes = [_vertical(second / 60) for second, _ in game.ends()[:-1]]
    notes = _run_points(game, reach)
    axes: dict[str, Any] = {
        "yaxis2": axis(domain=[low, high], range=[-reach, reach], tickvals=[-step, 0, step],
                       ticktext=[str(step), "0", str(step)], title=titled("Lead"), showgrid=False),
    }  # fmt: skip
    if pregame is not None and has_chances:
        chance = [pregame, *(play["chance"] for play in game.plays)]
        data += _both_sides(minutes, [round(one, 4) for one in chance], _DOUBT, "y", told)
        data += [_leverage(game, minutes[1:]), *_biggest(game, names)]
        axes["yaxis"] = axis(
            domain=list(_CHANCE), range=[-_NAMED, 1 + _NAMED], tickvals=[0, 0.25, 0.5, 0.75, 1],
            ticktext=["100%", "75%", "50%", "75%", "100%"], title=titled("Win probability"),
        )  # fmt: skip
        axes["yaxis3"] = axis(domain=list(_LEVERAGE), range=[0, 1], showticklabels=False, showgrid=False)
        for y, name, side in ((1, names[0], "bottom"), (0, names[1], "top")):
            notes.append(_label(name, y, side))
        most = max(play["leverage"] for play in game.plays)
        notes.append(_label(f"Leverage, at most {most:.0%}", _LEVERAGE[1], "bottom", "paper"))
    else:
        for y, name, side in ((reach, names[0], "top"), (-reach, names[1], "bottom")):
            notes.append(_label(name, y, side, "y2"))
    return {
        "data": data,
        "layout": layout(
            shapes=shapes, annotations=notes, hoverdistance=40, margin={"l": 8, "r": 14, "t": 8, "b": 8},
            xaxis=axis(range=[0, end], showgrid=False, anchor="y3" if has_chances else "y2", tickangle=0,
                       tickvals=_minutes(game), ticktext=[f"{minute:g}" for minute in _minutes(game)],
                       title=titled("Minutes played")),
            **axes,
        ),
    }  # fmt: skip


def _minutes(game: GameLog) -> list[float]:
    """Where the axis has numbers: at every tenth minute, and at the end of each overtime."""
    ends = [second / 60 for second, _ in game.ends()]
    return [float(minute) for minute in range(0, min(int(ends[-1]), 40) + 1, 10)] + [one for one in ends if one > 40]


def _both_sides(x: list[float], y: list[Any], middle: float, to: str, told: list[str]) -> list[dict[str, Any]]:
    """A stepped line, with what lies above the middle in team 1's colour and what lies below it in team 2's."""
    made: list[dict[str, Any]] = []
    ends = [x[0], x[-1]]
    for colour, part in zip(TEAMS, ([max(one, middle) for one in y], [min(one, middle) for one in y]), strict=True):
        made.append(_flat(ends, middle, to))
        made.append({
            "type": "scatter", "mode": "lines", "x": x, "y": part, "yaxis": to, "fill": "tonexty", "hoverinfo": "skip",
            "fillcolor": faded(colour, 0.3), "line": {"width": 0, "shape": "hv"},
        })  # fmt: skip
    made.append({
        "type": "scatter", "mode": "lines", "x": x, "y": y, "yaxis": to, "line": {"width": 1.8, "color": NEUTRAL,
                                                                                    "shape": "hv"},
        "hovertext": told, "hovertemplate": "%{hovertext}<extra></extra>",
    } | ({} if any(told) else {"hoverinfo": "skip", "hovertemplate": None, "hovertext": None}))  # fmt: skip
    return made


def _flat(x: list[float], y: float, to: str) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines", "x": x, "y": [y, y], "yaxis": to, "hoverinfo": "skip",
        "line": {"width": 1, "color": NEUTRAL, "dash": "dot"},
    }  # fmt: skip


def _runs(game: GameLog, names: tuple[str, str], reach: float) -> list[dict[str, Any]]:
    """Bands of the runs, in the colour of the team that scored."""
    made = []
    for run in game.runs:
        side = int(run["team_id"] != game.team_ids[0])
        start, stop = run["first_seconds"] / 60, max(run["last_seconds"] / 60, run["first_seconds"] / 60 + 0.1)
        text = (
            f"<b>{run['points']}–0 run</b>, {names[side]}<br>{moment(run['first_seconds'], game.regular)} to "
            f"{moment(run['last_seconds'], game.regular)}<br>then {led(run, names)}"
        )
        made.append({
            "type": "scatter", "mode": "lines", "x": [start, stop, stop, start, start],
            "y": [-reach, -reach, reach, reach, -reach], "yaxis": "y2", "fill": "toself", "hoveron": "fills",
            "fillcolor": faded(TEAMS[side], 0.16), "line": {"width": 0}, "text": text, "hoverinfo": "text",
            "name": f"{run['points']}–0 run",
        })  # fmt: skip
    return made


def _run_points(game: GameLog, reach: float) -> list[dict[str, Any]]:
    """What the runs scored, on their bands, above for team 1 and below for team 2; the largest where room is scarce."""
    written: list[tuple[bool, float, str]] = []
    for run in sorted(game.runs, key=lambda run: -run["points"]):
        up, middle = run["team_id"] == game.team_ids[0], (run["first_seconds"] + run["last_seconds"]) / 120
        if all(other != up or abs(minute - middle) >= _APART for other, minute, _ in written):
            written.append((up, middle, f"{run['points']}–0"))
    return [
        {"text": text, "x": minute, "y": reach if up else -reach, "yref": "y2", "yanchor": "top" if up else "bottom",
         "showarrow": False, "font": {"size": 11}}
        for up, minute, text in written
    ]  # fmt: skip


def _leverage(game: GameLog, minutes: list[float]) -> dict[str, Any]:
    top = max(play["leverage"] for play in game.plays) or 1.0
    return {
        "type": "scatter", "mode": "lines", "x": minutes, "yaxis": "y3", "fill": "tozeroy", "hoverinfo": "skip",
        "y": [round(play["leverage"] / top, 3) for play in game.plays], "fillcolor": faded(NEUTRAL, 0.5),
        "line": {"width": 0, "shape": "vh"},
    }  # fmt: skip


def _biggest(game: GameLog, names: tuple[str, str]) -> list[dict[str, Any]]:
    """A diamond where the chance changed most."""
    play = game.biggest()
    if play is None or game.swings is None:
        return []
    return [{
        "type": "scatter", "mode": "markers", "cliponaxis": False, "x": [play["seconds"] / 60],
        "y": [round(play["chance"], 4)],
        "marker": {"symbol": "diamond", "size": 11, "color": TEAMS[int(game.swings["biggest_swing"] < 0)],
                   "line": {"width": 1.5, "color": "#fff"}},
        "hovertext": [f"<b>Biggest swing</b>, +{abs(game.swings['biggest_swing']):.0%}<br>"
                      f"{_told(game, play, names)}"],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }]  # fmt: skip


def _told(game: GameLog, play: Mapping[str, Any], names: tuple[str, str]) -> str:
    by = f"{play['player_name']}, {play['team_name']}" if play["player_name"] else play["team_name"]
    line = f"{game.moment(play)}<br><b>{words(play)}</b><br>{by}<br>{led(play, names)}"
    if play["chance"] is None:
        return line
    return f"{line} · {_favourite(play['chance'], names)}<br>Leverage {play['leverage']:.0%}"


def _favourite(chance: float | None, names: tuple[str, str]) -> str:
    if chance is None:
        return ""
    return f"{names[0]} {percent(chance)}" if chance >= _DOUBT else f"{names[1]} {percent(1 - chance)}"


def _label(name: str, y: float, side: str, to: str = "y") -> dict[str, Any]:
    return {
        "text": f"<b>{name}</b>", "x": 0, "xref": "paper", "xanchor": "left", "xshift": 6, "y": y, "yref": to,
        "yanchor": side, "showarrow": False, "font": {"size": 12},
    }  # fmt: skip


def _vertical(minute: float) -> dict[str, Any]:
    return {
        "type": "line", "x0": minute, "x1": minute, "yref": "paper", "y0": 0, "y1": 1, "layer": "below",
        "line": {"color": NEUTRAL, "width": 1, "dash": "dot"},
    }  # fmt: skip


def area_bars(areas: Sequence[Sequence[Mapping[str, Any]]], names: tuple[str, str]) -> dict[str, Any]:
    """Field goals tried by area of the court, a bar for each team. areas: of each team, `gamelog.by_area`."""
    order = [name for name in AREAS.values() if any(row["area"] == name for rows in areas for row in rows)]
    data = []
    for name, colour, rows in zip(names, TEAMS, areas, strict=True):
        sums = {
            area: [sum(row[what] for row in rows if row["area"] == area) for what in ("made", "attempted")]
            for area in order
        }
        data.append({
            "type": "bar", "orientation": "h", "name": name, "y": [area.capitalize() for area in order],
            "x": [sums[area][1] for area in order], "marker": {"color": colour, "cornerradius": 3},
            "text": [f" {made}/{tried}" if tried else "" for made, tried in sums.values()], "textposition": "outside",
            "cliponaxis": False, "hovertemplate": "<b>%{fullData.name}</b>, %{y}<br>%{customdata}<extra></extra>",
            "customdata": [f"{made} of {plural(tried, 'shot')}" for made, tried in sums.values()],
        })  # fmt: skip
    return {
        "data": data,
        "layout": layout(
            barmode="group", bargap=0.3, margin={"l": 8, "r": 44, "t": 4, "b": 4},
            xaxis=axis(showticklabels=False, showgrid=False, rangemode="tozero"),
            yaxis=axis(showgrid=False, ticklabelstandoff=8, autorange="reversed"),
        ),
    }  # fmt: skip
