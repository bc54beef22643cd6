"""What of a folder or a zip file is of the contract: files that lie there, those that nearly do, and where.

    folder | zip ─► names, by place ─► the nearest place with files of the contract ─► files, and remarks on near misses

Kaggle's download is a zip, and its files have lain in folders of their own (`MDataFiles_Stage1/`, `PlayByPlay_2018/`).
Nothing is ever unpacked to disk: a member of a zip is read by its name, within the contract's limits.
"""

from __future__ import annotations

import io
import lzma
import os
import re
import zipfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from hoops.contract import Rejected, parse
from hoops.contract.columns import EVENTS_FOLDER, FOLDERS
from hoops.contract.names import meant
from hoops.contract.payload import Limits, refuse_too_large
from hoops.contract.report import shown
from hoops.errors import MadnessError

MAX_MEMBERS = 20_000  # of a zip: Kaggle's has some forty
MOST_FULL = 8  # files as large as they may be, in bytes of all of a zip: Kaggle's come to 35 MB, its plays to 700 MB
DEEPEST = 4  # folders below the one that is named
MOST_FOLDERS = 2_000  # looked into, so that a whole home directory ends soon
_SKIPPED = ("__MACOSX",)
_OF_PLAYS = re.compile(rf"{EVENTS_FOLDER}|[MW]?PlayByPlay(_.*)?")  # Kaggle has put such folders beside the others
_PART = 2**20  # bytes that are looked at at once
_ENDINGS = (".csv", ".csv.gz")
_NAMED = 3  # of the files that are none of the contract's


class Readable(Protocol):
    """A file of the contract that is read whole, wherever it lies. `pathlib.Path` is one."""

    @property
    def name(self) -> str: ...

    @property
    def suffix(self) -> str: ...

    def read_bytes(self) -> bytes: ...


@dataclass(frozen=True)
class File:
    """A file of a folder or a zip. name: under which it counts; place: where it lies, below what was named.

    open: its bytes, from the start, as often as they are wanted; they end in `Rejected` beyond the contract's limits.
    size: bytes.
    """

    name: str
    place: PurePosixPath
    open: Callable[[], BinaryIO]
    size: int

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.name).suffix

    def read_bytes(self) -> bytes:
        with self.open() as file:
            return file.read()


@dataclass(frozen=True)
class Contents:
    """files: of the contract, in the order of their places. remarks: what a person should know."""

    path: Path
    files: tuple[File, ...]
    remarks: tuple[str, ...]


def contents(path: Path) -> Contents:
    """Look into a folder or a zip file: it, its folders named as those of the source bucket, else the nearest below.

    Raises
    ------
    MadnessError
        There is no such folder or zip, it has no file of the contract, or the same name in several places; a zip is
        damaged, encrypted or larger than anything that Kaggle gives.
    Rejected
        A file in a zip is larger than the contract allows.
    """
    if path.is_dir():
        lying = _in_folder(path)
    elif path.is_file() and zipfile.is_zipfile(path):
        lying = _in_zip(path)
    elif path.is_file():
        damaged = path.suffix.lower() == ".zip"
        raise MadnessError(
            f"{path} is a damaged zip file: download it again"
            if damaged
            else f"{path} is neither a folder nor a zip file: give the folder in which it lies"
        )
    else:
        raise MadnessError(f"{path} is not a folder")
    at, deeper, chosen = _nearest(path, lying)
    files, remarks = _taken(chosen)
    if at:
        remarks = (f"{_places(at)} of {path.name} {'is' if len(at) == 1 else 'are'} read", *remarks)
    if deeper:
        remarks += (
            f"{_places(deeper)} of {path.name} {'has' if len(deeper) == 1 else 'have'} files of the contract too, "
            "which are not read, as there are some above: name that folder to have them",
        )
    if not files:
        raise MadnessError(f"{path} has no file of the contract: {_found_instead(lying, remarks)}{expected('{M|W}')}")
    return Contents(path, files, remarks)


def expected(letter: str) -> str:
    """Which names are looked for."""
    return (
        f"expected names such as {letter}RegularSeasonCompactResults.csv, {letter}RegularSeasonDetailedResults.csv or "
        f"{letter}NCAATourneyCompactResults.csv (also .csv.gz), as in Kaggle's March Machine Learning Mania"
    )


