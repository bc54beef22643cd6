"""The shipped models, and what a model may be made of."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from importlib import resources

import numpy as np
import pytest

from hoops.forecast.feature_list import NAMES
from hoops.forecast.model import shipped
from hoops.forecast.scorer import from_bytes, to_bytes
from hoops.games.leagues import League
from hoops.knowledge.state import Floats


@pytest.mark.parametrize("league", League)
def test_the_shipped_scorer_is_what_its_report_says(league: League) -> None:
    model = shipped(league)
    folder = resources.files("hoops.forecast").joinpath("scorers")
    report = json.loads(folder.joinpath(f"{league}.json").read_text())
    assert report["league"] == league.value
    assert model.trained_through == model.scorer.trained_through == tuple(report["trained_through"])
    assert (min(report["test_seasons"]), 0) > model.trained_through, "the test seasons were trained on"
    assert model.scorer.temperature == report["temperature"]
    told = report["absences"]
    seen = [model.scorer.features.index(name) for name in told["features"]]
    weights = model.scorer.linear[seen] / model.scorer.scale[seen, None]
    units = np.array([1.0 / model.scorer.temperature, model.scorer.margin_unit])
    np.testing.assert_allclose(weights * units, np.transpose([told["log_odds"], told["points"]]), atol=1e-6)
    full, statespace = (report["test"]["pooled"]["regular"][name]["log_loss"] for name in ("full", "statespace"))
    assert full < statespace
    weights = folder.joinpath(f"{league}.npz").read_bytes()
    started = time.perf_counter()
    scorer = from_bytes(weights)
    assert time.perf_counter() - started < 0.05
    assert to_bytes(scorer) == weights, "another version writes other bytes, and so another id"


def test_all_that_was_chosen_names_the_model() -> None:
    model = shipped(League.MEN)
    other_parameters = replace(model, parameters=replace(model.parameters, noise_sd=1.0 + model.parameters.noise_sd))
    linear: Floats = np.array(model.scorer.linear)
    linear[0, 0] += 1e-9
    other_weights = replace(model, scorer=replace(model.scorer, linear=linear))
    again = replace(model, scorer=from_bytes(to_bytes(model.scorer)))
    longer = replace(model, trained_through=(2024, 60))
    assert len({model.id, other_parameters.id, other_weights.id, longer.id, shipped(League.WOMEN).id}) == 5
    assert again.id == model.id


def test_constants_name_the_state_and_weights_do_not() -> None:
    model = shipped(League.MEN)
    other_parameters = replace(model, parameters=replace(model.parameters, noise_sd=1.0 + model.parameters.noise_sd))
    other_weights = replace(model, scorer=replace(model.scorer, temperature=1.1))
    assert other_parameters.engine != model.engine == other_weights.engine


def test_a_model_for_the_fold_sees_nothing_made_of_reference_data() -> None:
    scorer = shipped(League.MEN).scorer
    place = scorer.features.index("tempo")
    features = (*scorer.features[:place], "travel_neutral", *scorer.features[place + 1 :])
    assert set(features) <= set(NAMES)
    with pytest.raises(ValueError, match="cannot see travel_neutral"):
        replace(shipped(League.MEN), scorer=replace(scorer, features=features))
