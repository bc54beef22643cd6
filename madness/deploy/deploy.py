"""`madness deploy` to AWS: the steps from an account to a dashboard, each of which finds out what is there already.

    checks ─► names ─► stack ─► training ─► functions ─► mapping ─► dashboard ─► static files ─► CDN ─► release

From `training` on nobody else may deploy to the stage (`releases.alone`); before that CloudFormation sees to it.
"""

from __future__ import annotations

import base64
import hashlib
import os
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hoops.errors import MadnessError
from lake.store import S3Store
from madness.deploy import (
    checks,
    dashboard,
    edge,
    functions,
    names,
    packages,
    pipeline,
    settings,
    site,
    sources,
    workshop,
)
from madness.deploy.checks import PROBLEM, WARNING, Finding
from madness.deploy.functions import Sleep
from madness.deploy.provision import Stack, provision
from madness.deploy.releases import Function, Part, Release, Releases, alone, who
from madness.deploy.steps import Done, Say, Step, carry_out
from operate.aws import Clients
from operate.stage import FUNCTIONS, Stage


class CheckError(MadnessError):
    """Something must be mended before a deployment; the text says what and how."""


@dataclass(frozen=True)
class Wishes:
    """What a deployment is asked for; None keeps what the stage has, and so does cdn where there is one.

    door: variables of the dashboard that say who may see it; what is not among them stays.
    """

    alarm_email: str | None = None
    monthly_budget: float | None = None
    dashboard: bool = True
    cdn: bool = False
    door: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Deployment:
    """One run of the steps.

    Attributes
    ----------
    connect : makes the clients of a stage, called once its endpoint is known to be right
    made : what was packaged and deployed, by `pipeline` and `dashboard`
    sources : key of the archive that training jobs run
    address : of the dashboard, once it is known
    """

    stage: Stage
    wishes: Wishes
    root: Path
    connect: Callable[[Stage], Clients]
    say: Say
    sleep: Sleep = time.sleep
    made: dict[str, Part] = field(default_factory=dict)
    sources: str | None = None
    address: str | None = None

    def run(self) -> tuple[dict[str, Done], Release | None]:
        """Carry out every step; what each did, and the release that is live then."""
        with ExitStack() as held:
            done = carry_out(self.steps(held), self.say)
        return done, self._releases().current()

    def steps(self, held: ExitStack | None = None) -> list[Step]:
        """The steps, in order. held: where what must be let go at the end is kept."""
        stage, again = self.stage, f"madness destroy --stage {self.stage.name}"
        back = f"madness rollback --stage {stage.name}   (after a first deployment: {again})"
        steps = [
            Step("checks", "look whether machine, settings and account are fit for it", "", self._check,
                 ("aws sts get-caller-identity",)),
            Step("names", "see to it that the buckets' names hold the account's id, since they are global",
                 "git checkout .chalice zappa_settings.json, only as long as there is no stack", self._name,
                 (f"madness configure --stage {stage.name} --account ACCOUNT",)),
            Step("stack", f"bring the stack {stage.stack} to infra/template.yaml: buckets, queues, roles, ...", again,
                 lambda: self._provision(held or ExitStack()), (f"madness provision --stage {stage.name}",)),
            Step("training", "put what training jobs run into the models bucket", back, self._training),
            Step("functions", f"package and deploy the {len(FUNCTIONS)} functions", back, self._functions,
                 (f"chalice deploy --stage {stage.name}",)),
            Step("mapping", f"have one mapping hand over {stage.queue}, {pipeline.BATCH} messages at a time",
                 "aws lambda update-event-source-mapping --uuid UUID --no-enabled: messages wait in the queue",
                 self._mapping, ("aws lambda update-event-source-mapping --uuid UUID --enabled --batch-size 10",)),
        ]  # fmt: skip
        if self.wishes.dashboard:
            steps += [
                Step("dashboard", f"package and deploy {dashboard.name(stage)}: a function and its API", back,
                     self._dashboard, (f"zappa deploy {stage.name}", f"zappa update {stage.name}   (from then on)")),
                Step("static files", "put what the page loads into the dashboard bucket, if CloudFront is to serve it",
                     "none needed: nothing reads them without CloudFront; old bundles go by themselves", self._static),
                Step("cdn", "bring CloudFront to infra/edge.yaml, if the stage has it or --cdn asks for it", again,
                     self._edge),
            ]  # fmt: skip
        steps.append(Step("release", "note in the deployments bucket what is live, to go back to", back, self._release))
        return steps

    # -------------------------------------------------------------------------------------------- 1 and 2
    def _check(self) -> Done:
        found = [*checks.machine(self.root), *checks.checkout(self.root), *checks.place(self.stage)]
        self._refuse(found)
        clients = self.connect(self.stage)
        asker = checks.account(clients)
        found = [
            *checks.identity(self.stage, asker),
            *checks.quotas(self.planned(asker.number, clients), clients, self.root),
        ]
        self._refuse(found)
        return Done(f"account {asker.number} in {self.stage.region}, as {asker.arn}", changed=False)

    def _refuse(self, found: list[Finding]) -> None:
        for one in found:
            if one.level == WARNING:
                self.say(f"    {one.subject}: {one.text}" + (f" ({one.mend})" if one.mend else ""))
        problems = [f"{one.subject}: {one.text}" + (f". {one.mend}" if one.mend else "")
                    for one in found if one.level == PROBLEM]  # fmt: skip
        if problems:
            raise CheckError("\n".join(["Nothing was changed, because:", *(f"  {text}" for text in problems)]))

    def planned(self, account: str, clients: Clients) -> Stage:
        """The stage as it is called once its names are settled."""
        return names.settled(self.stage, Stack(clients("cloudformation"), self.stage.stack).look(), account)

    def _name(self) -> Done:
        clients = self.connect(self.stage)
        found = Stack(clients("cloudformation"), self.stage.stack).look()
        named = names.settled(self.stage, found, checks.account(clients).number)
        if named == self.stage:
            return Done(f"{named.source}, ...: as .chalice/config.json has them", changed=False)
        self.stage, changed = settings.configure(self.stage.name, buckets=names.buckets(named), root=self.root)
        whence = "the stage is deployed with these; " if names.is_named(found) else ""
        return Done(
            f"{', '.join(names.buckets(named).values())}; {whence}"
            f"written, to be committed: {', '.join(map(str, changed))}"
        )

    # -------------------------------------------------------------------------------------------- 3 to 6
    def _provision(self, held: ExitStack) -> Done:
        outcome = provision(
            self.stage, self._clients(), alarm_email=self.wishes.alarm_email,
            monthly_budget=self.wishes.monthly_budget, template=self.root / "infra" / "template.yaml",
            say=self._tell, sleep=self.sleep,
        )  # fmt: skip
        held.enter_context(alone(self._releases().store, f"madness deploy --stage {self.stage.name}"))
        return Done(f"{self.stage.stack}: {outcome}", changed=outcome != "unchanged")

    def _training(self) -> Done:
        made = sources.sources(self.root)
        self.sources, store = made.key, S3Store(self._clients()("s3"), self.stage.models)
        changed = sources.put(store, made)
        return Done(
            f"s3://{store.name}/{made.key}, {len(made.body) / 2**10:.0f} KiB" + ("" if changed else ": it was there"),
            changed,
        )

    def _functions(self) -> Done:
        package = packages.pipeline_package(self.stage.name, self.root, self._tell)
        clients, code = self._clients(), sha256(package.path)
        key = self._keep("pipeline", package, code)
        called = {name: self.stage.function(name) for name in FUNCTIONS}
        wrong = functions.differences(self.stage, clients, self.root)
        for name, full in called.items():
            found = functions.live(clients, full)
            if found is not None and found.code != code:
                wrong.append(f"{name} runs other code")
        there = pipeline.mappings(clients("lambda"), self.stage.function(pipeline.QUEUE_FUNCTION))
        if unmapped := pipeline.unmapped(self.stage, there):
            wrong.append(unmapped)
        for text in wrong:
            self._tell(text)
        if wrong:
            pipeline.deploy(self.stage, clients, self.root, self._tell)
            functions.bring(clients, self.stage, self.root, self.sleep)
        self.made["pipeline"] = part = Part(package.content, key, package.zipped, self._live(called, clients))
        self._require(part, code)
        told = f"{len(called)} functions, {_size(package)}"
        return Done(f"{told}: deployed" if wrong else f"{told}: all as they are to be", changed=bool(wrong))

    def _live(self, called: dict[str, str], clients: Clients) -> dict[str, Function]:
        found = {full: functions.live(clients, full) for full in called.values()}
        policies = {full: functions.policy(clients, self.stage, name) for name, full in called.items()}
        return {full: Function(one.configuration, one.code, policies[full]) for full, one in found.items() if one}

    def _require(self, part: Part, code: str) -> None:
        other = [full for full, one in part.functions.items() if one.code != code]
        if other:
            raise CheckError(f"{', '.join(other)} runs other code than {part.key}: is somebody else deploying?")

    def _mapping(self) -> Done:
        did = pipeline.settle_mapping(self.stage, self._clients()("lambda"), self.sleep)
        return Done("; ".join(did) or "it is there, on, and the only one", changed=bool(did))

    # -------------------------------------------------------------------------------------------- 7 to 9
    def _dashboard(self) -> Done:
        package = packages.dashboard_package(self.stage.name, self.root, self._tell)
        clients, code, full = self._clients(), sha256(package.path), dashboard.name(self.stage)
        key = self._keep("dashboard", package, code)
        found = dashboard.there(self.stage, clients)
        wrong = dashboard.differences(self.stage, found, self.root)
        if found.function and found.function.code != code:
            wrong.append("dashboard: it runs other code")
        for text in wrong:
            self._tell(text)
        if not wrong and found.throttle != dashboard.THROTTLE:
            wrong.append(f"the API lets through {dashboard.limits(found.throttle)}")
            dashboard.set_throttle(self.stage, clients)
        elif wrong:
            dashboard.deploy(self.stage, clients, self.root, key, self._tell, self.sleep)
            found = dashboard.there(self.stage, clients)
        if found.function is None or found.api is None:
            raise CheckError(f"Zappa ended well, and {full} is not there: is somebody else deploying?")
        if self._close():
            wrong.append("the door")
        self.made["dashboard"] = part = Part(package.content, key, package.zipped, {full: found.function})
        self._require(part, code)
        endpoint = os.environ.get("MADNESS_AWS_ENDPOINT")
        self.address = dashboard.url(self.stage, found.api, endpoint)
        if not endpoint and (silent := dashboard.answers(self.address)):
            self._tell(f"look at it: {silent}; its log is /aws/lambda/{full}")
        return Done(f"{self.address}, {_size(package)}" + ("" if wrong else ": as it is to be"), changed=bool(wrong))

    def _close(self) -> bool:
        """Let in only those who are wished, before anybody is told the address."""
        if not self.wishes.door or not edge.set_variables(self.stage, self._clients(), dict(self.wishes.door)):
            return False
        self._tell("the dashboard has the door that was asked for: madness door shows it")
        return True

    def _has_edge(self) -> bool:
        return self.wishes.cdn or self._edge_stack().status() is not None

    def _static(self) -> Done:
        if not self._has_edge():
            return Done("not needed: the function serves them itself", changed=False)
        python = workshop.environment("dashboard", self.root, self._tell) / "bin" / "python"
        objects = site.static_objects(self.stage, python, workshop.copy("dashboard", self.root))
        found = site.upload_static(self.stage, self._clients()("s3"), objects)
        size = sum(len(one.body) for one in objects) / 2**20
        told = f"{len(objects)} files, {size:.1f} MiB: {found.written} written, {found.there} were there"
        return Done(told + f", {found.deleted} of old bundles deleted", changed=bool(found.written or found.deleted))

    def _edge(self) -> Done:
        if not self._has_edge():
            return Done("none wanted (--cdn makes one): readers load everything from the function", changed=False)
        stack = self._edge_stack()
        before = stack.look()
        self.address = edge.put_edge(self.stage, self._clients(), say=self._tell)
        changed = _when(before) != _when(stack.look())
        return Done(self.address + ("" if changed else ": as it is to be"), changed)

    def _edge_stack(self) -> Stack:
        return Stack(self._clients()("cloudformation"), f"{self.stage.stack}-edge")

    # -------------------------------------------------------------------------------------------- 10
    def _release(self) -> Done:
        releases, now = self._releases(), datetime.now(UTC)
        live = releases.current()
        parts = self.made.get("pipeline"), self.made.get("dashboard")
        pipeline_part, dashboard_part = parts
        assert pipeline_part is not None
        if not self.wishes.dashboard and live is not None:
            dashboard_part = live.dashboard
        is_live = live and (live.pipeline, live.dashboard, live.sources) == (
            pipeline_part,
            dashboard_part,
            self.sources,
        )
        if live is not None and is_live:
            return Done(f"it is release {live.number}, of {live.made}", changed=False)
        commit, changed = checks.git(self.root)
        told = f"{commit or 'none'}{', with changes' if changed else ''}"
        made = releases.add(
            by=who(), commit=told, pipeline=pipeline_part, dashboard=dashboard_part, sources=self.sources, now=now
        )
        before = f"; before it was {made.previous}" if made.previous else ""
        return Done(f"it is release {made.number}, commit {told}{before}")

    # -------------------------------------------------------------------------------------------- shared
    def _keep(self, name: str, package: packages.Package, code: str) -> str:
        key = f"packages/{name}-{base64.b64decode(code).hex()[:32]}.zip"
        if self._releases().store.stat(key) is None:
            self._tell(f"keeping {_size(package)} as s3://{self.stage.deployments}/{key}")
            self._releases().store.put(key, package.path.read_bytes())
        return key

    def _tell(self, text: str) -> None:
        self.say(f"    {text.strip()}")

    def _clients(self) -> Clients:
        return self.connect(self.stage)

    def _releases(self) -> Releases:
        return Releases(S3Store(self._clients()("s3"), self.stage.deployments))


def _when(stack: dict[str, Any] | None) -> Any:
    return stack and stack.get("LastUpdatedTime", stack["CreationTime"])


def sha256(path: Path) -> str:
    """Of a package, as Lambda writes it."""
    return base64.b64encode(hashlib.sha256(path.read_bytes()).digest()).decode()


def _size(package: packages.Package) -> str:
    return f"{package.zipped / 2**20:.1f} MiB ({package.unzipped / 2**20:.0f} MiB unzipped)"
