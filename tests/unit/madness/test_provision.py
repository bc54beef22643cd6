"""Provisioning: create, update or leave a stack, and say why CloudFormation refused."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from madness.deploy.provision import ProvisionError, provision
from tests.fake_aws import NAMES


def refusal(message: str) -> ClientError:
    return ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "UpdateStack")


class FakeCloudFormation:
    """One stack that walks through `states` as it is looked at."""

    def __init__(self, *states: str | None, refuse: str | None = None) -> None:
        self.states = list(states)
        self.refuse = refuse
        self.requests: list[tuple[str, dict[str, Any]]] = []

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if state is None:
            raise refusal(f"Stack with id {StackName} does not exist")
        return {"Stacks": [{"StackStatus": state}]}

    def create_stack(self, **request: Any) -> None:
        self.requests.append(("create", request))

    def update_stack(self, **request: Any) -> None:
        if self.refuse:
            raise refusal(self.refuse)
        self.requests.append(("update", request))

    def describe_stack_events(self, StackName: str) -> dict[str, Any]:  # noqa: N803
        common = {"ResourceType": "AWS::S3::Bucket", "ResourceStatusReason": "name is taken"}
        return {"StackEvents": [
            {"LogicalResourceId": "Models", "ResourceStatus": "CREATE_COMPLETE", **common},
            {"LogicalResourceId": "Source", "ResourceStatus": "CREATE_FAILED", **common},
        ]}  # fmt: skip


def run(cloudformation: FakeCloudFormation, **options: Any) -> str:
    return provision(NAMES, cloudformation, sleep=lambda _: None, **options)


def parameters(request: dict[str, Any]) -> dict[str, Any]:
    return {p["ParameterKey"]: p.get("ParameterValue", "kept") for p in request["Parameters"]}


def test_a_new_stage_is_created_with_the_names_of_its_config() -> None:
    aws = FakeCloudFormation(None, "CREATE_IN_PROGRESS", "CREATE_COMPLETE")
    assert run(aws) == "created"
    ((verb, request),) = aws.requests
    assert (verb, request["StackName"]) == ("create", "madness-local")
    assert parameters(request) == {
        "Stage": "local", "SourceBucket": "source", "ModelsBucket": "models", "DashboardBucket": "dashboard",
        "Queue": "results.fifo", "DeadLetterQueue": "results-dlq.fifo",
    }  # fmt: skip
    assert request["Capabilities"] == ["CAPABILITY_NAMED_IAM"]


def test_an_update_keeps_the_alarm_mail_unless_told() -> None:
    aws = FakeCloudFormation("CREATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE")
    assert run(aws) == "updated"
    assert parameters(aws.requests[0][1])["AlarmEmail"] == "kept"
    aws = FakeCloudFormation("UPDATE_COMPLETE")
    run(aws, alarm_email="a@example.org")
    assert parameters(aws.requests[0][1])["AlarmEmail"] == "a@example.org"


def test_nothing_to_update_is_fine() -> None:
    assert run(FakeCloudFormation("CREATE_COMPLETE", refuse="No updates are to be performed.")) == "unchanged"


def test_a_refusal_is_passed_on() -> None:
    with pytest.raises(ProvisionError, match=r"refused the stack madness-local.*malformed"):
        run(FakeCloudFormation("CREATE_COMPLETE", refuse="Template is malformed"))


def test_a_rolled_back_stack_gives_its_reasons() -> None:
    with pytest.raises(ProvisionError, match=r"(?s)ended as ROLLBACK_COMPLETE.*Source .*CREATE_FAILED: name is taken"):
        run(FakeCloudFormation(None, "CREATE_IN_PROGRESS", "ROLLBACK_COMPLETE"))


def test_a_stack_that_failed_before_must_be_deleted_first() -> None:
    with pytest.raises(ProvisionError, match="delete-stack --stack-name madness-local"):
        run(FakeCloudFormation("ROLLBACK_COMPLETE"))
