"""What AWS asks of a request, checked beforehand: emulators take nearly anything, and botocore hardly more.

First botocore's model of the service: lengths, patterns, enumerations, ranges, what is required and what is unknown.
Then what AWS documents and no model says; each rule names the page it stands on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import botocore.session
import regex
from botocore.model import ListShape, MapShape, Shape, StructureShape

from tests.proof.rights import Call, is_action

_SESSION = botocore.session.get_session()
_IN_ANY_CASE = {"FilterRuleName"}  # Chalice sends Prefix; S3 takes it, and answers with a capital itself


def problems(call: Call) -> list[str]:
    """What AWS would find wrong with a call, each with the parameter that it is about."""
    shape = _SESSION.get_service_model(call.service).operation_model(call.operation).input_shape
    found = list(_against(shape, call.params, call.name)) if shape else []
    for rule in _RULES:
        found += [f"{call.name}: {one}" for one in rule(call)]
    return found


# ---------------------------------------------------------------- botocore's model


def _against(shape: Shape, value: Any, where: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        yield from _structure(shape, value, where)
    elif isinstance(shape, ListShape):
        yield from _sized(shape, len(value), where, "entries")
        for place, one in enumerate(value):
            yield from _against(shape.member, one, f"{where}[{place}]")
    elif isinstance(shape, MapShape):
        yield from _sized(shape, len(value), where, "entries")
        for key, one in value.items():
            yield from _against(shape.key, key, f"{where} key {key!r}")
            yield from _against(shape.value, one, f"{where}[{key!r}]")
    elif shape.type_name == "string":
        yield from _string(shape, value, where)
    elif shape.type_name == "blob":
        yield from _sized(shape, value["bytes"] if isinstance(value, dict) else len(value.encode()), where, "bytes")
    elif shape.type_name in ("integer", "long", "float", "double"):
        yield from _sized(shape, value, where, "")


def _structure(shape: StructureShape, value: Mapping[str, Any], where: str) -> Iterator[str]:
    for name in shape.required_members:
        if value.get(name) is None:
            yield f"{where}.{name} is missing"
    for name, one in value.items():
        if name not in shape.members:
            yield f"{where}.{name} is unknown; there are {', '.join(shape.members)}"
        elif one is not None:
            yield from _against(shape.members[name], one, f"{where}.{name}")


def _string(shape: Shape, value: str, where: str) -> Iterator[str]:
    yield from _sized(shape, len(value), where, "characters")
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed and not (shape.name in _IN_ANY_CASE and value.lower() in allowed):
        yield f"{where} is {value!r}; allowed: {', '.join(allowed)}"
    pattern = shape.metadata.get("pattern")
    if pattern and not regex.fullmatch(pattern, value):
        yield f"{where} is {value[:80]!r}, which does not match {pattern}"


def _sized(shape: Shape, size: float, where: str, unit: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    found = f"{where} has {size:,} {unit}" if unit else f"{where} is {size:,}"
    if least is not None and size < least:
        yield f"{found}, at least {least:,} are wanted"
    if most is not None and size > most:
        yield f"{found}, at most {most:,} are allowed"


# ---------------------------------------------------------------- what no model says

_BATCH_ID = regex.compile(r"[A-Za-z0-9_-]{1,80}")
_FIFO_ID = regex.compile(r"[A-Za-z0-9!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]{1,128}")
_SQS_TEXT = regex.compile(r"[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")
_BUCKET = regex.compile(
    r"(?!xn--|sthree-|amzn-s3-demo-)(?!.*(-s3alias|--ol-s3|\.mrap|--x-s3)$)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"
)
_STACK = regex.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")
_RATE = regex.compile(r"rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)|cron\(.+\)")
_RETENTION = {1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}
_RESERVED = {"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_LAMBDA_FUNCTION_NAME", "AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY",
             "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT",
             "LAMBDA_RUNTIME_DIR", "_HANDLER", "_X_AMZN_TRACE_ID"}  # fmt: skip


def _messages(call: Call) -> Iterator[str]:
    """SQS developer guide: message quotas; API reference of SendMessage on ids of FIFO queues."""
    entries = call.params.get("Entries")
    if call.service != "sqs" or entries is None:
        return
    ids = [one["Id"] for one in entries]
    if not 1 <= len(ids) <= 10:
        yield f"{len(ids)} entries; a batch has 1 to 10"
    if len(set(ids)) < len(ids):
        yield f"the entries' ids are not distinct: {ids}"
    yield from (
        f"entry id {one!r}; allowed are 1 to 80 of A-Z a-z 0-9 - _" for one in ids if not _BATCH_ID.fullmatch(one)
    )
    if call.operation == "SendMessageBatch":
        is_fifo = call.params["QueueUrl"].endswith(".fifo")
        for one in entries:
            for name in ("MessageGroupId", "MessageDeduplicationId"):
                if is_fifo and not _FIFO_ID.fullmatch(one.get(name, "")):
                    yield f"{name} {one.get(name)!r}; a FIFO queue wants 1 to 128 letters, digits, punctuation"
            if not _SQS_TEXT.fullmatch(one["MessageBody"]):
                yield f"a message body is empty or has a character that SQS refuses: {one['MessageBody'][:80]!r}"
        size = sum(len(one["MessageBody"].encode()) for one in entries)
        if size > 1_048_576:
            yield f"the batch has {size:,} bytes, at most 1,048,576 are allowed"
    if call.operation == "ChangeMessageVisibilityBatch":
        seconds = [one.get("VisibilityTimeout") for one in entries]
        yield from (f"visibility timeout {one}; allowed are 0 to 43200" for one in seconds if not 0 <= one <= 43_200)


def _objects(call: Call) -> Iterator[str]:
    """S3 user guide: naming buckets, naming objects; API reference of DeleteObjects and PutObject."""
    if call.service != "s3":
        return
    bucket = call.params.get("Bucket")
    if bucket is not None and not _BUCKET.fullmatch(bucket):
        yield f"bucket {bucket!r}; 3 to 63 of a-z 0-9 -, without a dot, with a letter or digit at both ends"
    doomed = call.params.get("Delete", {}).get("Objects")
    if doomed is not None and not 1 <= len(doomed) <= 1000:
        yield f"{len(doomed)} objects; one call deletes 1 to 1000"
    for key in [call.params.get("Key"), *(one["Key"] for one in doomed or [])]:
        if key is not None and not 1 <= len(key.encode()) <= 1024:
            yield f"key {key[:40]!r}... has {len(key.encode()):,} bytes; allowed are 1 to 1024"
    if call.params.get("IfNoneMatch", "*") != "*":
        yield f"If-None-Match {call.params['IfNoneMatch']!r}; S3 takes * only"
    body = call.params.get("Body")
    if isinstance(body, dict) and body["bytes"] > 5 * 2**30:
        yield f"a body of {body['bytes']:,} bytes; one call takes 5 GiB"


def _functions(call: Call) -> Iterator[str]:
    """Lambda developer guide: quotas, environment variables, SQS event source mappings."""
    if call.service != "lambda":
        return
    variables = call.params.get("Environment", {}).get("Variables", {})
    size = len(json.dumps(variables, separators=(",", ":")).encode())
    if size > 4096:
        yield f"the environment variables have {size:,} bytes, at most 4,096 are allowed"
    yield from (f"environment variable {one} is Lambda's own" for one in sorted(_RESERVED & set(variables)))
    if call.params.get("Timeout", 0) > 900:
        yield f"Timeout {call.params['Timeout']}; a function runs for at most 900 seconds"
    package = call.params.get("Code", call.params).get("ZipFile")
    if package and package["bytes"] > 50 * 2**20:
        yield f"a package of {package['bytes']:,} bytes; directly 50 MiB can be sent, more through S3"
    if len(call.params.get("Layers", [])) > 5:
        yield f"{len(call.params['Layers'])} layers; a function has at most 5"
    if call.params.get("EventSourceArn", "").endswith(".fifo"):
        if call.params.get("BatchSize", 10) > 10:
            yield f"batch size {call.params['BatchSize']}; of a FIFO queue at most 10"
        if call.params.get("MaximumBatchingWindowInSeconds"):
            yield "a batching window; a FIFO queue has none"


def _stacks(call: Call) -> Iterator[str]:
    """CloudFormation user guide: quotas."""
    if call.service != "cloudformation":
        return
    name = call.params.get("StackName", "arn:")
    if not name.startswith("arn:") and not _STACK.fullmatch(name):
        yield f"stack {name!r}; 1 to 128 letters, digits and -, a letter first"
    size = len(call.params.get("TemplateBody", "").encode())
    if size > 51_200:
        yield f"the template has {size:,} bytes; directly 51,200 can be sent, more through S3"


def _policies(call: Call) -> Iterator[str]:
    """IAM user guide: quotas of roles; the service authorization reference."""
    if call.service != "iam":
        return
    for name, most in (("AssumeRolePolicyDocument", 2_048), ("PolicyDocument", 10_240)):
        text = call.params.get(name)
        if text is None:
            continue
        size = len("".join(text.split()))
        if size > most:
            yield f"{name} has {size:,} characters without white space, at most {most:,} are allowed"
        for statement in json.loads(text)["Statement"]:
            actions = statement["Action"]
            listed = [actions] if isinstance(actions, str) else actions
            yield from (f"AWS has no action {action}" for action in listed if not is_action(action))


def _schedules(call: Call) -> Iterator[str]:
    """EventBridge user guide: rate expressions; CloudWatch Logs API reference of PutRetentionPolicy."""
    expression = call.params.get("ScheduleExpression")
    if expression and not _RATE.fullmatch(expression):
        yield f"schedule {expression!r}; for example rate(1 minute), rate(5 minutes)"
    days = call.params.get("retentionInDays")
    if days is not None and days not in _RETENTION:
        yield f"{days} days; logs can be kept for {', '.join(map(str, sorted(_RETENTION)))}"


def _tags(call: Call) -> Iterator[str]:
    """General reference: tag naming limits."""
    tags = call.params.get("Tags") or {}
    pairs = tags.items() if isinstance(tags, dict) else [(one["Key"], one["Value"]) for one in tags]
    if len(pairs) > 50:
        yield f"{len(pairs)} tags; at most 50 are allowed"
    for key, value in pairs:
        if not 1 <= len(key) <= 128 or len(value) > 256 or key.lower().startswith("aws:"):
            yield f"tag {key!r}={value!r}; keys have 1 to 128 characters and do not begin with aws:, values up to 256"


_RULES: tuple[Callable[[Call], Iterator[str]], ...] = (
    _messages,
    _objects,
    _functions,
    _stacks,
    _policies,
    _schedules,
    _tags,
)
