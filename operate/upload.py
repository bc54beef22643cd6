"""Upload files to the source bucket and wait until the pipeline has said yes or no to each.

Reference comes first, then fixtures, then results, so that the first table published has names. While several results
files are under way a hold (`lake.holds`) is out: the days that they share are then folded once and not once a file.
"""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hoops.contract import Rejected
from hoops.contract.names import parse
from hoops.contract.payload import MAX_BYTES, refuse_too_large
from hoops.contract.report import Report
from hoops.errors import MadnessError
from lake.holds import LASTS
from lake.lake import Lake
from lake.receipts import REJECTED, Receipt, token
from operate.aws import Clients
from operate.reconcile import invoke_reconcile
from operate.stage import Stage

_ORDER = ("reference", "fixtures", "retractions", "results")
_UNDER_WAY = 2  # every further one would start a process of its own on this machine
_SILENCE = 45.0
_PATIENCE = 600.0
_RENEWAL = LASTS.total_seconds() / 3

UNCHANGED = "unchanged"


class IngestError(MadnessError):
    """A file could not be brought to an answer; the text says what to look at."""


@dataclass(frozen=True)
class Upload:
    """An object of the source bucket to be."""

    key: str
    body: bytes

    @property
    def folder(self) -> str:
        return self.key.split("/", 1)[0]


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
    """Read files under the keys that their names give them.

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
    key = parse(path.name).key
    with path.open("rb") as file:
        refuse_too_large(key, os.fstat(file.fileno()).st_size)
        body = file.read(MAX_BYTES + 1)  # what is no regular file has no size, and perhaps no end
    refuse_too_large(key, len(body))
    return Upload(key, body)


def ingest(
    uploads: Sequence[Upload],
    stage: Stage,
    lake: Lake,
    clients: Clients,
    *,
    done: Callable[[Outcome], None] = lambda _: None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Outcome]:
    """Upload what differs from the bucket and wait for every answer.

    Parameters
    ----------
    done
        Called with each outcome as it comes.

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
            if row is None or row.etag != hashlib.md5(upload.body, usedforsecurity=False).hexdigest():
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
    with _hold([upload for upload, _ in waiting], stage, lake, clients, clock) as go_on:
        if any(version for _, version in waiting):
            # Uploaded by a run that was cut short: its event may be long gone.
            invoke_reconcile(clients("lambda"), stage)
        for folder in _ORDER:
            batch = deque((upload, version) for upload, version in waiting if upload.folder == folder)
            _take_in(batch, stage, lake, clients, settle, go_on, clock, sleep)
    return outcomes


def _in_order_of_play(upload: Upload) -> tuple[bool, str]:
    """Regular seasons before tournaments, so that the messages of a season come in the order of its days."""
    return ("RegularSeason" not in upload.key, upload.key)


def _take_in(
    batch: deque[tuple[Upload, str | None]],
    stage: Stage,
    lake: Lake,
    clients: Clients,
    settle: Callable[[Outcome], None],
    go_on: Callable[[], None],
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> None:
    """Send the files of one folder, a few at a time, and wait for their receipts; keep the hold alive meanwhile."""
    under_way: dict[str, str] = {}
    last_news, healed = clock(), False
    while batch or under_way:
        go_on()
        while batch and len(under_way) < _UNDER_WAY:
            upload, version = batch.popleft()
            under_way[upload.key] = version or _send(lake, upload)
            last_news = clock()
        for key, version in list(under_way.items()):
            receipt = lake.receipts.get(key, version)
            if receipt is not None:
                del under_way[key]
                settle(_outcome(lake, receipt, receipt.outcome))
                last_news, healed = clock(), False
        silence = clock() - last_news
        if silence > _SILENCE and not healed:
            # The event may be lost; reconcile takes up every object without a receipt.
            healed = True
            invoke_reconcile(clients("lambda"), stage)
        if silence > _PATIENCE:
            raise IngestError(
                f"No answer to {', '.join(under_way)} for {_PATIENCE:.0f} seconds. The log of "
                f"{stage.function('accept_results')} says why; the files stay in {stage.source} and "
                f"{stage.function('reconcile')} takes them up again."
            )
        if under_way:
            sleep(min(0.5, 0.02 + silence / 20))


def _send(lake: Lake, upload: Upload) -> str:
    """Upload; the version to wait for."""
    lake.source.put(upload.key, upload.body)
    row = next(row for row in lake.source.listing(upload.key) if row.key == upload.key)
    return token(row.modified, row.etag)


def _outcome(lake: Lake, receipt: Receipt, accepted_as: str) -> Outcome:
    if receipt.outcome == REJECTED:
        return Outcome(receipt.key, REJECTED, report=lake.receipts.rejection(receipt.key))
    return Outcome(receipt.key, accepted_as, receipt.rows, receipt.days, receipt.warnings)


@contextmanager
def _hold(
    uploads: Sequence[Upload], stage: Stage, lake: Lake, clients: Clients, clock: Callable[[], float]
) -> Iterator[Callable[[], None]]:
    """Hold nudges back while more than one results file is taken in; gives what keeps the hold alive.

    Whatever happens, reconcile nudges for what was taken in: at once when the hold is ended here, soon after it has run
    out when this process is killed.
    """
    if sum(upload.folder == "results" for upload in uploads) < 2:
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
