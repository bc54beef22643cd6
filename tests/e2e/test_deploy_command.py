"""The real `madness deploy --stage dev`, its Chalice and its packages, against an emulator: there, back, and gone.

Without the dashboard, whose package takes a minute: `make proof` has it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from madness.deploy import pipeline, workshop
from madness.local import ministack
from madness.local.deploy import impatient_waiters
from madness.local.ministack import local_clients
from operate.stage import FUNCTIONS, load_stage, project_root

pytestmark = pytest.mark.slow
ROOT = project_root()


class Deployer:
    """Somebody with a checkout and credentials for one account."""

    def __init__(self, root: Path, home) -> None:
        self.root, self.endpoint = root, ministack.start(home)
        self.clients = local_clients(self.endpoint)
        passed = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "MADNESS_", "PYTHON"))}
        told = {key: value for key, value in self.endpoint.environment().items() if key != "AWS_ENDPOINT_URL"}
        self._env = passed | told | {
            "MADNESS_AWS_ENDPOINT": self.endpoint.url, "PYTHONPATH": str(root),
            "AWS_DATA_PATH": str(impatient_waiters(home)),
        }  # fmt: skip

    def run(self, *arguments: str, code: int = 0) -> dict:
        command = [sys.executable, "-m", "madness", *arguments, "--stage", "dev", "--json"]
        done = subprocess.run(
            command, cwd=self.root, env=self._env, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout) if done.stdout else {"told": done.stderr}

    def code(self) -> set[str]:
        """Hashes of what the functions run."""
        found = self.clients("lambda").list_functions()["Functions"]
        assert {one["FunctionName"] for one in found} == {f"madness-dev-{name}" for name in FUNCTIONS}
        return {one["CodeSha256"] for one in found}


@pytest.fixture
def deployer(new_home, tmp_path) -> Deployer:
    listed = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"]
    root = tmp_path / "checkout"
    for name in subprocess.run(listed, capture_output=True, text=True, check=True).stdout.splitlines():
        if os.path.lexists(ROOT / name):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, root / name, follow_symlinks=False)
    workshop.environment("pipeline", ROOT)
    (root / workshop.FOLDER).mkdir()
    (root / workshop.FOLDER / "environments").symlink_to(ROOT / workshop.FOLDER / "environments")
    return Deployer(root, new_home())


def test_a_stage_is_deployed_once_rolled_back_and_destroyed(deployer) -> None:
    first = deployer.run("deploy", "--without-dashboard")
    assert first["changed"] == ["names", "stack", "training", "functions", "release"] and first["release"] == 1
    stage = load_stage("dev", deployer.root)
    assert stage.source == "madness-dev-000000000000-source"
    one = deployer.code()
    remembered = json.loads((deployer.root / ".chalice" / "deployed" / "dev.json").read_text())
    by_name = pipeline.found(stage, deployer.clients)
    assert sorted(by_name["resources"], key=str) == sorted(remembered["resources"], key=str), "as Chalice remembers it"

    # Another checkout remembers nothing, and nothing is to be done.
    shutil.rmtree(deployer.root / ".chalice" / "deployed")
    again = deployer.run("deploy", "--without-dashboard")
    assert (again["changed"], again["release"]) == ([], 1)

    with (deployer.root / "hoops" / "errors.py").open("a") as file:
        file.write("# another program\n")
    assert deployer.run("deploy", "--without-dashboard")["changed"] == ["training", "functions", "release"]
    assert len(deployer.code()) == 1 and deployer.code() != one
    assert len(pipeline.mappings(deployer.clients("lambda"), stage.function("apply_results"))) == 1

    back = deployer.run("rollback")
    assert (back["from"], back["to"], len(back["changed"])) == (2, 1, len(FUNCTIONS) + 1)
    assert deployer.code() == one and back["changed"][-1] == "training"
    assert "no release before 1" in deployer.run("rollback", code=1)["told"]

    subjects = {one["subject"] for one in deployer.run("doctor")["findings"] if one["level"] == "problem"}
    assert subjects == set()

    gone = deployer.run("destroy", "--yes")
    assert gone["left"] == [*stage.buckets().values(), stage.deployments]
    assert deployer.clients("lambda").list_functions()["Functions"] == []
    assert deployer.run("destroy", "--yes", "--data")["left"] == []
