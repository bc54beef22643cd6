"""Policies for people, from what their commands call: `make iam` writes them to `docs/iam/`, a test compares.

    recorded calls ──► rights ─┐
    CloudFormation's types ────┴─► what AWS has chosen becomes *, names become placeholders ──► docs/iam/TASK.json

A right that AWS gives for everything or for nothing stays `*`; whatever else has a name keeps it.
"""

from __future__ import annotations

import re
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from madness.deploy import dashboard
from madness.deploy.rights import FOLDER, as_text, with_placeholders
from operate.stage import Stage, load_stage, project_root
from tests.proof import deployers, provoked, stacks
from tests.proof.deployers import ACCOUNT
from tests.proof.rights import Call, Place, Policies, Right, needed

# What is chosen by AWS, or by the clock, when a thing is made; and what there is too much of to be named.
_CHOSEN = (
    (re.compile(r"(:training-job/madness-[a-z0-9]+-).*"), r"\1*"),  # a job is named after its games
    (
        re.compile(r"(:alarm:madness-[a-z0-9]+-).*"),
        r"\1*",
    ),  # one a function and more: named, a policy has no room for them
    (re.compile(r"(:event-source-mapping:)[0-9a-f-]{36}$"), r"\1*"),
    (re.compile(r"(:/restapis/)[^/]+(/.*)?$"), r"\1*"),
    (re.compile(r"(:function:[^:]+):\d+$"), r"\1:*"),
    (re.compile(r"(:::[^/]+/madness-dashboard-[a-z0-9]+-).*\.(zip|json)$"), r"\1*"),
    (re.compile(r"(:::[^/]+/[^/]+/).+$"), r"\1*"),
    (re.compile(r"(:layer:[^:]+):\d+$"), r"\1:*"),
    (re.compile(r"(:stack/[^/]+/)[0-9a-f-]{36}$"), r"\1*"),
)
# What `provision` does after a failure, which no emulator provokes (tests/unit/madness/test_provision.py does).
_AFTER_A_FAILURE = ("DeleteStack", "ContinueUpdateRollback", "DescribeEvents")
_AFTER_A_DASHBOARDS = ("DeleteStack", "ContinueUpdateRollback", "DescribeStackEvents")


# Whose policies somebody has who is given this task's as well: `madness deploy` does what the others do, and more.
BESIDE: dict[str, tuple[str, ...]] = {
    deployers.DEPLOY: (deployers.STACK, deployers.PIPELINE, deployers.LOGS, deployers.DASHBOARD),
    deployers.DESTROY_DATA: (
        deployers.STACK,
        deployers.PIPELINE,
        deployers.LOGS,
        deployers.DASHBOARD,
        deployers.DEPLOY,
    ),
}


def asked_for(recorded: deployers.Recorded, task: str, place: Place) -> list[Right]:
    """What the commands of a task call."""
    return [right for call in recorded.calls[task] for right in needed(call, place)]


def rights(recorded: deployers.Recorded, place: Place) -> dict[str, list[Right]]:
    """What the policy of each task gives: what its commands call, and what CloudFormation calls in their name."""
    stage = recorded.stage
    found = {task: asked_for(recorded, task, place) for task in recorded.calls}
    stack = place.arn("cloudformation", f"stack/{stage.stack}/*")
    found[deployers.STACK] += [Right(f"cloudformation:{action}", stack) for action in _AFTER_A_FAILURE]
    found[deployers.STACK] += stacks.needed_for_stage(stage, place)
    for name in (dashboard.name(stage), f"{stage.stack}-edge"):
        there = place.arn("cloudformation", f"stack/{name}/*")
        found[deployers.DASHBOARD] += [Right(f"cloudformation:{action}", there) for action in _AFTER_A_DASHBOARDS]
    # Zappa deletes old versions one by one, once there are more than `num_retained_versions`.
    versions = place.arn("lambda", f"function:{dashboard.name(stage)}:*")
    found[deployers.DASHBOARD].append(Right("lambda:DeleteFunction", versions))
    found[deployers.DASHBOARD] += stacks.needed_for_zappa(stage, place)
    found[deployers.DASHBOARD] += stacks.needed_for_edge(stage, place)
    # Deleting the data is deleting all of it, whatever there was when it was recorded.
    found[deployers.DESTROY_DATA] += [
        Right(f"s3:{action}", f"arn:{place.partition}:s3:::{bucket}/*")
        for bucket in (*stage.buckets().values(), stage.deployments)
        for action in ("DeleteObject", "DeleteObjectVersion")
    ]
    for task, others in BESIDE.items():
        has = Policies([document(found[other]) for other in others], place)
        found[task] = has.refused(found[task])
    return found


def document(rights: Iterable[Right]) -> dict[str, Any]:
    """The narrowest policy of these rights that names nothing which changes from deployment to deployment."""
    where: dict[tuple[str, tuple[tuple[str, str], ...]], set[str]] = defaultdict(set)
    for right in rights:
        where[right.action, right.context].add(_lasting(right.resource))
    together: dict[tuple[tuple[str, ...], tuple[tuple[str, str], ...]], set[str]] = defaultdict(set)
    for (action, context), resources in where.items():
        # Where all of a bucket is asked for, its folders need not be.
        whole = {one for one in resources if one.endswith("/*") and one.count("/") == 1}
        resources -= {one for one in resources if one.partition("/")[0] + "/*" in whole} - whole
        together[tuple(sorted(resources)), context].add(action)
    statements = [
        {
            "Effect": "Allow",
            "Action": sorted(actions),
            "Resource": list(resources),
            **({"Condition": {"StringEquals": dict(context)}} if context else {}),
        }
        for (resources, context), actions in together.items()
    ]
    return {"Version": "2012-10-17", "Statement": sorted(statements, key=lambda one: (one["Action"], one["Resource"]))}


def _lasting(resource: str) -> str:
    for pattern, lasting in _CHOSEN:
        resource = pattern.sub(lasting, resource)
    return resource


def texts(recorded: deployers.Recorded, operator: list[Call], stage: Stage) -> dict[str, str]:
    """Text of every file of `docs/iam/`, by its name. operator: calls of whoever operates that other stage."""
    asked = rights(recorded, place_of(recorded.stage))
    made = {task: with_placeholders(as_text(document(one)), recorded.stage, ACCOUNT) for task, one in asked.items()}
    own = document(right for call in operator for right in needed(call, place_of(stage)))
    made[provoked.OPERATOR] = with_placeholders(as_text(own), stage, ACCOUNT)
    return {f"{task}.json": text for task, text in sorted(made.items())}


def place_of(stage: Stage) -> Place:
    return Place(ACCOUNT, stage.region, stage.partition, stage.function("apply_results"), stage.stack)


def main() -> None:
    stage = load_stage(deployers.STAGE)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        operator = provoked.recorded(stage, Path(other))[provoked.OPERATOR]
        made = texts(deployers.record(Path(one)), operator, stage)
    folder = project_root() / FOLDER
    folder.mkdir(exist_ok=True)
    for name, text in made.items():
        (folder / name).write_text(text)


if __name__ == "__main__":
    main()
