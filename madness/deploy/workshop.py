"""The workshop: what both deployables are packaged with, and what of the checkout goes into them.

::

    .workshop/
      python-pipeline, python-dashboard   the Python 3.12 environments of locks/pipeline.txt and locks/dashboard.txt
      environments/           where these two lead; named after the lock, so that another lock makes another one
      copies/                 the clean copies of the checkout that Chalice and Zappa are run in
      packages/               what they made

Lambda runs Python 3.12 on Linux. Chalice packages for the Python that runs it, and Zappa copies whatever lies in its
environment: so they are run from these environments, and whoever deploys by hand does it from them as well
(`make workshop`).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hoops.errors import MadnessError

FOLDER = ".workshop"
ENVIRONMENTS = ("pipeline", "dashboard")
PYTHON = (3, 12)  # as operate.stage has it; Zappa imports this without the project
# Of Lambda's Amazon Linux 2023; a wheel for this machine may be too new for it, or for another system.
PLATFORM = "x86_64-manylinux_2_28"
# Rooms of the dashboard; those of the pipeline are the links in vendor/, which Chalice follows.
DASHBOARD = ("dashboard", "hoops", "lake")
_COMPLETE = ".complete"


class WorkshopError(MadnessError):
    """Something that packaging needs is not on this machine; the text says what and how to get it."""


def python() -> Path:
    """The Python 3.12 of this machine.

    Raises
    ------
    WorkshopError
        There is none.
    """
    wanted = ".".join(map(str, PYTHON))
    for candidate in _candidates(wanted):
        if _is_wanted(candidate):
            return candidate
    raise WorkshopError(
        f"No Python {wanted}, for which the functions are packaged. Get one with `uv python install {wanted}`, "
        f"`pyenv install {wanted}` or `apt install python{wanted} python{wanted}-venv`, and try again."
    )


def _candidates(wanted: str) -> Iterator[Path]:
    yield Path(getattr(sys, "_base_executable", sys.executable))
    # Before the path: pyenv's shims on it answer, slowly, only for versions that are switched on.
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(pyenv.glob(f"versions/{wanted}.*/bin/python{wanted}"), reverse=True)
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    yield from sorted(data.glob(f"uv/python/cpython-{wanted}.*/bin/python{wanted}"), reverse=True)
    if found := shutil.which(f"python{wanted}"):
        yield Path(found)


def _is_wanted(candidate: Path) -> bool:
    ask = f"import sys; sys.exit(sys.version_info[:2] != {PYTHON})"
    try:
        return subprocess.run([candidate, "-c", ask], capture_output=True, check=False, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def environment(name: str, root: Path, say: Callable[[str], None] = lambda _: None) -> Path:
    """The environment of `locks/{name}.txt`, made if that very lock has none yet; every hash is checked.

    Parameters
    ----------
    name
        `pipeline` or `dashboard`.
    root
        The checkout.

    Raises
    ------
    WorkshopError
        Python 3.12 or uv is missing, or a package cannot be had.
    """
    lock = root / "locks" / f"{name}.txt"
    digest = hashlib.sha256(f"{PLATFORM} {PYTHON} ".encode() + lock.read_bytes()).hexdigest()[:12]
    folder = root / FOLDER / "environments" / f"{name}-{digest}"
    leads = link(name, root)
    with _held(root):
        if not (folder / _COMPLETE).exists():
            say(f"making the environment of {lock.relative_to(root)}")
            for old in folder.parent.glob(f"{name}-*"):
                shutil.rmtree(old)
            _uv("venv", "--quiet", "--python", python(), folder)
            install(lock, "--python", folder / "bin" / "python")
            (folder / _COMPLETE).touch()
        if not leads.is_symlink() or leads.resolve() != folder.resolve():
            leads.unlink(missing_ok=True)
            leads.symlink_to(folder.relative_to(leads.parent))
    return folder


def link(name: str, root: Path) -> Path:
    """Where the environment of that name is to be found, whatever its lock.

    Not `.workshop/dashboard`: Zappa leaves out of the package what is called like the environment.
    """
    return root / FOLDER / f"python-{name}"


def activated(environment: Path) -> dict[str, str]:
    """Variables with which Chalice and Zappa are run from an environment.

    Zappa looks for it in `VIRTUAL_ENV`. Without bytecode, which Chalice would take for another version of the app, and
    package anew.
    """
    return {"VIRTUAL_ENV": str(environment.resolve()), "PYTHONDONTWRITEBYTECODE": "1"}


def install(lock: Path, *where: str | Path) -> None:
    """Install a lock as Lambda's platform takes it; `where` is `--python P` or `--target DIR` as uv knows them.

    Raises
    ------
    WorkshopError
        uv is missing or failed.
    """
    _uv(
        "pip", "install", "--quiet", "--no-config", "--link-mode", "copy", "--python-platform", PLATFORM,
        "--python-version", ".".join(map(str, PYTHON)), "--only-binary", ":all:",
        "--require-hashes", "--no-deps", "--requirement", lock, *where,
    )  # fmt: skip


def copy(name: str, root: Path) -> Path:
    """A clean copy of what is deployed: the checkout's modules and declared data, and nothing that lies beside them.

    Parameters
    ----------
    name
        `pipeline` or `dashboard`.

    Returns
    -------
    Path
        The folder in which Chalice or Zappa is to be run. What else lies in it (`.chalice/deployed/`) stays.
    """
    folder = root / FOLDER / "copies" / name
    with _held(root):
        wanted = dict(files(name, root))
        for room in (folder / "vendor", *(folder / room for room in DASHBOARD)):
            shutil.rmtree(room, ignore_errors=True)
        for place, source in wanted.items():
            target = folder / place
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    return folder


def files(name: str, root: Path) -> Iterator[tuple[Path, Path]]:
    """(place in the copy, file of the checkout) of everything that a deployable is packaged from."""
    if name == "pipeline":
        yield from ((Path(one), root / one) for one in ("app.py", "requirements.txt", ".chalice/config.json"))
        yield from ((policy.relative_to(root), policy) for policy in sorted(root.glob(".chalice/policy-*.json")))
        for room in rooms(name, root):
            yield from ((Path("vendor") / place, source) for place, source in modules(room, root))
        return
    for room in rooms(name, root):
        yield from modules(room, root)
    yield from ((Path(one), root / one) for one in ("zappa_settings.json", *_HOOKS))


# What Zappa calls by itself, and what that reads.
_HOOKS = (
    "pyproject.toml",
    "locks/dashboard.txt",
    "madness/__init__.py",
    *(f"madness/deploy/{module}.py" for module in ("__init__", "packages", "workshop", "zappa_hooks")),
)


def rooms(name: str, root: Path) -> tuple[str, ...]:
    """The project's own packages that a deployable holds."""
    if name == "dashboard":
        return DASHBOARD
    return tuple(sorted(link.name for link in (root / "vendor").iterdir() if link.is_dir()))


