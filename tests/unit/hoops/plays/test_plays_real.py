"""Real play-by-play: every count is the one that was made of the same files by other means."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from hoops.contract import EventsName, parse
from hoops.games.leagues import League
from hoops.games.player_names import display_name
from hoops.games.reference import Reference
from hoops.plays.games import SeasonGames
from hoops.plays.reader import PlayByPlay
from hoops.plays.vocabulary import EVENTS, detail_name
from hoops.schemas import PREDICTED
from hoops.tables.plays import SeasonPlays
from lake.folder import read_folder

SHARED = Path(__file__).parents[5] / "shared/data"
DATA = SHARED / "events"
FILES = {"2018_small": "MEvents2018_small.csv", "2017": "MEvents2017.csv.gz", "2018": "MEvents2018.csv.gz"}
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real files are not here")


@pytest.fixture(scope="module")
def results() -> pa.Table:
    """The men's games, each with the same forecast, which no count depends on."""
    games = read_folder(SHARED / "kaggle", [League.MEN]).leagues[League.MEN].games
    return games.append_column(PREDICTED.field("team1_probability"), pa.repeat(pa.scalar(0.5), games.num_rows))


@pytest.fixture(
    scope="module", params=["2018_small", *(pytest.param(each, marks=pytest.mark.slow) for each in ("2017", "2018"))]
)
def made_and_truth(request: pytest.FixtureRequest, results: pa.Table) -> tuple[dict[str, pa.Table], dict[str, Any]]:
    truth = json.loads((DATA / "truth.json").read_text())[request.param]
    with (DATA / "MPlayers.csv").open(encoding="utf-8", newline="") as lines:
        players = {
            int(row["PlayerID"]): display_name(row["FirstName"], row["LastName"]) or f"Player {row['PlayerID']}"
            for row in csv.DictReader(lines)
        }
    file = FILES[request.param]
    name = parse(file.replace("_small", ""))
    assert isinstance(name, EventsName)
    games: list[pa.RecordBatch] = []
    with (DATA / file).open("rb") as source:
        plays = PlayByPlay(name, source)
        known = SeasonGames.of(results.filter(pc.equal(results["season"], name.season)))
        season = SeasonPlays(name.league, name.season, known, Reference(), players, plays.events, plays.details)
        for day in plays:
            games.append(season.add(day)["play_games"])
    assert not plays.warnings and not season.stray_games and not season.stray_rows
    return season.tables() | {"play_games": pa.Table.from_batches(games)}, truth


def test_events_and_their_kinds(made_and_truth: tuple[dict[str, pa.Table], dict[str, Any]]) -> None:
    made, truth = made_and_truth
    expected: Counter[tuple[str, str | None]] = Counter()
    for codes, count in truth["counts_by_EventType_EventSubType"].items():
        event, detail = codes.split("/")
        expected[EVENTS[event], detail_name(event, detail)] += count
    for name in ("event_counts", "team_event_counts", "event_days"):
        found: Counter[tuple[str, str | None]] = Counter()
        for row in made[name].select(["event", "detail", "count"]).to_pylist():
            found[row["event"], row["detail"]] += row["count"]
        assert found == expected
    assert sum(expected.values()) == truth["rows"]


def test_games_whose_plays_add_up(made_and_truth: tuple[dict[str, pa.Table], dict[str, Any]]) -> None:
    made, truth = made_and_truth
    games = made["play_games"]
    plays, complete = games["plays"].to_numpy(), games["complete"].to_numpy()
    assert games.num_rows == truth["games"]
    assert complete.sum() == truth["games_points_equal_final"]
    assert (plays < 200).sum() == truth["games_under_200_rows"]


def test_players(made_and_truth: tuple[dict[str, pa.Table], dict[str, Any]]) -> None:
    made, truth = made_and_truth
    profiles = made["player_profiles"]
    rows = {row["player_id"]: row for row in profiles.to_pylist()}
    assert len(rows) == profiles.num_rows == truth["distinct_players"]
    assert sum(row["total"] for row in rows.values()) == truth["rows_with_player"]
    best = sorted(rows.values(), key=lambda row: (-row["total"], row["player_id"]))[:10]
    assert [row["player_id"] for row in best] == [row["PlayerID"] for row in truth["top10_players"]]
    for row, true in zip(best, truth["top10_players"], strict=True):
        assert (row["player_name"], row["team_id"], row["total"]) == (true["name"], true["TeamID"], true["total"])
        for which in ("most_frequent", "least_frequent"):
            assert (row[which], row[f"{which}_count"]) == (EVENTS[true[which]], true[f"{which}_n"])
        assert row["points"] == sum(true["counts"].get(f"made{points}", 0) * points for points in (1, 2, 3))
