"""Who is out, from upload to bucket: told with each day, corrected, named late, and after state was lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lake.published import table_key
from pipeline_app.reconcile import reconcile
from tests.fakes import DEDUPLICATION_WINDOW, Stage
from tests.functional.test_bounded_work import DAYS, FILE, results
from tests.functional.test_players_accepted import GAMES_FILE, ROSTERS_FILE, SEASONS_FILE, M, appearances, settled
from tests.pure import published_bytes

TABLE = table_key("team_records", M, 2024)
OUT, TEAM = 11010, 1101


def without_him(*days: int) -> bytes:
    """All who appeared on these days but one."""
    return b"\n".join(row for row in appearances(*days).splitlines() if f",{OUT},".encode() not in row)


PLAYED = {FILE.format("M", ""): results(), GAMES_FILE.format("_20240201"): appearances(*DAYS[:3])}
MISSED = {GAMES_FILE.format("_20240301"): without_him(*DAYS[3:])}


@pytest.fixture(scope="module")
def _told() -> Stage:
    return settled([*PLAYED.items()])


@pytest.fixture
def told(_told: Stage) -> Stage:
    return _told.copy()


def upload(stage: Stage, files: dict[str, bytes]) -> set[str]:
    """Upload files; keys of the tables whose bytes that changes."""
    before = stage.published()
    for key, body in files.items():
        stage.clock.now += timedelta(days=1)
        stage.upload(key, body)
    stage.drain()
    return {key for key, body in stage.published().items() if before.get(key) != body}


def rows(stage: Stage, key: str = TABLE) -> dict[int, dict[str, Any]]:
    return {row["team_id"]: row for row in stage.lake.published.read(key).to_pylist()}


def test_who_stops_appearing_is_out_from_that_day_on(told: Stage) -> None:
    assert {(row["games_told"], len(row["absent"])) for row in rows(told).values()} == {(3, 0)}
    assert upload(told, MISSED) >= {TABLE}
    found = rows(told)
    assert found[TEAM].pop("absent") == [
        {"player_id": OUT, "player_name": f"Player {OUT}", "share": 1.0, "points": -1.0, "missed": 2}
    ]
    assert {(row["games_told"], len(row.get("absent", "1"))) for row in found.values()} == {(5, 0), (5, 1)}
    before = rows(told, table_key("team_records", M, 2023))
    assert {(row["games_told"], row["absent"]) for row in before.values()} == {(None, None)}
    assert told.published()[TABLE] == published_bytes(M, PLAYED | MISSED)[TABLE]


def test_a_corrected_day_ends_in_the_bytes_of_a_plain_fold(told: Stage) -> None:
    upload(told, MISSED)
    before = told.published()[TABLE]
    there = {GAMES_FILE.format("_20240401"): appearances(DAYS[4])}
    upload(told, there)
    assert told.published()[TABLE] == published_bytes(M, PLAYED | MISSED | there)[TABLE] != before
    upload(told, {GAMES_FILE.format("_20240501"): without_him(DAYS[4])})
    assert told.published()[TABLE] == before


def test_a_name_that_comes_later_changes_nothing_else(told: Stage) -> None:
    upload(told, MISSED)
    named = {
        ROSTERS_FILE.format("_20240401"): f"Season,TeamID,PlayerID,PlayerName\n2024,{TEAM},{OUT},Al Ash\n".encode()
    }
    assert upload(told, named) == {TABLE}
    (one,) = rows(told)[TEAM]["absent"]
    assert one["player_name"] == "Al Ash"
    assert told.published()[TABLE] == published_bytes(M, PLAYED | MISSED | named)[TABLE]


def test_totals_are_newer_than_the_roster_and_older_than_the_next_one(told: Stage) -> None:
    upload(told, MISSED)
    row, files = f"2024,{TEAM},{OUT}", PLAYED | MISSED
    for key, head, name in (
        (SEASONS_FILE.format("_20240401"), "Season,TeamID,PlayerID,PlayerName,Games,Minutes", "Al Ash,5,200"),
        (ROSTERS_FILE.format("_20240501"), "Season,TeamID,PlayerID,PlayerName", "Al Asch"),
    ):
        named = {key: f"{head}\n{row},{name}\n".encode()}
        files |= named
        upload(told, named)
        (one,) = rows(told)[TEAM]["absent"]
        assert one["player_name"] == "Al Ash"
        assert told.published()[TABLE] == published_bytes(M, files)[TABLE]


def test_a_lost_state_tells_the_same_again(told: Stage) -> None:
    upload(told, MISSED)
    before = told.published()
    told.lake.models.delete([told.lake.folded(M).head.seasons[2024].snapshot])
    told.lake.dashboard.delete([TABLE])
    told.lake = told.new_process()
    for _ in range(3):
        told.clock.now += DEDUPLICATION_WINDOW + timedelta(seconds=1)
        reconcile(told.lake, told.queue, told.clock)
        told.drain()
    assert told.published() == before