def _in_folder(path: Path) -> list[File]:
    """Files of a folder and of those below it, as far as is sensible."""
    files: list[File] = []
    for looked_into, (folder, below, names) in enumerate(os.walk(path)):
        if looked_into >= MOST_FOLDERS:
            break
        deep = len(Path(folder).relative_to(path).parts) >= DEEPEST
        below[:] = [] if deep else sorted(name for name in below if name[0] != "." and name not in _SKIPPED)
        files += [on_disk(Path(folder) / name, path) for name in sorted(names) if (Path(folder) / name).is_file()]
    return files


def on_disk(file: Path, below: Path) -> File:
    """A file that lies in a folder or somewhere below it."""
    place = PurePosixPath(file.relative_to(below).as_posix())
    return File(file.name, place, lambda: file.open("rb"), file.stat().st_size)


def _in_zip(path: Path) -> list[File]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        raise MadnessError(f"{path} is a damaged zip file ({error}): download it again") from error
    if len(members) > MAX_MEMBERS:
        raise MadnessError(f"{path} has {len(members):,} files, and at most {MAX_MEMBERS:,} are looked at: unzip it")
    files: list[File] = []
    size: Counter[Limits] = Counter()
    for member in members:
        place = PurePosixPath(member.filename.replace("\\", "/"))  # Windows has written both
        if not place.parts or place.is_absolute() or ".." in place.parts or place.parts[0].endswith(":"):
            raise MadnessError(
                f"{path} has a file that would lie outside of it, {shown(member.filename)}: no zip of Kaggle's has that"
            )
        if any(part in _SKIPPED or part.startswith(".") for part in place.parts):
            continue
        file = File(place.name, place, partial(_unpacked, path, member), member.file_size)
        files.append(file)
        if name := _name_of(file):
            limits = parse(name).limits
            size[limits] += file.size
            refuse_too_large(f"{path.name}/{place}", file.size, limits)
    if len({file.place for file in files}) < len(files):
        raise MadnessError(f"{path} has two files of one name in one place: it is damaged, download it again")
    for limits, total in size.items():
        if total > (most := MOST_FULL * limits.bytes):
            raise MadnessError(f"{path} would unpack to {total:,} bytes, and at most {most:,} are read: unzip it")
    return files


