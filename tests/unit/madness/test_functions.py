"""What the functions are to be, what differs on AWS, and the queue's mapping, whose state changes in AWS's own time."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from lake.training_jobs import OUTPUT
from madness.deploy import checks, functions, pipeline
from madness.deploy.functions import FunctionError, Wanted
from madness.deploy.policies import FOLDERS
from operate.stage import FUNCTIONS, SCHEDULED, Stage, load_stage, project_root
from tests.fake_lambda import Exceptions, Iam, NotFound, SlowLambda, refused
from tests.memory_store import MemoryStore

STAGE = Stage("dev", "eu-west-1", "source", "m", "d", "p", "q.fifo", "l.fifo")


class Waiting:
    def __init__(self) -> None:
        self.times = 0

    def __call__(self, seconds: float) -> None:
        self.times += 1


# ---------------------------------------------------------------------------------------------- what is wanted
def test_every_function_is_wanted_as_the_config_has_it() -> None:
    found = {one.name: one for one in functions.wanted(load_stage("dev"))}
    assert tuple(found) == FUNCTIONS
    accept, apply = found["accept_results"], found["apply_results"]
    assert accept.configuration["Timeout"] == 900 != apply.configuration["Timeout"]
    assert accept.configuration["Layers"][0].endswith("AWSSDKPandas-Python312:27")
    variables = accept.configuration["Environment"]["Variables"]
    assert variables["MADNESS_STAGE"] == "dev" and variables["OMP_NUM_THREADS"] == "1", "both levels of the config"
    assert any("logs:PutLogEvents" in statement["Action"] for statement in accept.policy["Statement"])


def test_what_calls_them_is_what_the_handlers_say() -> None:
    """The plan and the comparison name triggers; the app's decorators make them."""
    tree = ast.parse((project_root() / "pipeline_app" / "handlers.py").read_text())
    first = {one.name: ast.unparse(one.decorator_list[0]) for one in tree.body
             if isinstance(one, ast.FunctionDef) and one.decorator_list}  # fmt: skip
    decorators = {name: text for name, text in first.items() if text.startswith("handlers.")}
    assert set(decorators) == set(FUNCTIONS)
    for name, folder in FOLDERS.items():
        assert f"prefix='{folder}/'" in decorators[name]
    models = STAGE.models, OUTPUT
    assert "stage().models" in decorators["promote_model"] and "prefix=OUTPUT" in decorators["promote_model"]
    assert functions.uploads(STAGE)["promote_model"] == models
    variables = functions.wanted(load_stage("dev"))[0].configuration["Environment"]["Variables"]
    for name, variable in (
        ("start_training", "MADNESS_TRAINING_SCHEDULE"),
        ("watch_forecasts", "MADNESS_WATCH_SCHEDULE"),
    ):
        assert f"schedule('{variable}')" in decorators[name]
        assert functions.schedule(name, variables) == variables[variable]
    assert {name for name, text in decorators.items() if text.startswith("handlers.schedule(")} == set(SCHEDULED)
    assert f"batch_size={pipeline.BATCH}" in decorators[pipeline.QUEUE_FUNCTION]
    assert "Rate(5, unit=Rate.MINUTES)" in decorators["reconcile"] and functions.SCHEDULE == "rate(5 minutes)"


# ---------------------------------------------------------------------------------------------- what differs
class Events:
    exceptions = Exceptions

    def __init__(self, stage: Stage) -> None:
        when = {one.name: one.runs_on for one in functions.wanted(stage) if one.name in SCHEDULED}
        self.rules = {f"{stage.function(name)}-event": {"State": "ENABLED", "ScheduleExpression": one}
                      for name, one in when.items()}  # fmt: skip

    def describe_rule(self, Name: str) -> dict:  # noqa: N803
        if Name not in self.rules:
            raise NotFound("DescribeRule")
        return self.rules[Name]


class S3:
    def __init__(self, stage: Stage) -> None:
        self.notified = [(bucket, stage.function(name), prefix)
                         for name, (bucket, prefix) in functions.uploads(stage).items()]  # fmt: skip

    def get_bucket_notification_configuration(self, Bucket: str) -> dict:  # noqa: N803
        return {"LambdaFunctionConfigurations": [
            {"LambdaFunctionArn": f"arn:aws:lambda:eu-west-1:1:function:{name}",
             "Filter": {"Key": {"FilterRules": [{"Name": "Prefix", "Value": prefix}]}}}
            for bucket, name, prefix in self.notified if bucket == Bucket
        ]}  # fmt: skip


