"""Have a stage train now: ask `start_training`, and follow the jobs to what became of their models.

start ─► start_training ─► jobs ─► follow: DescribeTrainingJob ─► model.tar.gz ─► promote_model ─► verdict
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hoops.games.leagues import League
from lake.training_jobs import REFUSED, TrainingJobs, Verdict
from operate.reconcile import event
from operate.stage import Stage
from operate.training.jobs import COMPLETED, IN_PROGRESS, STOPPING, TrainingError

PATIENCE = 900.0  # seconds that the function may take
# After the job's end: promote_model runs three times at most, up to 900 s each, and the first of them has the verdict.
_VERDICT = 1200.0


@dataclass(frozen=True)
class Answer:
    """What `start_training` did about a league. job: that was started, or is in the way; None if there is none."""

    league: League
    job: str | None
    started: bool
    reason: str


@dataclass(frozen=True)
class Seen:
    """A job at one moment.

    status, phase : SageMaker's status and secondary status
    seconds, limit : of training so far, and at most
    metrics : the newest value of each
    failure : SageMaker's reason, empty if it gives none
    verdict : None before `promote_model` has judged
    overdue : the job is done, and nobody has judged in the time that takes
    """

    job: str
    status: str
    phase: str
    seconds: float
    limit: float
    metrics: Mapping[str, float]
    failure: str
    verdict: Verdict | None
    overdue: bool = False

    @property
    def is_over(self) -> bool:
        if self.status == COMPLETED:
            return self.verdict is not None or self.overdue
        return self.status not in (IN_PROGRESS, STOPPING)

    @property
    def is_well(self) -> bool:
        """Over, with a model that was judged, be it used or not."""
        return self.verdict is not None and self.verdict.outcome != REFUSED


def start(
    lambda_client: Any,
    stage: Stage,
    *,
    leagues: Iterable[League],
    by: str,
    reason: str,
    again: bool = False,
    hyperparameters: Mapping[str, str] | None = None,
) -> list[Answer]:
    """Ask for a training of each league, and wait for the answer. The client must wait for `PATIENCE` seconds.

    Parameters
    ----------
    again
        Also where nothing was played since the last one.
    hyperparameters
        Arguments of `ml_jobs.job` by name.

    Raises
    ------
    TrainingError
        The function failed; what it had started before goes on.
    """
    name = stage.function("start_training")
    detail = {"leagues": [league.value for league in leagues], "by": by, "reason": reason, "again": again}
    asked = event(**detail, hyperparameters=dict(hyperparameters or {}))
    answer = lambda_client.invoke(FunctionName=name, InvocationType="RequestResponse", Payload=json.dumps(asked))
    told = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        why = told.get("errorMessage") or told.get("errorType")
        raise TrainingError(
            f"{name} failed: {why}. Its log is /aws/lambda/{name}; what it had started before goes on (see `madness "
            "status`)."
        )
    return [Answer(League(one["league"]), one.get("job"), one["started"], one["reason"]) for one in told]


def look(job: str, sagemaker: Any, records: TrainingJobs, now: datetime | None = None) -> Seen:
    """How a job is.

    Raises
    ------
    TrainingError
        There is no such job.
    """
    now = now or datetime.now(UTC)
    try:
        found = sagemaker.describe_training_job(TrainingJobName=job)
    except sagemaker.exceptions.ClientError as error:
        # SageMaker has no code of its own for it.
        if error.response["Error"]["Code"] not in ("ValidationException", "ResourceNotFound"):
            raise
        raise TrainingError(f"There is no training job {job}: {error.response['Error'].get('Message')}") from error
    status, ended = found["TrainingJobStatus"], found.get("TrainingEndTime")
    begun = found.get("TrainingStartTime")
    verdict = records.verdict(job) if status == COMPLETED else None
    return Seen(
        job,
        status,
        found["SecondaryStatus"],
        max((((ended or now) - begun).total_seconds()) if begun else 0.0, 0.0),
        float(found["StoppingCondition"]["MaxRuntimeInSeconds"]),
        {one["MetricName"]: one["Value"] for one in found.get("FinalMetricDataList", [])},
        found.get("FailureReason", ""),
        verdict,
        ended is not None and (now - ended).total_seconds() > _VERDICT,
    )


def running(answers: Iterable[Answer], sagemaker: Any, records: TrainingJobs) -> list[str]:
    """The jobs to follow of answers: those started, and those that run since before."""

    def runs(job: str) -> bool:
        try:
            return not look(job, sagemaker, records).is_over
        except TrainingError:
            return False

    return [one.job for one in answers if one.job and (one.started or runs(one.job))]


def follow(
    jobs: Iterable[str],
    sagemaker: Any,
    records: TrainingJobs,
    seen: Callable[[Seen], None],
    sleep: Callable[[float], None] = time.sleep,
    pause: float = 5.0,
) -> list[Seen]:
    """Look at jobs every `pause` seconds until each is over; `seen` hears of every look. How each ended, in order."""
    last: dict[str, Seen | None] = dict.fromkeys(jobs)
    while True:
        for job, before in last.items():
            if before is None or not before.is_over:
                last[job] = now = look(job, sagemaker, records)
                seen(now)
        ended = [one for one in last.values() if one is not None]
        if all(one.is_over for one in ended):
            return ended
        sleep(pause)


def told(ended: Seen, stage: Stage, log: str) -> str:
    """One sentence on how a job ended. log: where what it printed is."""
    if ended.verdict is not None:
        model = f" {ended.verdict.model}" if ended.verdict.model else ""
        return f"{ended.job}: model{model} {ended.verdict.outcome}: {ended.verdict.reason}"
    if ended.status == COMPLETED:
        judge = stage.function("promote_model")
        return f"{ended.job}: trained, and {judge} has not judged its model; its log is /aws/lambda/{judge}"
    reason = f": {ended.failure}" if ended.failure else ""
    return f"{ended.job}: {ended.status}{reason}. Its log is {log}"
