"""Provisioning against a CloudFormation with AWS's states and rules: what a failure left never needs a hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from moto.core.botocore_stubber import MockRawResponse

from madness.deploy.names import NamesError
from madness.deploy.provision import ProvisionError, check_buckets, provision
from madness.deploy.template import body, plan
from operate.stage import Stage
from tests.fake_cloudformation import ACCOUNT, FakeCloudFormation, Refused

DEV = Stage("dev", "eu-central-1", "dev-source", "dev-models", "dev-dashboard", "dev-deploy", "dev.fifo", "dead.fifo")
BUCKETS = {("AWS::S3::Bucket", name) for name in (*DEV.buckets().values(), DEV.deployments)}
KEPT = BUCKETS | {("AWS::Logs::LogGroup", "/aws/lambda/madness-dashboard-dev")}
Heads = dict[str, tuple[int, str]]


def fake_s3(heads: Heads) -> Any:
    """A client of S3 that answers HEAD of a bucket with a status and the bucket's region; any other is free."""
    s3 = boto3.client("s3", region_name=DEV.region, aws_access_key_id="x", aws_secret_access_key="x")

    def answer(request: Any, **_: Any) -> AWSResponse:
        assert request.method == "HEAD" and request.headers["x-amz-expected-bucket-owner"] == ACCOUNT.encode()
        name = request.url.split("/")[-1] or request.url.split("//")[1].split(".")[0]
        status, region = heads.get(name, (404, ""))
        if status == 200 and region not in request.url:
            status = 301  # asked in another region: botocore goes there by itself
        return AWSResponse(request.url, status, {"x-amz-bucket-region": region} if region else {}, MockRawResponse(b""))

    s3.meta.events.register("before-send.s3", answer)
    return s3


class FakeSts:
    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": ACCOUNT}


@pytest.fixture
def aws() -> FakeCloudFormation:
    return FakeCloudFormation()


@pytest.fixture
def run(aws: FakeCloudFormation) -> Callable[..., str]:
    """Provision dev. `said` of it holds the lines of the last run."""
    s3, said = fake_s3({}), []

    def provisioned(stage: Stage = DEV, heads: Heads | None = None, **options: Any) -> str:
        clients = {"cloudformation": aws.client, "s3": s3 if heads is None else fake_s3(heads), "sts": FakeSts()}
        said.clear()
        return provision(stage, clients.__getitem__, say=said.append, sleep=lambda _: None, **options)

    provisioned.said = said  # type: ignore[attr-defined]
    return provisioned


def test_a_new_stage_is_created_with_the_names_of_its_config(aws, run) -> None:
    assert run() == "created"
    stack = aws.stack()
    assert stack.status == "CREATE_COMPLETE"
    assert stack.parameters == {
        "Stage": "dev", "SourceBucket": "dev-source", "ModelsBucket": "dev-models", "DashboardBucket": "dev-dashboard",
        "DeploymentsBucket": "dev-deploy", "Queue": "dev.fifo", "DeadLetterQueue": "dead.fifo", "AlarmEmail": "",
        "MonthlyBudget": "10",
    }  # fmt: skip
    planned = plan(DEV)
    assert set(stack.resources) == {one.logical for one in planned}
    assert run.said[0] == f"creating stack madness-dev: {len(planned)} resources"
    assert {f"  {one.logical} ({one.type}) created" for one in planned} == set(run.said[1:])


@pytest.mark.parametrize("source", ["madness-dev-1234-source", "madness-dev-source"])
def test_a_stack_with_other_buckets_is_not_touched(aws, run, source) -> None:
    run(replace(DEV, source=source))
    asked = len(aws.asked("CreateChangeSet"))
    with pytest.raises(NamesError, match=f"source: {source} on AWS, dev-source in"):
        run()
    aws.stack().status = "DELETE_FAILED"
    with pytest.raises(NamesError, match="nothing was changed"):
        run()
    assert len(aws.asked("CreateChangeSet")) == asked and not aws.asked("DeleteStack")


def test_a_creation_that_failed_is_followed_by_one_with_other_names(aws, run) -> None:
    aws.broken["Source"] = "somebody has that name"
    with pytest.raises(ProvisionError, match="ROLLBACK_COMPLETE"):
        run(replace(DEV, source="taken"))
    aws.broken.clear()
    assert run() == "created"


