"""A training job's model.tar.gz, read as what it is: bytes that somebody else has written.

    model.tar.gz --> scorer.npz, parameters.json, report.json --> Candidate: a model, and what its training says of it

Nothing is unpacked to disk, nothing is taken but regular files of exactly these names, no pickle is opened, and reading
stops at a limit, however little a bomb weighs.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from hoops.errors import MadnessError
from hoops.forecast.model import Model
from lake.registry import model_of

WANTED = ("scorer.npz", "parameters.json", "report.json")
MOST_PACKED = 32 << 20  # bytes of an archive; a training of today leaves one of half a megabyte
MOST_UNPACKED = 128 << 20  # bytes of all that is in it
MOST_OF_ONE = 16 << 20  # bytes of one of the files that are wanted
MOST_MEMBERS = 100


class BadArchive(MadnessError):
    """An archive that no model can be taken from; the text says why."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """A model that a training left, and its report."""

    model: Model
    report: Mapping[str, Any]


def candidate_in(archive: bytes) -> Candidate:
    """The model in an archive, readable but not yet looked at.

    Raises
    ------
    BadArchive
    """
    files = files_in(archive)
    try:
        model = model_of(files["scorer.npz"], files["parameters.json"])
    except (ValueError, OverflowError) as error:
        raise BadArchive(f"its model cannot be used by this program: {error}") from error
    try:
        report = json.loads(files["report.json"], parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise BadArchive(f"its report.json cannot be read: {error}") from error
    if not isinstance(report, dict):
        raise BadArchive("its report.json is no report: expected an object with the scores of the test")
    return Candidate(model, report)


def files_in(archive: bytes) -> dict[str, bytes]:
    """The wanted files of an archive, by name.

    Raises
    ------
    BadArchive
        It is no whole tar.gz, lacks one of them, has one twice, or holds links, too many files or too much.
    """
    if len(archive) > MOST_PACKED:
        raise BadArchive(f"it has {len(archive):,} bytes; allowed are {MOST_PACKED:,}")
    source = _Bounded(gzip.GzipFile(fileobj=io.BytesIO(archive)), MOST_UNPACKED)
    try:
        with tarfile.open(fileobj=cast("Any", source), mode="r|") as tar:
            found = _wanted(tar)
        while source.read(1 << 20):  # to its end, where the checksum stands
            pass
    except (tarfile.TarError, OSError, EOFError, zlib.error, ValueError) as error:
        raise BadArchive(f"it is no whole tar.gz: {error}") from error
    if missing := [name for name in WANTED if name not in found]:
        raise BadArchive(f"it has no {', '.join(missing)}; a training leaves {', '.join(WANTED)}")
    return found


def _wanted(tar: tarfile.TarFile) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for place, member in enumerate(tar, 1):
        name = member.name.removeprefix("./")
        if place > MOST_MEMBERS:
            raise BadArchive(f"it has more than {MOST_MEMBERS} members")
        if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.DIRTYPE) or member.issparse():
            raise BadArchive(f"{name[:80]!r} in it is a link or no regular file, as no training leaves any")
        if name not in WANTED:
            continue
        if name in found or member.isdir():
            raise BadArchive(f"{name} is in it twice or is a folder")
        if member.size > MOST_OF_ONE:
            raise BadArchive(f"{name} in it has {member.size:,} bytes; allowed are {MOST_OF_ONE:,}")
        content = tar.extractfile(member)
        found[name] = content.read() if content else b""
    return found


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


class _Bounded:
    """A stream of which no more than `most` bytes are read."""

    def __init__(self, inner: gzip.GzipFile, most: int) -> None:
        self._inner, self._left = inner, most

    def read(self, size: int) -> bytes:
        content = self._inner.read(min(size, self._left + 1))
        self._left -= len(content)
        if self._left < 0:
            raise BadArchive(f"unpacked it has more than {MOST_UNPACKED:,} bytes")
        return content
