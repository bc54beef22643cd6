"""A course of training is the same whoever asks, in whatever order, and is gone through once."""

from __future__ import annotations

import numpy as np
import pytest

from hoops.forecast.scorer import to_bytes
from hoops.games.moment import end_of
from ml_jobs.settings import Settings
from tests.unit.ml_jobs.league_seen import some_games

torch = pytest.importorskip("torch", reason="training needs torch")

from ml_jobs.course import Courses  # noqa: E402
from ml_jobs.fit_scorer import fit  # noqa: E402

SETTINGS = Settings(epochs=5, batch=256, members=2, width=3, ridge=1.0, patience=2, device="cpu", learning_rate=0.01)


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def test_seasons_share_courses_and_every_scorer_is_as_if_it_had_been_alone():
    games, days = some_games(), [end_of(2011), (2012, 60), end_of(2012), end_of(2013)]
    shared, turned = Courses(games, SETTINGS), Courses(games, SETTINGS)
    together = [fit(shared, day) for day in days]
    backwards = [fit(turned, day) for day in days[::-1]][::-1]
    alone = [fit(Courses(games, SETTINGS), day) for day in days]
    for one, other, lone in zip(together, backwards, alone, strict=True):
        assert to_bytes(one.scorer) == to_bytes(other.scorer) == to_bytes(lone.scorer)
        assert (one.epochs, one.validation) == (other.epochs, other.validation) == (lone.epochs, lone.validation)
    assert together[-1].epochs > 0
    visits = [sum(one.visits for one in found) for found in (together, backwards, alone)]
    assert visits[0] == visits[1] < visits[2]


def test_what_was_let_go_of_is_trained_again_to_the_same_bytes_and_still_counted():
    games, courses = some_games(), Courses(some_games(), SETTINGS)
    first, visits = fit(courses, end_of(2012)), courses.visits
    courses.forget(end_of(2013))
    assert courses.visits == visits > 0
    again = fit(courses, end_of(2012))
    assert (
        to_bytes(again.scorer) == to_bytes(first.scorer) == to_bytes(fit(Courses(games, SETTINGS), end_of(2012)).scorer)
    )
    assert (first.visits, again.visits, courses.visits) == (visits, visits, 2 * visits)
    kept = courses.to(end_of(2012), "cpu")
    courses.forget(end_of(2012))
    assert courses.to(end_of(2012), "cpu") is kept, "of the day itself it is kept"


def test_a_course_is_on_the_games_that_may_train_up_to_its_day():
    games = some_games()
    for day in (end_of(2011), (2012, 60)):
        course = Courses(games, SETTINGS).to(day, "cpu")
        season, until = games.season[course.chosen], games.day[course.chosen]
        assert max(zip(season.tolist(), until.tolist(), strict=True)) <= day
        assert season.min() == 2009, "a season without box scores trains nothing"
        x = course.rows().x().numpy()
        told = np.maximum((x != 0.0).sum(axis=0), 1)
        square = (x**2).sum(axis=0) / told
        np.testing.assert_allclose(
            square[square > 0.0], 1.0, rtol=1e-12, err_msg="of the games that a feature tells of"
        )
