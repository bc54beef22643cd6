"""Start and stop MiniStack, the AWS of this machine, for one home.

MiniStack writes objects to disk as they come, everything else (queues, functions, mappings) only when it is stopped
cleanly: `checkpoint` is such a stop followed by a start.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
import urllib.error
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from madness.local import durable, guard, processes
from madness.local.environment import ask, environment, within
from madness.local.home import MINISTACK, Home, LocalError
from madness.local.mend import keep_state
from madness.local.ports import SAGEMAKER, free_port, is_free, sagemaker_variables
from madness.local.processes import ProcessId
from operate.aws import Clients

_NAME = MINISTACK
# MiniStack is in one region; .chalice/config.json has the local stage there.
REGION = "eu-central-1"
_PATIENCE = 60.0


@dataclass(frozen=True)
class Endpoint:
    """Where the local AWS answers."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """Variables with which boto3, chalice and every other AWS client talk to it and to nothing else."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }


def local_clients(endpoint: Endpoint, home: Home | None = None, patience: float = 60.0) -> Clients:
    """Make clients of a home's MiniStack, whatever the environment says.

    home: whose SageMaker is asked; without one there is none. patience: seconds that an answer may take.
    """
    import boto3
    from botocore.config import Config

    # It throttles nobody: if it does not answer, it is gone, and waiting does not bring it back.
    config = Config(retries={"mode": "standard", "max_attempts": 3}, connect_timeout=5, read_timeout=patience)
    variables = environment() | endpoint.environment()
    with within(variables):
        session = boto3.Session(region_name=REGION)

    def client(service: str) -> Any:
        address = endpoint.url
        if service == SAGEMAKER and home is not None:
            (address,) = sagemaker_variables(home).values()
        with within(variables):
            return session.client(service, endpoint_url=address, config=config)  # type: ignore[call-overload]

    return client


def running(home: Home) -> Endpoint | None:
    """The endpoint of the home's MiniStack, if it runs."""
    found = home.process(_NAME)
    return Endpoint(found[1]["port"]) if found else None


def is_healthy(endpoint: Endpoint, *, timeout: float = 2.0) -> bool:
    try:
        with ask(f"{endpoint.url}/_ministack/health", timeout) as answer:
            return answer.status == 200 and "services" in json.load(answer)
    except (urllib.error.URLError, TimeoutError, ConnectionError, json.JSONDecodeError):
        return False


def start(home: Home) -> Endpoint:
    """Start MiniStack, or find it running; returns when it answers.

    Raises
    ------
    LocalError
        It did not come up.
    """
    endpoint = running(home)
    if endpoint is not None:
        if is_healthy(endpoint, timeout=10.0):
            return endpoint
        stop(home)
    home.create()
    port = _port(home)
    _release(home.state)
    log = home.logs / "ministack.log"
    process = _spawn(home, port, log)
    home.record_process(_NAME, process, port=port)
    endpoint = Endpoint(port)
    deadline = time.monotonic() + _PATIENCE
    while not is_healthy(endpoint):
        if not process.is_alive() or time.monotonic() > deadline:
            processes.stop(process, patience=1.0)
            home.forget_process(_NAME)
            raise LocalError(f"MiniStack did not start on port {port}:\n{_tail(log)}\nThe whole log is {log}.")
        time.sleep(0.03)
    home.remember(port=port)
    return endpoint


def stop(home: Home) -> bool:
    """Stop the home's MiniStack; True if one ran and had the time to save its state."""
    found = home.process(_NAME)
    if found is None:
        return False  # a record that a crash left stays: it tells the next start to look closely (`mend`)
    clean = processes.stop(found[0], patience=30.0)
    home.forget_process(_NAME)
    return clean


def has_objects(home: Home, bucket: str, prefix: str) -> bool:
    """True if a bucket holds objects below a prefix, told from the disk: whether it runs or not."""
    return any(file.is_file() for file in home.objects.glob(f"*/{bucket}/{prefix}**/*"))


def checkpoint(home: Home) -> Endpoint:
    """Bring everything that MiniStack knows to disk, so that it survives a kill, and keep a copy of it."""
    if stop(home):
        keep_state(home)
    return start(home)


def _spawn(home: Home, port: int, log: Path) -> ProcessId:
    endpoint = Endpoint(port)
    # Functions get what MiniStack has.
    env = environment() | endpoint.environment() | sagemaker_variables(home) | {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "localhost",
        "MINISTACK_REGION": REGION,
        "PERSIST_STATE": "1",
        "STATE_DIR": str(home.state),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(home.objects),
        "TMPDIR": str(home.tmp),
        "LAMBDA_EXECUTOR": "local",
        # Policies are enforced, so that a right that is missing on AWS is missing here.
        "AUTH": "true",
        # Neither a Docker daemon of this machine nor the listeners of services that are not used here.
        "DOCKER_HOST": f"unix://{home.run}/no-docker.sock",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "INFO",
    }  # fmt: skip
    try:
        # By its path and alone: what serves must not find the checkout among its modules, as AWS does not.
        return processes.spawn([sys.executable, "-P", guard.__file__], env=env, log=log, cwd=home.root)
    except ProcessLookupError as error:
        raise LocalError(f"MiniStack did not start:\n{_tail(log)}") from error


def _port(home: Home) -> int:
    """The port of this home: the one it had, so that persisted queue addresses hold, else a free one."""
    known = home.settings().get("port") or _filed_under(home.state)
    if known and is_free(known):
        return known
    port = free_port()
    if known:
        for state in (home.state, home.kept_state):
            _move(state, known, port)
    return port


def _release(state: Path) -> None:
    """Have messages that were being worked on when it stopped delivered again at once, and not after 12 minutes.

    Nobody works on them any more, and that delivery was no failure.
    """
    file = state / "sqs.json"
    if not file.exists():
        return
    content = json.loads(file.read_text())
    queues = content["payload"]["queues"]["data"].values()
    taken = [message for queue in queues for message in queue["messages"] if message["visible_at"] > message["sent_at"]]
    for message in taken:
        message["visible_at"] = message["sent_at"]
        message["receive_count"] = max(message["receive_count"] - 1, 0)
    if taken:
        durable.write(file, json.dumps(content))


def _filed_under(state: Path) -> int | None:
    """The port in the addresses of persisted queues, for a home whose settings are lost."""
    queues = state / "sqs.json"
    found = re.search(r"http://localhost:(\d+)/", queues.read_text()) if queues.exists() else None
    return int(found[1]) if found else None


def _move(state: Path, old: int, new: int) -> None:
    # MiniStack files its queues under their whole address.
    for file in state.glob("*.json"):
        text = file.read_text()
        moved = text.replace(f"http://localhost:{old}/", f"http://localhost:{new}/")
        moved = moved.replace(f"http://127.0.0.1:{old}", f"http://127.0.0.1:{new}")
        if moved != text:
            durable.write(file, moved)


def _tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else "(no log)"
