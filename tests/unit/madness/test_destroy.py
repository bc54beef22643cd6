"""Taking a stage down: data stay unless told, what was removed already does not matter."""

from __future__ import annotations

from dataclasses import replace

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from madness.console import Silent
from madness.deploy import dashboard, edge, pipeline, provision
from madness.deploy.destroy import DestroyError, Destruction
from madness.deploy.names import NamesError
from madness.deploy.template import parameters
from operate.stage import Stage, project_root
from tests.fake_lambda import SlowLambda
from tests.memory_store import MemoryStore

STAGE = Stage("dev", "eu-west-1", "source", "models", "dashboard", "deployments", "q.fifo", "l.fifo")


class Logs:
    def __init__(self) -> None:
        self.groups = ["/aws/lambda/madness-dev-reconcile", "/aws/lambda/madness-dashboard-dev",
                       "/aws/lambda/madness-dashboard-dev2", "/aws/lambda/madness-dev2-reconcile"]  # fmt: skip

    def get_paginator(self, _: str):
        return self

    def paginate(self, logGroupNamePrefix: str) -> list[dict]:  # noqa: N803
        return [{"logGroups": [{"logGroupName": one} for one in self.groups if one.startswith(logGroupNamePrefix)]}]

    def delete_log_group(self, logGroupName: str) -> None:  # noqa: N803
        self.groups.remove(logGroupName)


class Account:
    """Real S3 calls on moto; what tools and CloudFormation remove is noted and gone."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.s3 = boto3.client("s3", region_name="eu-west-1")
        self.logs, self.aws = Logs(), SlowLambda(MemoryStore())
        self.aws.map("left", queue="q.fifo")
        self.aws.map("other", queue="other.fifo")
        self.there = {"dashboard", "functions", "cdn", "stack"}
        self.order: list[str] = []
        for module, name in ((dashboard, "dashboard"), (pipeline, "functions")):
            monkeypatch.setattr(module, "delete", lambda *_, name=name: self._remove(name))
        monkeypatch.setattr(edge, "remove_edge", lambda *_: self._remove("cdn"))
        monkeypatch.setattr(provision.Stack, "delete", lambda _: self._remove("stack"))
        self.stack: dict | None = None
        monkeypatch.setattr(provision.Stack, "look", lambda _: self.stack)
        for bucket in ("source", "models", "dashboard", "deployments"):
            self.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
            self.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        for body in (b"1", b"2"):
            self.s3.put_object(Bucket="source", Key="results/a.csv", Body=body)
        self.s3.delete_object(Bucket="source", Key="results/a.csv")

    def _remove(self, name: str) -> bool:
        self.order.append(name)
        there = name in self.there
        self.there.discard(name)
        return there

    def clients(self, service: str):
        return {"s3": self.s3, "logs": self.logs, "lambda": self.aws, "cloudformation": None, "sts": self}[service]

    def get_caller_identity(self) -> dict:
        return {"Account": "123456789012"}

    def destroy(self, data: bool = False, stage: Stage = STAGE):
        return Destruction(stage, self.clients, project_root(), data, Silent(), lambda _: None).run()

    def buckets(self) -> set[str]:
        return {one["Name"] for one in self.s3.list_buckets()["Buckets"]}


@pytest.fixture
def account(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield Account(monkeypatch)


def test_everything_goes_in_order_and_the_data_stay(account) -> None:
    done, left = account.destroy()
    assert account.order == ["cdn", "dashboard", "functions", "stack"]
    assert list(account.aws.mappings) == ["other"]
    assert account.logs.groups == ["/aws/lambda/madness-dashboard-dev2", "/aws/lambda/madness-dev2-reconcile"]
    assert left == ["source", "models", "dashboard", "deployments"] and account.buckets() == set(left)
    assert len(account.s3.list_object_versions(Bucket="source")["Versions"]) == 2
    assert all(one.changed for one in done.values())
    assert "Contents" not in account.s3.list_objects_v2(Bucket="deployments"), "the lock is gone"


def test_told_so_every_version_goes(account) -> None:
    done, left = account.destroy(data=True)
    assert account.buckets() == set() and left == []
    assert "removed 4 buckets" in done["data"].told


def test_after_a_failure_the_same_command_goes_on(account, monkeypatch) -> None:
    monkeypatch.setattr(provision.Stack, "delete", lambda _: (_ for _ in ()).throw(DestroyError("stuck")))
    with pytest.raises(DestroyError, match="stuck"):
        account.destroy(data=True)
    assert account.buckets() == {"source", "models", "dashboard", "deployments"}
    monkeypatch.setattr(provision.Stack, "delete", lambda _: account._remove("stack"))
    done, left = account.destroy(data=True)
    assert not done["functions"].changed and done["stack"].changed and left == []
    done, left = account.destroy(data=True)
    assert not any(one.changed for one in done.values()), "nothing was left"


def test_an_object_that_may_not_be_deleted_is_named(account, monkeypatch) -> None:
    refusal = {"Errors": [{"Key": "results/a.csv", "Code": "AccessDenied", "Message": "no"}]}
    delete = account.s3.delete_objects

    def refuse(**asked):
        return refusal if asked["Bucket"] == "source" else delete(**asked)

    monkeypatch.setattr(account.s3, "delete_objects", refuse, raising=False)
    with pytest.raises(DestroyError, match=r"source/results/a.csv: AccessDenied"):
        account.destroy(data=True)
    assert "source" in account.buckets()


DEFAULT = replace(STAGE, **{one: f"madness-dev-{one}" for one in ("source", "models", "dashboard", "deployments")})


def deployed(stage: Stage) -> dict:
    given = [{"ParameterKey": key, "ParameterValue": name} for key, name in parameters(stage).items()]
    return {"StackStatus": "UPDATE_COMPLETE", "Parameters": given}


def test_a_fresh_checkout_takes_down_what_the_stack_has(account) -> None:
    account.stack = deployed(STAGE)
    _, left = account.destroy(stage=DEFAULT)
    assert left == ["source", "models", "dashboard", "deployments"]
    _, left = account.destroy(data=True, stage=DEFAULT)
    assert left == [] and account.buckets() == set()


def test_a_fresh_checkout_finds_the_data_of_a_stack_that_is_gone(account) -> None:
    account.s3.create_bucket(
        Bucket="madness-dev-123456789012-source", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    assert account.destroy(stage=DEFAULT)[1] == ["madness-dev-123456789012-source"]
    account.s3.create_bucket(Bucket="madness-dev-models", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert account.destroy(stage=DEFAULT)[1] == ["madness-dev-models"], "a stage from before names had a number"


def test_with_other_names_than_the_stack_nothing_is_removed(account) -> None:
    account.stack = deployed(STAGE)
    with pytest.raises(NamesError, match="source: source on AWS, mine in"):
        account.destroy(data=True, stage=replace(STAGE, source="mine"))
    assert account.order == [] and len(account.buckets()) == 4


def test_a_bucket_of_somebody_else_is_said_to_be_one(account, monkeypatch) -> None:
    def forbid(**_: str) -> None:
        raise ClientError({"Error": {"Code": "403", "Message": "Forbidden"}}, "HeadBucket")

    monkeypatch.setattr(account.s3, "head_bucket", forbid, raising=False)
    with pytest.raises(DestroyError, match="deployments belongs to another account, or"):
        account.destroy()
    assert account.order == []
