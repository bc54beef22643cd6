"""Both packages as they are deployed, in cells as Lambda's, over the dev stage's template on MiniStack.

`pipeline`, `dashboard`   functions by name, `dashboard` over what `processed` has published
`processed`               the small sample league, taken through S3 events, SQS batches and the schedule
`recorded_calls`          every AWS call that each function has made, once all of it has run
`provoked_calls`          the same with the handlers run on moto, what is rare included; and those of an operator
"""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from hoops import contract
from hoops.games.leagues import League
from hoops.schemas import PLAY_TABLES
from madness.deploy import packages, workshop
from madness.deploy.provision import provision
from madness.local import ministack
from madness.local.home import Home
from madness.local.ministack import Endpoint, local_clients
from madness.local.ports import sagemaker_variables
from madness.local.sagemaker import process
from operate.aws import Clients, open_lake
from operate.stage import Stage, load_stage, project_root
from sample import generate_small
from tests.functional.events import s3_event, schedule_event, sqs_event
from tests.made_plays import events
from tests.proof import provoked
from tests.proof.api_gateway import Browser
from tests.proof.lambda_runtime import HERE, Cell, Function, requires
from tests.proof.rights import Call

ROOT = project_root()
STAGE = "dev"
RECORDER = HERE / "recording"


@pytest.fixture(scope="session", autouse=True)
def _cells() -> None:
    if missing := requires():
        pytest.fail(missing)


@pytest.fixture(scope="session")
def stage() -> Stage:
    return load_stage(STAGE, ROOT)


@pytest.fixture(scope="session")
def pipeline_zip() -> packages.Package:
    return packages.pipeline_package(STAGE, ROOT)


@pytest.fixture(scope="session")
def dashboard_zip() -> packages.Package:
    return packages.dashboard_package(STAGE, ROOT)


@dataclass
class Cells:
    """Makes cells from packages. recorded: where functions leave what they called."""

    folder: Path
    python: Path
    layer: Path
    runtime: Path
    recording: Path
    recorded: Path
    count: int = 0

    def of(self, package: Path, *, layer: bool) -> Cell:
        """The cell of an unpacked package; with the layer of the stage, or an empty one."""
        self.count += 1
        task, root, nothing = (self.folder / f"{self.count}-{name}" for name in ("task", "root", "nothing"))
        for folder in (root, nothing):
            folder.mkdir()
        with zipfile.ZipFile(package) as opened:
            opened.extractall(task)
        return Cell(
            self.python, task, self.layer if layer else nothing, self.runtime, self.recording, self.recorded, root
        )


@pytest.fixture(scope="session")
def cells(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cells]:
    folder = tmp_path_factory.mktemp("cells")
    recorded, recording = folder / "recorded", folder / "recording"
    recorded.mkdir()
    recorded.chmod(0o777)
    if RECORDER.exists():
        shutil.copytree(RECORDER, recording)
    recording.mkdir(exist_ok=True)
    shutil.copy(HERE / "bootstrap.py", recording)
    for lock in ("layer", "runtime"):
        workshop.install(ROOT / "locks" / f"{lock}.txt", "--target", folder / lock)
    python = workshop.python().resolve().parents[1]
    yield Cells(folder, python, folder / "layer", folder / "runtime", recording, recorded)
    for one in folder.glob("*-task"):  # a quarter of a gigabyte each, of which pytest would keep those of three runs
        shutil.rmtree(one)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("aws") / "home")


@pytest.fixture(scope="session")
def sagemaker(home: Home, clients: Clients) -> Iterator[dict[str, str]]:
    """A local SageMaker beside MiniStack, by the variable that sends a function there."""
    process.start(home, Endpoint(urlsplit(clients("s3").meta.endpoint_url).port))
    yield sagemaker_variables(home)
    process.stop(home)


@pytest.fixture(scope="session")
def clients(home: Home, stage: Stage) -> Iterator[Clients]:
    """The dev stage's stack on MiniStack, without any function."""
    try:
        made = local_clients(ministack.start(home))
        provision(stage, made)
        _map_a_stand_in(made, stage)
        yield made
    finally:
        ministack.stop(home)


