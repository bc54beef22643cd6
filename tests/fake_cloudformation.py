"""CloudFormation as AWS has it: everything takes time, and most of what can be asked for is refused in most states.

A real boto3 client talks to it, so requests are checked against botocore's model, answers are parsed from XML, and what
is throttled is tried again by botocore. Each look at a stack or a change set lets the world go on by one step.

Rules that are AWS's and not the emulator's: a stack is created in REVIEW_IN_PROGRESS by its first change set; change
sets go through CREATE_PENDING; one without changes is FAILED; a stack in motion, or one whose creation was rolled back,
takes no change set; what exists is adopted only under a literal name and with a retaining DeletionPolicy, else the
change set fails; roll-backs leave what says `Retain`; a deleted stack has no name any more, but an id.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

import boto3
from botocore import xform_name
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from ministack.services.cloudformation import engine
from moto.core.botocore_stubber import MockRawResponse
from moto.core.serialize import QuerySerializer
from moto.core.utils import get_service_model

ACCOUNT = "123456789012"
NAMED = {
    "AWS::S3::Bucket": "BucketName", "AWS::Logs::LogGroup": "LogGroupName", "AWS::SQS::Queue": "QueueName",
    "AWS::IAM::Role": "RoleName", "AWS::SNS::Topic": "TopicName", "AWS::CloudWatch::Alarm": "AlarmName",
}  # fmt: skip


class Refused(Exception):
    """An error that AWS answers."""

    def __init__(self, message: str, code: str = "ValidationError") -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass
class Made:
    """A resource of a stack."""

    definition: dict[str, Any]
    name: str


@dataclass
class StackOnAws:
    name: str
    id: str
    status: str
    template: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    resources: dict[str, Made] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    going_on: Iterator[None] | None = None


@dataclass
class ChangeSetOnAws:
    stack: StackOnAws
    request: dict[str, Any]
    template: dict[str, Any]
    parameters: dict[str, str]
    status: str = "CREATE_PENDING"
    execution: str = "UNAVAILABLE"
    reason: str = ""
    changes: list[dict[str, Any]] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)


class FakeCloudFormation:
    """One account's CloudFormation, and the named things that lie in the account.

    Attributes
    ----------
    account : names of what exists, whoever made it, by type
    broken : logical ids that cannot be created (or updated), with the reason
    stuck : whether a roll-back of an update fails, once
    drifted : whether a drift-aware change set finds anything to do
    throttled : how many of the next requests are answered with Throttling
    may_read_events : whether the credentials have cloudformation:DescribeEvents
    requests : what was asked, with botocore's names of the parameters
    """

    def __init__(self) -> None:
        self.account: set[tuple[str, str]] = set()
        self.broken: dict[str, str] = {}
        self.stuck = False
        self.drifted = False
        self.throttled = 0
        self.may_read_events = True
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.stacks: list[StackOnAws] = []
        self._change_sets: dict[str, ChangeSetOnAws] = {}
        self._params: dict[str, Any] = {}
        self._count = 0
        self.client = boto3.client(
            "cloudformation", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x",
            config=Config(retries={"mode": "standard", "max_attempts": 8}, ignore_configured_endpoint_urls=True),
        )  # fmt: skip
        self.client.meta.events.register("provide-client-params.cloudformation", self._remember)
        self.client.meta.events.register("before-send.cloudformation", self._answer)

    def asked(self, operation: str) -> list[dict[str, Any]]:
        return [params for name, params in self.requests if name == operation]

    def stack(self, name: str = "madness-dev") -> StackOnAws:
        return next(stack for stack in reversed(self.stacks) if name in (stack.name, stack.id))

    # ---------------------------------------------------------------- the wire
    def _remember(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self._params = params
        self.requests.append((model.name, params))

    def _answer(self, request: Any, event_name: str, **_: Any) -> AWSResponse:
        operation = event_name.rpartition(".")[2]
        try:
            if self.throttled:
                self.throttled -= 1
                raise Refused("Rate exceeded", "Throttling")
            asked = {xform_name(key): value for key, value in self._params.items()}
            result = getattr(self, f"_{xform_name(operation)}")(**asked) or {}
        except Refused as refused:
            text = f"<Error><Code>{refused.code}</Code><Message>{escape(refused.message)}</Message></Error>"
            return AWSResponse(request.url, 400, {}, MockRawResponse(f"<ErrorResponse>{text}</ErrorResponse>"))
        told = QuerySerializer(get_service_model("cloudformation").operation_model(operation)).serialize(result)
        return AWSResponse(request.url, 200, told["headers"], MockRawResponse(told["body"]))

    # ---------------------------------------------------------------- what is asked
    def _describe_stacks(self, stack_name: str) -> dict[str, Any]:
        stack = self._found(stack_name)
        self._go_on(stack)
        given = [{"ParameterKey": key, "ParameterValue": value} for key, value in stack.parameters.items()]
        return {"Stacks": [{
            "StackName": stack.name, "StackId": stack.id, "StackStatus": stack.status, "Parameters": given,
            "CreationTime": "2026-01-01T00:00:00Z",
        }]}  # fmt: skip

    def _describe_stack_resource(self, stack_name: str, logical_resource_id: str) -> dict[str, Any]:
        made = self._found(stack_name).resources.get(logical_resource_id)
        if made is None:
            raise Refused(f"Resource {logical_resource_id} does not exist for stack {stack_name}")
        return {"StackResourceDetail": {
            "LogicalResourceId": logical_resource_id, "PhysicalResourceId": made.name, "ResourceStatus": "x",
            "ResourceType": made.definition["Type"], "LastUpdatedTimestamp": "2026-01-01T00:00:00Z",
        }}  # fmt: skip

    def _describe_stack_events(self, stack_name: str, next_token: str = "0") -> dict[str, Any]:
        stack = self._found(stack_name)
        self._go_on(stack)
        newest, start = stack.events[::-1], int(next_token)
        more = {"NextToken": str(start + 10)} if start + 10 < len(newest) else {}
        return {"StackEvents": newest[start : start + 10], **more}

    def _create_change_set(
        self, stack_name: str, change_set_name: str, change_set_type: str, **request: Any
    ) -> dict[str, Any]:
        if "CAPABILITY_NAMED_IAM" not in request.get("capabilities", []):
            raise Refused("Requires capabilities : [CAPABILITY_NAMED_IAM]", "InsufficientCapabilitiesException")
        stack = next((s for s in reversed(self.stacks) if s.name == stack_name and s.status != "DELETE_COMPLETE"), None)
        if change_set_type == "CREATE":
            if stack is None:
                stack = self._new_stack(stack_name)
            elif stack.status != "REVIEW_IN_PROGRESS":
                raise Refused(f"Stack [{stack_name}] already exists", "AlreadyExistsException")
        elif stack is None:
            raise Refused(f"Stack [{stack_name}] does not exist")
        elif not stack.status.endswith("_COMPLETE") or stack.status == "ROLLBACK_COMPLETE":
            raise Refused(f"Stack:{stack.id} is in {stack.status} state and can not be updated.")
        previous = request.get("use_previous_template")
        template = stack.template if previous else engine._parse_template(request["template_body"])
        change_set = ChangeSetOnAws(stack, request, template, self._parameters(stack, template, request["parameters"]))
        id_ = f"arn:aws:cloudformation:eu-central-1:{ACCOUNT}:changeSet/{change_set_name}/{self._next()}"
        self._change_sets[id_] = change_set
        return {"Id": id_, "StackId": stack.id}

    def _describe_change_set(self, change_set_name: str, next_token: str = "0") -> dict[str, Any]:
        found = self._change_sets.get(change_set_name)
        if found is None:
            raise Refused(f"ChangeSet [{change_set_name}] does not exist", "ChangeSetNotFoundException")
        if found.status == "CREATE_PENDING":
            found.status = "CREATE_IN_PROGRESS"
        elif found.status == "CREATE_IN_PROGRESS":
            self._compare(found)
        start = int(next_token)
        more = {"NextToken": str(start + 10)} if start + 10 < len(found.changes) else {}
        return {
            "ChangeSetId": change_set_name, "StackId": found.stack.id, "Status": found.status,
            "ExecutionStatus": found.execution, "StatusReason": found.reason,
            "Changes": found.changes[start : start + 10], **more,
        }  # fmt: skip

    def _describe_events(self, change_set_name: str, filters: dict[str, bool]) -> dict[str, Any]:
        assert filters == {"FailedEvents": True}
        if not self.may_read_events:
            raise Refused("not authorized to perform: cloudformation:DescribeEvents", "AccessDenied")
        return {"OperationEvents": [
            {"EventId": "1", "EventType": "VALIDATION_ERROR", "ValidationStatus": "FAILED",
             "LogicalResourceId": logical, "ValidationStatusReason": f"Resource of {logical} already exists."}
            for logical in self._change_sets[change_set_name].conflicts
        ]}  # fmt: skip

    def _delete_change_set(self, change_set_name: str) -> None:
        del self._change_sets[change_set_name]

    def _execute_change_set(self, change_set_name: str, client_request_token: str, disable_rollback: bool) -> None:
        found = self._change_sets[change_set_name]
        if found.execution != "AVAILABLE":
            raise Refused(f"ChangeSet [{change_set_name}] is in {found.execution} status", "InvalidChangeSetStatus")
        assert not disable_rollback
        kind = "CREATE" if found.stack.status == "REVIEW_IN_PROGRESS" else "UPDATE"
        self._begin(found.stack, client_request_token, self._carry_out(found, kind))

    def _delete_stack(self, stack_name: str, client_request_token: str) -> None:
        stack = self._found(stack_name)
        self._begin(stack, client_request_token, self._delete(stack))

    def _continue_update_rollback(self, stack_name: str, client_request_token: str) -> None:
        stack = self._found(stack_name)
        if stack.status != "UPDATE_ROLLBACK_FAILED":
            raise Refused(f"Stack:{stack.id} is in {stack.status} state and can not continue rollback.")
        self._begin(stack, client_request_token, self._roll_back_update(stack))

    # ---------------------------------------------------------------- how it goes on
    def _begin(self, stack: StackOnAws, token: str, steps: Iterator[None]) -> None:
        self._token = token
        stack.going_on = steps
        next(steps)

    def _go_on(self, stack: StackOnAws) -> None:
        if stack.going_on and next(stack.going_on, self) is self:
            stack.going_on = None

    def _carry_out(self, change_set: ChangeSetOnAws, kind: str) -> Iterator[None]:
        stack, change_set.execution = change_set.stack, "EXECUTE_IN_PROGRESS"
        before = (stack.template, stack.parameters, dict(stack.resources))
        if kind == "CREATE":
            stack.parameters = change_set.parameters  # shown of a creation that failed, too
        self._become(stack, f"{kind}_IN_PROGRESS")
        yield
        actions = {c["ResourceChange"]["LogicalResourceId"]: c["ResourceChange"]["Action"] for c in change_set.changes}
        made: list[str] = []
        for logical, (definition, name) in self._wanted(change_set).items():
            action = actions.get(logical)
            if action is None:
                continue
            verb = {"Add": "CREATE", "Modify": "UPDATE", "Import": "IMPORT"}[action]
            self._tell(stack, logical, definition, f"{verb}_IN_PROGRESS")
            yield
            if logical in self.broken:
                self._tell(stack, logical, definition, f"{verb}_FAILED", self.broken[logical])
                break
            self.account.add((definition["Type"], name))
            stack.resources[logical] = Made(definition, name)
            self._tell(stack, logical, definition, f"{verb}_COMPLETE")
            made += [logical] if action == "Add" else []
        else:
            stack.template, stack.parameters = change_set.template, change_set.parameters
            change_set.execution = "EXECUTE_COMPLETE"
            if kind == "UPDATE":
                self._become(stack, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
                yield
                for logical in [logical for logical, action in actions.items() if action == "Remove"]:
                    self._remove(stack, logical, {"Retain", "RetainExceptOnCreate"})
                    yield
            self._become(stack, f"{kind}_COMPLETE")
            return
        if kind == "CREATE":
            self._become(stack, "CREATE_FAILED", "See the reasons of its resources")
            yield
            self._become(stack, "ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create")
            yield
            for logical in [*reversed(made)]:
                self._remove(stack, logical, {"Retain"})
                yield
            stack.resources.clear()
            self._become(stack, "ROLLBACK_COMPLETE")
        else:
            stack.template, stack.parameters = before[0], before[1]
            yield from self._roll_back_update(stack, made)

    def _roll_back_update(self, stack: StackOnAws, made: list[str] | None = None) -> Iterator[None]:
        self._become(stack, "UPDATE_ROLLBACK_IN_PROGRESS")
        yield
        if self.stuck:
            self.stuck = False
            self._become(stack, "UPDATE_ROLLBACK_FAILED")
            return
        self._become(stack, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        yield
        for logical in made or []:
            self._remove(stack, logical, {"Retain"})
        self._become(stack, "UPDATE_ROLLBACK_COMPLETE")

    def _delete(self, stack: StackOnAws) -> Iterator[None]:
        self._become(stack, "DELETE_IN_PROGRESS")
        yield
        for logical in list(stack.resources):
            self._remove(stack, logical, {"Retain", "RetainExceptOnCreate"})
            yield
        self._become(stack, "DELETE_COMPLETE")

    def _remove(self, stack: StackOnAws, logical: str, kept: set[str]) -> None:
        gone = stack.resources.pop(logical)
        stays = gone.definition.get("DeletionPolicy") in kept
        if not stays:
            self.account.discard((gone.definition["Type"], gone.name))
        self._tell(stack, logical, gone.definition, "DELETE_SKIPPED" if stays else "DELETE_COMPLETE")

    # ---------------------------------------------------------------- what a change set finds
    def _compare(self, change_set: ChangeSetOnAws) -> None:
        stack, request = change_set.stack, change_set.request
        unretained: list[str] = []
        wanted = self._wanted(change_set)
        changes = [
            (logical, "Remove", made.definition) for logical, made in stack.resources.items() if logical not in wanted
        ]
        for logical, (definition, name) in wanted.items():
            there = stack.resources.get(logical)
            action = "Add" if there is None else "Modify"
            is_drift = request.get("deployment_mode") == "REVERT_DRIFT" and self.drifted
            if there is not None and (there.definition, there.name) == (definition, name) and not is_drift:
                continue
            literal = definition.get("Properties", {}).get(NAMED.get(definition["Type"], ""))
            exists = (definition["Type"], name) in self.account and isinstance(literal, str)
            if action == "Add" and exists and request.get("import_existing_resources"):
                action = "Import"
                if not str(definition.get("DeletionPolicy", "")).startswith("Retain"):
                    unretained.append(logical)
            elif action == "Add" and (definition["Type"], name) in self.account:
                change_set.conflicts.append(logical)
            changes.append((logical, action, definition))
        change_set.changes = [
            {"Type": "Resource", "ResourceChange": {"LogicalResourceId": a, "Action": b, "ResourceType": c["Type"]}}
            for a, b, c in changes
        ]
        if unretained:
            self._fail(
                change_set,
                "CloudFormation is attempting to import some resources because they already exist in "
                "your account. The resources must have the DeletionPolicy attribute set to 'Retain' or "
                f"'RetainExceptOnCreate' in the template. The affected resources are {', '.join(unretained)}",
            )
        elif change_set.conflicts:
            self._fail(
                change_set,
                "The following hook(s)/validation failed: [AWS::EarlyValidation::ResourceExistenceCheck]. To "
                "troubleshoot Early Validation errors, use the DescribeEvents API for detailed failure information.",
            )
        elif not change_set.changes and change_set.parameters == stack.parameters:
            self._fail(
                change_set,
                "The submitted information didn't contain changes. Submit different information to "
                "create a change set.",
            )
        else:
            change_set.status, change_set.execution = "CREATE_COMPLETE", "AVAILABLE"

    def _fail(self, change_set: ChangeSetOnAws, reason: str) -> None:
        change_set.status, change_set.reason, change_set.changes = "FAILED", reason, []

    def _wanted(self, change_set: ChangeSetOnAws) -> dict[str, tuple[dict[str, Any], str]]:
        """Resources whose condition holds, with their names."""
        values = {key: {"Value": value} for key, value in change_set.parameters.items()}
        holds = engine._evaluate_conditions(change_set.template, values)
        wanted = {}
        for logical, definition in change_set.template["Resources"].items():
            if holds.get(definition.get("Condition"), True):
                name = definition.get("Properties", {}).get(NAMED.get(definition["Type"], ""), logical)
                wanted[logical] = (definition, self._text(name, change_set.parameters))
        return wanted

    def _text(self, value: Any, parameters: dict[str, str]) -> str:
        if isinstance(value, str):
            return value
        if "Ref" in value:
            return parameters[value["Ref"]]
        text = value["Fn::Sub"]
        for key, one in parameters.items():
            text = text.replace(f"${{{key}}}", one)
        return text

    def _parameters(self, stack: StackOnAws, template: dict[str, Any], given: list[dict[str, Any]]) -> dict[str, str]:
        values = {key: str(one["Default"]) for key, one in template["Parameters"].items() if "Default" in one}
        for one in given:
            key = one["ParameterKey"]
            if key not in template["Parameters"]:
                raise Refused(f"Parameters: [{key}] do not exist in the template")
            if one.get("UsePreviousValue"):
                if key not in stack.parameters:
                    raise Refused(
                        f"Invalid input for parameter key {key}. Cannot specify usePreviousValue as true for a "
                        "parameter key not in the previous template"
                    )
                values[key] = stack.parameters[key]
            else:
                values[key] = one["ParameterValue"]
        missing = set(template["Parameters"]) - set(values)
        if missing:
            raise Refused(f"Parameters: {sorted(missing)} must have values")
        return values

    # ---------------------------------------------------------------- bookkeeping
    def _new_stack(self, name: str) -> StackOnAws:
        id_ = f"arn:aws:cloudformation:eu-central-1:{ACCOUNT}:stack/{name}/{self._next()}"
        self.stacks.append(StackOnAws(name, id_, "REVIEW_IN_PROGRESS"))
        return self.stacks[-1]

    def _found(self, name: str) -> StackOnAws:
        for stack in reversed(self.stacks):
            if name == stack.id or (name == stack.name and stack.status != "DELETE_COMPLETE"):
                return stack
        raise Refused(f"Stack with id {name} does not exist")

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _become(self, stack: StackOnAws, status: str, reason: str = "") -> None:
        stack.status = status
        self._event(stack, stack.name, stack.id, "AWS::CloudFormation::Stack", status, reason)

    def _tell(self, stack: StackOnAws, logical: str, definition: dict[str, Any], status: str, reason: str = "") -> None:
        self._event(stack, logical, f"{logical}-id", definition["Type"], status, reason)

    def _event(self, stack: StackOnAws, logical: str, physical: str, kind: str, status: str, reason: str) -> None:
        stack.events.append({
            "StackId": stack.id, "StackName": stack.name, "EventId": str(self._next()), "LogicalResourceId": logical,
            "PhysicalResourceId": physical, "ResourceType": kind, "ResourceStatus": status,
            "ResourceStatusReason": reason, "ClientRequestToken": self._token, "Timestamp": "2026-01-01T00:00:00Z",
        })  # fmt: skip
