"""`madness deploy --plan`: all of it, without credentials, without Python 3.12, without changing a file."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from botocore.exceptions import NoCredentialsError

from madness.commands.door import asked
from madness.deploy import deploy as deploying
from madness.deploy import packages, template, workshop
from madness.deploy.deploy import CheckError, Deployment, Wishes
from madness.deploy.names import NamesError, has_default_names, named_after, settled
from madness.deploy.plan import plan
from madness.deploy.steps import Done, Step, carry_out
from madness.deploy.workshop import WorkshopError
from madness.printed.plan import render_plan
from operate.stage import FUNCTIONS, Stage, load_stage, project_root

NAMES = (f"madness-dev-{one}" for one in ("source", "models", "dashboard", "deployments"))
FRESH = Stage("dev", "eu-central-1", *NAMES, "madness-dev-results.fifo", "madness-dev-results-dlq.fifo")


class NoCredentials:
    def __getattr__(self, operation: str):
        def call(**_: object) -> None:
            raise NoCredentialsError

        return call


def deployment(stage: Stage | None = None, **wishes) -> Deployment:
    return Deployment(
        stage or load_stage("dev"),
        Wishes(**wishes),
        project_root(),
        lambda _: lambda _: NoCredentials(),
        lambda _: None,
    )


@pytest.fixture(scope="module")
def found():
    """The plan of a machine that has neither Python 3.12 nor credentials."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("MADNESS_AWS_ENDPOINT", "AWS_ENDPOINT_URL"):
            patch.delenv(name, raising=False)

        def none(*_: object, **__: object) -> None:
            raise WorkshopError("No Python 3.12, for which the functions are packaged. `uv python install 3.12`")

        patch.setattr(workshop, "python", none)
        patch.setattr(packages, "pipeline_package", none)
        patch.setattr(packages, "dashboard_package", none)
        before = hashes()
        made = plan(deployment(FRESH))
        assert hashes() == before, "a plan writes nothing"
        return made


def hashes() -> dict[str, str]:
    root = project_root()
    files = [*root.glob(".chalice/**/*.json"), root / "zappa_settings.json", *root.glob("infra/*")]
    return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_what_is_missing_is_a_finding_and_no_crash(found) -> None:
    problems = {one["subject"]: one for one in found["findings"] if one["level"] == "problem"}
    assert {"python", "packages"} <= set(problems) and "uv python install" in problems["python"]["mend"]
    (account,) = (one for one in found["findings"] if one["subject"] == "account")
    assert "shown as <account>" in account["text"]
    assert found["account"] is None and found["differences"] is None and found["packages"] == {}


def test_every_resource_function_statement_and_step_is_in_it(found) -> None:
    stage = named_after(FRESH, "<account>")
    assert [one["logical"] for one in found["resources"]] == [one.logical for one in template.plan(stage)]
    assert [one["name"] for one in found["functions"]] == [f"madness-dev-{name}" for name in FUNCTIONS]
    on_disk = json.loads((project_root() / ".chalice" / "policy-dev-apply_results.json").read_text())["Statement"]
    may = found["functions"][FUNCTIONS.index("apply_results")]["may"]
    assert [one["actions"] for one in may] == [one["Action"] for one in on_disk]
    titles = [step["title"] for step in found["steps"]]
    assert " ".join(titles) == "checks names stack training functions mapping dashboard static files cdn release"
    assert all(step["does"] for step in found["steps"])


def test_names_are_those_that_a_deployment_will_use(found) -> None:
    text = json.dumps(found)
    assert "madness-dev-<account>-source" in text and '"madness-dev-source' not in text


def test_a_person_can_read_it(found, capsys) -> None:
    render_plan(found)
    printed = capsys.readouterr().out
    expected = (
        "nothing on AWS is changed", "no credentials: account unknown", "AWS::S3::Bucket",
        "stays when the stack is deleted",
        "may s3:GetObject", "layer arn:aws:lambda:", "python3.12, 1,769 MB", "chalice deploy --stage dev",
        "zappa deploy dev", "undo: madness rollback --stage dev", "docs/operations.md",
        "THE DASHBOARD IS PUBLIC", "To close it: --login NAME", "about $8 a month", "a project of AWS",
        "nobody is told of alarms", "event source mapping", "schedule rule", "REST API", "log group",
        "madness-dev-dashboard: for lambda.amazonaws.com", "denies * s3:*",
    )  # fmt: skip
    for told in expected:
        assert told in printed, told
    for raw in ("${", ".Arn", "AWS::Partition"):
        assert raw not in printed, raw
    assert printed.splitlines()[2].startswith("where")


def test_the_account_of_the_names_is_told_and_cdn_adds_its_resources(monkeypatch, capsys) -> None:
    monkeypatch.setattr(workshop, "python", lambda: Path("/usr/bin/python3.12"))
    render_plan(plan(deployment(named_after(FRESH, "111122223333"), cdn=True), with_packages=False))
    printed = capsys.readouterr().out
    assert "account 111122223333 (after the buckets' names" in printed and "<account>" not in printed.split("Find")[0]
    assert "madness-dev-edge (infra/edge.yaml)" in printed and "AWS::CloudFront::Distribution" in printed


