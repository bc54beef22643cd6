"""The rights that CloudFormation asks of whoever has it make a stack: it acts with theirs, type by type.

Which actions a type needs is told by the type's own schema (`handlers`), as cfn-lint carries it. A schema lists what
any template may need; what ours does not ask for is left out below, each with the property that would need it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import cfnlint

from madness.deploy import template
from operate.stage import APP, Stage, project_root
from tests.proof.rights import Place, Right, UnknownCall, is_action, is_resource_of, resource_types

_SCHEMAS = Path(cfnlint.__file__).parent / "data" / "schemas" / "resources"
_HANDLERS = ("create", "read", "update", "delete")

# Actions of a schema that are for one property only; they are granted where a template sets it.
ONLY_FOR: dict[str, dict[str, tuple[str, ...]]] = {
    "AWS::S3::Bucket": {
        "AnalyticsConfigurations": ("s3:PutAnalyticsConfiguration", "s3:DeleteBucketAnalyticsConfiguration"),
        "CorsConfiguration": ("s3:PutBucketCORS", "s3:DeleteBucketCors"),
        "InventoryConfigurations": ("s3:PutInventoryConfiguration",),
        "MetricsConfigurations": ("s3:PutMetricsConfiguration", "s3:DeleteBucketMetricsConfiguration"),
        "NotificationConfiguration": ("s3:PutBucketNotification",),
        "ReplicationConfiguration": (
            "s3:PutBucketReplication",
            "s3:PutReplicationConfiguration",
            "s3:DeleteBucketReplication",
            "iam:PassRole",
        ),
        "WebsiteConfiguration": ("s3:PutBucketWebsite", "s3:DeleteBucketWebsite"),
        "AccelerateConfiguration": ("s3:PutAccelerateConfiguration",),
        "AccessControl": ("s3:PutObjectAcl", "s3:PutBucketAcl", "s3:GetBucketAcl"),
        "ObjectLockConfiguration": ("s3:PutBucketObjectLockConfiguration", "s3:PutObjectLockConfiguration"),
        "IntelligentTieringConfigurations": ("s3:PutIntelligentTieringConfiguration",),
        "AbacStatus": ("s3:PutBucketAbac",),
        "Tags": ("s3:PutBucketTagging", "s3:TagResource", "s3:UntagResource"),
        "VersioningConfiguration": ("s3:PutBucketVersioning",),
        "LoggingConfiguration": ("s3:PutBucketLogging",),
        "LifecycleConfiguration": ("s3:PutLifecycleConfiguration", "s3:DeleteBucketLifecycle"),
        "BucketEncryption": ("s3:PutEncryptionConfiguration", "s3:DeleteBucketEncryption"),
        "MetadataTableConfiguration": (
            "s3:GetBucketMetadataTableConfiguration",
            "s3:CreateBucketMetadataTableConfiguration",
            "s3:DeleteBucketMetadataTableConfiguration",
            "s3:UpdateBucketMetadataJournalTableConfiguration",
            "s3:UpdateBucketMetadataInventoryTableConfiguration",
            "s3:UpdateBucketMetadataAnnotationTableConfiguration",
            "s3:DeleteObject",
            "s3tables:CreateNamespace",
            "s3tables:CreateTable",
            "s3tables:CreateTableBucket",
            "s3tables:GetTable",
            "s3tables:PutTableBucketPolicy",
            "s3tables:PutTableEncryption",
            "s3tables:PutTablePolicy",
            "s3tables:GetTableMetadataLocation",
            "s3tables:UpdateTableMetadataLocation",
        ),
    },
    "AWS::SNS::Topic": {
        "DataProtectionPolicy": ("sns:PutDataProtectionPolicy",),
        "DeliveryStatusLogging": ("iam:GetRole", "iam:PassRole"),
        "Subscription": ("sns:Subscribe", "sns:Unsubscribe"),
    },
    "AWS::SNS::Subscription": {"SubscriptionRoleArn": ("iam:GetRole", "iam:PassRole")},
    "AWS::Events::Rule": {
        "RoleArn": ("iam:PassRole",),
        "Tags": ("events:UntagResource",),  # CloudFormation tags what it makes by itself
    },
    "AWS::IAM::Role": {
        "ManagedPolicyArns": ("iam:AttachRolePolicy", "iam:DetachRolePolicy"),
        "PermissionsBoundary": ("iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary"),
    },
    "AWS::Logs::LogGroup": {
        "DataProtectionPolicy": (
            "logs:PutDataProtectionPolicy",
            "logs:DeleteDataProtectionPolicy",
            # Where a policy sends what it finds.
            "logs:CreateLogDelivery",
            "firehose:TagDeliveryStream",
            "s3:REST.PUT.OBJECT",
        ),
        "ResourcePolicyDocument": ("logs:PutResourcePolicy", "logs:DeleteResourcePolicy"),
        "FieldIndexPolicies": ("logs:PutIndexPolicy", "logs:DeleteIndexPolicy"),
        "KmsKeyId": ("logs:AssociateKmsKey", "logs:DisassociateKmsKey"),
        "DeletionProtectionEnabled": ("logs:PutLogGroupDeletionProtection",),
        "BearerTokenAuthenticationEnabled": ("logs:PutBearerTokenAuthentication",),
    },
    "AWS::ApiGateway::RestApi": {
        "Body": ("iam:PassRole",),
        "BodyS3Location": ("s3:GetObject",),
        "Policy": ("apigateway:UpdateRestApiPolicy",),
    },
    # Zappa sets it; for which role and service is said below.
    "AWS::ApiGateway::Method": {"Integration.Credentials": ("iam:PassRole",)},
    "AWS::CloudFront::Distribution": {
        "DistributionConfig.ConnectionMode": ("cloudfront:CreateConnectionGroup", "cloudfront:GetConnectionGroup"),
        "DistributionConfig.Origins.VpcOriginConfig": ("cloudfront:GetVpcOrigin",),
        "DistributionConfig.Staging": ("cloudfront:UpdateDistributionWithStagingConfig",),
    },
}


@cache
def schema(kind: str) -> dict[str, Any]:
    """The schema of a resource type."""
    for file in _SCHEMAS.glob("*.json"):
        text = file.read_text()
        if f'"{kind}"' in text and (found := json.loads(text))["typeName"] == kind:
            return found
    raise UnknownCall(f"cfn-lint has no schema of {kind}")


def actions(kind: str, properties: Iterable[str]) -> list[str]:
    """What CloudFormation calls for a resource of a type on which a template sets these properties."""
    handlers = schema(kind)["handlers"]  # a policy of a topic has none for reading
    listed = {one for handler in _HANDLERS if handler in handlers for one in handlers[handler]["permissions"]}
    unset = {only for name, only in ONLY_FOR.get(kind, {}).items() if name not in properties}
    # Some that schemas list, such as s3:DeleteBucketEncryption, IAM does not know: nobody is asked for them.
    return sorted(filter(is_action, listed - {action for only in unset for action in only}))


def needed_for(kind: str, name: str, properties: Iterable[str], place: Place) -> Iterator[Right]:
    """The rights to make, look at, change and delete a resource."""
    for action in actions(kind, properties):
        arns = _ARNS[kind](name, action, place) if resource_types(action) else ["*"]
        for arn in arns:
            if not is_resource_of(action, arn):
                raise UnknownCall(f"{kind}: {arn} is no resource of {action}; say in ONLY_FOR what needs it")
            yield Right(action, arn)


def needed_for_stage(stage: Stage, place: Place) -> list[Right]:
    """Of everything in `infra/template.yaml`, with an address for alarms and a budget."""
    resources = template.load(template.body(stage))["Resources"]
    planned = template.plan(stage, alarm_email="ada@example.org")
    return [
        right
        for one in planned
        for right in needed_for(one.type, _name(one, planned), resources[one.logical]["Properties"], place)
    ]


def role_policy(stage: Stage, role: str, place: Place) -> dict[str, Any]:
    """What a role of the template may do: its only policy, names filled in."""
    (policy,) = template.load(template.body(stage))["Resources"][role]["Properties"]["Policies"]
    buckets = {name.capitalize(): bucket for name, bucket in stage.buckets().items()}
    return _filled(policy["PolicyDocument"], stage, buckets, place)


def _filled(value: Any, stage: Stage, buckets: dict[str, str], place: Place) -> Any:
    """A part of the template with `!Sub` and `!GetAtt BUCKET.Arn` carried out."""
    if isinstance(value, list):
        return [_filled(one, stage, buckets, place) for one in value]
    if not isinstance(value, dict):
        return value
    if "Fn::GetAtt" in value:
        return f"arn:{place.partition}:s3:::{buckets[value['Fn::GetAtt'].removesuffix('.Arn')]}"
    if "Fn::Sub" in value:
        text = value["Fn::Sub"]
        names = {f"{name}.Arn": f"arn:{place.partition}:s3:::{bucket}" for name, bucket in buckets.items()}
        names |= {"Stage": stage.name, "AWS::Partition": place.partition, "AWS::Region": place.region,
                  "AWS::AccountId": place.account}  # fmt: skip
        for name, known in names.items():
            text = text.replace(f"${{{name}}}", known)
        return text
    return {key: _filled(one, stage, buckets, place) for key, one in value.items()}


def needed_for_zappa(stage: Stage, place: Place) -> list[Right]:
    """Of the stack that Zappa makes: a REST API whose methods invoke the function with the dashboard's role."""
    kinds = ("AWS::ApiGateway::RestApi", "AWS::ApiGateway::Resource", "AWS::ApiGateway::Method")
    role = place.arn("iam", f"role/{APP}-{stage.name}-dashboard", regional=False)
    passed = Right("iam:PassRole", role, (("iam:PassedToService", "apigateway.amazonaws.com"),))
    return [passed, *(right for kind in kinds for right in needed_for(kind, "*", (), place))]


