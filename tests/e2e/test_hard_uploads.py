"""Files that people throw at a real stack, by the command line and past it: each has its answer, none changes it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from corpus.hard_files import COMPACT_HEADER, REJECTED, compact, text

from hoops.contract import MAX_BYTES
from hoops.games.leagues import League
from lake.receipts import rejection_key
from operate.backlog import wait_until_published
from operate.upload import Upload
from tests.e2e.conftest import Running

SAMPLE = (
    "empty", "header only", "binary", "truncated gzip", "bomb of long lines", "million columns", "missing column",
    "text for a number", "NaN", "loser scored more", "against itself", "pair twice", "women's team in a men's file",
    "day above", "box score contradicts the score",
)  # fmt: skip
ODD_KEYS = ("results/M räd+(1) %41.csv", "results/a?b=c&d#e=%2F.csv", "results/日本/'\"<&>.csv", "results//x.csv")


def etags(running: Running) -> dict[str, str]:
    """ETag of every object of the ledger, the state and what is published."""
    lake = running.lake
    rows = [*lake.models.listing("ledger/"), *lake.models.listing("state/"), *lake.dashboard.listing("")]
    return {row.key: row.etag for row in rows}


@pytest.fixture
def still(deployed: Running) -> Running:
    """The stack with some games of its own, when nothing is left to do."""
    deployed.ingest(Upload("results/MRegularSeasonCompactResults_20240501.csv", compact().replace(b"2024", b"2051")))
    wait_until_published(deployed.lake, deployed.stage, deployed.clients, list(League))
    return deployed


def write(folder: Path, name: str, body: bytes) -> Path:
    path = folder / name
    path.write_bytes(body)
    return path


def test_hard_files_among_good_ones(still: Running, madness, tmp_path: Path) -> None:
    before = etags(still)
    expected = {}
    for place, bad in enumerate(bad for bad in REJECTED if bad.name in SAMPLE):
        stem, _, ending = bad.key.split("/")[1].partition("_20240315")
        path = write(tmp_path, f"{stem}_202401{place + 1:02}{ending}", bad.make())
        expected[f"results/{path.name}"] = bad
    assert len(expected) == len(SAMPLE)
    bad_paths = sorted(tmp_path.iterdir())

    shown = madness("ingest", *bad_paths, "--home", still.home.root)
    assert shown.returncode == 1, shown.stderr
    for key, bad in expected.items():
        _, _, after = shown.stdout.partition(f"{key} was rejected: {bad.count:,} problem")
        line = after.splitlines()[1]
        where = (f"row {bad.row}" if bad.row else "") + (f", column {bad.column}" if bad.column else "")
        assert line.startswith(f"  {where or 'whole file'}: found "), line
        assert bad.found in line and bad.allowed in line.partition("allowed: ")[2]
        assert still.lake.source.get(key).body == bad.make()  # type: ignore[union-attr]
        assert still.lake.source.get(rejection_key(key)) is not None

    good = write(tmp_path, "MRegularSeasonCompactResults_20240502.csv", compact().replace(b"2024,10", b"2051,11"))
    shown = madness("ingest", good, *bad_paths, "--home", still.home.root, "--json")
    assert shown.returncode == 1
    outcomes = {outcome.pop("key"): outcome for outcome in json.loads(shown.stdout)}
    taken = outcomes.pop(f"results/{good.name}")
    assert (taken["outcome"], taken["rows"], taken["days"]) == ("accepted", 3, 2)
    assert outcomes.keys() == expected.keys()
    for key, bad in expected.items():
        assert outcomes[key]["outcome"] == "rejected"
        first = outcomes[key]["report"]["problems"][0]
        assert (outcomes[key]["report"]["count"], first["row"], first["column"]) == (bad.count, bad.row, bad.column)

    wait_until_published(still.lake, still.stage, still.clients, [League.MEN])
    changed = {key for key, etag in etags(still).items() if before.get(key) != etag}
    assert changed and not any("season=2024" in key for key in changed)


def test_what_is_refused_before_it_is_sent_keeps_no_other_file_back(still: Running, madness, tmp_path: Path) -> None:
    misnamed = write(tmp_path, "M räd+(1) %41.csv", compact())
    huge = tmp_path / "MRegularSeasonDetailedResults_20240503.csv"
    with huge.open("wb") as file:
        os.truncate(file.fileno(), 2 * 2**30)
    good = write(tmp_path, "MRegularSeasonCompactResults_20240503.csv", compact().replace(b"2024,10", b"2051,12"))
    shown = madness("ingest", misnamed, huge, good, "--home", still.home.root)
    assert shown.returncode == 1
    assert "M räd+(1) %41.csv was rejected: 1 problem" in shown.stdout
    assert "found 2,147,483,648 bytes; allowed: at most 134,217,728 bytes" in shown.stdout
    assert f"results/{good.name} accepted: 3 rows on 2 days" in shown.stdout
    assert [row.key for row in still.lake.source.listing("results/") if huge.name in row.key] == []


def test_an_object_larger_than_the_limit_is_refused(still: Running) -> None:
    """Uploaded past the command line. (2 GB go the same way, but MiniStack keeps objects in memory.)"""
    before = etags(still)
    key = "results/MRegularSeasonDetailedResults_20240504.csv"
    (outcome,) = still.ingest(Upload(key, bytes(MAX_BYTES + 1)))
    assert outcome.is_rejected and outcome.report is not None
    assert outcome.report.problems[0].found == "134,217,729 bytes"
    assert etags(still) == before
    still.lake.source.delete([key])


@pytest.mark.parametrize("key", ODD_KEYS)
def test_keys_with_odd_characters(still: Running, key: str) -> None:
    before = etags(still)
    (outcome,) = still.ingest(Upload(key, b"whatever"))
    assert outcome.is_rejected and outcome.report is not None
    assert outcome.report.file == key and "the name" in outcome.report.problems[0].found
    assert still.lake.source.get(key).body == b"whatever"  # type: ignore[union-attr]
    assert etags(still) == before


def test_new_teams_and_seasons_are_taken_with_a_warning(still: Running, madness, tmp_path: Path) -> None:
    teams = write(tmp_path, "MTeams_20240601.csv", text("TeamID,TeamName", "1101,Ash", "1102,Birch"))
    games = write(tmp_path, "MRegularSeasonCompactResults_20240601.csv", text(
        COMPACT_HEADER, "2052,9,1101,70,1102,60,N,0", "2052,9,1999,70,1998,60,N,0"))  # fmt: skip
    shown = madness("ingest", teams, games, "--home", still.home.root)
    assert shown.returncode == 0
    assert "teams 1998, 1999 are not in MTeams" in shown.stderr
    assert "season 2052 is not in MSeasons" in shown.stderr
    (told,) = json.loads(madness("ingest", games, "--home", still.home.root, "--json").stdout)
    assert len(told["warnings"]) == 2
    logged = [json.loads(line) for line in still.logs("accept_results") if games.name in line]
    assert told["warnings"] in [line["warnings"] for line in logged if line["message"] == "accepted"]
    wait_until_published(still.lake, still.stage, still.clients, [League.MEN])
    forecasts = still.lake.published.read("forecasts/league=M/season=2052/part.parquet")
    assert forecasts["date"].null_count == 2
    calendar = write(tmp_path, "MSeasons_20240602.csv", text("Season,DayZero", "2052,11/06/2051"))
    assert madness("ingest", calendar, "--home", still.home.root).returncode == 0
    wait_until_published(still.lake, still.stage, still.clients, [League.MEN])
    forecasts = still.lake.published.read("forecasts/league=M/season=2052/part.parquet")
    assert [str(day) for day in forecasts["date"].to_pylist()] == ["2051-11-15"] * 2
