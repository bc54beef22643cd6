"""Half a court as a figure: shots by area, and where each was taken.

The basket is at the top, so that left and right are those of who attacks it. Lengths are feet, measured from the rim's
centre: `across` to the right, `out` away from the baseline. Every area but the backcourt is what lies between two
angles and two outlines that are seen from the rim, such as the lane and the three-point line::

    baseline  +----8|--3|-2 1 2-|7--|12---+
              |      \\   |  ---  |   /     |
              |     4 \\  +-------+  / 6    |
              |  9     --.   5   .--   11  |
              |            -----           |
              |              10            |
    half way  +----------------------------+
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dashboard.figures import ACCENT, NEUTRAL, ORANGE, faded, layout
from dashboard.wording import signed
from hoops.games.leagues import League
from hoops.plays.vocabulary import AREAS

LENGTH, WIDTH, RIM = 47.0, 50.0, 5.25  # of half a court; of the rim's centre from the baseline
LANE, FREE_THROW, CIRCLE = 6.0, 19.0 - RIM, 6.0  # half the lane's width; the line before the rim; its circle's radius
_CORNER_THREE = 21.65  # how far from the rim the far line is where it runs straight
UNDER = 4.0  # radius of the arc below the basket
STRIP = 6.0  # how much of the backcourt is drawn
_FINE = np.radians(2)  # between the corners of what is round
_WING, _SIDE = np.radians(28), np.radians(64)  # where the wings and the sides end, seen from the rim
_FAR = 0.4  # points a shot above or below the average that give the strongest colour
_DEEPEST = 0.7  # how opaque the strongest colour is: what is written on it can be read in both themes

Outline = Callable[[npt.NDArray], npt.NDArray]  # how far it is from the rim, by angle


def three_point_line(league: League, season: int) -> float:
    """Distance of the three-point line from the rim's centre, in feet (NCAA rule books).

    >>> three_point_line(League.MEN, 2018), three_point_line(League.WOMEN, 2021), three_point_line(League.MEN, 2020)
    (20.75, 20.75, 22.146)
    """
    far, middle = (2020, 2009) if league is League.MEN else (2022, 2012)
    return 22.146 if season >= far else 20.75 if season >= middle else 19.75


@dataclass(frozen=True)
class Area:
    """An area of the court, between two angles (radians; 0 is to the right) and two outlines."""

    name: str
    start: float
    stop: float
    inner: Outline
    outer: Outline

    def corners(self) -> npt.NDArray[np.float64]:
        """Its corners, (n, 2): across and out."""
        steps = np.arange(self.start, self.stop, _FINE)
        edges = _CORNERS[(self.start < _CORNERS) & (self.stop > _CORNERS)]
        angle = np.unique([*steps, *edges, self.stop])
        outer = _points(angle, self.outer(angle))
        inner = self.inner(angle)[::-1]
        return np.concatenate([outer, _points(angle[::-1], inner)]) if inner.any() else outer


def areas_of(line: float) -> list[Area]:
    """The areas of half a court in the order of their numbers; line: distance of the three-point line, in feet."""
    three = _three_points(line)
    right = [-np.pi / 2, _WING, _SIDE]
    angles = [*right, *(np.pi - angle for angle in reversed(right))]
    under, paint, *rest = AREAS.values()
    whole = (-np.pi / 2, 3 * np.pi / 2)
    made = [Area(under, *whole, np.zeros_like, _under), Area(paint, *whole, _under, _lane)]
    for names, inner, outer in ((rest[:5], _lane, three), (rest[5:10], three, _half)):
        made += [Area(name, angles[at], angles[at + 1], inner, outer) for at, name in enumerate(names)]
    return made


def areas(
    rows: Iterable[Mapping[str, Any]], *, line: float = 20.75, average: float | Mapping[str, float] | None = None
) -> dict[str, Any]:
    """Field goals by area of the court.

    Parameters
    ----------
    rows
        area (name), value (2 or 3), made and attempted, as in `shot_areas`; several of an area are added up.
    line
        Distance of the three-point line, in feet.
    average
        Points per shot to compare with, of all areas or by area: more is blue, less is orange. Without it the colour
        tells where the shots are taken.
    """
    sums: dict[str, npt.NDArray] = defaultdict(lambda: np.zeros(3, int))
    for row in rows:
        sums[row["area"]] += row["made"], row["attempted"], row["made"] * row["value"]
    total = sum(one[1] for name, one in sums.items() if name in AREAS.values())
    top = max((one[1] / total for one in sums.values()), default=1)
    drawn: list[dict[str, Any]] = []
    labels: list[tuple[float, float, str, str]] = []
    back = np.array([[-1, 0], [1, 0], [1, 1], [-1, 1]]) * (WIDTH / 2, STRIP) + (0, LENGTH - RIM)
    shapes = [(area.name, area.corners()) for area in areas_of(line)] + [(AREAS[len(AREAS)], back)]
    for name, corners in shapes:
        made, attempted, points = (int(one) for one in sums[name])
        colour, words = faded(NEUTRAL, 0.06), f"<b>{name.capitalize()}</b><br>no shots"
        if attempted:
            each = points / attempted
            usual = average.get(name, each) if isinstance(average, Mapping) else average
            if usual is None:
                colour = faded(ACCENT, _DEEPEST * attempted / total / top)
            else:
                off = min(abs(each - usual) / _FAR, 1)
                colour = faded(ACCENT if each >= usual else ORANGE, 0.06 + (_DEEPEST - 0.06) * off)
            words = (
                f"<b>{name.capitalize()}</b><br>{made:,} of {attempted:,}, {made / attempted:.1%}<br>"
                f"{attempted / total:.1%} of the shots<br>{each:.2f} points a shot"
            )
            words += "" if usual is None else f", {signed(each - usual, 2)} beside the season's"
            share = f"{made / attempted:.0%}" if average is None else f"{each:.2f}"
            few = f"<br>{made}/{attempted}" if attempted < (100 if name in _NARROW else 1000) else ""
            labels.append((*_LABELS[name], f"<b>{share}</b>{few}", words))
        ring = np.round(np.vstack([corners, corners[:1]]), 2)
        drawn.append({
            "type": "scatter", "mode": "lines", "x": ring[:, 0].tolist(), "y": ring[:, 1].tolist(), "fill": "toself",
            "fillcolor": colour, "line": {"width": 1, "color": faded(NEUTRAL, 0.35)}, "hoveron": "fills",
            "text": words, "hoverinfo": "text", "name": name,
        })  # fmt: skip
    drawn.append({
        "type": "scatter", "mode": "text", "x": [one[0] for one in labels], "y": [one[1] for one in labels],
        "text": [one[2] for one in labels], "hovertext": [one[3] for one in labels],
        "hovertemplate": "%{hovertext}<extra></extra>", "textfont": {"size": 11},
    })  # fmt: skip
    return {"data": drawn, "layout": _layout(line)}


def shots(rows: Iterable[Mapping[str, Any]], *, line: float = 20.75, colour: str | None = None) -> dict[str, Any]:
    """Where shots were taken, both ends of the court laid upon one.

    A source does not say which basket was attacked: the nearer one is taken.

    Parameters
    ----------
    rows
        x, y (0-100 of 94 and 50 feet, from the left end and from below), made, and what to say of the shot as `text`.
    line
        Distance of the three-point line, in feet.
    colour
        Of all of them, where colours tell teams; without it those that went in have another than the others.
    """
    rows = list(rows)
    across, out = folded([row["x"] for row in rows], [row["y"] for row in rows])
    went_in = np.array([bool(row["made"]) for row in rows], bool)
    drawn = []
    for name, wanted, marker in (
        ("Missed", False, {"symbol": "x-thin", "size": 7, "line": {"width": 1.5, "color": colour or ORANGE}}),
        ("Made", True, {"symbol": "circle", "size": 7, "color": colour or ACCENT}),
    ):
        at = np.flatnonzero(went_in == wanted)
        drawn.append({
            "type": "scatter", "mode": "markers", "name": name, "opacity": 0.75, "marker": marker,
            "x": across[at].round(2).tolist(), "y": out[at].round(2).tolist(),
            "hovertext": [rows[i]["text"] for i in at],
            "hovertemplate": "%{hovertext}<extra>%{fullData.name}</extra>",
        })  # fmt: skip
    return {"data": drawn, "layout": _layout(line, strip=False)}


def folded(x: Sequence[float], y: Sequence[float]) -> tuple[npt.NDArray, npt.NDArray]:
    """Feet across and out from the rim that is nearer, of places in hundredths of the court.

    >>> [round(float(one[0]), 2) for one in folded([94], [40])]
    [5.0, 0.39]
    """
    along, over = np.asarray(x, float), np.asarray(y, float)
    far = along > 50
    along, over = np.where(far, 100 - along, along), np.where(far, 100 - over, over)
    return (over - 50) / 100 * WIDTH, along / 100 * 2 * LENGTH - RIM


def _points(angle: npt.NDArray, distance: npt.NDArray) -> npt.NDArray:
    return np.column_stack([np.cos(angle), np.sin(angle)]) * distance[:, None]


def _circle(angle: npt.NDArray, radius: float, out: float = 0) -> npt.NDArray:
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle) + out])


def _box(half: float, far: float) -> Outline:
    """A rectangle that begins at the baseline, `half` to both sides of the rim and `far` before it."""

    def distance(angle: npt.NDArray) -> npt.NDArray:
        with np.errstate(divide="ignore"):
            side = half / np.abs(np.cos(angle))
            end = np.where(np.sin(angle) > 0, far, RIM) / np.abs(np.sin(angle))
        return np.minimum(side, end)

    return distance


def _before(line: Outline, round_: float) -> Outline:
    """What is round before the rim and straight behind it."""
    return lambda angle: np.where(np.sin(angle) > 0, np.minimum(line(angle), round_), line(angle))


def _three_points(line: float) -> Outline:
    """The line is straight behind the rim, and beside it where it is far."""
    return _before(_box(min(line, _CORNER_THREE), np.inf), line)


_lane, _half, _under = _box(LANE, FREE_THROW), _box(WIDTH / 2, LENGTH - RIM), _before(_box(UNDER, np.inf), UNDER)
# Angles at which an outline has a corner.
_CORNERS = np.array(sorted(
    angle
    for half, out in (
        (LANE, FREE_THROW), (WIDTH / 2, LENGTH - RIM),
        *((half, -RIM) for half in (UNDER, LANE, 19.75, 20.75, _CORNER_THREE, WIDTH / 2)),
        *((half, 0.0) for half in (UNDER, 20.75)), (_CORNER_THREE, (22.146**2 - _CORNER_THREE**2) ** 0.5),
    )
    for angle in (np.arctan2(out, half), np.pi - np.arctan2(out, half))
))  # fmt: skip
# Where the words of an area stand.
_LABELS = dict(zip(
    AREAS.values(),
    [(0, 2.3), (0, 9), (13, -1.3), (13, 11.0), (0, 17.3), (-13, 11.0), (-13, -1.3),
     (22.7, 8.5), (19.5, 18.5), (0, 30), (-19.5, 18.5), (-22.7, 8.5), (0, LENGTH - RIM + STRIP / 2)],
    strict=True,
))  # fmt: skip


_NARROW = ("outside right wing", "outside left wing")  # areas with little room for words


def _layout(line: float, *, strip: bool = True) -> dict[str, Any]:
    end = LENGTH - RIM + (STRIP if strip else 0)
    hidden: dict[str, Any] = {"visible": False, "fixedrange": True, "constrain": "domain"}
    return layout(
        shapes=_lines(line),
        margin={"l": 2, "r": 2, "t": 2, "b": 2},
        xaxis=hidden | {"range": [-WIDTH / 2 - 0.5, WIDTH / 2 + 0.5]},
        yaxis=hidden | {"range": [end + 0.5, -RIM - 0.5], "scaleanchor": "x", "constraintoward": "top"},
    )


def _lines(line: float) -> list[dict[str, Any]]:
    """What is painted on the floor."""
    around = np.arange(0, 2 * np.pi + _FINE, _FINE)
    front = around[around <= np.pi + _FINE / 2]
    side, end = WIDTH / 2, LENGTH - RIM
    corner = np.arctan2(-RIM, min(line, _CORNER_THREE))
    arc = np.unique(np.concatenate([np.arange(corner, np.pi - corner, _FINE), [0, np.pi, np.pi - corner]]))
    drawn = [
        np.array([[-side, -RIM], [side, -RIM], [side, end], [-side, end], [-side, -RIM]]),
        np.array([[-LANE, -RIM], [-LANE, FREE_THROW], [LANE, FREE_THROW], [LANE, -RIM]]),
        _circle(front, CIRCLE, FREE_THROW),
        _circle(front, UNDER),
        _circle(-front, CIRCLE, end),
        _circle(around, 0.75),
        np.array([[-3, 4 - RIM], [3, 4 - RIM]]),
        _points(arc, _three_points(line)(arc)),
    ]
    return [
        {"type": "path", "path": "M" + "L".join(f"{x:.2f},{y:.2f}" for x, y in one), "layer": "above",
         "line": {"color": NEUTRAL, "width": 1.5}}
        for one in drawn
    ]  # fmt: skip
