"""Lambda and IAM with AWS's manners: what is changed takes its time, and meanwhile refuses to be changed."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from lake.store import Store


class NotFound(ClientError):
    def __init__(self, operation: str) -> None:
        super().__init__({"Error": {"Code": "ResourceNotFoundException", "Message": "not found"}}, operation)


class Exceptions:
    ResourceNotFoundException = NotFound
    NoSuchEntityException = NotFound
    NoSuchBucket = NotFound


def refused(code: str, operation: str, message: str = "busy") -> ClientError:
    answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    return ClientError(answer, operation)  # type: ignore[arg-type]


class Pages:
    def __init__(self, call: Callable[..., dict[str, Any]]) -> None:
        self._call = call

    def paginate(self, **arguments: Any) -> list[dict[str, Any]]:
        return [self._call(**arguments)]


class SlowLambda:
    """Functions and mappings. Every change is under way for `slow` looks at it.

    calls: every change that was asked for and taken. fails: a function whose next change Lambda cannot carry out.
    """

    exceptions = Exceptions

    def __init__(self, store: Store, slow: int = 3) -> None:
        self._store, self._slow = store, slow
        self.functions: dict[str, dict[str, Any]] = {}
        self.mappings: dict[str, dict[str, Any]] = {}
        self.calls: list[str] = []
        self.fails: str | None = None
        self._looks: dict[str, int] = {}

    def make(self, name: str, package: bytes, *, state: str = "Active", **settings: Any) -> None:
        self.functions[name] = {
            "FunctionName": name, "FunctionArn": f"arn:aws:lambda:eu-west-1:1:function:{name}",
            "CodeSha256": code(package),
            "State": state, "LastUpdateStatus": "Successful", "Runtime": "python3.12", "Handler": "app.x",
            "MemorySize": 1769, "Timeout": 120, "Layers": [], "Environment": {"Variables": {}}, **settings,
        }  # fmt: skip
        if state == "Pending":
            self._looks[name] = self._slow

    def map(
        self, uuid: str, state: str = "Enabled", batch: int = 10, queue: str = "q.fifo", function: str = "f"
    ) -> None:
        self.mappings[uuid] = {"UUID": uuid, "State": state, "BatchSize": batch, "FunctionArn": function,
                               "EventSourceArn": f"arn:aws:sqs:eu-west-1:1:{queue}"}  # fmt: skip
        self._looks[uuid] = self._slow

    def get_function_configuration(self, FunctionName: str) -> dict[str, Any]:  # noqa: N803
        if FunctionName not in self.functions:
            raise NotFound("GetFunctionConfiguration")
        found = self.functions[FunctionName]
        if self._is_done(FunctionName):
            found["State"] = "Active" if found["State"] == "Pending" else found["State"]
            if found["LastUpdateStatus"] == "InProgress":
                failed = self.fails == FunctionName
                found["LastUpdateStatus"] = "Failed" if failed else "Successful"
                found["LastUpdateStatusReason"] = "the layer is gone" if failed else ""
        return {**found, "Layers": [{"Arn": arn} for arn in found["Layers"]]}

    def update_function_code(self, FunctionName: str, S3Bucket: str, S3Key: str) -> None:  # noqa: N803
        assert self._store.name == S3Bucket
        package = self._store.get(S3Key)
        assert package is not None
        self._change(FunctionName, "code", CodeSha256=code(package.body))

    def update_function_configuration(self, FunctionName: str, **settings: Any) -> None:  # noqa: N803
        self._change(FunctionName, "settings", **settings)

    def delete_function(self, FunctionName: str) -> None:  # noqa: N803
        self.calls.append(f"{FunctionName} delete")
        del self.functions[FunctionName]

    def _change(self, name: str, what: str, **settings: Any) -> None:
        found = self.functions[name]
        if found["State"] == "Pending" or found["LastUpdateStatus"] == "InProgress":
            raise refused("ResourceConflictException", "UpdateFunction")
        self.calls.append(f"{name} {what}")
        found |= {**settings, "LastUpdateStatus": "InProgress"}
        self._looks[name] = self._slow

    def get_paginator(self, operation: str) -> Pages:
        return Pages(getattr(self, operation))

    def list_event_source_mappings(self, FunctionName: str | None = None) -> dict[str, Any]:  # noqa: N803
        return {"EventSourceMappings": [self._looked_at(uuid) for uuid in self.mappings]}

    def get_event_source_mapping(self, UUID: str) -> dict[str, Any]:  # noqa: N803
        return self._looked_at(UUID)

    def update_event_source_mapping(self, UUID: str, Enabled: bool, BatchSize: int) -> None:  # noqa: N803
        mapping = self._at_rest(UUID, "UpdateEventSourceMapping")
        self.calls.append(f"{UUID} update")
        mapping |= {"State": "Enabling" if mapping["State"] == "Disabled" else "Updating", "BatchSize": BatchSize}
        self._looks[UUID] = self._slow

    def delete_event_source_mapping(self, UUID: str) -> None:  # noqa: N803
        self._at_rest(UUID, "DeleteEventSourceMapping")
        self.calls.append(f"{UUID} delete")
        del self.mappings[UUID]

    def _at_rest(self, uuid: str, operation: str) -> dict[str, Any]:
        mapping = self._looked_at(uuid)
        if mapping["State"] not in ("Enabled", "Disabled"):
            raise refused("ResourceInUseException", operation)
        return self.mappings[uuid]

    def _looked_at(self, uuid: str) -> dict[str, Any]:
        mapping = self.mappings[uuid]
        if self._is_done(uuid):
            mapping["State"] = {"Creating": "Enabled", "Enabling": "Enabled", "Updating": "Enabled",
                                "Disabling": "Disabled"}.get(mapping["State"], mapping["State"])  # fmt: skip
        return dict(mapping)

    def _is_done(self, what: str) -> bool:
        self._looks[what] = max(self._looks.get(what, 0) - 1, 0)
        return self._looks[what] == 0


class Iam:
    """Roles with one policy each, of the role's name."""

    exceptions = Exceptions

    def __init__(self, policies: dict[str, dict[str, Any]]) -> None:
        self.policies = policies

    def get_role(self, RoleName: str) -> dict[str, Any]:  # noqa: N803
        if RoleName not in self.policies:
            raise NotFound("GetRole")
        return {"Role": {"Arn": f"arn:aws:iam::1:role/{RoleName}"}}

    def get_role_policy(self, RoleName: str, PolicyName: str) -> dict[str, Any]:  # noqa: N803
        assert RoleName == PolicyName
        if RoleName not in self.policies:
            raise NotFound("GetRolePolicy")
        return {"PolicyDocument": self.policies[RoleName]}

    def put_role_policy(self, RoleName: str, PolicyName: str, PolicyDocument: str) -> None:  # noqa: N803
        self.policies[RoleName] = json.loads(PolicyDocument)


def code(package: bytes) -> str:
    return base64.b64encode(hashlib.sha256(package).digest()).decode()
