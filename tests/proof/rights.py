"""Which rights AWS asks for when it is called, and whether policies give them.

    recorded call ──► needed() ──► rights: action, resource, context ──► Policies.refused(), Policies.unused()

Which actions there are, and which of them can be allowed for single resources, is told by AWS's service authorization
reference, as cfn-lint carries it. MiniStack's engine evaluates policies: deny before allow, wildcards, conditions. What
is written down here is what neither says: where an action is called otherwise than the operation, what else a call
needs, and how the resource is told from the parameters.
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import cfnlint
from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document

_REFERENCE = Path(cfnlint.__file__).parent / "data" / "AdditionalSpecs" / "Policies.json"


class UnknownCall(Exception):
    """Nobody has said which rights a call needs; the text says where to write it."""


@dataclass(frozen=True)
class Call:
    """A call as `recording/sitecustomize.py` writes it."""

    service: str
    operation: str
    params: Mapping[str, Any]
    region: str = "eu-central-1"

    @classmethod
    def read(cls, path: Path) -> list[Call]:
        """The calls of a recording; none if nothing was recorded."""
        lines = path.read_text().splitlines() if path.exists() else []
        return [cls(**json.loads(line)) for line in lines]

    @property
    def name(self) -> str:
        return f"{self.service}.{self.operation}"


@dataclass(frozen=True)
class Right:
    """An action on a resource. context: condition keys that AWS fills in."""

    action: str
    resource: str
    context: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        told = "".join(f" where {key} is {value}" for key, value in self.context)
        return f"{self.action} on {self.resource}{told}"


@dataclass(frozen=True)
class Place:
    """Whose account, and where.

    reader: the function that the queue is mapped to. stack: the one whose change sets are called by their own names.
    """

    account: str = "123456789012"
    region: str = "eu-central-1"
    partition: str = "aws"
    reader: str = "madness-dev-apply_results"
    stack: str = "madness-dev"

    def arn(self, service: str, resource: str, *, regional: bool = True) -> str:
        return f"arn:{self.partition}:{service}:{self.region if regional else ''}:{self.account}:{resource}"


def needed(call: Call, place: Place) -> list[Right]:
    """What a call asks for; empty for what everybody may.

    Raises
    ------
    UnknownCall
        No rule says it, and AWS knows no action of the operation's name.
    """
    if call.name in _FREE:
        return []
    if call.service == "apigateway":
        return [_api_gateway(call, place)]
    actions = _OTHERWISE.get(call.name, (f"{_PREFIX.get(call.service, call.service)}:{call.operation}",))
    rights = [_on_resource(action, call, place) for action in actions]
    for also in _ALSO:
        rights += also(call, place)
    return rights


# ---------------------------------------------------------------- what AWS's reference says


@cache
def _reference() -> dict[str, Any]:
    return json.loads(_REFERENCE.read_text())


def resource_types(action: str) -> list[str]:
    """Kinds of resources that an action can be allowed for; none means that it is allowed for all or not at all.

    >>> resource_types("sqs:SendMessage")
    ['queue']
    >>> resource_types("lambda:ListEventSourceMappings")
    []
    """
    prefix, _, name = action.partition(":")
    if not is_action(action):
        raise UnknownCall(
            f"AWS has no action {action}. Say in tests/proof/rights.py (_OTHERWISE) what the operation needs."
        )
    return [kind.lower() for kind in _reference()[prefix]["Actions"][name.lower()].get("Resources", [])]


def is_action(action: str) -> bool:
    """Whether IAM knows an action."""
    prefix, _, name = action.partition(":")
    return name.lower() in _reference().get(prefix, {}).get("Actions", {})


def is_resource_of(action: str, resource: str) -> bool:
    """Whether a resource has the form that AWS's reference gives for an action's resources."""
    prefix = action.partition(":")[0]
    formats = [one for kind in resource_types(action) for one in _reference()[prefix]["Resources"][kind]["ARNFormats"]]
    patterns = [re.sub(r"\$\{\w+\}", "[^:]*", one.replace("arn:${Partition}", "arn:aws[a-z-]*")) for one in formats]
    return resource == "*" if not formats else any(re.fullmatch(pattern, resource) for pattern in patterns)


# ---------------------------------------------------------------- what it does not say

_FREE = {"sts.GetCallerIdentity"}
_PREFIX = {"service-quotas": "servicequotas"}

# Actions that are not called like the operation. Where an object may be missing, S3 says so only to those who may list
# its bucket: to others it answers 403.
_OTHERWISE: dict[str, tuple[str, ...]] = {
    "s3.HeadBucket": ("s3:ListBucket",),
    "s3.ListObjectsV2": ("s3:ListBucket",),
    "s3.ListObjectVersions": ("s3:ListBucketVersions",),
    "s3.ListBuckets": ("s3:ListAllMyBuckets",),
    "s3.GetObject": ("s3:GetObject", "s3:ListBucket"),
    "s3.HeadObject": ("s3:GetObject", "s3:ListBucket"),
    "s3.DeleteObjects": (),  # one right for each object, below
    "s3.CreateMultipartUpload": ("s3:PutObject",),
    "s3.UploadPart": ("s3:PutObject",),
    "s3.CompleteMultipartUpload": ("s3:PutObject",),
    "s3.GetBucketNotificationConfiguration": ("s3:GetBucketNotification",),
    "s3.PutBucketNotificationConfiguration": ("s3:PutBucketNotification",),
    "s3.GetBucketEncryption": ("s3:GetEncryptionConfiguration",),
    "s3.GetBucketLifecycleConfiguration": ("s3:GetLifecycleConfiguration",),
    "s3.GetPublicAccessBlock": ("s3:GetBucketPublicAccessBlock",),
    "sqs.SendMessageBatch": ("sqs:SendMessage",),
    "sqs.DeleteMessageBatch": ("sqs:DeleteMessage",),
    "sqs.ChangeMessageVisibilityBatch": ("sqs:ChangeMessageVisibility",),
    "lambda.Invoke": ("lambda:InvokeFunction",),
    "lambda.GetLayerVersionByArn": ("lambda:GetLayerVersion",),
}


def _on_resource(action: str, call: Call, place: Place) -> Right:
    if "VersionId" in call.params and action in ("s3:GetObject", "s3:DeleteObject"):
        action += "Version"
    if action in _LAMBDA_MAPPING:
        return Right(action, _resource(action, call, place), _mapped(call, place))
    return Right(action, _resource(action, call, place))


def _resource(action: str, call: Call, place: Place) -> str:
    kinds = resource_types(action)
    if not kinds:
        return "*"
    found = _RESOURCES[call.service](call.params, place, kinds)
    if not is_resource_of(action, found):
        raise UnknownCall(f"{call.name}: {found} is no resource of {action}, which has {', '.join(kinds)}.")
    return found


def _s3(params: Mapping[str, Any], place: Place, kinds: list[str]) -> str:
    bucket = f"arn:{place.partition}:s3:::{params['Bucket']}"
    return bucket if "bucket" in kinds else f"{bucket}/{params['Key']}"


def _sqs(params: Mapping[str, Any], place: Place, kinds: list[str]) -> str:
    return place.arn("sqs", params.get("QueueName") or params["QueueUrl"].rsplit("/", 1)[1])


def _lambda(params: Mapping[str, Any], place: Place, kinds: list[str]) -> str:
    if "eventsourcemapping" in kinds and "UUID" in params:
        return place.arn("lambda", f"event-source-mapping:{params['UUID']}")
    name = params.get("FunctionName") or params.get("Resource") or params["Arn"]
    return name if name.startswith("arn:") else place.arn("lambda", f"function:{name.removeprefix('function:')}")


def _logs(params: Mapping[str, Any], place: Place, kinds: list[str]) -> str:
    return params.get("resourceArn") or place.arn("logs", f"log-group:{params['logGroupName']}")


def _cloudformation(params: Mapping[str, Any], place: Place, kinds: list[str]) -> str:
    name = params.get("StackName", place.stack)
    return name if name.startswith("arn:") else place.arn("cloudformation", f"stack/{name}/*")


_RESOURCES: dict[str, Callable[[Mapping[str, Any], Place, list[str]], str]] = {
    "s3": _s3,
    "sqs": _sqs,
    "lambda": _lambda,
    "logs": _logs,
    "cloudformation": _cloudformation,
    "iam": lambda params, place, _: place.arn("iam", f"role/{params['RoleName']}", regional=False),
    "events": lambda params, place, _: place.arn("events", f"rule/{params.get('Rule') or params['Name']}"),
    "cloudwatch": lambda params, place, _: place.arn("cloudwatch", "alarm:*"),
    "sns": lambda params, place, _: params["TopicArn"],
    "sagemaker": lambda params, place, _: place.arn("sagemaker", f"training-job/{params['TrainingJobName']}"),
    "service-quotas": lambda params, place, _: place.arn(
        "servicequotas", f"{params['ServiceCode']}/{params['QuotaCode']}"
    ),
    "cloudfront": lambda params, place, _: place.arn(
        "cloudfront", f"distribution/{params.get('Id') or params['DistributionId']}", regional=False
    ),
}


def _api_gateway(call: Call, place: Place) -> Right:
    """API Gateway's actions are the methods of HTTP, its resources the paths."""
    http = _service_model(call.service).operation_model(call.operation).http
    path = http["requestUri"].partition("?")[0]
    for name, value in _uri_members(call).items():
        path = path.replace(f"{{{name}}}", str(value))
    return Right(f"apigateway:{http['method']}", f"arn:{place.partition}:apigateway:{place.region}::{path}")


