"""What those who deploy call: their commands are run against MiniStack, and believe that they talk to AWS.

Everything happens in a copy of the checkout, whose stage dev is configured for an account of its own. Zappa deploys a
stand-in of three lines: what is in the package changes none of its calls.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from madness.deploy import settings, workshop
from madness.local import ministack
from madness.local.deploy import impatient_waiters
from madness.local.environment import environment
from madness.local.home import Home
from operate.stage import Stage, project_root
from tests.proof.rights import Call

ROOT = project_root()
RECORDING = Path(__file__).parent / "recording"
STAGE, ACCOUNT, REGION = "dev", "123456789012", "eu-central-1"
STACK, PIPELINE, LOGS, DASHBOARD = "stack", "pipeline", "pipeline-logs", "dashboard"
DEPLOY, PLAN, DESTROY_DATA = "deploy", "plan", "destroy-data"
# A bundle of static files, and then so many others that the first is deleted.
_UPLOAD = f"""
import boto3
from madness.deploy import site
from operate.stage import load_stage

stage = load_stage("{STAGE}")
for bundle in range(site.KEPT + 3):
    file = site.StaticObject(f"{{site.PREFIX}}/{{stage.name}}/bundle-{{bundle}}/a.js", b"1", "text/javascript", "", "")
    site.upload_static(stage, boto3.client("s3", region_name=stage.region), [file])
"""
_STAND_IN = "from flask import Flask\n\nserver = Flask(__name__)\n"


class CommandFailed(Exception):
    """A command that is to be recorded did not succeed; the text is what it printed."""


@dataclass(frozen=True)
class Recorded:
    """The stage that was deployed, and the calls of each task."""

    stage: Stage
    calls: dict[str, list[Call]]


@dataclass
class _Deployer:
    """Runs commands and keeps what each task called."""

    folder: Path
    endpoint: str
    waiters: Path

    def run(self, task: str, command: Sequence[str | Path], where: Path, code: int = 0, **more: str) -> None:
        variables = environment() | {
            "PYTHONPATH": str(RECORDING),
            "RECORD_AWS_CALLS": str(self._file(task)),
            "RECORD_AWS_ANSWERED_BY": self.endpoint,
            "AWS_ACCESS_KEY_ID": ACCOUNT,  # MiniStack takes it for the account
            "AWS_SECRET_ACCESS_KEY": "x",
            "AWS_DATA_PATH": str(self.waiters),
            "AWS_EC2_METADATA_DISABLED": "true",
            **more,
        }
        done = subprocess.run(
            command, cwd=where, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
            check=False,
        )  # fmt: skip
        if done.returncode != code:
            told = " ".join(map(str, command))
            raise CommandFailed(f"{told} ended with {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")

    def calls(self) -> dict[str, list[Call]]:
        found = {file.stem: Call.read(file) for file in sorted(self.folder.glob("*.jsonl"))}
        # A policy of their own for the logs: with them that of the pipeline is larger than AWS takes.
        found[LOGS] = [call for call in found[PIPELINE] if call.service == "logs"]
        found[PIPELINE] = [call for call in found[PIPELINE] if call.service != "logs"]
        return found

    def _file(self, task: str) -> Path:
        return self.folder / f"{task}.jsonl"


def record(folder: Path) -> Recorded:
    """Deploy, change and delete a stage; the calls of each task.

    Raises
    ------
    CommandFailed
        A command did not do what it is recorded for.
    """
    checkout = _copy(folder / "checkout")
    stage, _ = settings.configure(STAGE, region=REGION, account=ACCOUNT, root=checkout)
    edge = checkout / "infra" / "edge.yaml"
    edge.write_text(edge.read_text().replace("[a-z0-9]{10}", "[a-z0-9]+"))  # MiniStack's APIs have shorter ids
    home = Home(folder / "home")
    recorded = folder / "recorded"
    recorded.mkdir()
    try:
        deployer = _Deployer(recorded, ministack.start(home).url, impatient_waiters(home))
        for _ in range(2):
            deployer.run(STACK, _madness("provision"), checkout)
        with ThreadPoolExecutor() as both:
            running = [both.submit(step, deployer, checkout) for step in (_pipeline, _dashboard)]
        for step in running:
            step.result()
        _whole(deployer, checkout)
        return Recorded(stage, deployer.calls())
    finally:
        ministack.stop(home)


def _pipeline(deployer: _Deployer, checkout: Path) -> None:
    chalice = workshop.environment("pipeline", ROOT) / "bin" / "chalice"
    deployer.run(PIPELINE, [chalice, "deploy", "--stage", STAGE], checkout)
    with (checkout / "app.py").open("a") as app:
        app.write("# changed\n")
    deployer.run(PIPELINE, [chalice, "deploy", "--stage", STAGE], checkout)
    deployer.run(PIPELINE, [chalice, "delete", "--stage", STAGE], checkout)


def _dashboard(deployer: _Deployer, checkout: Path) -> None:
    packaging = workshop.environment("dashboard", ROOT)
    app = checkout.parent / "dashboard"
    (app / "dashboard").mkdir(parents=True)
    (app / "dashboard" / "__init__.py").touch()
    (app / "dashboard" / "wsgi.py").write_text(_STAND_IN)
    told = json.loads((checkout / settings.ZAPPA).read_text())
    # Nobody answers under the API's address. Of the environment nothing is packaged: it would take its time.
    told["base"] |= {"touch": False, "callbacks": {}, "exclude": ["*"]}
    (app / settings.ZAPPA).write_text(json.dumps(told))

    def zappa(*command: str) -> None:
        deployer.run(DASHBOARD, [packaging / "bin" / "zappa", *command, STAGE], app, VIRTUAL_ENV=str(packaging))

    zappa("deploy")
    zappa("update")
    zappa("status")
    deployer.run(DASHBOARD, [sys.executable, "-c", _UPLOAD], checkout)
    deployer.run(DASHBOARD, _madness("door", "--allow", "203.0.113.0/24"), checkout)
    deployer.run(DASHBOARD, _madness("edge"), checkout)
    deployer.run(DASHBOARD, _madness("edge", "--remove"), checkout)
    zappa("undeploy", "--yes")


def _whole(deployer: _Deployer, checkout: Path) -> None:
    """`madness deploy` and what goes with it."""
    (checkout / workshop.FOLDER).mkdir()
    (checkout / workshop.FOLDER / "environments").symlink_to(ROOT / workshop.FOLDER / "environments")
    deployer.run(DEPLOY, _madness("deploy", "--cdn"), checkout)
    with (checkout / "pipeline_app" / "program.py").open("a") as program:  # the dashboard's package stays as it is
        program.write("# another program\n")
    deployer.run(DEPLOY, _madness("deploy"), checkout)
    deployer.run(DEPLOY, _madness("rollback"), checkout)
    deployer.run(PLAN, _madness("deploy", "--plan"), checkout)
    deployer.run(PLAN, _madness("doctor"), checkout, code=1)  # nobody answers under the API's address
    deployer.run(DEPLOY, _madness("destroy", "--yes"), checkout)
    deployer.run(DESTROY_DATA, _madness("destroy", "--yes", "--data"), checkout)


def _madness(*arguments: str | Path) -> list[str | Path]:
    command, *others = arguments
    return [sys.executable, "-m", "madness", command, "--stage", STAGE, *others]


def _copy(target: Path) -> Path:
    """The files of the checkout, the new ones too, links kept as links."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name, follow_symlinks=False)
    return target
