"""One game forecast: mirrored when turned, the same as in the fold, and with the reasons that make it up."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hoops import knowledge
from hoops.forecast.fold import days_of, fold, handle_new_data
from hoops.forecast.match import predict_match
from hoops.forecast.model import shipped
from hoops.games.leagues import League
from hoops.games.surroundings import Places, Surroundings
from tests.unit.hoops.fabricated_results import a_league

MODEL = shipped(League.MEN)
GAMES = a_league(boxless=0.1, days=20)
FOLDED = list(fold(days_of(GAMES), MODEL))
KNOWN = FOLDED[-1].known
NEXT = (2011, 130)


@pytest.mark.parametrize("site", [-1, 0, 1])
def test_the_game_turned_around_has_the_mirrored_forecast(site: int) -> None:
    one = predict_match(KNOWN, 1101, 1102, site, NEXT, MODEL)
    other = predict_match(KNOWN, 1102, 1101, -site, NEXT, MODEL)
    assert one.probability + other.probability == pytest.approx(1.0, abs=1e-12)
    assert one.margin == pytest.approx(-other.margin, abs=1e-12)
    mirrored = {driver.name: -driver.log_odds for driver in other.drivers}
    assert {driver.name: driver.log_odds for driver in one.drivers} == pytest.approx(mirrored, abs=1e-12)


def test_it_is_the_forecast_of_the_fold() -> None:
    days = list(days_of(GAMES))
    before, day = FOLDED[-2].known, days[-1]
    for row in FOLDED[-1].predicted.to_pylist():
        found = predict_match(before, row["team1_id"], row["team2_id"], row["site"], day.timestamp, MODEL)
        assert (found.probability, found.margin, found.margin_sd) == (
            row["team1_probability"], row["team1_margin"], row["margin_sd"],
        )  # fmt: skip
        assert found.known_through == (row["known_through_season"], row["known_through_day"]) == days[-2].timestamp


def test_one_file_gives_predictions_and_moves_every_aggregate() -> None:
    day = list(days_of(GAMES))[-1]
    given = handle_new_data(day.timestamp, day.games, FOLDED[-2].known, MODEL)
    assert given.predicted.equals(FOLDED[-1].predicted)
    assert knowledge.to_bytes(given.known) == knowledge.to_bytes(KNOWN)
    team = int(day.games["team1_id"][0].as_py())
    before, after = (
        one.sums.all_time[np.searchsorted(one.sums.teams, team)].sum() for one in (FOLDED[-2].known, given.known)
    )
    assert after > before
    with pytest.raises(ValueError, match="cannot go back"):
        handle_new_data((2010, 1), day.games, KNOWN, MODEL)


def test_its_drivers_are_what_it_is_made_of() -> None:
    found = predict_match(KNOWN, 1101, 1104, 1, NEXT, MODEL)
    total = sum(driver.log_odds for driver in found.drivers)
    assert total == pytest.approx(math.log(found.probability / (1 - found.probability)), abs=0.05)
    sizes = [abs(driver.log_odds) for driver in found.drivers]
    assert sizes == sorted(sizes, reverse=True)
    assert {"strength", "adjusted", "site"} <= {driver.name for driver in found.drivers}
    neutral = predict_match(KNOWN, 1101, 1104, 0, NEXT, MODEL)
    assert neutral.probability == found.neutral_probability < found.probability
    assert "site" not in {driver.name for driver in neutral.drivers}


def test_teams_never_seen_are_newcomers_and_even_among_themselves() -> None:
    found = predict_match(KNOWN, 1998, 1999, 0, NEXT, MODEL)
    assert found.probability == pytest.approx(0.5, abs=1e-12) and found.new_teams == (1998, 1999)
    best = max(range(1101, 1109), key=lambda team: predict_match(KNOWN, team, 1999, 0, NEXT, MODEL).probability)
    assert predict_match(KNOWN, best, 1999, 0, NEXT, MODEL).new_teams == (1999,)


def test_without_places_distances_are_not_known() -> None:
    found = predict_match(KNOWN, 1101, 1102, 0, NEXT, MODEL, 4001, Surroundings(places=Places.of(None)))
    assert all(math.isnan(one) for one in found.distances)
