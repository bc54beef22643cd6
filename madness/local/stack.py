"""A local stack without data: the steps that `madness deploy --stage local` is, and that `madness up` begins with."""

from __future__ import annotations

from lake.store import S3Store
from madness.console import Voice
from madness.deploy import sources
from madness.deploy.pipeline import settle_mapping
from madness.deploy.provision import provision
from madness.deploy.steps import Done, Step
from madness.deploy.template import TEMPLATE
from madness.local import ministack
from madness.local.deploy import deploy
from madness.local.home import Home
from madness.local.mend import mend
from madness.local.ministack import Endpoint, local_clients
from operate.stage import FUNCTIONS, LOCAL, Stage, load_stage, project_root


class LocalStack:
    """The stack of one home.

    Attributes
    ----------
    endpoint : where its AWS answers, once the first step is done
    """

    def __init__(self, home: Home, voice: Voice) -> None:
        self.root = project_root()
        self.stage: Stage = load_stage(LOCAL, self.root)
        self.endpoint: Endpoint
        self._home, self._voice = home, voice

    def steps(self) -> list[Step]:
        """As on AWS, without what the local AWS cannot: the dashboard is served from the checkout."""
        name, down = self.stage.stack, f"madness down --home {self._home.root}"
        return [
            Step("local AWS", f"start MiniStack in {self._home.root}", down, self._start),
            Step("stack", f"bring the stack {name} to infra/template.yaml", "madness reset", self._provision),
            Step("training", "put what training jobs run into the models bucket", "madness reset", self._training),
            Step("functions", f"package and deploy the {len(FUNCTIONS)} functions", "madness reset", self._deploy),
            Step("mapping", f"have one mapping hand over {self.stage.queue}", "", self._map),
        ]  # fmt: skip

    def _start(self) -> Done:
        home, ran = self._home, ministack.running(self._home) is not None
        home.create()
        if not ran:
            mended = mend(home)
            for what in mended.said:
                self._voice.say(what)
            if mended.takes_in_again:
                gone = {key for bucket, key in mended.dropped if bucket == self.stage.source}
                uploaded = home.settings().get("uploaded", {})
                there = {key: content for key, content in uploaded.items() if key not in gone}
                home.remember(taking_in_again=True, uploaded=there)
        self.endpoint = ministack.start(home)
        return Done(f"{self.endpoint.url}{' ran' if ran else ''}", changed=not ran)

    def _provision(self) -> Done:
        outcome = provision(self.stage, local_clients(self.endpoint), template=self.root / TEMPLATE)
        self._voice.say(f"local AWS at {self.endpoint.url}, kept in {self._home.root}")
        return Done(f"{self.stage.stack}: {outcome}", changed=outcome != "unchanged")

    def _training(self) -> Done:
        made = sources.sources(self.root)
        changed = sources.put(S3Store(local_clients(self.endpoint)("s3"), self.stage.models), made)
        return Done(made.key, changed)

    def _deploy(self) -> Done:
        with self._voice.task("deploying functions") as advance:
            steps = 0

            def say(_: str) -> None:
                nonlocal steps
                steps += 1
                advance(steps, max(17, steps))

            clients = local_clients(self.endpoint)
            deployed = deploy(self._home, self.stage, self.root, self.endpoint, clients, say)
        if not deployed:
            return Done(f"{len(FUNCTIONS)} functions: all as they are to be", changed=False)
        self._voice.say("functions deployed")
        # From here on a kill loses no function, queue or mapping.
        self.endpoint = ministack.checkpoint(self._home)
        return Done(f"{len(FUNCTIONS)} functions: deployed")

    def _map(self) -> Done:
        did = settle_mapping(self.stage, local_clients(self.endpoint)("lambda"))
        return Done("; ".join(did) or "it is there, on, and the only one", changed=bool(did))
