"""Every season is forecast by what earlier seasons gave, whatever comes later."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from hoops.evaluation.backtest import walk
from hoops.forecast import features
from hoops.forecast.scorer import score
from hoops.games.leagues import League
from hoops.games.results import Results
from hoops.knowledge.parameters import defaults
from tests.unit.hoops.fabricated_games import a_table
from tests.unit.hoops.fabricated_results import a_league

pytest.importorskip("torch", reason="training needs torch")

from ml_jobs.settings import Settings
from ml_jobs.walk_forward import WalkForward

SETTINGS = Settings(epochs=3, members=2, width=3, ridge=1.0, first_season=2010, device="cpu")
SEASONS = (2010, 2011, 2012, 2013)
GAMES = a_league(seasons=SEASONS, boxless=0.1)


def forecasts(games: pa.Table) -> dict[str, np.ndarray]:
    made = WalkForward(League.MEN, settings=SETTINGS)(games, SEASONS)
    return {name: one.probability for name, one in made.items()}


def test_what_happens_in_a_season_changes_no_forecast_of_an_earlier_one():
    late = GAMES["season"].to_numpy() == 2013
    scores = [GAMES[name].to_numpy() for name in ("team1_score", "team2_score")]
    swapped = [np.where(late, other, one).astype(np.int16) for one, other in (scores, scores[::-1])]
    changed = GAMES
    for name, values in zip(("team1_score", "team2_score"), swapped, strict=True):
        changed = changed.set_column(changed.schema.get_field_index(name), GAMES.schema.field(name), pa.array(values))
    before, after = forecasts(GAMES), forecasts(changed)
    for name in before:
        np.testing.assert_array_equal(before[name][~late], after[name][~late])
    assert (before["full"][late] != after["full"][late]).any(), "the season itself was not changed"


def test_a_season_with_none_before_it_keeps_the_state_space_forecast():
    made = forecasts(GAMES)
    first = GAMES["season"].to_numpy() == 2010
    np.testing.assert_array_equal(made["full"][first], made["statespace"][first])
    assert (made["full"][~first] != made["statespace"][~first]).all()
    played = Results.of(GAMES)
    np.testing.assert_allclose(made["statespace"], walk(played, defaults(League.MEN)).probability, rtol=0, atol=1e-9)


def test_what_the_full_model_could_not_do_is_said():
    said: list[str] = []
    settings = replace(SETTINGS, groups=f"{SETTINGS.groups},travel")
    WalkForward(League.MEN, settings=settings, say=said.append)(GAMES, SEASONS)
    assert said[0].startswith("nothing in these files tells anything of travel")
    assert said[1].startswith("nothing to train on before 2010:") and len(said) == 2


def test_progress_counts_games_and_seasons():
    heard: dict[str, list[tuple[int, int]]] = {"games": [], "seasons": []}
    WalkForward(
        League.MEN, settings=SETTINGS,
        on_game=lambda *at: heard["games"].append(at), on_season=lambda *at: heard["seasons"].append(at),
    )(GAMES, SEASONS)  # fmt: skip
    assert heard["games"][-1] == (2 * GAMES.num_rows, 2 * GAMES.num_rows), "as they are, and with less box scores"
    assert heard["seasons"] == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_without_any_box_score_the_full_model_is_close_to_the_state_space():
    games = a_table(np.random.default_rng(4), range(2010, 2016), teams=24, days=40)
    settings = Settings(epochs=3, members=2, width=3, first_season=2010, device="cpu")
    made = WalkForward(League.MEN, settings=settings)(games, (2014, 2015))
    scored = games["season"].to_numpy() >= 2014
    full, statespace = (made[name].probability[scored] for name in ("full", "statespace"))
    assert 0.0 < np.abs(full - statespace).mean() < 0.02


def test_a_forecaster_of_described_games_lets_go_of_them():
    whole = WalkForward(League.MEN, settings=SETTINGS)
    forecaster = whole.over(whole.described(GAMES, SEASONS))
    assert np.array_equal(forecaster(GAMES, SEASONS)["full"].probability, forecasts(GAMES)["full"])
    with pytest.raises(RuntimeError, match="describe them again"):
        forecaster(GAMES, SEASONS)


def test_its_models_forecast_as_it_does_and_the_first_season_has_none():
    forecaster = WalkForward(League.MEN, settings=SETTINGS)
    models = dict(forecaster.models(forecaster.described(GAMES, SEASONS), SEASONS))
    assert models[2010] is None and all(models[season].trained_through == (season - 1, 200) for season in SEASONS[1:])
    played, described, _ = features.walk(GAMES, defaults(League.MEN))
    made = forecasts(GAMES)["full"]
    for season in SEASONS[1:]:
        rows = played.season == season
        assert np.array_equal(score(models[season].scorer, described.rows(rows)).probability, made[rows])
