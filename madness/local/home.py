"""The folder where a local stack lives: its AWS state, logs, processes and the copy that is deployed.

::

    .madness/
      home.json     port of the local AWS and what was deployed
      lock          held while a command changes the stack; the system releases it when its holder dies
      aws/          what MiniStack keeps: state/ (queues, functions, ...) and s3/ (every object)
      chalice/      copy of the project that `chalice deploy` runs in
      logs/ run/ tmp/ sample/
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hoops.errors import MadnessError
from madness.local.processes import ProcessId


class LocalError(MadnessError):
    """Expected trouble with the local stack; the text says what happened and what to do next."""


class Home:
    """Paths and small files of one local stack.

    >>> Home(Path("/tmp/x")).logs
    PosixPath('/tmp/x/logs')
    """

    def __init__(self, root: Path) -> None:
        self.root = root.expanduser().absolute()
        self.state = self.root / "aws" / "state"
        self.objects = self.root / "aws" / "s3"
        self.chalice = self.root / "chalice"
        self.logs = self.root / "logs"
        self.run = self.root / "run"
        self.tmp = self.root / "tmp"
        self.sample = self.root / "sample"

    @property
    def exists(self) -> bool:
        return (self.root / "home.json").exists()

    def create(self) -> None:
        for folder in (self.state, self.objects, self.logs, self.run, self.tmp):
            folder.mkdir(parents=True, exist_ok=True)
        marker = self.root / ".gitignore"
        if not marker.exists():
            marker.write_text("*\n")

    def settings(self) -> dict[str, Any]:
        path = self.root / "home.json"
        return json.loads(path.read_text()) if path.exists() else {}

    def remember(self, **settings: Any) -> None:
        """Add to `home.json`, in one step, so that a crash leaves the old file or the new one."""
        _write(self.root / "home.json", {**self.settings(), **settings})

    def process(self, name: str) -> tuple[ProcessId, dict[str, Any]] | None:
        """The process recorded as `name` and what was recorded with it, if that very process is alive."""
        path = self.run / f"{name}.json"
        try:
            record = json.loads(path.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        process = ProcessId(**record.pop("process"))
        return (process, record) if process.is_alive() else None

    def record_process(self, name: str, process: ProcessId, **more: Any) -> None:
        self.run.mkdir(parents=True, exist_ok=True)
        _write(self.run / f"{name}.json", {"process": asdict(process), **more})

    def forget_process(self, name: str) -> None:
        (self.run / f"{name}.json").unlink(missing_ok=True)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the home; only one command at a time may change it.

        Raises
        ------
        LocalError
            Another command holds it.
        """
        self.create()
        with (self.root / "lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                holder = file.read().strip() or "unknown"
                raise LocalError(
                    f"{self.root} is in use by another madness command (process {holder}). "
                    "Wait until it ends, or choose another place with --home."
                ) from None
            file.seek(0)
            file.truncate()
            file.write(str(os.getpid()))
            file.flush()
            try:
                yield
            finally:
                file.seek(0)
                file.truncate()


def remove(home: Home) -> None:
    """Delete the home and all that it holds."""
    shutil.rmtree(home.root)


def _write(path: Path, content: dict[str, Any]) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(content, indent=1) + "\n")
    draft.replace(path)
