"""All pairs at once give what one game after the other gives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hoops import knowledge
from hoops.forecast.feature_list import RETIRED
from hoops.forecast.fold import learn
from hoops.forecast.match import forecast
from hoops.forecast.model import Model, shipped
from hoops.forecast.pairs import all_pairs, by_strength
from hoops.games.leagues import League
from hoops.games.matchups import Matchups
from hoops.knowledge import Knowledge, absences, statespace
from tests.unit.hoops.fabricated_players import a_cast
from tests.unit.hoops.fabricated_results import a_league

NEXT = (2011, 136)
NEVER_SEEN = (1998, 1999)


def on_the_morning(model: Model, boxless: float = 0.3) -> Knowledge:
    *_, (_, known) = learn(a_league(boxless=boxless), model.parameters)
    return knowledge.advance(known, *NEXT, model.parameters)


def sees_players(model: Model) -> Model:
    """The same weights, of which those of some features are given to who is out, or to a feature that is retired."""
    instead = {"tempo": RETIRED[0], "offence": "absent_minutes", "defence": "absent_points"}
    features = tuple(instead.get(name, name) for name in model.scorer.features)
    return replace(model, scorer=replace(model.scorer, features=features))


def games_of(teams: np.ndarray) -> Matchups:
    one, other = np.nonzero(~np.eye(len(teams), dtype=bool))
    return Matchups(teams[one], teams[other], np.zeros(len(one), np.int8))


@pytest.mark.parametrize("league", League)
@pytest.mark.parametrize("boxless", [0.0, 0.3, 1.0])
def test_they_are_the_forecasts_of_single_games(league: League, boxless: float) -> None:
    model = shipped(league)
    before = on_the_morning(model, boxless)
    teams = np.array([*before.strength.teams, *NEVER_SEEN], np.int32)
    games, found = games_of(teams), all_pairs(before, teams, model)
    expected = forecast(before, games, model).probability
    assert found.of(games.team1, games.team2) == pytest.approx(expected, abs=1e-7)
    assert np.ptp(expected) > 0.2, "forecasts that differ"


def test_what_rests_on_players_is_seen_in_pairs_as_in_games() -> None:
    model, games = sees_players(shipped(League.MEN)), a_league(seasons=range(2008, 2012))
    *_, (_, known) = learn(games, model.parameters, squads=a_cast(games))
    before = knowledge.advance(known, *NEXT, model.parameters)
    teams = before.strength.teams
    assert len(absences.out(before.absences).team)
    pairs = games_of(teams)
    expected = forecast(before, pairs, model).probability
    assert all_pairs(before, teams, model).of(pairs.team1, pairs.team2) == pytest.approx(expected, abs=1e-7)
    assert np.abs(expected - forecast(before, pairs, shipped(League.MEN)).probability).max() > 1e-4


def test_the_state_space_model_alone_gives_its_own() -> None:
    model = shipped(League.MEN)
    before = on_the_morning(model)
    teams = np.array([*before.strength.teams, *NEVER_SEEN], np.int32)
    games, found = games_of(teams), by_strength(before, teams, model.parameters)
    expected = statespace.predict(before.strength, NEXT[0], games, model.parameters).probability
    assert found.of(games.team1, games.team2) == pytest.approx(expected, abs=1e-12)


def test_the_two_of_a_pair_add_up_to_one_and_order_and_company_change_nothing() -> None:
    model = shipped(League.MEN)
    before = on_the_morning(model)
    teams = before.strength.teams
    found = all_pairs(before, teams, model)
    assert np.all(found.probability + found.probability.T == 1.0)
    assert np.all(found.probability.diagonal() == 0.5)
    shuffled = all_pairs(before, np.concatenate([teams[::-1], teams[:2]]), model)
    assert np.array_equal(shuffled.teams, teams) and np.array_equal(shuffled.probability, found.probability)
    few = all_pairs(before, teams[:3], model)
    assert few.probability == pytest.approx(found.probability[:3, :3], abs=1e-7)


def test_before_any_game_every_pair_is_even() -> None:
    model = shipped(League.MEN)
    before = knowledge.advance(knowledge.initial(model.parameters), *NEXT, model.parameters)
    even = all_pairs(before, np.array(NEVER_SEEN), model).probability
    assert even == pytest.approx(np.full((2, 2), 0.5), abs=1e-7)
    assert all_pairs(before, np.array([], np.int32), model).probability.shape == (0, 0)


def test_a_team_that_is_none_of_them_is_named() -> None:
    model = shipped(League.MEN)
    found = all_pairs(on_the_morning(model), np.array([1101, 1102]), model)
    with pytest.raises(KeyError, match="no team 1103 among these 2"):
        found.of(np.array([1101]), np.array([1103]))
