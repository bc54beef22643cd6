"""What a stage's stack is made of, and what its roles and bucket policies let pass."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import cfnlint
import pytest
from ministack.core.iam_evaluator import EvalContext, evaluate, evaluate_resource_policy, parse_policy_document

from lake.training_jobs import CHECKPOINTS, CODE, INPUT, JOBS, VERDICTS, archive_key
from madness.deploy.template import BUDGETS, body, load, parameters, plan
from madness.local.sagemaker.server import DETAIL_TYPE, EVENT_SOURCE
from operate.stage import FUNCTIONS, Stage, load_stage, stage_names

DEV = Stage("dev", "eu-central-1", "dev-source", "dev-models", "dev-dashboard", "dev-deploy", "dev.fifo", "dead.fifo")
ACCOUNT = "123456789012"
FUNCTION = f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:madness-dashboard-dev"
LOGS = f"arn:aws:logs:eu-central-1:{ACCOUNT}:log-group:/aws/lambda"
TOPIC = f"arn:aws:sns:eu-central-1:{ACCOUNT}:madness-dev-alarms"
PROVIDERS = Path(cfnlint.__file__).parent / "data" / "schemas" / "providers"


@cache
def known() -> dict[str, str]:
    """Parameters and attributes on dev."""
    buckets = {f"{one.logical}.Arn": f"arn:aws:s3:::{one.name}" for one in plan(DEV) if one.type == "AWS::S3::Bucket"}
    pseudo = {"AWS::AccountId": ACCOUNT, "AWS::Region": "eu-central-1", "AWS::Partition": "aws"}
    return parameters(DEV) | pseudo | buckets | {"Alarms": TOPIC}


def resolved(value: Any) -> Any:
    """A value of the template as CloudFormation would hand it to the service, on dev."""
    if isinstance(value, list):
        return [resolved(one) for one in value]
    if not isinstance(value, dict):
        return value
    ((first, argument),) = value.items() if len(value) == 1 else [("", None)]
    if first in ("Ref", "Fn::GetAtt"):
        return known()[argument]
    if first == "Fn::Sub":
        for key, one in known().items():
            argument = argument.replace(f"${{{key}}}", one)
        assert "${" not in argument
        return argument
    return {key: resolved(one) for key, one in value.items()}


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    return load(body(DEV))["Resources"]


def context(action: str, resource: str, **more: Any) -> EvalContext:
    return EvalContext(
        "arn:aws:iam::123456789012:role/any", "AssumedRole", ACCOUNT, action, resource, DEV.region, **more
    )


def test_every_stage_has_a_plan() -> None:
    for name in stage_names():
        stage = load_stage(name)
        made = {one.logical: one for one in plan(stage)}
        assert {one.name for one in made.values() if one.type == "AWS::S3::Bucket" and one.is_kept} == {
            stage.source, stage.models, stage.dashboard, stage.deployments
        }  # fmt: skip
        assert made["DashboardRole"].name == f"madness-{name}-dashboard"
        assert ("DashboardLog" in made) == (not stage.is_local)
        assert ("SourcePolicy" in made) == (not stage.is_local)
        assert all(
            not one.is_kept for one in made.values() if one.type not in ("AWS::S3::Bucket", "AWS::Logs::LogGroup")
        )


def test_the_budget_comes_with_an_address_and_a_sum() -> None:
    def budget(**options: Any) -> list[str]:
        return [one.name for one in plan(DEV, **options) if one.type == "AWS::Budgets::Budget"]

    assert budget(alarm_email="a@example.org") == ["madness-dev"]
    assert budget() == budget(alarm_email="a@example.org", monthly_budget=0) == []
    assert plan(replace(DEV, region="eu-north-1"), alarm_email="a@example.org", monthly_budget=10)


def test_what_is_kept_has_a_literal_name_for_the_next_stack_to_adopt(resources) -> None:
    kept = {logical: one for logical, one in resources.items() if one.get("DeletionPolicy")}
    assert len(kept) == 5
    for one in kept.values():
        assert one["DeletionPolicy"] == "RetainExceptOnCreate" and one["UpdateReplacePolicy"] == "Retain"
        name = one["Properties"].get("BucketName", one["Properties"].get("LogGroupName"))
        assert isinstance(name, str)


def test_the_template_fits_into_a_request() -> None:
    assert len(body(replace(DEV, source="s" * 63, models="m" * 63)).encode()) < 51_200


def test_every_region_knows_every_type_but_the_budget(resources) -> None:
    """A template with a type that a region does not know is refused there. cfn-lint has AWS's list of each region."""
    types = {one["Type"] for one in resources.values()} - {"AWS::Budgets::Budget"}
    known = {path.stem: json.loads(path.read_text()).keys() for path in PROVIDERS.glob("*-*-[0-9].json")}
    known = {region: found for region, found in known.items() if not region.startswith(("us-iso", "eu-iso", "eusc"))}
    assert len(known) > 30
    assert {region: types - found for region, found in known.items() if types - found} == {}
    assert {region for region, found in known.items() if "AWS::Budgets::Budget" in found} == BUDGETS


