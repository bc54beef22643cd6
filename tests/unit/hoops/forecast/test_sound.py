"""What must not forecast: numbers that are not finite, and a team favoured for being named first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hoops.forecast import scorer as scorers
from hoops.forecast.model import Model, shipped
from hoops.forecast.scorer import Scorer
from hoops.forecast.sound import Unsound, require_sound
from hoops.games.leagues import League


def with_array(name: str, value: float) -> Model:
    model = shipped(League.MEN)
    values = np.array(getattr(model.scorer, name))
    values.flat[-1] = value
    return replace(model, scorer=replace(model.scorer, **{name: values}))


@pytest.mark.parametrize("league", League)
def test_the_shipped_models_are_sound(league: League) -> None:
    assert require_sound(shipped(league)) is shipped(league)


@pytest.mark.parametrize(("name", "value"), [("hidden", np.nan), ("linear", np.inf), ("scale", 0.0), ("bias", -np.inf)])
def test_an_array_that_is_not_finite_or_divides_by_nothing_is_named(name: str, value: float) -> None:
    with pytest.raises(Unsound, match=name):
        require_sound(with_array(name, value))


def test_numbers_and_constants_are_looked_at_too() -> None:
    model = shipped(League.MEN)
    with pytest.raises(Unsound, match=r"temperature \(divides by it\)"):
        require_sound(replace(model, scorer=replace(model.scorer, temperature=-1.0)))
    with pytest.raises(Unsound, match="constant noise_sd"):
        require_sound(replace(model, parameters=replace(model.parameters, noise_sd=np.nan)))


def test_weights_that_overflow_are_refused() -> None:
    with pytest.raises(Unsound, match="weights are too big"):
        require_sound(with_array("linear", 1e308))


def test_who_favours_the_team_that_is_named_first_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    mirrored = scorers._raw

    def with_a_bias(scorer: Scorer, *sides: np.ndarray) -> np.ndarray:
        return mirrored(scorer, *sides) + 0.01

    monkeypatch.setattr(scorers, "_raw", with_a_bias)
    with pytest.raises(Unsound, match="not antisymmetric"):
        require_sound(shipped(League.MEN))
