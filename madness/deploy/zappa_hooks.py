"""What `zappa` calls by itself (`callbacks` in zappa_settings.json), so that a plain `zappa deploy` ships the same.

Zappa copies whatever lies in its environment over the checkout: an environment into which somebody has installed the
project ships that copy of it, and versions that nobody has locked. It loads this file by its path, from an environment
that holds nothing of ours.
"""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
_PACKAGING = ("deploy", "package", "update")
sys.path.insert(0, str(_ROOT))

from madness.deploy import packages, workshop  # noqa: E402


def refuse_other_environments(zappa: Any) -> None:
    """Before anything else: stop unless this is the environment of locks/dashboard.txt."""
    if zappa.command in _PACKAGING:
        found = metadata.distributions(path=[str(_site())])
        refuse(sys.version_info[:2], {packages.normal(one.name): one.version for one in found}, _ROOT)


def refuse(python: tuple[int, int], installed: dict[str, str], root: Path) -> None:
    """Raise `ClickException`, which Zappa prints: what is wrong with an environment, and how to get the right one."""
    locked = packages.pinned(root / "locks" / "dashboard.txt")
    wrong = []
    if python != workshop.PYTHON:
        wrong.append("it is Python {}.{}, the function is {}.{}".format(*python, *workshop.PYTHON))
    if "madness" in installed:
        wrong.append("the project is installed in it, and that copy would be shipped instead of the checkout")
    others = {name for name in installed.keys() | locked.keys() if installed.get(name) != locked.get(name)} - {
        "madness"
    }
    if others:
        wrong.append(f"{', '.join(sorted(others)[:5])}{', ...' if len(others) > 5 else ''} not as locked")
    if wrong:
        _stop(
            f"This environment is not that of locks/dashboard.txt: {'; '.join(wrong)}. `make workshop` makes the right "
            f"one: . {workshop.link('dashboard', Path())}/bin/activate"
        )


def settle(zappa: Any) -> None:
    """After packaging: leave in the zip what belongs there, and stop if it would not work."""
    package = packages.Package(Path(zappa.zip_path).absolute())
    packages.settle_dashboard(package.path, _ROOT, _site())
    try:
        packages.check(package, "dashboard", _ROOT)
    except packages.PackageError as error:
        _stop(str(error))


def _site() -> Path:
    return next(Path(sys.prefix).glob("lib/python3.*/site-packages"))


def _stop(text: str) -> None:
    from click import ClickException

    raise ClickException(text)