@pytest.mark.parametrize("service", ["lambda.amazonaws.com", "apigateway.amazonaws.com"])
def test_lambda_and_api_gateway_take_on_the_role_of_the_dashboard(resources, service) -> None:
    """API Gateway gives no aws:SourceAccount with it, so nothing may be asked of that."""
    trust = resolved(resources["DashboardRole"]["Properties"]["AssumeRolePolicyDocument"])
    asked = context("sts:AssumeRole", "")
    assert evaluate_resource_policy(trust, asked, service=service).decision == "Allow"
    assert evaluate_resource_policy(trust, asked, service="events.amazonaws.com").decision != "Allow"
    assert all("Condition" not in statement for statement in trust["Statement"])


@pytest.mark.parametrize(
    ("action", "resource", "may"),
    [
        ("lambda:InvokeFunction", FUNCTION, True),
        ("lambda:InvokeFunction", FUNCTION.replace("dashboard-dev", "dashboard-prod"), False),
        ("lambda:InvokeFunction", FUNCTION.replace("madness-dashboard-dev", "madness-dev-reconcile"), False),
        ("lambda:UpdateFunctionCode", FUNCTION, False),
        ("s3:GetObject", "arn:aws:s3:::dev-dashboard/manifest/league=M.json", True),
        ("s3:ListBucket", "arn:aws:s3:::dev-dashboard", True),
        ("s3:PutObject", "arn:aws:s3:::dev-dashboard/manifest/league=M.json", False),
        ("s3:GetObject", "arn:aws:s3:::dev-models/state/head.json", False),
        ("logs:PutLogEvents", f"{LOGS}/madness-dashboard-dev:log-stream:a", True),
        ("logs:PutLogEvents", f"{LOGS}/madness-dev-reconcile:log-stream:a", False),
    ],
)  # fmt: skip
def test_the_role_of_the_dashboard_may_do_that_and_no_more(resources, action, resource, may) -> None:
    policies = resources["DashboardRole"]["Properties"]["Policies"]
    documents = [parse_policy_document(resolved(one["PolicyDocument"])) for one in policies]
    assert (evaluate(context(action, resource), documents).decision == "Allow") is may


def passes(resources: dict[str, Any], policy: str, service: str, action: str, resource: str, **more: Any) -> str:
    document = resolved(resources[policy]["Properties"]["PolicyDocument"])
    return evaluate_resource_policy(document, context(action, resource, **more), service=service).decision


def test_cloudfront_reads_the_static_files_for_a_distribution_of_this_account(resources) -> None:
    def read(key: str, account: str = ACCOUNT) -> str:
        source = {"aws:sourcearn": f"arn:aws:cloudfront::{account}:distribution/E1"}
        return passes(
            resources, "DashboardPolicy", "cloudfront.amazonaws.com", "s3:GetObject",
            f"arn:aws:s3:::dev-dashboard/{key}", secure_transport=True, service_context=source,
        )  # fmt: skip

    assert read("static/app.0a1b.js") == "Allow"
    assert read("manifest/league=M.json") == "ImplicitDeny"
    assert read("static/app.0a1b.js", account="999999999999") == "ImplicitDeny"


