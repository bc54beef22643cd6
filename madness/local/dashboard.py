"""The dashboard's web server of one home: waitress, in the background, on loopback."""

from __future__ import annotations

import socket
import sys
import time
import urllib.error
from pathlib import Path

from madness.local import processes
from madness.local.environment import ask, environment
from madness.local.home import Home, LocalError
from madness.local.ministack import Endpoint
from madness.local.ports import is_free
from operate.stage import Stage

_NAME = "dashboard"
_FAVOURITE_PORT = 8050
_PATIENCE = 60.0
_THREADS = 8
_MADE_UP = "The sample league: teams, games and scores are made up."


def url(port: int) -> str:
    return f"http://127.0.0.1:{port}/"


def running(home: Home) -> int | None:
    """The port of the home's dashboard, if it runs."""
    found = home.process(_NAME)
    return found[1]["port"] if found else None


def check_port(home: Home, port: int | None) -> None:
    """Say at once, not after the work, that the dashboard could not be served.

    Raises
    ------
    LocalError
        The port is taken, and not by this home's dashboard.
    """
    if port is not None and port != running(home):
        _port(port)


def start(home: Home, stage: Stage, root: Path, endpoint: Endpoint, port: int | None) -> int:
    """Start the dashboard, or find it running where it is wanted; returns its port once it answers.

    Raises
    ------
    LocalError
        The port is taken, or the server did not come up.
    """
    found = home.process(_NAME)
    if found:
        process, record = found
        if record["endpoint"] == endpoint.url and port in (None, record["port"]) and _answers(record["port"]):
            return record["port"]
        processes.stop(process, patience=5.0)
        port = port or (record["port"] if is_free(record["port"]) else None)
    port = _port(port)
    log = home.logs / "dashboard.log"
    env = environment() | endpoint.environment() | settings(home, stage)
    command = [sys.executable, "-m", "waitress", f"--listen=127.0.0.1:{port}", f"--threads={_THREADS}",
               "dashboard.wsgi:server"]  # fmt: skip
    try:
        process = processes.spawn(command, env=env, log=log, cwd=root)
    except ProcessLookupError as error:
        raise LocalError(f"The dashboard did not start; its log is {log}.") from error
    home.record_process(_NAME, process, port=port, endpoint=endpoint.url)
    deadline = time.monotonic() + _PATIENCE
    while not _answers(port):
        if not process.is_alive() or time.monotonic() > deadline:
            stop(home)
            tail = "\n".join(f"  {line}" for line in log.read_text(errors="replace").splitlines()[-12:])
            raise LocalError(f"The dashboard did not start:\n{tail}\nThe whole log is {log}.")
        time.sleep(0.1)
    return port


def settings(home: Home, stage: Stage) -> dict[str, str]:
    """What the server finds in its environment; that games are made up, only the home knows."""
    data = home.settings().get("data", {})
    made_up = data.get("kind") == "sample" or data.get("made_up", False)
    note = {"MADNESS_DASHBOARD_NOTE": _MADE_UP} if made_up else {}
    return {"MADNESS_DASHBOARD_BUCKET": stage.dashboard} | note


def stop(home: Home) -> bool:
    """Stop the home's dashboard; True if one ran."""
    found = home.process(_NAME)
    if found:
        processes.stop(found[0], patience=5.0)
    home.forget_process(_NAME)
    return found is not None


def _port(wanted: int | None) -> int:
    if wanted is not None:
        if not is_free(wanted):
            raise LocalError(f"Port {wanted} of 127.0.0.1 is taken by another program. Choose another with --port.")
        return wanted
    if is_free(_FAVOURITE_PORT):
        return _FAVOURITE_PORT
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answers(port: int) -> bool:
    try:
        with ask(url(port), timeout=10) as answer:
            return answer.status == 200
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False
