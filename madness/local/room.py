"""Is there room on the disk of a home? Asked before the work, and all the time while somebody waits for it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from hoops.contract.columns import EVENTS_FOLDER
from madness.local.guard import REFUSED, RESERVE
from madness.local.home import Home, LocalError
from operate.upload import Upload

# An empty stack: the deployed functions with their copies (measured: 13 MiB), state, logs.
_STACK = 32 * 2**20
# Ledger, states and tables of a file, for every byte of it; at the least: a season of Kaggle's files takes 18.
_GROWTH = 10
# What MiniStack logs of a write that has failed: it goes on as if nothing were wrong.
_FAILED = ("Failed to persist S3", "Persistence: failed to save")


def takes(uploads: Iterable[Upload]) -> int:
    """Bytes that come of uploads at the least: of play-by-play the file, and its text again as ledger and tables."""
    return sum(
        upload.size + _unzipped(upload) if upload.folder == EVENTS_FOLDER else _GROWTH * upload.size
        for upload in uploads
    )


def _unzipped(upload: Upload) -> int:
    """Bytes of a file's text: a gzip file ends with how many they are (if it was packed in one part)."""
    if not upload.key.endswith(".gz"):
        return upload.size
    with upload.open() as file:
        file.seek(max(upload.size - 4, 0))
        return max(upload.size, int.from_bytes(file.read(4), "little"))


def require(home: Home, work: int, free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free) -> None:
    """Say before the work that it could not be kept.

    Parameters
    ----------
    work
        Bytes that it takes, without what an empty stack does.

    Raises
    ------
    LocalError
        Less is free on the home's disk than the work takes at the least.
    """
    needed = RESERVE + (_STACK if not home.chalice.exists() else 0) + work
    left = free(home.root)
    if left < needed:
        raise LocalError(
            f"Only {_mebibytes(left)} are free on the disk of {home.root}, and this takes {_mebibytes(needed)} at the "
            "least. Make room, or choose another place with --home."
        )


class Watch:
    """Looks after the disk of a home while its stack works."""

    def __init__(self, home: Home, free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free) -> None:
        self._home, self._free = home, free
        self._log = home.logs / "ministack.log"
        self._read = self._log.stat().st_size if self._log.exists() else 0

    def look(self) -> None:
        """Find out whether everything is kept.

        Raises
        ------
        LocalError
            The disk is full, so that uploads are refused; or MiniStack could not write what it had taken already.
        """
        logged = self._logged()
        failed = next((line for line in logged if any(words in line for words in _FAILED)), None)
        if failed:
            raise LocalError(
                f"The local AWS could not keep what it was given: {failed}. Games would be missing after the next "
                f"start. Make room on the disk of {self._home.root}, then `madness reset` and `madness up` again."
            )
        left = self._free(self._home.root)
        if left < RESERVE or any(REFUSED in line for line in logged):
            raise LocalError(
                f"The disk of {self._home.root} is full: {_mebibytes(left)} are free, and the local AWS leaves "
                f"{_mebibytes(RESERVE)} free. Nothing is lost: make room, and `madness up` goes on from there."
            )

    def sleep(self, seconds: float) -> None:
        """Wait as `time.sleep` does, and look."""
        time.sleep(seconds)
        self.look()

    def _logged(self) -> list[str]:
        """Whole lines that were logged since the last look."""
        if not self._log.exists() or self._log.stat().st_size <= self._read:
            return []
        with self._log.open("rb") as file:
            file.seek(self._read)
            *whole, _ = file.read().split(b"\n")
        self._read += sum(len(line) + 1 for line in whole)
        return [line.decode(errors="replace").strip() for line in whole]


def _mebibytes(size: int) -> str:
    return f"{size / 2**20:,.1f} MiB"