def test_a_second_run_changes_nothing(aws, run) -> None:
    run()
    assert run() == "unchanged"
    assert len(aws.asked("ExecuteChangeSet")) == 1
    assert len(aws.asked("DeleteChangeSet")) == 1


def test_what_is_told_stays_until_something_else_is(aws, run) -> None:
    assert run(alarm_email="a@example.org", monthly_budget=25) == "created"
    assert "Budget" in aws.stack().resources
    assert run() == "unchanged"
    assert run(monthly_budget=0) == "updated"
    assert aws.stack().status == "UPDATE_COMPLETE", "the clearing up is waited for: another change set may follow"
    assert run() == "unchanged" and "Budget" not in aws.stack().resources
    assert (aws.stack().parameters["AlarmEmail"], aws.stack().parameters["MonthlyBudget"]) == ("a@example.org", "0")


def test_a_stack_of_a_template_without_the_parameter_is_updated(aws, run) -> None:
    run()
    del aws.stack().parameters["MonthlyBudget"]
    assert run() == "updated"
    assert aws.stack().parameters["MonthlyBudget"] == "10"


def test_a_refusal_is_passed_on(aws, run, tmp_path) -> None:
    broken = tmp_path / "template.yaml"
    broken.write_text(body(DEV).replace("  DeadLetterQueue:\n    Type: String\n", "  Other:\n    Type: String\n", 1))
    with pytest.raises(ProvisionError, match=r"refused the stack madness-dev.*DeadLetterQueue\] do not exist"):
        run(template=broken)


def test_after_a_creation_that_failed_the_next_one_needs_no_hand(aws, run) -> None:
    aws.broken["TrainingRole"] = "a role of that name is there"
    with pytest.raises(ProvisionError, match=r"(?s)ended as ROLLBACK_COMPLETE.*TrainingRole .*CREATE_FAILED: a role"):
        run()
    assert not aws.account & KEPT, "what it made it took back"
    aws.broken.clear()
    assert run() == "created"
    assert run.said[0].startswith("stack madness-dev is ROLLBACK_COMPLETE: deleting it")
    assert [stack.status for stack in aws.stacks] == ["DELETE_COMPLETE", "CREATE_COMPLETE"]


def test_what_a_deleted_stack_kept_is_adopted(aws, run) -> None:
    run()
    aws.client.delete_stack(StackName="madness-dev", ClientRequestToken="somebody")
    assert run() == "created"
    assert run.said[0].startswith("stack madness-dev is DELETE_IN_PROGRESS: waiting")
    assert aws.account >= KEPT
    assert "of which Source, Models, Dashboard, Deployments, DashboardLog are there and adopted" in run.said[1]
    assert "  Models (AWS::S3::Bucket) adopted" in run.said
    assert not any(line.startswith("updating") for line in run.said)


def test_what_is_adopted_gets_the_settings_of_the_template(aws, run) -> None:
    aws.account, aws.drifted = set(KEPT), True
    assert run() == "created"
    assert "  Models (AWS::S3::Bucket) updated" in run.said
    assert [request.get("DeploymentMode") for request in aws.asked("CreateChangeSet")] == [None, "REVERT_DRIFT"]


def test_what_an_update_adopts_gets_the_settings_of_the_template(aws, run, tmp_path) -> None:
    without = tmp_path / "template.yaml"
    without.write_text(re.sub(r"(?m)^  DashboardLog:\n(?:(?:    .*)?\n)*", "", body(DEV)))
    run(template=without)
    aws.account, aws.drifted = set(KEPT), True
    assert run() == "updated"
    assert [line for line in run.said if line.endswith("adopted") and line.startswith(" ")] == [
        "  DashboardLog (AWS::Logs::LogGroup) adopted"
    ]
    assert "  DashboardLog (AWS::Logs::LogGroup) updated" in run.said