def _map_a_stand_in(clients: Clients, stage: Stage) -> None:
    """What `reconcile` looks for: a mapping to the function. This one is to the dead letters, of which there are none,
    so that the messages stay in the queue until a test hands them over.
    """
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as opened:
        opened.writestr("app.py", "def handler(event, context):\n    raise AssertionError(event)\n")
    function = stage.function("apply_results")
    clients("lambda").create_function(
        FunctionName=function, Runtime="python3.12", Handler="app.handler", Code={"ZipFile": zipped.getvalue()},
        Role=clients("iam").get_role(RoleName=f"{stage.stack}-training")["Role"]["Arn"],
    )  # fmt: skip
    sqs = clients("sqs")
    dead = sqs.get_queue_attributes(
        QueueUrl=sqs.get_queue_url(QueueName=stage.dead_letters)["QueueUrl"], AttributeNames=["QueueArn"]
    )
    clients("lambda").create_event_source_mapping(
        EventSourceArn=dead["Attributes"]["QueueArn"], FunctionName=function, BatchSize=10
    )


def _aws(clients: Clients, name: str) -> dict[str, str]:
    """What stands in for the role of a function: where AWS is, and credentials for it."""
    endpoint = clients("s3").meta.endpoint_url
    found = {
        "AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_SESSION_TOKEN": "test", "MADNESS_AWS_ENDPOINT": endpoint,
    }  # fmt: skip
    return found | ({"RECORD_AWS_CALLS": f"/var/recorded/{name}.jsonl"} if RECORDER.exists() else {})


@pytest.fixture(scope="session")
def pipeline(
    pipeline_zip: packages.Package, cells: Cells, clients: Clients, sagemaker: dict[str, str]
) -> Iterator[dict[str, Function]]:
    """The pipeline's functions, as Chalice describes them."""
    cell = cells.of(pipeline_zip.path, layer=True)
    described = json.loads(packages.described(ROOT).read_text())["resource"]["aws_lambda_function"]
    functions = {}
    for name, told in described.items():
        assert told["runtime"] == "python3.12"
        assert [layer.rpartition(":layer:")[2] for layer in told["layers"]] == ["AWSSDKPandas-Python312:27"]
        variables = told["environment"]["variables"]
        functions[name] = Function(
            told["function_name"], told["handler"], cell, variables | _aws(clients, name) | sagemaker,
            told["memory_size"], told["timeout"], variables["MADNESS_REGION"],
        )  # fmt: skip
    yield functions
    for function in functions.values():
        function.stop()


@dataclass
class Processed:
    """What went in and what came out.

    Attributes
    ----------
    files : by source key, in the order of upload
    lost : the one whose event never came
    tables : bytes by published key
    plays : bytes by table of the men's play-by-play
    judged : the table of the men's models, after a training has left one that is worse
    """

    files: dict[str, bytes]
    lost: str
    tables: dict[str, bytes] = field(default_factory=dict)
    waiting: int = 0
    nudged: int = 0
    rejected: list[str] = field(default_factory=list)
    plays: dict[str, bytes] = field(default_factory=dict)
    judged: bytes = b""


_FUNCTIONS = {
    "reference": "refresh_reference",
    "players": "accept_players",
    "fixtures": "accept_fixtures",
    "results": "accept_results",
    "retractions": "accept_retractions",
    "events": "transform_events",
}


