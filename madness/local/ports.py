"""Ports of a home's servers on loopback."""

from __future__ import annotations

import random
import socket
import time

from madness.local.home import MINISTACK, Home, LocalError

# Below the ranges from which Linux (32768-) and macOS (49152-) take the ports of outgoing connections.
_PORTS = range(20_000, 32_000)
_MOMENT = 1.0  # seconds
SAGEMAKER = "sagemaker"


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port that nobody listens on.

    Raises
    ------
    LocalError
        There is none.
    """
    for port in random.sample(_PORTS, 50):
        if is_free(port):
            return port
    raise LocalError("No free port between 20000 and 32000 on 127.0.0.1. Stop some servers and try again.")


def _comes_free(port: int) -> bool:
    """Whether a port is free, or becomes it: a process of many threads that was killed takes a moment to be gone."""
    deadline = time.monotonic() + _MOMENT
    while not is_free(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def sagemaker_port(home: Home) -> int:
    """The port of the home's SageMaker, chosen once: functions are told it when MiniStack starts, before it is used.

    Raises
    ------
    LocalError
        Functions were told one that another program has taken meanwhile.
    """
    found = home.process(SAGEMAKER)
    if found:
        port: int = found[1]["port"]
        return port
    known = home.settings().get("sagemaker_port")
    if known and _comes_free(known):
        return int(known)
    if known and home.process(MINISTACK):
        raise LocalError(
            f"Port {known}, where the functions of {home.root} look for SageMaker, is taken by another program. "
            f"`madness down --home {home.root}` and `madness up --home {home.root}` tell them another one."
        )
    port = free_port()
    home.remember(sagemaker_port=port)
    return port


def sagemaker_variables(home: Home) -> dict[str, str]:
    """What sends a client of SageMaker to that of the home, whatever other services' endpoint is."""
    return {"AWS_ENDPOINT_URL_SAGEMAKER": f"http://127.0.0.1:{sagemaker_port(home)}"}
