"""Games of a day or a team: those of the whole season that are asked for, at the price of what is asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import fabricated
import pytest
from asking import NOW

from dashboard import matchups
from dashboard.data import Tables
from dashboard.place import Place
from dashboard.view import View
from hoops.games.leagues import League

SEASON = 2024
DAYS = [20, 60]
TEAM = 1105


@pytest.fixture(scope="module")
def view() -> View:
    store = fabricated.bucket([League.MEN], (SEASON,), 64)
    tables = Tables(lambda: store)
    edition = tables.manifest(League.MEN)
    assert edition is not None
    return View(tables, Place(season=SEASON), edition, SEASON, NOW)


def test_games_of_days_and_teams_are_those_of_the_season(view: View) -> None:
    for which in (matchups.played, matchups.upcoming):
        every = which(view)
        days = [100, 110, 20, 20, 199]
        assert which(view, days) == [game for game in every if game["day"] in days] != []
        mine = [game for game in every if TEAM in (game["team1_id"], game["team2_id"])]
        assert which(view, team=TEAM) == mine != []
        assert which(view, days, TEAM) == [game for game in mine if game["day"] in days]
        assert which(view, []) == which(view, team=99999999) == []


def _seconds(work: Callable[[], Any]) -> float:
    """Best of several runs, which other processes disturb least."""
    taken = []
    for _ in range(7):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


@pytest.mark.parametrize("asked", [{"days": DAYS}, {"team": TEAM}])
def test_one_day_and_one_team_cost_a_small_part_of_the_season(view: View, asked: dict[str, Any]) -> None:
    whole = _seconds(lambda: matchups.played(view))
    assert _seconds(lambda: matchups.played(view, **asked)) < whole / 4
