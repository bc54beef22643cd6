"""Findings about this machine, the settings and the account: each says how to mend it, none is a crash."""

from __future__ import annotations

import subprocess
from dataclasses import replace

import pytest

from madness.deploy import checks, workshop
from madness.deploy.checks import OK, PROBLEM, WARNING, Account
from madness.deploy.doctor import examine
from madness.deploy.workshop import WorkshopError
from operate.stage import Stage, StageError, load_stage, project_root
from tests.fake_lambda import Exceptions, Pages, refused

STAGE = Stage("dev", "eu-west-1", "s", "m", "d", "p", "q.fifo", "l.fifo")


def levels(found) -> dict[str, str]:
    return {one.subject: one.level for one in found}


def test_a_machine_without_python_312_and_uv_is_two_problems_with_a_way_out(monkeypatch, tmp_path) -> None:
    def none() -> None:
        raise WorkshopError("No Python 3.12: `uv python install 3.12` gets one")

    monkeypatch.setattr(workshop, "python", none)
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    found = list(checks.machine(tmp_path))
    assert levels(found) == {"python": PROBLEM, "uv": PROBLEM, "disk": OK}
    assert "uv python install" in found[0].mend and found[1].mend == "pip install uv"


def test_settings_that_are_behind_are_named(tmp_path) -> None:
    root = project_root()
    for folder in (".chalice",):
        (tmp_path / folder).mkdir()
        for file in (root / folder).glob("*.json"):
            (tmp_path / folder / file.name).write_text(file.read_text())
    (tmp_path / "zappa_settings.json").write_text((root / "zappa_settings.json").read_text())
    assert levels(checks.checkout(tmp_path))["settings"] == OK
    (tmp_path / ".chalice" / "policy-dev-reconcile.json").write_text("{}")
    (behind, *_) = checks.checkout(tmp_path)
    assert behind.level == PROBLEM and "policy-dev-reconcile.json" in behind.text and "madness configure" in behind.mend


def test_git_tells_the_commit_and_what_is_not_in_it(tmp_path) -> None:
    assert checks.git(tmp_path / "none") == (None, [])

    def git(*arguments: str) -> None:
        subprocess.run(
            ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b", *arguments], check=True
        )

    git("init", "-q")
    (tmp_path / "one").write_text("1")
    git("add", ".")
    git("commit", "-qm", "x")
    commit, changed = checks.git(tmp_path)
    assert commit is not None and len(commit) == 12 and changed == []
    (tmp_path / "two").write_text("2")
    assert checks.git(tmp_path) == (commit, ["two"])


def test_another_endpoint_is_a_problem_unless_meant_and_another_region_changes_nothing() -> None:
    left_over = list(checks.place(STAGE, {"AWS_ENDPOINT_URL": "http://x"}))
    assert levels(left_over) == {"endpoint": PROBLEM, "region": OK} and "AWS_ENDPOINT_URL" in left_over[0].mend
    meant = list(checks.place(STAGE, {"MADNESS_AWS_ENDPOINT": "http://x", "AWS_REGION": "us-east-1"}))
    assert levels(meant) == {"endpoint": WARNING, "region": OK} and "us-east-1 of the environment" in meant[1].text
    nowhere = Stage("dev", "eu-west-99x", "s", "m", "d", "p", "q.fifo", "l.fifo")
    assert levels(checks.place(nowhere, {}))["region"] == PROBLEM


def test_names_of_another_account_and_root_are_told() -> None:
    ours = Stage("dev", "eu-west-1", *(f"madness-dev-111122223333-{x}" for x in "smdp"), "q.fifo", "l.fifo")
    assert levels(checks.identity(ours, Account("111122223333", "arn:aws:iam::111122223333:user/ada"))) == {
        "account": OK
    }
    other = levels(checks.identity(ours, Account("999922223333", "arn:aws:iam::999922223333:root")))
    assert other == {"account": WARNING, "names": PROBLEM}


class Denied:
    """An account in which nothing may be asked."""

    exceptions = Exceptions

    def get_paginator(self, operation: str) -> Pages:
        return Pages(getattr(self, operation))

    def __getattr__(self, operation: str):
        def call(**_: object) -> None:
            if operation == "get_account_settings":
                message = "User: x is not authorized to perform: lambda:GetAccountSettings because no policy allows it"
                raise refused("AccessDeniedException", operation, message)
            raise refused("AccessDenied", operation, "Access Denied")

        return call


