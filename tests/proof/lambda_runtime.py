"""Lambda on loopback: a function's package in a cell of its own, under AWS's runtime client, behind the Runtime API.

::

    invoke(event) ─► Runtime API (here) ◄─ GET next ── awslambdaric ─► handler     in the cell (cell.sh)
                            ▲──────────────── POST response or error ──┘
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ANSWER = 6 * 2**20  # bytes that Lambda takes of a synchronous answer
_API = "/2018-06-01/runtime"


class FunctionError(Exception):
    """The function could not be started, raised, or broke off; the text holds its answer and its log."""


@dataclass(frozen=True)
class Cell:
    """What a function finds: folders that are shown to it as /var/lang, /var/task, /opt/python, /var/runtime."""

    python: Path
    task: Path
    layer: Path
    runtime: Path
    recording: Path
    recorded: Path
    root: Path

    def command(self, *command: str) -> list[str]:
        """A command to be run in the cell."""
        namespace = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
        shown = (self.root, self.python, self.task, self.layer, self.runtime, self.recording, self.recorded)
        return [*namespace, "sh", str(HERE / "cell.sh"), *map(str, shown), *command]

    def run_python(self, code: str) -> subprocess.CompletedProcess[str]:
        """Run code in the cell as a function would."""
        begin = "import sys; sys.path[:0] = ['/var/task', '/opt/python']; sys.path.append('/var/runtime');"
        command = self.command("/var/lang/bin/python3.12", "-I", "-S", "-c", begin + code)
        return subprocess.run(command, capture_output=True, text=True, env=PLAIN, timeout=60, check=False)


# As Lambda sets them: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
PLAIN = {
    "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/opt/bin:/usr/sbin:/sbin",
    "LD_LIBRARY_PATH": "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
    "LANG": "en_US.UTF-8",
    "TZ": ":UTC",
    "LAMBDA_TASK_ROOT": "/var/task",
    "LAMBDA_RUNTIME_DIR": "/var/runtime",
    "AWS_EXECUTION_ENV": "AWS_Lambda_python3.12",
    "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
}


@dataclass
class Started:
    """What a cold start took: seconds and seconds of CPU until it asked for an event, and until its first answer."""

    ready: tuple[float, float]
    answered: tuple[float, float] | None = None


@dataclass
class Function:
    """A deployed function; its process starts with the first event, as on AWS, and stays warm.

    Parameters
    ----------
    variables
        The environment that the deployment sets.
    memory, timeout
        MB and seconds of the deployment.
    """

    name: str
    handler: str
    cell: Cell
    variables: Mapping[str, str]
    memory: int
    timeout: int
    region: str
    started: Started | None = None
    log: str = ""
    _api: _RuntimeApi | None = None
    _process: subprocess.Popen[str] | None = None
    _lines: list[str] = field(default_factory=list)
    _began: float = 0.0

    def invoke(self, event: Any) -> Any:
        """The function's answer.

        Raises
        ------
        FunctionError
            It raised, could not be imported, ended, or took longer than its time limit.
        """
        if self._process is None:
            self._start()
        assert self._api is not None and self._process is not None
        before = len(self._lines)
        self._api.events.put((json.dumps(event).encode(), self.timeout))
        kind, body = self._answer(self.timeout)
        if self.started and self.started.answered is None and self._process.poll() is None:
            self.started.answered = self._taken()
        self.log = "".join(self._lines[before:])
        if kind != "response":
            raise FunctionError(f"{self.name}: {kind}\n{body.decode()}\n{self.log[-4000:]}")
        if len(body) > ANSWER:
            raise FunctionError(f"{self.name}: an answer of {len(body)} bytes; Lambda takes {ANSWER}")
        return json.loads(body)

    @property
    def peak(self) -> int:
        """MB of memory that the process has had at most."""
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) // 1024

    def report(self) -> str:
        """A line like Lambda's own REPORT."""
        assert self.started is not None
        (ready, cpu), (answered, cpu_answered) = self.started.ready, self.started.answered or (0, 0)
        return (
            f"{self.name}: ready after {ready} s ({cpu} s CPU), "
            f"first answer after {answered} s ({cpu_answered} s CPU), {self.peak} of {self.memory} MB"
        )

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._api is not None
            self._api.stop()

    def _start(self) -> None:
        self._api = _RuntimeApi(f"arn:aws:lambda:{self.region}:123456789012:function:{self.name}")
        env = PLAIN | {
            "AWS_LAMBDA_RUNTIME_API": self._api.address,
            "_HANDLER": self.handler,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory),
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{self.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": "2026/01/01/[$LATEST]0123456789abcdef",
            **self.variables,
        }
        command = self.cell.command("/var/lang/bin/python3.12", "-I", "-S", "/var/recording/bootstrap.py", self.handler)
        began = time.monotonic()
        self._process = subprocess.Popen(
            command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        threading.Thread(target=self._read, daemon=True).start()
        kind, body = self._answer(60)  # more than Lambda's 10 seconds, on a machine that does other things too
        if kind != "ready":
            raise FunctionError(f"{self.name} does not start: {body.decode()}\n{''.join(self._lines)[-4000:]}")
        self._began = began
        self.started = Started(self._taken())

    def _taken(self) -> tuple[float, float]:
        assert self._process is not None
        return round(time.monotonic() - self._began, 1), round(_cpu(self._process.pid), 1)

    def _answer(self, patience: float) -> tuple[str, bytes]:
        assert self._api is not None and self._process is not None
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            try:
                return self._api.answers.get(timeout=0.2)
            except queue.Empty:
                if self._process.poll() is not None and self._api.answers.empty():
                    return f"ended with {self._process.returncode}", b""
        return f"no answer within {patience:.0f} seconds", b""

    def _read(self) -> None:
        assert self._process is not None and self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.append(line)


class _RuntimeApi:
    """https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html for one function: one event at a time."""

    def __init__(self, arn: str) -> None:
        self.events: queue.Queue[tuple[bytes, int]] = queue.Queue()
        self.answers: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self._ready = False
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                assert self.path == f"{_API}/invocation/next", self.path
                if not api._ready:
                    api._ready = True
                    api.answers.put(("ready", b""))
                body, seconds = api.events.get()
                self.send_response(200)
                self.send_header("Lambda-Runtime-Aws-Request-Id", str(uuid.uuid4()))
                self.send_header("Lambda-Runtime-Deadline-Ms", str(int((time.time() + seconds) * 1000)))
                self.send_header("Lambda-Runtime-Invoked-Function-Arn", arn)
                self.send_header("Lambda-Runtime-Trace-Id", f"Root=1-{int(time.time()):x}-{uuid.uuid4().hex[:24]}")
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                body = self._body()
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()
                api.answers.put((self.path.rpartition("/")[2], body))

            def _body(self) -> bytes:
                if "chunked" not in self.headers.get("Transfer-Encoding", ""):
                    return self.rfile.read(int(self.headers["Content-Length"]))
                body = b""
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return body

            def log_message(self, *_: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.address = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _cpu(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def requires() -> str | None:
    """Why no cell can be made on this machine; None if it can."""
    if sys.platform != "linux":
        return "Lambda's cell needs Linux"
    command = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
    done = subprocess.run([*command, "mount", "--make-rprivate", "/"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return f"no mount namespace can be made here: {done.stderr.strip()}; run as root with CAP_SYS_ADMIN"
    return None
