"""SageMaker's script mode: where a training job finds and leaves things, how it fails, and how it is stopped.

    /opt/ml/input/data/training   SM_CHANNEL_TRAINING   games
    /opt/ml/model                 SM_MODEL_DIR          becomes model.tar.gz
    /opt/ml/output/data           SM_OUTPUT_DATA_DIR    becomes output.tar.gz
    /opt/ml/output/failure        below SM_OUTPUT_DIR   why it failed: DescribeTrainingJob's FailureReason
    /opt/ml/checkpoints           beside SM_OUTPUT_DIR  kept in S3 while the job runs; no variable names it

Outside a job the same folders come as arguments, and there are no checkpoints unless a folder for them is named.
"""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hoops.errors import MadnessError

OK, FAILED, USAGE, STOPPED = 0, 1, 2, 128 + signal.SIGTERM
_REASON = 1024  # characters of the file that SageMaker shows


class Stopped(Exception):
    """Somebody asked the training to stop, as a reclaimed spot instance or StopTrainingJob does; all is saved."""


@dataclass(frozen=True)
class Folders:
    """Where a training finds games and leaves its results; None where there is no such place."""

    data: Path | None
    model: Path | None
    output: Path | None
    checkpoints: Path | None

    @classmethod
    def of(cls, given: Mapping[str, Path | None], environment: Mapping[str, str]) -> Folders:
        """From arguments by field name, else from a job's variables; output lies with the model where nothing says."""
        output = environment.get("SM_OUTPUT_DIR")
        found: dict[str, str | Path | None] = {
            "data": environment.get("SM_CHANNEL_TRAINING"),
            "model": environment.get("SM_MODEL_DIR"),
            "output": environment.get("SM_OUTPUT_DATA_DIR"),
            "checkpoints": Path(output).parent / "checkpoints" if output else None,
        }
        found |= {name: path for name, path in given.items() if path is not None}
        found["output"] = found["output"] or found["model"]
        return cls(**{name: None if path is None else Path(path) for name, path in found.items()})

    def required(self, name: str) -> Path:
        """A folder that cannot be done without.

        Raises
        ------
        MadnessError
            Neither an argument nor a variable names it.
        """
        path: Path | None = getattr(self, name)
        if path is None:
            argument, variable = {"data": ("--data", "SM_CHANNEL_TRAINING"), "model": ("--out", "SM_MODEL_DIR")}[name]
            raise MadnessError(f"{argument} is needed outside a training job (in one {variable} says it)")
        return path


def tell_failure(reason: str, environment: Mapping[str, str]) -> None:
    """Leave the reason of a failure where SageMaker looks for it; outside a job there is no such place."""
    output = environment.get("SM_OUTPUT_DIR")
    if output:
        Path(output).mkdir(parents=True, exist_ok=True)
        (Path(output) / "failure").write_text(reason[:_REASON], encoding="utf-8")


def gpus(environment: Mapping[str, str]) -> int | None:
    """How many GPUs the job was given; None outside a job."""
    number = environment.get("SM_NUM_GPUS", "")
    return int(number) if number.isdigit() else None


class StopSignal:
    """SIGTERM as a question that is answered where nothing is lost; the handler before it is put back at the end."""

    def __init__(self) -> None:
        self._asked = False

    def __enter__(self) -> StopSignal:
        self._before = signal.signal(signal.SIGTERM, self._ask)
        return self

    def __exit__(self, *_: Any) -> None:
        signal.signal(signal.SIGTERM, self._before)

    def pause(self) -> None:
        """Raise `Stopped` if somebody asked to stop."""
        if self._asked:
            raise Stopped

    def _ask(self, *_: Any) -> None:
        self._asked = True
