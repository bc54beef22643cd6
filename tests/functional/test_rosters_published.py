"""The tables of who is back, from upload to bucket: of seasons that are over, that run, and of the one to come."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hoops.games.leagues import League
from hoops.schemas import ROSTER_TABLES
from lake.published import manifest_key, table_key
from operate.backlog import Backlog
from pipeline_app.reconcile import reconcile
from tests.fakes import DEDUPLICATION_WINDOW, Stage
from tests.functional.test_bounded_work import FILE, SEASONS, results
from tests.functional.test_players_accepted import ROSTERS_FILE, SEASONS_FILE, rosters, settled, totals
from tests.pure import published_bytes

M = League.MEN
COMING = SEASONS[-1] + 1
FILES = {
    FILE.format("M", ""): results(),
    SEASONS_FILE.format(""): totals(2022, 2023, players=6),
    ROSTERS_FILE.format(""): rosters(2022, 2023, 2024),
}


def of_rosters(stage: Stage) -> dict[str, bytes]:
    return {key: body for key, body in stage.published().items() if key.split("/")[0] in ROSTER_TABLES}


def upload(stage: Stage, key: str, body: bytes) -> list[str]:
    """Upload a file; keys of the tables that are written, or gone, for it."""
    before = {row.key: row.etag for row in stage.lake.dashboard.listing("")}
    puts = _versions(stage)
    stage.clock.now += timedelta(days=1)
    stage.upload(key, body)
    stage.drain()
    after = _versions(stage)
    gone = before.keys() - {row.key for row in stage.lake.dashboard.listing("")}
    return sorted({*(key for key in after if after[key] != puts.get(key)), *gone})


def _versions(stage: Stage) -> dict[str, str]:
    """When each object was last written."""
    return {row.key: str(row.modified) for row in stage.lake.dashboard.listing("")}


@pytest.fixture(scope="module")
def _rostered() -> Stage:
    return settled([*FILES.items()])


@pytest.fixture
def rostered(_rostered: Stage) -> Stage:
    return _rostered.copy()


def keys(*seasons: int) -> set[str]:
    return {table_key(name, M, season) for season in seasons for name in ROSTER_TABLES}


def test_seasons_with_a_roster_and_the_totals_before_it_have_tables(rostered: Stage) -> None:
    assert of_rosters(rostered).keys() == keys(2023, 2024)
    assert of_rosters(rostered).items() <= published_bytes(M, FILES).items()
    rows = rostered.lake.published.read(table_key("rosters", M, 2024)).to_pylist()
    status = [row["status"] for row in rows if row["team_id"] == 1101]
    assert sorted(status) == ["back"] * 5 + ["left"]
    assert not of_rosters(settled([(FILE.format("M", ""), results())]))


def test_the_season_to_come_has_them_before_its_first_game(rostered: Stage) -> None:
    assert not keys(COMING) & set(upload(rostered, ROSTERS_FILE.format("_20241001"), rosters(COMING)))
    assert set(upload(rostered, SEASONS_FILE.format("_20241001"), totals(2024))) >= keys(COMING)
    told = FILES | {
        ROSTERS_FILE.format("_20241001"): rosters(COMING),
        SEASONS_FILE.format("_20241001"): totals(2024),
    }
    assert of_rosters(rostered).items() <= published_bytes(M, told).items()
    manifest, _ = rostered.lake.published.manifest(M)
    assert COMING not in manifest.seasons and Backlog(rostered.lake, [M]).look(M).is_published
    (row, *_) = rostered.lake.published.read(table_key("preseason", M, COMING)).to_pylist()
    assert row["returning"] == pytest.approx(4 / 5)  # the first of five players is on no list


def test_they_are_written_only_when_their_inputs_change(rostered: Stage) -> None:
    upload(rostered, ROSTERS_FILE.format("_20241001"), rosters(COMING))
    upload(rostered, SEASONS_FILE.format("_20241001"), totals(2024))
    again = upload(rostered, ROSTERS_FILE.format("_20241002"), rosters(COMING))  # the same again
    assert not keys(2023, 2024, COMING) & set(again)
    late = upload(rostered, ROSTERS_FILE.format("_20241003"), rosters(COMING, ids=range(4)))
    assert {key for key in late if key.split("/")[0] in ROSTER_TABLES} == keys(COMING)
    assert not any("results/" in key for key in late)


def test_where_no_players_games_tell_who_is_out_names_write_nothing_again(rostered: Stage) -> None:
    before = rostered.published()
    assert upload(rostered, SEASONS_FILE.format("_20241001"), totals(2024)) == [manifest_key(M)]
    coming = upload(rostered, ROSTERS_FILE.format("_20241001"), rosters(COMING))
    assert set(coming) == {manifest_key(M), *keys(COMING)}
    assert before.items() <= rostered.published().items()


def test_what_is_deleted_or_overwritten_comes_back(rostered: Stage) -> None:
    before = of_rosters(rostered)
    gone, other = (table_key(name, M, 2024) for name in ROSTER_TABLES)
    rostered.lake.dashboard.delete([gone])
    rostered.lake.dashboard.put(other, b"something else")
    rostered.clock.now += DEDUPLICATION_WINDOW + timedelta(seconds=1)
    reconcile(rostered.lake, rostered.queue, rostered.clock)
    assert of_rosters(rostered) == before


def test_a_lost_message_about_the_season_to_come_is_made_up_for_by_the_clock(rostered: Stage) -> None:
    rostered.upload(ROSTERS_FILE.format("_20241001"), rosters(COMING))
    rostered.upload(SEASONS_FILE.format("_20241001"), totals(2024))
    rostered.queue.waiting.clear()
    assert not Backlog(rostered.lake, [M]).look(M).is_published
    reconcile(rostered.lake, rostered.queue, rostered.clock)
    assert of_rosters(rostered).keys() == keys(2023, 2024, COMING)
