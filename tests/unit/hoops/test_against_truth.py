"""Forecasts of the sample league against the probabilities that its games were drawn from."""

from __future__ import annotations

import csv
import io

import numpy as np
import pyarrow as pa
import pytest

from hoops import contract
from hoops.contract import merge
from hoops.contract.merge import Statement
from hoops.forecast.fold import days_of, fold
from hoops.forecast.model import shipped
from hoops.games.leagues import League
from sample import generate


@pytest.fixture(scope="module", params=list(League))
def forecast_and_truth(request: pytest.FixtureRequest) -> tuple[np.ndarray, np.ndarray]:
    """Win probability of team 1, forecast and true, of every game after the first two seasons."""
    sample = generate(leagues=[request.param], seasons=4, stop_day=None)
    read = [
        contract.read(contract.parse(name), body) for name, body in sample.files.items() if "CompactResults" in name
    ]
    games = merge.merge([Statement("1", str(i), games=one.table) for i, one in enumerate(read)])
    rows = csv.DictReader(io.StringIO(sample.truth[f"{request.param}Truth.csv"].decode()))
    truth = {
        tuple(int(row[c]) for c in ("Season", "DayNum", "Team1ID", "Team2ID")): float(row["Prob1"]) for row in rows
    }
    predicted = pa.concat_tables([day.predicted for day in fold(days_of(games), shipped(request.param))])
    predicted = predicted.filter(pa.array(predicted["season"].to_numpy() >= 2023))
    keys = zip(*(predicted[name].to_pylist() for name in ("season", "day", "team1_id", "team2_id")), strict=True)
    return predicted["team1_probability"].to_numpy(), np.array([truth[key] for key in keys])


def test_forecasts_are_close_to_the_truth(forecast_and_truth: tuple[np.ndarray, np.ndarray]) -> None:
    forecast, truth = forecast_and_truth
    divergence = truth * np.log(truth / forecast) + (1 - truth) * np.log((1 - truth) / (1 - forecast))
    # What better knowledge of the strengths could still gain; saying nothing (0.5) loses several times as much.
    assert divergence.mean() < 0.06
    ignorant = truth * np.log(truth / 0.5) + (1 - truth) * np.log((1 - truth) / 0.5)
    assert divergence.mean() < ignorant.mean() / 3


def test_forecasts_are_calibrated_against_the_truth(forecast_and_truth: tuple[np.ndarray, np.ndarray]) -> None:
    forecast, truth = forecast_and_truth
    order = np.argsort(forecast)
    for group in np.array_split(order, 10):
        assert truth[group].mean() == pytest.approx(forecast[group].mean(), abs=0.05)
