"""Each baseline against hand values, and none of them looks ahead."""

import numpy as np
import pytest

from hoops.evaluation.baselines import ELO, elo, elo_edges, fit_logit, home_only, seed_difference
from hoops.games.identity import in_order_of_play
from hoops.games.leagues import League
from hoops.games.results import Results
from tests.unit.hoops.fabricated_games import a_table, seeds_of, with_margin, without_box

SEASONS = (2001, 2002, 2003, 2004)
TABLE = a_table(np.random.default_rng(1), SEASONS)
GAMES = Results.of(in_order_of_play(TABLE))
SEEDS = {
    (row["season"], row["team_id"]): row["seed"] for row in seeds_of(TABLE).to_pylist()
}  # fmt: skip
CONSTANTS = ELO[League.MEN]
BASELINES = {
    "home": lambda games: home_only(games, SEASONS),
    "seed": lambda games: seed_difference(games, SEASONS, SEEDS),
    "elo": lambda games: elo(games, SEASONS, CONSTANTS),
}


@pytest.mark.parametrize("name", BASELINES)
@pytest.mark.parametrize("season", SEASONS)
def test_a_season_forecast_changes_with_no_later_result(name, season):
    changed = with_margin(GAMES, np.where(GAMES.season >= season, -3.0 * GAMES.margin, GAMES.margin))
    before, after = BASELINES[name](GAMES), BASELINES[name](changed)
    same = GAMES.season < season if name == "elo" else GAMES.season <= season
    np.testing.assert_array_equal(before.probability[same], after.probability[same])
    np.testing.assert_array_equal(before.margin[same], after.margin[same])


def test_elo_of_a_day_changes_with_no_result_of_that_day_or_later():
    when = GAMES.season.astype(int) * 1000 + GAMES.day
    changed = with_margin(GAMES, np.where(when >= 2003012, -GAMES.margin, GAMES.margin))
    before, after = elo_edges(GAMES, CONSTANTS), elo_edges(changed, CONSTANTS)
    np.testing.assert_array_equal(before[when <= 2003012], after[when <= 2003012])
    assert not np.array_equal(before[when > 2003012], after[when > 2003012])


def test_home_only_is_the_share_and_mean_of_earlier_seasons():
    given = home_only(GAMES, SEASONS)
    before = (GAMES.season < 2003) & (GAMES.site != 0)
    margins = (GAMES.site * GAMES.margin)[before]
    share = (sum(margins > 0) + 1) / (len(margins) + 2)
    now = GAMES.season == 2003
    np.testing.assert_allclose(given.probability[now & (GAMES.site == 1)], share)
    np.testing.assert_allclose(given.probability[now & (GAMES.site == -1)], 1 - share)
    np.testing.assert_allclose(given.probability[now & (GAMES.site == 0)], 0.5)
    np.testing.assert_allclose(given.margin[now & (GAMES.site == 1)], margins.mean())


def test_seeds_forecast_the_tournament_only_and_the_better_seed_of_a_pair_alike():
    given = seed_difference(GAMES, SEASONS, SEEDS)
    ncaa = GAMES.kind == "ncaa"
    assert np.isnan(given.probability[~ncaa]).all()
    assert (given.probability[ncaa & (GAMES.season == 2001)] == 0.5).all()
    assert ((given.probability > 0) & (given.probability < 1))[ncaa].all()
    with pytest.raises(ValueError, match="'16'"):
        seed_difference(GAMES, SEASONS, {(2001, 1101): "16"})


def test_elo_by_hand():
    two = without_box(
        season=[2001, 2001], day=[1, 2], kind="regular", team1=[1101, 1101], team2=[1102, 1102],
        site=[1, 0], margin=[9.0, 1.0], num_ot=0,
    )  # fmt: skip
    edges = elo_edges(two, CONSTANTS)
    assert edges[0] == CONSTANTS.home
    expected = 1 / (1 + 10 ** (-CONSTANTS.home / 400))
    step = CONSTANTS.k * np.log(10.0) * 2.2 / (2.2 + 0.001 * CONSTANTS.home) * (1 - expected)
    assert edges[1] == pytest.approx(2 * step)


def test_elo_beats_home_court_alone_on_teams_that_differ():
    late = GAMES.season == 2004
    loss = {
        name: -np.mean(np.log(np.where(GAMES.won, p, 1 - p)[late]))
        for name, p in ((n, BASELINES[n](GAMES).probability) for n in ("elo", "home"))
    }
    assert loss["elo"] < loss["home"]


def test_fit_logit_finds_the_slope_and_survives_what_has_none():
    rng = np.random.default_rng(4)
    edge = rng.normal(0, 50, 20_000)
    won = rng.random(20_000) < 1 / (1 + np.exp(-0.02 * edge))
    assert fit_logit(edge, won) == pytest.approx(0.02, rel=0.05)
    assert fit_logit(np.empty(0), np.empty(0, bool)) == 0.0
    assert fit_logit(np.zeros(3), np.ones(3, bool)) == 0.0
    assert np.isfinite(fit_logit(np.ones(5), np.ones(5, bool)))
