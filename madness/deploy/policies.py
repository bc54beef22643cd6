"""What each function may do, written out from the stage's names: `.chalice/policy-{stage}-{function}.json`.

Chalice wants one policy file a function and has no variables in it; so that names still stand in one place, the files
are derived (`madness configure` writes them, and a test fails when they are behind).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hoops.schemas import BRACKET_TABLES, LEAGUE_TABLES, PLAY_TABLES, PUBLISHED, ROSTER_TABLES
from lake.training_jobs import JOBS
from operate.stage import APP, FUNCTIONS, Stage
from pipeline_app.publish import SEASON_TABLES

FOLDERS = {
    "accept_results": "results",
    "accept_retractions": "retractions",
    "accept_fixtures": "fixtures",
    "accept_players": "players",
    "refresh_reference": "reference",
    "transform_events": "events",
}
REMOVED = (*SEASON_TABLES, *ROSTER_TABLES, *BRACKET_TABLES)  # tables of a season that may be gone one day
_ASK_THE_HEAD = {"results", "retractions", "players", "events"}
Statement = dict[str, Any]


def policy(stage: Stage, function: str) -> dict[str, Any]:
    """The policy document of one function."""
    if function == "transform_events":
        statements = [*_accept(stage, [FOLDERS[function]]), *_publish(stage, PLAY_TABLES, PLAY_TABLES)]
    elif function in FOLDERS:
        statements = [*_accept(stage, [FOLDERS[function]]), _send(stage)]
    elif function == "apply_results":
        statements = [*_fold(stage), *_publish(stage), _receive(stage)]
    elif function == "reconcile":
        published = _publish(stage, PUBLISHED, [*REMOVED, *PLAY_TABLES])
        statements = [*_accept(stage, list(FOLDERS.values())), *published, *_look_after(stage)]
    elif function == "start_training":
        statements = _launch(stage)
    elif function == "promote_model":
        statements = _judge(stage)
    elif function == "watch_forecasts":
        statements = _watch(stage)
    else:
        raise ValueError(f"function {function!r}; allowed: {', '.join(FUNCTIONS)}")
    return {"Version": "2012-10-17", "Statement": [*statements, _log(stage, function)]}


def _accept(stage: Stage, folders: list[str]) -> list[Statement]:
    entered = ["s3:GetObject", "s3:PutObject"]
    statements = [
        _allow(["s3:GetObject", "s3:GetObjectVersion"], _objects(stage, stage.source, folders)),
        _allow([*entered, "s3:DeleteObject"], _objects(stage, stage.source, [f"rejected/{one}" for one in folders])),
        _allow(["s3:ListBucket"], [_bucket(stage, stage.source), _bucket(stage, stage.models)]),
        _allow(["s3:ListBucketVersions"], [_bucket(stage, stage.source)]),
        _allow(entered, _objects(stage, stage.models, ["ledger", "receipts"])),
        _allow(["s3:PutObject", "s3:DeleteObject"], _objects(stage, stage.models, ["faults"])),
    ]
    if _ASK_THE_HEAD & set(folders):  # it and the log of models say which days are folded
        statements.append(_allow(["s3:GetObject"], _objects(stage, stage.models, ["state", "models"])))
    return statements


def _fold(stage: Stage) -> list[Statement]:
    return [
        _allow(["s3:ListBucket"], [_bucket(stage, stage.models)]),
        _allow(["s3:GetObject"], _objects(stage, stage.models, ["ledger", "models"])),
        _allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], _objects(stage, stage.models, ["state"])),
        _allow(["s3:GetObject", "s3:PutObject"], _objects(stage, stage.models, ["issued"])),
        # A decision about models that came too late for the days folded is put off to the next one.
        _allow(["s3:PutObject"], [f"{_bucket(stage, stage.models)}/models/log.json"]),
    ]


def _publish(
    stage: Stage,
    tables: Iterable[str] = (*LEAGUE_TABLES, *ROSTER_TABLES, *BRACKET_TABLES),
    removed: Iterable[str] = REMOVED,
) -> list[Statement]:
    # Not the whole bucket: under static/ lies what browsers run.
    return [
        _allow(["s3:ListBucket"], [_bucket(stage, stage.dashboard)]),
        _allow(["s3:GetObject", "s3:PutObject"], _objects(stage, stage.dashboard, ["manifest", *tables])),
        _allow(["s3:DeleteObject"], _objects(stage, stage.dashboard, list(removed))),
    ]


def _send(stage: Stage) -> Statement:
    return _on_queue(stage, ["GetQueueUrl", "SendMessage"])


def _receive(stage: Stage) -> Statement:
    # Lambda receives and deletes with the function's role; the function itself hides and deletes single messages.
    return _on_queue(
        stage, ["GetQueueUrl", "GetQueueAttributes", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility"]
    )


def _look_after(stage: Stage) -> list[Statement]:
    return [
        _on_queue(stage, ["GetQueueUrl", "GetQueueAttributes", "SendMessage"]),
        _allow(["s3:DeleteObject"], _objects(stage, stage.models, ["holds"])),
        # AWS lets the listing of mappings be allowed for all functions or for none.
        _allow(["lambda:ListEventSourceMappings"], ["*"]),
    ]


def _launch(stage: Stage) -> list[Statement]:
    jobs = f"arn:{stage.partition}:sagemaker:{stage.region}:*:training-job/{APP}-{stage.name}-*"
    role = f"arn:{stage.partition}:iam::*:role/{APP}-{stage.name}-training"
    written = [f"training/{folder}" for folder in ("input", "jobs")]
    return [
        _allow(["s3:ListBucket"], [_bucket(stage, stage.models)]),
        _allow(
            ["s3:GetObject"], _objects(stage, stage.models, ["ledger", "models", "training/jobs", "training/verdicts"])
        ),
        _allow(["s3:GetObject"], [f"{_bucket(stage, stage.models)}/training/code/current.json"]),
        _allow(["s3:PutObject"], _objects(stage, stage.models, written)),
        # To name tags while a job is made, AWS asks for AddTags as well.
        _allow([f"sagemaker:{one}" for one in ("CreateTrainingJob", "DescribeTrainingJob", "AddTags")], [jobs]),
        # AWS lets the listing of jobs be allowed for all or for none.
        _allow(["sagemaker:ListTrainingJobs"], ["*"]),
        _allow(["iam:PassRole"], [role])
        | {"Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}},
    ]


def _judge(stage: Stage) -> list[Statement]:
    told = ["training/jobs", "training/input", "training/output", "ledger", "state"]
    return [
        _allow(["s3:ListBucket"], [_bucket(stage, stage.models)]),
        _allow(["s3:GetObject"], _objects(stage, stage.models, told)),
        _allow(["s3:GetObject", "s3:PutObject"], _objects(stage, stage.models, ["training/verdicts", "models"])),
        *_publish(stage),
    ]


def _watch(stage: Stage) -> list[Statement]:
    functions = [
        f"arn:{stage.partition}:lambda:{stage.region}:*:function:{stage.function(one)}"
        for one in ("start_training", "promote_model")
    ]
    return [
        _allow(["s3:ListBucket"], [_bucket(stage, stage.dashboard), _bucket(stage, stage.models)]),
        _allow(["s3:GetObject"], _objects(stage, stage.dashboard, ["manifest", "drift"])),
        _allow(["s3:GetObject"], [f"{_bucket(stage, stage.models)}/{JOBS}*"]),
        _allow(["lambda:InvokeFunction"], functions),
    ]


def _on_queue(stage: Stage, actions: list[str]) -> Statement:
    if stage.is_local:
        # MiniStack wants a batch's own action; AWS has none, there a batch is allowed with the single message.
        batched = ("SendMessage", "DeleteMessage", "ChangeMessageVisibility")
        actions = [*actions, *(f"{action}Batch" for action in actions if action in batched)]
    return _allow([f"sqs:{action}" for action in actions], [_queue(stage)])


def _log(stage: Stage, function: str) -> Statement:
    group = f"arn:{stage.partition}:logs:{stage.region}:*:log-group:/aws/lambda/{stage.function(function)}"
    return _allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], [group, f"{group}:*"])


def _allow(actions: list[str], resources: list[str]) -> Statement:
    return {"Effect": "Allow", "Action": actions, "Resource": resources}


def _bucket(stage: Stage, name: str) -> str:
    return f"arn:{stage.partition}:s3:::{name}"


def _objects(stage: Stage, bucket: str, folders: list[str]) -> list[str]:
    return [f"{_bucket(stage, bucket)}/{folder}/*" for folder in folders]


def _queue(stage: Stage) -> str:
    return f"arn:{stage.partition}:sqs:{stage.region}:*:{stage.queue}"
