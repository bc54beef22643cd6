"""What a power cut has left of a home: files that are empty, cut off or of another age than their neighbours.

aws/state/   as it was after the last deployment a copy of it is kept: stack, queues, functions and mappings have not
             changed since, and messages are only nudges. Where a file is damaged, all of it is taken from the copy.
aws/s3/      what is damaged is dropped, and the receipts with it: every upload is taken in once more, and reconcile
             makes anew what is derived. The same where the machine went down while the local AWS ran: then files
             may be missing altogether.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from madness.local import durable
from madness.local.home import MINISTACK, Home, LocalError
from madness.local.processes import since_boot

_SIDECAR = ".meta.json"
_RECEIPTS = "receipts"
_VERSIONS = ".versions"  # bodies of versions that were overwritten since
_DRAFT = ".tmp"  # what MiniStack renames when all of it is written: until then the file before it counts


@dataclass(frozen=True)
class Mended:
    """What was done about damage.

    said: in words. takes_in_again: True if the receipts were dropped, so that every upload is due. dropped: objects as
    (bucket, key).
    """

    said: tuple[str, ...]
    takes_in_again: bool
    dropped: tuple[tuple[str, str], ...] = ()


def mend(home: Home) -> Mended:
    """Drop what is damaged, while the local AWS does not run.

    Sizes are looked at every time. Only where the local AWS was not stopped are the objects read: it takes seconds.

    Raises
    ------
    LocalError
        The state is damaged and no copy of it was kept.
    """
    said = []
    if _is_damaged(home.state, home.kept_state):
        if not home.kept_state.is_dir() or _is_damaged(home.kept_state, home.kept_state):
            raise LocalError(
                f"{home.state} is damaged, as after a power cut, and there is no copy of it. `madness reset` and "
                "`madness up` make everything anew, and files that were ingested otherwise have to be ingested again."
            )
        shutil.rmtree(home.state)
        shutil.copytree(home.kept_state, home.state)
        said.append("the state of the local AWS was damaged: it is again as it was after the last deployment")
    elif not home.kept_state.exists() and any(_files(home.state)):
        keep_state(home)
    left = home.left_behind(MINISTACK)
    thorough = left is not None
    objects = [file for file in _files(home.objects) if not _is_sidecar(file) and file.suffix != _DRAFT]
    dropped = [file for file in objects if _is_damaged_object(file, thorough)]
    for file in dropped:
        _drop(file)
    if dropped:
        names = ", ".join(str(file.relative_to(home.objects)) for file in dropped[:3])
        more = f" and {len(dropped) - 3:,} more" if len(dropped) > 3 else ""
        said.append(f"damaged objects were dropped and are made again: {names}{more}")
    elif left is not None and not since_boot(left) and any(_receipts(home)):
        said.append("the machine went down while the local AWS ran: every file is taken in once more")
    else:
        return Mended(tuple(said), False)
    for file in _receipts(home):
        _drop(file)
    places = (file.relative_to(home.objects).parts for file in dropped)  # account, bucket, key
    return Mended(tuple(said), True, tuple((place[1], "/".join(place[2:])) for place in places))


def keep_state(home: Home) -> None:
    """Keep a copy of the state, while the local AWS does not run, and have it on the disk before it counts."""
    draft = home.kept_state.with_name(".state-draft")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(home.state, draft)
    for file in (*_files(draft), draft):
        durable.sync(file)
    shutil.rmtree(home.kept_state, ignore_errors=True)
    draft.rename(home.kept_state)


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in sorted(folder.rglob("*")) if file.is_file())


def _is_sidecar(file: Path) -> bool:
    return file.name.endswith(_SIDECAR) and file.with_name(file.name.removesuffix(_SIDECAR)).exists()


def _is_damaged(state: Path, kept: Path) -> bool:
    """True if a file of a state is not what MiniStack writes, or one is missing that the copy has."""
    missing = {file.name for file in kept.glob("*.json")} - {file.name for file in state.glob("*.json")}
    return bool(missing) or any(_is_damaged_state(file) for file in _files(state))


def _is_damaged_state(file: Path) -> bool:
    match file.suffix:
        case ".json":
            return _json(file) is None
        case ".zip":
            return not zipfile.is_zipfile(file)
        case ".pem":
            return not file.read_bytes().rstrip().endswith(b"-----")
        case _:
            return False  # locks, drafts


def _is_damaged_object(file: Path, thorough: bool) -> bool:
    sidecar = file.with_name(file.name + _SIDECAR)
    size = file.stat().st_size
    if not sidecar.exists() or (size and not thorough):
        return not size and _VERSIONS not in file.parts
    noted = _json(sidecar)
    if noted is None:
        return not size
    if noted.get("is_delete_marker"):
        return False  # the body is that of a version that was deleted: `.versions` has it, and nobody reads it here
    etag = str(noted.get("etag", "")).strip('"')
    if noted.get("size") != size or "-" in etag or not thorough:
        return noted.get("size") != size
    return hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest() != etag


def _json(file: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(file.read_bytes())
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _receipts(home: Home) -> list[Path]:
    return [
        file for folder in home.objects.glob(f"*/*/{_RECEIPTS}") for file in _files(folder) if not _is_sidecar(file)
    ]


def _drop(file: Path) -> None:
    file.unlink()
    file.with_name(file.name + _SIDECAR).unlink(missing_ok=True)