def modules(room: str, root: Path) -> Iterator[tuple[Path, Path]]:
    """(place, file) of a package's modules and of the data that pyproject.toml declares, as pip would install them.

    Packages have an `__init__.py` all the way up: what a build, an editor or a virtual environment left between them
    is none.
    """
    declared = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    for folder in _packages(root / room):
        patterns = ["*.py", *declared.get(".".join(folder.relative_to(root).parts), [])]
        found = {file for pattern in patterns for file in folder.glob(pattern) if file.is_file()}
        yield from ((file.relative_to(root), file) for file in sorted(found))


def _packages(folder: Path) -> Iterator[Path]:
    if (folder / "__init__.py").is_file():
        yield folder
        for inner in sorted(folder.iterdir()):
            if inner.is_dir():
                yield from _packages(inner)


def _uv(*arguments: str | Path) -> None:
    beside = Path(sys.executable).with_name("uv")
    found = beside if beside.exists() else shutil.which("uv")
    if not found:
        raise WorkshopError("uv is missing, which makes the environments for packaging: `pip install uv`.")
    done = subprocess.run([found, *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise WorkshopError(f"uv {arguments[0]} failed:\n{done.stderr.strip()}")


@contextmanager
def _held(root: Path) -> Iterator[None]:
    """One command at a time makes environments and copies; the next one waits for it."""
    folder = root / FOLDER
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    checkout = Path(__file__).resolve().parents[2]
    for one in ENVIRONMENTS:
        environment(one, checkout, lambda text: print(text, file=sys.stderr))  # noqa: T201
        print(f". {link(one, Path())}/bin/activate")  # noqa: T201