def test_logs_of_the_stages_own_buckets_are_taken_and_no_others(resources) -> None:
    def deliver(bucket: str, account: str = ACCOUNT, key: str = "logs/source/1") -> str:
        source = {"aws:sourcearn": f"arn:aws:s3:::{bucket}", "aws:sourceaccount": account}
        return passes(
            resources, "DeploymentsPolicy", "logging.s3.amazonaws.com", "s3:PutObject",
            f"arn:aws:s3:::dev-deploy/{key}", secure_transport=True, service_context=source,
        )  # fmt: skip

    for bucket in DEV.buckets().values():
        assert deliver(bucket) == "Allow"
    assert {deliver("other"), deliver(DEV.source, "999999999999"), deliver(DEV.source, key="releases/1.zip")} == {
        "ImplicitDeny"
    }
    logged = {logical: one["Properties"].get("LoggingConfiguration") for logical, one in resources.items()}
    assert {logical for logical, found in logged.items() if found} == {"Source", "Models", "Dashboard"}


def test_the_stages_alarms_and_its_rule_may_publish_and_nobody_else(resources) -> None:
    """A topic with a policy has lost the one that lets CloudWatch's alarms publish."""

    def publish(service: str, source: str, account: str = ACCOUNT) -> str:
        arn = f"arn:aws:{source.partition(':')[0]}:eu-central-1:{account}:{source.partition(':')[2]}"
        told = {"aws:sourcearn": arn, "aws:sourceaccount": account}
        return passes(resources, "AlarmsPolicy", service, "sns:Publish", TOPIC, service_context=told)

    rule = resolved(resources["TrainingFailed"]["Properties"]["Name"])
    assert publish("events.amazonaws.com", f"events:rule/{rule}") == "Allow"
    alarms = [one["Properties"] for one in resources.values() if one["Type"] == "AWS::CloudWatch::Alarm"]
    assert len(alarms) == 15
    for alarm in alarms:
        assert publish("cloudwatch.amazonaws.com", f"cloudwatch:alarm:{resolved(alarm['AlarmName'])}") == "Allow"
        assert alarm["AlarmActions"] == [{"Ref": "Alarms"}]
    assert {
        publish("events.amazonaws.com", "events:rule/other"),
        publish("events.amazonaws.com", f"events:rule/{rule}", account="999999999999"),
        publish("cloudwatch.amazonaws.com", "cloudwatch:alarm:madness-prod-faults"),
        publish("cloudwatch.amazonaws.com", "cloudwatch:alarm:madness-dev-faults", account="999999999999"),
        publish("s3.amazonaws.com", "s3:::bucket"),
    } == {"ImplicitDeny"}


def test_every_function_has_an_alarm_for_its_errors(resources) -> None:
    watched = {
        resolved(alarm["Properties"]["Dimensions"])[0]["Value"]
        for alarm in resources.values()
        if alarm["Type"] == "AWS::CloudWatch::Alarm" and alarm["Properties"]["MetricName"] == "Errors"
    }
    assert watched == {DEV.function(name) for name in FUNCTIONS}


def test_the_rule_is_about_the_stages_own_jobs(resources) -> None:
    rule = resources["TrainingFailed"]["Properties"]
    assert resolved(rule["EventPattern"]["detail"]) == {
        "TrainingJobStatus": ["Failed", "Stopped"], "TrainingJobName": [{"prefix": "madness-dev-"}]
    }  # fmt: skip
    own = rule["EventPattern"]["source"][1]["Fn::If"]
    assert own == ["OnAws", {"Ref": "AWS::NoValue"}, EVENT_SOURCE], "on AWS nobody can send events of a job but AWS"
    assert rule["EventPattern"]["detail-type"] == [DETAIL_TYPE]


@pytest.mark.parametrize(
    ("job", "account", "may"),
    [
        ("madness-dev-m-2025d104-0a1b2c3d-1", ACCOUNT, True),
        ("madness-prod-m-2025d104-0a1b2c3d-1", ACCOUNT, False),
        ("madness-dev-m-2025d104-0a1b2c3d-1", "999999999999", False),
    ],
)
def test_sagemaker_takes_on_the_role_for_jobs_of_the_stage(resources, job, account, may) -> None:
    trust = resolved(resources["TrainingRole"]["Properties"]["AssumeRolePolicyDocument"])
    source = {
        "aws:sourcearn": f"arn:aws:sagemaker:eu-central-1:{account}:training-job/{job}", "aws:sourceaccount": account
    }  # fmt: skip
    asked = context("sts:AssumeRole", "", service_context=source)
    assert (evaluate_resource_policy(trust, asked, service="sagemaker.amazonaws.com").decision == "Allow") is may
    assert evaluate_resource_policy(trust, asked, service="lambda.amazonaws.com").decision != "Allow"


