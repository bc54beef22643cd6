"""The policies of `docs/iam/` are those that the commands need: made from their calls, sufficient, and no wider."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from madness.deploy import rights as filled_in
from operate.stage import load_stage, project_root
from tests.proof import deployers, iam, provoked, stacks
from tests.proof.deployers import ACCOUNT, DASHBOARD, DEPLOY, DESTROY_DATA, LOGS, PIPELINE, PLAN, STACK, Recorded
from tests.proof.rights import Call, Policies, Right, resource_types
from tests.proof.rules import problems

FOLDER = project_root() / filled_in.FOLDER
DEPLOYING = (STACK, PIPELINE, LOGS, DASHBOARD, DEPLOY, PLAN, DESTROY_DATA)
TASKS = (*DEPLOYING, provoked.OPERATOR)


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    return deployers.record(tmp_path_factory.mktemp("deployers"))


@pytest.fixture(scope="session")
def asked(recorded: Recorded) -> dict[str, list[Right]]:
    return iam.rights(recorded, iam.place_of(recorded.stage))


def of_task(task: str, recorded: Recorded, *, with_others: bool = False) -> Policies:
    there = filled_in.policies(recorded.stage, ACCOUNT)
    others = iam.BESIDE.get(task, ()) if with_others else ()
    return Policies([there[one] for one in (task, *others)], iam.place_of(recorded.stage))


def test_the_policies_are_those_that_the_commands_need(
    recorded: Recorded, provoked_calls: dict[str, list[Call]]
) -> None:
    made = iam.texts(recorded, provoked_calls[provoked.OPERATOR], load_stage(deployers.STAGE))
    kept = {file.name: file.read_text() for file in FOLDER.glob("*.json")}
    assert made == kept, "behind: `make iam` writes them anew"


@pytest.mark.parametrize("task", DEPLOYING)
def test_a_policy_allows_what_its_commands_call(recorded: Recorded, asked: dict[str, list[Right]], task: str) -> None:
    calls = iam.asked_for(recorded, task, iam.place_of(recorded.stage))
    assert of_task(task, recorded, with_others=True).refused([*calls, *asked[task]]) == []
    assert of_task(task, recorded).unused(asked[task]) == []


@pytest.mark.parametrize("task", DEPLOYING)
def test_a_policy_refuses_the_same_calls_elsewhere(
    recorded: Recorded, asked: dict[str, list[Right]], task: str
) -> None:
    """On another stage, in another account, for another service; what AWS names itself is the account's."""
    policies = of_task(task, recorded)
    allowed = set()
    for right in asked[task]:
        allowed |= {str(one) for one in _elsewhere(right) if policies.allows(one)}
    assert allowed == set()


def _elsewhere(right: Right) -> Iterator[Right]:
    if "madness-dev" in right.resource:
        yield replace(right, resource=right.resource.replace("madness-dev", "madness-prod"))
    if f":{ACCOUNT}:" in right.resource:
        yield replace(right, resource=right.resource.replace(f":{ACCOUNT}:", ":999999999999:"))
    if right.context:
        yield replace(right, context=tuple((key, "ec2.amazonaws.com") for key, _ in right.context))
        yield replace(right, context=())


@pytest.mark.parametrize("task", TASKS)
def test_nothing_is_wider_than_aws_makes_it(recorded: Recorded, task: str) -> None:
    for action, resource in of_task(task, recorded).grants():
        assert "*" not in action
        if resource == "*":
            assert resource_types(action) == [], f"{action} can be allowed for {', '.join(resource_types(action))}"
        elif ":s3:::" in resource:
            bucket, _, key = resource.rpartition(":::")[2].partition("/")
            assert "*" not in bucket
            assert not key.startswith("*") or (task == DESTROY_DATA and action.startswith("s3:DeleteObject"))
        elif ":sqs:" in resource or ":role/" in resource:
            assert "*" not in resource


@pytest.mark.parametrize("task", TASKS)
def test_a_policy_is_one_that_aws_takes(recorded: Recorded, task: str) -> None:
    document = filled_in.policies(recorded.stage, ACCOUNT)[task]
    longest = replace(recorded.stage, name="a" * 12, region="ap-southeast-1")
    for stage in (recorded.stage, longest):
        assert filled_in.size(filled_in.policies(stage, ACCOUNT)[task]) <= filled_in.LARGEST
    assert "<" not in filled_in.as_text(document)
    params = {"PolicyName": task, "PolicyDocument": filled_in.as_text(document)}
    assert problems(Call("iam", "CreatePolicy", params)) == []


@pytest.mark.parametrize("task", DEPLOYING)
def test_aws_takes_every_request_of_a_deployment(recorded: Recorded, task: str) -> None:
    assert recorded.calls[task]
    assert sorted({problem for call in recorded.calls[task] for problem in problems(call)}) == []


def test_zappa_may_delete_old_versions_of_its_function_and_of_no_other() -> None:
    """It does so from the sixth deployment on, which is not recorded."""
    stage = load_stage(deployers.STAGE)
    place = iam.place_of(stage)
    policies = Policies([filled_in.policies(stage, ACCOUNT)[DASHBOARD]], place)

    def delete(function: str) -> bool:
        return policies.allows(Right("lambda:DeleteFunction", place.arn("lambda", f"function:{function}:3")))

    assert delete("madness-dashboard-dev")
    assert not delete("madness-dashboard-devil") and not delete("madness-dashboard-prod")


@pytest.mark.parametrize("kind", stacks.ONLY_FOR)
def test_what_is_left_out_of_a_schema_is_in_it(kind: str) -> None:
    schema = stacks.schema(kind)
    listed = {one for handler in schema["handlers"].values() for one in handler["permissions"]}
    for name, actions in stacks.ONLY_FOR[kind].items():
        assert name.partition(".")[0] in schema["properties"], name
        assert set(actions) <= listed
    bucket = stacks.actions("AWS::S3::Bucket", ["VersioningConfiguration"])
    assert "s3:PutBucketVersioning" in bucket and "s3:PutBucketLogging" not in bucket


def test_files_are_filled_in_for_a_stage(tmp_path: Path) -> None:
    stage = replace(load_stage("prod"), region="cn-north-1")
    text = filled_in.as_text(filled_in.policies(stage, "000000000001")[PIPELINE])
    assert "arn:aws-cn:lambda:cn-north-1:000000000001:function:madness-prod-reconcile" in text
    assert "dev" not in text and ACCOUNT not in text
