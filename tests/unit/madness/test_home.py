"""The folder of a local stack: settings that survive a crash, a lock that its holder's death releases."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

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
    home.forget_process("web")
    home.forget_process("web")


@pytest.mark.parametrize(
    "left", [b"", b"{", b"\xff\x00[", b"[]", b"{}", b'{"process": {"pid": 1}, "port": 80}', b'{"process": 7}']
)
def test_what_a_power_cut_left_of_a_record_is_no_process(tmp_path, left) -> None:
    home = Home(tmp_path)
    home.run.mkdir()
    (home.run / "web.json").write_bytes(left)
    assert home.process("web") is None
    assert home.left_behind("web") is not None


def recorded(root: Path) -> Home:
    home = Home(root)
    home.create()
    home.record_process("web", ProcessId(os.getpid(), processes.started(os.getpid()) or ""), port=80)
    return home


def test_a_copy_of_a_home_has_no_part_in_the_processes_of_the_original(tmp_path) -> None:
    home = recorded(tmp_path / "home")
    shutil.copytree(home.root, tmp_path / "copy")
    assert Home(tmp_path / "copy").process("web") is None
    assert home.process("web") is not None


def test_a_home_that_was_moved_keeps_its_processes(tmp_path) -> None:
    recorded(tmp_path / "home").root.rename(tmp_path / "moved")
    assert Home(tmp_path / "moved").process("web") is not None


def test_a_record_from_before_folders_were_noted_counts(tmp_path) -> None:
    home = recorded(tmp_path / "home")
    record = json.loads((home.run / "web.json").read_text())
    del record["folder"]
    (home.run / "web.json").write_text(json.dumps(record))
    assert home.process("web") is not None


@pytest.mark.parametrize("left", [b"", b'{"port": 2', b"\xff\x00[", b"[]"])
def test_damaged_settings_are_named_and_set_aside(tmp_path, left) -> None:
    home = Home(tmp_path)
    home.remember(port=1)
    assert home.set_damaged_settings_aside() is None and home.settings() == {"port": 1}
    (tmp_path / "home.json").write_bytes(left)
    with pytest.raises(LocalError, match=r"home\.json is damaged .*`madness up`"):
        home.settings()
    aside = home.set_damaged_settings_aside()
    assert aside is not None and aside.read_bytes() == left
    assert home.settings() == {}


def test_settings_are_on_the_disk_before_they_have_their_name(tmp_path, monkeypatch) -> None:
    steps: list[str] = []
    fsync, replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda file: (steps.append("sync"), fsync(file)))
    monkeypatch.setattr(Path, "replace", lambda draft, to: (steps.append("rename"), replace(draft, to))[1])
    Home(tmp_path).remember(port=1)
    assert steps == ["sync", "rename", "sync"]


@pytest.mark.parametrize("place", ["file", "file/home", "/proc/home"])
def test_a_place_that_cannot_be_a_home_is_one_clear_line(tmp_path, place) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LocalError, match=r"cannot live in .*--home"), Home(tmp_path / place).lock():
        pass


def test_a_first_up_that_was_cut_short_leaves_a_home(tmp_path) -> None:
    assert not Home(tmp_path / "none").exists
    home = Home(tmp_path / "home")
    home.create()
    assert not home.exists
    home.record_process("ministack", ProcessId(1, ""), port=80)
    assert home.exists


def test_the_port_of_a_home_without_settings_is_that_of_its_queues(tmp_path) -> None:
    home = Home(tmp_path)
    home.create()
    assert ministack._filed_under(home.state) is None
    (home.state / "sqs.json").write_text('{"http://localhost:21000/000000000000/a.fifo": {}}')
    assert ministack._filed_under(home.state) == 21000


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


def test_messages_that_were_worked_on_when_it_stopped_are_delivered_again_at_once(tmp_path) -> None:
    home = Home(tmp_path)
    home.create()
    ministack._release(home.state)
    waiting = {"sent_at": 10.0, "visible_at": 10.0, "receive_count": 0}
    taken = {"sent_at": 10.0, "visible_at": 740.0, "receive_count": 1}
    state = {"payload": {"queues": {"data": {"a.fifo": {"messages": [taken, waiting]}}}}}
    (home.state / "sqs.json").write_text(json.dumps(state))
    ministack._release(home.state)
    (queue,) = json.loads((home.state / "sqs.json").read_text())["payload"]["queues"]["data"].values()
    assert queue["messages"] == [waiting, waiting]


def test_a_removed_home_is_gone(tmp_path) -> None:
    home = Home(tmp_path / "home")
    home.create()
    home.remember(port=1)
    remove(home)
    assert not home.root.exists()
