"""What a training job runs: an archive that needs nothing of the checkout, and which one is the newest."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import tarfile
from datetime import UTC, datetime
from importlib.metadata import requires
from io import BytesIO
from pathlib import Path

import pytest

from madness.deploy.sources import (
    CURRENT,
    LIBRARIES,
    PROGRAM,
    Sources,
    SourcesError,
    current,
    put,
    requirements,
    sources,
)
from operate.stage import project_root
from tests.memory_store import MemoryStore

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SITE = Path(pytest.__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("code")
    with tarfile.open(fileobj=BytesIO(sources(project_root()).body)) as tar:
        tar.extractall(folder, filter="data")
    return folder


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Without site: what is installed is found, and the checkout, which is installed by a hook, is not."""
    env = {"PYTHONPATH": f"{folder}:{SITE}"}
    command = [sys.executable, "-S", *arguments]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False)


def test_the_program_starts_from_the_archive_alone_as_sagemaker_starts_it(unpacked) -> None:
    done = python(unpacked, PROGRAM, "--help")
    assert done.returncode == 0, done.stderr
    assert "--train-before" in done.stdout


def test_nothing_that_its_modules_import_is_missing_from_it(unpacked) -> None:
    imported = {
        name.split(".")[0]
        for file in unpacked.rglob("*.py")
        for one in ast.walk(ast.parse(file.read_text()))
        for name in _names(one)
    }
    ours = {one.name for one in unpacked.iterdir() if one.is_dir()}
    libraries = {"sklearn" if one == "scikit-learn" else one for one in LIBRARIES}
    of_the_image = {"torch", "boto3", "botocore"}
    assert imported - sys.stdlib_module_names - {"mypy_boto3_s3"} <= ours | libraries | of_the_image
    assert {"torch", "sklearn", "cma", "lake"} <= imported


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [one.name for one in node.names] if isinstance(node, ast.Import) else []


def test_its_requirements_are_what_the_program_needs_pinned_with_hashes() -> None:
    told = requirements(project_root() / "locks" / "dev.txt")
    pins = re.findall(r"(?m)^([\w-]+)==\S+", told)
    assert set(pins) == set(LIBRARIES)
    assert all("--hash=sha256:" in entry for entry in re.split(r"(?m)^(?=[\w-]+==)", told) if entry)
    asked = [one for name in LIBRARIES for one in requires(name) or [] if "extra" not in one]
    assert {re.split(r"[ <>=;!~\[]", one)[0] for one in asked} <= set(LIBRARIES), (
        "pip refuses what is not pinned beside what is"
    )


def test_a_lock_that_lacks_a_library_is_refused(tmp_path) -> None:
    (tmp_path / "lock.txt").write_text("numpy==2.0 \\\n    --hash=sha256:0\n")
    with pytest.raises(SourcesError, match="lacks cma, cloudpickle, joblib"):
        requirements(tmp_path / "lock.txt")


def test_equal_checkouts_give_an_equal_archive_and_a_change_another(tmp_path) -> None:
    root = project_root()
    for one in ("hoops", "lake", "ml_jobs"):
        shutil.copytree(root / one, tmp_path / one)
    (tmp_path / "locks").mkdir()
    for one in ("pyproject.toml", "locks/dev.txt"):
        shutil.copy(root / one, tmp_path / one)
    (tmp_path / "ml_jobs" / "left.pyc").touch()
    assert sources(tmp_path) == sources(root)
    with (tmp_path / "ml_jobs" / "train.py").open("a") as file:
        file.write("\n")
    assert sources(tmp_path).key != sources(root).key


def test_the_pointer_follows_and_what_was_deployed_stays() -> None:
    store, old, new = (
        MemoryStore(),
        Sources("training/code/old.tar.gz", b"1"),
        Sources("training/code/new.tar.gz", b"2"),
    )
    assert current(store) is None
    assert put(store, old, NOW) and not put(store, old, NOW)
    assert json.loads(store.get(CURRENT).body) == {"key": old.key, "made": "2026-03-01T00:00:00+00:00"}
    assert put(store, new, NOW) and current(store) == new.key and store.get(old.key).body == b"1"
    store.put(CURRENT, b"{")
    assert current(store) is None and put(store, new, NOW)