class Logs:
    def describe_log_groups(self, logGroupNamePrefix: str) -> dict:  # noqa: N803
        return {"logGroups": [{"logGroupName": f"{logGroupNamePrefix}-other"}]}


class Account:
    """All functions as they are to be."""

    def __init__(self) -> None:
        self.stage = load_stage("dev")
        self.aws, self.iam, self.logs = SlowLambda(MemoryStore()), Iam({}), Logs()
        self.events, self.s3 = Events(self.stage), S3(self.stage)
        for one in functions.wanted(self.stage):
            name = self.stage.function(one.name)
            self.aws.make(name, b"zip", **one.configuration)
            self.iam.policies[name] = one.policy

    def clients(self, service: str):
        return {"lambda": self.aws, "iam": self.iam, "events": self.events, "s3": self.s3, "logs": self.logs}[service]

    def differences(self) -> list[str]:
        return functions.differences(self.stage, self.clients)


def test_nothing_differs_where_all_is_as_wanted() -> None:
    assert Account().differences() == []


def test_each_difference_is_named() -> None:
    account = Account()
    of = account.stage.function
    account.aws.functions[of("reconcile")]["MemorySize"] = 512
    account.aws.functions[of("accept_results")]["Layers"] = []
    account.aws.functions[of("apply_results")]["Environment"] = {"Variables": {"MADNESS_STAGE": "prod"}}
    account.iam.policies[of("refresh_reference")] = {"Statement": []}
    del account.aws.functions[of("accept_fixtures")]
    told = "\n".join(account.differences())
    assert "accept_fixtures is not there" in told
    assert "reconcile: MemorySize is 512, wanted is 1769" in told
    assert "accept_results: Layers is none, wanted is arn:aws:lambda" in told
    assert "apply_results: other variables (ARROW_DEFAULT_MEMORY_POOL, " in told and "prod" not in told
    assert "refresh_reference: its role has another policy than .chalice/policy-dev-refresh_reference.json" in told


def test_a_trigger_that_is_gone_is_a_difference() -> None:
    account = Account()
    account.s3.notified = account.s3.notified[1:-1]
    rules = account.events.rules
    rules["madness-dev-reconcile-event"]["State"] = "DISABLED"
    rules["madness-dev-start_training-event"]["ScheduleExpression"] = "cron(0 5 * * ? *)"
    del rules["madness-dev-watch_forecasts-event"]
    weekly = functions.wanted(account.stage)[FUNCTIONS.index("start_training")].runs_on
    assert account.differences() == [
        "accept_results: uploads below results/ do not call it",
        "promote_model: uploads below training/output/ do not call it",
        "reconcile: its schedule is DISABLED, rate(5 minutes); wanted is rate(5 minutes)",
        f"start_training: its schedule is ENABLED, cron(0 5 * * ? *); wanted is {weekly}",
        "watch_forecasts: no schedule calls it",
    ]


def test_triggers_are_found_on_the_buckets_that_the_functions_were_deployed_for() -> None:
    """The settings may name others since: what is found there has to be taken away by Chalice."""
    account = Account()
    moved = replace(account.stage, models="another-models")
    found = {one["name"]: one for one in pipeline.found(moved, account.clients)["resources"]}
    uploads = {name: (one["bucket"], one["lambda_arn"]) for name, one in found.items() if name.endswith("-s3event")}
    arn = "arn:aws:lambda:eu-west-1:1:function:"
    assert uploads == {
        f"{name}-s3event": (bucket, arn + account.stage.function(name))
        for name, (bucket, _) in functions.uploads(account.stage).items()
    }
    rules = {one["rule_name"] for one in found.values() if one["resource_type"] == "cloudwatch_event"}
    assert rules == set(account.events.rules) == {f"{account.stage.function(name)}-event" for name in SCHEDULED}
    account.s3.notified.clear()
    account.events.rules.clear()
    kinds = {one["resource_type"] for one in pipeline.found(moved, account.clients)["resources"]}
    assert kinds == {"iam_role", "lambda_function"}


def test_what_chalice_gives_to_new_functions_only_is_brought_to_old_ones() -> None:
    account = Account()
    name = account.stage.function("reconcile")
    account.aws.functions[name]["Handler"] = "app.reconcile"
    functions.bring(account.clients, account.stage, sleep=lambda _: None)
    assert account.aws.calls == [f"{name} settings"]
    assert account.differences() == []


# ---------------------------------------------------------------------------------------------- asynchronous states
def test_who_may_see_the_dashboard_is_what_the_door_reads() -> None:
    from dashboard.door import ALLOW_VARIABLE, LOGIN_VARIABLE, SECRET_VARIABLE

    assert set(functions.KEPT) == {LOGIN_VARIABLE, ALLOW_VARIABLE, SECRET_VARIABLE}


