"""SageMaker training jobs of a stage: what they run on, what is asked of SageMaker, and how they stand.

MADNESS_TRAINING_* of the stage ─► TrainingSettings ┐
games and reason                ─► Launch           ┴► request ─► Trainer.create ─► a job ─► Trainer.status
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hoops.errors import MadnessError
from hoops.games.leagues import League
from lake.training import metric_definitions
from lake.training_jobs import CHECKPOINTS, OUTPUT, Launch
from operate.stage import APP, Stage, StageError
from operate.training.images import image

PROGRAM = "ml_jobs/train.py"
CHANNEL = "training"
IN_PROGRESS, STOPPING, STOPPED, COMPLETED, FAILED = "InProgress", "Stopping", "Stopped", "Completed", "Failed"
_RESTARTS = 2  # of a job that ends by a fault of SageMaker's own
_DAY = 86_400
_INSTANCE = re.compile(r"ml\.[a-z0-9-]+\.[a-z0-9]+")
_IMAGE = re.compile(r"[a-zA-Z0-9.-]+\.[a-z]+/[a-z0-9._/-]+(:[\w.-]+|@sha256:[0-9a-f]{64})")
_HYPERPARAMETER = re.compile(r"[a-z][a-z0-9-]{0,63}")
_LONGEST, _MOST = 2_500, 80  # SageMaker's limits: characters of a value; of names 100, with those of the launcher
_LAUNCHERS = ("league", "train-before")  # hyperparameters that nobody else may set


class TrainingError(MadnessError):
    """A training cannot be started, or came to nothing; the text says why and what to do, or where to look."""


@dataclass(frozen=True)
class TrainingSettings:
    """What jobs of a stage run on. max_run, max_wait (of spot instances, the run included): seconds. volume: GB.

    image: None for AWS's newest that is known to fit. hyperparameters: of every job, as `hyperparameters` gives them.
    """

    instance: str
    spot: bool
    max_run: int
    max_wait: int
    volume: int
    image: str | None = None
    hyperparameters: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, stage: str, variables: Mapping[str, str]) -> TrainingSettings:
        """The settings of a stage from its variables.

        Raises
        ------
        StageError
            One is missing or not of the kind that SageMaker takes; the text names it, and what is allowed.
        """
        read = _Variables(stage, variables)
        max_run = read.number("MAX_RUN", 60, 28 * _DAY, "seconds")
        spot = read.text("SPOT", re.compile("true|false"), "true or false") == "true"
        return cls(
            read.text("INSTANCE", _INSTANCE, "an instance type of SageMaker, such as ml.g4dn.xlarge"),
            spot,
            max_run,
            # What is not used need not fit.
            read.number("MAX_WAIT", max_run, 28 * _DAY, "seconds, and no less than MADNESS_TRAINING_MAX_RUN")
            if spot
            else max_run,
            read.number("VOLUME", 1, 16_384, "GB"),
            read.text("IMAGE", _IMAGE, "the address of an image with a tag, HOST/NAME:TAG", needed=False) or None,
            read.hyperparameters(),
        )

    @property
    def quota(self) -> str:
        """What Service Quotas calls the number of these instances that may train at a time."""
        return f"{self.instance} for {'spot ' if self.spot else ''}training job usage"


@dataclass(frozen=True)
class _Variables:
    stage: str
    variables: Mapping[str, str]

    def text(self, name: str, allowed: re.Pattern[str], told: str, *, needed: bool = True) -> str:
        found = self.variables.get(f"MADNESS_TRAINING_{name}", "")
        if (found or needed) and not allowed.fullmatch(found):
            raise self.wrong(name, found, told)
        return found

    def number(self, name: str, least: int, most: int, unit: str) -> int:
        found = self.variables.get(f"MADNESS_TRAINING_{name}", "")
        if not (re.fullmatch("[0-9]{1,9}", found) and least <= int(found) <= most):
            raise self.wrong(name, found, f"a whole number from {least:,} to {most:,} ({unit})")
        return int(found)

    def hyperparameters(self) -> dict[str, str]:
        name = "HYPERPARAMETERS"
        found = self.variables.get(f"MADNESS_TRAINING_{name}") or "{}"
        try:
            return hyperparameters(json.loads(found))
        except (ValueError, TrainingError) as error:
            raise self.wrong(
                name, found, f'a JSON object of names and values, such as {{"width": 8}} ({error})'
            ) from error

    def wrong(self, name: str, found: str, allowed: str) -> StageError:
        return StageError(
            f"MADNESS_TRAINING_{name} is {found!r}; allowed is {allowed}. Write it into "
            f"stages.{self.stage}.environment_variables of .chalice/config.json."
        )


@dataclass(frozen=True)
class Trainer:
    """Where jobs of a stage train. sagemaker: a client. account: number of the AWS account, asked when it is needed."""

    stage: Stage
    settings: TrainingSettings
    sagemaker: Any
    account: Callable[[], str]

    def running(self, league: League) -> str | None:
        """A job of a league that is not over; None if there is none."""
        prefix = job_prefix(self.stage, league)
        for status in (IN_PROGRESS, STOPPING):
            # AWS takes a page first and leaves out the other statuses then, so that pages may well be empty.
            pages = self.sagemaker.get_paginator("list_training_jobs").paginate(
                NameContains=prefix, StatusEquals=status, PaginationConfig={"PageSize": 100}
            )
            for page in pages:
                for row in page["TrainingJobSummaries"]:
                    if row["TrainingJobName"].startswith(prefix):
                        name: str = row["TrainingJobName"]
                        return name
        return None

    def status(self, job: str) -> str | None:
        """SageMaker's status of a job; None if there is none of that name."""
        from botocore.exceptions import ClientError

        try:
            status: str = self.sagemaker.describe_training_job(TrainingJobName=job)["TrainingJobStatus"]
        except ClientError as error:
            # AWS has no code of its own for it; the name is one that it takes, so that nothing else can be invalid.
            if error.response["Error"]["Code"] not in ("ValidationException", "ResourceNotFound"):
                raise
            return None
        return status

    def create(self, launch: Launch, models: str, given: Mapping[str, str]) -> bool:
        """Start a job whose channel and record are in the models bucket; False if there is one of its name already.

        Raises
        ------
        TrainingError
            The account may have no more such instances at a time.
        """
        from botocore.exceptions import ClientError

        asked = request(self.stage, self.settings, self.account(), launch, models, given)
        try:
            self.sagemaker.create_training_job(**asked)
        except ClientError as error:
            code, said = (error.response["Error"].get(name, "") for name in ("Code", "Message"))
            if code == "ResourceInUse":
                return False
            if code == "ResourceLimitExceeded":
                raise TrainingError(
                    f"AWS has no {self.settings.instance} for {launch.job}: ask for the quota {self.settings.quota!r} "
                    f"in Service Quotas, Amazon SageMaker, {self.stage.region} ({len(League)} are needed, as leagues "
                    f"train at the same time), or choose another MADNESS_TRAINING_INSTANCE. AWS said: {said}"
                ) from error
            raise
        return True


