"""`chalice deploy`: at the root as it is, in a home only when something changed, and loud when it fails."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from madness.console import Silent
from madness.deploy.provision import provision
from madness.deploy.tool import ToolError
from madness.local import ministack
from madness.local.deploy import deploy, mappings
from madness.local.environment import environment
from madness.local.home import Home
from madness.local.ministack import local_clients
from madness.local.up import start_stack
from operate.stage import FUNCTIONS, Stage, load_stage, project_root

ROOT = project_root()


def silent(_: str) -> None:
    return


def checkout(folder: Path) -> Path:
    """A copy of what is deployed, links kept as links."""
    folder.mkdir()
    for name in ("app.py", "requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    for name in ("hoops", "lake", "operate", "pipeline_app", "vendor"):
        shutil.copytree(ROOT / name, folder / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    hidden = shutil.ignore_patterns("deployed", "deployments")
    shutil.copytree(ROOT / ".chalice", folder / ".chalice", ignore=hidden)
    return folder


def provisioned(home: Home) -> tuple[Stage, ministack.Endpoint]:
    endpoint = ministack.start(home)
    stage = load_stage("local")
    provision(stage, local_clients(endpoint))
    return stage, endpoint


def test_a_deploy_is_repeated_only_when_something_changed_and_a_plain_one_packages_what_links_lead_to(
    new_home, tmp_path
) -> None:
    home = new_home()
    root = checkout(tmp_path / "checkout")
    stage, endpoint = provisioned(home)
    clients = local_clients(endpoint)
    assert deploy(home, stage, root, endpoint, clients, silent)
    assert not deploy(home, stage, root, endpoint, clients, silent)
    with (root / "hoops" / "model.py").open("a") as file:
        file.write("# another version\n")
    assert deploy(home, stage, root, endpoint, clients, silent)
    clients("lambda").delete_function(FunctionName=stage.function("reconcile"))
    assert deploy(home, stage, root, endpoint, clients, silent)
    assert len(mappings(clients("lambda"), stage)) == 1, "two would break the order of the queue"
    present = {f["FunctionName"] for f in clients("lambda").list_functions()["Functions"]}
    assert present == {stage.function(name) for name in FUNCTIONS}

    names = packaged_by_a_plain_deploy(root, endpoint, waiters=home.root / "botocore")
    assert {
        "app.py",
        "hoops/forecast/fold.py",
        "lake/ledger.py",
        "pipeline_app/handlers.py",
        "hoops/knowledge/parameters.json",
        "operate/stage.py",
    } <= names
    assert not any(name.startswith(("madness/", "dashboard/", "numpy/", "pyarrow/")) for name in names)


def packaged_by_a_plain_deploy(root: Path, endpoint: ministack.Endpoint, waiters: Path) -> set[str]:
    """Files in the package of `chalice deploy`, as a person runs it at the root."""
    env = environment() | endpoint.environment() | {"AWS_DATA_PATH": str(waiters)}
    chalice = "import sys; from chalice.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", chalice, "deploy", "--stage", "local"]
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    (package,) = (root / ".chalice" / "deployments").glob("*.zip")
    return set(zipfile.ZipFile(package).namelist())


def test_a_deploy_that_fails_shows_why(new_home, tmp_path) -> None:
    home = new_home()
    root = checkout(tmp_path / "checkout")
    (root / "app.py").write_text("raise RuntimeError('not today')\n")
    stage, endpoint = provisioned(home)
    with pytest.raises(ToolError, match=r"(?s)chalice deploy --stage local failed.*not today.*deploy\.log"):
        deploy(home, stage, root, endpoint, local_clients(endpoint), silent)
    assert home.settings()["deployed"] is None


def test_functions_may_do_what_their_policies_say_and_no_more(deployed) -> None:
    """A function's own credentials, taken from inside it, cannot delete what it accepted."""
    session = role_session(deployed, "accept_fixtures")
    s3 = session.client("s3", endpoint_url=deployed.endpoint.url)
    deployed.lake.source.put("events/x.csv", b"x")
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.get_object(Bucket=deployed.stage.source, Key="events/x.csv")
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(Bucket=deployed.stage.dashboard, Key="manifest/league=M.json", Body=b"{}")
    assert s3.list_objects_v2(Bucket=deployed.stage.models)["KeyCount"] >= 0


def role_session(deployed, function: str) -> boto3.Session:
    role = deployed.clients("iam").get_role(RoleName=deployed.stage.function(function))["Role"]["Arn"]
    taken = deployed.clients("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return boto3.Session(
        taken["AccessKeyId"], taken["SecretAccessKey"], taken["SessionToken"], region_name=load_stage("local").region
    )


def test_start_stack_is_repeatable(deployed) -> None:
    before = deployed.home.settings()
    stage, endpoint = start_stack(deployed.home, Silent())
    assert (stage, endpoint) == (deployed.stage, deployed.endpoint)
    assert deployed.home.settings() == before