def test_a_door_is_closed_at_the_first_deployment_and_planned_without_a_password(monkeypatch, capsys) -> None:
    door = asked("ann", ["203.0.113.0/24"], only_plan=True)
    made = deployment(door=door)
    set_to = []
    monkeypatch.setattr(deploying.edge, "set_variables", lambda stage, clients, changes: set_to.append(changes) or True)
    assert made._close() and set_to == [door] and not deployment()._close()
    render_plan(plan(made, with_packages=False))
    printed = capsys.readouterr().out
    assert "MADNESS_DASHBOARD_ALLOW, MADNESS_DASHBOARD_LOGIN will be set" in printed and "PUBLIC" not in printed


def test_a_region_that_is_none_is_a_finding_of_the_plan() -> None:
    found = plan(deployment(replace(FRESH, region="nowhere")), with_packages=False)
    assert {"level": "problem", "subject": "region"}.items() <= next(
        one for one in found["findings"] if one["subject"] == "region"
    ).items()


def test_every_step_that_changes_something_says_how_to_undo_it() -> None:
    assert [one.title for one in deployment().steps() if not one.undo] == ["checks"]


def test_without_the_dashboard_its_steps_are_left_out() -> None:
    titles = [step.title for step in deployment(dashboard=False).steps()]
    assert titles == ["checks", "names", "stack", "training", "functions", "mapping", "release"]


# ---------------------------------------------------------------------------------------------- names
def test_only_the_names_of_a_fresh_checkout_get_the_accounts_id() -> None:
    ours = named_after(FRESH, "111122223333")
    assert has_default_names(FRESH) and not has_default_names(ours) and not has_default_names(load_stage("local"))
    assert ours.deployments == "madness-dev-111122223333-deployments"
    assert settled(FRESH, None, "111122223333") == ours and settled(ours, None, "9" * 12) == ours


class Cloud:
    """CloudFormation and STS: is the stage deployed, and with which buckets?"""

    def __init__(self, status: str, stage: Stage = FRESH) -> None:
        given = [{"ParameterKey": key, "ParameterValue": name} for key, name in template.parameters(stage).items()]
        self.stack = {"StackStatus": status, "Parameters": given}

    def describe_stacks(self, StackName: str) -> dict:  # noqa: N803
        return {"Stacks": [self.stack]}

    def get_caller_identity(self) -> dict:
        return {"Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/ada"}


@pytest.fixture
def checkout(tmp_path):
    """A folder with the committed settings, and nothing else."""
    shutil.copytree(project_root() / ".chalice", tmp_path / ".chalice", ignore=shutil.ignore_patterns("deployed"))
    shutil.copy(project_root() / "zappa_settings.json", tmp_path)
    return tmp_path


def name(stage: Stage, cloud: Cloud, root) -> tuple[Done, Stage]:
    one = Deployment(stage, Wishes(), root, lambda _: lambda _: cloud, lambda _: None)
    return one._name(), one.stage


def test_a_stage_that_is_deployed_under_the_old_names_keeps_them_and_its_data(checkout) -> None:
    done, stage = name(FRESH, Cloud("UPDATE_COMPLETE"), checkout)
    assert not done.changed and stage == FRESH


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"])
def test_what_was_never_in_use_is_named_after_the_account(status, checkout) -> None:
    done, stage = name(FRESH, Cloud(status), checkout)
    assert done.changed and stage == load_stage("dev", checkout) == named_after(FRESH, "111122223333")


@pytest.mark.parametrize("status", ["UPDATE_COMPLETE", "UPDATE_ROLLBACK_FAILED", "DELETE_FAILED"])
def test_a_fresh_checkout_takes_the_names_of_the_stack(status, checkout) -> None:
    theirs = replace(FRESH, source="a", models="b", dashboard="c", deployments="d")
    done, stage = name(FRESH, Cloud(status, theirs), checkout)
    assert done.changed and "a, b, c, d; the stage is deployed with these" in done.told
    assert stage == load_stage("dev", checkout) == theirs
    assert '"s3_bucket": "d"' in (checkout / "zappa_settings.json").read_text()


def test_names_of_ones_own_are_never_changed_for_those_of_the_stack(checkout) -> None:
    ours, theirs = named_after(FRESH, "1" * 12), named_after(FRESH, "2" * 12)
    with pytest.raises(NamesError, match=r"source: madness-dev-2{12}-source on AWS, madness-dev-1{12}-source in"):
        name(ours, Cloud("UPDATE_COMPLETE", theirs), checkout)


# ---------------------------------------------------------------------------------------------- steps
def test_steps_say_what_they_do_and_did_and_how_to_undo_only_what_changed() -> None:
    said: list[str] = []
    steps = [
        Step("one", "do a thing", "undo it", lambda: Done("did it")),
        Step("two", "do another", "undo that", lambda: Done("it was there", changed=False)),
    ]
    done = carry_out(steps, said.append)
    assert said == [
        "1/2 one: do a thing", "    did it", "    undo: undo it", "2/2 two: do another", "    it was there",
    ]  # fmt: skip
    assert [title for title, one in done.items() if one.changed] == ["one"]


def test_a_step_that_fails_ends_it() -> None:
    def fail() -> Done:
        raise CheckError("no")

    with pytest.raises(CheckError):
        carry_out([Step("one", "x", "", fail), Step("two", "x", "", lambda: pytest.fail("ran"))], lambda _: None)


def test_a_deployment_stops_before_anything_is_changed_and_names_every_problem(monkeypatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setattr(workshop, "python", lambda: (_ for _ in ()).throw(WorkshopError("no 3.12: uv python install")))
    with pytest.raises(
        CheckError, match=r"(?s)Nothing was changed.*python: .*uv python install.*endpoint: .*AWS_ENDPOINT_URL"
    ):
        deployment().run()
