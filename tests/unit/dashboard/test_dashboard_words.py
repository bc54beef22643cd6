"""Addresses, words and measures: the parts of the dashboard that are plain functions."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from dashboard.measures import COIN_LOG_LOSS, calibration, score, wilson
from dashboard.place import Place
from dashboard.wording import ago, day_label, percent, season_label, signed
from hoops.leagues import League


@pytest.mark.parametrize(
    ("pathname", "search", "expected"),
    [
        ("/", "", Place()),
        ("/", "?league=W&season=2024", Place("", League.WOMEN, 2024)),
        ("/ratings/", "?league=M", Place("ratings")),
        ("/", "?league=X&season=soon", Place()),
        (None, None, Place()),
        ("/team", "?team=1181&team=1182", Place("team", asked={"team": "1182"})),
    ],
)
def test_an_address_is_read_and_nonsense_left_out(pathname: str, search: str, expected: Place) -> None:
    assert Place.parse(pathname, search) == expected


def test_an_address_written_is_read_back() -> None:
    place = Place("team", League.WOMEN, 2023, {"team": "3101"}, "/dev/")
    pathname, _, search = place.href(team=3101).partition("?")
    assert Place.parse(pathname, search, "/dev/") == place


@pytest.mark.parametrize("text", ["", "-1", "x", "1" * 9, "1.5"])
def test_a_parameter_that_is_no_number_is_none(text: str) -> None:
    place = Place(asked={"day": text, "teams": f"1101,{text},1102"})
    assert place.integer("day") is None
    assert place.integers("teams") == [1101, 1102]


def test_days_are_dates_once_the_calendar_is_known() -> None:
    assert day_label(132, None) == "Day 132 (Selection Sunday)"
    assert day_label(132, date(2024, 3, 17), year=True) == "Sun 17 Mar 2024"
    assert season_label(2000) == "1999–00"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(-5, "just now"), (59, "just now"), (60, "1 minute ago"), (7200, "2 hours ago"), (6 * 86400, "6 days ago")],
)
def test_ago(seconds: int, expected: str) -> None:
    then = datetime(2024, 2, 1, tzinfo=UTC)
    assert ago(then, then + timedelta(seconds=seconds)) == expected


def test_long_ago_is_a_date() -> None:
    assert ago(datetime(2024, 2, 1, 6, 3, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)) == "on 1 Feb 2024, 06:03 UTC"


def test_numbers_never_claim_certainty() -> None:
    assert [percent(p) for p in (0.0, 0.009, 0.5, 0.991, 1.0)] == ["<1%", "<1%", "50%", ">99%", ">99%"]
    assert signed(-3.25, 1) == "−3.2"


def test_a_coin_scores_as_a_coin() -> None:
    won = np.array([True, False, False])
    result = score(np.full(3, 0.5), won)
    assert result.log_loss == pytest.approx(COIN_LOG_LOSS)
    assert (result.brier, result.accuracy) == (0.25, 0.5)


def test_scores_match_the_formulas() -> None:
    probability, won = np.array([0.9, 0.2, 0.6]), np.array([True, False, False])
    result = score(probability, won)
    assert result.log_loss == pytest.approx(-(math.log(0.9) + math.log(0.8) + math.log(0.4)) / 3)
    assert result.brier == pytest.approx((0.01 + 0.04 + 0.36) / 3)
    assert result.accuracy == pytest.approx(2 / 3)


def test_a_sure_and_wrong_forecast_costs_much_but_stays_finite() -> None:
    assert 20 < score(np.array([1.0]), np.array([False])).log_loss < 40


def test_no_games_have_no_score() -> None:
    assert math.isnan(score(np.array([]), np.array([], bool)).log_loss)
    assert calibration(np.array([]), np.array([], bool)) == []


def test_bins_hold_equally_many_games_and_all_of_them() -> None:
    rng = np.random.default_rng(1)
    probability = rng.random(1003)
    bins = calibration(probability, rng.random(1003) < probability)
    assert len(bins) == 10
    assert sum(b.games for b in bins) == 1003
    assert {b.games for b in bins} == {100, 101}
    assert all(b.lowest <= b.forecast <= b.highest for b in bins)
    assert all(0 <= b.low <= b.observed <= b.high <= 1 for b in bins)
    assert [b.forecast for b in bins] == sorted(b.forecast for b in bins)


def test_calibration_does_not_depend_on_which_team_is_named_first() -> None:
    rng = np.random.default_rng(2)
    probability = rng.random(400)
    won = rng.random(400) < probability
    swapped = calibration(1 - probability, ~won)
    for one, other in zip(calibration(probability, won), swapped, strict=True):
        assert one.observed == pytest.approx(other.observed)
        assert one.forecast == pytest.approx(other.forecast)


def test_intervals_of_honest_forecasts_hold_the_forecast_about_as_often_as_promised() -> None:
    rng = np.random.default_rng(3)
    held = total = 0
    for _ in range(40):
        probability = rng.random(2000)
        bins = calibration(probability, rng.random(2000) < probability)
        held += sum(b.low <= b.forecast <= b.high for b in bins)
        total += len(bins)
    assert 0.91 < held / total < 0.99


def test_few_games_make_few_bins() -> None:
    assert len(calibration(np.full(30, 0.7), np.ones(30, bool))) == 1


def test_wilson_stays_within_bounds() -> None:
    assert wilson(0, 5)[0] == 0.0
    assert wilson(5, 5)[1] == pytest.approx(1.0)
    assert wilson(5, 5)[0] > 0.5
