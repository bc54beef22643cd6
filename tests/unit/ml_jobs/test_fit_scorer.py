"""Training gives what the exported arrays say, the same every time, and only from the seasons it may see."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hoops.errors import MadnessError
from hoops.forecast.feature_list import NAMES, columns_of
from hoops.forecast.scorer import score, to_bytes
from hoops.games.moment import Moment, end_of
from ml_jobs.settings import Settings
from tests.unit.ml_jobs.league_seen import SEASONS, some_games

torch = pytest.importorskip("torch", reason="training needs torch")

from ml_jobs import fit_scorer  # noqa: E402
from ml_jobs.course import Courses  # noqa: E402
from ml_jobs.games import Games, features_of, usable  # noqa: E402
from ml_jobs.linear import linear_part, temperature_of  # noqa: E402
from ml_jobs.network import Network  # noqa: E402
from ml_jobs.rows import Frame, Rows  # noqa: E402

SETTINGS = Settings(epochs=6, batch=256, members=3, width=4, ridge=1.0, patience=6, device="cpu")


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def fit(games: Games, settings: Settings, through: Moment) -> fit_scorer.Trained:
    return fit_scorer.fit(Courses(games, settings), through)


def framed(games: Games) -> tuple[Frame, Rows]:
    """All games, scaled by themselves, with the features that a scorer sees."""
    games = replace(games, described=games.described.only(features_of(SETTINGS)))
    everything = np.full(len(games), True)
    frame = Frame.of(games, everything)
    return frame, frame.rows(games, SETTINGS, everything)


def loss(log_odds: np.ndarray, margin: np.ndarray) -> float:
    return float(np.mean(np.logaddexp(0.0, -np.sign(margin) * log_odds)))


def test_networks_learn_what_a_linear_scorer_cannot_and_both_beat_the_offset():
    games = some_games(1500)
    new = games.where(games.season == 2013)
    settings = replace(SETTINGS, epochs=25, learning_rate=0.02, width=8)
    found = {width: fit(games, replace(settings, width=width), end_of(2012)) for width in (0, 8)}
    scored = {width: score(trained.scorer, new.described) for width, trained in found.items()}
    losses = {width: loss(one.log_odds, new.margin) for width, one in scored.items()}
    assert losses[8] < losses[0] - 0.02 < loss(new.described.offset, new.margin) - 0.04
    assert found[8].epochs > 0 and found[8].validation < found[8].validation_linear
    rmse = {w: np.sqrt(np.mean((one.margin - new.margin) ** 2)) for w, one in scored.items()}
    assert rmse[8] < rmse[0] < np.sqrt(np.mean((new.described.margin - new.margin) ** 2))


def test_numpy_gives_what_torch_gives():
    games = some_games()
    frame, rows = framed(games)
    network = Network(frame, linear_part(rows, SETTINGS), SETTINGS, "cpu")
    fixed = network.fixed(rows)
    network.train(rows.single(), fixed.float(), 0)
    found = score(network.export(network.weights, 1.0, end_of(2013)), games.described)
    sign = np.random.default_rng(SETTINGS.seed).choice((-1.0, 1.0), len(games))
    weights = [one.double() for one in network.weights]
    expected = torch.sigmoid(network.log_odds(rows, fixed, weights)).numpy()
    assert np.abs(np.where(sign > 0, expected, 1.0 - expected) - found.probability).max() < 1e-12
    margin = sign * 11.0 * network(rows.x(), rows.context, fixed, weights)[:, :, 1].mean(dim=1).numpy()
    assert np.abs(games.described.margin + margin - found.margin).max() < 1e-12


def test_what_is_trained_in_single_precision_forecasts_as_in_double_precision():
    (frame, rows), quick = framed(some_games()), replace(SETTINGS, learning_rate=0.02)
    linear = linear_part(rows, quick)
    single, double = (Network(frame, linear, quick, "cpu") for _ in range(2))
    double.weights = [one.double() for one in double.weights]
    double.moments = {name: [one.double() for one in parts] for name, parts in double.moments.items()}
    fixed = double.fixed(rows)
    for epoch in range(8):
        single.train(rows.single(), fixed.float(), epoch)
        double.train(rows, fixed, epoch)
    found = single.log_odds(rows.single(), fixed.float(), single.weights)
    expected = double.log_odds(rows, fixed, double.weights)
    assert (expected - fixed[:, 0]).abs().max() > 0.1
    assert (found - expected).abs().max() < 2e-5


def test_a_forfeit_trains_nothing():
    games = some_games()
    margin = np.where(np.arange(len(games)) % 7 == 0, np.nan, games.margin)
    forfeited = replace(games, margin=margin)
    assert np.array_equal(usable(forfeited, SETTINGS), usable(games, SETTINGS) & ~np.isnan(margin))
    found = fit(forfeited, SETTINGS, end_of(2012)).scorer
    assert to_bytes(found) == to_bytes(fit(games.where(~np.isnan(margin)), SETTINGS, end_of(2012)).scorer)


def test_training_repeats_itself_and_does_not_depend_on_which_team_comes_first():
    games = some_games()
    one = fit(games, SETTINGS, end_of(2012))
    assert to_bytes(one.scorer) == to_bytes(fit(games, SETTINGS, end_of(2012)).scorer)
    turned = np.where(np.arange(len(games)) % 3 == 0, -1.0, 1.0)
    d = games.described
    other = replace(
        games,
        margin=turned * games.margin,
        described=replace(d, offset=turned * d.offset, values=turned[:, None] * d.values, margin=turned * d.margin),
    )
    again = fit(other, SETTINGS, end_of(2012))
    np.testing.assert_allclose(again.scorer.linear, one.scorer.linear, atol=1e-9)
    np.testing.assert_allclose(again.scorer.out, one.scorer.out, rtol=0, atol=1e-12)


def test_later_seasons_change_nothing():
    games = some_games()
    later = games.season > 2011
    other = replace(games, margin=np.where(later, -games.margin, games.margin))
    assert to_bytes(fit(games, SETTINGS, end_of(2011)).scorer) == to_bytes(fit(other, SETTINGS, end_of(2011)).scorer)
    assert fit(games, SETTINGS, end_of(2011)).scorer.trained_through == end_of(2011)


def test_seasons_without_box_scores_do_not_train_unless_there_are_no_others():
    games = some_games()
    assert np.unique(games.season[usable(games, SETTINGS)]).tolist() == [2009, 2010, 2011, 2012, 2013]
    assert np.unique(games.season[usable(games, SETTINGS, end_of(2011))]).tolist() == [2009, 2010, 2011]
    bare = replace(games, has_box=np.zeros(len(games), bool))
    assert np.unique(bare.season[usable(bare, SETTINGS)]).tolist() == SEASONS.tolist()
    assert np.unique(bare.season[usable(bare, replace(SETTINGS, first_season=2010))])[0] == 2010


def test_a_game_that_counts_twice_is_like_the_game_given_twice():
    games = some_games()
    linear = replace(SETTINGS, width=0)
    twice, double = Games.joined([games, games]), replace(games, weight=2.0 * games.weight)
    one, other = (fit(each, linear, end_of(2012)).scorer for each in (twice, double))
    np.testing.assert_allclose(one.linear, other.linear, atol=1e-8)
    np.testing.assert_allclose(one.lacking, other.lacking, atol=1e-8)
    assert one.temperature == pytest.approx(other.temperature, abs=1e-8)


def test_what_columns_are_worth_is_learned_by_how_much_of_the_box_scores_there_is():
    games = some_games(3000)
    boxed = games.described.context[:, -1]
    pull = 1.2 * boxed * games.described.values[:, NAMES.index("adjusted_to")]
    rng = np.random.default_rng(5)
    learned = replace(games, margin=8.0 * (games.described.offset + pull + rng.logistic(size=len(games))))
    scorer = fit(learned, replace(SETTINGS, width=0), end_of(2012)).scorer
    place = scorer.features.index("adjusted_to")
    assert scorer.linear[place, 0] == pytest.approx(1.2 * scorer.scale[place], abs=0.2)
    assert scorer.lacking[place, 0] == pytest.approx(-1.2 * scorer.scale[place], abs=0.2)


def test_one_season_trains_the_linear_part_and_none_is_an_error():
    games = some_games()
    alone = fit(games, SETTINGS, end_of(2009))
    assert alone.epochs == 0 and alone.scorer.linear.any() and not alone.scorer.out.any()
    assert alone.scorer.features == tuple(NAMES[place] for place in columns_of(SETTINGS.group_names))
    with pytest.raises(MadnessError, match="no season up to the end of 2005"):
        fit(games, SETTINGS, end_of(2005))


def test_the_linear_part_is_a_ridge_regression():
    from sklearn import linear_model  # slow to import

    games = some_games()
    even = replace(games, described=replace(games.described, offset=np.zeros(len(games)), margin=np.zeros(len(games))))
    _, rows = framed(even)
    found = linear_part(rows, SETTINGS).numpy()
    x, weight = rows.sides().numpy(), rows.weight.numpy()
    logistic = linear_model.LogisticRegression(C=1 / SETTINGS.ridge, fit_intercept=False, tol=1e-10, max_iter=1000)
    logistic.fit(x, rows.won.numpy() > 0.5, weight)
    np.testing.assert_allclose(found[:, 0], logistic.coef_[0], atol=1e-5)
    gram = (x * weight[:, None]).T @ x + SETTINGS.ridge * np.eye(x.shape[1])
    np.testing.assert_allclose(found[:, 1], np.linalg.solve(gram, x.T @ (weight * rows.margin.numpy())), atol=1e-8)


def test_the_temperature_makes_the_log_loss_least():
    rng = np.random.default_rng(2)
    log_odds = torch.tensor(rng.normal(0.0, 2.0, 4000))
    won = torch.tensor((rng.random(4000) < 1.0 / (1.0 + np.exp(-log_odds.numpy() / 1.7))).astype(float))
    weight = torch.tensor(rng.choice((1.0, 3.0), 4000))

    def lost(temperature: float) -> float:
        each = np.logaddexp(0.0, -(2.0 * won.numpy() - 1.0) * log_odds.numpy() / temperature)
        return float(np.average(each, weights=weight.numpy()))

    found = temperature_of(log_odds, won, weight)
    assert found == pytest.approx(1.7, abs=0.15)
    assert lost(found) < min(lost(found - 0.01), lost(found + 0.01))
    sure = torch.ones(3, dtype=torch.float64)
    assert (temperature_of(sure, sure, sure), temperature_of(-sure, sure, sure)) == (0.2, 5.0), "within bounds"


def test_what_fails_on_a_gpu_is_trained_on_the_cpu(monkeypatch, caplog):
    monkeypatch.setattr("ml_jobs.fit_scorer.device_for", lambda asked: "meta")  # takes tensors and computes nothing
    games = some_games()
    found = fit(games, SETTINGS, end_of(2012))
    assert found.device == "cpu" and "training on the CPU" in caplog.text
    monkeypatch.undo()
    assert to_bytes(found.scorer) == to_bytes(fit(games, SETTINGS, end_of(2012)).scorer)


def test_later_days_of_a_season_change_nothing():
    games = some_games()
    later = (games.season == 2012) & (games.day > 60) | (games.season > 2012)
    other = replace(games, margin=np.where(later, -games.margin, games.margin))
    one, again = (fit(each, SETTINGS, (2012, 60)) for each in (games, other))
    assert to_bytes(one.scorer) == to_bytes(again.scorer)
    assert one.scorer.trained_through == (2012, 60)
    assert not np.array_equal(one.scorer.linear, fit(games, SETTINGS, (2012, 61)).scorer.linear)
