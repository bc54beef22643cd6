"""What is shown never goes back before what takes its place is whole: somebody looks at every commit, or dies there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from hoops import tables
from hoops.games.leagues import League
from lake.heads import Head, Heads
from lake.lake import Lake
from lake.published import table_key
from pipeline_app import replay
from pipeline_app.reconcile import reconcile
from tests.fakes import DEDUPLICATION_WINDOW, Stage
from tests.functional.test_engines import Upgraded
from tests.functional.test_fixtures import RESULT_HEADER, games, listing, rows_of, upcoming
from tests.pure import published_bytes

COMPACT = "results/MRegularSeasonCompactResults.csv"
CORRECTION = "results/MRegularSeasonCompactResults_20260102.csv"
RETRACTION = "retractions/MRetractions_20260102T1200.csv"


def men(stage: Stage) -> dict[str, bytes]:
    return {k: v for k, v in stage.published().items() if "league=M" in k and not k.startswith("upcoming/")}


def settle(stage: Stage) -> None:
    for _ in range(6):
        stage.clock.now += DEDUPLICATION_WINDOW + timedelta(seconds=1)
        reconcile(stage.lake, stage.queue, stage.clock)
        if not stage.queue.depth():
            return
        stage.drain()
    raise AssertionError("reconciling does not come to rest")


def corrected(files: dict[str, bytes], season: int) -> bytes:
    """The score of an early game of a season, told anew."""
    header, rows = rows_of(files[COMPACT])
    row = next(row for row in rows if int(row[0]) == season)
    row[3] = str(int(row[3]) + 20)
    return listing(header, [row])


def retracted(files: dict[str, bytes], season: int) -> bytes:
    """Every men's game of a season, taken back."""
    rows = {tuple(row[i] for i in (0, 1, 2, 4)) for key, body in files.items() if key.startswith("results/M")
            for row in rows_of(body)[1] if int(row[0]) == season}  # fmt: skip
    return listing("Season,DayNum,Team1ID,Team2ID", [list(row) for row in sorted(rows)])


def on_every_commit(stage: Stage, monkeypatch: pytest.MonkeyPatch, then: Callable[[], None]) -> None:
    """Commits after seven days, and something that happens right after each of the men's."""
    monkeypatch.setattr(replay, "DAYS_A_COMMIT", 7)
    commit = Heads.commit

    def commit_and(heads: Heads, league: League, head: Head, etag: str | None) -> Head:
        done = commit(heads, league, head, etag)
        if league is League.MEN:
            then()
        return done

    monkeypatch.setattr(Heads, "commit", commit_and)


@pytest.fixture(params=[2023, 2024])
def season(request: pytest.FixtureRequest) -> int:
    return request.param


