"""Scorers that ship learn who is out, and forget nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from hoops.errors import MadnessError
from hoops.forecast.features import walk
from hoops.forecast.model import shipped
from hoops.forecast.scorer import Wide, from_bytes, groups, score, to_bytes
from hoops.games.leagues import League
from hoops.games.surroundings import Surroundings
from hoops.players import Squads
from ml_jobs.fit_absences import ABSENCES, beside, extended, fitted, without
from ml_jobs.read import LeagueGames
from tests.unit.hoops.fabricated_players import a_cast
from tests.unit.hoops.fabricated_results import a_league

GAMES = a_league(seasons=range(2010, 2014), days=8)
MODEL = shipped(League.MEN)
BLIND = without(MODEL.scorer, ABSENCES)
READ = LeagueGames(GAMES, Surroundings(), None, a_cast(GAMES))


def test_weights_beside_log_odds_are_found():
    rng = np.random.default_rng(1)
    log_odds, lacks = rng.normal(0.0, 1.5, 200_000), rng.normal(0.0, 0.6, (200_000, 2))
    chance = 1.0 / (1.0 + np.exp(-log_odds - lacks @ [-0.2, -0.3]))
    assert beside(log_odds, lacks, rng.random(len(chance)) < chance) == pytest.approx([-0.2, -0.3], abs=0.03)


def test_the_more_a_scorer_sees_moves_what_tells_of_it_by_its_weights_and_nothing_else():
    _, games, _ = walk(GAMES, MODEL.parameters, squads=READ.squads)
    lacks = games.columns(ABSENCES)
    told = (lacks != 0.0).any(axis=1)
    assert told.any() and not told.all()
    by_margin, by_odds = np.array([-1.5, -2.5]), np.array([-0.2, -0.3])
    seeing = extended(BLIND, ABSENCES, lacks[told], by_odds * BLIND.temperature, by_margin / BLIND.margin_unit)
    before, after = score(BLIND, games), score(seeing, games)
    np.testing.assert_allclose(after.log_odds - before.log_odds, lacks @ by_odds, atol=1e-12)
    np.testing.assert_allclose(after.margin - before.margin, lacks @ by_margin, atol=1e-12)
    wide = Wide(seeing)
    many = wide.log_odds(games.offset, games.values[:, wide.seen], games.context)
    np.testing.assert_allclose(many, after.log_odds, atol=1e-5)
    again = without(from_bytes(to_bytes(seeing)), ABSENCES)
    assert to_bytes(again) == to_bytes(BLIND)


def test_fitting_twice_gives_the_same_scorer():
    one = fitted(READ, MODEL)
    other = fitted(READ, MODEL.__class__(MODEL.league, MODEL.parameters, one.scorer, MODEL.trained_through))
    assert to_bytes(one.scorer) == to_bytes(other.scorer) and set(one.seasons) <= set(range(2010, 2014))


def test_without_players_games_there_is_nothing_to_fit():
    with pytest.raises(MadnessError, match="anybody who is out"):
        fitted(LeagueGames(GAMES, Surroundings(), None, Squads.empty()), MODEL)


@pytest.mark.parametrize("league", League)
def test_scorers_that_ship_know_that_who_is_out_is_missed(league):
    scorer = shipped(league).scorer
    assert "absences" in groups(scorer)
    weights = scorer.linear[[scorer.features.index(name) for name in ABSENCES]]
    assert (weights < 0.0).all()
