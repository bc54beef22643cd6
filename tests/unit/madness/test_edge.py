"""CloudFront and the door of a deployed dashboard, over botocore's own checks of every request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from dashboard.door import ALLOW_VARIABLE, LOGIN_VARIABLE, SECRET_VARIABLE, DoorError, login
from madness.deploy.edge import EdgeError, function, put_edge, remove_edge, set_variables
from operate.stage import load_stage

STAGE = load_stage("dev")
NAME, STACK = function(STAGE), "madness-dev-edge"
STACK_ID = f"arn:aws:cloudformation:eu-central-1:123456789012:stack/{STACK}/1"
SECRET = "s" * 40
URL = "https://d111.cloudfront.net/dev/"


class Account:
    """Stubbed clients: a call that was not expected, or is malformed, fails the test."""

    def __init__(self) -> None:
        keys = {"region_name": "eu-central-1", "aws_access_key_id": "a", "aws_secret_access_key": "b"}
        self.made = {name: boto3.client(name, **keys) for name in ("lambda", "cloudformation")}  # type: ignore[call-overload]
        self.stubs = {name: Stubber(client) for name, client in self.made.items()}

    def __call__(self, service: str) -> Any:
        return self.made[service]

    def has(self, variables: dict[str, str]) -> None:
        answer = {"FunctionName": NAME, "RevisionId": "r1", "Environment": {"Variables": variables}}
        self.stubs["lambda"].add_response("get_function_configuration", answer, {"FunctionName": NAME})

    def has_no_function(self) -> None:
        self.stubs["lambda"].add_client_error("get_function_configuration", "ResourceNotFoundException")

    def takes(self, variables: dict[str, Any]) -> None:
        asked = {"FunctionName": NAME, "Environment": {"Variables": variables}, "RevisionId": "r1"}
        self.stubs["lambda"].add_response("update_function_configuration", {"LastUpdateStatus": "InProgress"}, asked)
        done = {"Configuration": {"LastUpdateStatus": "Successful"}}
        self.stubs["lambda"].add_response("get_function", done, {"FunctionName": NAME})

    def stack(self, status: str | None) -> None:
        stub = self.stubs["cloudformation"]
        if status is None:
            stub.add_client_error("describe_stacks", "ValidationError", f"Stack with id {STACK} does not exist")
            return
        stack = {"StackName": STACK, "StackId": STACK_ID, "StackStatus": status, "CreationTime": "2026-01-01T00:00:00Z",
                 "Outputs": [{"OutputKey": "Url", "OutputValue": URL}]}  # fmt: skip
        stub.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": STACK})

    def has_api(self) -> None:
        detail = {
            "LogicalResourceId": "Api",
            "ResourceType": "AWS::ApiGateway::RestApi",
            "ResourceStatus": "CREATE_COMPLETE",
            "LastUpdatedTimestamp": "2026-01-01T00:00:00Z",
            "PhysicalResourceId": "a1b2c3d4e5",
        }
        asked = {"StackName": NAME, "LogicalResourceId": "Api"}
        self.stubs["cloudformation"].add_response("describe_stack_resource", {"StackResourceDetail": detail}, asked)


@pytest.fixture
def account() -> Iterator[Account]:
    made = Account()
    with ExitStack() as stack:
        for stub in made.stubs.values():
            stack.enter_context(stub)
        yield made
        for stub in made.stubs.values():
            stub.assert_no_pending_responses()


def test_a_variable_is_set_beside_those_that_are_there(account: Account) -> None:
    account.has({"OTHER": "1"})
    account.takes({"OTHER": "1", ALLOW_VARIABLE: "203.0.113.0/24"})
    assert set_variables(STAGE, account, {ALLOW_VARIABLE: "203.0.113.0/24"})


def test_none_removes_a_variable_and_what_is_so_already_changes_nothing(account: Account) -> None:
    account.has({"OTHER": "1", ALLOW_VARIABLE: "203.0.113.0/24"})
    account.takes({"OTHER": "1"})
    assert set_variables(STAGE, account, {ALLOW_VARIABLE: None})
    account.has({"OTHER": "1"})
    assert not set_variables(STAGE, account, {ALLOW_VARIABLE: None})


@pytest.mark.parametrize("changes", [{ALLOW_VARIABLE: "everybody"}, {LOGIN_VARIABLE: "ann:secret"}])
def test_what_would_stop_the_function_is_not_set(account: Account, changes: dict[str, str | None]) -> None:
    account.has({LOGIN_VARIABLE: login("ann", "x")})
    with pytest.raises(DoorError):
        set_variables(STAGE, account, changes)


def test_without_a_dashboard_it_is_said_what_to_do(account: Account) -> None:
    account.has_no_function()
    with pytest.raises(EdgeError, match="deploy the dashboard of dev first"):
        set_variables(STAGE, account, {})


def parameters(request: dict[str, Any]) -> dict[str, Any]:
    return {
        one["ParameterKey"]: one.get("ParameterValue", one.get("UsePreviousValue")) for one in request["Parameters"]
    }


def test_a_new_edge_gets_a_secret_which_the_function_learns_last(account: Account) -> None:
    seen: list[dict[str, Any]] = []
    events = account("cloudformation").meta.events
    events.register("provide-client-params.cloudformation.CreateStack", lambda params, **_: seen.append(params))
    said = account("lambda").meta.events
    said.register(
        "provide-client-params.lambda.UpdateFunctionConfiguration",
        lambda params, **_: seen.append(params["Environment"]),
    )
    account.has({})
    account.stack(None)
    account.has_api()
    asked = {"StackName": STACK, "TemplateBody": ANY, "Parameters": ANY, "OnFailure": "DELETE"}
    account.stubs["cloudformation"].add_response("create_stack", {"StackId": "arn"}, asked)
    account.stack("CREATE_COMPLETE")
    account.has({})
    account.takes({SECRET_VARIABLE: ANY})
    account.stack("CREATE_COMPLETE")
    assert put_edge(STAGE, account) == URL
    made, told = seen
    secret = parameters(made)["OriginSecret"]
    assert told == {"Variables": {SECRET_VARIABLE: secret}}
    assert len(secret) >= 32
    assert parameters(made)["ApiId"] == "a1b2c3d4e5"
    assert "Domain" not in parameters(made)


def test_an_edge_that_is_there_keeps_secret_and_name(account: Account) -> None:
    seen: list[dict[str, Any]] = []
    events = account("cloudformation").meta.events
    events.register("provide-client-params.cloudformation.UpdateStack", lambda params, **_: seen.append(params))
    account.has({SECRET_VARIABLE: SECRET})
    account.stack("CREATE_COMPLETE")
    account.has_api()
    account.stubs["cloudformation"].add_client_error(
        "update_stack", "ValidationError", "No updates are to be performed."
    )
    account.has({SECRET_VARIABLE: SECRET})
    account.stack("CREATE_COMPLETE")
    assert put_edge(STAGE, account) == URL
    assert parameters(seen[0]) | {"Stage": "dev"} == {
        "Stage": "dev", "DashboardBucket": STAGE.dashboard, "ApiId": "a1b2c3d4e5", "OriginSecret": SECRET,
        "Domain": True, "CertificateArn": True,
    }  # fmt: skip


def test_an_edge_in_motion_is_waited_for_and_one_that_was_rolled_back_is_made_anew(account: Account) -> None:
    cloudformation = account.stubs["cloudformation"]
    account.has({SECRET_VARIABLE: SECRET})
    account.stack("ROLLBACK_IN_PROGRESS")
    account.stack("ROLLBACK_COMPLETE")
    tokens: list[str] = []
    account("cloudformation").meta.events.register(
        "provide-client-params.cloudformation.DeleteStack",
        lambda params, **_: tokens.append(params["ClientRequestToken"]),
    )
    cloudformation.add_response("delete_stack", {}, {"StackName": STACK_ID, "ClientRequestToken": ANY})
    gone = {"StackId": STACK_ID, "StackName": STACK, "EventId": "1", "Timestamp": "2026-01-01T00:00:00Z",
            "LogicalResourceId": STACK, "PhysicalResourceId": STACK_ID, "ResourceType": "AWS::CloudFormation::Stack",
            "ResourceStatus": "DELETE_COMPLETE"}  # fmt: skip

    events = {"StackEvents": [gone]}
    account("cloudformation").meta.events.register(
        "after-call.cloudformation.DescribeStackEvents",
        lambda parsed, **_: [one.update(ClientRequestToken=tokens[-1]) for one in parsed["StackEvents"]] and None,
    )
    cloudformation.add_response("describe_stack_events", events, {"StackName": STACK_ID})
    account.has_api()
    asked = {"StackName": STACK, "TemplateBody": ANY, "Parameters": ANY, "OnFailure": "DELETE"}
    cloudformation.add_response("create_stack", {"StackId": "arn"}, asked)
    account.stack("CREATE_COMPLETE")
    account.has({SECRET_VARIABLE: SECRET})
    account.stack("CREATE_COMPLETE")
    assert put_edge(STAGE, account, sleep=lambda _: None) == URL


def test_an_edge_that_could_not_be_made_is_said_and_the_door_stays_open(account: Account) -> None:
    account.has({})
    account.stack(None)
    account.has_api()
    account.stubs["cloudformation"].add_response("create_stack", {"StackId": "arn"})
    account.stack("ROLLBACK_COMPLETE")
    with pytest.raises(EdgeError, match="describe-stack-events"):
        put_edge(STAGE, account)


def test_the_way_in_is_open_before_the_edge_goes(account: Account) -> None:
    account.has({SECRET_VARIABLE: SECRET, "OTHER": "1"})
    account.takes({"OTHER": "1"})
    account.stack("CREATE_COMPLETE")
    account.stubs["cloudformation"].add_response("delete_stack", {}, {"StackName": STACK})
    account.stack(None)
    assert remove_edge(STAGE, account)


def test_an_edge_that_is_not_there_is_no_error_even_without_a_dashboard(account: Account) -> None:
    account.has_no_function()
    account.stack(None)
    assert not remove_edge(STAGE, account)
