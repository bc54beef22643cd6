"""What is packaged: within Lambda's limits, the same every time, and refused where it would not work there."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from madness.deploy import packages, workshop
from madness.deploy.packages import DIRECT, LAYER, UNZIPPED, Package, PackageError, check
from tests.proof.conftest import ROOT, STAGE
from tests.proof.lambda_runtime import Function, FunctionError

Change = Callable[[str, bytes], Iterator[tuple[str, bytes]]]


def test_both_are_within_the_limits(pipeline_zip, dashboard_zip, capsys) -> None:
    assert pipeline_zip.zipped < DIRECT
    assert pipeline_zip.unzipped + LAYER < UNZIPPED
    assert dashboard_zip.unzipped < UNZIPPED
    with capsys.disabled():
        for name, package in (("pipeline", pipeline_zip), ("dashboard", dashboard_zip)):
            print(f"\n{name}: {package.zipped / 2**20:.1f} MiB, unzipped {package.unzipped / 2**20:.1f} MiB", end="")


def test_the_same_checkout_gives_the_same_bytes(pipeline_zip) -> None:
    before = pipeline_zip.path.read_bytes()
    assert packages.pipeline_package(STAGE, ROOT).path.read_bytes() == before


def test_a_plain_zappa_in_a_littered_checkout_ships_the_same(dashboard_zip, tmp_path) -> None:
    """By hand, as many will: with what builds and editors leave, and data, lying about."""
    for name in ("dashboard", "hoops", "lake", "locks", "madness", "tests/unit/dashboard"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("app.py", "pyproject.toml", "requirements.txt", "zappa_settings.json", "README.md"):
        shutil.copy(ROOT / name, tmp_path)
    for junk in (
        "build/lib/dashboard/app.py", "madness.egg-info/PKG-INFO", "data/MTeams.csv", "dashboard/app.py.orig",
        "hoops/forecast/old.npz", "notes.py", ".venv/lib/python3.12/site-packages/x.py", "dash/__init__.py",
    ):  # fmt: skip
        (tmp_path / junk).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / junk).write_text("raise RuntimeError('stale')\n")
    environment = workshop.environment("dashboard", ROOT)
    done = subprocess.run(
        [environment / "bin" / "zappa", "package", STAGE, "--output", "plain.zip"], cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "VIRTUAL_ENV": str(environment)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert Package(tmp_path / "plain.zip").content == dashboard_zip.content


@pytest.fixture(scope="module")
def slim(dashboard_zip, tmp_path_factory) -> Package:
    """The dashboard's package without its largest libraries: quick to change, and as good to look through."""
    heavy = ("pyarrow/", "numpy", "plotly/", "dash/")
    return _changed(
        dashboard_zip, tmp_path_factory.mktemp("slim"), lambda name, body: _but(name.startswith(heavy), name, body)
    )


def test_an_unchanged_package_is_taken(pipeline_zip, slim) -> None:
    check(pipeline_zip, "pipeline", ROOT)
    check(slim, "dashboard", ROOT)


def _without_zappa(name: str, body: bytes) -> Iterator[tuple[str, bytes]]:
    return _but(name.startswith("zappa/"), name, body)


def _of_another_python(name: str, body: bytes) -> Iterator[tuple[str, bytes]]:
    yield name.replace(".cpython-312-", ".cpython-311-"), body


def _stale(name: str, body: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, body + b"# yesterday\n" if name == "dashboard/app.py" else body


def _beside(place: str) -> Change:
    def change(name: str, body: bytes) -> Iterator[tuple[str, bytes]]:
        yield name, body
        if name == "dashboard/app.py":
            yield place, body

    return change


def _another_version(name: str, body: bytes) -> Iterator[tuple[str, bytes]]:
    yield name.replace("flask-", "flask-0"), body


@pytest.mark.parametrize(
    "change, said",
    [
        (_without_zappa, "zappa/handler.py is missing: without it the function does not start"),
        (_of_another_python, "cannot be imported there: it is for cpython-311-x86_64-linux-gnu"),
        (_stale, "dashboard/app.py is not that of the checkout"),
        (_beside("hoops/old.py"), "hoops/old.py is not of the checkout"),
        (_beside("build/lib/dashboard/app.py"), "build/lib/dashboard/app.py belongs to none of"),
        (_beside("madness.egg-info/PKG-INFO"), "madness.egg-info/PKG-INFO belongs to none of"),
        (_beside("madness/cli.py"), "madness/cli.py belongs to none of"),
        (_another_version, r"flask 0\S+ is not what dashboard.txt says"),
    ],
    ids=["without zappa", "another python", "stale", "left over", "build", "egg-info", "another room", "unlocked"],
)
def test_what_would_not_do_on_aws_is_refused(slim: Package, tmp_path: Path, change: Change, said: str) -> None:
    with pytest.raises(PackageError, match=said):
        check(_changed(slim, tmp_path, change), "dashboard", ROOT)


def test_without_the_zappa_package_its_handler_cannot_be_imported(slim, cells, stage, tmp_path) -> None:
    """The proof itself sees it too: what a deployment would have found out."""
    broken = _changed(slim, tmp_path, _without_zappa)
    function = Function(
        "madness-dashboard-dev",
        "handler.lambda_handler",
        cells.of(broken.path, layer=False),
        {},
        1024,
        30,
        stage.region,
    )
    with pytest.raises(FunctionError, match="ImportModuleError"):
        function.invoke({})
    function.stop()


def _but(left_out: bool, name: str, body: bytes) -> Iterator[tuple[str, bytes]]:
    if not left_out:
        yield name, body


def _changed(package: Package, folder: Path, change: Change) -> Package:
    path = folder / "changed.zip"
    with zipfile.ZipFile(package.path) as read, zipfile.ZipFile(path, "w") as written:
        for one in read.namelist():
            for name, body in change(one, read.read(one)):
                written.writestr(name, body)
    return Package(path)
