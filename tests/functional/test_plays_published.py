"""Play-by-play from upload to tables: every season shown as the ledger has it, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from hoops.games.leagues import League
from hoops.schemas import PLAY_TABLES
from lake.lake import Lake
from lake.plays_due import CHANCES, PLAYS
from lake.published import is_of_plays, season_of, table_key
from operate.backlog import Backlog
from operate.models import promote
from pipeline_app.deadline import Deadline
from pipeline_app.reconcile import LARGEST_FILE, ReconcileFailed, reconcile
from tests.fakes import DEDUPLICATION_WINDOW, Stage
from tests.functional.test_models_in_charge import cooled
from tests.functional.test_promises import CrashingStore
from tests.made_plays import events

M = League.MEN
COMPACT = "results/MRegularSeasonCompactResults.csv"
EVENTS = "events/MEvents2024.csv"
NEWER = "events/MEvents2024_20251231.csv"
OLDER = "events/MEvents2024_20250101.csv"


def settle(stage: Stage) -> None:
    stage.clock.now += DEDUPLICATION_WINDOW + timedelta(seconds=1)
    reconcile(stage.lake, stage.queue, stage.clock)
    stage.drain()
    reconcile(stage.lake, stage.queue, stage.clock)


def of_plays(stage: Stage) -> dict[str, bytes]:
    return {key: body for key, body in stage.published().items() if is_of_plays(key)}


def rows(stage: Stage, table: str, season: int = 2024) -> list[dict]:
    return stage.lake.published.read(table_key(table, M, season)).to_pylist()


def etags(stage: Stage, tables: tuple[str, ...], season: int = 2024) -> dict[str, str]:
    manifest, _ = stage.lake.published.manifest(M)
    return {name: manifest.tables[table_key(name, M, season)].etag for name in tables}


def written(stage: Stage) -> dict[str, datetime]:
    """When each table of plays was written last."""
    return {row.key: row.modified for row in stage.lake.dashboard.listing("") if row.key in of_plays(stage)}


def warned(stage: Stage, key: str = EVENTS) -> tuple[str, ...]:
    """The warnings of a file, but that its players, who are made up, have no names."""
    return tuple(text for text in stage.receipt(key).warnings if not text.startswith("players "))


@pytest.fixture(scope="module")
def plays(files: Mapping[str, bytes]) -> bytes:
    return events(files[COMPACT], 2024, slice(0, 30))


@pytest.fixture
def shown(full_stage: Stage, plays: bytes) -> Stage:
    full_stage.upload(EVENTS, plays)
    return full_stage


def test_an_upload_is_shown_at_once_where_its_results_are(shown: Stage, plays: bytes) -> None:
    assert set(of_plays(shown)) == {table_key(name, M, 2024) for name in PLAY_TABLES}
    assert shown.receipt(EVENTS).rows == len(rows(shown, "plays")) == len(plays.splitlines()) - 1
    games = rows(shown, "play_games")
    assert shown.receipt(EVENTS).days == len({game["day"] for game in games})
    assert all(game["complete"] and game["agrees"] for game in games) and len(games) == 30
    assert len(rows(shown, "play_chances")) == len(rows(shown, "plays"))
    assert warned(shown) == ()
    manifest, _ = shown.lake.published.manifest(M)
    for key, entry in manifest.tables.items():
        assert shown.lake.dashboard.stat(key).etag == entry.etag  # type: ignore[union-attr]


def test_the_same_event_twice_and_reconcile_change_nothing(shown: Stage) -> None:
    before = shown.lake.dashboard.listing("")
    shown.deliver_event(EVENTS)
    settle(shown)
    shown.lake = shown.new_process()
    settle(shown)
    assert shown.lake.dashboard.listing("") == before


def test_plays_before_results_wait_for_them(stage: Stage, files: dict[str, bytes], plays: bytes, shown: Stage) -> None:
    for key, body in {EVENTS: plays, **files}.items():
        stage.upload(key, body)
    assert of_plays(stage) == {}
    stage.drain()
    settle(stage)
    assert of_plays(stage) == of_plays(shown)
    (warning,) = (one for one in stage.receipt(EVENTS).warnings if "results" in one)
    assert warning.startswith("30 of its 30 games are not in the results, the first ")


def test_games_that_are_not_in_the_results_are_kept_apart_until_they_are(
    stage: Stage, files: dict[str, bytes], plays: bytes, shown: Stage
) -> None:
    header, *lines = files[COMPACT].splitlines()
    of_2024 = [line for line in lines if line.startswith(b"2024")]
    first = min(of_2024, key=lambda line: [int(cell) for cell in line.split(b",")[1:5]])
    for key, body in {**files, COMPACT: b"\n".join([header, *(line for line in lines if line != first)])}.items():
        if "Detailed" not in key:
            stage.upload(key, body)
    stage.drain()
    stage.upload(EVENTS, plays)
    assert len(rows(stage, "play_games")) == 29
    stray = {(row["day"], row["team1_id"], row["team2_id"]) for row in rows(stage, "stray_plays")}
    assert len(stray) == 1
    assert {(row["day"], row["team1_id"], row["team2_id"]) for row in rows(stage, "plays")}.isdisjoint(stray)
    assert "1 of its 30 games is not in the results" in warned(stage)[0]
    stage.upload("results/MRegularSeasonCompactResults_20260102.csv", b"\n".join([header, first]))
    stage.drain()
    assert len(rows(stage, "play_games")) == 29, "until reconcile looks"
    settle(stage)
    assert len(rows(stage, "play_games")) == 30 and rows(stage, "stray_plays") == []
    assert len(rows(stage, "plays")) == len(rows(shown, "plays"))


def test_a_newer_file_replaces_the_season_whole_in_either_order(
    full_stage: Stage, files: dict[str, bytes], plays: bytes
) -> None:
    fewer = events(files[COMPACT], 2024, slice(10, 30))
    ends = []
    for order in ((OLDER, NEWER), (NEWER, OLDER)):
        stage = full_stage.copy()
        for key in order:
            stage.upload(key, plays if key == OLDER else fewer)
        ends.append(of_plays(stage))
        assert len(rows(stage, "play_games")) == 20
        assert warned(stage, OLDER) == (() if order[0] == OLDER else (
            "a newer play-by-play of 2024 was taken (2025-12-31 00:00:00 UTC): it holds and not this one",
        ))  # fmt: skip
        replaced = warned(stage, NEWER)
        assert [text.split(",")[0] for text in replaced] == ([] if order[0] == NEWER else [
            "10 of the 30 games of the play-by-play that it replaces are not in it"
        ])  # fmt: skip
    assert ends[0] == ends[1]


def test_the_same_plays_again_change_nothing_and_say_so(shown: Stage, plays: bytes) -> None:
    before = shown.lake.dashboard.listing("")
    shown.upload(EVENTS, plays + b"\n")
    assert warned(shown) == ("the play-by-play of 2024 changes nothing: it is the one that was there",)
    assert shown.lake.dashboard.listing("") == before
    dated = "events/MEvents2024_20250601.csv"
    for body in (plays, plays + b"\n"):
        shown.upload(dated, body)
    assert any("it holds and not this one" in text for text in shown.receipt(dated).warnings)


def test_a_bad_file_is_rejected_whole_and_changes_nothing(shown: Stage, plays: bytes) -> None:
    before = shown.kept()
    bad = plays.replace(b"made2", b"made2", 1) + b"1,2024,1,1101,1102,5,4,0,0,1,1999,1,made2,jump,0,0,0\n"
    shown.upload("events/MEvents2024_20260101.csv", bad)
    assert shown.kept() == before
    report = shown.lake.receipts.rejection("events/MEvents2024_20260101.csv")
    assert report is not None and report.problems[0].row == len(bad.splitlines())
    shown.upload("events/MEvents2024_20260101.csv", plays)
    assert shown.lake.receipts.rejection("events/MEvents2024_20260101.csv") is None
    shown.upload("events/MEvents.csv", plays)
    assert shown.lake.receipts.rejection("events/MEvents.csv") is not None


def test_names_and_scores_make_the_tables_anew_and_nothing_else_does(shown: Stage, files: dict[str, bytes]) -> None:
    before, others = etags(shown, PLAYS + CHANCES), of_plays(shown)
    header, *lines = files[COMPACT].decode().splitlines()
    later = [line for line in lines if line.startswith("2024")][-1].split(",")
    later[3] = str(int(later[3]) + 1)
    shown.upload("results/MRegularSeasonCompactResults_20260102.csv", f"{header}\n{','.join(later)}\n".encode())
    shown.drain()
    settle(shown)
    assert etags(shown, PLAYS + CHANCES) == before, "a game without plays, after all that have some"
    shown.upload("reference/MPlayers.csv", b"PlayerID,LastName,FirstName,TeamID\n11010,Ash,Al,1101\n")
    shown.drain()
    settle(shown)
    assert etags(shown, PLAYS) != {name: before[name] for name in PLAYS}
    assert of_plays(shown).keys() == others.keys()


def test_names_of_others_and_the_same_names_again_make_nothing_anew(shown: Stage, files: dict[str, bytes]) -> None:
    before = written(shown)
    players = files["reference/MPlayers.csv"] + b"9999999,Ash,Al,1101\n"
    seasons = files["reference/MSeasons.csv"].splitlines()
    later = seasons[-1].replace(b"2024", b"2025").replace(b"11/06/2023", b"11/04/2024")
    for key, body in {
        "reference/MTeams.csv": files["reference/MTeams.csv"] + b"\n",
        "reference/MPlayers.csv": players,
        "reference/MSeasons.csv": b"\n".join([*seasons, later]),
    }.items():
        shown.upload(key, body)
        assert shown.lake.receipts.rejection(key) is None
    shown.drain()
    settle(shown)
    assert written(shown) == before


def test_a_name_does_not_make_chances_anew_that_have_none(shown: Stage) -> None:
    before = written(shown)
    player = next(row["player_id"] for row in rows(shown, "plays") if row["player_id"])
    shown.upload("reference/MPlayers.csv", f"PlayerID,LastName,FirstName,TeamID\n{player},Ash,Al,1101\n".encode())
    shown.drain()
    settle(shown)
    again = {key.split("/")[0] for key, at in written(shown).items() if at != before[key]}
    assert again == {*PLAY_TABLES} - {"play_chances"}
    assert "Al Ash" in {row["player_name"] for row in rows(shown, "player_chances")}


def test_another_forecast_makes_the_chances_anew_and_nothing_else(shown: Stage, files: dict[str, bytes]) -> None:
    before = etags(shown, PLAYS + CHANCES)
    header, *lines = files[COMPACT].decode().splitlines()
    earlier = [line for line in lines if line.startswith("2023")][5].split(",")
    earlier[3] = str(int(earlier[3]) + 30)
    shown.upload("results/MRegularSeasonCompactResults_20260102.csv", f"{header}\n{','.join(earlier)}\n".encode())
    settle(shown)
    after = etags(shown, PLAYS + CHANCES)
    assert {name for name in after if after[name] != before[name]} == set(CHANCES)


def test_another_model_in_charge_changes_chances_of_its_own_days_alone(shown: Stage, files: dict[str, bytes]) -> None:
    cooler = cooled(1.2)
    shown.lake.registry.add(cooler, {}, "2026-01-01T00:00:00Z")
    before = written(shown)
    promote(shown.lake, cooler.id, reason="better", by="test", now=shown.clock())
    settle(shown)
    assert written(shown) == before
    header, *lines = files[COMPACT].decode().splitlines()
    new = next(line for line in lines if line.startswith("2024")).split(",")
    last = max(entry.day for day in shown.lake.ledger.days(M, 2024) for entry in day.entries)
    new[1] = str(last + 1)
    result = f"{header}\n{','.join(new)}\n".encode()
    shown.upload("results/MRegularSeasonCompactResults_20260101.csv", result)
    settle(shown)
    forecasts = {row["day"]: row["model_id"] for row in rows(shown, "forecasts")}
    assert forecasts[last + 1] == cooler.id != forecasts[last]
    assert written(shown) == before
    shown.upload(EVENTS, events(files[COMPACT], 2024, slice(0, 30)) + events(result, 2024).split(b"\n", 1)[1])
    assert {row["day"] for row in rows(shown, "game_swings")} > {last + 1}
    assert len(rows(shown, "game_swings")) == 31


def test_what_is_folded_again_is_shown_as_it_was_meanwhile(shown: Stage, files: dict[str, bytes]) -> None:
    before = of_plays(shown)
    header, *lines = files[COMPACT].decode().splitlines()
    earlier = [line for line in lines if line.startswith("2023")][5].split(",")
    earlier[3] = str(int(earlier[3]) + 30)
    shown.upload("results/MRegularSeasonCompactResults_20260102.csv", f"{header}\n{','.join(earlier)}\n".encode())
    reconcile(shown.lake, shown.queue, shown.clock)
    assert of_plays(shown) == before
    settle(shown)
    assert of_plays(shown) != before


def test_a_season_whose_every_result_is_retracted_is_kept_apart_whole(
    stage: Stage, files: dict[str, bytes], plays: bytes
) -> None:
    for key, body in files.items():
        if key.startswith(("results/M", "reference")):
            stage.upload(key, body)
    stage.drain()
    stage.upload(EVENTS, plays)
    games = {tuple(line.split(b",")[i] for i in (0, 1, 2, 4)) for line in files[COMPACT].splitlines()[1:]}
    taken = b"\n".join(b",".join(game) for game in sorted(games) if game[0] == b"2024")
    stage.upload("retractions/MRetractions_20260102.csv", b"Season,DayNum,Team1ID,Team2ID\n" + taken + b"\n")
    stage.drain()
    settle(stage)
    assert rows(stage, "plays") == []
    assert len(rows(stage, "stray_plays")) == len(plays.splitlines()) - 1


@pytest.mark.parametrize("how", ["overwritten", "deleted", "manifest", "receipts"])
def test_what_is_lost_is_mended(shown: Stage, how: str) -> None:
    before = of_plays(shown)
    match how:
        case "overwritten":
            shown.lake.dashboard.put(table_key("plays", M, 2024), b"something else")
        case "deleted":
            shown.lake.dashboard.delete([table_key("game_swings", M, 2024), table_key("plays", M, 2024)])
        case "manifest":
            shown.lake.dashboard.delete(["manifest/league=M.json"])
        case "receipts":
            shown.lake.models.delete([row.key for row in shown.lake.models.listing("receipts/events/")])
    shown.lake = shown.new_process()
    settle(shown)
    assert of_plays(shown) == before
    manifest, _ = shown.lake.published.manifest(M)
    assert {key: entry.etag for key, entry in manifest.tables.items()} == shown.lake.published.etags(M)


def test_plays_that_are_gone_from_the_ledger_are_shown_no_more(shown: Stage) -> None:
    shown.lake.models.delete([row.key for row in shown.lake.models.listing("ledger/league=M/plays/")])
    settle(shown)
    assert of_plays(shown) == {}
    manifest, _ = shown.lake.published.manifest(M)
    assert not any(map(is_of_plays, manifest.tables)) and manifest.tables


def test_seasons_that_do_not_fit_are_left_to_the_next_run(stage: Stage, files: dict[str, bytes], plays: bytes) -> None:
    seasons = {2023: events(files[COMPACT], 2023, slice(0, 5)), 2024: plays}
    for season, body in seasons.items():
        stage.upload(f"events/MEvents{season}.csv", body)
    for key, body in files.items():
        stage.upload(key, body)
    stage.drain()

    def shown() -> set[int | None]:
        return {season_of(key) for key in of_plays(stage)}

    # The first season takes all the time in which one may be begun.
    deadline = Deadline(lambda: LARGEST_FILE + (0 if shown() else 1))
    assert shown() == set()
    reconcile(stage.lake, stage.queue, stage.clock, deadline=deadline)
    assert shown() == {2023}
    reconcile(stage.lake, stage.queue, stage.clock, deadline=deadline)
    assert shown() == {2023}, "no time is left"
    reconcile(stage.lake, stage.queue, stage.clock)
    assert shown() == {2023, 2024}


def test_damaged_plays_leave_what_is_shown_and_are_told(shown: Stage, plays: bytes, files: dict[str, bytes]) -> None:
    before = of_plays(shown)
    (entry,) = shown.lake.ledger.plays(M)[2024]
    shown.lake.models.put(entry.key, b"")
    shown.lake = shown.new_process()
    with pytest.raises(Exception, match=f"upload {EVENTS} again"):
        settle(shown)
    assert of_plays(shown) == before
    shown.upload(EVENTS, plays + b"\n")
    settle(shown)
    assert of_plays(shown) == before


def test_players_without_a_name_are_told_where_there_are_names(
    full_stage: Stage, files: dict[str, bytes], plays: bytes
) -> None:
    players = sorted({row.split(b",")[11].decode() for row in plays.splitlines()[1:]} - {"0"})
    named = "".join(f"{player},Ash,Al,1101\n" for player in players[2:])
    full_stage.upload("reference/MPlayers.csv", f"PlayerID,LastName,FirstName,TeamID\n{named}".encode())
    full_stage.upload(EVENTS, plays)
    assert full_stage.receipt(EVENTS).warnings == (
        f"players {players[0]}, {players[1]} are not in MPlayers: shown by their numbers until a newer one names them",
    )


def test_damaged_plays_of_a_season_keep_no_other_from_being_shown(
    full_stage: Stage, files: dict[str, bytes], plays: bytes
) -> None:
    full_stage.upload("events/MEvents2023.csv", events(files[COMPACT], 2023, slice(0, 5)))
    (entry,) = full_stage.lake.ledger.plays(M)[2023]
    full_stage.lake.models.put(entry.key, b"")
    full_stage.lake = full_stage.new_process()
    full_stage.upload(EVENTS, plays)
    assert len(rows(full_stage, "play_games")) == 30
    full_stage.lake.dashboard.delete([table_key("plays", M, 2024)])
    assert Backlog(full_stage.lake, [M]).look(M).plays_waiting == (2023,)
    with pytest.raises(ReconcileFailed, match=r"upload events/MEvents2023\.csv again"):
        settle(full_stage)
    assert len(rows(full_stage, "plays")) == len(plays.splitlines()) - 1


@pytest.mark.parametrize("after", [False, True], ids=["before-the-write", "after-the-write"])
def test_a_crash_at_any_write_heals(shown: Stage, plays: bytes, after: bool) -> None:
    expected, before = of_plays(shown), _without_plays(shown)
    for crash_at in range(1, 60):
        stage = before.copy()
        countdown = [crash_at]
        sound = stage.lake
        stage.lake = Lake(*(CrashingStore(store, countdown, after) for store in stage.stores))
        countdown[0] += 1  # the upload itself is the user's
        try:
            stage.upload(EVENTS, plays)
            crashed = False
        except KeyboardInterrupt:
            crashed = True
        stage.lake = sound
        stage.lake = stage.new_process()
        settle(stage)
        assert of_plays(stage) == expected, f"crash at write {crash_at}"
        manifest, _ = stage.lake.published.manifest(M)
        assert {key: entry.etag for key, entry in manifest.tables.items()} == stage.lake.published.etags(M)
        if not crashed:
            assert crash_at > len(PLAY_TABLES)
            return
    raise AssertionError("never ran to the end")


def _without_plays(shown: Stage) -> Stage:
    """The stage as it was before plays came: a copy with nothing of them."""
    stage = shown.copy()
    models = stage.lake.models
    stage.lake.source.delete([EVENTS])
    models.delete([row.key for top in ("ledger/league=M/plays/", "receipts/events/") for row in models.listing(top)])
    settle(stage)
    assert of_plays(stage) == {}
    return stage
