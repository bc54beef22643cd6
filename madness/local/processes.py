"""Background processes that outlive the command that started them, and are only ever stopped by whoever they are.

A process is known by its id and the moment it started, so that an id which the system has given to somebody else is
never signalled.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ProcessId:
    """A process for good: `started` tells it from a later one with the same number."""

    pid: int
    started: str

    def is_alive(self) -> bool:
        return started(self.pid) == self.started


def started(pid: int) -> str | None:
    """When process `pid` started, in whatever notation the system has.

    None if there is no such process, or only its unreaped remains.
    """
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        state, start_ticks = fields[0], fields[19]
        if state in "ZX":
            return None
        return f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()}/{start_ticks}"
    shown = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
        env={"LC_ALL": "C", "PATH": os.defpath},
    ).stdout.split(maxsplit=1)
    return shown[1].strip() if len(shown) == 2 and not shown[0].startswith("Z") else None


def since_boot(moment: str) -> bool:
    """True if a process that started at `moment` (see `started`) started since this machine did, as far as is known."""
    return moment.partition("/")[0] == (started(os.getpid()) or "").partition("/")[0]


def spawn(command: Sequence[str], *, env: Mapping[str, str], log: Path, cwd: Path) -> ProcessId:
    """Start `command` in a session of its own; it outlives this process and writes to `log`.

    Raises
    ------
    ProcessLookupError
        It ended before it could be looked at.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as sink:
        process = subprocess.Popen(
            list(command),
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
        )
    moment = started(process.pid)
    if moment is None:
        raise ProcessLookupError(f"{command[0]} ended at once; see {log}")
    return ProcessId(process.pid, moment)


def stop(process: ProcessId, *, patience: float = 20.0) -> bool:
    """End a process by SIGTERM, after `patience` seconds by SIGKILL, then what is left of its session.

    Returns
    -------
    bool
        True if it was alive and ended by itself within its patience, which is when it has saved its state.
    """
    if not process.is_alive():
        return False
    _signal(process, signal.SIGTERM)
    clean = _ended(process, patience)
    if not clean:
        _signal(process, signal.SIGKILL)
        _ended(process, 5.0)
    _kill_session(process.pid)
    return clean


def _signal(process: ProcessId, what: signal.Signals) -> None:
    if process.is_alive():
        try:
            os.kill(process.pid, what)
        except ProcessLookupError:
            return


def _ended(process: ProcessId, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        _reap(process.pid)
        if not process.is_alive():
            return True
        time.sleep(0.02)
    return False


def _reap(pid: int) -> None:
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def _kill_session(leader: int) -> None:
    # The id of a session's leader is not given out again while any process of the session lives.
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
