"""What a person's shell has set does not reach the local stack."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from madness.local import ministack
from madness.local.environment import ask, environment, within
from madness.local.home import Home
from madness.local.ministack import Endpoint, local_clients

SHELL = {
    "PATH": "/bin", "HOME": "/home/ada", "LC_ALL": "C.UTF-8", "TMPDIR": "/tmp",
    "AWS_PROFILE": "nothing", "AWS_ENDPOINT_URL_S3": "https://elsewhere", "AWS_MAX_ATTEMPTS": "many",
    "http_proxy": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9", "ALL_PROXY": "http://127.0.0.1:9",
    "SERVICES": "s3", "USE_SSL": "1", "LAMBDA_STRICT": "1", "EDGE_PORT": "1", "MINISTACK_ACCOUNT_ID": "1",
    "LOCALSTACK_HOSTNAME": "elsewhere", "DOCKER_HOST": "tcp://elsewhere", "PYTHONPATH": "/elsewhere",
    "PYTHONHOME": "/elsewhere", "DASH_REQUESTS_PATHNAME_PREFIX": "/dev/", "OPENBLAS_NUM_THREADS": "9",
}  # fmt: skip


@pytest.fixture
def shell(monkeypatch, tmp_path) -> dict[str, str]:
    config = tmp_path / "config"
    config.write_text("garbage [[[")
    shell = SHELL | {"HOME": str(tmp_path), "AWS_CONFIG_FILE": str(config)}
    for name in list(os.environ):
        monkeypatch.delenv(name)
    for name, value in shell.items():
        monkeypatch.setenv(name, value)
    return shell


def test_processes_of_the_stack_see_what_they_need_and_nothing_else(shell) -> None:
    ours = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_CORETYPE": "Haswell"}
    passed = {name: shell[name] for name in ("PATH", "HOME", "LC_ALL", "TMPDIR")}
    assert environment() == passed | ours


def test_ministack_is_given_every_variable_that_it_is_to_have(shell, tmp_path, monkeypatch) -> None:
    given: dict[str, str] = {}

    def spawn(command: list[str], *, env: dict[str, str], log: Path, cwd: Path) -> None:
        given.update(env)

    monkeypatch.setattr("madness.local.processes.spawn", spawn)
    ministack._spawn(Home(tmp_path), 21000, tmp_path / "log")
    assert given["GATEWAY_PORT"] == "21000" and given["AWS_ENDPOINT_URL"] == "http://127.0.0.1:21000"
    assert not {"SERVICES", "USE_SSL", "LAMBDA_STRICT", "EDGE_PORT", "AWS_PROFILE", "http_proxy", "PYTHONPATH"} & set(
        given
    )


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<ListAllMyBucketsResult/>")

    def log_message(self, format: str, *arguments: object) -> None:
        return


@pytest.fixture
def server() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), _Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_clients_and_pages_of_this_machine_are_reached_whatever_the_shell_says(shell, server) -> None:
    clients = local_clients(Endpoint(server))
    assert clients("s3").list_buckets()["ResponseMetadata"]["HTTPStatusCode"] == 200
    with ask(f"http://127.0.0.1:{server}/", 5) as page:
        assert page.status == 200
    assert {name: os.environ[name] for name in shell} == shell, "stages on AWS get the person's environment"


def test_afterwards_the_environment_is_as_it_was(shell) -> None:
    with pytest.raises(KeyError), within({"ONE": "1"}):
        assert dict(os.environ) == {"ONE": "1"}
        raise KeyError
    assert "ONE" not in os.environ and os.environ["AWS_PROFILE"] == "nothing"
