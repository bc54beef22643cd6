"""A dashboard that is live stays so: its API, and with it the address, and who may see it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from madness.deploy import dashboard, tool, workshop
from madness.deploy.tool import ToolError
from operate.stage import load_stage, project_root
from tests.fake_cloudformation import FakeCloudFormation, Made, StackOnAws
from tests.fake_lambda import SlowLambda
from tests.memory_store import MemoryStore

STAGE = load_stage("dev")
NAME = dashboard.name(STAGE)
DOOR = {"MADNESS_DASHBOARD_LOGIN": "ann:x", "MADNESS_DASHBOARD_ALLOW": "203.0.113.0/24"}
API = {"Type": "AWS::ApiGateway::RestApi"}


class Gateway:
    def get_stage(self, restApiId: str, stageName: str) -> dict[str, Any]:  # noqa: N803
        limits = {"throttlingRateLimit": 20, "throttlingBurstLimit": 60}
        return {"methodSettings": {"*/*": limits}}


class Account:
    """What AWS has, and Zappa in so far as it makes something of its own; `fails` ends the next run of it."""

    def __init__(self, root: Path) -> None:
        self.root, self.aws, self.lambdas = root, FakeCloudFormation(), SlowLambda(MemoryStore())
        self.zappa: list[str] = []
        self.fails = False
        self.said: list[str] = []
        shutil.copy(project_root() / "zappa_settings.json", root)

    def clients(self, service: str) -> Any:
        return {"cloudformation": self.aws.client, "lambda": self.lambdas, "apigateway": Gateway()}[service]

    def has(self, status: str, *, function: bool = True) -> StackOnAws:
        stack = StackOnAws(NAME, f"arn:aws:cloudformation:eu-central-1:1:stack/{NAME}/1", status)
        stack.resources["Api"] = Made(API, "api1")
        self.aws.stacks.append(stack)
        if function:
            self.lambdas.make(NAME, b"old", Environment={"Variables": {**DOOR, "OTHER": "1"}})
        return stack

    def run(self, what: str, command: Any, folder: Path, *_: Any) -> None:
        self.zappa.append(command[1])
        if self.fails:
            raise ToolError("not today")
        if command[1] == "deploy":
            assert NAME not in self.lambdas.functions, "Zappa refuses that"
            variables = json.loads((folder / "zappa_settings.json").read_text())["dev"].get("aws_environment_variables")
            self.lambdas.make(NAME, b"new", Environment={"Variables": variables or {}})
            if not any(stack.name == NAME and stack.status != "DELETE_COMPLETE" for stack in self.aws.stacks):
                made = StackOnAws(NAME, "arn:aws:cloudformation:eu-central-1:1:stack/new/2", "CREATE_COMPLETE")
                made.resources["Api"] = Made(API, "api2")
                self.aws.stacks.append(made)

    def deploy(self) -> None:
        dashboard.deploy(STAGE, self.clients, self.root, "key", self.said.append, lambda _: None)

    @property
    def door(self) -> dict[str, str]:
        there = self.lambdas.functions[NAME]["Environment"]["Variables"]
        return {name: value for name, value in there.items() if name in DOOR}

    @property
    def api(self) -> str | None:
        return dashboard.there(STAGE, self.clients).api


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    made = Account(tmp_path)
    monkeypatch.setattr(workshop, "environment", lambda *_: tmp_path)
    monkeypatch.setattr(workshop, "copy", lambda *_: tmp_path)
    monkeypatch.setattr(tool, "run", made.run)
    return made


@pytest.mark.parametrize("status", [
    "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED", "UPDATE_ROLLBACK_COMPLETE",
    "CREATE_IN_PROGRESS",
])  # fmt: skip
def test_what_is_live_stays_whatever_is_under_way(account: Account, status: str) -> None:
    stack = account.has(status)

    def end() -> Any:
        yield
        stack.status = "UPDATE_COMPLETE"
        yield

    if status.endswith("IN_PROGRESS"):
        stack.going_on = end()
    account.deploy()
    assert (account.zappa, account.api, account.door) == (["update"], "api1", DOOR)
    assert not account.aws.asked("DeleteStack") and not account.lambdas.calls


@pytest.mark.parametrize("status", ["CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"])
def test_what_must_be_made_anew_is_never_open_meanwhile(account: Account, status: str) -> None:
    account.has(status)
    before = (account.root / "zappa_settings.json").read_text()
    account.fails = True
    with pytest.raises(ToolError):
        account.deploy()
    assert NAME not in account.lambdas.functions, "as after a try that was cut short"
    account.fails = False
    account.deploy()
    assert (account.api, account.door) == ("api2", DOOR)
    assert (account.root / "zappa_settings.json").read_text() == before, "no secret stays in the copy"
    assert not list(account.root.glob(".workshop/door-*"))


def test_a_roll_back_that_failed_is_something_to_mend(account: Account) -> None:
    account.has("UPDATE_ROLLBACK_FAILED")
    told = dashboard.differences(STAGE, dashboard.there(STAGE, account.clients), account.root)
    assert told == [f"Zappa's stack {NAME} is UPDATE_ROLLBACK_FAILED"]


def test_an_api_whose_function_is_gone_keeps_its_address(account: Account) -> None:
    account.has("UPDATE_COMPLETE", function=False)
    account.deploy()
    assert (account.zappa, account.api) == (["deploy"], "api1")