MODELS = "arn:aws:s3:::dev-models"
IMAGES = "arn:aws:ecr:eu-central-1:763104351884:repository"


@pytest.mark.parametrize(
    ("action", "resource", "asked", "may"),
    [
        ("s3:GetObject", f"{MODELS}/{CODE}0a1b.tar.gz", {}, True),
        ("s3:GetObject", f"{MODELS}/{INPUT}job/games.parquet", {}, True),
        ("s3:GetObject", f"{MODELS}/{CHECKPOINTS}job/state.pt", {}, True),
        ("s3:GetObject", f"{MODELS}/ledger/league=M/day=1", {}, False),
        ("s3:GetObject", f"{MODELS}/{JOBS}job.json", {}, False),
        ("s3:GetObject", "arn:aws:s3:::dev-dashboard/manifest/league=M.json", {}, False),
        ("s3:ListBucket", MODELS, {"s3:prefix": f"{INPUT}job/"}, True),
        ("s3:ListBucket", MODELS, {"s3:prefix": "ledger/"}, False),
        ("s3:ListBucket", MODELS, {}, False),
        ("s3:PutObject", f"{MODELS}/{archive_key('job')}", {}, True),
        ("s3:PutObject", f"{MODELS}/{CHECKPOINTS}job/state.pt", {}, True),
        ("s3:PutObject", f"{MODELS}/{INPUT}job/games.parquet", {}, False),
        ("s3:PutObject", f"{MODELS}/{CODE}current.json", {}, False),
        ("s3:PutObject", f"{MODELS}/{VERDICTS}job.json", {}, False),
        ("s3:PutObject", f"{MODELS}/models/log.json", {}, False),
        ("s3:DeleteObject", f"{MODELS}/{CHECKPOINTS}job/state.pt", {}, False),
        ("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": "/aws/sagemaker/TrainingJobs"}, True),
        ("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": "Madness"}, False),
        ("logs:PutLogEvents", f"{LOGS}".replace("lambda", "sagemaker/TrainingJobs:log-stream:job/algo-1"), {}, True),
        ("logs:PutLogEvents", f"{LOGS}/madness-dev-reconcile:log-stream:a", {}, False),
        ("ecr:BatchGetImage", f"{IMAGES}/pytorch", {}, True),
        ("ecr:BatchGetImage", f"{IMAGES}/pytorch-training", {}, True),
        ("ecr:BatchGetImage", f"{IMAGES}/secret", {}, False),
        ("ecr:PutImage", f"{IMAGES}/pytorch", {}, False),
    ],
)  # fmt: skip
def test_a_training_job_may_do_that_and_no_more(resources, action, resource, asked, may) -> None:
    policies = resources["TrainingRole"]["Properties"]["Policies"]
    documents = [parse_policy_document(resolved(one["PolicyDocument"])) for one in policies]
    assert (evaluate(context(action, resource, service_context=asked), documents).decision == "Allow") is may


def test_what_is_on_record_of_training_is_kept(resources) -> None:
    """Jobs, verdicts, programs and archives say where a model came from; the rest can be made again."""
    rules = resources["Models"]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert {one["Prefix"]: one["ExpirationInDays"] for one in rules if "ExpirationInDays" in one} == {
        CHECKPOINTS: 28, INPUT: 90
    }  # fmt: skip


@pytest.mark.parametrize("bucket", ["Source", "Models", "Dashboard", "Deployments"])
def test_nobody_talks_to_a_bucket_in_the_clear(resources, bucket) -> None:
    for kind, arn in (("s3:ListBucket", ""), ("s3:GetObject", "/key")):
        resource = resources[bucket]["Properties"]["BucketName"] + arn
        answer = passes(
            resources, f"{bucket}Policy", "any", kind, f"arn:aws:s3:::{resource}", secure_transport=False
        )  # fmt: skip
        assert answer == "Deny"
