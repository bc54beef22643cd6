"""The truth that comes with the sample league is the truth: of single games, and of the league as a whole."""

import math

import numpy as np
import pytest

from hoops.games.leagues import League
from sample.playing import Styles, play_games
from sample.playing import truth as truth_of
from sample.randomness import Draws, normal_cdf, normal_quantile
from sample.shape import PLAY
from tests.unit.sample.sample_tables import played, table, truth

pytestmark = pytest.mark.xdist_group("sample")  # the full league is made once
BOTH = pytest.mark.parametrize("league", list(League))
GAME = ["Season", "DayNum", "Team1ID", "Team2ID"]


@BOTH
@pytest.mark.parametrize("mean", [-25.0, -8.3, 0.0, 0.5, 3.1, 12.0])
def test_truth_of_one_game_played_often(league, mean):
    n, play = 100_000, PLAY[league]
    nobody = np.zeros(n, int)
    scores = play_games(np.full(n, mean), nobody, nobody, Styles(np.zeros(1), np.zeros(1)), play, Draws(1, str(mean)))
    margin = scores.score1 - scores.score2
    what = truth_of(np.array([mean]), play)
    p = what.probability[0]
    assert not (margin == 0).any()
    assert (margin > 0).mean() == pytest.approx(p, abs=4 * math.sqrt(p * (1 - p) / n))
    assert margin.mean() == pytest.approx(what.margin[0], abs=4 * margin.std() / math.sqrt(n))


@BOTH
def test_truth_is_antisymmetric(league):
    mean = np.linspace(-40, 40, 81)
    one, other = truth_of(mean, PLAY[league]), truth_of(-mean, PLAY[league])
    assert one.probability + other.probability == pytest.approx(1, abs=1e-12)
    assert one.margin + other.margin == pytest.approx(0, abs=1e-12)
    assert (np.diff(one.probability) > 0).all()


@BOTH
def test_every_game_has_its_truth(full, league):
    known, games, fixtures = truth(full, league), played(full, league), table(full, f"{league}Fixtures")
    assert not known.duplicated(GAME).any()
    assert (known.Team1ID < known.Team2ID).all()
    assert len(known) == len(games) + len(fixtures)
    assert len(known.merge(games[GAME])) == len(games)
    assert len(known.merge(fixtures[GAME])) == len(fixtures)
    assert known.Prob1.between(0, 1).all()


@BOTH
def test_the_league_is_calibrated(full, league):
    games = played(full, league).merge(truth(full, league), on=GAME)
    for _, group in games.groupby((10 * games.Prob1).astype(int).clip(0, 9)):
        p = group.Prob1
        assert group.Won1.sum() == pytest.approx(p.sum(), abs=4 * math.sqrt((p * (1 - p)).sum()))
    error = games.Margin - games.Margin1
    assert error.mean() == pytest.approx(0, abs=4 * error.std() / math.sqrt(len(games)))
    assert error.std() == pytest.approx(PLAY[league].margin_sd, rel=0.03)


@BOTH
def test_a_forecast_has_something_to_find(full, league):
    games = played(full, league).merge(truth(full, league), on=GAME)
    p = games.Prob1.clip(1e-6, 1 - 1e-6)
    log_loss = -np.log(np.where(games.Won1, p, 1 - p)).mean()
    assert log_loss == pytest.approx({League.MEN: 0.505, League.WOMEN: 0.455}[league], abs=0.03)


def test_normal_quantile_inverts_the_distribution_function():
    x = np.concatenate([np.linspace(-8, 5, 400), [-20.0, -36.0]])
    assert normal_quantile(normal_cdf(x)) == pytest.approx(x, abs=1e-9)


def test_draws_are_uniform_normal_and_named():
    draws = Draws(1, "a")
    uniform, normal = draws.uniform(100_000), draws.normal(100_000)
    assert 0 < uniform.min() < uniform.max() < 1
    assert uniform.mean() == pytest.approx(0.5, abs=0.004)
    assert normal.std() == pytest.approx(1, abs=0.01)
    assert np.abs(np.corrcoef(uniform, normal)[0, 1]) < 0.013
    assert Draws(1, "a").uniform(3).tolist() == uniform[:3].tolist()
    assert Draws(1, "b").uniform(3).tolist() != uniform[:3].tolist()
    assert sorted(draws.shuffled(range(9))) == list(range(9))


def test_the_stream_is_pinned():
    # numpy.random.PCG64(numpy.random.SeedSequence([1])).random_raw(2), which NumPy promises to keep.
    raw = np.random.PCG64(np.random.SeedSequence([1])).random_raw(2)
    assert Draws(1).uniform(2).tolist() == [((int(word) >> 12) + 0.5) / 2**52 for word in raw]
