"""What `chalice deploy` prints decides with its exit code: it calls a package without its dependencies a success."""

import json
from pathlib import Path

import pytest

from madness.deploy.tool import ToolError
from madness.local import deploy
from madness.local.home import Home
from madness.local.ministack import Endpoint
from operate.stage import load_stage


@pytest.fixture
def chalice(tmp_path):
    """Put a stand-in for Chalice where the process that deploys looks first: into the folder that it runs in."""

    def stand_in(body: str) -> Home:
        home = Home(tmp_path / "home")
        package = home.chalice / "chalice"
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        (package / "cli.py").write_text(f"import os, sys\ndef main():\n    {body}\n")
        return home

    return stand_in


def run(home: Home) -> list[str]:
    said: list[str] = []
    deploy._run_chalice(home, load_stage("local"), Endpoint(20001), said.append)
    return said


def test_steps_are_passed_on_and_everything_is_logged(chalice) -> None:
    home = chalice("print('Creating lambda function: x'); print('Resources deployed:')")
    assert run(home) == ["Creating lambda function: x"]
    assert "Resources deployed:" in (home.logs / "deploy.log").read_text()


@pytest.mark.parametrize("body", [
    "print('Could not install dependencies:'); return 0", "print('no'); return 2", "raise RuntimeError('no')",
])  # fmt: skip
def test_failures(chalice, body) -> None:
    with pytest.raises(ToolError, match="chalice deploy --stage local failed"):
        run(chalice(body))


def test_it_runs_in_the_copy_against_the_local_aws_with_quick_waiters(chalice) -> None:
    home = chalice("print('Updating', os.getcwd(), os.environ['AWS_ENDPOINT_URL'], os.environ['AWS_DATA_PATH'])")
    (line,) = run(home)
    assert line == f"Updating {home.chalice} http://127.0.0.1:20001 {home.root / 'botocore'}"
    (waiters,) = Path(home.root / "botocore").rglob("waiters-2.json")
    assert {waiter["delay"] for waiter in json.loads(waiters.read_text())["waiters"].values()} == {0.1}
