"""A person looks at the models of a running stack, has another take charge, and goes back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace

from hoops.forecast.model import shipped, shipped_report
from hoops.games.leagues import League
from lake.lake import Lake
from madness.local import ministack
from madness.local.ministack import local_clients
from operate.aws import open_lake
from operate.stage import load_stage
from tests.e2e.conftest import Served

WOMEN = League.WOMEN


def test_a_model_takes_charge_of_the_games_to_come_and_gives_it_back(served: Served, madness: Callable) -> None:
    endpoint = ministack.running(served.home)
    assert endpoint is not None
    lake = open_lake(load_stage("local"), local_clients(endpoint))
    before = shipped(WOMEN)
    other = replace(before, scorer=replace(before.scorer, temperature=1.1))
    lake.registry.add(other, shipped_report(WOMEN), "2026-01-01T00:00:00Z")
    past = lake.published.read("forecasts/league=W/season=2024/part.parquet")
    result = madness("models", "promote", other.id, "--reason", "sharper", "--home", served.home.root)
    assert result.returncode == 0, result.stderr
    assert other.id in result.stdout and "from day" in result.stdout
    wait_for(lake, other.id)
    assert lake.published.read("forecasts/league=W/season=2024/part.parquet").equals(past)
    found = json.loads(madness("models", "--league", "W", "--home", served.home.root, "--json").stdout)["W"]
    assert found["in_charge"]["id"] == other.id and found["in_charge"]["reason"] == "sharper"
    table = madness("models", "--home", served.home.root).stdout
    assert before.id in table and "was in charge" in table and "sharper" in table
    again = madness("models", "promote", other.id, "--reason", "sharper", "--home", served.home.root)
    assert again.returncode == 1 and "in charge of league W already" in again.stderr
    result = madness("models", "rollback", "--league", "W", "--reason", "blunter", "--home", served.home.root)
    assert result.returncode == 0 and before.id in result.stdout
    wait_for(lake, before.id)


def wait_for(lake: Lake, model: str) -> None:
    """Until all games to come are forecast by a model."""
    deadline = time.monotonic() + 60
    while True:
        rows = lake.published.read("upcoming/league=W/season=2024/part.parquet")
        if set(rows["model_id"].to_pylist()) == {model}:
            return
        assert time.monotonic() < deadline, f"{model} does not take charge"
        time.sleep(0.2)