def _uri_members(call: Call) -> dict[str, Any]:
    shape = _service_model(call.service).operation_model(call.operation).input_shape
    members = shape.members.items() if shape else ()
    return {
        member.serialization.get("name", name): call.params[name]
        for name, member in members
        if member.serialization.get("location") == "uri" and name in call.params
    }


@cache
def _service_model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


# A mapping's own name means nothing; whose messages it hands to whom is what counts.
_LAMBDA_MAPPING = {f"lambda:{verb}EventSourceMapping" for verb in ("Create", "Update", "Delete", "Get")}


def _mapped(call: Call, place: Place) -> tuple[tuple[str, str], ...]:
    # A call that names the mapping only is about the one there is: AWS looks up its function.
    function = call.params.get("FunctionName", place.reader)
    arn = function if function.startswith("arn:") else place.arn("lambda", f"function:{function}")
    return (("lambda:FunctionArn", arn),)


def _objects_deleted(call: Call, place: Place) -> Iterator[Right]:
    if call.name == "s3.DeleteObjects":
        for one in call.params["Delete"]["Objects"]:
            action = "s3:DeleteObjectVersion" if one.get("VersionId") else "s3:DeleteObject"
            yield Right(action, _s3({**call.params, "Key": one["Key"]}, place, ["object"]))


