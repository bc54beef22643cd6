"""State can be lost: an object that is missing, empty, cut or of another layout is made again, unasked and unseen."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from hoops import knowledge
from hoops.games.leagues import League
from lake.heads import Head
from lake.ledger import DamagedEntry
from lake.published import manifest_key, table_key
from operate.predict import Asked, predict
from operate.sources import LakeSource
from pipeline_app.apply import ApplyFailed
from pipeline_app.reconcile import reconcile
from tests.fakes import DEDUPLICATION_WINDOW, Stage
from tests.functional.test_fixtures import RESULT_HEADER, games, listing, rows_of, upcoming
from tests.pure import published_bytes

COMPACT = "results/MRegularSeasonCompactResults.csv"
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda body: b"",
    "cut": lambda body: body[: len(body) // 2],
    "garbage": lambda body: bytes(reversed(body)),
}


def tables(stage: Stage) -> dict[str, bytes]:
    """Published bytes but for the games to come, which carry the time at which they were issued."""
    return {key: body for key, body in stage.published().items() if not key.startswith("upcoming/")}


def head_of(stage: Stage, league: League = League.MEN) -> Head:
    return stage.lake.folded(league).head


def damage(stage: Stage, key: str, how: str) -> None:
    """Do it behind the back of every process: the next one has nothing in memory."""
    store = stage.lake.dashboard if key.startswith("manifest/") else stage.lake.models
    body = store.get(key).body  # type: ignore[union-attr]
    store.delete([key])
    if how != "missing":
        store.put(key, DAMAGES[how](body))
    stage.lake = stage.new_process()


def heal(stage: Stage) -> None:
    """What the clock does."""
    for _ in range(4):
        stage.clock.now += DEDUPLICATION_WINDOW + timedelta(seconds=1)
        reconcile(stage.lake, stage.queue, stage.clock)
        if not stage.queue.depth():
            return
        stage.drain()
    raise AssertionError("reconciling does not come to rest")


def state_keys(stage: Stage) -> list[str]:
    engine = stage.lake.folded(League.MEN).charge.engine
    state = [f"state/{engine}/league=M/head.json", *sorted(head_of(stage).keys())]
    return [*state, manifest_key(League.MEN)]


@pytest.mark.parametrize("how", ["missing", *DAMAGES])
def test_whatever_object_is_lost_is_made_again(full_stage: Stage, how: str) -> None:
    before, waiting = tables(full_stage), games(upcoming(full_stage))
    other = head_of(full_stage, League.WOMEN)
    keys = state_keys(full_stage)
    if how in ("empty", "garbage"):  # told by the same listing as what is cut: one of a kind will do
        keys = list({key.split("/")[-2]: key for key in keys}.values())
    for key in keys:
        stage = full_stage.copy()
        damage(stage, key, how)
        heal(stage)
        assert tables(stage) == before, key
        assert games(upcoming(stage)) == waiting, key
        assert head_of(stage, League.WOMEN) == other
        head = head_of(stage)
        assert head.position == (2024, 100) and not head.stale and not head.catching_up
        assert all(one.snapshot for one in head.seasons.values()), key
        assert not stage.lake.folded(League.MEN).heads.lost(head), key
        assert stage.lake.published.manifest(League.MEN)[0].tables.keys() >= {k for k in before if "league=M" in k}


def test_what_is_lost_is_said(full_stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    key = head_of(full_stage).seasons[2023].predicted
    damage(full_stage, key, "cut")
    heal(full_stage)
    said = [record for record in caplog.records if record.message == "lost"]
    assert [(one.object, one.levelname) for one in said] == [(key, "WARNING")]  # type: ignore[attr-defined]
    assert "damaged" in said[0].why  # type: ignore[attr-defined]


def test_everything_lost_at_once_is_made_again(full_stage: Stage) -> None:
    before = tables(full_stage)
    full_stage.lake.models.delete([row.key for row in full_stage.lake.models.listing("state/")])
    full_stage.lake.dashboard.delete([manifest_key(league) for league in League])
    full_stage.lake = full_stage.new_process()
    heal(full_stage)
    assert tables(full_stage) == before


def test_state_of_another_layout_is_folded_again_once_with_the_next_result(
    full_stage: Stage, files: dict[str, bytes], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "results/MRegularSeasonCompactResults_20260102.csv"
    body = f"{RESULT_HEADER}\n2024,101,1101,80,1102,70,N,0\n".encode()
    written = knowledge.from_bytes

    def of_before(content: bytes) -> knowledge.Knowledge:
        raise ValueError("what is known of version 1; this code reads version 2")

    full_stage.lake = full_stage.new_process()
    full_stage.upload(key, body)
    monkeypatch.setattr(knowledge, "from_bytes", of_before)
    full_stage.drain()
    monkeypatch.setattr(knowledge, "from_bytes", written)
    said = [record for record in caplog.records if record.message == "lost"]
    assert said and all("another layout (what is known of version 1" in one.why for one in said)  # type: ignore[attr-defined]
    expected = published_bytes(League.MEN, {**files, key: body})
    assert {k: v for k, v in tables(full_stage).items() if "league=M" in k} == expected
    heal(full_stage)
    assert len([record for record in caplog.records if record.message == "lost"]) == len(said)


@pytest.mark.parametrize("how", ["missing", "cut"])
def test_a_head_that_is_lost_shows_nothing_before_it_has_caught_up(full_stage: Stage, how: str) -> None:
    before, generation = full_stage.published(), head_of(full_stage).generation
    damage(full_stage, state_keys(full_stage)[0], how)
    full_stage.clock.now += DEDUPLICATION_WINDOW + timedelta(seconds=1)
    reconcile(full_stage.lake, full_stage.queue, full_stage.clock)
    nudges = full_stage.queue.receive(10_000)
    assert len(nudges) > generation * 3
    for nudge in nudges[:-1]:
        full_stage.deliver([nudge])
        assert full_stage.published() == before
    full_stage.deliver(nudges[-1:])
    assert full_stage.lake.published.manifest(League.MEN)[0].generation == head_of(full_stage).generation > generation
    assert {k: v for k, v in full_stage.published().items() if "upcoming" not in k} == {
        k: v for k, v in before.items() if "upcoming" not in k
    }


def test_a_forecast_takes_an_older_state_or_none(full_stage: Stage) -> None:
    row = full_stage.lake.published.read(table_key("forecasts", League.MEN, 2024)).to_pylist()[-1]
    question = Asked(str(row["team1_id"]), str(row["team2_id"]), League.MEN)
    expected = predict(question, LakeSource(full_stage.lake, League.MEN))
    head = head_of(full_stage)
    for key in [*sorted(head.snapshots.values(), reverse=True), head.seasons[2023].snapshot, state_keys(full_stage)[0]]:
        damage(full_stage, key, "cut")
        assert predict(question, LakeSource(full_stage.lake, League.MEN)) == expected


def test_a_damaged_ledger_entry_is_named_with_its_file_and_mended_by_it(
    full_stage: Stage, files: dict[str, bytes]
) -> None:
    before = tables(full_stage)
    header, rows = rows_of(files[COMPACT])
    rows[3][3] = str(int(rows[3][3]) + 1)
    correction = listing(header, [rows[3]])
    key = "results/MRegularSeasonCompactResults_20260102T1200.csv"
    full_stage.upload(key, correction)
    season, day = int(rows[3][0]), int(rows[3][1])
    (entry,) = (one for found in full_stage.lake.ledger.days(League.MEN, season) if found.day == day
                for one in found.entries if one.version.startswith("20260102T1200"))  # fmt: skip
    damage(full_stage, entry.key, "cut")
    with pytest.raises(ApplyFailed, match=f"{entry.key}.*upload {key} again") as failure:
        full_stage.drain()
    assert isinstance(failure.value.__cause__, DamagedEntry)
    women = "results/WRegularSeasonCompactResults_20260102T1200.csv"
    body = f"{RESULT_HEADER}\n2024,101,3101,80,3102,70,N,0\n".encode()
    full_stage.upload(women, body)
    full_stage.drain()
    manifest, _ = full_stage.lake.published.manifest(League.WOMEN)
    assert (manifest.season, manifest.day) == (2024, 101)
    assert {k: v for k, v in tables(full_stage).items() if "league=M" in k} == {
        k: v for k, v in before.items() if "league=M" in k
    }
    full_stage.upload(key, correction)
    heal(full_stage)
    expected = published_bytes(League.MEN, {**files, key: correction})
    assert {k: v for k, v in tables(full_stage).items() if "league=M" in k} == expected


def test_heads_stay_readable_for_the_version_before(full_stage: Stage) -> None:
    stored = full_stage.lake.models.get(state_keys(full_stage)[0])
    assert stored is not None and "catching_up" not in json.loads(stored.body)
