"""The court: its areas cover it, once; what is drawn on it lies where it should."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from dashboard import court
from hoops.games.leagues import League
from hoops.plays.vocabulary import AREAS

LINES = (19.75, 20.75, 22.146)


def surface(corners: np.ndarray) -> float:
    """Square feet of a polygon (the shoelace formula)."""
    x, y = corners.T
    return abs(float(x @ np.roll(y, 1) - y @ np.roll(x, 1))) / 2


def within(corners: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Whether points are inside a polygon: a ray to the right crosses its edges an odd number of times."""
    inside = np.zeros(len(x), bool)
    for (x1, y1), (x2, y2) in pairwise([*corners, corners[0]]):
        if y1 != y2:
            inside ^= ((y1 > y) != (y2 > y)) & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return inside


def at(across: float, out: float, line: float = 20.75) -> str:
    """The area of a point."""
    point = np.array([across]), np.array([out])
    (name,) = [area.name for area in court.areas_of(line) if within(area.corners(), *point)[0]]
    return name


@pytest.mark.parametrize("line", LINES)
def test_every_spot_of_the_half_court_is_in_one_area(line: float) -> None:
    rng = np.random.default_rng(7)
    x = rng.uniform(-court.WIDTH / 2, court.WIDTH / 2, 20_000)
    y = rng.uniform(-court.RIM, court.LENGTH - court.RIM, 20_000)
    times = sum(within(area.corners(), x, y).astype(int) for area in court.areas_of(line))
    assert (times == 1).mean() > 0.9995, "but for what lies between a chord of two degrees and its arc"
    assert times.max() <= 2
    whole = sum(surface(area.corners()) for area in court.areas_of(line))
    assert whole == pytest.approx(court.WIDTH * court.LENGTH, rel=1e-6)


def test_areas_have_the_names_of_their_numbers_and_are_mirrored() -> None:
    areas = {area.name: surface(area.corners()) for area in court.areas_of(20.75)}
    assert list(areas) == list(AREAS.values())[:12]
    for name, size in areas.items():
        other = name.replace("right", "LEFT").replace("left", "right").replace("LEFT", "left")
        assert size == pytest.approx(areas[other])


def test_spots_are_in_the_area_that_a_coach_would_say() -> None:
    assert at(0, 1) == "under the basket"
    assert at(4, 9) == at(-4, 3) == "in the paint"
    assert at(12, -3) == "inside right wing"
    assert at(-10, 11) == "inside left"
    assert at(0, 17) == "inside centre"
    assert at(23, 0) == "outside right wing"
    assert at(-18, 18) == "outside left"
    assert at(1, 24) == at(0, 40) == "outside centre"


def test_the_line_went_back() -> None:
    assert at(21.3, 0, 20.75) == "outside right wing"
    assert at(21.3, 0, 22.146) == "inside right wing"
    assert at(21.9, 0, 22.146) == "outside right wing", "where it runs straight it is 21 feet and 8 inches away"
    assert [court.three_point_line(League.MEN, season) for season in (2008, 2009, 2019, 2020)] == [
        19.75, 20.75, 20.75, 22.146,
    ]  # fmt: skip
    assert [court.three_point_line(League.WOMEN, season) for season in (2011, 2012, 2021, 2022)] == [
        19.75, 20.75, 20.75, 22.146,
    ]  # fmt: skip


def test_both_ends_of_the_court_lie_upon_one() -> None:
    across, out = court.folded([6, 94, 6, 94], [50, 50, 80, 20])
    assert out == pytest.approx([0.39] * 4)
    assert across == pytest.approx([0, 0, 15, 15]), "an attacker's right is on the right at either end"


ROWS: list[dict[str, Any]] = [
    {"area": "in the paint", "value": 2, "made": 6, "attempted": 10},
    {"area": "outside left", "value": 3, "made": 1, "attempted": 6},
    {"area": "outside left", "value": 3, "made": 2, "attempted": 4},
    {"area": "backcourt", "value": 3, "made": 0, "attempted": 1},
]


def test_shots_of_an_area_are_added_up_and_said() -> None:
    figure = go.Figure(court.areas(ROWS)).to_dict()
    fills = {one["name"]: one for one in figure["data"] if one.get("fill") == "toself"}
    assert list(fills) == list(AREAS.values())
    assert fills["outside left"]["text"].startswith(
        "<b>Outside left</b><br>3 of 10, 30.0%<br>47.6% of the shots<br>0.90"
    )
    assert fills["inside left"]["text"].endswith("no shots")
    labels = figure["data"][-1]
    assert labels["text"] == ["<b>60%</b><br>6/10", "<b>30%</b><br>3/10", "<b>0%</b><br>0/1"]


def test_labels_stand_in_their_areas() -> None:
    figure = court.areas([{"area": name, "value": 2, "made": 1, "attempted": 2} for name in AREAS.values()])
    labels = figure["data"][-1]
    places = list(zip(labels["x"], labels["y"], strict=True))
    for line in LINES:
        assert [at(x, y, line) for x, y in places[:12]] == list(AREAS.values())[:12]
    assert places[12][1] > court.LENGTH - court.RIM


def test_areas_above_and_below_the_average_have_other_colours() -> None:
    fills = {one["name"]: one["fillcolor"] for one in court.areas(ROWS, average=1.0)["data"][:-1]}
    assert fills["in the paint"].startswith("rgba(43,123,214")
    assert fills["outside left"].startswith("rgba(217,96,26")
    assert "+0.20 beside the season's" in court.areas(ROWS, average=1.0)["data"][1]["text"]


def test_the_words_of_an_area_are_of_what_its_colour_says() -> None:
    labels = court.areas(ROWS, average=1.0)["data"][-1]
    assert labels["text"] == ["<b>1.20</b><br>6/10", "<b>0.90</b><br>3/10", "<b>0.00</b><br>0/1"]


def test_a_narrow_area_has_room_for_few_letters() -> None:
    row = {"value": 3, "made": 40, "attempted": 100}
    labels = court.areas([row | {"area": "outside left wing"}, row | {"area": "outside left"}])["data"][-1]
    assert labels["text"] == ["<b>40%</b><br>40/100", "<b>40%</b>"]


def test_where_colours_tell_teams_the_shape_tells_what_went_in() -> None:
    shots = [{"x": 10, "y": 40, "made": made, "text": ""} for made in (True, False)]
    missed, made = (one["marker"] for one in court.shots(shots, colour="#d9601a")["data"])
    assert missed["line"]["color"] == made["color"] == "#d9601a"
    assert missed["symbol"] != made["symbol"]


def test_without_shots_the_court_is_empty_and_no_error() -> None:
    for figure in (court.areas([]), court.areas([], average=1.0), court.shots([])):
        go.Figure(figure)


def test_shots_are_made_or_missed() -> None:
    rows = [{"x": 6, "y": 50, "made": True, "text": "dunk"}, {"x": 70, "y": 50, "made": False, "text": "three"}]
    missed, made = court.shots(rows)["data"]
    assert (made["hovertext"], missed["hovertext"]) == (["dunk"], ["three"])
    assert missed["y"] == pytest.approx([0.3 * 94 - court.RIM])