def needed_for_edge(stage: Stage, place: Place) -> list[Right]:
    """Of everything in `infra/edge.yaml`. Ids are chosen by AWS; only a function goes by its name."""
    resources = template.load((project_root() / "infra" / "edge.yaml").read_text())["Resources"].values()
    return [
        right
        for one in resources
        for right in needed_for(one["Type"], _edge_name(one["Properties"], stage), _paths(one["Properties"]), place)
    ]


def _edge_name(properties: dict[str, Any], stage: Stage) -> str:
    return properties.get("Name", {}).get("Fn::Sub", "*").replace("${Stage}", stage.name)


def _paths(value: Any, above: str = "") -> set[str]:
    """Dotted paths of the properties that are set, lists looked through."""
    if isinstance(value, list):
        return {path for one in value for path in _paths(one, above)}
    if not isinstance(value, dict):
        return set()
    named = {f"{above}.{name}".lstrip("."): one for name, one in value.items()}
    return set(named).union(*(_paths(one, path) for path, one in named.items()))


def _name(one: template.Planned, planned: list[template.Planned]) -> str:
    """What names a resource to IAM: a subscription goes by its topic."""
    topics = [other.name for other in planned if other.type == "AWS::SNS::Topic"]
    return topics[0] if one.type == "AWS::SNS::Subscription" else one.name


