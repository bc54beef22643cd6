"""The folder where a local stack lives: its AWS state, logs, processes and the copy that is deployed.

::

    .madness/
      home.json     port of the local AWS and what was deployed
      lock          held while a command changes the stack; the system releases it when its holder dies
      aws/          what MiniStack keeps: state/ (queues, functions, ...), a copy of it, and s3/ (every object)
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
from madness.local import durable
from madness.local.processes import ProcessId

MINISTACK = "ministack"


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
        self.kept_state = self.root / "aws" / "state-kept"
        self.objects = self.root / "aws" / "s3"
        self.chalice = self.root / "chalice"
        self.logs = self.root / "logs"
        self.run = self.root / "run"
        self.tmp = self.root / "tmp"
        self.sample = self.root / "sample"

    @property
    def exists(self) -> bool:
        # A first `up` that was cut short, or a power cut, leaves a process or objects without settings.
        left = self.objects.is_dir() and any(self.objects.iterdir())
        return left or self._settings.exists() or self._record(MINISTACK).exists()

    def create(self) -> None:
        """Make the folders.

        Raises
        ------
        LocalError
            The place cannot be written.
        """
        try:
            for folder in (self.state, self.objects, self.logs, self.run, self.tmp):
                folder.mkdir(parents=True, exist_ok=True)
            marker = self.root / ".gitignore"
            if not marker.exists():
                marker.write_text("*\n")
        except OSError as error:
            raise LocalError(
                f"The local stack cannot live in {self.root}: {error.filename}: {error.strerror}. "
                "Choose another place with --home."
            ) from error

    def settings(self) -> dict[str, Any]:
        """What `home.json` says; nothing if there is none.

        Raises
        ------
        LocalError
            It is no longer what was written.
        """
        try:
            found = _read(self._settings)
        except ValueError as error:
            raise LocalError(f"{self._settings} is damaged ({error}). `madness up` makes a new one.") from error
        return {} if found is None else found

    def set_damaged_settings_aside(self) -> Path | None:
        """Where a `home.json` that cannot be read now lies; what it said is found anew, or asked for. None if whole."""
        try:
            self.settings()
        except LocalError:
            return self._settings.replace(self._settings.with_suffix(".json.damaged"))
        return None

    def remember(self, **settings: Any) -> None:
        """Add to `home.json`, in one step, so that a crash leaves the old file or the new one."""
        _write(self._settings, {**self.settings(), **settings})

    def process(self, name: str) -> tuple[ProcessId, dict[str, Any]] | None:
        """The process recorded as `name` and what was recorded with it, if that very process is alive.

        What a copy of a home says of processes is about those of the original: they are nothing to it.
        """
        try:
            record = _read(self._record(name))
        except ValueError:
            return None  # a power cut took the end of it, and every process with it
        if record is None:
            return None
        try:
            process, port = ProcessId(**record.pop("process")), int(record["port"])
        except (KeyError, TypeError, ValueError):
            return None
        # Records from before folders were noted have none.
        if record.pop("folder", self._folder()) != self._folder():
            return None
        return (process, {**record, "port": port}) if process.is_alive() else None

    def record_process(self, name: str, process: ProcessId, *, port: int, **more: Any) -> None:
        """Note that `process` serves this very folder on `port`."""
        self.run.mkdir(parents=True, exist_ok=True)
        _write(self._record(name), {"process": asdict(process), "folder": self._folder(), "port": port, **more})

    def forget_process(self, name: str) -> None:
        self._record(name).unlink(missing_ok=True)

    def left_behind(self, name: str) -> str | None:
        """When a process started that nobody has stopped, be it alive or not; empty if that cannot be read."""
        try:
            record = _read(self._record(name))
            return None if record is None else str(record["process"]["started"])
        except (ValueError, KeyError, TypeError):
            return ""

    @property
    def _settings(self) -> Path:
        return self.root / "home.json"

    def _record(self, name: str) -> Path:
        return self.run / f"{name}.json"

    def _folder(self) -> list[int]:
        # A folder that is moved keeps them and its copy has others.
        found = self.root.stat()
        return [found.st_dev, found.st_ino]

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


def _read(path: Path) -> dict[str, Any] | None:
    """A file as `_write` left it, None if there is none; raise `ValueError` if it is anything else."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    if not text.strip():
        raise ValueError("it is empty")
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("it holds no settings")
    return found


def _write(path: Path, content: dict[str, Any]) -> None:
    durable.write(path, json.dumps(content, indent=1) + "\n")
