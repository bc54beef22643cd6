"""The life of a local stack, through the command line: up, status, ingest, down, up again, kill, reset."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from hoops.games.leagues import League
from lake.lake import Lake
from lake.published import table_key
from madness.local import ministack
from madness.local.home import Home
from madness.local.ministack import local_clients
from madness.selection import uploads
from operate.aws import open_lake
from operate.stage import load_stage
from tests.pure import published_bytes


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory, small_league: Path) -> Path:
    """One league of the small sample league, so that processing takes seconds."""
    folder = tmp_path_factory.mktemp("tiny")
    for file in small_league.glob("M*.csv"):
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


def test_up_twice_ingest_kill_and_down(new_home, madness, tiny, tmp_path) -> None:
    home = new_home()
    first = madness("up", "--data", tiny, "--home", home.root, "--json")
    assert first.returncode == 0, first.stderr
    summary = json.loads(first.stdout)
    assert summary["games"] > 300
    assert set(summary["seconds"]) == {"start", "deploy", "ingest", "process"}
    assert summary["buckets"]["source"] == "madness-local-source"
    assert summary["home"] == str(home.root)
    assert urllib.request.urlopen(summary["dashboard"]).status == 200

    status = json.loads(madness("status", "--home", home.root, "--json").stdout)
    men = status["leagues"]["M"]
    assert status["running"] and men["days_waiting"] == 0 and men["tables_current"]
    assert men["days"] == summary["days"]
    assert (status["queue"]["messages"], status["dead_letters"]["messages"]) == (0, 0)

    generation = _generation(home)
    started = time.monotonic()
    second = madness("up", "--home", home.root, "--json")
    taken = time.monotonic() - started
    again = json.loads(second.stdout)
    assert again["files"]["uploaded"] == 0
    assert again["games"] == summary["games"]
    assert again["dashboard"] == summary["dashboard"]
    assert taken < 15
    assert _generation(home) == generation, "nothing may be processed again"

    header, *fixtures = (tiny / "MFixtures.csv").read_text().splitlines()
    mine = tmp_path / "MFixtures.csv"
    mine.write_text("\n".join([header, *fixtures[:-5]]) + "\n")
    assert madness("ingest", mine, "--home", home.root).returncode == 0

    _kill_the_local_aws(home)
    assert json.loads(madness("status", "--home", home.root, "--json").stdout)["running"] is False
    refused = madness("ingest", next(tiny.glob("MTeams.csv")), "--home", home.root)
    assert refused.returncode == 1
    assert "madness up" in refused.stderr and "Traceback" not in refused.stderr
    third = madness("up", "--home", home.root, "--json")
    assert third.returncode == 0, third.stderr
    healed = json.loads(third.stdout)
    assert (healed["games"], healed["days"]) == (summary["games"], summary["days"])
    assert healed["files"]["uploaded"] == 0
    stored = _lake(home).source.get("fixtures/MFixtures.csv")
    assert stored is not None and stored.body == mine.read_bytes(), "up leaves alone what was ingested since"
    assert healed["seconds"]["deploy"] < 2, "functions, queues and mappings survive a kill"

    down = madness("down", "--home", home.root)
    assert down.stdout.strip() == "stopped: dashboard, training, local AWS"
    assert madness("down", "--home", home.root).stdout.strip() == "nothing was running"
    assert "madness up" in madness("status", "--home", home.root).stdout

    assert madness("reset", "--home", home.root, text="n\n").returncode == 1
    assert home.root.exists()
    assert madness("reset", "--home", home.root, "--yes").returncode == 0
    assert not home.root.exists()


def test_ingest_prints_the_report_of_a_rejected_file(deployed, madness, tmp_path) -> None:
    bad = tmp_path / "MRegularSeasonCompactResults_20010101.csv"
    bad.write_text(
        "Season,DayNum,WTeamID,WScore,LTeamID,LScore,WLoc,NumOT\n2001,9,1101,70,1102,60,H,0\n2001,9,1,2,3,4,X,0\n"
    )
    result = madness("ingest", bad, "--home", deployed.home.root)
    assert result.returncode == 1
    assert "was rejected" in result.stdout and "row 3" in result.stdout
    again = madness("ingest", bad, "--home", deployed.home.root, "--json")
    assert again.returncode == 1
    (outcome,) = json.loads(again.stdout)
    assert outcome["outcome"] == "rejected" and outcome["report"]["count"] >= 1

    good = bad.with_name("MRegularSeasonCompactResults_20010102.csv")
    good.write_text("Season,DayNum,WTeamID,WScore,LTeamID,LScore,WLoc,NumOT\n2001,9,1101,70,1102,60,H,0\n")
    assert "1 row on 1 day" in madness("ingest", good, "--home", deployed.home.root).stdout
    assert "unchanged" in madness("ingest", good, "--home", deployed.home.root).stdout


def test_a_kill_while_days_are_folded_loses_nothing(new_home, madness, small_league) -> None:
    home = new_home()
    command = [sys.executable, "-m", "madness", "up", "--data", str(small_league), "--home", str(home.root), "--json"]
    working = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not list((home.objects).rglob("*.parquet")) or not list(home.objects.rglob("head.json")):
        assert time.monotonic() < deadline and working.poll() is None
        time.sleep(0.02)
    _kill_the_local_aws(home)
    _, said = working.communicate(timeout=120)
    assert working.returncode == 1
    assert "`madness up` goes on from there" in said and "Traceback" not in said

    assert madness("up", "--home", home.root, "--data", small_league, "--json").returncode == 0
    lake = _lake(home)
    every = uploads(small_league, tuple(League), [2023, 2024])
    files = {upload.key: upload.body for upload in every if upload.folder != "events"}
    assert len(every) - len(files) == 1
    plays = lake.published.manifest(League.MEN)[0].tables[table_key("plays", League.MEN, 2024)]
    assert plays.rows == lake.published.read(table_key("play_chances", League.MEN, 2024)).num_rows > 0
    for league in League:
        for key, body in published_bytes(league, files).items():
            stored = lake.dashboard.get(key)
            assert stored is not None and stored.body == body, key


def test_once_leaves_nothing_running(new_home, madness, tiny) -> None:
    home = new_home()
    result = madness(
        "up", "--data", tiny, "--seasons", "2023", "--leagues", "M", "--once", "--home", home.root, "--json"
    )
    assert result.returncode == 0, result.stderr
    summary = json.loads(result.stdout)
    assert summary["dashboard"] is None and summary["games"] > 100
    assert ministack.running(home) is None
    port = int(summary["endpoint"].rpartition(":")[2])
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_taken_port_of_the_dashboard_is_one_clear_line(new_home, madness, tiny) -> None:
    home = new_home()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = madness("up", "--data", tiny, "--seasons", "2023", "--port", port, "--home", home.root)
    assert result.returncode == 1
    assert f"Port {port}" in result.stderr and "--port" in result.stderr and "Traceback" not in result.stderr


def test_the_stack_moves_when_its_port_is_taken(deployed, new_home) -> None:
    home = new_home()
    first = ministack.start(home)
    ministack.stop(home)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", first.port))
        taken.listen()
        second = ministack.start(home)
        assert second.port != first.port


def _generation(home: Home) -> int:
    return _lake(home).published.manifest(League.MEN)[0].generation


def _lake(home: Home) -> Lake:
    endpoint = ministack.running(home)
    assert endpoint is not None
    return open_lake(load_stage("local"), local_clients(endpoint))


def _kill_the_local_aws(home: Home) -> None:
    found = home.process("ministack")
    assert found is not None
    os.kill(found[0].pid, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while found[0].is_alive() and time.monotonic() < deadline:
        time.sleep(0.02)
