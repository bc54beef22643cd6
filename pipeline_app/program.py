"""Which program this is: what failed on a file is not tried on it again, and its successor is."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import hoops
import lake
import pipeline_app
from lake.fingerprint import fingerprint

_PARTS = (hoops, lake, pipeline_app)  # all that takes part in reading and entering a file


@cache
def program() -> str:
    """Short hash of the code that reads and enters files, and of the libraries under it."""
    # Not of the processor: functions run now on one, now on another, and a file that fails would be tried on each.
    libraries = {name: one for name, one in fingerprint().items() if name != "simd"}
    hashed = hashlib.sha256(repr(sorted(libraries.items())).encode())
    for part in _PARTS:
        root = Path(part.__path__[0])
        for file in sorted(root.rglob("*.py")):
            hashed.update(f"{part.__name__}/{file.relative_to(root)}\n".encode() + file.read_bytes())
    return hashed.hexdigest()[:20]