def test_a_season_that_is_folded_again_in_parts_is_shown_old_or_new(
    full_stage: Stage, files: dict[str, bytes], season: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = corrected(files, season)
    before, after = men(full_stage), published_bytes(League.MEN, {**files, CORRECTION: body})
    waiting = games(upcoming(full_stage))
    positions = []

    def look() -> None:
        reconcile(full_stage.new_process(), full_stage.queue, full_stage.clock)
        shown = men(full_stage)
        for key in before:
            assert shown[key] in (before[key], after[key]) or key.startswith(("seasons/", "teams/")), key
        head = full_stage.lake.folded(League.MEN).head
        positions.append(head.position)
        manifest, _ = full_stage.lake.published.manifest(League.MEN)
        assert (manifest.season, manifest.day, manifest.seasons) == (2024, 100, [2023, 2024])
        assert games(upcoming(full_stage)) == waiting
        summary = full_stage.lake.published.read(table_key("seasons", League.MEN)).to_pylist()
        assert [row["last_day"] for row in summary] == last_days

    last_days = [r["last_day"] for r in full_stage.lake.published.read(table_key("seasons", League.MEN)).to_pylist()]
    full_stage.upload(CORRECTION, body)
    on_every_commit(full_stage, monkeypatch, look)
    full_stage.drain()
    settle(full_stage)
    assert len(set(positions)) > 5
    assert men(full_stage) == after != before


def test_who_dies_between_two_commits_leaves_the_season_as_it_was(
    full_stage: Stage, files: dict[str, bytes], season: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = corrected(files, season)
    before = full_stage.published()
    full_stage.upload(CORRECTION, body)

    def die() -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        on_every_commit(full_stage, patch, die)
        nudges = full_stage.queue.receive()
        with pytest.raises(KeyboardInterrupt):
            full_stage.deliver(nudges)
        full_stage.lake = full_stage.new_process()
        reconcile(full_stage.lake, full_stage.queue, full_stage.clock)
    assert full_stage.published() == before
    # The message comes back, and its season is whole with it.
    full_stage.deliver(nudges)
    assert men(full_stage) == published_bytes(League.MEN, {**files, CORRECTION: body})


def test_new_names_and_mended_tables_reach_a_season_that_waits(full_stage: Stage, files: dict[str, bytes]) -> None:
    key = table_key("results", League.MEN, 2024)
    before = full_stage.lake.published.read(key)
    full_stage.upload(CORRECTION, corrected(files, 2023))
    first, _ = full_stage.queue.receive()
    full_stage.deliver([first])
    names = files["reference/MTeams.csv"].decode().splitlines()
    renamed = "\n".join([names[0], *(row.replace(",", ",New ", 1) for row in names[1:])])
    full_stage.upload("reference/MTeams_20260102.csv", renamed.encode())
    full_stage.lake.dashboard.delete([key])
    full_stage.drain()
    reconcile(full_stage.lake, full_stage.queue, full_stage.clock)
    shown = full_stage.lake.published.read(key)
    assert shown.num_rows == before.num_rows
    assert all(name.startswith("New ") for name in shown["team1_name"].to_pylist())


@pytest.mark.parametrize("taken", [2023, 2024])
def test_a_season_taken_back_while_it_waits_is_gone_and_the_other_league_untouched(
    full_stage: Stage, files: dict[str, bytes], taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    women = {k: v for k, v in full_stage.published().items() if "league=W" in k}
    full_stage.upload(CORRECTION, corrected(files, 2023))
    on_every_commit(full_stage, monkeypatch, lambda: None)
    full_stage.deliver(full_stage.queue.receive()[:1])
    full_stage.queue.receive(10_000)  # and the rest is lost
    body = retracted(files, taken)
    full_stage.upload(RETRACTION, body)
    full_stage.drain()
    settle(full_stage)
    assert men(full_stage) == published_bytes(
        League.MEN, {**files, CORRECTION: corrected(files, 2023), RETRACTION: body}
    )
    assert {k: v for k, v in full_stage.published().items() if "league=W" in k} == women


@pytest.mark.parametrize("taken", [2023, 2024])
def test_a_season_taken_back_does_not_keep_a_new_engine_from_being_shown(
    full_stage: Stage, files: dict[str, bytes], taken: int
) -> None:
    full_stage.lake = Upgraded(*full_stage.stores)
    full_stage.clock.now += DEDUPLICATION_WINDOW + timedelta(seconds=1)
    before = full_stage.published()
    reconcile(full_stage.lake, full_stage.queue, full_stage.clock)
    nudges = full_stage.queue.receive(10_000)
    full_stage.deliver(nudges[:10])
    assert full_stage.published() == before
    full_stage.upload(RETRACTION, retracted(files, taken))
    full_stage.deliver(nudges[10:])
    full_stage.drain()
    settle(full_stage)
    manifest, _ = full_stage.lake.published.manifest(League.MEN)
    assert manifest.engine == full_stage.lake.shipped(League.MEN).engine
    assert table_key("results", League.MEN, taken) not in full_stage.published()


def test_a_new_engine_takes_over_the_games_to_come_with_the_rest(full_stage: Stage, files: dict[str, bytes]) -> None:
    """More results wait for it than the tables show; its first forecasts of games to come are made after them."""
    full_stage.lake = Upgraded(*full_stage.stores)
    body = f"{RESULT_HEADER}\n2024,101,1101,80,1102,70,N,0\n2024,102,1101,80,1103,70,N,0\n".encode()
    full_stage.upload(CORRECTION, body)
    full_stage.clock.now += DEDUPLICATION_WINDOW + timedelta(seconds=1)
    full_stage.queue.receive(10_000)
    reconcile(full_stage.lake, full_stage.queue, full_stage.clock)
    men_only = [nudge for nudge in full_stage.queue.receive(10_000) if nudge.league is League.MEN]
    for place in range(0, len(men_only), 3):
        full_stage.deliver(men_only[place : place + 3])
        assert upcoming(full_stage).num_rows > 50
    old = Lake(*full_stage.stores)
    assert full_stage.lake.published.manifest(League.MEN)[0].engine != old.shipped(League.MEN).engine


def test_what_a_new_program_shows_besides_is_there_without_new_results(full_stage: Stage) -> None:
    """Its predecessor published no such table and named no version; reconcile has it made."""
    published = full_stage.lake.published
    manifest, etag = published.manifest(League.MEN)
    whole = men(full_stage)
    new = {key for key in manifest.tables if key.startswith(("team_scores/", "head_to_head/"))}
    assert new
    known = {key: entry for key, entry in manifest.tables.items() if key not in new}
    published.write_manifest(League.MEN, replace(manifest, version="", tables=known), etag)
    published.remove(new)
    reconcile(full_stage.lake, full_stage.queue, full_stage.clock)
    assert men(full_stage) == whole
    assert published.manifest(League.MEN)[0].version == tables.VERSION
