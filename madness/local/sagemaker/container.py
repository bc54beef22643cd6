"""/opt/ml in a folder, and the job's program in it, as SageMaker and its training toolkit start it.

Learned from sagemaker-training 5.1.4, with which the same job was run: hyperparameters are JSON in strings, decoded,
and become `--name value`, sorted by name; those that begin with `sagemaker_` are the toolkit's own. The program runs in
/opt/ml/code, which stands first in PYTHONPATH.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from madness.local.environment import environment

ROOT = "/opt/ml"
_OWN = "sagemaker_"
_HOST = "algo-1"


class Container:
    """The folder of one job's container.

    Parameters
    ----------
    ml : pathlib.Path
        What the program would see as /opt/ml.
    request : mapping
        The arguments of CreateTrainingJob.
    arn, region : str
    """

    def __init__(self, ml: Path, request: Mapping[str, Any], arn: str, region: str) -> None:
        self.ml, self._request, self._arn, self._region = ml, request, arn, region
        self._all = {name: _decoded(text) for name, text in request.get("HyperParameters", {}).items()}
        self.hyperparameters = {name: one for name, one in self._all.items() if not name.startswith(_OWN)}
        self.model, self.output, self.code = ml / "model", ml / "output", ml / "code"
        checkpoints = request.get("CheckpointConfig", {}).get("LocalPath", f"{ROOT}/checkpoints")
        self.checkpoints = ml / Path(checkpoints).relative_to(ROOT)

    @property
    def program(self) -> str:
        return str(self._all["sagemaker_program"])

    @property
    def sources(self) -> str:
        """S3 address of the archive with the program."""
        return str(self._all["sagemaker_submit_directory"])

    def channel(self, name: str) -> Path:
        return self.ml / "input" / "data" / name

    def lay_out(self) -> None:
        """Begin anew with an empty container: an instance that is gone leaves nothing to the next one."""
        shutil.rmtree(self.ml, ignore_errors=True)
        config = self.ml / "input" / "config"
        channels = self._channels()
        for folder in (config, self.model, self.output / "data", self.code, self.checkpoints):
            folder.mkdir(parents=True, exist_ok=True)
        for name in channels:
            self.channel(name).mkdir(parents=True, exist_ok=True)
        for file, content in (
            ("hyperparameters.json", self._request.get("HyperParameters", {})),
            ("inputdataconfig.json", channels),
            ("resourceconfig.json", self._resources()),
        ):
            (config / file).write_text(json.dumps(content))

    def unpack(self, archive: Path) -> None:
        """Unpack the sources; nothing of them can lie outside."""
        with tarfile.open(archive) as tar:
            tar.extractall(self.code, filter="data")

    def start(self, log: Path) -> subprocess.Popen[bytes]:
        """Start the program, in a session of its own; what it says goes to the log."""
        with log.open("ab") as sink:
            return subprocess.Popen(
                [sys.executable, self.program, *self.arguments()],
                env=self.variables(),
                cwd=self.code,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
            )

    def arguments(self) -> list[str]:
        """The hyperparameters as the toolkit passes them."""
        return [text for name, one in sorted(self.hyperparameters.items()) for text in (_option(name), _text(one))]

    def variables(self) -> dict[str, str]:
        """The environment of the program: the toolkit's variables, the job's own, and little of this machine's."""
        channels = self._channels()
        toolkit = {
            "SM_CHANNELS": sorted(channels),
            "SM_CURRENT_HOST": _HOST,
            "SM_CURRENT_INSTANCE_TYPE": self._resources()["current_instance_type"],
            "SM_HOSTS": [_HOST],
            "SM_HPS": self.hyperparameters,
            "SM_INPUT_CONFIG_DIR": str(self.ml / "input" / "config"),
            "SM_INPUT_DATA_CONFIG": channels,
            "SM_INPUT_DIR": str(self.ml / "input"),
            "SM_LOG_LEVEL": 20,
            "SM_MODEL_DIR": str(self.model),
            "SM_MODULE_DIR": self.sources,
            "SM_MODULE_NAME": self.program.removesuffix(".py"),
            "SM_NUM_CPUS": os.cpu_count() or 1,
            "SM_NUM_GPUS": gpus(),
            "SM_OUTPUT_DATA_DIR": str(self.output / "data"),
            "SM_OUTPUT_DIR": str(self.output),
            "SM_OUTPUT_INTERMEDIATE_DIR": str(self.output / "intermediate"),
            "SM_RESOURCE_CONFIG": self._resources(),
            "SM_USER_ARGS": self.arguments(),
            "SM_USER_ENTRY_POINT": self.program,
            **{f"SM_CHANNEL_{name.upper()}": str(self.channel(name)) for name in channels},
            **{f"SM_HP_{name.upper()}": one for name, one in self.hyperparameters.items()},
        }
        return (
            environment()
            | self._request.get("Environment", {})
            | {name: one if isinstance(one, str) else _json(one) for name, one in toolkit.items()}
            | {
                "AWS_REGION": self._region,
                "PYTHONPATH": str(self.code),
                "PYTHONUNBUFFERED": "1",
                "SAGEMAKER_BASE_DIR": str(self.ml),
                "SAGEMAKER_JOB_NAME": self._request["TrainingJobName"],
                "SAGEMAKER_REGION": self._region,
                "TRAINING_JOB_ARN": self._arn,
                "TRAINING_JOB_NAME": self._request["TrainingJobName"],
            }
        )

    def reason(self) -> str:
        """What the program left as the reason of its failure."""
        failure = self.output / "failure"
        return failure.read_text(errors="replace")[:1024] if failure.is_file() else ""

    def pack(self, folder: Path) -> Path:
        """A folder of the container as <folder>.tar.gz, beside the container."""
        archive = self.ml.parent / f"{folder.name}.tar.gz"
        with tarfile.open(archive, "w:gz") as tar:
            for file in sorted(folder.iterdir()):
                tar.add(file, arcname=file.name)
        return archive

    def remove(self) -> None:
        shutil.rmtree(self.ml, ignore_errors=True)
        for folder in (self.model, self.output):
            (self.ml.parent / f"{folder.name}.tar.gz").unlink(missing_ok=True)

    def _channels(self) -> dict[str, dict[str, str]]:
        mode = self._request["AlgorithmSpecification"]["TrainingInputMode"]
        return {
            one["ChannelName"]: {
                "TrainingInputMode": one.get("InputMode", mode),
                "S3DistributionType": "FullyReplicated",
                "RecordWrapperType": "None",
            }
            for one in self._request.get("InputDataConfig", [])
        }

    def _resources(self) -> dict[str, Any]:
        group = "homogeneousCluster"
        instance = self._request["ResourceConfig"]["InstanceType"]
        return {
            "current_host": _HOST,
            "current_instance_type": instance,
            "current_group_name": group,
            "hosts": [_HOST],
            "instance_groups": [{"instance_group_name": group, "instance_type": instance, "hosts": [_HOST]}],
            "network_interface_name": "lo",
        }


def gpus() -> int:
    """GPUs of this machine, as the toolkit counts them."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return 0
    listed = subprocess.run([program, "--list-gpus"], capture_output=True, text=True, check=False).stdout
    return sum(line.startswith("GPU ") for line in listed.splitlines())


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _option(name: str) -> str:
    return f"--{name}" if len(name) > 1 else f"-{name}"


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ",".join(f"{name}={one}" for name, one in sorted(value.items()))
    return "" if value is None else str(value)


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
