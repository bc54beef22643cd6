"""A person asks a running stack about one game."""

from __future__ import annotations

import json

import pytest

from madness.local import ministack
from madness.local.ministack import local_clients
from operate.aws import open_lake
from operate.stage import load_stage
from tests.e2e.conftest import Served


def test_predict_says_what_the_dashboard_shows(served: Served, madness) -> None:
    endpoint = ministack.running(served.home)
    assert endpoint is not None
    lake = open_lake(load_stage("local"), local_clients(endpoint))
    upcoming = lake.published.read("upcoming/league=W/season=2024/part.parquet").to_pylist()
    site = {1: "home", 0: "neutral", -1: "away"}
    for row in (upcoming[0], upcoming[-1]):
        game = (row["team1_name"], row["team2_name"], "--league", "W", "--site", site[row["site"]])
        when = ("--season", "2024", "--day", str(row["day"]))
        result = madness("predict", *game, *when, "--home", served.home.root, "--json")
        assert result.returncode == 0, result.stderr
        found = json.loads(result.stdout)
        assert found["probability"] == pytest.approx(row["team1_probability"], abs=1e-9)
        assert found["margin"] == pytest.approx(row["team1_margin"], abs=1e-9)
        assert found["model"] == row["model_id"] and found["date"] == str(row["date"])
    assert "rating" in madness("predict", *game, "--home", served.home.root).stdout
