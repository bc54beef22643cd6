"""Upload files to the source bucket and wait until the pipeline has said yes or no to each.

Reference comes first, then players, fixtures and results, so that the first table published has names and the first
forecast knows who plays, and play-by-play last, when its games are known. While several files of results or players are
under way a hold (`lake.holds`) is out: the days that they share are then folded once and not once a file.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from hoops.contract import Rejected, parse, refuse_too_large
from hoops.contract.columns import (
    EVENTS_FOLDER,
    FIXTURES_FOLDER,
    PLAYERS_FOLDER,
    REFERENCE,
    RESULTS,
    RETRACTIONS_FOLDER,
)
from hoops.contract.report import Report
from hoops.errors import MadnessError
from lake.contents import File, on_disk
from lake.holds import LASTS
from lake.lake import Lake
from lake.receipts import REJECTED, Receipt, token
from operate.aws import Clients
from operate.reconcile import invoke_reconcile
from operate.stage import TAKEN_BY, Stage

_BEFORE_PLAYS = (REFERENCE, PLAYERS_FOLDER, FIXTURES_FOLDER, RETRACTIONS_FOLDER, RESULTS)
_ORDER = (*_BEFORE_PLAYS, EVENTS_FOLDER)
_UNDER_WAY = 2  # every further one would start a process of its own on this machine
_SILENCE, _PATIENCE = 45.0, 600.0  # seconds
_SILENCE_OF_PLAYS, _PATIENCE_OF_PLAYS = 240.0, 1800.0  # a season takes a minute or two, and may take two invocations
_LARGE = 8 * 2**20  # bytes of which it is told how many were sent
_PART = 2**20  # bytes read at once
_RENEWAL = LASTS.total_seconds() / 3

UNCHANGED = "unchanged"


class IngestError(MadnessError):
    """A file could not be brought to an answer; the text says what to look at."""


Task = Callable[[str], AbstractContextManager[Callable[[int, int], None]]]


@dataclass(frozen=True)
class Upload:
    """An object of the source bucket to be. body: its bytes, or the file that has them, which is never held whole."""

    key: str
    body: bytes | File

    @property
    def folder(self) -> str:
        return self.key.split("/", 1)[0]

    @property
    def size(self) -> int:
        return len(self.body) if isinstance(self.body, bytes) else self.body.size

    def open(self) -> BinaryIO:
        return io.BytesIO(self.body) if isinstance(self.body, bytes) else self.body.open()

    @property
    def etag(self) -> str:
        """The ETag that the bucket gives to these bytes."""
        return self._digests[0]

    @property
    def content(self) -> str:
        """SHA-256 of the bytes."""
        return self._digests[1]

    @cached_property
    def _digests(self) -> tuple[str, str]:
        md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
        with self.open() as file:
            while part := file.read(_PART):
                md5.update(part)
                sha256.update(part)
        return md5.hexdigest(), sha256.hexdigest()


@dataclass(frozen=True)
class Outcome:
    """What became of an upload: accepted, rejected (with its report) or unchanged (nothing was sent)."""

    key: str
    outcome: str
    rows: int = 0
    days: int = 0
    warnings: tuple[str, ...] = ()
    report: Report | None = None

    @property
    def is_rejected(self) -> bool:
        return self.outcome == REJECTED

    def to_dict(self) -> dict[str, Any]:
        report = {"report": self.report.to_dict()} if self.report else {}
        return {"key": self.key, "outcome": self.outcome, "rows": self.rows, "days": self.days,
                "warnings": list(self.warnings), **report}  # fmt: skip


def read_files(paths: Sequence[Path]) -> tuple[list[Upload], list[Outcome]]:
    """Find files under the keys that their names give them.

    Returns
    -------
    tuple
        What can be uploaded, and a rejection of each file that its name or its size rules out already.

    Raises
    ------
    IngestError
        A file cannot be read, or two have the same name.
    """
    uploads: dict[str, Upload] = {}
    refused = []
    for path in paths:
        try:
            upload = _read(path)
        except Rejected as rejection:
            refused.append(Outcome(path.name, REJECTED, report=rejection.report))
            continue
        except OSError as error:
            raise IngestError(f"{path} cannot be read: {error.strerror}. Check the path and try again.") from error
        if upload.key in uploads:
            raise IngestError(f"{path.name} is given twice, and one would replace the other. Give each name once.")
        uploads[upload.key] = upload
    return list(uploads.values()), refused


def _read(path: Path) -> Upload:
    name = parse(path.name)
    with path.open("rb") as file:
        found = os.fstat(file.fileno())
    if not stat.S_ISREG(found.st_mode):
        raise IngestError(f"{path} is no regular file, which can be read more than once. Save it as one and try again.")
    refuse_too_large(name.key, found.st_size, name.limits)
    return Upload(name.key, on_disk(path, path.parent))


def ingest(
    uploads: Sequence[Upload],
    stage: Stage,
    lake: Lake,
    clients: Clients,
    *,
    done: Callable[[Outcome], None] = lambda _: None,
    task: Task = lambda _: nullcontext(lambda done, total: None),
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Outcome]:
    """Upload what differs from the bucket and wait for every answer.

    Parameters
    ----------
    done
        Called with each outcome as it comes.
    task
        Called with the title of a large file while it is sent; gives what is told how far that is.

    Raises
    ------
    IngestError
        The pipeline gave no answer to a file.
    """
    outcomes: list[Outcome] = []

    def settle(outcome: Outcome) -> None:
        outcomes.append(outcome)
        done(outcome)

    waiting: list[tuple[Upload, str | None]] = []
    for folder in _ORDER:
        present = {row.key: row for row in lake.source.listing(f"{folder}/")}
        for upload in sorted((u for u in uploads if u.folder == folder), key=_in_order_of_play):
            row = present.get(upload.key)
            if row is None or row.size != upload.size or row.etag != upload.etag:
                waiting.append((upload, None))
                continue
            version = token(row.modified, row.etag)
            receipt = lake.receipts.get(upload.key, version)
            if receipt is None:
                waiting.append((upload, version))
            elif receipt.fault:
                waiting.append((upload, None))  # the program failed on it and not it on the contract: uploaded again
            else:
                settle(_outcome(lake, receipt, UNCHANGED))

    def take_in(folders: Sequence[str], go_on: Callable[[], None]) -> None:
        for folder in folders:
            batch = deque((upload, version) for upload, version in waiting if upload.folder == folder)
            _take_in(batch, folder, stage, lake, clients, settle, task, go_on, clock, sleep)

    with _hold([upload for upload, _ in waiting], stage, lake, clients, clock) as go_on:
        if any(version for _, version in waiting):
            # Uploaded by a run that was cut short: its event may be long gone.
            invoke_reconcile(clients("lambda"), stage)
        take_in(_BEFORE_PLAYS, go_on)
    take_in([EVENTS_FOLDER], lambda: None)
    return outcomes


def _in_order_of_play(upload: Upload) -> tuple[bool, str]:
    """Regular seasons before tournaments, so that the messages of a season come in the order of its days."""
    return ("RegularSeason" not in upload.key, upload.key)


def _take_in(
    batch: deque[tuple[Upload, str | None]],
    folder: str,
    stage: Stage,
    lake: Lake,
    clients: Clients,
    settle: Callable[[Outcome], None],
    task: Task,
    go_on: Callable[[], None],
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> None:
    """Send the files of one folder, a few at a time, and wait for their receipts; keep the hold alive meanwhile."""
    most_silence, patience = (
        (_SILENCE_OF_PLAYS, _PATIENCE_OF_PLAYS) if folder == EVENTS_FOLDER else (_SILENCE, _PATIENCE)
    )
    under_way: dict[str, str] = {}
    last_news, healed = clock(), False
    while batch or under_way:
        go_on()
        while batch and len(under_way) < _UNDER_WAY:
            upload, version = batch.popleft()
            under_way[upload.key] = version or _send(lake, upload, task)
            last_news = clock()
        for key, version in list(under_way.items()):
            receipt = lake.receipts.get(key, version)
            if receipt is not None:
                del under_way[key]
                settle(_outcome(lake, receipt, receipt.outcome))
                last_news, healed = clock(), False
        silence = clock() - last_news
        if silence > most_silence and not healed:
            # The event may be lost; reconcile takes up every object without a receipt.
            healed = True
            invoke_reconcile(clients("lambda"), stage)
        if silence > patience:
            raise IngestError(
                f"No answer to {', '.join(under_way)} for {patience:.0f} seconds. The log of "
                f"{stage.function(TAKEN_BY[folder])} says why; the files stay in {stage.source} and "
                f"{stage.function('reconcile')} takes them up again."
            )
        if under_way:
            sleep(min(0.5, 0.02 + silence / 20))


def _send(lake: Lake, upload: Upload, task: Task) -> str:
    """Upload; the version to wait for."""
    with upload.open() as file:
        if upload.size < _LARGE:
            lake.source.put(upload.key, file)
        else:
            with task(f"{upload.key}, MiB sent") as advance:
                lake.source.put(upload.key, _Sending(file, upload.size, advance))
    row = next(row for row in lake.source.listing(upload.key) if row.key == upload.key)
    return token(row.modified, row.etag)


class _Sending(io.BufferedReader):
    """A file that tells how far it was read."""

    def __init__(self, file: BinaryIO, size: int, advance: Callable[[int, int], None]) -> None:
        super().__init__(file)  # type: ignore[arg-type]
        self._size, self._advance = size, advance

    def read(self, size: int | None = -1, /) -> bytes:
        body = super().read(size)
        self._advance(self.tell() >> 20, self._size >> 20)
        return body


def _outcome(lake: Lake, receipt: Receipt, accepted_as: str) -> Outcome:
    if receipt.outcome == REJECTED:
        return Outcome(receipt.key, REJECTED, report=lake.receipts.rejection(receipt.key))
    return Outcome(receipt.key, accepted_as, receipt.rows, receipt.days, receipt.warnings)


@contextmanager
def _hold(
    uploads: Sequence[Upload], stage: Stage, lake: Lake, clients: Clients, clock: Callable[[], float]
) -> Iterator[Callable[[], None]]:
    """Hold nudges back while more than one file that has days folded is taken in; gives what keeps the hold alive.

    Whatever happens, reconcile nudges for what was taken in: at once when the hold is ended here, soon after it has run
    out when this process is killed.
    """
    if sum(upload.folder in (RESULTS, PLAYERS_FOLDER) for upload in uploads) < 2:
        yield lambda: None
        return
    name = uuid.uuid4().hex
    written = clock()
    lake.holds.write(name)

    def go_on() -> None:
        nonlocal written
        if clock() - written > _RENEWAL:
            written = clock()
            lake.holds.write(name)

    try:
        yield go_on
    finally:
        lake.holds.end(name)
        invoke_reconcile(clients("lambda"), stage)
