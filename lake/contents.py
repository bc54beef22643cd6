"""What of a folder or a zip file is of the contract: files that lie there, those that nearly do, and where.

    folder | zip ─► names, by place ─► the nearest place with files of the contract ─► files, and remarks on near misses

Kaggle's download is a zip, and its files have lain in folders of their own (`MDataFiles_Stage1/`). Nothing is ever
unpacked to disk: a member of a zip is read by its name, within the contract's limits.
"""

from __future__ import annotations

import lzma
import os
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from hoops.contract import Rejected, parse
from hoops.contract.columns import FOLDERS
from hoops.contract.names import meant
from hoops.contract.payload import MAX_BYTES, refuse_too_large
from hoops.contract.report import shown
from hoops.errors import MadnessError

MAX_MEMBERS = 20_000  # of a zip: Kaggle's has some forty
MAX_UNPACKED = 8 * MAX_BYTES  # bytes of all files of the contract in a zip: Kaggle's come to 35 MB
DEEPEST = 4  # folders below the one that is named
MOST_FOLDERS = 2_000  # looked into, so that a whole home directory ends soon
_SKIPPED = ("__MACOSX",)
_ENDINGS = (".csv", ".csv.gz")
_NAMED = 3  # of the files that are none of the contract's


class Readable(Protocol):
    """A file of the contract, wherever it lies. `pathlib.Path` is one."""

    @property
    def name(self) -> str: ...

    @property
    def suffix(self) -> str: ...

    def read_bytes(self) -> bytes: ...


@dataclass(frozen=True)
class File:
    """A file of a folder or a zip. name: under which it counts; place: where it lies, below what was named."""

    name: str
    place: PurePosixPath
    read_bytes: Callable[[], bytes]

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.name).suffix


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
        files += [_on_disk(path, Path(folder) / name) for name in sorted(names) if (Path(folder) / name).is_file()]
    return files


def _on_disk(path: Path, file: Path) -> File:
    return File(file.name, PurePosixPath(file.relative_to(path).as_posix()), file.read_bytes)


def _in_zip(path: Path) -> list[File]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        raise MadnessError(f"{path} is a damaged zip file ({error}): download it again") from error
    if len(members) > MAX_MEMBERS:
        raise MadnessError(f"{path} has {len(members):,} files, and at most {MAX_MEMBERS:,} are looked at: unzip it")
    files, size = [], 0
    for member in members:
        place = PurePosixPath(member.filename.replace("\\", "/"))  # Windows has written both
        if not place.parts or place.is_absolute() or ".." in place.parts or place.parts[0].endswith(":"):
            raise MadnessError(
                f"{path} has a file that would lie outside of it, {shown(member.filename)}: no zip of Kaggle's has that"
            )
        if any(part in _SKIPPED or part.startswith(".") for part in place.parts):
            continue
        file = File(place.name, place, _member(path, member))
        files.append(file)
        if _name_of(file):
            size += member.file_size
            refuse_too_large(f"{path.name}/{place}", member.file_size)
    if len({file.place for file in files}) < len(files):
        raise MadnessError(f"{path} has two files of one name in one place: it is damaged, download it again")
    if size > MAX_UNPACKED:
        raise MadnessError(f"{path} would unpack to {size:,} bytes, and at most {MAX_UNPACKED:,} are read: unzip it")
    return files


def _member(path: Path, member: zipfile.ZipInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with zipfile.ZipFile(path) as archive, archive.open(member) as file:
                body = file.read(MAX_BYTES + 1)  # what the directory says of the size need not be true
        except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError) as error:
            raise MadnessError(f"{member.filename} in {path} is damaged ({error}): download it again") from error
        except (RuntimeError, NotImplementedError) as error:  # encrypted, or packed in a way that is not known
            raise MadnessError(
                f"{member.filename} in {path} cannot be unpacked ({error}): unzip it yourself"
            ) from error
        refuse_too_large(f"{path.name}/{member.filename}", len(body))
        return body

    return read


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
    """Places that are read (one, or some that do not contradict each other), those below that are not, the files."""
    places: dict[PurePosixPath, list[File]] = defaultdict(list)
    for file in files:
        inside = file.place.parent
        places[inside.parent if inside.name in FOLDERS else inside].append(file)
    having = [place for place, inside in places.items() if any(_name_of(file) for file in inside)]
    if not having:
        return [], [], list(files)
    depth = min(len(place.parts) for place in having)
    nearest = [place for place in having if len(place.parts) == depth]
    seen: dict[str, File] = {}
    for file in (file for place in nearest for file in places[place] if len(nearest) > 1):
        name = _name_of(file)
        other = seen.setdefault(name, file) if name else file
        if other.place.parent != file.place.parent and other.read_bytes() != file.read_bytes():
            raise MadnessError(
                f"{path} has {name} twice, {other.place} and {file.place}, and they differ: name one of "
                f"{', '.join(sorted(str(path / place) for place in nearest))}"
                + (" after unzipping it" if path.is_file() else "")
            )
    kept = {id(file) for file in seen.values()}
    chosen = [file for place in nearest for file in places[place]
              if len(nearest) == 1 or id(file) in kept or not _name_of(file)]  # fmt: skip
    return [place for place in nearest if place.parts], [place for place in having if place not in nearest], chosen


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
            taken.append(File(name, some[0].place, some[0].read_bytes))
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
