"""What is well and what is wrong with this machine, the settings, the account and a stage, and how to mend it.

Every check asks and changes nothing. What may not be asked is a finding too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from hoops.errors import MadnessError
from lake.store import S3Store
from madness.deploy import dashboard, functions, pipeline, settings, sources, workshop
from madness.deploy.releases import Releases
from operate.aws import Clients, explain, is_denied, missing_right
from operate.stage import FUNCTIONS, Stage, StageError, refuse_other_endpoints

OK, WARNING, PROBLEM = "ok", "warning", "problem"
_ROOM = 2 * 2**30  # bytes that environments, copies and packages take, with room to spare
# New accounts have 10; the functions of the pipeline and the dashboard share it.
_CONCURRENCY = 50
_HEALTHY = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE")


@dataclass(frozen=True)
class Finding:
    """level: ok, warning or problem. mend: what to do about it, empty if there is nothing to do."""

    level: str
    subject: str
    text: str
    mend: str = ""


# ------------------------------------------------------------------------------------------------ this machine
def machine(root: Path) -> Iterator[Finding]:
    """What packaging needs."""
    try:
        yield Finding(OK, "python", f"Python 3.12 for packaging is {workshop.python()}")
    except MadnessError as error:
        yield Finding(PROBLEM, "python", "no Python 3.12, which the functions run", str(error))
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    yield (
        Finding(OK, "uv", f"uv is {uv}")
        if uv
        else Finding(PROBLEM, "uv", "uv is missing, which makes the environments for packaging", "pip install uv")
    )
    free = shutil.disk_usage(root).free
    told = f"{free / 2**30:.1f} GiB free where {root} is"
    yield (
        Finding(OK, "disk", told)
        if free >= _ROOM
        else Finding(PROBLEM, "disk", told, f"packaging takes {_ROOM / 2**30:.0f} GiB: make room")
    )


def checkout(root: Path) -> Iterator[Finding]:
    """The state of the settings and of git."""
    yield _settings(root)
    commit, changed = git(root)
    if commit is None:
        yield Finding(WARNING, "git", f"{root} is no checkout of git: what is deployed cannot be told from a commit")
    elif changed:
        shown = ", ".join(changed[:4]) + (", ..." if len(changed) > 4 else "")
        yield Finding(
            WARNING, "git", f"{len(changed)} files differ from commit {commit}: {shown}",
            "commit them, so that others can find what is deployed",
        )  # fmt: skip
    else:
        yield Finding(OK, "git", f"commit {commit}, nothing uncommitted")


def _settings(root: Path) -> Finding:
    config, zappa = settings.read(root)
    try:
        texts = settings.files(config, zappa)
    except StageError as error:
        return Finding(PROBLEM, "settings", str(error), f"mend {settings.CONFIG}: madness configure --region REGION")
    behind = [
        str(path) for path, text in texts.items() if not (root / path).exists() or (root / path).read_text() != text
    ]
    return (
        Finding(PROBLEM, "settings", f"behind {settings.CONFIG}: {', '.join(behind)}", "madness configure, and commit")
        if behind
        else Finding(OK, "settings", "policies, layer and zappa_settings.json say what .chalice/config.json says")
    )


def git(root: Path) -> tuple[str | None, list[str]]:
    """The commit and the files that differ from it; (None, []) where there is no git."""

    def ask(*arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True, timeout=30
        )
        return done.stdout

    try:
        commit = ask("rev-parse", "--short=12", "HEAD").strip()
        return commit, [line[3:] for line in ask("status", "--porcelain").splitlines()]
    except (OSError, subprocess.SubprocessError):
        return None, []


def place(stage: Stage, shell: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Where AWS clients go."""
    try:
        refuse_other_endpoints(stage, shell)
        meant = shell.get("MADNESS_AWS_ENDPOINT")
        yield (
            Finding(WARNING, "endpoint", f"MADNESS_AWS_ENDPOINT sends everything to {meant}, not to AWS")
            if meant
            else Finding(OK, "endpoint", "AWS itself: no variable points elsewhere")
        )
    except StageError as error:
        yield Finding(PROBLEM, "endpoint", "the environment points at another AWS", str(error))
    try:
        told = f"{stage.region} (partition {stage.partition})"
        settings.refuse_china(stage)
    except StageError as error:
        yield Finding(PROBLEM, "region", str(error), f"madness configure --stage {stage.name} --region REGION")
        return
    other = {shell.get(name) for name in ("AWS_REGION", "AWS_DEFAULT_REGION")} - {None, stage.region}
    more = f"; {', '.join(sorted(map(str, other)))} of the environment changes nothing" if other else ""
    yield Finding(OK, "region", told + more)


