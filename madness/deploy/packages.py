"""The two packages that Lambda gets: made by Chalice's and Zappa's own packagers, then looked through.

::

    clean copy + environment of the lock ─► chalice package ─► settled ─► checked ─► pipeline.zip
                                         └► zappa package   ─► settled ─► checked ─► dashboard.zip

Settled: the same checkout gives the same bytes, and what belongs neither to the project nor to a locked distribution is
gone. Checked: what would fail on AWS, or be something else there than in the checkout, is an error here. A plain `zappa
deploy` goes the same way (zappa_hooks.py). Nothing here needs AWS or credentials, nor more than Python's own library:
Zappa runs it in an environment that holds nothing of ours.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import py_compile
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from hoops.errors import MadnessError
from madness.deploy import workshop

# Of Lambda: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
UNZIPPED = 250 * 2**20  # of a function with its layers
DIRECT = 50 * 2**20  # of a zip that is uploaded with the call, as Chalice does; Zappa goes by way of S3
LAYER = 204 * 10**6  # AWSSDKPandas-Python312:27, unzipped
_FAILED_ANYWAY = "Could not install dependencies"
# What the packagers themselves add.
_ADDED = {
    "pipeline": ("app.py", "chalice/__init__.py", "chalice/app.py"),
    "dashboard": ("handler.py", "zappa_settings.py"),
}
# Without it the function does not start; Zappa's handler.py imports the zappa package.
_NEEDED = {
    "pipeline": (*_ADDED["pipeline"], "pipeline_app/handlers.py"),
    "dashboard": (*_ADDED["dashboard"], "zappa/handler.py", "dashboard/wsgi.py"),
}
_COMPILED = re.compile(r"__pycache__/([^/]+)\.cpython-\d+\.pyc$")
# Thousands of small classes of which a page takes a handful: compiled they take more room than is left.
_NOT_COMPILED = "plotly/graph_objs/"
_EPOCH = (1980, 1, 1, 0, 0, 0)


class PackageError(MadnessError):
    """A package could not be made, or would not work on AWS; the text says why, one line a reason."""


@dataclass(frozen=True)
class Package:
    """A zip for Lambda."""

    path: Path

    @cached_property
    def zipped(self) -> int:
        """Bytes of the zip."""
        return self.path.stat().st_size

    @cached_property
    def unzipped(self) -> int:
        with zipfile.ZipFile(self.path) as opened:
            return sum(one.file_size for one in opened.infolist())

    @cached_property
    def content(self) -> str:
        """Hash of what is in it: names and bytes, and nothing of when and how it was compiled and zipped."""
        digest = hashlib.sha256()
        with zipfile.ZipFile(self.path) as opened:
            for name in sorted(name for name in opened.namelist() if not _COMPILED.search(name)):
                digest.update(f"{name}\0".encode() + hashlib.sha256(opened.read(name)).digest())
        return digest.hexdigest()

    @cached_property
    def distributions(self) -> dict[str, str]:
        """Version by name of what is in it from PyPI."""
        with zipfile.ZipFile(self.path) as opened:
            found = re.findall(
                r"^([^/\n]+)-([^/\n-]+)\.dist-info/METADATA$", "\n".join(opened.namelist()), re.MULTILINE
            )
        return dict(sorted((normal(name), version) for name, version in found))


def pipeline_package(stage: str, root: Path, say: Callable[[str], None] = lambda _: None) -> Package:
    """What `chalice deploy --stage STAGE` uploads for every function.

    It also lies where a `chalice deploy` in the clean copy (`workshop.copy`) takes it from, and makes no other.

    Raises
    ------
    PackageError, WorkshopError
        It cannot be made here, or would not work there.
    """
    environment = workshop.environment("pipeline", root, say)
    folder = workshop.copy("pipeline", root)
    kept = folder / ".chalice" / "deployments"
    shutil.rmtree(kept, ignore_errors=True)
    say("packaging the functions with Chalice (a minute)")
    with _without_log_retention(folder / ".chalice" / "config.json"):
        command = ["chalice", "package", "--stage", stage, "--pkg-format", "terraform", str(described(root).parent)]
        printed = _run(environment, command, folder)
    if _FAILED_ANYWAY in printed:
        raise PackageError(f"Chalice has left out what the functions need:\n{printed}")
    (made,) = kept.glob("*.zip")
    _settle(made, _entries(made))
    (described(root).parent / "deployment.zip").unlink()
    path = root / workshop.FOLDER / "packages" / "pipeline.zip"
    shutil.copyfile(made, path)
    return _checked(path, "pipeline", root)


def described(root: Path) -> Path:
    """Chalice's own description of the functions of the last `pipeline_package`: handlers, time limits, settings."""
    return root / workshop.FOLDER / "packages" / "functions" / "chalice.tf.json"