def _bucket(name: str, action: str, place: Place) -> list[str]:
    return [f"arn:{place.partition}:s3:::{name}"]


def _log_group(name: str, action: str, place: Place) -> list[str]:
    group = place.arn("logs", f"log-group:{name}")
    return [group, f"{group}:*"]


def _alarm(name: str, action: str, place: Place) -> list[str]:
    # Whoever asks for one alarm by its name asks CloudWatch for all.
    return [place.arn("cloudwatch", "alarm:*" if action == "cloudwatch:DescribeAlarms" else f"alarm:{name}")]


def _budget(name: str, action: str, place: Place) -> list[str]:
    if action.startswith("billing:"):
        return [place.arn("billing", "billingview/primary", regional=False)]
    return [place.arn("budgets", f"budget/{name}", regional=False)]


def _rest_api(name: str, action: str, place: Place) -> list[str]:
    # Its id, and those of all that is in it, are chosen by AWS.
    top = f"arn:{place.partition}:apigateway:{place.region}::"
    return [arn for arn in (f"{top}/restapis", f"{top}/restapis/*") if is_resource_of(action, arn)]


def _cloudfront(kind: str) -> Callable[[str, str, Place], list[str]]:
    return lambda name, action, place: [place.arn("cloudfront", f"{kind}/{name}", regional=False)]


_ARNS: dict[str, Callable[[str, str, Place], list[str]]] = {
    "AWS::S3::Bucket": _bucket,
    "AWS::S3::BucketPolicy": _bucket,
    "AWS::SQS::Queue": lambda name, _, place: [place.arn("sqs", name)],
    "AWS::SNS::Topic": lambda name, _, place: [place.arn("sns", name)],
    "AWS::SNS::Subscription": lambda name, _, place: [place.arn("sns", name)],
    "AWS::SNS::TopicPolicy": lambda name, _, place: [place.arn("sns", name)],
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::Events::Rule": lambda name, _, place: [place.arn("events", f"rule/{name}")],
    "AWS::IAM::Role": lambda name, _, place: [place.arn("iam", f"role/{name}", regional=False)],
    "AWS::Logs::LogGroup": _log_group,
    "AWS::Budgets::Budget": _budget,
    "AWS::ApiGateway::RestApi": _rest_api,
    "AWS::ApiGateway::Resource": _rest_api,
    "AWS::ApiGateway::Method": _rest_api,
    "AWS::CloudFront::Distribution": _cloudfront("distribution"),
    "AWS::CloudFront::Function": _cloudfront("function"),
    "AWS::CloudFront::OriginAccessControl": _cloudfront("origin-access-control"),
}
