"""What a training job runs: the checkout's `ml_jobs`, `hoops` and `lake`, and what AWS's image lacks for them.

    checkout ─► <digest>.tar.gz, as SageMaker unpacks it to /opt/ml/code ─► training/code/ of the models bucket
                                                                             current.json names the newest one

SageMaker's toolkit installs `requirements.txt` of the archive before it starts the program. Only what the image has not
stands there: pip would replace what its torch was built with. A `setup.py` beside it would have the toolkit install the
archive as a package, and start the program as a module of another name.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import tarfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hoops.errors import MadnessError
from lake.store import Store
from lake.training_jobs import CODE, CURRENT
from madness.deploy import workshop

ROOMS = ("hoops", "lake", "ml_jobs")
# Not in AWS's image of torch 2.13, which has NumPy 2.4.3, SciPy 1.17.1, scikit-learn 1.8.0 and pyarrow 23.0.1.
LACKING = ("cma",)
_LOCK = Path("locks") / "dev.txt"


class SourcesError(MadnessError):
    """The archive cannot be made; the text says why."""


@dataclass(frozen=True)
class Sources:
    """An archive for SageMaker. key: where it lies in the models bucket, named after its content."""

    key: str
    body: bytes


def sources(root: Path) -> Sources:
    """The archive of a checkout. Equal files give an equal key.

    Raises
    ------
    SourcesError
        The lock lacks a library that the program needs.
    """
    entries = {str(place): file.read_bytes() for room in ROOMS for place, file in workshop.modules(room, root)}
    entries["requirements.txt"] = requirements(root / _LOCK).encode()
    digest = hashlib.sha256()
    for name, body in sorted(entries.items()):
        digest.update(f"{name}\0".encode() + hashlib.sha256(body).digest())
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, body in sorted(entries.items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(body), 0o644
            tar.addfile(entry, io.BytesIO(body))
    return Sources(f"{CODE}{digest.hexdigest()[:32]}.tar.gz", gzip.compress(packed.getvalue(), mtime=0))


def requirements(lock: Path) -> str:
    """What of a lock pip is to install in the image, with its hashes.

    Raises
    ------
    SourcesError
        A library is not in it.
    """
    entries = re.findall(r"(?m)^([\w.-]+)(==.*\n(?: .*\n)*)", lock.read_text() + "\n")
    missing = [one for one in LACKING if one not in dict(entries)]
    if missing:
        raise SourcesError(f"{lock} lacks {', '.join(missing)}, which training needs: see LACKING in {__name__}")
    return "".join(name + rest for name, rest in entries if name in LACKING)


def put(models: Store, made: Sources, now: datetime | None = None) -> bool:
    """Have jobs that are launched from now on run an archive; False if they did already."""
    models.put_new(made.key, made.body)
    if current(models) == made.key:
        return False
    point(models, made.key, now)
    return True


def point(models: Store, key: str, now: datetime | None = None) -> None:
    """Have jobs that are launched from now on run the archive at a key."""
    at = (now or datetime.now(UTC)).isoformat(timespec="seconds")
    models.put(CURRENT, json.dumps({"key": key, "made": at}).encode())


def current(models: Store) -> str | None:
    """Key of the archive that jobs run; None where nothing was deployed, or nobody can tell what."""
    stored = models.get(CURRENT)
    try:
        return None if stored is None else str(json.loads(stored.body)["key"])
    except (ValueError, KeyError, TypeError):
        return None
