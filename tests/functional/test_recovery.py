"""What went wrong once: forecasts issued again, days without games, files and publishers that stand in the way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from hoops.games.leagues import League
from lake.lake import Lake
from lake.published import table_key
from lake.store import Stored
from pipeline_app import replay
from pipeline_app.apply import ApplyFailed, Message, apply_batch
from pipeline_app.publish import publish
from pipeline_app.reconcile import ReconcileFailed, reconcile
from tests.fakes import DEDUPLICATION_WINDOW, Stage
from tests.functional.test_engines import Upgraded
from tests.functional.test_fixtures import RESULT_HEADER, listing, played, rows_of, upcoming
from tests.memory_store import MemoryStore
from tests.pure import published_bytes

COMPACT = "results/MRegularSeasonCompactResults.csv"
FORECASTS = table_key("forecasts", League.MEN, 2024)


def men(stage: Stage) -> dict[str, bytes]:
    return {k: v for k, v in stage.published().items() if "league=M" in k and not k.startswith("upcoming/")}


def settle(stage: Stage) -> None:
    stage.clock.now += DEDUPLICATION_WINDOW + timedelta(seconds=1)
    reconcile(stage.lake, stage.queue, stage.clock)
    stage.drain()


def play_first_fixture(stage: Stage, files: dict[str, bytes]) -> dict:
    """Its row in the forecasts, with what was issued before it."""
    _, fixtures = rows_of(files["fixtures/MFixtures.csv"])
    fixture = min(fixtures, key=lambda row: int(row[1]))
    body = f"{RESULT_HEADER}\n{played(fixture, 80, 70)}\n".encode()
    stage.upload("results/MRegularSeasonCompactResults_20260102.csv", body)
    stage.drain()
    return issued_row(stage)


def issued_row(stage: Stage) -> dict:
    (row,) = (row for row in stage.lake.published.read(FORECASTS).to_pylist() if row["issued_at"])
    return {name: row[name] for name in ("issued_at", "issued_probability", "issued_model_id")}


def test_a_past_correction_in_small_batches_issues_nothing_again(full_stage: Stage, files: dict[str, bytes]) -> None:
    before = play_first_fixture(full_stage, files)
    waiting = upcoming(full_stage).num_rows
    header, rows = rows_of(files[COMPACT])
    rows[3][3] = str(int(rows[3][3]) + 20)
    full_stage.upload("results/MRegularSeasonCompactResults_20260102T1200.csv", listing(header, [rows[3]]))
    while nudges := full_stage.queue.receive(1):
        full_stage.deliver(nudges)
        assert upcoming(full_stage).num_rows == waiting
    assert issued_row(full_stage) == before


def test_a_new_model_keeps_what_the_old_one_issued(full_stage: Stage, files: dict[str, bytes]) -> None:
    before = play_first_fixture(full_stage, files)
    full_stage.lake = Upgraded(*full_stage.stores)
    settle(full_stage)
    assert full_stage.lake.published.manifest(League.MEN)[0].engine == full_stage.lake.shipped(League.MEN).engine
    assert issued_row(full_stage) == before


@pytest.mark.parametrize(("season", "day"), [(2024, 190), (2034, 12)])
def test_a_mistyped_day_or_season_can_be_taken_back(
    full_stage: Stage, files: dict[str, bytes], season: int, day: int
) -> None:
    before, waiting = men(full_stage), upcoming(full_stage).num_rows
    body = f"{RESULT_HEADER}\n{season},{day},1101,80,1102,70,N,0\n".encode()
    full_stage.upload("results/MRegularSeasonCompactResults_20260102.csv", body)
    full_stage.drain()
    assert men(full_stage) != before
    body = f"Season,DayNum,Team1ID,Team2ID\n{season},{day},1101,1102\n".encode()
    full_stage.upload("retractions/MRetractions_20260102T1200.csv", body)
    full_stage.drain()
    settle(full_stage)
    assert men(full_stage) == before
    assert upcoming(full_stage).num_rows == waiting
    manifest, _ = full_stage.lake.published.manifest(League.MEN)
    assert (manifest.season, manifest.day) == (2024, 100)
    settle(full_stage)
    assert full_stage.queue.depth() == 0


def test_a_day_and_a_season_whose_every_game_is_retracted_equal_the_pure_fold(
    full_stage: Stage, files: dict[str, bytes]
) -> None:
    rows = [
        line.split(",") for key in files if key.startswith("results/M") for line in files[key].decode().splitlines()[1:]
    ]
    some_day = rows[30][1]
    gone = {(r[0], r[1], r[2], r[4]) for r in rows if r[0] == "2023" and r[1] == some_day}
    for name, taken in (
        ("_20260102", gone),
        ("_20260102T1200", {(r[0], r[1], r[2], r[4]) for r in rows if r[0] == "2023"}),
    ):
        body = "Season,DayNum,Team1ID,Team2ID\n" + "\n".join(",".join(row) for row in sorted(taken)) + "\n"
        key = f"retractions/MRetractions{name}.csv"
        files = {**files, key: body.encode()}
        full_stage.upload(key, files[key])
        full_stage.drain()
        settle(full_stage)
        assert men(full_stage) == published_bytes(League.MEN, files)


class UnreadableStore(MemoryStore):
    """Denies one key, as S3 does."""

    def __init__(self, inner: MemoryStore, denied: str) -> None:
        super().__init__(inner.name, inner._clock)
        self._objects, self._denied = inner._objects, denied

    def get(self, key: str, version: str | None = None) -> Stored | None:
        if key == self._denied:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": key}}, "GetObject")
        return super().get(key, version)


def test_one_unreadable_upload_does_not_stop_the_others(stage: Stage, files: dict[str, bytes]) -> None:
    for key, body in files.items():
        stage.lake.source.put(key, body)
    denied = next(iter(files))
    source, models, dashboard = stage.stores
    stage.lake = Lake(UnreadableStore(source, denied), models, dashboard)
    with pytest.raises(ReconcileFailed, match=denied):
        reconcile(stage.lake, stage.queue, stage.clock)
    stage.drain()
    assert stage.lake.published.manifest(League.MEN)[0].day == 100


def test_an_upload_that_was_overwritten_before_its_event_came_is_not_lost(
    stage: Stage, files: dict[str, bytes]
) -> None:
    header, *rows = files[COMPACT].splitlines()
    for part in (rows[:40], rows[40:60]):
        stage.lake.source.put(COMPACT, b"\n".join([header, *part]))
    stage.accept(COMPACT)
    settle(stage)
    assert stage.lake.published.read(table_key("results", League.MEN, 2023)).num_rows == 60


def test_two_publishers_of_one_head_do_not_leave_older_tables(stage: Stage, files: dict[str, bytes]) -> None:
    """One reads the reference, then another publishes with a newer one, then the first goes on."""
    stage.upload(COMPACT, files[COMPACT])
    stage.drain()
    stage.upload("reference/MTeams.csv", files["reference/MTeams.csv"])
    slow, fast = stage.new_process(), stage.new_process()
    names = files["reference/MTeams.csv"].replace(b",", b",New ", 1)
    done = []

    class Interrupted(MemoryStore):
        def put(self, key: str, body: bytes, *, if_match: str | None = None, if_absent: bool = False) -> str:
            if not done:
                done.append(key)
                stage.upload("reference/MTeams_20260102.csv", names)
                publish(fast, League.MEN, stage.clock)
            return super().put(key, body, if_match=if_match, if_absent=if_absent)

    dashboard = Interrupted("dashboard", stage.clock)
    dashboard._objects = slow.dashboard._objects  # type: ignore[attr-defined]
    publish(Lake(slow.source, slow.models, dashboard), League.MEN, stage.clock)
    manifest, _ = stage.lake.published.manifest(League.MEN)
    present = stage.lake.published.etags(League.MEN)
    assert {key: entry.etag for key, entry in manifest.tables.items()} == present


def test_a_message_that_is_no_nudge_fails_alone(stage: Stage, files: dict[str, bytes]) -> None:
    stage.upload(COMPACT, files[COMPACT])
    nudges = stage.queue.receive(9)
    messages = [Message("bad", "not json"), *(Message(str(i), nudge.body()) for i, nudge in enumerate(nudges))]
    with pytest.raises(ApplyFailed, match="message bad"):
        apply_batch(stage.lake, messages, stage.clock)
    assert stage.lake.published.manifest(League.MEN)[0].day == nudges[-1].day


def test_a_long_catch_up_is_committed_in_parts(
    stage: Stage, files: dict[str, bytes], full_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "DAYS_A_COMMIT", 7)
    for key, body in files.items():
        if "league" not in key and not key.startswith(("results/W", "reference/W", "fixtures/W")):
            stage.upload(key, body)
    last = stage.queue.receive(10_000)[-1]
    furthest = max(
        (n for n in [last, *stage.queue.waiting] if n.target), key=lambda n: n.target or (0, 0), default=last
    )
    stage.deliver([furthest])
    settle(stage)
    assert men(stage) == men(full_stage)
    head = stage.lake.folded(League.MEN).head
    assert head.generation > 10


def test_a_file_older_than_what_was_taken_says_so(full_stage: Stage, files: dict[str, bytes]) -> None:
    header, rows = rows_of(files[COMPACT])
    for key, body in (
        ("results/MRegularSeasonCompactResults_20200101.csv", listing(header, rows[:1])),
        ("fixtures/MFixtures_20200101.csv", files["fixtures/MFixtures.csv"]),
    ):
        full_stage.upload(key, body)
        (warning,) = full_stage.receipt(key).warnings
        assert "newer" in warning and "2026-01-01" in warning
    full_stage.clock.now += timedelta(days=1)
    rows[0][3] = str(int(rows[0][3]) + 1)
    full_stage.upload("results/MRegularSeasonCompactResults_20260102.csv", listing(header, rows[:1]))
    assert full_stage.receipt("results/MRegularSeasonCompactResults_20260102.csv").warnings == ()
