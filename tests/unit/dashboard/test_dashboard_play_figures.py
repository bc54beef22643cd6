"""Figures of plays: what their axes show where there is little to show."""

from __future__ import annotations

import pytest

from dashboard import play_figures


@pytest.mark.parametrize("last", ["2023-11-06", "2023-11-11"])
def test_a_season_that_has_only_begun_is_shown_by_days_and_not_by_hours(last: str) -> None:
    points = [("2023-11-06", 80.0, "a"), (last, 81.0, "b")]
    lines = play_figures.through_season({"Rebounds": points}, dated=True, title="A game")["layout"]["xaxis"]
    games = [{"x": x, "margin": 5, "won": True, "text": ""} for x, *_ in points]
    added = play_figures.added_up(games, dated=True)["layout"]["xaxis"]
    assert lines["range"] == added["range"] == ["2023-11-03", "2023-11-09" if last == "2023-11-06" else "2023-11-14"]


def test_a_season_under_way_and_one_without_dates_fill_the_width() -> None:
    for dated, days in ((True, ("2023-11-06", "2024-03-01")), (False, (0, 3))):
        points = [(day, 80.0, "") for day in days]
        axis = play_figures.through_season({"Rebounds": points}, dated=dated, title="A game")["layout"]["xaxis"]
        assert "range" not in axis
