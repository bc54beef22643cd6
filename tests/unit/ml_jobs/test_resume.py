"""A training that is killed at any moment goes on from its checkpoint, to the bytes of one that was left alone."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from ml_jobs import checkpoints
from ml_jobs.checkpoints import Checkpoints
from tests.unit.ml_jobs.league_files import arguments, left, write_channel

pytest.importorskip("torch", reason="training needs torch")

from ml_jobs.job import main

ARGUMENTS = arguments(search="True", generations="3", population="4", walk_forward="1")
# Where it is killed: at which save of a step, and whether that is before, in the middle of, or after it.
POINTS = (
    ("search-cpu", 2, "after"),
    ("fit-2011-200-cpu", 8, "in the middle"),
    ("fit-2013-200-cpu", 1, "after"),
    ("fit-2010-200-cpu", 5, "before"),
)


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> dict[str, bytes]:
    """What a training leaves that nobody disturbs."""
    root = tmp_path_factory.mktemp("alone")
    assert main(ARGUMENTS, write_channel(root)) == 0
    assert json.loads((root / "output" / "data" / "run.json").read_text())["resumed"] == []
    return left(root)


@pytest.fixture(scope="module")
def another():
    """Starts processes that need not import torch anew each."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["ml_jobs.files"])
    return context.Process


def killed_at(step: str, number: int, where: str, variables: dict[str, str]) -> None:
    """A training that is gone, as by kill -9, at a save of a step."""
    saves, replace = 0, checkpoints._replace

    def last_words(file: Path, content: bytes) -> None:
        nonlocal saves
        saves += file.stem == step
        now = (file.stem, saves) == (step, number)
        if now and where == "in the middle":
            file.with_name(f".{file.name}").write_bytes(content[: len(content) // 2])
        if not now or where == "after":
            replace(file, content)
        if now:
            os.kill(os.getpid(), signal.SIGKILL)

    checkpoints._replace = last_words
    main(ARGUMENTS, variables)


def test_killed_again_and_again_it_ends_in_the_same_bytes(tmp_path, alone, another):
    variables = write_channel(tmp_path)
    for point in POINTS:
        process = another(target=killed_at, args=(*point, variables))
        process.start()
        process.join(120)
        assert process.exitcode == -signal.SIGKILL, f"it never came to {point}"
        assert not (tmp_path / "model").exists()
    assert main(ARGUMENTS, variables) == 0
    run = json.loads((tmp_path / "output" / "data" / "run.json").read_text())
    assert run["resumed"] == [step for step, _, _ in POINTS]
    assert left(tmp_path) == alone
    assert main(ARGUMENTS, variables) == 0, "killed after the last step, all is there"
    assert left(tmp_path) == alone


def test_sigterm_stops_where_nothing_is_lost(tmp_path, alone, another):
    variables = write_channel(tmp_path)
    process = another(target=exits, args=(variables,))
    process.start()
    deadline, saved = time.monotonic() + 120, tmp_path / "checkpoints" / "search-cpu.npz"
    while not saved.exists():
        assert process.is_alive() and time.monotonic() < deadline
        time.sleep(0.001)
    os.kill(process.pid, signal.SIGTERM)
    process.join(120)
    assert process.exitcode == 143
    assert not (tmp_path / "model").exists() and not (tmp_path / "output" / "failure").exists()
    assert main(ARGUMENTS, variables) == 0
    assert left(tmp_path) == alone


def exits(variables: dict[str, str]) -> None:
    sys.exit(main(ARGUMENTS, variables))


def test_a_checkpoint_of_other_inputs_is_left_alone_and_said(tmp_path, alone, caplog):
    variables = write_channel(tmp_path)
    assert main(arguments(epochs="2", ridge="7"), variables) == 0
    assert main(ARGUMENTS, variables) == 0
    assert (
        "fit-2011-200-cpu.npz is of other games, settings or code and is left alone: fit-2011-200-cpu begins anew"
        in caplog.text
    )
    assert left(tmp_path) == alone


def test_a_checkpoint_is_whole_or_not_there(tmp_path, caplog):
    keep = Checkpoints(tmp_path, "these inputs")
    keep.save("fit", {"epoch": np.array(3)})
    (tmp_path / ".fit.npz").write_bytes(b"half of the next on")
    again = Checkpoints(tmp_path, "these inputs")
    assert int(again.load("fit", ("epoch",))["epoch"]) == 3 and again.resumed == ["fit"]
    assert [file.name for file in tmp_path.iterdir()] == ["fit.npz"]
    whole = (tmp_path / "fit.npz").read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], b"something else"):
        (tmp_path / "fit.npz").write_bytes(damaged)
        assert again.load("fit", ("epoch",)) is None
    (tmp_path / "fit.npz").write_bytes(whole)
    assert again.load("fit", ("epoch", "weight")) is None, "it lacks what is asked for"
    assert Checkpoints(tmp_path, "other inputs").load("fit", ("epoch",)) is None
    assert caplog.text.count("fit begins anew") == 5


def test_nothing_is_kept_without_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    keep = Checkpoints()
    keep.save("fit", {"epoch": np.array(3)})
    assert keep.load("fit", ("epoch",)) is None and not list(tmp_path.iterdir())
