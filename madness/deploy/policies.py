"""What each function may do, written out from the stage's names: `.chalice/policy-{stage}-{function}.json`.

Chalice wants one policy file a function and has no variables in it; so that names still stand in one place, the files
are derived (`python -m madness.deploy.policies` rewrites them, and a test fails when they are behind).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from operate.stage import FUNCTIONS, REGION, Stage, load_stage, project_root

STAGES = ("local", "dev", "prod")
_FOLDER = {
    "accept_results": "results",
    "accept_retractions": "retractions",
    "accept_fixtures": "fixtures",
    "refresh_reference": "reference",
}
Statement = dict[str, Any]


def policy(stage: Stage, function: str) -> dict[str, Any]:
    """The policy document of one function."""
    if function in _FOLDER:
        statements = [*_accept(stage, [_FOLDER[function]]), _send(stage)]
    elif function == "apply_results":
        statements = [*_fold(stage), *_publish(stage), _receive(stage)]
    elif function == "reconcile":
        statements = [*_accept(stage, list(_FOLDER.values())), *_publish(stage), _send(stage), *_look_after(stage)]
    else:
        raise ValueError(f"function {function!r}; allowed: {', '.join(FUNCTIONS)}")
    return {"Version": "2012-10-17", "Statement": [*statements, _log(stage, function)]}


def write_all(root: Path) -> list[Path]:
    """Write every policy file; gives those that changed."""
    changed = []
    for name in STAGES:
        stage = load_stage(name, root)
        for function in FUNCTIONS:
            path = root / ".chalice" / f"policy-{name}-{function}.json"
            text = json.dumps(policy(stage, function), indent=2) + "\n"
            if not path.exists() or path.read_text() != text:
                path.write_text(text)
                changed.append(path)
    return changed


def _accept(stage: Stage, folders: list[str]) -> list[Statement]:
    return [
        _allow(["s3:GetObject", "s3:GetObjectVersion"], [_objects(stage.source, f"{folder}/*") for folder in folders]),
        _allow(
            ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
            [_objects(stage.source, f"rejected/{folder}/*") for folder in folders],
        ),
        _allow(["s3:ListBucket"], [_bucket(stage.source), _bucket(stage.models)]),
        _allow(["s3:ListBucketVersions"], [_bucket(stage.source)]),
        _allow(
            ["s3:GetObject", "s3:PutObject"], [_objects(stage.models, "ledger/*"), _objects(stage.models, "receipts/*")]
        ),
        _allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], [_objects(stage.models, "faults/*")]),
        _allow(["s3:GetObject"], [_objects(stage.models, "state/*"), _objects(stage.models, "models/*")]),
    ]


def _fold(stage: Stage) -> list[Statement]:
    return [
        _allow(["s3:ListBucket"], [_bucket(stage.models)]),
        _allow(["s3:GetObject"], [_objects(stage.models, "ledger/*"), _objects(stage.models, "models/*")]),
        _allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], [_objects(stage.models, "state/*")]),
        _allow(["s3:GetObject", "s3:PutObject"], [_objects(stage.models, "issued/*")]),
    ]


def _publish(stage: Stage) -> list[Statement]:
    return [
        _allow(["s3:ListBucket"], [_bucket(stage.dashboard)]),
        _allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], [_objects(stage.dashboard, "*")]),
    ]


def _send(stage: Stage) -> Statement:
    return _on_queue(stage, ["SendMessage"])


def _receive(stage: Stage) -> Statement:
    return _on_queue(stage, ["ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility"])


def _look_after(stage: Stage) -> list[Statement]:
    return [
        _allow(["s3:DeleteObject"], [_objects(stage.models, "holds/*")]),
        # AWS lets the listing of mappings be allowed for all functions or for none.
        _allow(["lambda:ListEventSourceMappings"], ["*"]),
    ]


def _on_queue(stage: Stage, actions: list[str]) -> Statement:
    if stage.name == "local":
        # MiniStack wants a batch's own action; AWS has none, there a batch is allowed with the single message.
        actions = [*actions, *(f"{action}Batch" for action in actions if action != "ReceiveMessage")]
    return _allow(
        [f"sqs:{action}" for action in ("GetQueueUrl", "GetQueueAttributes", *actions)], [_queue(stage.queue)]
    )


def _log(stage: Stage, function: str) -> Statement:
    group = f"arn:aws:logs:{REGION}:*:log-group:/aws/lambda/{stage.function(function)}"
    return _allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], [group, f"{group}:*"])


def _allow(actions: list[str], resources: list[str]) -> Statement:
    return {"Effect": "Allow", "Action": actions, "Resource": resources}


def _bucket(name: str) -> str:
    return f"arn:aws:s3:::{name}"


def _objects(bucket: str, pattern: str) -> str:
    return f"{_bucket(bucket)}/{pattern}"


def _queue(name: str) -> str:
    return f"arn:aws:sqs:{REGION}:*:{name}"


if __name__ == "__main__":
    write_all(project_root())
