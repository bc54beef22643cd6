"""The folder of a local stack: settings that survive a crash, a lock that its holder's death releases."""

import json
import os
import signal
import subprocess
import sys

import pytest

from madness.local import ministack, processes
from madness.local.home import Home, LocalError, remove
from madness.local.processes import ProcessId

HOLDER = """
import sys, time
from pathlib import Path
from madness.local.home import Home
with Home(Path(sys.argv[1])).lock():
    print("held", flush=True)
    time.sleep(60)
"""


def test_settings_add_up(tmp_path) -> None:
    home = Home(tmp_path / "home")
    assert not home.exists and home.settings() == {}
    home.create()
    home.remember(port=1)
    home.remember(deployed="x")
    assert home.exists and home.settings() == {"port": 1, "deployed": "x"}


def test_a_home_is_invisible_to_git(tmp_path) -> None:
    home = Home(tmp_path / "home")
    home.create()
    assert (home.root / ".gitignore").read_text() == "*\n"


def test_the_lock_is_exclusive_and_names_its_holder(tmp_path) -> None:
    home = Home(tmp_path)
    with home.lock(), pytest.raises(LocalError, match=rf"process {os.getpid()}.*--home"), Home(tmp_path).lock():
        pass
    with home.lock():
        pass


def test_a_killed_holder_leaves_no_lock(tmp_path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    with holder.stdout:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LocalError, match=f"process {holder.pid}"), Home(tmp_path).lock():
            pass
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    with Home(tmp_path).lock():
        pass


def test_only_a_living_process_is_found(tmp_path) -> None:
    home = Home(tmp_path)
    assert home.process("web") is None
    mine = ProcessId(os.getpid(), processes.started(os.getpid()) or "")
    home.record_process("web", mine, port=80)
    assert home.process("web") == (mine, {"port": 80})
    home.record_process("web", ProcessId(os.getpid(), "long ago"), port=80)
    assert home.process("web") is None
    (home.run / "web.json").write_text("{")
    assert home.process("web") is None
    home.forget_process("web")
    home.forget_process("web")


def test_a_moved_stack_keeps_its_queues(tmp_path) -> None:
    home = Home(tmp_path)
    home.create()
    state = {"queues": {"http://localhost:21000/000000000000/a.fifo": {"arn": "arn:aws:sqs:x:0:a.fifo", "n": 21000}}}
    (home.state / "sqs.json").write_text(json.dumps(state))
    ministack._move(home.state, 21000, 22000)
    moved = json.loads((home.state / "sqs.json").read_text())
    assert moved == {
        "queues": {"http://localhost:22000/000000000000/a.fifo": {"arn": "arn:aws:sqs:x:0:a.fifo", "n": 21000}}
    }


def test_no_aws_setting_of_the_shell_reaches_the_stack(monkeypatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "company")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://elsewhere")
    environment = ministack.clean_environment() | ministack.Endpoint(21000).environment()
    assert {key for key in environment if key.startswith("AWS_")} == set(ministack.Endpoint(21000).environment())
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:21000"


def test_a_removed_home_is_gone(tmp_path) -> None:
    home = Home(tmp_path / "home")
    home.create()
    home.remember(port=1)
    remove(home)
    assert not home.root.exists()