@pytest.fixture(scope="session")
def processed(pipeline: dict[str, Function], clients: Clients, stage: Stage) -> Processed:
    """The small sample league and a retraction, uploaded, and every event but one delivered as Lambda would."""
    found = {f"{contract.folder_of(name)}/{name}": body for name, body in generate_small().files.items()}
    files = dict(sorted(found.items(), key=lambda item: (list(_FUNCTIONS).index(item[0].split("/")[0]), item[0])))
    files["retractions/MRetractions.csv"] = _first_game(files)
    made = Processed(files, lost="results/WNCAATourneyCompactResults.csv")
    s3 = clients("s3")
    for key, body in files.items():
        put = s3.put_object(Bucket=stage.source, Key=key, Body=body)
        event = s3_event(stage.source, key, etag=put["ETag"].strip('"'), version=put["VersionId"], size=len(body))
        if key != made.lost:
            pipeline[_FUNCTIONS[key.split("/")[0]]].invoke(event)
    made.waiting = _drain(pipeline["apply_results"], clients, stage)
    pipeline["reconcile"].invoke(schedule_event())
    made.nudged = _drain(pipeline["apply_results"], clients, stage)
    made.tables = {
        key: _body(s3, stage.dashboard, key) for key in _keys(s3, stage.dashboard) if key.endswith("parquet")
    }
    made.rejected = _keys(s3, stage.source, "rejected/")
    key, plays = "events/MEvents2024.csv", events(files["results/MRegularSeasonCompactResults.csv"], 2024, slice(20))
    put = s3.put_object(Bucket=stage.source, Key=key, Body=plays)
    pipeline["transform_events"].invoke(
        s3_event(stage.source, key, etag=put["ETag"].strip('"'), version=put["VersionId"], size=len(plays))
    )
    made.plays = {
        table: _body(s3, stage.dashboard, key) for key in _keys(s3, stage.dashboard)
        for table in [key.split("/")[0]] if table in PLAY_TABLES
    }  # fmt: skip
    pipeline["start_training"].invoke(schedule_event())  # which finds too few games to judge a model by
    kept = provoked.trained(stage, open_lake(stage, clients), League.MEN, better=False)
    pipeline["promote_model"].invoke(kept)  # on another NumPy than that of the report
    made.judged = _body(s3, stage.dashboard, "models/league=M/part.parquet")
    pipeline["watch_forecasts"].invoke(schedule_event())
    return made


def _first_game(files: dict[str, bytes]) -> bytes:
    header, first = files["results/MRegularSeasonCompactResults.csv"].decode().splitlines()[:2]
    row = dict(zip(header.split(","), first.split(","), strict=True))
    return (
        f"Season,DayNum,Team1ID,Team2ID\n{row['Season']},{row['DayNum']},{row['WTeamID']},{row['LTeamID']}\n".encode()
    )


def _drain(function: Function, clients: Clients, stage: Stage) -> int:
    """Hand the queue's messages to the function as an event source mapping does; gives how many there were."""
    sqs, count = clients("sqs"), 0
    url = sqs.get_queue_url(QueueName=stage.queue)["QueueUrl"]
    while batch := sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"], WaitTimeSeconds=0
    ).get("Messages"):
        function.invoke(sqs_event(batch))
        count += len(batch)
        # Those that the function has deleted itself fail here one by one, which hurts nobody.
        handles = [{"Id": str(place), "ReceiptHandle": one["ReceiptHandle"]} for place, one in enumerate(batch)]
        sqs.delete_message_batch(QueueUrl=url, Entries=handles)
    return count


def _keys(s3: Any, bucket: str, prefix: str = "") -> list[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [row["Key"] for page in pages for row in page.get("Contents", [])]


def _body(s3: Any, bucket: str, key: str) -> bytes:
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read()


@pytest.fixture(scope="session")
def dashboard(
    dashboard_zip: packages.Package, cells: Cells, clients: Clients, stage: Stage, processed: Processed
) -> Iterator[Function]:
    """The dashboard's function, with what zappa_settings.json says of it."""
    told = json.loads((ROOT / "zappa_settings.json").read_text())
    told = told["base"] | told[STAGE]
    assert told["runtime"] == "python3.12"
    function = Function(
        f"{told['project_name']}-{STAGE}", "handler.lambda_handler", cells.of(dashboard_zip.path, layer=False),
        _aws(clients, "dashboard"), told["memory_size"], told["timeout_seconds"], stage.region,
    )  # fmt: skip
    yield function
    function.stop()


@pytest.fixture(scope="session")
def recorded_calls(
    pipeline: dict[str, Function], processed: Processed, dashboard: Function, cells: Cells
) -> dict[str, list[dict[str, Any]]]:
    """The AWS calls of each function, `dashboard` among them, in order: service, operation, params, region."""
    Browser(dashboard.invoke, STAGE).draw("/")
    return {
        file.stem: [json.loads(line) for line in file.read_text().splitlines()]
        for file in sorted(cells.recorded.glob("*.jsonl"))
    }


@pytest.fixture(scope="session")
def provoked_calls(tmp_path_factory: pytest.TempPathFactory, stage: Stage) -> dict[str, list[Call]]:
    """The AWS calls of each function, the daily and the rare ones, and of `operator`."""
    return provoked.recorded(stage, tmp_path_factory.mktemp("provoked"))
