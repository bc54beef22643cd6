"""Folding days in order: what was known, what was issued, what is still to come."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest

from hoops.forecast.fold import carry_issued, days_of, fold, forecast_fixtures, issued
from hoops.forecast.model import shipped
from hoops.games.identity import without
from hoops.games.leagues import LAST_DAY, League
from hoops.games.moment import Moment
from hoops.schemas import FIXTURES, GAMES, PENDING, PREDICTED

MODEL = shipped(League.MEN)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def games(*rows: tuple[int, int, int, int, int, int]) -> pa.Table:
    """Rows of (season, day, team 1, team 2, score 1, score 2) on neutral ground."""
    names = ("season", "day", "team1_id", "team2_id", "team1_score", "team2_score")
    blank = {field.name: None for field in GAMES} | {"kind": "regular", "site": 0, "num_ot": 0}
    return pa.Table.from_pylist([blank | dict(zip(names, row, strict=True)) for row in rows], schema=GAMES)


def fixtures(*rows: tuple[int, int, int, int]) -> pa.Table:
    names = ("season", "day", "team1_id", "team2_id")
    blank = {"site": 0, "city_id": None}
    return pa.Table.from_pylist([blank | dict(zip(names, row, strict=True)) for row in rows], schema=FIXTURES)


THREE_DAYS = games(
    (2023, 10, 1101, 1102, 80, 70), (2023, 10, 1103, 1104, 60, 70), (2023, 12, 1101, 1103, 66, 60),
    (2024, 2, 1101, 1102, 55, 70),
)  # fmt: skip


def test_days_are_split_in_order() -> None:
    days = list(days_of(THREE_DAYS))
    assert [(day.season, day.day, day.games.num_rows) for day in days] == [(2023, 10, 2), (2023, 12, 1), (2024, 2, 1)]
    assert list(days_of(GAMES.empty_table())) == []


def test_each_forecast_says_what_was_known() -> None:
    folded = list(fold(days_of(THREE_DAYS), MODEL))
    known = [
        (row["known_through_season"], row["known_through_day"]) for day in folded for row in day.predicted.to_pylist()
    ]
    assert known == [(None, None), (None, None), (2023, 10), (2023, 12)]
    assert folded[0].predicted.schema.equals(PREDICTED)
    assert folded[0].predicted["team1_probability"].to_pylist() == [0.5, 0.5]


@pytest.mark.parametrize(("through", "flags"), [((2023, LAST_DAY), "001"), ((2023, 10), "011"), ((2023, 9), "111")])
def test_out_of_sample_is_after_the_last_day_of_training(through: Moment, flags: str) -> None:
    days = days_of(THREE_DAYS.slice(1))
    told = [day.predicted["out_of_sample"].to_pylist() for day in fold(days, replace(MODEL, trained_through=through))]
    assert told == [[flag == "1"] for flag in flags]


def test_ratings_rank_every_team_of_the_season() -> None:
    *_, last = fold(days_of(THREE_DAYS.slice(0, 3)), MODEL)
    assert sorted(last.rated["team_id"].to_pylist()) == [1101, 1102, 1103, 1104]
    assert last.rated["rank"].to_pylist() == [1, 2, 3, 4]
    rating = last.rated["rating"].to_numpy()
    assert (np.diff(rating) <= 0).all()
    assert rating.mean() == pytest.approx(0)


def test_later_fixtures_are_forecast_with_growing_uncertainty() -> None:
    *_, last = fold(days_of(THREE_DAYS), MODEL)
    made = forecast_fixtures(last.known, fixtures((2024, 3, 1101, 1102), (2024, 120, 1101, 1102)), lambda day: MODEL)
    near, far = made["margin_sd"].to_pylist()
    assert near < far
    assert made["known_through_day"].to_pylist() == [2, 2]
    assert forecast_fixtures(last.known, FIXTURES.empty_table(), lambda day: MODEL).num_rows == 0


def test_what_was_issued_is_carried_to_the_same_game_and_the_first_that_knows_wins() -> None:
    *_, last = fold(days_of(THREE_DAYS), MODEL)
    pending = forecast_fixtures(last.known, fixtures((2024, 3, 1101, 1102), (2024, 3, 1103, 1104)), lambda day: MODEL)
    earlier, later = issued(pending, NOW), issued(pending.slice(0, 1), NOW.replace(year=2027))
    carried = carry_issued(pending, later, earlier)
    assert [at.year for at in carried["issued_at"].to_pylist()] == [2027, 2026]
    assert carried["issued_probability"].to_pylist() == pending["team1_probability"].to_pylist()
    assert carry_issued(pending, PENDING.empty_table())["issued_at"].null_count == 2


def test_a_fixture_is_played_when_the_pair_met_on_its_day() -> None:
    listed = fixtures((2023, 10, 1101, 1102), (2023, 12, 1101, 1102), (2023, 12, 1101, 1103))
    assert without(listed, THREE_DAYS)["day"].to_pylist() == [12]
