"""Start and stop the SageMaker of a home, in the background, on loopback."""

from __future__ import annotations

import sys
import time
import urllib.error
from pathlib import Path

from madness.local import processes
from madness.local.environment import ask, environment
from madness.local.home import Home, LocalError
from madness.local.ministack import REGION, Endpoint
from madness.local.ports import SAGEMAKER, sagemaker_port
from operate.stage import project_root

HEALTH = "/health"
_PATIENCE = 60.0
_CLOSING = 40.0  # seconds in which programs save what they have


def running(home: Home) -> int | None:
    """The port of the home's SageMaker, if it runs."""
    found = home.process(SAGEMAKER)
    return found[1]["port"] if found else None


def start(home: Home, endpoint: Endpoint, *options: str) -> int:
    """Start it, or find it running beside that local AWS; gives its port once it answers. Jobs go on where they were.

    Raises
    ------
    LocalError
        It did not come up.
    """
    begin(home, endpoint, *options)
    return answering(home)


def begin(home: Home, endpoint: Endpoint, *options: str) -> None:
    """The same without waiting for it: what has other things to do meanwhile asks `answering` at its end."""
    found = home.process(SAGEMAKER)
    if found:
        if found[1].get("endpoint") == endpoint.port and _answers(found[1]["port"]):
            return
        stop(home)
    port, log = sagemaker_port(home), home.logs / "sagemaker.log"
    command = [sys.executable, "-m", "madness.local.sagemaker.server", "--folder", str(home.root / "sagemaker"),
               "--port", str(port), "--endpoint", str(endpoint.port), "--region", REGION, *options]  # fmt: skip
    try:
        process = processes.spawn(command, env=environment(), log=log, cwd=project_root())
    except ProcessLookupError as error:
        raise LocalError(f"The local SageMaker did not start; its log is {log}.") from error
    home.record_process(SAGEMAKER, process, port=port, endpoint=endpoint.port)


def answering(home: Home) -> int:
    """The port of the one that was begun, once it answers; raise `LocalError` if it did not come up."""
    found = home.process(SAGEMAKER)
    log = home.logs / "sagemaker.log"
    if found is None:
        raise LocalError(f"The local SageMaker has ended:\n{_tail(log)}\nThe whole log is {log}.")
    process, port = found[0], found[1]["port"]
    deadline = time.monotonic() + _PATIENCE
    while not _answers(port):
        if not process.is_alive() or time.monotonic() > deadline:
            stop(home)
            raise LocalError(
                f"The local SageMaker did not start on port {port}:\n{_tail(log)}\nThe whole log is {log}."
            )
        time.sleep(0.05)
    return port


def stop(home: Home) -> bool:
    """Stop it; True if it ran. What it trains is saved, and goes on with the next start."""
    found = home.process(SAGEMAKER)
    if found:
        processes.stop(found[0], patience=_CLOSING)
    home.forget_process(SAGEMAKER)
    return found is not None


def _tail(log: Path) -> str:
    return "\n".join(f"  {line}" for line in log.read_text(errors="replace").splitlines()[-12:])


def _answers(port: int) -> bool:
    try:
        with ask(f"http://127.0.0.1:{port}{HEALTH}", timeout=5) as answer:
            return answer.read() == b"sagemaker"
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False
