"""The exported scorer: antisymmetric, the same bytes, refuses what does not fit."""

from __future__ import annotations

import time
from dataclasses import fields, replace
from io import BytesIO

import numpy as np
import pytest

from hoops.forecast.feature_list import CONTEXT, NAMES, RETIRED, columns_of
from hoops.forecast.features import Described
from hoops.forecast.scorer import Scorer, drivers, from_bytes, score, to_bytes
from hoops.games.leagues import LAST_DAY


def a_scorer(seed: int = 1, members: int = 3, width: int = 5) -> Scorer:
    rng = np.random.default_rng(seed)
    features = tuple(NAMES[place] for place in columns_of(("strength", "adjusted", "schedule")))
    f, c = len(features), len(CONTEXT)
    return Scorer(
        features=features,
        scale=rng.uniform(0.5, 2.0, f),
        context_mean=rng.normal(size=c),
        context_scale=rng.uniform(0.5, 2.0, c),
        linear=rng.normal(0.0, 0.1, (f, 2)),
        lacking=rng.normal(0.0, 0.1, (f, 2)),
        hidden=rng.normal(0.0, 0.3, (members, f + c, width)),
        bias=rng.normal(size=(members, width)),
        out=rng.normal(0.0, 0.3, (members, width, 2)),
        temperature=1.1,
        margin_unit=11.0,
        trained_through=(2018, LAST_DAY),
    )


def some_games(m: int = 50) -> Described:
    rng = np.random.default_rng(7)
    values = rng.normal(size=(m, len(NAMES)))
    context = rng.normal(size=(m, len(CONTEXT)))
    return Described(values[:, 0], values, context, 10.0 * values[:, 0], np.full(m, 11.0))


def test_swapped_teams_get_the_mirrored_forecast():
    games = some_games()
    one = score(a_scorer(), games)
    other = score(a_scorer(), replace(games, offset=-games.offset, values=-games.values, margin=-games.margin))
    assert np.abs(one.probability + other.probability - 1.0).max() <= 1e-12
    np.testing.assert_allclose(one.margin, -other.margin, atol=1e-12)


def test_the_formula_game_by_game():
    scorer, games = a_scorer(), some_games(4)
    found = score(scorer, games)
    for row in range(4):
        x = games.values[row, [NAMES.index(name) for name in scorer.features]] / scorer.scale
        s = (games.context[row] - scorer.context_mean) / scorer.context_scale
        raw = x @ (scorer.linear + (1.0 - games.context[row, -1]) * scorer.lacking)
        for w, b, v in zip(scorer.hidden, scorer.bias, scorer.out, strict=True):
            net = [np.tanh(np.concatenate([sign * x, s]) @ w + b) @ v for sign in (1.0, -1.0)]
            raw = raw + (net[0] - net[1]) / len(scorer.hidden)
        assert found.log_odds[row] == pytest.approx((games.offset[row] + raw[0]) / 1.1)
        assert found.margin[row] == pytest.approx(games.margin[row] + 11.0 * raw[1])


def test_a_forecast_does_not_depend_on_the_other_games_asked_for():
    games = some_games(150)
    together = score(a_scorer(members=8, width=16), games)
    order = np.random.default_rng(3).permutation(150)[:71]
    apart = score(a_scorer(members=8, width=16), games.rows(order))
    np.testing.assert_array_equal(apart.probability, together.probability[order])
    np.testing.assert_array_equal(apart.margin, together.margin[order])


def test_even_teams_are_even_and_nobody_is_certain():
    games = some_games(2)
    even = replace(games, offset=np.zeros(2), values=np.zeros_like(games.values))
    assert score(a_scorer(), even).probability.tolist() == [0.5, 0.5]
    sure = replace(games, offset=np.array([1e6, -1e6]))
    probability = score(a_scorer(), sure).probability
    assert 0.0 < probability[1] < 1e-8 and 1.0 - 1e-8 < probability[0] < 1.0


def test_a_group_without_say_drives_nothing():
    scorer, games = a_scorer(), some_games()
    linear, lacking, hidden = scorer.linear.copy(), scorer.lacking.copy(), scorer.hidden.copy()
    rest = scorer.features.index("rest")
    linear[rest - 1 : rest + 2] = lacking[rest - 1 : rest + 2] = 0.0
    hidden[:, rest - 1 : rest + 2] = 0.0
    moved = drivers(replace(scorer, linear=linear, lacking=lacking, hidden=hidden), games)
    assert set(moved) == {"strength", "adjusted", "schedule"}
    assert np.abs(moved["schedule"]).max() < 1e-12 < np.abs(moved["adjusted"]).max()


def test_what_is_lacking_of_box_scores_moves_the_weights_and_nothing_else():
    games, scorer = some_games(), a_scorer(width=1)
    scorer = replace(scorer, out=np.zeros_like(scorer.out))
    context = games.context.copy()
    context[:, -1] = 1.0
    whole = replace(games, context=context)
    without = replace(scorer, lacking=np.zeros_like(scorer.lacking))
    np.testing.assert_array_equal(score(scorer, whole).log_odds, score(without, whole).log_odds)
    bare = replace(games, context=np.where(np.arange(len(CONTEXT)) == len(CONTEXT) - 1, 0.0, context))
    other = replace(without, linear=scorer.linear + scorer.lacking)
    np.testing.assert_allclose(score(scorer, bare).log_odds, score(other, bare).log_odds, atol=1e-12)


def test_bytes_round_trip_exactly_and_load_fast():
    scorer = a_scorer(members=16, width=32)
    content = to_bytes(scorer)
    started = time.perf_counter()
    again = from_bytes(content)
    assert time.perf_counter() - started < 0.05
    assert to_bytes(again) == content
    for field in fields(Scorer):
        np.testing.assert_array_equal(getattr(scorer, field.name), getattr(again, field.name))


@pytest.mark.parametrize("retired", RETIRED)
@pytest.mark.parametrize("place", [0, 7, -1])
def test_a_scorer_from_before_a_feature_was_retired_forecasts_without_it(retired, place):
    scorer, games = a_scorer(), some_games()
    written = dict(np.load(BytesIO(to_bytes(scorer))))
    written["features"] = np.array(written["features"], f"<U{max(map(len, (*scorer.features, retired)))}")
    written["features"][place] = retired
    file = BytesIO()
    np.savez(file, **written)
    unseen = replace(games, values=games.values.copy())
    unseen.values[:, NAMES.index(scorer.features[place])] = 0.0
    again = from_bytes(file.getvalue())
    assert to_bytes(again) == file.getvalue(), "a model is called by its bytes"
    found, expected = score(again, games), score(scorer, unseen)
    np.testing.assert_allclose(found.log_odds, expected.log_odds, rtol=0.0, atol=1e-12)
    np.testing.assert_allclose(found.margin, expected.margin, rtol=0.0, atol=1e-12)


def test_a_scorer_may_be_trained_within_a_season():
    scorer = replace(a_scorer(), trained_through=(2024, 60))
    assert from_bytes(to_bytes(scorer)).trained_through == (2024, 60)


def test_what_does_not_fit_is_refused():
    scorer = a_scorer()
    with pytest.raises(ValueError, match="luck"):
        replace(scorer, features=(*scorer.features[:-1], "luck"))
    with pytest.raises(ValueError, match="do not fit"):
        replace(scorer, linear=scorer.linear[:-1])
    with pytest.raises(ValueError, match="not the bytes"):
        from_bytes(b"something else")
