"""Where a training stands, on a disk that outlives its process: killed at any moment, it goes on from the last step.

    <folder>/<step>.npz    arrays of one step, replaced in one go; each names the inputs that it belongs to

A step saves all that its next moves depend on, so that a training that was cut short ends in the same bytes as one that
was not. What belongs to other inputs is left alone and said.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hoops.arrays import pack, unpack

log = logging.getLogger("checkpoints")

_VERSION = 1
_INPUTS = "inputs"


class Checkpoints:
    """Steps of one training.

    Parameters
    ----------
    folder : pathlib.Path or None
        Made if need be; None keeps nothing.
    inputs : str
        A digest of all that the training depends on.
    pause : callable
        Called when a step has been saved, and wherever nothing would be lost: the moment to stop, if somebody asks.
    """

    def __init__(self, folder: Path | None = None, inputs: str = "", pause: Callable[[], None] = lambda: None) -> None:
        self._folder, self._inputs, self.pause = folder, inputs, pause
        self.resumed: list[str] = []
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            for draft in folder.glob(".*.npz"):  # of a process that was killed while it wrote
                draft.unlink(missing_ok=True)

    def load(self, step: str, names: Iterable[str]) -> dict[str, Any] | None:
        """The arrays that a step saved last, by name; None if it has to begin, and the log says why."""
        file = self._file(step)
        if file is None or not file.exists():
            return None
        try:
            arrays = unpack(file.read_bytes(), "a checkpoint", _VERSION, (_INPUTS, *names))
        except ValueError as error:
            log.warning("%s is left alone, %s: %s begins anew", file, error, step)
            return None
        if str(arrays.pop(_INPUTS)) != self._inputs:
            log.warning("%s is of other games, settings or code and is left alone: %s begins anew", file, step)
            return None
        log.info("%s goes on from %s", step, file)
        self.resumed.append(step)
        return arrays

    def save(self, step: str, arrays: Mapping[str, Any]) -> None:
        """Keep the arrays of a step, in place of those it saved before."""
        file = self._file(step)
        if file is not None:
            _replace(file, pack(_VERSION, {_INPUTS: np.array(self._inputs), **arrays}))
        self.pause()

    def _file(self, step: str) -> Path | None:
        return None if self._folder is None else self._folder / f"{step}.npz"


def _replace(file: Path, content: bytes) -> None:
    """Replace a file in one go: whatever happens meanwhile, it is what it was or what it is to be."""
    draft = file.with_name(f".{file.name}")
    with draft.open("wb") as sink:
        sink.write(content)
        sink.flush()
        os.fsync(sink.fileno())
    draft.replace(file)
