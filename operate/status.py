"""Where a stage stands: per league the last day applied, what waits, how old the tables are; who reads the queue."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hoops.errors import MadnessError
from hoops.games.leagues import League
from lake.training_jobs import TrainingJobs
from operate.aws import Clients, open_lake
from operate.backlog import Backlog, depth
from operate.mapping import Mapping
from operate.stage import Stage


def status(stage: Stage, clients: Clients, now: datetime | None = None) -> dict[str, Any]:
    """A stage's standing as plain values, fit for JSON."""
    now = now or datetime.now(UTC)
    lake = open_lake(stage, clients)
    sqs = clients("sqs")
    mapping = Mapping.of(clients("lambda"), stage.function("apply_results"))
    backlog = Backlog(lake, tuple(League))
    leagues = {}
    for league in League:
        standing = backlog.look(league)
        published = standing.manifest.published_at
        leagues[league.value] = {
            "season": standing.head.season,
            "day": standing.head.day,
            "days": standing.days,
            "days_waiting": standing.waiting,
            "model": standing.in_charge.id,
            "published_at": published or None,
            "published_seconds_ago": _age(published, now) if published else None,
            "tables_current": standing.is_published,
            "plays": list(standing.plays),
            "plays_waiting": list(standing.plays_waiting),
            "training": _training(lake.training_jobs, league, clients),
        }
    return {
        "stage": stage.name,
        "leagues": leagues,
        "queue": {"name": stage.queue, "messages": depth(sqs, stage.queue)},
        "dead_letters": {"name": stage.dead_letters, "messages": depth(sqs, stage.dead_letters)},
        "mapping": {
            "function": mapping.function,
            "state": mapping.state,
            "advice": None if mapping.is_on else mapping.advice(),
        },
        "buckets": stage.buckets(),
    }


def _training(records: TrainingJobs, league: League, clients: Clients) -> dict[str, Any] | None:
    """The last training job of a league and what became of its model; outcome None if nobody has judged yet.

    status: SageMaker's, of a job that nobody has judged; None of others, and where SageMaker does not answer.
    """
    launch = records.latest(league)
    if launch is None:
        return None
    verdict = records.verdict(launch.job)
    return {
        "job": launch.job,
        "at": launch.at,
        "by": launch.by,
        "reason": launch.reason,
        "status": None if verdict else _status(launch.job, clients),
        "outcome": verdict.outcome if verdict else None,
        "why": verdict.reason if verdict else None,
    }


def _status(job: str, clients: Clients) -> str | None:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        status: str = clients("sagemaker").describe_training_job(TrainingJobName=job)["TrainingJobStatus"]
    except (BotoCoreError, ClientError, MadnessError):
        return None  # the local SageMaker may not run: all else that is known is to be said all the same
    return status


def _age(published_at: str, now: datetime) -> float:
    return round((now - datetime.fromisoformat(published_at)).total_seconds(), 1)
