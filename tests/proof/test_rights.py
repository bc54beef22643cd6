"""Every function has the rights to all that it calls, and no others; what it asks of AWS is what AWS takes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from operate.stage import FUNCTIONS, Stage, load_stage, project_root
from tests.proof import stacks
from tests.proof.rights import Call, Place, Policies, Right, UnknownCall, is_resource_of, needed
from tests.proof.rules import problems

ROOT = project_root()
STAGE = load_stage("dev")
PLACE = Place(region=STAGE.region, partition=STAGE.partition)


def policy(function: str) -> dict[str, Any]:
    return json.loads((ROOT / ".chalice" / f"policy-{STAGE.name}-{function}.json").read_text())


def rights_of(calls: list[Call]) -> list[Right]:
    return [right for call in calls for right in needed(call, PLACE)]


def used_by_lambda(stage: Stage, function: str) -> list[Right]:
    """What AWS does with a function's role, without a call of the function.

    A log group is asked for with and without a log stream behind it. Chalice makes the group; were it deleted, a
    function without CreateLogGroup would be silent.
    """
    group = PLACE.arn("logs", f"log-group:/aws/lambda/{stage.function(function)}")
    rights = [
        Right(f"logs:{action}", place)
        for action in ("CreateLogGroup", "CreateLogStream", "PutLogEvents")
        for place in (group, f"{group}:log-stream:2026/01/01/[$LATEST]0123")
    ]
    if function == "apply_results":
        polled = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
        rights += [Right(f"sqs:{action}", PLACE.arn("sqs", stage.queue)) for action in polled]
    return rights


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_do_what_it_does_and_nothing_else(provoked_calls: dict[str, list[Call]], function: str) -> None:
    policies = Policies([policy(function)], PLACE)
    rights = [*rights_of(provoked_calls[function]), *used_by_lambda(STAGE, function)]
    assert policies.refused(rights) == []
    assert policies.unused(rights) == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_aws_takes_every_request_of_a_function(provoked_calls: dict[str, list[Call]], function: str) -> None:
    assert provoked_calls[function]
    assert sorted({problem for call in provoked_calls[function] for problem in problems(call)}) == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_package_in_its_cell_calls_nothing_else(recorded_calls: dict[str, list[Any]], function: str) -> None:
    calls = [Call(**call) for call in recorded_calls[function]]
    assert calls
    assert Policies([policy(function)], PLACE).refused(rights_of(calls)) == []
    assert sorted({problem for call in calls for problem in problems(call)}) == []


def test_the_dashboard_may_read_what_it_shows(recorded_calls: dict[str, list[Any]]) -> None:
    calls = [Call(**call) for call in recorded_calls["dashboard"]]
    assert calls
    assert Policies([stacks.role_policy(STAGE, "DashboardRole", PLACE)], PLACE).refused(rights_of(calls)) == []
    assert sorted({problem for call in calls for problem in problems(call)}) == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_policy_without_any_one_of_its_actions_is_found_too_narrow(
    provoked_calls: dict[str, list[Call]], function: str
) -> None:
    rights = [*rights_of(provoked_calls[function]), *used_by_lambda(STAGE, function)]
    whole = policy(function)["Statement"]
    for place, statement in enumerate(whole):
        for action in statement["Action"]:
            left = [{**statement, "Action": [one]} for one in statement["Action"] if one != action]
            narrow = {"Version": "2012-10-17", "Statement": [*whole[:place], *left, *whole[place + 1 :]]}
            assert Policies([narrow], PLACE).refused(rights), f"nobody misses {action} of {statement['Resource']}"


def test_a_policy_with_one_action_more_is_found_too_wide(provoked_calls: dict[str, list[Call]]) -> None:
    wide = policy("accept_results")
    wide["Statement"].append({"Effect": "Allow", "Action": "sqs:PurgeQueue", "Resource": "*"})
    assert ("sqs:PurgeQueue", "*") in Policies([wide], PLACE).unused(rights_of(provoked_calls["accept_results"]))


@pytest.mark.parametrize("stage", ["dev", "prod"])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_pattern_is_wider_than_a_folder(stage: str, function: str) -> None:
    document = json.loads((ROOT / ".chalice" / f"policy-{stage}-{function}.json").read_text())
    for action, resource in Policies([document]).grants():
        assert "*" not in action
        if resource == "*":
            told = "AWS allows it for all or for none"
            assert action in ("lambda:ListEventSourceMappings", "sagemaker:ListTrainingJobs"), told
            continue
        arn = resource.split(":", 5)
        if arn[2] == "sagemaker":
            assert arn[5] == f"training-job/madness-{stage}-*", "a job's name ends in its games"
            continue
        if arn[2] == "s3" and "/" in arn[5]:
            bucket, folder, *_, last = arn[5].split("/")
            assert "*" not in bucket + folder
            assert last == "*" or "*" not in last, "all of a folder, or one object"
        else:
            assert "*" not in arn[5].removesuffix(":*")


# ---------------------------------------------------------------- the table itself


def test_calls_and_the_rights_that_aws_asks_for() -> None:
    def told(service: str, operation: str, **params: Any) -> list[str]:
        return [str(right) for right in needed(Call(service, operation, params), PLACE)]

    bucket = "arn:aws:s3:::lake"
    assert told("s3", "GetObject", Bucket="lake", Key="a/b", VersionId="1") == [
        f"s3:GetObjectVersion on {bucket}/a/b",
        f"s3:ListBucket on {bucket}",
    ]
    assert told("s3", "PutObject", Bucket="lake", Key="a", IfMatch='"1"') == [
        f"s3:PutObject on {bucket}/a",
        f"s3:GetObject on {bucket}/a",
    ]
    assert told("s3", "DeleteObjects", Bucket="lake", Delete={"Objects": [{"Key": "a"}, {"Key": "b"}]}) == [
        f"s3:DeleteObject on {bucket}/a",
        f"s3:DeleteObject on {bucket}/b",
    ]
    queue = "https://sqs.eu-central-1.amazonaws.com/123456789012/results.fifo"
    assert told("sqs", "SendMessageBatch", QueueUrl=queue, Entries=[]) == [
        "sqs:SendMessage on arn:aws:sqs:eu-central-1:123456789012:results.fifo"
    ]
    assert told("lambda", "ListEventSourceMappings", FunctionName="f") == ["lambda:ListEventSourceMappings on *"]
    assert told("apigateway", "UpdateStage", restApiId="1a", stageName="dev") == [
        "apigateway:PATCH on arn:aws:apigateway:eu-central-1::/restapis/1a/stages/dev"
    ]
    assert told("sts", "GetCallerIdentity") == []


def test_an_operation_that_is_no_action_has_to_be_said() -> None:
    with pytest.raises(UnknownCall, match=r"no action s3:ListObjects\..*tests/proof/rights\.py"):
        needed(Call("s3", "ListObjects", {"Bucket": "lake"}), PLACE)


def test_resources_have_the_form_that_aws_gives_them() -> None:
    assert is_resource_of("sqs:SendMessage", "arn:aws:sqs:eu-central-1:123456789012:results.fifo")
    assert not is_resource_of("sqs:SendMessage", "arn:aws:sns:eu-central-1:123456789012:results.fifo")


# ---------------------------------------------------------------- the rules themselves

ENTRY = {"Id": "0", "MessageBody": "{}", "MessageGroupId": "M", "MessageDeduplicationId": "a" * 64}
FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:f"
FIFO = "arn:aws:sqs:eu-central-1:123456789012:results.fifo"


def send(*entries: dict[str, str]) -> Call:
    return Call("sqs", "SendMessageBatch", {"QueueUrl": "https://sqs/1/results.fifo", "Entries": list(entries)})


def put(**params: str) -> Call:
    return Call("s3", "PutObject", {"Bucket": "lake", "Key": "a"} | params)


def delete(number: int) -> Call:
    return Call("s3", "DeleteObjects", {"Bucket": "lake", "Delete": {"Objects": [{"Key": "a"}] * number}})


def function(operation: str = "UpdateFunctionConfiguration", **params: Any) -> Call:
    return Call("lambda", operation, {"FunctionName": "f"} | params)


def variables(**values: str) -> dict[str, Any]:
    return {"Variables": values}


def stack(name: str = "madness-dev", body: str = "#") -> Call:
    return Call("cloudformation", "CreateStack", {"StackName": name, "TemplateBody": body})


def role(action: str, resource: str = "*") -> Call:
    document = json.dumps({"Statement": [{"Action": action, "Resource": resource}]})
    return Call("iam", "PutRolePolicy", {"RoleName": "r", "PolicyName": "p", "PolicyDocument": document})


def tagged(**tags: str) -> Call:
    return Call("lambda", "TagResource", {"Resource": FUNCTION, "Tags": tags})


def test_a_sound_request_has_no_problems() -> None:
    assert problems(send(ENTRY)) == []


WRONG: list[tuple[Call, str]] = [
    (send(*[ENTRY | {"Id": str(place)} for place in range(11)]), "11 entries; a batch has 1 to 10"),
    (send(ENTRY, ENTRY), "ids are not distinct"),
    (send(ENTRY | {"Id": "a.b"}), "entry id 'a.b'"),
    (send(ENTRY | {"MessageDeduplicationId": "a" * 129}), "MessageDeduplicationId 'aaa"),
    (send(ENTRY | {"MessageGroupId": "Mörk"}), "MessageGroupId 'Mörk'"),
    (send(ENTRY | {"MessageBody": "\x00"}), "a character that SQS refuses"),
    (send(ENTRY | {"Delay": "1"}), "Entries[0].Delay is unknown"),
    (Call("sqs", "GetQueueUrl", {}), "GetQueueUrl.QueueName is missing"),
    (put(Key="ü" * 513), "has 1,026 bytes; allowed are 1 to 1024"),
    (put(Bucket="My_Lake"), "bucket 'My_Lake'"),
    (put(IfNoneMatch="1"), "S3 takes * only"),
    (put(StorageClass="COLD"), "is 'COLD'; allowed: STANDARD"),
    (delete(1001), "1001 objects; one call deletes 1 to 1000"),
    (delete(0), "0 objects"),
    (function("GetFunction", FunctionName="not a name"), "does not match"),
    (function(Timeout=901), "Timeout 901"),
    (function(MemorySize=100), "MemorySize is 100, at least 128"),
    (function(Environment=variables(A="b" * 4100)), "at most 4,096 are allowed"),
    (function(Environment=variables(AWS_REGION="x")), "AWS_REGION is Lambda's own"),
    (function(Layers=[f"{FUNCTION}:1"] * 6), "6 layers"),
    (function("UpdateFunctionCode", ZipFile={"bytes": 60_000_000}), "directly 50 MiB can be sent"),
    (function("CreateEventSourceMapping", EventSourceArn=FIFO, BatchSize=20), "of a FIFO queue at most 10"),
    (function("CreateEventSourceMapping", EventSourceArn=FIFO, MaximumBatchingWindowInSeconds=1), "a batching window"),
    (stack(body="#" * 51_201), "directly 51,200 can be sent"),
    (stack("madness_dev"), "stack 'madness_dev'"),
    (role("sqs:SendMessageBatch"), "AWS has no action sqs:SendMessageBatch"),
    (role("s3:GetObject", "a" * 10_300), "at most 10,240 are allowed"),
    (Call("iam", "DeleteRole", {"RoleName": "r" * 65}), "at most 64 are allowed"),
    (Call("events", "PutRule", {"Name": "r", "ScheduleExpression": "rate(5 minute)"}), "schedule 'rate(5 minute)'"),
    (Call("logs", "PutRetentionPolicy", {"logGroupName": "g", "retentionInDays": 31}), "31 days"),
    (tagged(**{"aws:a": "b"}), "tag 'aws:a'"),
    (tagged(**{str(place): "" for place in range(51)}), "51 tags"),
]


@pytest.mark.parametrize(("call", "told"), WRONG, ids=[told for _, told in WRONG])
def test_a_request_that_aws_would_refuse_is_found(call: Call, told: str) -> None:
    found = problems(call)
    assert any(told in problem for problem in found), found