def _condition_read(call: Call, place: Place) -> Iterator[Right]:
    # If-Match tells what lies there: S3 asks for the right to read it. If-None-Match does not.
    if call.name == "s3.PutObject" and "IfMatch" in call.params:
        yield Right("s3:GetObject", _s3(call.params, place, ["object"]))


def _source_copied(call: Call, place: Place) -> Iterator[Right]:
    if call.operation in ("CopyObject", "UploadPartCopy"):
        source = call.params["CopySource"]
        where = source if isinstance(source, dict) else dict(zip(("Bucket", "Key"), source.split("/", 1), strict=True))
        yield Right("s3:GetObject", _s3(where, place, ["object"]))


def _role_passed(call: Call, place: Place) -> Iterator[Right]:
    if call.service == "lambda" and call.params.get("Role"):
        yield Right("iam:PassRole", call.params["Role"], (("iam:PassedToService", "lambda.amazonaws.com"),))
    if call.service == "sagemaker" and call.params.get("RoleArn"):
        yield Right("iam:PassRole", call.params["RoleArn"], (("iam:PassedToService", "sagemaker.amazonaws.com"),))


def _layers_read(call: Call, place: Place) -> Iterator[Right]:
    if call.operation in ("CreateFunction", "UpdateFunctionConfiguration"):
        for layer in call.params.get("Layers", []):
            yield Right("lambda:GetLayerVersion", layer)


