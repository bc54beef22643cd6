"""Background processes are known by id and start, so that nobody else's is ever signalled."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from madness.local import processes
from madness.local.processes import ProcessId

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable, "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)",
]  # fmt: skip


def spawn(command: list[str], folder: Path) -> ProcessId:
    return processes.spawn(command, env=dict(os.environ), log=folder / "log", cwd=folder)


def test_a_stopped_process_is_gone(tmp_path) -> None:
    process = spawn(SLEEP, tmp_path)
    assert process.is_alive()
    assert processes.stop(process)
    assert not process.is_alive()
    assert processes.stop(process) is False


def test_the_process_leads_its_own_session(tmp_path) -> None:
    process = spawn(SLEEP, tmp_path)
    try:
        assert os.getsid(process.pid) == process.pid
    finally:
        processes.stop(process)


def test_a_later_process_with_the_same_number_is_left_alone(tmp_path) -> None:
    process = spawn(SLEEP, tmp_path)
    try:
        stale = ProcessId(process.pid, "started at another time")
        assert not stale.is_alive()
        assert processes.stop(stale) is False
        assert process.is_alive()
    finally:
        processes.stop(process)


def test_a_deaf_process_is_killed_after_its_patience(tmp_path) -> None:
    process = spawn(STUBBORN, tmp_path)
    deadline = time.monotonic() + 10
    while "deaf" not in (tmp_path / "log").read_text() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert processes.stop(process, patience=0.2) is False
    assert not process.is_alive()


def test_children_end_with_their_leader(tmp_path) -> None:
    child = (
        "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
    )
    leader = spawn([sys.executable, "-c", child + "print(p.pid, flush=True); time.sleep(60)"], tmp_path)
    deadline = time.monotonic() + 10
    while not (tmp_path / "log").read_text().strip() and time.monotonic() < deadline:
        time.sleep(0.02)
    pid = int((tmp_path / "log").read_text())
    orphan = ProcessId(pid, processes.started(pid) or "")
    assert processes.stop(leader)
    deadline = time.monotonic() + 5
    while orphan.is_alive() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not orphan.is_alive()


def test_a_killed_child_that_nobody_reaped_counts_as_gone(tmp_path) -> None:
    process = spawn(SLEEP, tmp_path)
    os.kill(process.pid, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while process.is_alive() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not process.is_alive()


def test_a_command_that_is_not_there_says_so(tmp_path) -> None:
    with pytest.raises(FileNotFoundError):
        spawn(["/no/such/command"], tmp_path)


def test_own_start_is_stable() -> None:
    assert processes.started(os.getpid()) == processes.started(os.getpid()) is not None
    assert processes.started(2**22 + 1) is None
