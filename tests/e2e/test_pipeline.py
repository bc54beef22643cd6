"""The main job on a real deploy: uploads become tables, every day in order, and nothing but the files matters."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from hoops import contract
from hoops.games.leagues import League
from madness.console import Silent
from madness.local import ministack
from madness.local.ministack import local_clients
from madness.local.up import Wishes, start_stack, up
from madness.selection import uploads
from operate.aws import open_lake
from operate.backlog import wait_until_published
from operate.stage import load_stage
from operate.upload import Upload
from sample import generate_small
from tests.e2e.conftest import Running
from tests.pure import published_bytes

KAGGLE = Path(__file__).parents[3] / "shared" / "data" / "kaggle"


@pytest.mark.skipif(not KAGGLE.is_dir(), reason="the real data is not beside this checkout")
def test_a_real_season_is_predicted_once_in_order_and_equals_the_pure_fold(new_home) -> None:
    home = new_home()
    summary = up(home, Wishes(data=KAGGLE, leagues=(League.MEN,), seasons="2024"), Silent())
    assert summary["games"] == 5674
    endpoint = ministack.running(home)
    assert endpoint is not None
    running = Running(home, load_stage("local"), endpoint)

    logged = [json.loads(line) for line in running.logs("apply_results") if line.startswith("{")]
    applied = [line for line in logged if line.get("message") == "applied"]
    folded = [(season, day) for line in applied for season, day, _ in line["folded"]]
    assert folded == sorted(set(folded)), "every day once, in order"
    assert len(folded) == summary["days"]
    # A message of the NCAA tournament also takes along the days since the one before it, on which only others played.
    assert sum(bool(line["folded"]) for line in applied) > 0.9 * summary["days"], "a message for each day"
    for line in applied:
        assert all((season, day) <= (line["season"], line["day"]) for season, day, _ in line["folded"])

    forecasts = running.lake.published.read("forecasts/league=M/season=2024/part.parquet")
    identity = zip(*(forecasts[name].to_pylist() for name in ("day", "team1_id", "team2_id")), strict=True)
    assert max(Counter(identity).values()) == 1
    kinds = Counter(forecasts["kind"].to_pylist())
    assert kinds["regular"] + kinds["ncaa"] == 5674
    known, day = (forecasts[name].to_pylist() for name in ("known_through_day", "day"))
    assert all(before is None or before < on for before, on in zip(known, day, strict=True))

    files = {one.key: one.body for one in uploads(KAGGLE, (League.MEN,), [2024])}
    assert _tables(running) == published_bytes(League.MEN, files)


def test_a_good_file_and_a_bad_one_on_a_warm_stack(deployed: Running) -> None:
    files = generate_small(first_season=2031, leagues=[League.WOMEN]).files
    key = "results/WRegularSeasonCompactResults_20240601.csv"
    body = files["WRegularSeasonCompactResults.csv"]
    header, *rows = body.splitlines()
    (taken,) = deployed.ingest(Upload(key, b"\n".join([header, *rows[:60]]) + b"\n"))
    assert (taken.outcome, taken.rows) == ("accepted", 60)
    wait_until_published(deployed.lake, deployed.stage, deployed.clients, [League.WOMEN])
    before = _tables(deployed)
    assert "results/league=W/season=2031/part.parquet" in before

    bad = b"\n".join([header, rows[60], rows[61].replace(b",", b";", 1)])
    (refused,) = deployed.ingest(Upload("results/WRegularSeasonCompactResults_20240602.csv", bad))
    assert refused.is_rejected and refused.report is not None
    assert refused.report.problems[0].row == 3
    wait_until_published(deployed.lake, deployed.stage, deployed.clients, [League.WOMEN])
    assert _tables(deployed) == before


def test_uploads_in_any_order_and_split_at_random_end_in_the_pure_fold(new_home) -> None:
    """One file at a time, without holding the queue back: later files correct days that are folded already."""
    sample = generate_small(first_season=2041, leagues=[League.MEN])
    rng = random.Random(7)
    pieces: list[Upload] = []
    for name, body in sample.files.items():
        if "Results" in name:
            header, *rows = body.splitlines()
            rng.shuffle(rows)
            for part in range(2):
                key = f"results/{name.replace('.csv', f'_2024010{part + 1}.csv')}"
                pieces.append(Upload(key, b"\n".join([header, *rows[part::2]]) + b"\n"))
        elif contract.folder_of(name) == "reference":
            pieces.append(Upload(f"reference/{name}", body))
    rng.shuffle(pieces)
    home = new_home()
    stage, endpoint = start_stack(home, Silent())
    running = Running(home, stage, endpoint)
    for piece in pieces:
        running.ingest(piece)
    wait_until_published(running.lake, running.stage, running.clients, [League.MEN])
    keys = {name: f"{contract.folder_of(name)}/{name}" for name in sample.files}
    files = {key: sample.files[name] for name, key in keys.items() if key.startswith(("results/", "reference/"))}
    assert _tables(running) == published_bytes(League.MEN, files)


def _tables(running: Running) -> dict[str, bytes]:
    store = open_lake(running.stage, local_clients(running.endpoint)).dashboard
    keys = [
        row.key for row in store.listing("") if row.key.endswith(".parquet") and not row.key.startswith("upcoming/")
    ]
    return {key: store.get(key).body for key in keys}  # type: ignore[union-attr]
