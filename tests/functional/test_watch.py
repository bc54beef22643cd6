"""Forecasts that are worse than they say: a metric says so, and training is started once."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from hoops.games.leagues import League
from hoops.schemas import PUBLISHED
from lake.lake import Lake
from lake.published import Manifest, TableEntry, table_key
from lake.training_jobs import KEPT, OUTPUT, REFUSED, Launch, TrainingRecordError, Verdict, archive_key
from pipeline_app.watch import send_unjudged, watch
from tests.memory_store import MemoryStore

MEN = League.MEN
KEY = table_key("drift", MEN, 2024)
LAUNCH = Launch("a", MEN, (2024, 0), (2024, 19), 9, 9, "", "", "schedule", "weekly", "2024-01-01T00:00:00Z")
ARRIVED = datetime(2024, 1, 1, tzinfo=UTC)


def week(first: int, score: float, *, counts: bool = True) -> dict:
    return {
        "first_day": first, "last_day": first + 6, "games": 250, "issued": 9, "log_loss": 0.55, "promised": 0.5,
        "noise": 0.05 / score, "score": score, "recent": 1.5, "counts": counts, "drifted": counts and abs(score) > 3,
    }  # fmt: skip


def lake_with(*weeks: dict) -> Lake:
    lake = Lake(*(MemoryStore(name) for name in ("source", "models", "dashboard")))
    entry = lake.published.write_table(
        KEY, pa.Table.from_pylist(list(weeks), schema=PUBLISHED["drift"].schema), None, "-"
    )
    lake.published.write_manifest(MEN, Manifest("M", engine="e", season=2024, day=40, tables={KEY: entry}), None)
    return lake


def watched(lake: Lake, capsys: pytest.CaptureFixture) -> tuple[list[tuple[League, str]], float]:
    """What was started, and the metric."""
    started: list[tuple[League, str]] = []
    watch(lake, lambda league, reason: started.append((league, reason)))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (metric,) = (one for one in lines if "Drift" in one)
    assert metric["bucket"] == "source" and metric["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Madness"
    return started, metric["Drift"][0]


def test_a_week_that_drifted_starts_a_training_and_says_why(capsys: pytest.CaptureFixture) -> None:
    started, metric = watched(lake_with(week(7, 0.5), week(14, 4.0), week(21, -9.0, counts=False)), capsys)
    assert metric == 1.0
    ((league, reason),) = started
    assert league == MEN
    assert reason == (
        "drift in the week to day 20 of 2024: log loss 0.5500 where the forecasts promised 0.5000, on 250 games: "
        "+4.0 standard deviations, with the three weeks before +1.5"
    )


@pytest.mark.parametrize("newest", [(2024, 20), (2024, 30), (2025, 0)])
def test_a_training_that_knows_the_week_is_not_started_again(
    newest: tuple[int, int], capsys: pytest.CaptureFixture
) -> None:
    lake = lake_with(week(14, -4.0))
    early = replace(LAUNCH, job="madness-dev-m-2024d19-0a1b2c3d-1", newest=(2024, 19))
    lake.training_jobs.add(early, {})
    lake.training_jobs.add(
        replace(early, job="madness-dev-w-2024d20-0a1b2c3d-1", league=League.WOMEN, newest=newest), {}
    )
    assert [league for league, _ in watched(lake, capsys)[0]] == [MEN]
    job = "madness-dev-m-2024d20-0a1b2c3d-1"
    lake.training_jobs.add(replace(early, job=job, newest=newest), {})
    assert [league for league, _ in watched(lake, capsys)[0]] == [MEN], "it may have failed"
    lake.training_jobs.judge(Verdict(job, MEN, KEPT, "full-1", "no better", "2024-03-01T00:00:00Z"))
    assert watched(lake, capsys) == ([], 1.0)


def test_a_record_that_cannot_be_read_hides_the_other_league_from_nobody(capsys: pytest.CaptureFixture) -> None:
    lake = lake_with(week(14, -4.0))
    manifest, _ = lake.published.manifest(MEN)
    key = KEY.replace("league=M", "league=W")
    entry = lake.published.write_table(key, lake.published.read(KEY), None, "-")
    lake.published.write_manifest(League.WOMEN, replace(manifest, league="W", tables={key: entry}), None)
    lake.models.put("training/jobs/madness-dev-m-2024d20-0a1b2c3d-1.json", b"{")
    started = []
    with pytest.raises(TrainingRecordError, match=r"0a1b2c3d-1\.json of models cannot be read"):
        watch(lake, lambda league, _: started.append(league))
    assert started == [League.WOMEN]
    assert '"Drift":[1.0]' in capsys.readouterr().out.replace(" ", "")


def test_a_quiet_week_and_no_week_at_all_start_nothing(capsys: pytest.CaptureFixture) -> None:
    assert watched(lake_with(week(7, 9.0), week(14, 1.0)), capsys) == ([], 0.0)
    assert watched(lake_with(week(14, 9.0, counts=False)), capsys) == ([], 0.0)
    nothing = Lake(*(MemoryStore(name) for name in ("source", "models", "dashboard")))
    assert watched(nothing, capsys) == ([], 0.0)
    nothing.published.write_manifest(MEN, Manifest("M", season=2024, day=1, tables={"x": TableEntry("", "", 0)}), None)
    assert watched(nothing, capsys) == ([], 0.0), "published by a program that has no such table"


class Waiting:
    """Archives that came at one moment: of two jobs, of one that has a verdict, and of one that nobody has launched."""

    def __init__(self) -> None:
        stores = (MemoryStore(name, lambda: ARRIVED) for name in ("source", "models", "dashboard"))
        self.lake = Lake(*stores)
        for job in ("a", "b", "judged", "running"):
            self.lake.training_jobs.add(replace(LAUNCH, job=job), {"games.parquet": b""})
        for job in ("a", "b", "judged", "stray"):
            self.lake.models.put(archive_key(job), b"")
        self.lake.models.put(f"{OUTPUT}running/output/output.tar.gz", b"")  # its predictions: no model
        self.judge("judged")

    def judge(self, job: str) -> None:
        self.lake.training_jobs.judge(Verdict(job, MEN, REFUSED, "", "", "2024-01-01T00:00:00Z"))

    def sent(self, after: timedelta) -> list[str]:
        """The archives that are judged again if somebody looks that long after they came."""
        sent: list[str] = []
        send_unjudged(self.lake, sent.append, ARRIVED + after)
        return sent


def test_an_archive_without_a_verdict_is_judged_again() -> None:
    waiting = Waiting()
    assert waiting.sent(timedelta(minutes=59)) == [], "AWS itself may still try"
    assert waiting.sent(timedelta(minutes=61)) == [archive_key("a"), archive_key("b")]
    waiting.judge("b")
    assert waiting.sent(timedelta(days=27)) == [archive_key("a")]
    assert waiting.sent(timedelta(days=29)) == [], "nobody has cared for four weeks"
    waiting.judge("a")
    assert waiting.sent(timedelta(days=2)) == []