class _Member(io.RawIOBase):
    """A file of a zip as it is unpacked: never more of it than the zip says it has."""

    def __init__(self, path: Path, member: zipfile.ZipInfo) -> None:
        self._path, self._member, self._at = path, member, 0
        with self._told():
            self._archive = zipfile.ZipFile(path)
            self._file = self._archive.open(member)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._member.file_size}[whence]
        self._at = max(start + offset, 0)  # who asks for the end alone has nothing unpacked
        return self._at

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        with self._told():
            if self._file.tell() != self._at:
                self._file.seek(self._at)
            body = self._file.read(len(buffer))
        self._at += len(body)
        buffer[: len(body)] = body
        return len(body)

    def close(self) -> None:
        if not self.closed:
            self._archive.close()
        super().close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say in our own terms what is wrong with the zip."""
        where = f"{self._member.filename} in {self._path}"
        try:
            yield
        except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError) as error:
            raise MadnessError(f"{where} is damaged ({error}): download it again") from error
        except (RuntimeError, NotImplementedError) as error:  # encrypted, or packed in a way that is not known
            raise MadnessError(f"{where} cannot be unpacked ({error}): unzip it yourself") from error


def _unpacked(path: Path, member: zipfile.ZipInfo) -> BinaryIO:
    return io.BufferedReader(_Member(path, member), _PART)


def _name_of(file: File) -> str | None:
    """Name of the contract that a file has or, as it is unambiguous, is given."""
    if _is_contract(file.name):
        return file.name
    near = meant(file.name)
    return near.name if near and near.name and _is_contract(near.name) else None


def _places(places: Collection[PurePosixPath]) -> str:
    more = f" and {len(places) - _NAMED:,} more folders" if len(places) > _NAMED else ""
    return ", ".join(f"{shown(place)}/" for place in sorted(places)[:_NAMED]) + more


def _nearest(path: Path, files: Collection[File]) -> tuple[list[PurePosixPath], list[PurePosixPath], list[File]]:
    """Places that are read (one, or some that do not contradict each other), those below that are not, the files.

    Folders of play-by-play are read with what they lie in or beside.
    """
    places: dict[PurePosixPath, list[File]] = defaultdict(list)
    for file in files:
        inside = file.place.parent
        at_top = inside.name in FOLDERS and inside.name != EVENTS_FOLDER
        places[inside.parent if at_top else inside].append(file)
    having = [place for place, inside in places.items() if any(_name_of(file) for file in inside)]
    if not having:
        return [], [], list(files)
    plays = [place for place in places if _OF_PLAYS.fullmatch(place.name)]
    others = [place for place in having if place not in plays] or having
    depth = min(len(place.parts) for place in others)
    nearest = [place for place in others if len(place.parts) == depth]
    around = {*nearest, *(place.parent for place in nearest if place.parts)}
    nearest += [place for place in plays if place.parent in around and place not in nearest]
    seen: dict[str, File] = {}
    chosen = []
    for file in (file for place in nearest for file in places[place]):
        other = seen.setdefault(file.name, file) if _is_contract(file.name) else file
        if other is file:
            chosen.append(file)
        elif not _equal(other, file):
            raise MadnessError(
                f"{path} has {file.name} twice, {other.place} and {file.place}, and they differ: name one of "
                f"{', '.join(sorted(str(path / one.place.parent) for one in (other, file)))}"
                + (" after unzipping it" if path.is_file() else "")
            )
    usual = [place / EVENTS_FOLDER for place in nearest]
    read = [place for place in nearest if place.parts and place in having and place not in usual]
    return read, [place for place in having if place not in nearest], chosen


def _equal(one: File, other: File) -> bool:
    if one.size != other.size:
        return False
    with one.open() as first, other.open() as second:
        parts = (iter(partial(file.read, _PART), b"") for file in (first, second))
        return all(part == same for part, same in zip_longest(*parts))


def _taken(files: Iterable[File]) -> tuple[tuple[File, ...], tuple[str, ...]]:
    """Files of the contract, and remarks on those that are nearly so."""
    taken: list[File] = []
    near: dict[str, list[File]] = defaultdict(list)
    remarks, others = [], []
    for file in files:
        if _is_contract(file.name):
            taken.append(file)
        elif name := _name_of(file):
            near[name].append(file)
        elif found := meant(file.name):
            remarks.append(f"{shown(file.place)} is not read: {found.slip}; {found.todo}")
        elif file.name.lower().endswith((*_ENDINGS, ".zip")):
            others.append(str(file.place))
    exact = {file.name for file in taken}
    for name, some in near.items():
        slips = {file: meant(file.name) for file in some}
        if name in exact:
            remarks += [f"{shown(file.place)} is not read: {name} is there and is taken" for file in some]
        elif len(some) > 1:
            named = ", ".join(shown(file.place) for file in some)
            remarks.append(f"{named} are not read: each may be {name}; give that name to the right one")
        else:
            slip = slips[some[0]]
            taken.append(replace(some[0], name=name))
            remarks.append(f"{shown(some[0].place)} is taken for {name}: {slip.slip if slip else ''}")
    for file in taken:
        folder, inside = parse(file.name).folder, file.place.parent.name
        if inside in FOLDERS and inside != folder:
            remarks.append(f"{shown(file.place)} is read as if it lay in {folder}/, where its name belongs")
    if others:
        more = f" and {len(others) - _NAMED:,} more" if len(others) > _NAMED else ""
        are = "file is" if len(others) == 1 else "files are"
        remarks.append(
            f"{len(others):,} other {are} none of the contract's and left out: "
            f"{', '.join(shown(other) for other in others[:_NAMED])}{more}"
        )
    return tuple(sorted(taken, key=lambda file: (len(file.place.parts), str(file.place)))), tuple(remarks)


def _found_instead(files: Collection[File], remarks: Collection[str]) -> str:
    """What lies there in place of files of the contract."""
    zipped = [str(file.place) for file in files if file.name.lower().endswith(".zip")]
    if zipped:
        return f"{', '.join(map(shown, zipped[:_NAMED]))} lies there, unzip it or give it to --data itself; "
    near = [remark for remark in remarks if "is not read" in remark]
    return f"{'; '.join(near)}; " if near else ""


def _is_contract(name: str) -> bool:
    try:
        parse(name)
    except Rejected:
        return False
    return True