def test_a_change_that_lambda_cannot_carry_out_is_told_with_its_reason() -> None:
    aws = SlowLambda(MemoryStore())
    aws.make("f", b"zip")
    aws.fails = "f"
    with pytest.raises(FunctionError, match="could not change f: the layer is gone"):
        functions.change(aws, "f", {"Timeout": 5}, lambda _: None)


def test_it_is_not_waited_for_ever() -> None:
    aws = SlowLambda(MemoryStore(), slow=10**6)
    aws.make("f", b"zip", state="Pending")
    with pytest.raises(FunctionError, match="f is still Pending"):
        functions.settle(aws, "f", lambda _: None)


def test_only_being_busy_is_waited_out() -> None:
    answers = [refused("ResourceConflictException", "x"), refused("TooManyRequestsException", "x"), "done"]

    def call() -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert functions.patiently(call, lambda _: None) == "done"
    answers[:] = [refused("AccessDeniedException", "x")]
    with pytest.raises(ClientError, match="AccessDenied"):
        functions.patiently(call, lambda _: None)


@pytest.mark.parametrize(("state", "batch", "calls"), [
    ("Enabled", 10, []),
    ("Creating", 10, []),  # comes on by itself
    ("Enabling", 10, []),
    ("Disabled", 10, ["one update"]),
    ("Disabling", 10, ["one update"]),
    ("Enabled", 5, ["one update"]),
])  # fmt: skip
def test_the_mapping_ends_enabled_with_ten_messages(state, batch, calls) -> None:
    aws, wait = SlowLambda(MemoryStore()), Waiting()
    aws.map("one", state, batch)
    did = pipeline.settle_mapping(STAGE, aws, wait)
    assert (aws.calls, bool(did)) == (calls, bool(calls))
    assert (aws.mappings["one"]["State"], aws.mappings["one"]["BatchSize"]) == ("Enabled", 10)
    assert pipeline.settle_mapping(STAGE, aws, wait) == [], "a second time there is nothing to do"


def test_of_two_mappings_the_one_of_the_stages_queue_is_kept() -> None:
    aws = SlowLambda(MemoryStore())
    aws.map("another", "Enabled", queue="old.fifo")
    aws.map("ours", "Updating")
    assert pipeline.settle_mapping(STAGE, aws, lambda _: None) == ["removed the second mapping another"]
    assert list(aws.mappings) == ["ours"]


def test_a_mapping_of_another_queue_is_none_of_ours() -> None:
    aws = SlowLambda(MemoryStore())
    aws.map("another", queue="old.fifo")
    with pytest.raises(FunctionError, match=r"q\.fifo is not mapped to .*, but old\.fifo is"):
        pipeline.settle_mapping(STAGE, aws, lambda _: None)
    assert list(aws.mappings) == ["another"], "what it hands over is not lost before ours is there"
    told = list(checks._mapping(STAGE, lambda _: aws, "deploy"))
    assert [(one.level, "old.fifo" in one.text) for one in told] == [(checks.PROBLEM, True)]


def test_a_mapping_that_comes_to_rest_as_no_one_wants_it_is_told() -> None:
    aws = SlowLambda(MemoryStore(), slow=10**6)
    aws.map("one", "Creating")
    with pytest.raises(FunctionError, match="mapping one is still Creating"):
        pipeline.settle_mapping(STAGE, aws, lambda _: None)
    aws.map("one", "Deleting")
    with pytest.raises(FunctionError, match=r"q\.fifo is not mapped"):
        pipeline.settle_mapping(STAGE, aws, lambda _: None)


def test_without_a_mapping_nothing_is_applied_and_that_is_an_error() -> None:
    with pytest.raises(FunctionError, match="madness deploy --stage dev"):
        pipeline.settle_mapping(STAGE, SlowLambda(MemoryStore()), lambda _: None)


def test_wanted_reads_the_checkout_that_it_is_given(tmp_path) -> None:
    for path in [Path(".chalice/config.json"), *sorted(Path(".chalice").glob("policy-dev-*"))]:
        (tmp_path / path).parent.mkdir(exist_ok=True)
        text = (project_root() / path).read_text()
        (tmp_path / path).write_text(text.replace('"lambda_timeout": 900', '"lambda_timeout": 600'))
    one: Wanted = functions.wanted(load_stage("dev"), tmp_path)[0]
    assert one.configuration["Timeout"] == 600
