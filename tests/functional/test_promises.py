"""The promises of the pipeline: whatever happens on the way, what is published is the fold of what was uploaded."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from hoops.games.leagues import League
from hoops.schemas import PUBLISHED
from lake.store import Conflict
from pipeline_app.apply import ApplyFailed
from pipeline_app.nudges import Nudge
from pipeline_app.reconcile import reconcile
from tests.codecs import CODECS_OF_THE_LAYER, codecs
from tests.fakes import Stage
from tests.made_plays import events
from tests.memory_store import MemoryStore
from tests.pure import published_bytes

MEN_RESULTS = [
    "results/MRegularSeasonCompactResults.csv",
    "results/MRegularSeasonDetailedResults.csv",
    "results/MNCAATourneyCompactResults.csv",
    "results/MNCAATourneyDetailedResults.csv",
]


def published(stage: Stage) -> dict[str, bytes]:
    """Published bytes but for the games to come, which carry the time at which they were issued."""
    return {key: body for key, body in stage.published().items() if not key.startswith("upcoming/")}


def settle(stage: Stage, rounds: int = 5) -> None:
    """What the clock does in AWS: reconcile and deliver until nothing is left to do."""
    for _ in range(rounds):
        stage.clock.now += timedelta(minutes=5)
        reconcile(stage.lake, stage.queue, stage.clock)
        if not stage.queue.depth():
            return
        stage.drain()
    raise AssertionError("reconciling does not come to rest")


def test_published_tables_equal_the_pure_fold_of_the_same_files(full_stage: Stage, files: dict[str, bytes]) -> None:
    # `issued_*` columns tell what was published before a game; here every fixture was still to come.
    expected = {**published_bytes(League.MEN, files), **published_bytes(League.WOMEN, files)}
    assert published(full_stage) == expected


def test_the_functions_layer_can_read_all_that_is_written(full_stage: Stage, files: dict[str, bytes]) -> None:
    """Nothing is compressed with what the Arrow of the managed layer lacks."""
    full_stage.upload("events/MEvents2024.csv", events(files[MEN_RESULTS[0]], 2024, slice(9)))
    found: dict[str, set[str]] = {}
    for store in full_stage.stores:
        for row in store.listing(""):
            if row.key.endswith(".parquet"):
                found.setdefault(row.key.split("/")[0], set()).update(codecs(store.get(row.key).body))  # type: ignore[union-attr]
    assert set().union(*found.values()) <= CODECS_OF_THE_LAYER
    assert set(found) == {"ledger", "state", *PUBLISHED}


@pytest.mark.parametrize("seed", range(4))
def test_row_order_and_splitting_into_uploads_change_no_byte(files: dict[str, bytes], seed: int) -> None:
    stage, rng = Stage(), random.Random(seed)
    pieces = []
    for key, body in files.items():
        if key in MEN_RESULTS:
            header, *rows = body.splitlines()
            rng.shuffle(rows)
            cuts = sorted(rng.sample(range(1, len(rows)), min(3, len(rows) - 1)))
            for part, (start, stop) in enumerate(zip([0, *cuts], [*cuts, len(rows)], strict=True)):
                name = key.replace(".csv", f"_2024010{part + 1}.csv")
                pieces.append((name, b"\n".join([header, *rows[start:stop]]) + b"\n"))
        elif key.startswith(("reference/M", "reference/C", "players/M")):
            pieces.append((key, body))
    rng.shuffle(pieces)
    for place, (key, body) in enumerate(pieces):
        stage.upload(key, body)
        if rng.random() < 0.3 or place == len(pieces) - 1:
            stage.drain(rng.randint(1, 10))
    assert published(stage) == published_bytes(League.MEN, {k: v for k, v in files.items() if not k.startswith("fix")})


def test_the_same_event_twice_changes_nothing(full_stage: Stage, files: dict[str, bytes]) -> None:
    before = {store.name: store.listing("") for store in full_stage.stores}
    for key in files:
        full_stage.accept(key)
    full_stage.drain()
    assert {store.name: store.listing("") for store in full_stage.stores} == before


def test_the_same_file_uploaded_again_changes_no_published_byte(full_stage: Stage, files: dict[str, bytes]) -> None:
    before = published(full_stage)
    for key in MEN_RESULTS:
        full_stage.upload(key, files[key])
    full_stage.drain()
    assert published(full_stage) == before


@pytest.mark.parametrize("seed", range(4))
def test_lost_doubled_and_reordered_messages_end_in_the_same_tables(
    full_stage: Stage, files: dict[str, bytes], seed: int
) -> None:
    stage, rng = Stage(), random.Random(seed)
    for key, body in files.items():
        if rng.random() < 0.2:
            stage.lake.source.put(key, body)  # its event is lost
        else:
            stage.upload(key, body)
    nudges = [nudge for nudge in stage.queue.receive(10_000) for _ in range(rng.choice([0, 1, 1, 2]))]
    rng.shuffle(nudges)
    for start in range(0, len(nudges), 7):
        stage.deliver(nudges[start : start + 7])
    settle(stage)
    assert published(stage) == published(full_stage)


def test_each_message_folds_no_further_than_its_day_and_each_day_once(
    stage: Stage, files: dict[str, bytes], caplog: pytest.LogCaptureFixture
) -> None:
    stage.upload(MEN_RESULTS[0], files[MEN_RESULTS[0]])
    stage.drain()
    applied: list[Any] = [record for record in caplog.records if record.message == "applied"]
    folded = [(season, day) for one in applied for season, day, _ in one.folded]
    assert folded == sorted(set(folded))
    assert all((s, d) <= (one.season, one.day) for one in applied for s, d, _ in one.folded)
    assert sum(games for one in applied for *_, games in one.folded) == len(files[MEN_RESULTS[0]].splitlines()) - 1


def test_a_correction_in_a_past_season_refolds_all_later_ones(full_stage: Stage, files: dict[str, bytes]) -> None:
    correction = _swap_winner(files[MEN_RESULTS[0]], line=40)
    key = "results/MRegularSeasonCompactResults_20260102.csv"
    full_stage.upload(key, correction)
    assert [nudge.season for nudge in full_stage.queue.waiting] == [2023, 2024]
    full_stage.drain()
    expected = published_bytes(League.MEN, {**files, key: correction})
    assert {k: v for k, v in published(full_stage).items() if "league=M" in k} == expected
    assert expected != published_bytes(League.MEN, files)


def test_a_late_redelivery_cannot_bring_an_old_score_back(stage: Stage, files: dict[str, bytes]) -> None:
    old, corrected = files[MEN_RESULTS[0]], _swap_winner(files[MEN_RESULTS[0]], line=5)
    stage.upload("results/MRegularSeasonCompactResults_20240202.csv", corrected)
    stage.drain()
    after = published(stage)
    stage.upload("results/MRegularSeasonCompactResults_20240101.csv", old)
    stage.drain()
    assert published(stage) == after


def test_a_compact_file_after_a_detailed_one_keeps_the_box_scores(stage: Stage, files: dict[str, bytes]) -> None:
    stage.upload(MEN_RESULTS[1], files[MEN_RESULTS[1]])
    stage.upload(MEN_RESULTS[0], files[MEN_RESULTS[0]])
    stage.drain()
    results = stage.lake.published.read("results/league=M/season=2023/part.parquet")
    assert results["team1_fgm"].null_count == 0


def test_a_retraction_takes_a_game_back_and_a_new_row_brings_it_again(
    full_stage: Stage, files: dict[str, bytes]
) -> None:
    before = published(full_stage)
    header, *rows = files[MEN_RESULTS[0]].decode().splitlines()
    season, day, winner, _, loser, *_ = rows[-1].split(",")
    full_stage.upload(
        "retractions/MRetractions_20260102.csv",
        f"Season,DayNum,Team1ID,Team2ID\n{season},{day},{loser},{winner}\n".encode(),
    )
    full_stage.drain()
    key = f"results/league=M/season={season}/part.parquet"
    gone = full_stage.lake.published.read(key)
    full_stage.upload("results/MRegularSeasonCompactResults_20260102T1200.csv", f"{header}\n{rows[-1]}\n".encode())
    full_stage.drain()
    back = full_stage.lake.published.read(key)
    assert back.num_rows == gone.num_rows + 1
    # All but the box score, which the new row does not have.
    assert (
        published(full_stage)[f"forecasts/league=M/season={season}/part.parquet"]
        == (before[f"forecasts/league=M/season={season}/part.parquet"])
    )


def test_a_bad_file_is_rejected_whole_and_changes_no_state(full_stage: Stage, files: dict[str, bytes]) -> None:
    before = [row for store in full_stage.stores[1:] for row in store.listing("") if "receipts" not in row.key]
    key = "results/MRegularSeasonCompactResults_20240401.csv"
    bad = files[MEN_RESULTS[0]] + b"2024,90,1101,55,1102,66,H,0\n"
    full_stage.upload(key, bad)
    full_stage.drain()
    assert before == [row for store in full_stage.stores[1:] for row in store.listing("") if "receipts" not in row.key]
    report = full_stage.lake.receipts.rejection(key)
    assert report is not None and report.count == 1
    assert report.problems[0].row == len(bad.splitlines())
    assert full_stage.lake.source.get(key).body == bad  # type: ignore[union-attr]
    full_stage.upload(key, files[MEN_RESULTS[0]])
    assert full_stage.lake.receipts.rejection(key) is None


class CrashingStore(MemoryStore):
    """Dies at a given write, before or after it took effect."""

    def __init__(self, inner: MemoryStore, countdown: list[int], after: bool) -> None:
        super().__init__(inner.name, inner._clock)
        self._objects, self._countdown, self._after = inner._objects, countdown, after

    def put(self, key: str, body: bytes, *, if_match: str | None = None, if_absent: bool = False) -> str:
        self._countdown[0] -= 1
        if self._countdown[0] == 0 and not self._after:
            raise KeyboardInterrupt(key)
        etag = super().put(key, body, if_match=if_match, if_absent=if_absent)
        if self._countdown[0] == 0:
            raise KeyboardInterrupt(key)
        return etag


@pytest.mark.parametrize("after", [False, True], ids=["before-the-write", "after-the-write"])
def test_a_crash_at_any_write_heals(full_stage: Stage, files: dict[str, bytes], after: bool) -> None:
    header, *rows = files[MEN_RESULTS[0]].splitlines()
    last = rows[-1].split(b",")[1]
    correction = _swap_winner(b"\n".join([header, *(row for row in rows if row.split(b",")[:2] == [b"2024", last])]), 1)
    key = "results/MRegularSeasonCompactResults_20260102.csv"
    expected = None
    for crash_at in range(1, 100):
        stage = full_stage.copy()
        countdown = [crash_at]
        sound = stage.lake
        stores = [CrashingStore(store, countdown, after) for store in stage.stores]
        stage.lake = type(sound)(*stores)
        try:
            stores[0]._countdown[0] += 1  # the upload itself is the user's
            stage.upload(key, correction)
            stage.drain()
            crashed = False
        except KeyboardInterrupt:
            crashed = True
        stage.lake = sound
        stage.lake = stage.new_process()
        settle(stage)
        expected = expected or published_bytes(League.MEN, {**files, key: correction})
        assert {k: v for k, v in published(stage).items() if "league=M" in k} == expected, f"crash at write {crash_at}"
        if not crashed:
            assert crash_at > 8
            return
    raise AssertionError("never ran to the end")


def test_two_writers_at_once_end_in_the_same_tables(full_stage: Stage, files: dict[str, bytes]) -> None:
    """Every other time that one worker is about to commit, another commits first."""
    stage = Stage()
    for key, body in files.items():
        stage.upload(key, body)
    nudges = stage.queue.receive(10_000)
    other = _other_worker(stage)
    attempts = conflicts = 0

    class Interrupted(MemoryStore):
        def put(self, key: str, body: bytes, *, if_match: str | None = None, if_absent: bool = False) -> str:
            nonlocal attempts, conflicts
            if key.endswith("head.json") and nudges:
                attempts += 1
                if attempts % 2:
                    batch = nudges[:10]
                    del nudges[:10]
                    other.deliver(batch)
            try:
                return super().put(key, body, if_match=if_match, if_absent=if_absent)
            except Conflict:
                conflicts += 1
                raise

    models = Interrupted("models", stage.clock)
    models._objects = stage.lake.models._objects  # type: ignore[attr-defined]
    stage.lake = type(stage.lake)(stage.lake.source, models, stage.lake.dashboard)
    while nudges:
        batch = nudges[:10]
        del nudges[:10]
        stage.deliver(batch)
    settle(stage)
    assert conflicts > 3
    assert published(stage) == published(full_stage)


def test_leagues_of_a_batch_succeed_and_fail_apart(full_stage: Stage, files: dict[str, bytes]) -> None:
    stage = Stage()
    for key in (MEN_RESULTS[0], MEN_RESULTS[0].replace("/M", "/W")):
        stage.upload(key, files[key])
    nudges = stage.queue.receive(10_000)
    mixed = [
        nudge
        for pair in zip(nudges[:5], [n for n in nudges if n.league is League.WOMEN], strict=False)
        for nudge in pair
    ]

    def poison(key: str, version: str | None = None) -> None:
        if key.startswith("ledger/league=M"):
            raise ValueError("a broken entry")
        return MemoryStore.get(stage.lake.models, key, version)  # type: ignore[arg-type, return-value]

    stage.lake.models.get = poison  # type: ignore[method-assign]
    with pytest.raises(ApplyFailed, match="league M"):
        stage.deliver(mixed)
    assert stage.lake.published.manifest(League.MEN)[1] is None
    assert stage.lake.published.manifest(League.WOMEN)[0].season == 2023


def test_names_that_arrive_after_the_results_are_published_without_folding_again(
    stage: Stage, files: dict[str, bytes]
) -> None:
    stage.upload(MEN_RESULTS[0], files[MEN_RESULTS[0]])
    stage.drain()
    names = stage.lake.published.read("teams/league=M/part.parquet")["team_name"].to_pylist()
    assert all(name.startswith("Team ") for name in names)
    assert stage.lake.published.read("results/league=M/season=2023/part.parquet")["date"].null_count > 0
    generation = stage.lake.published.manifest(League.MEN)[0].generation
    for key in files:
        if key.startswith("reference/"):
            stage.upload(key, files[key])
    stage.drain()
    results = stage.lake.published.read("results/league=M/season=2023/part.parquet")
    assert not any(name.startswith("Team ") for name in results["team1_name"].to_pylist())
    assert results["date"].null_count == 0
    assert stage.lake.published.manifest(League.MEN)[0].generation == generation


def test_only_a_few_snapshots_of_the_running_season_are_kept(full_stage: Stage) -> None:
    snapshots = [
        row for row in full_stage.lake.models.listing("state/") if "/snapshots/" in row.key and "=M/" in row.key
    ]
    assert 2 <= len(snapshots) <= 7
    head = full_stage.lake.folded(League.MEN).head
    stored = {
        row.key for row in full_stage.lake.models.listing("state/") if "league=M" in row.key and "head" not in row.key
    }
    assert stored == head.keys()


def test_forecasts_hold_probabilities_made_before_the_day(full_stage: Stage) -> None:
    rows = full_stage.lake.published.read("forecasts/league=M/season=2024/part.parquet")
    day = rows["day"].to_numpy()
    known = np.array([(s, d) for s, d in zip(rows["known_through_season"].to_pylist(),
                                             rows["known_through_day"].to_pylist(), strict=True)])  # fmt: skip
    assert ((known[:, 0] < 2024) | (known[:, 1] < day)).all()
    probability = rows["team1_probability"].to_numpy()
    assert ((probability > 0) & (probability < 1)).all()
    assert rows["out_of_sample"].to_pylist() == [True] * rows.num_rows


def _other_worker(stage: Stage) -> Stage:
    other = Stage()
    other.clock, other.queue = stage.clock, stage.queue
    other.lake = stage.new_process()
    return other


def _swap_winner(body: bytes, line: int) -> bytes:
    """The same file with the winner and the loser of one game exchanged."""
    lines = body.decode().splitlines()
    season, day, winner, winning, loser, losing, site, *rest = lines[line].split(",")
    site = {"H": "A", "A": "H", "N": "N"}[site]
    lines[line] = ",".join([season, day, loser, winning, winner, losing, site, *rest])
    return ("\n".join(lines) + "\n").encode()


def test_a_table_that_was_overwritten_or_deleted_is_mended(full_stage: Stage) -> None:
    before = published(full_stage)
    overwritten, deleted = "ratings/league=M/season=2023/part.parquet", "teams/league=W/part.parquet"
    full_stage.lake.dashboard.put(overwritten, b"not what the manifest says")
    full_stage.lake.dashboard.delete([deleted])
    settle(full_stage)
    assert published(full_stage) == before


def test_nudges_survive_the_queue() -> None:
    nudge = Nudge(League.MEN, 2024, 12, "abc")
    assert Nudge.parse(nudge.body()) == nudge
    assert nudge.deduplication_id != Nudge(League.MEN, 2024, 12, "abd").deduplication_id