def dashboard_package(stage: str, root: Path, say: Callable[[str], None] = lambda _: None) -> Package:
    """What `zappa deploy STAGE` uploads.

    Raises
    ------
    PackageError, WorkshopError
        It cannot be made here, or would not work there.
    """
    environment = workshop.environment("dashboard", root, say)
    folder = workshop.copy("dashboard", root)
    # It takes half a minute, and depends on nothing but these files.
    made_from = hashlib.sha256(stage.encode())
    for place, file in workshop.files("dashboard", root):
        made_from.update(f"{place}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    path = root / workshop.FOLDER / "packages" / f"dashboard-{stage}-{made_from.hexdigest()[:12]}.zip"
    if not path.exists():
        say("packaging the dashboard with Zappa (a minute or two)")
        made = folder / "dashboard.zip"
        made.unlink(missing_ok=True)
        # Looked through on the way, by zappa_hooks.py.
        _run(environment, ["zappa", "package", stage, "--output", made.name], folder)
        path.parent.mkdir(exist_ok=True)
        for old in path.parent.glob(f"dashboard-{stage}-*.zip"):
            old.unlink()
        made.replace(path)
    return Package(path)


def _run(environment: Path, command: list[str], folder: Path) -> str:
    """Run a tool of an environment as if that were activated, whatever a shell has set for Python or AWS."""
    passed = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PYTHON", "CHALICE", "ZAPPA"))}
    env = passed | workshop.activated(environment) | {"AWS_EC2_METADATA_DISABLED": "true"}
    done = subprocess.run(
        [environment / "bin" / command[0], *command[1:]], cwd=folder, env=env, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        tail = "\n".join(f"  {line}" for line in done.stdout.splitlines()[-12:])
        raise PackageError(f"`{' '.join(command[:4])}` failed in {folder}:\n{tail}")
    return done.stdout


@contextmanager
def _without_log_retention(config: Path) -> Iterator[None]:
    """Chalice cannot describe log groups for Terraform; the package does not depend on them."""
    text = config.read_text()
    told = json.loads(text)
    for stage in told["stages"].values():
        stage.pop("log_retention_in_days", None)
    config.write_text(json.dumps(told))
    try:
        yield
    finally:
        config.write_text(text)


# -------------------------------------------------------------------------------------------------- settled
def settle_dashboard(zipped: Path, root: Path, site: Path) -> None:
    """Have Zappa's zip hold the rooms as they are in the checkout, what the environment's distributions say is theirs,
    and what Zappa adds: not what else lay in the checkout or in the environment.
    """
    theirs = {name for record in site.glob("*.dist-info/RECORD") for name in _recorded(record.read_text())}
    ours = {
        str(place): file.read_bytes() for room in workshop.DASHBOARD for place, file in workshop.modules(room, root)
    }
    kept = {
        name: body if name in _ADDED["dashboard"] else (site / name).read_bytes()
        for name, body in _entries(zipped).items()
        if (name in theirs and name.split("/")[0] not in workshop.DASHBOARD) or name in _ADDED["dashboard"]
    }
    _settle(zipped, kept | ours | dict(_compiled(kept | ours)))


def _compiled(sources: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """(place, bytecode) of modules, since Lambda has nowhere to keep it: every cold start would compile all anew.

    Python looks at it only where it is of that very source. Of the Python that runs this, which is the function's.
    """
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder) / "module.py", Path(folder) / "module.pyc"
        for name, body in sources.items():
            if not name.endswith(".py") or name.startswith(_NOT_COMPILED):
                continue
            source.write_bytes(body)
            try:
                py_compile.compile(
                    str(source), str(made), f"/var/task/{name}", doraise=True,
                    invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH,
                )  # fmt: skip
            except py_compile.PyCompileError:
                continue  # a template of a module, or one for another Python
            place = Path(name)
            compiled = place.parent / "__pycache__" / f"{place.stem}.{sys.implementation.cache_tag}.pyc"
            yield str(compiled), made.read_bytes()


def _entries(zipped: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(zipped) as opened:
        return {name: opened.read(name) for name in opened.namelist() if not name.endswith("/")}


def _settle(zipped: Path, entries: Mapping[str, bytes]) -> None:
    """Write a zip whose bytes depend on names and contents only."""
    fresh = zipped.with_suffix(".settling")
    with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as opened:
        for name in sorted(entries):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system, info.external_attr = 3, 0o644 << 16
            opened.writestr(info, entries[name], zipfile.ZIP_DEFLATED)
    fresh.replace(zipped)


# -------------------------------------------------------------------------------------------------- checked
def check(package: Package, name: str, root: Path) -> None:
    """Raise `PackageError` with every reason for which this is not the checkout's package, or would not work on AWS."""
    with zipfile.ZipFile(package.path) as opened:
        names = {one.filename for one in opened.infolist() if not one.is_dir()}
        problems = [
            *(f"{one} is missing: without it the function does not start" for one in _NEEDED[name] if one not in names),
            *_stale(opened, names, name, root),
            *_stray(opened, names, name, root),
            *_foreign(names),
        ]
    problems += _unlocked(package, root / ("requirements.txt" if name == "pipeline" else "locks/dashboard.txt"))
    problems += _too_large(package, name)
    if problems:
        more = [f"... and {len(problems) - 12} more"] if len(problems) > 12 else []
        raise PackageError("\n".join([f"The package of the {name} would not do on AWS:", *problems[:12], *more]))


def _checked(path: Path, name: str, root: Path) -> Package:
    package = Package(path)
    check(package, name, root)
    return package


def _stale(opened: zipfile.ZipFile, names: set[str], name: str, root: Path) -> Iterator[str]:
    for room in workshop.rooms(name, root):
        ours = {str(place): file for place, file in workshop.modules(room, root)}
        for place, file in ours.items():
            if place not in names:
                yield f"{place} of the checkout is not in it"
            elif opened.read(place) != file.read_bytes():
                yield f"{place} is not that of the checkout"
        held = {one for one in names if one.startswith(f"{room}/") and _source(one) not in names}
        yield from (f"{one} is not of the checkout" for one in sorted(held - ours.keys()))


def _stray(opened: zipfile.ZipFile, names: set[str], name: str, root: Path) -> Iterator[str]:
    records = [one for one in names if one.endswith(".dist-info/RECORD")]
    known = {file for record in records for file in _recorded(opened.read(record).decode())} | set(_ADDED[name])
    rooms = workshop.rooms(name, root)
    for one in sorted(names - known):
        if _source(one) in names:
            continue
        if one.split("/")[0] not in rooms and not re.match(r"[^/]+\.data/", one):
            yield f"{one} belongs to none of {', '.join(rooms)}, nor to a distribution in the package"


def _source(name: str) -> str:
    """The module that a file of bytecode is of; any other file itself stands for nothing."""
    return _COMPILED.sub(r"\1.py", name) if _COMPILED.search(name) else ""


def _foreign(names: Iterable[str]) -> Iterator[str]:
    wanted = f"cpython-{workshop.PYTHON[0]}{workshop.PYTHON[1]}-x86_64-linux-gnu"
    for one in sorted(names):
        found = re.search(r"\.(cp(?:ython-)?\d+[^./]*)\.(?:so|pyd|dylib)$", one)
        if found and found[1] != wanted:
            yield f"{one} cannot be imported there: it is for {found[1]}, the functions are {wanted}"


def _unlocked(package: Package, lock: Path) -> Iterator[str]:
    locked = pinned(lock)
    for name, version in package.distributions.items():
        if locked.get(name) != version:
            yield f"{name} {version} is not what {lock.name} says ({locked.get(name, 'nothing of it')})"


def _too_large(package: Package, name: str) -> Iterator[str]:
    beside = LAYER if name == "pipeline" else 0
    if package.unzipped + beside > UNZIPPED:
        size = (package.unzipped + beside) / 2**20
        yield f"it is {size:.0f} MiB unzipped, with layers; Lambda takes {UNZIPPED >> 20}"
    if name == "pipeline" and package.zipped > DIRECT:
        yield f"it is {package.zipped / 2**20:.0f} MiB zipped; Lambda takes {DIRECT >> 20} in a call"


def pinned(lock: Path) -> dict[str, str]:
    """Version by name of what a lock says."""
    return {normal(name): version for name, version in re.findall(r"(?m)^([\w.-]+)==([^\s;\\]+)", lock.read_text())}


def normal(name: str) -> str:
    """A distribution's name as PyPI compares it.

    >>> normal("Typing_Extensions")
    'typing-extensions'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def _recorded(record: str) -> Iterator[str]:
    return (row[0] for row in csv.reader(record.splitlines()) if row and not row[0].startswith(("../", "/")))