# ------------------------------------------------------------------------------------------------ the account
@dataclass(frozen=True)
class Account:
    """Who asks. number: of the account."""

    number: str
    arn: str


def account(clients: Clients) -> Account:
    found = clients("sts").get_caller_identity()
    return Account(found["Account"], found["Arn"])


def identity(stage: Stage, who: Account) -> Iterator[Finding]:
    """Whose credentials these are, and whether the stage's names are of that account."""
    told = f"{who.number}, as {who.arn}"
    if who.arn.endswith(":root"):
        yield Finding(WARNING, "account", told, "work as a role or user with the policies of docs/iam/, not as root")
    else:
        yield Finding(OK, "account", told)
    strangers = [
        name for name in (*stage.buckets().values(), stage.deployments)
        for part in name.split("-") if len(part) == 12 and part.isdecimal() and part != who.number
    ]  # fmt: skip
    if strangers:
        yield Finding(
            PROBLEM, "names", f"the buckets are named after another account: {', '.join(strangers)}",
            f"use that account's credentials, or madness configure --stage NEW --account {who.number}",
        )  # fmt: skip


def quotas(stage: Stage, clients: Clients, root: Path) -> Iterator[Finding]:
    """What the account lets the stage have: its names, its layer, how many functions run at once."""
    yield from _asked("names", lambda: _buckets(stage, clients))
    yield from _asked("layer", lambda: _layer(stage, clients, root))
    yield from _asked("quota", lambda: _concurrency(clients))


def _buckets(stage: Stage, clients: Clients) -> Iterator[Finding]:
    s3, who = clients("s3"), account(clients).number
    for name in (*stage.buckets().values(), stage.deployments):
        try:
            region = s3.head_bucket(Bucket=name, ExpectedBucketOwner=who).get("BucketRegion", stage.region)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "404":
                yield Finding(OK, "names", f"bucket {name} is not there yet")
            elif code == "403":
                yield Finding(
                    PROBLEM, "names", f"bucket {name} belongs to another account, or s3:ListBucket on it is missing",
                    f"madness configure --stage {stage.name} --account {who} chooses names that nobody else has",
                )  # fmt: skip
            else:
                raise
            continue
        yield (
            Finding(OK, "names", f"bucket {name} is ours")
            if region == stage.region
            else Finding(
                PROBLEM, "names", f"bucket {name} is in {region}, the stage in {stage.region}",
                "another name or the same region: madness configure",
            )
        )  # fmt: skip


def _layer(stage: Stage, clients: Clients, root: Path) -> Iterator[Finding]:
    for arn in functions.wanted(stage, root)[0].configuration["Layers"]:
        try:
            clients("lambda").get_layer_version_by_arn(Arn=arn)
            yield Finding(OK, "layer", f"{arn} can be read")
        except ClientError as error:
            if not is_denied(error) and error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            # AWS answers the same to a layer that is not there and to a missing right; no function starts without it.
            yield Finding(
                WARNING if os.environ.get("MADNESS_AWS_ENDPOINT") else PROBLEM,  # emulators have no layers of others
                "layer", f"{arn} cannot be read: {error.response['Error'].get('Message', '')}",
                "either lambda:GetLayerVersion on it is missing, or it is not there: madness configure --stage "
                f"{stage.name} writes that of the region, --layer ARN one of your own",
            )  # fmt: skip


