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

from lake.training_jobs import CURRENT
from madness.deploy.sources import (
    LACKING,
    Sources,
    SourcesError,
    current,
    put,
    requirements,
    sources,
)
from operate.stage import project_root
from operate.training.jobs import PROGRAM
from tests.memory_store import MemoryStore

NOW = datetime(2026, 3, 1, tzinfo=UTC)
# docker/pytorch/2.13/cuda/uv.lock of aws/deep-learning-containers; typing of boto3 is for type checkers alone.
OF_THE_IMAGE = {"torch", "numpy", "scipy", "sklearn", "pyarrow", "boto3", "botocore"}
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
    assert imported - sys.stdlib_module_names - {"mypy_boto3_s3"} <= ours | set(LACKING) | OF_THE_IMAGE
    assert {"torch", "scipy", "cma", "lake"} <= imported
    assert not (unpacked / "setup.py").exists()


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [one.name for one in node.names] if isinstance(node, ast.Import) else []


def test_its_requirements_are_pinned_with_hashes_and_bring_nothing_along() -> None:
    told = requirements(project_root() / "locks" / "dev.txt")
    assert re.fullmatch(r"cma==[\d.]+ \\\n( +--hash=sha256:\w{64}( \\)?\n)+", told)
    needed = {re.split(r"[ <>=;]", one)[0] for one in requires("cma") or [] if "extra" not in one}
    assert needed <= OF_THE_IMAGE, "pip refuses what it must fetch and has no hash of"


def test_a_lock_that_lacks_a_library_is_refused(tmp_path) -> None:
    (tmp_path / "lock.txt").write_text("numpy==2.0 \\\n    --hash=sha256:0\n")
    with pytest.raises(SourcesError, match="lacks cma, which training needs"):
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
