"""Training jobs and what is known of them, on disk: one folder a job, which stays, as names are unique for ever.

<folder>/<job>/job.json     the request and all that has happened since
         <job>/log.txt      what the program printed
         <job>/ml/          /opt/ml, while it runs
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from madness.local import durable
from madness.local.processes import ProcessId

IN_PROGRESS, STOPPING, STOPPED, COMPLETED, FAILED = "InProgress", "Stopping", "Stopped", "Completed", "Failed"
OVER = (STOPPED, COMPLETED, FAILED)


@dataclass
class Job:
    """A training job. Times are seconds since 1970.

    request : the arguments of CreateTrainingJob. transitions : as DescribeTrainingJob has them. training_seconds : of
    all its attempts. metrics : the last value of each, by name, with its time. process : of the program, while it runs.
    """

    folder: Path
    request: dict[str, Any]
    arn: str
    created: float
    modified: float
    tags: list[dict[str, str]] = field(default_factory=list)
    status: str = IN_PROGRESS
    secondary: str = ""
    transitions: list[dict[str, Any]] = field(default_factory=list)
    started: float | None = None
    ended: float | None = None
    training_seconds: float = 0.0
    failure: str | None = None
    artifacts: str | None = None
    metrics: dict[str, tuple[float, float]] = field(default_factory=dict)
    process: ProcessId | None = None

    @property
    def name(self) -> str:
        name: str = self.request["TrainingJobName"]
        return name

    @property
    def log(self) -> Path:
        return self.folder / "log.txt"

    @property
    def ml(self) -> Path:
        return self.folder / "ml"

    @property
    def is_over(self) -> bool:
        return self.status in OVER

    @property
    def is_spot(self) -> bool:
        return bool(self.request.get("EnableManagedSpotTraining"))

    def save(self) -> None:
        fields = {name: value for name, value in asdict(self).items() if name != "folder"}
        self.folder.mkdir(parents=True, exist_ok=True)
        durable.write(self.folder / "job.json", json.dumps(fields, indent=1) + "\n")

    @classmethod
    def read(cls, folder: Path) -> Job:
        fields = json.loads((folder / "job.json").read_text())
        process = fields.pop("process")
        metrics = {name: (value, at) for name, (value, at) in fields.pop("metrics").items()}
        return cls(folder, **fields, metrics=metrics, process=ProcessId(**process) if process else None)

    def described(self) -> dict[str, Any]:
        """The answer of DescribeTrainingJob."""
        asked = {name: one for name, one in self.request.items() if name not in ("Tags", "SessionChainingConfig")}
        found: dict[str, Any] = {
            **asked,
            "TrainingJobArn": self.arn,
            "TrainingJobStatus": self.status,
            "SecondaryStatus": self.secondary,
            "CreationTime": _moment(self.created),
            "LastModifiedTime": _moment(self.modified),
            "SecondaryStatusTransitions": [
                {name: _moment(one) if name.endswith("Time") else one for name, one in transition.items()}
                for transition in self.transitions
            ],
            "ModelArtifacts": {"S3ModelArtifacts": self.artifacts or ""},  # botocore's model requires it
            "FinalMetricDataList": [
                {"MetricName": name, "Value": value, "Timestamp": _moment(at)}
                for name, (value, at) in self.metrics.items()
            ],
        }
        if self.failure:
            found["FailureReason"] = self.failure
        if self.started is not None:
            found["TrainingStartTime"] = _moment(self.started)
        if self.ended is not None:
            found["TrainingEndTime"] = _moment(self.ended)
            found["TrainingTimeInSeconds"] = found["BillableTimeInSeconds"] = max(1, round(self.training_seconds))
        return found

    def summary(self) -> dict[str, Any]:
        """Its row of ListTrainingJobs."""
        names = (
            "TrainingJobName", "TrainingJobArn", "CreationTime", "TrainingEndTime", "LastModifiedTime",
            "TrainingJobStatus", "SecondaryStatus",
        )  # fmt: skip
        described = self.described()
        return {name: described[name] for name in names if name in described}


class Jobs:
    """All jobs of a folder. told: called with every job whose status has changed."""

    def __init__(self, folder: Path, told: Callable[[Job], None], clock: Callable[[], float] = time.time) -> None:
        self.folder, self._told, self.clock = folder, told, clock
        self.lock = threading.RLock()
        found = [Job.read(file.parent) for file in sorted(folder.glob("*/job.json"))]
        self._jobs = {job.name: job for job in found}

    def __getitem__(self, name: str) -> Job:
        return self._jobs[name]

    def __contains__(self, name: str) -> bool:
        return name in self._jobs

    def all(self) -> list[Job]:
        with self.lock:
            return list(self._jobs.values())

    def by_arn(self, arn: str) -> Job | None:
        return next((job for job in self.all() if job.arn == arn), None)

    def add(self, request: dict[str, Any], arn: str) -> Job:
        """A new job, which is on disk when this returns."""
        now = self.clock()
        with self.lock:
            job = Job(self.folder / request["TrainingJobName"], request, arn, now, now, list(request.get("Tags", [])))
            self._jobs[job.name] = job
            self.move(job, "Starting", "Starting the training job")
        return job

    def move(self, job: Job, secondary: str, message: str, status: str = IN_PROGRESS, **fields: Any) -> None:
        """Change a job's status, and other fields with it, in one step."""
        with self.lock:
            now = self.clock()
            if job.transitions:
                job.transitions[-1].setdefault("EndTime", now)
            job.transitions.append({"Status": secondary, "StartTime": now, "StatusMessage": message})
            job.status, job.secondary = status, secondary
            if job.is_over:
                job.transitions[-1]["EndTime"] = job.ended = now
            self.note(job, **fields)
        self._told(job)

    def note(self, job: Job, **fields: Any) -> None:
        """Change other fields of a job."""
        with self.lock:
            for name, value in fields.items():
                setattr(job, name, value)
            job.modified = self.clock()
            job.save()


def event_detail(described: Mapping[str, Any], tags: list[dict[str, str]]) -> str:
    """The `detail` of SageMaker's state-change event: what DescribeTrainingJob says, times in milliseconds."""
    detail = {**described, "Tags": {one["Key"]: one["Value"] for one in tags}}
    return json.dumps(detail, default=lambda one: round(one.timestamp() * 1000))


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