def _code_read(call: Call, place: Place) -> Iterator[Right]:
    """Packages and templates that AWS reads from a bucket with the rights of whoever names them."""
    code = call.params.get("Code", call.params) if call.service == "lambda" else {}
    if "S3Bucket" in code:
        yield Right("s3:GetObject", _s3({"Bucket": code["S3Bucket"], "Key": code["S3Key"]}, place, ["object"]))
    if url := call.params.get("TemplateURL"):
        bucket, key = re.fullmatch(r"https://(?:s3[^/]*/)?([^/.]+)(?:\.s3[^/]*)?/(.+)", url).groups()  # type: ignore[union-attr]
        yield Right("s3:GetObject", _s3({"Bucket": bucket, "Key": key}, place, ["object"]))


def _tagged(call: Call, place: Place) -> Iterator[Right]:
    tags = call.params.get("Tags") or call.params.get("tags")
    action = {"lambda": "lambda:TagResource", "iam": "iam:TagRole", "events": "events:TagResource",
              "logs": "logs:TagResource", "sqs": "sqs:TagQueue", "cloudformation": "cloudformation:TagResource",
              "sagemaker": "sagemaker:AddTags"}.get(
        call.service
    )  # fmt: skip
    if tags and action and "Tag" not in call.operation:
        yield Right(action, _resource(action, call, place))


def _streams(call: Call, place: Place) -> Iterator[Right]:
    """CloudWatch Logs asks for some actions on the group's name, for others on the name with `:*` behind it."""
    if call.service == "logs" and "logGroupName" in call.params:
        yield Right(f"logs:{call.operation}", f"{_logs(call.params, place, [])}:*")


_ALSO: tuple[Callable[[Call, Place], Iterator[Right]], ...] = (
    _objects_deleted,
    _condition_read,
    _source_copied,
    _role_passed,
    _layers_read,
    _code_read,
    _tagged,
    _streams,
)


# ---------------------------------------------------------------- policies


@dataclass(frozen=True)
class Policies:
    """Policy documents that one principal has."""

    documents: list[dict[str, Any]]
    place: Place = field(default_factory=Place)

    def allows(self, right: Right) -> bool:
        context = EvalContext(
            principal_arn=self.place.arn("iam", "user/deployer", regional=False),
            principal_type="User",
            principal_account=self.place.account,
            action=right.action,
            resource_arn=right.resource,
            region=self.place.region,
            source_ip="192.0.2.1",
            secure_transport=True,
            service_context={key.lower(): value for key, value in right.context},
        )
        return evaluate(context, [parse_policy_document(one) for one in self.documents]).decision == "Allow"

    def refused(self, rights: Iterable[Right]) -> list[Right]:
        return sorted({right for right in rights if not self.allows(right)}, key=str)

    def grants(self) -> Iterator[tuple[str, str]]:
        """(action, resource) of every allowing statement."""
        for document in self.documents:
            for statement in document["Statement"]:
                if statement["Effect"] == "Allow":
                    for action in _listed(statement["Action"]):
                        for resource in _listed(statement["Resource"]):
                            yield action, resource

    def unused(self, rights: Iterable[Right]) -> list[tuple[str, str]]:
        """Grants that none of the rights has any use for."""
        seen = {(right.action, right.resource) for right in rights}

        def is_used(action: str, resource: str) -> bool:
            return any(
                fnmatch.fnmatchcase(one.lower(), action.lower()) and fnmatch.fnmatchcase(there, resource)
                for one, there in seen
            )

        return sorted({grant for grant in self.grants() if not is_used(*grant)})


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