def job_prefix(stage: Stage, league: League) -> str:
    """How the names of a league's jobs begin.

    >>> job_prefix(Stage("dev", "eu-west-1", "s", "m", "d", "p", "q.fifo", "l.fifo"), League.MEN)
    'madness-dev-m-'
    """
    return f"{APP}-{stage.name}-{league.value.lower()}-"


def hyperparameters(given: Any) -> dict[str, str]:
    """Arguments of `ml_jobs.job` by name, as texts of JSON: what SageMaker hands to its container.

    >>> hyperparameters({"weight_decay": 0.2, "groups": "strength"})
    {'weight-decay': '0.2', 'groups': '"strength"'}

    Raises
    ------
    TrainingError
        A name is the launcher's own or none that a program has; a value is neither text, number nor truth.
    """
    if not isinstance(given, Mapping):
        raise TrainingError(f"hyperparameters are {given!r}; allowed are names and values")
    named = {str(name).replace("_", "-"): one for name, one in given.items()}
    for name, one in named.items():
        if name in _LAUNCHERS or name.startswith("sagemaker-") or not _HYPERPARAMETER.fullmatch(name):
            raise TrainingError(
                f"hyperparameter {name!r}: allowed is what `python -m ml_jobs.train --help` lists, without the dashes "
                f"before it, but for {' and '.join(_LAUNCHERS)}, which say what the job is launched for"
            )
        is_a_number = isinstance(one, (int, float)) and math.isfinite(one)
        if not (is_a_number or isinstance(one, str)):
            raise TrainingError(f"hyperparameter {name!r} is {one!r}; allowed is a text, a number, true or false")
        if (length := len(json.dumps(one))) > _LONGEST:
            raise TrainingError(f"hyperparameter {name!r} has {length:,} characters; {_LONGEST:,} are allowed")
    if len(named) > _MOST:
        raise TrainingError(f"{len(named)} hyperparameters; {_MOST} are allowed")
    return {name: json.dumps(one) for name, one in named.items()}


def request(
    stage: Stage, settings: TrainingSettings, account: str, launch: Launch, models: str, given: Mapping[str, str]
) -> dict[str, Any]:
    """The arguments of CreateTrainingJob. models: the bucket. given: hyperparameters beside those of the settings.

    Raises
    ------
    StageError
        No image is known in the stage's region.
    """
    place = f"s3://{models}/"
    season, day = launch.before
    own = {
        "sagemaker_program": PROGRAM,
        "sagemaker_submit_directory": f"{place}{launch.sources}",
        "sagemaker_region": stage.region,
        "sagemaker_job_name": launch.job,
        "sagemaker_container_log_level": 20,
        "league": launch.league.value,
        "train-before": f"{season}:{day}",
    }
    stop = {"MaxRuntimeInSeconds": settings.max_run}
    if settings.spot:
        stop["MaxWaitTimeInSeconds"] = settings.max_wait
    return {
        "TrainingJobName": launch.job,
        "HyperParameters": {
            **settings.hyperparameters,
            **given,
            **{name: json.dumps(one) for name, one in own.items()},
        },
        "AlgorithmSpecification": {
            "TrainingImage": settings.image or image(stage, settings.instance),
            "TrainingInputMode": "File",
            "MetricDefinitions": metric_definitions(),
        },
        "RoleArn": f"arn:{stage.partition}:iam::{account}:role/{APP}-{stage.name}-training",
        "InputDataConfig": [
            {
                "ChannelName": CHANNEL,
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"{place}{launch.channel}"}},
            }
        ],
        "OutputDataConfig": {"S3OutputPath": f"{place}{OUTPUT.rstrip('/')}"},
        "ResourceConfig": {
            "InstanceType": settings.instance,
            "InstanceCount": 1,
            "VolumeSizeInGB": settings.volume,
        },
        "StoppingCondition": stop,
        "EnableManagedSpotTraining": settings.spot,
        "CheckpointConfig": {"S3Uri": f"{place}{CHECKPOINTS}{launch.job}"},
        "RetryStrategy": {"MaximumRetryAttempts": _RESTARTS},
        "Tags": [
            {"Key": "madness:stage", "Value": stage.name},
            {"Key": "madness:league", "Value": launch.league.value},
        ],
    }