@pytest.mark.parametrize("failed_update", [False, True])
def test_who_was_stopped_between_adopting_and_its_settings_goes_on_with_those(aws, run, failed_update) -> None:
    aws.account, aws.drifted = set(KEPT), True
    made, execute = [], aws._execute_change_set

    def once(**asked: Any) -> None:
        made.append(asked)
        if len(made) == 2:
            raise Refused("ctrl-c")
        execute(**asked)

    aws._execute_change_set = once
    with pytest.raises(ProvisionError, match="ctrl-c"):
        run()
    if failed_update:
        aws.broken["Models"] = "no"
        with pytest.raises(ProvisionError, match="UPDATE_ROLLBACK_COMPLETE"):
            run()
        aws.broken.clear()
    assert run() == "updated"
    assert "  Models (AWS::S3::Bucket) updated" in run.said
    aws.drifted = False
    assert run() == "unchanged"
    modes = [request.get("DeploymentMode") for request in aws.asked("CreateChangeSet")]
    assert modes[-2:] == [None, None], "the settings are looked at once"


def test_a_creation_that_failed_is_repeated_with_what_it_was_told(aws, run) -> None:
    aws.broken["TrainingRole"] = "no"
    with pytest.raises(ProvisionError, match="ROLLBACK_COMPLETE"):
        run(alarm_email="a@example.org", monthly_budget=25)
    aws.broken.clear()
    assert run() == "created"
    assert (aws.stack().parameters["AlarmEmail"], aws.stack().parameters["MonthlyBudget"]) == ("a@example.org", "25")


def test_somebody_elses_role_of_that_name_is_not_adopted(aws, run) -> None:
    aws.account.add(("AWS::IAM::Role", "madness-dev-training"))
    with pytest.raises(
        ProvisionError, match=r"(?s)changed nothing.*TrainingRole: Resource of TrainingRole already exists"
    ):
        run()
    aws.may_read_events = False
    with pytest.raises(ProvisionError, match=r"could not be read.*cloudformation:DescribeEvents"):
        run()
    assert not aws.asked("ExecuteChangeSet")
    aws.account.clear()
    assert run() == "created", "into the stack that the change sets have left in REVIEW_IN_PROGRESS"


def test_an_update_that_failed_is_rolled_back_and_told(aws, run) -> None:
    run()
    aws.broken["Budget"] = "no rights to budgets:ModifyBudget"
    with pytest.raises(ProvisionError, match=r"(?s)ended as UPDATE_ROLLBACK_COMPLETE.*Budget .*no rights"):
        run(alarm_email="a@example.org")
    aws.broken.clear()
    assert run(alarm_email="a@example.org") == "updated"


def test_a_roll_back_that_failed_is_ended_first(aws, run) -> None:
    run()
    aws.broken["Budget"], aws.stuck = "no", True
    with pytest.raises(ProvisionError, match="ended as UPDATE_ROLLBACK_FAILED"):
        run(alarm_email="a@example.org")
    aws.broken.clear()
    assert run(alarm_email="a@example.org") == "updated"
    assert run.said[0] == "stack madness-dev is UPDATE_ROLLBACK_FAILED: ending that roll-back first"


def test_what_is_throttled_is_asked_again(aws, run) -> None:
    aws.throttled = 1
    assert run() == "created"


def test_patience_ends(aws, run) -> None:
    run()
    aws.stack().status = "UPDATE_IN_PROGRESS"  # and nothing goes on
    with pytest.raises(ProvisionError, match="stack madness-dev has not come to rest after"):
        run()


def test_nothing_is_touched_while_a_bucket_is_somebody_elses(aws, run) -> None:
    heads = {"dev-models": (403, ""), "dev-source": (200, "us-east-1"), "dev-deploy": (200, "eu-central-1")}
    with pytest.raises(ProvisionError) as refused:
        run(heads=heads)
    told = str(refused.value)
    assert "dev-models belongs to another account" in told
    assert "dev-source is in us-east-1, and the stage dev in eu-central-1" in told
    assert "dev-dashboard" not in told and "dev-deploy" not in told
    assert f"madness configure --stage dev --account {ACCOUNT}" in told
    assert not aws.requests


def test_buckets_that_are_free_or_ours_are_fine() -> None:
    check_buckets(DEV, fake_s3({"dev-source": (200, "eu-central-1")}), ACCOUNT)


def test_without_budgets_in_a_region_it_says_so(aws, run) -> None:
    north = replace(DEV, region="eu-north-1")
    assert run(north, alarm_email="a@example.org") == "created"
    assert "has no budgets in eu-north-1" in run.said[0]
    assert "Budget" not in aws.stack().resources