def _concurrency(clients: Clients) -> Iterator[Finding]:
    limit = clients("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    told = f"{limit} functions may run at once in this account and region"
    yield (
        Finding(OK, "quota", told)
        if limit >= _CONCURRENCY
        else Finding(
            WARNING, "quota", told + ": readers of the dashboard and the pipeline share them",
            "ask for more in Service Quotas, Lambda, Concurrent executions (free)",
        )
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ the stage
def stage_on_aws(stage: Stage, clients: Clients, root: Path) -> Iterator[Finding]:
    """How a deployed stage is."""
    found = list(_asked("stack", lambda: _stack(stage, clients)))
    yield from found
    if any(one.level == WARNING and "not deployed" in one.text for one in found):
        return
    again = f"madness deploy --stage {stage.name}"
    yield from _asked("functions", lambda: _functions(stage, clients, root, again))
    yield from _asked("training", lambda: _training(stage, clients, root, again))
    yield from _asked("mapping", lambda: _mapping(stage, clients, again))
    yield from _asked("queues", lambda: _queues(stage, clients))
    yield from _asked("alarms", lambda: _alarms(stage, clients))
    yield from _asked("dashboard", lambda: _dashboard(stage, clients, root, again))
    yield from _asked("releases", lambda: _releases(stage, clients))


def _stack(stage: Stage, clients: Clients) -> Iterator[Finding]:
    again = f"madness deploy --stage {stage.name}"
    try:
        (stack,) = clients("cloudformation").describe_stacks(StackName=stage.stack)["Stacks"]
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        yield Finding(WARNING, "stack", f"the stage {stage.name} is not deployed: no stack {stage.stack}", again)
        return
    status = stack["StackStatus"]
    yield (
        Finding(OK, "stack", f"{stage.stack} is {status}")
        if status in _HEALTHY
        else Finding(PROBLEM, "stack", f"{stage.stack} is {status}", f"{again} settles it")
    )


def _functions(stage: Stage, clients: Clients, root: Path, again: str) -> Iterator[Finding]:
    aws = clients("lambda")
    well = True
    if not stage.is_local:
        for told in functions.differences(stage, clients, root):
            well = False
            yield Finding(PROBLEM, "functions", told, again)
    for name in FUNCTIONS:
        try:
            found = aws.get_function_configuration(FunctionName=stage.function(name))
        except aws.exceptions.ResourceNotFoundException:
            if stage.is_local:
                yield Finding(PROBLEM, "functions", f"{name} is not there", "madness up")
            well = False
            continue
        state, update = found.get("State", "Active"), found.get("LastUpdateStatus", "Successful")
        if (state, update) not in (("Active", "Successful"), ("Inactive", "Successful")):
            well = False
            reason = found.get("LastUpdateStatusReason") or found.get("StateReason") or "no reason given"
            level = PROBLEM if "Failed" in (state, update) else WARNING
            yield Finding(level, "functions", f"{name} is {state}, its last change {update}: {reason}", again)
    if well:
        yield Finding(OK, "functions", f"all {len(FUNCTIONS)} are as the settings want them")


def _training(stage: Stage, clients: Clients, root: Path, again: str) -> Iterator[Finding]:
    live, ours = sources.current(S3Store(clients("s3"), stage.models)), sources.sources(root).key
    if live == ours:
        yield Finding(OK, "training", f"jobs run s3://{stage.models}/{live}, which is the checkout's")
    else:
        told = (
            f"jobs run s3://{stage.models}/{live}, not the checkout's" if live else "there is nothing for jobs to run"
        )
        yield Finding(WARNING, "training", told, again)


def _mapping(stage: Stage, clients: Clients, again: str) -> Iterator[Finding]:
    there = pipeline.mappings(clients("lambda"), stage.function(pipeline.QUEUE_FUNCTION))
    if wrong := pipeline.unmapped(stage, there):
        yield Finding(PROBLEM, "mapping", wrong, again)
        return
    if len(there) != 1:
        yield Finding(PROBLEM, "mapping", f"{len(there)} mappings from {stage.queue}, one is wanted", again)
    for one in there:
        queue = one["EventSourceArn"].rpartition(":")[2]
        told = f"{queue} to {pipeline.QUEUE_FUNCTION}: {one['State']}, {one.get('BatchSize')} messages at a time"
        well = one["State"] == "Enabled" and one.get("BatchSize") == pipeline.BATCH
        yield Finding(OK, "mapping", told) if well else Finding(PROBLEM, "mapping", told, again)


def _queues(stage: Stage, clients: Clients) -> Iterator[Finding]:
    sqs = clients("sqs")
    counts = {}
    for queue in (stage.queue, stage.dead_letters):
        address = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        found = sqs.get_queue_attributes(QueueUrl=address, AttributeNames=["ApproximateNumberOfMessages"])
        counts[queue] = int(found["Attributes"]["ApproximateNumberOfMessages"])
    yield Finding(OK, "queues", f"{counts[stage.queue]:,} messages wait in {stage.queue}")
    dead = counts[stage.dead_letters]
    yield (
        Finding(
            PROBLEM, "queues", f"{dead:,} dead letters in {stage.dead_letters}",
            f"look into the log /aws/lambda/{stage.function(pipeline.QUEUE_FUNCTION)}, then redrive them: always safe",
        )
        if dead
        else Finding(OK, "queues", "no dead letters")
    )  # fmt: skip


def _alarms(stage: Stage, clients: Clients) -> Iterator[Finding]:
    pages = clients("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=f"{stage.stack}-")
    alarms = [alarm for page in pages for alarm in page["MetricAlarms"]]
    ringing = [alarm for alarm in alarms if alarm["StateValue"] == "ALARM"]
    for alarm in ringing:
        told = alarm.get("AlarmDescription") or alarm.get("StateReason", "")
        yield Finding(PROBLEM, "alarms", f"{alarm['AlarmName']} is in ALARM", told)
    if not ringing:
        yield Finding(OK, "alarms", f"{len(alarms)} alarms, none of them rings")


def _dashboard(stage: Stage, clients: Clients, root: Path, again: str) -> Iterator[Finding]:
    if stage.is_local:
        return
    found = dashboard.there(stage, clients)
    if found.function is None and found.status is None:
        yield Finding(WARNING, "dashboard", "it is not deployed", again)
        return
    for told in dashboard.differences(stage, found, root):
        yield Finding(PROBLEM, "dashboard", told, again)
    if found.api is None:
        return
    if found.throttle != dashboard.THROTTLE:
        let, wanted = dashboard.limits(found.throttle), dashboard.limits(dashboard.THROTTLE)
        yield Finding(PROBLEM, "dashboard", f"the API lets through {let}, wanted is {wanted}", again)
    if os.environ.get("MADNESS_AWS_ENDPOINT"):
        return  # no emulator runs the dashboard
    address = dashboard.url(stage, found.api)
    wrong = dashboard.answers(address)
    yield (
        Finding(PROBLEM, "dashboard", f"{address}: {wrong}", f"look into the log /aws/lambda/{dashboard.name(stage)}")
        if wrong
        else Finding(OK, "dashboard", f"{address} answers")
    )


def _releases(stage: Stage, clients: Clients) -> Iterator[Finding]:
    if stage.is_local:
        return
    live = Releases(S3Store(clients("s3"), stage.deployments)).current()
    if live is None:
        yield Finding(WARNING, "releases", "none is recorded", f"madness deploy --stage {stage.name} records one")
        return
    yield Finding(OK, "releases", f"release {live.number} of {live.made}, by {live.by}, commit {live.commit}")
    for part in live.parts():
        for name, was in part.functions.items():
            now = functions.live(clients, name)
            if now is not None and now.code != was.code:
                yield Finding(
                    WARNING, "releases", f"{name} runs other code than release {live.number}: deployed by hand?",
                    f"madness deploy --stage {stage.name}, or madness rollback --stage {stage.name} --to {live.number}",
                )  # fmt: skip


def _asked(subject: str, check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """A check whose findings include that it could not be made."""
    try:
        yield from check()
    except (ClientError, BotoCoreError, MadnessError) as error:
        if is_denied(error):
            right = missing_right(str(error)) or f"{getattr(error, 'operation_name', '')} is not allowed: see docs/iam/"
            yield Finding(WARNING, subject, "not looked at, for want of a right", right)
        else:
            yield Finding(PROBLEM, subject, str(error) if isinstance(error, MadnessError) else explain(error))
