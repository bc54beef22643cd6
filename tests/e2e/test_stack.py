"""The stack on the local CloudFormation: what it makes, and that what a stack has kept is the next one's."""

from __future__ import annotations

from typing import Any

from madness.deploy.provision import provision
from madness.deploy.template import plan
from madness.local import ministack
from madness.local.ministack import local_clients
from operate.stage import Stage, load_stage


def made(cloudformation: Any, stage: Stage) -> dict[str, str]:
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stage.stack)
    return {one["LogicalResourceId"]: one["ResourceType"] for page in pages for one in page["StackResourceSummaries"]}


def test_the_next_stack_adopts_what_the_last_one_kept(new_home) -> None:
    clients = local_clients(ministack.start(new_home()))
    stage = load_stage("local")
    cloudformation, s3 = clients("cloudformation"), clients("s3")
    assert provision(stage, clients) == "created"
    assert made(cloudformation, stage) == {one.logical: one.type for one in plan(stage)}
    assert provision(stage, clients) == "unchanged"
    s3.put_object(Bucket=stage.models, Key="issued/one", Body=b"x")

    cloudformation.delete_stack(StackName=stage.stack)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=stage.stack, WaiterConfig={"Delay": 1})
    said: list[str] = []
    assert provision(stage, clients, say=said.append) == "created"
    assert "  Models (AWS::S3::Bucket) adopted" in said
    assert s3.get_object(Bucket=stage.models, Key="issued/one")["Body"].read() == b"x"
    assert provision(stage, clients) == "unchanged"


def test_a_stage_on_aws_is_made_too(new_home) -> None:
    """With its policies, logs and versions, which the local stage does without."""
    clients = local_clients(ministack.start(new_home()))
    stage = load_stage("dev")
    assert provision(stage, clients) == "created"
    assert made(clients("cloudformation"), stage) == {one.logical: one.type for one in plan(stage)}
    s3 = clients("s3")
    assert s3.get_bucket_versioning(Bucket=stage.models)["Status"] == "Enabled"
    assert "StaticFilesForCloudFront" in s3.get_bucket_policy(Bucket=stage.dashboard)["Policy"]
    assert provision(stage, clients) == "unchanged"