def test_what_may_not_be_asked_is_a_finding_that_names_the_right() -> None:
    found = list(checks.quotas(STAGE, lambda _: Denied(), project_root()))
    assert levels(found) == {"names": WARNING, "layer": PROBLEM, "quota": WARNING}
    assert any("lambda:GetAccountSettings" in one.mend and "docs/iam" in one.mend for one in found)
    on_aws = list(checks.stage_on_aws(STAGE, lambda _: Denied(), project_root()))
    assert len(on_aws) >= 6 and {one.level for one in on_aws} == {WARNING}


class Sts:
    def get_caller_identity(self) -> dict:
        return {"Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/ada"}


class Buckets:
    def __init__(self, **answers: object) -> None:
        self.answers = answers

    def head_bucket(self, Bucket: str, ExpectedBucketOwner: str) -> dict:  # noqa: N803
        assert ExpectedBucketOwner == "111122223333"
        answer = self.answers.get(Bucket, "404")
        if isinstance(answer, str):
            raise refused(answer, "HeadBucket")
        return answer  # type: ignore[return-value]


class Lambda:
    def get_account_settings(self) -> dict:
        return {"AccountLimit": {"ConcurrentExecutions": 10}}

    def get_layer_version_by_arn(self, Arn: str) -> dict:  # noqa: N803
        return {}


def test_buckets_are_free_ours_or_somebody_elses_and_a_new_account_runs_ten_at_once() -> None:
    s3 = Buckets(s={"BucketRegion": "eu-west-1"}, m={"BucketRegion": "us-east-1"}, d="403")
    stage = Stage("dev", "eu-west-1", "s", "m", "d", "p", "q.fifo", "l.fifo")
    clients = {"s3": s3, "sts": Sts(), "lambda": Lambda()}
    found = list(checks.quotas(stage, lambda service: clients[service], project_root()))
    assert [(one.level, one.text.split(",")[0]) for one in found if one.subject == "names"] == [
        (OK, "bucket s is ours"), (PROBLEM, "bucket m is in us-east-1"),
        (PROBLEM, "bucket d belongs to another account"), (OK, "bucket p is not there yet"),
    ]  # fmt: skip
    (quota,) = (one for one in found if one.subject == "quota")
    assert quota.level == WARNING and "10 functions" in quota.text and "Service Quotas" in quota.mend


def test_an_answer_that_is_a_fault_of_ours_is_not_taken_for_a_finding() -> None:
    class Broken:
        def __getattr__(self, operation: str):
            raise TypeError(operation)

    with pytest.raises(TypeError):
        list(checks.stage_on_aws(load_stage("dev"), lambda _: Broken(), project_root()))


def test_a_layer_that_cannot_be_read_stops_a_deployment(monkeypatch) -> None:
    class NoLayer(Lambda):
        def get_layer_version_by_arn(self, Arn: str) -> dict:  # noqa: N803
            raise refused("AccessDeniedException", "GetLayerVersionByArn")

    monkeypatch.delenv("MADNESS_AWS_ENDPOINT", raising=False)
    clients = {"s3": Buckets(), "sts": Sts(), "lambda": NoLayer()}
    found = list(checks.quotas(load_stage("dev"), lambda service: clients[service], project_root()))
    (layer,) = (one for one in found if one.subject == "layer")
    assert layer.level == PROBLEM and "--layer ARN" in layer.mend


def test_a_region_that_is_none_is_a_finding_and_no_crash(tmp_path) -> None:
    root = project_root()
    (tmp_path / ".chalice").mkdir()
    text = (root / ".chalice" / "config.json").read_text()
    (tmp_path / ".chalice" / "config.json").write_text(text.replace('"MADNESS_REGION": "eu-central-1"',
                                                                    '"MADNESS_REGION": "nowhere"'))  # fmt: skip
    (tmp_path / "zappa_settings.json").write_text((root / "zappa_settings.json").read_text())
    (found, *_) = checks.checkout(tmp_path)
    assert (found.level, found.subject) == (PROBLEM, "settings") and "'nowhere' is no region" in found.text
    (china,) = (one for one in checks.place(replace(STAGE, region="cn-north-1"), {}) if one.subject == "region")
    assert china.level == PROBLEM and "Zappa" in china.text


def test_doctor_says_what_it_did_not_look_at_without_credentials(monkeypatch) -> None:
    def none(_: Stage):
        raise StageError("no credentials")

    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    *_, last = examine(load_stage("dev"), project_root(), none)
    assert last.level == WARNING and last.text.startswith("not looked at: names, layer")
