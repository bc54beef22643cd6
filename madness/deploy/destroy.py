"""`madness destroy`: take a stage down, in the opposite order of its deployment.

    CDN ─► dashboard ─► functions ─► mappings ─► stack ─► logs ─► data, only if told

Every step looks at what is left, so that after a failure the same command goes on. Data are in the stage's buckets: the
stack retains them, and the next deployment finds and adopts them.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from hoops.errors import MadnessError
from lake.store import S3Store
from madness.console import Voice
from madness.deploy import dashboard, edge, names, pipeline
from madness.deploy.functions import Sleep, patiently
from madness.deploy.provision import Stack
from madness.deploy.releases import alone
from madness.deploy.steps import Done, Step, carry_out
from operate.aws import Clients
from operate.stage import FUNCTIONS, Stage


class DestroyError(MadnessError):
    """Something of a stage could not be removed; the text says what and why."""


@dataclass
class Destruction:
    """One run. data: whether the buckets go too, with every version of every object."""

    stage: Stage
    clients: Clients
    root: Path
    data: bool
    voice: Voice
    sleep: Sleep = time.sleep

    def run(self) -> tuple[dict[str, Done], list[str]]:
        """Carry out every step; what each did, and what is left."""
        self.stage = self._settled()
        with ExitStack() as held:
            if _is_there(self.clients("s3"), self.stage.deployments):
                store = S3Store(self.clients("s3"), self.stage.deployments)
                held.enter_context(alone(store, f"madness destroy --stage {self.stage.name}"))
            done = carry_out(self._steps(held), self.voice.say)
        return done, self._left()

    def _settled(self) -> Stage:
        """The stage with the buckets that it has: a fresh checkout does not know them."""
        stage, s3 = self.stage, self.clients("s3")
        found = Stack(self.clients("cloudformation"), stage.stack).look()
        if not names.has_default_names(stage):
            names.check(stage, found)
            return stage
        account = self.clients("sts").get_caller_identity()["Account"]
        if not names.is_named(found) and any(_is_ours(s3, bucket, account) for bucket in self._buckets()):
            return stage
        named = names.settled(stage, found, account)
        if named != stage:
            self._tell(f"not the names of the settings, but: {', '.join(names.buckets(named).values())}")
        return named

    def _steps(self, held: ExitStack) -> list[Step]:
        stage, again = self.stage, f"madness deploy --stage {self.stage.name}"
        left = f"delete the stack {stage.stack}: queues, alarms, roles; its buckets stay"
        steps = [
            Step("cdn", f"delete the stack {stage.stack}-edge", again, self._edge),
            Step("dashboard", f"remove function and API {dashboard.name(stage)}", again, self._dashboard),
            Step("functions", f"remove {len(FUNCTIONS)} functions, their roles and triggers", again, self._functions),
            Step("mappings", f"remove what still hands over {stage.queue}", "", self._mappings),
            Step("stack", left, again, self._stack),
            Step("logs", "delete the functions' logs", "", self._logs),
        ]  # fmt: skip
        if self.data:
            does = f"delete every version of every object, and the buckets {', '.join(self._buckets())}"
            steps.append(Step("data", does, "", lambda: self._data(held)))
        return steps

    def _edge(self) -> Done:
        return _done(edge.remove_edge(self.stage, self.clients))

    def _dashboard(self) -> Done:
        return _done(dashboard.delete(self.stage, self.clients, self.root, self._tell, self.sleep))

    def _functions(self) -> Done:
        return _done(pipeline.delete(self.stage, self.clients, self.root, self._tell))

    def _mappings(self) -> Done:
        aws = self.clients("lambda")
        pages = aws.get_paginator("list_event_source_mappings").paginate()
        there = [one for page in pages for one in page["EventSourceMappings"] if one["State"] != "Deleting"]
        left = [one["UUID"] for one in there if one.get("EventSourceArn", "").endswith(f":{self.stage.queue}")]
        for uuid in left:
            patiently(lambda uuid=uuid: aws.delete_event_source_mapping(UUID=uuid), self.sleep)  # type: ignore[misc]
        return _done(bool(left))

    def _stack(self) -> Done:
        return _done(self._delete(self.stage.stack))

    def _logs(self) -> Done:
        logs, of_dashboard = self.clients("logs"), f"/aws/lambda/{dashboard.name(self.stage)}"
        found = []
        for prefix in (f"/aws/lambda/{self.stage.stack}-", of_dashboard):
            pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
            found += [group["logGroupName"] for page in pages for group in page["logGroups"]]
        # dev is how dev2 begins
        gone = [name for name in found if name == of_dashboard or not name.startswith(of_dashboard)]
        for group in gone:
            logs.delete_log_group(logGroupName=group)
        return Done(f"removed {len(gone)} log groups" if gone else "nothing was left", changed=bool(gone))

    def _data(self, held: ExitStack) -> Done:
        held.close()  # the lock lies in a bucket that goes
        s3, count = self.clients("s3"), 0
        buckets = [bucket for bucket in self._buckets() if _is_there(s3, bucket)]
        for bucket in buckets:
            with self.voice.task(f"deleting {bucket}") as advance:
                count += self._empty(s3, bucket, advance)
        return Done(f"removed {len(buckets)} buckets, {count:,} objects and versions", changed=bool(buckets))

    def _empty(self, s3: Any, bucket: str, advance: Any) -> int:
        """Delete a bucket with all that is in it; how many objects and versions that were."""
        count = 0
        # Access logs may still arrive after it was emptied.
        for patience in (1.0, 5.0, 30.0, None):
            for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
                doomed = [{"Key": one["Key"], "VersionId": one["VersionId"]}
                          for kind in ("Versions", "DeleteMarkers") for one in page.get(kind, [])]  # fmt: skip
                if doomed:
                    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": doomed, "Quiet": True})
                    for error in answer.get("Errors", [])[:1]:
                        raise DestroyError(f"{bucket}/{error['Key']}: {error['Code']}: {error.get('Message', '')}")
                count += len(doomed)
                advance(count, count)
            try:
                s3.delete_bucket(Bucket=bucket)
                return count
            except ClientError as error:
                if error.response["Error"]["Code"] != "BucketNotEmpty" or patience is None:
                    raise
            self.sleep(patience)
        raise AssertionError("unreachable")

    def _delete(self, stack: str) -> bool:
        return Stack(self.clients("cloudformation"), stack, self._tell, self.sleep).delete()

    def _left(self) -> list[str]:
        s3 = self.clients("s3")
        return [bucket for bucket in self._buckets() if _is_there(s3, bucket)]

    def _buckets(self) -> tuple[str, ...]:
        return tuple(names.buckets(self.stage).values())

    def _tell(self, text: str) -> None:
        self.voice.say(f"    {text.strip()}")


def _done(changed: bool) -> Done:
    return Done("removed" if changed else "nothing was left", changed)


def _is_there(s3: Any, bucket: str) -> bool:
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in ("404", "NoSuchBucket"):
            return False
        if code == "403":
            raise DestroyError(
                f"{bucket} belongs to another account, or your credentials lack s3:ListBucket on it. If the stage has "
                "other buckets, write their names into .chalice/config.json (`madness configure`)."
            ) from error
        raise
    return True


def _is_ours(s3: Any, bucket: str, account: str) -> bool:
    try:
        s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=account)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("403", "404", "NoSuchBucket"):
            return False
        raise
    return True
