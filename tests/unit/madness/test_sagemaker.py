"""The local SageMaker through boto3: what a job's program gets and leaves, and how it ends."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import socket
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto import mock_aws

from hoops.forecast.model import Model
from hoops.forecast.scorer import from_bytes
from hoops.forecast.sound import require_sound
from hoops.games.leagues import League
from hoops.knowledge.parameters import Parameters
from lake.registry import scores_of
from lake.training import channel, metric_definitions
from lake.training_jobs import PROMOTED, TrainingJobs, Verdict
from madness.deploy.sources import sources as packed
from madness.local import processes
from madness.local.home import MINISTACK, Home, LocalError
from madness.local.ports import sagemaker_port
from madness.local.sagemaker.jobs import Jobs
from madness.local.sagemaker.runner import Settings
from madness.local.sagemaker.server import SageMaker, serve
from operate.stage import Stage, project_root
from operate.training.ask import Answer, Seen, TrainingError, follow, look, running, told
from tests.memory_store import MemoryStore
from tests.unit.hoops.fabricated_results import a_league

REGION = "eu-central-1"
STAGE = Stage("dev", "eu-west-1", "s", "m", "d", "p", "q.fifo", "l.fifo")
SETTINGS = Settings(REGION, grace=1.0, closing=5.0, parallel=2, limits={"ml.g6.xlarge": 0})
# What a program may do, by hyperparameter.
PROGRAM = """
import json, os, pathlib, signal, sys, time
ml = pathlib.Path(os.environ["SM_OUTPUT_DIR"]).parent
options = dict(zip(sys.argv[1::2], sys.argv[2::2]))
count = ml / "checkpoints" / "count"
before = int(count.read_text()) if count.exists() else 0
def save(*_):
    count.write_text(str(before + 1))
    sys.exit(0)
print("started", before, "loss=0.75;", flush=True)
if "--save-first" in options:
    count.write_text(str(before + 1))
if options.get("--on-sigterm") == "save":
    signal.signal(signal.SIGTERM, save)
if options.get("--on-sigterm") == "ignore":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("loss=0.5; ready", flush=True)
(ml / "output" / "data" / "ready").write_text("")
if before < int(options.get("--attempts", "1")):
    time.sleep(float(options.get("--seconds", "0")))
if "--reason" in options:
    (ml / "output" / "failure").write_text(options["--reason"])
if "--exit" in options:
    sys.exit(int(options["--exit"]))
data = pathlib.Path(os.environ["SM_CHANNEL_TRAINING"])
seen = {str(file.relative_to(data)): file.read_text() for file in sorted(data.rglob("*")) if file.is_file()}
about = {"options": options, "seen": seen, "cwd": os.getcwd(), "before": before, "environment": dict(os.environ)}
(pathlib.Path(os.environ["SM_MODEL_DIR"]) / "about.json").write_text(json.dumps(about))
"""


@dataclass
class Events:
    """The bus that state changes are sent to."""

    details: list[dict[str, Any]] = field(default_factory=list)

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        (entry,) = Entries
        assert (entry["Source"], entry["DetailType"]) == ("madness.sagemaker", "SageMaker Training Job State Change")
        self.details.append(json.loads(entry["Detail"]))
        return {"FailedEntryCount": 0, "Entries": [{}]}


class Local:
    """A local SageMaker of this process, an S3 for it, and a client."""

    def __init__(self, folder: Path, session: boto3.Session) -> None:
        self.folder, self.events, self._session = folder, Events(), session
        self.s3 = session.client("s3")
        self.s3.create_bucket(Bucket="models")
        self.put("training/data/one.txt", b"first")
        self.put("training/data/deeper/two.txt", b"second")
        self.put("source/program.tar.gz", sources({"job.py": PROGRAM}))
        self.open()

    def open(self) -> None:
        clients = {"s3": self.s3, "events": self.events}
        self.service = SageMaker(self.folder, clients.__getitem__, SETTINGS)
        self.server = serve(self.service)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        self.client = self._session.client(
            "sagemaker", endpoint_url=f"http://127.0.0.1:{self.server.server_port}", region_name=REGION,
            config=Config(retries={"total_max_attempts": 1}),
        )  # fmt: skip

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.service.close()

    def put(self, key: str, body: bytes) -> None:
        self.s3.put_object(Bucket="models", Key=key, Body=body)

    def get(self, key: str) -> bytes:
        body: bytes = self.s3.get_object(Bucket="models", Key=key)["Body"].read()
        return body

    def keys(self, prefix: str) -> list[str]:
        found = self.s3.list_objects_v2(Bucket="models", Prefix=prefix).get("Contents", [])
        return [row["Key"].removeprefix(prefix) for row in found]

    def create(self, name: str, request: dict[str, Any] | None = None, **hyperparameters: Any) -> str:
        arn: str = self.client.create_training_job(**a_request(name, **hyperparameters) | (request or {}))[
            "TrainingJobArn"
        ]
        return arn

    def describe(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.describe_training_job(TrainingJobName=name)
        return found

    def until(self, holds: Callable[[], Any], seconds: float = 60.0) -> Any:
        deadline = time.monotonic() + seconds
        while not (found := holds()):
            assert time.monotonic() < deadline, "it never came to that"
            time.sleep(0.02)
        return found

    def ready(self, name: str) -> None:
        """Wait until the program has come to where it sleeps."""
        self.until(lambda: (self.folder / name / "ml" / "output" / "data" / "ready").exists())

    def ended(self, name: str) -> dict[str, Any]:
        return self.until(lambda: (one := self.describe(name))["TrainingJobStatus"] in ENDS and one)

    def model(self, name: str) -> dict[str, bytes]:
        return untarred(self.get(f"training/output/{name}/output/model.tar.gz"))


ENDS = ("Completed", "Failed", "Stopped")


def a_request(name: str, **hyperparameters: Any) -> dict[str, Any]:
    hyperparameters = {
        "sagemaker_program": "job.py",
        "sagemaker_submit_directory": "s3://models/source/program.tar.gz",
    } | hyperparameters
    return {
        "TrainingJobName": name,
        "HyperParameters": {name.replace("_", "-") if not name.startswith("sagemaker") else name: json.dumps(value)
                            for name, value in hyperparameters.items()},
        "AlgorithmSpecification": {
            "TrainingImage": "763104351884.dkr.ecr.eu-central-1.amazonaws.com/pytorch-training:2.10.0-gpu-py313",
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9.]+);"}],
        },
        "RoleArn": "arn:aws:iam::000000000000:role/madness-training",
        "InputDataConfig": [
            {"ChannelName": "training", "DataSource": {"S3DataSource": {
                "S3DataType": "S3Prefix", "S3Uri": "s3://models/training/data/"}}},
        ],
        "OutputDataConfig": {"S3OutputPath": "s3://models/training/output"},
        "ResourceConfig": {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 10},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        "CheckpointConfig": {"S3Uri": f"s3://models/training/checkpoints/{name}"},
        "Tags": [{"Key": "league", "Value": "M"}],
    }  # fmt: skip


SPOT = {
    "EnableManagedSpotTraining": True,
    "StoppingCondition": {"MaxRuntimeInSeconds": 600, "MaxWaitTimeInSeconds": 900},
}


def sources(files: dict[str, str]) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            tar.addfile(entry, io.BytesIO(text.encode()))
    return archive.getvalue()


def untarred(body: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(body)) as tar:
        return {one.name: tar.extractfile(one).read() for one in tar if one.isfile()}  # type: ignore[union-attr]


@pytest.fixture(scope="module")
def session() -> boto3.Session:
    """Reads botocore's models once."""
    return boto3.Session("id", "secret", region_name="us-east-1")


@pytest.fixture
def local(tmp_path, session, monkeypatch) -> Iterator[Local]:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of the shell")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        found = Local(tmp_path / "jobs", session)
        yield found
        found.close()


def statuses(described: dict[str, Any]) -> list[str]:
    return [one["Status"] for one in described["SecondaryStatusTransitions"]]


def test_a_job_from_its_creation_to_its_model(local):
    arn = local.create("one-1", epochs=2, league="M", rate=0.5, search=True, save_first=1)
    assert arn == f"arn:aws:sagemaker:{REGION}:000000000000:training-job/one-1"
    waiter = local.client.get_waiter("training_job_completed_or_stopped")
    waiter.wait(TrainingJobName="one-1", WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    found = local.describe("one-1")
    assert (found["TrainingJobStatus"], found["SecondaryStatus"]) == ("Completed", "Completed")
    assert statuses(found) == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert all(one["StartTime"] <= one["EndTime"] for one in found["SecondaryStatusTransitions"])
    assert found["CreationTime"] <= found["TrainingStartTime"] <= found["TrainingEndTime"]
    assert (
        found["HyperParameters"]
        == a_request("one-1", epochs=2, league="M", rate=0.5, search=True, save_first=1)["HyperParameters"]
    )
    assert found["ModelArtifacts"] == {"S3ModelArtifacts": "s3://models/training/output/one-1/output/model.tar.gz"}
    assert [(one["MetricName"], one["Value"]) for one in found["FinalMetricDataList"]] == [("loss", 0.5)]

    about = json.loads(local.model("one-1")["about.json"])
    assert about["options"] == {
        "--epochs": "2", "--league": "M", "--rate": "0.5", "--save-first": "1", "--search": "True"
    }  # fmt: skip
    assert about["seen"] == {"deeper/two.txt": "second", "one.txt": "first"}
    variables = about["environment"]
    assert variables["SM_HP_LEAGUE"] == "M" and json.loads(variables["SM_HPS"])["search"] is True
    assert variables["TRAINING_JOB_NAME"] == "one-1" and variables["AWS_REGION"] == REGION
    assert about["cwd"] == variables["PYTHONPATH"] == str(local.folder / "one-1" / "ml" / "code")
    assert "AWS_SECRET_ACCESS_KEY" not in variables, "the shell's credentials are none of its business"
    assert list(untarred(local.get("training/output/one-1/output/output.tar.gz"))) == ["data/ready"]
    assert local.get("training/checkpoints/one-1/count") == b"1"
    assert "loss=0.5; ready" in (local.folder / "one-1" / "log.txt").read_text()
    assert not (local.folder / "one-1" / "ml").exists()
    local.until(lambda: len(local.events.details) == 5)
    assert [one["SecondaryStatus"] for one in local.events.details] == statuses(found)
    last = local.events.details[-1]
    assert last["TrainingJobStatus"] == "Completed" and last["Tags"] == {"league": "M"}
    assert last["TrainingEndTime"] == round(found["TrainingEndTime"].timestamp() * 1000)


def test_the_training_of_this_project_as_a_job(local):
    pytest.importorskip("torch", reason="training needs torch")
    local.put("source/sourcedir.tar.gz", packed(project_root()).body)
    for name, body in channel(a_league(seasons=range(2010, 2015)), {}).items():
        local.put(f"training/games/{name}", body)
    request = a_request(
        "madness-m", sagemaker_program="ml_jobs/train.py", sagemaker_submit_directory="s3://models/source/sourcedir.tar.gz",
        league="M", train_before="2014:30", epochs=2, members=2, width=3, device="cpu",
    )  # fmt: skip
    request["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"] = "s3://models/training/games"
    request["AlgorithmSpecification"]["MetricDefinitions"] = metric_definitions()
    local.create("madness-m", request)
    found = local.ended("madness-m")
    assert found["TrainingJobStatus"] == "Completed", found["FailureReason"]
    model = local.model("madness-m")
    about = json.loads(model["parameters.json"])
    scorer, through = from_bytes(model["scorer.npz"]), tuple(about["trained_through"])
    assert scorer.trained_through == through == (2014, 29)
    require_sound(Model(League(about["league"]), Parameters(**about["parameters"]), scorer, through))
    assert set(model) == {"comparison.parquet", "parameters.json", "predictions.parquet", "report.json", "scorer.npz",
                          "scores.parquet"}  # fmt: skip
    metrics = {one["MetricName"]: one["Value"] for one in found["FinalMetricDataList"]}
    report = json.loads(model["report.json"])
    assert report["before"] == [2014, 30] and scores_of(report)["regular"]["games"] > 0
    assert metrics["test:log_loss"] == pytest.approx(report["test"]["pooled"]["all"]["full"]["log_loss"], rel=1e-6)
    assert metrics["validation:log_loss"] > 0 and metrics["train:games_per_second"] > 0
    assert any(name.startswith("fit-") for name in local.keys("training/checkpoints/madness-m/"))
    assert "data/run.json" in untarred(local.get("training/output/madness-m/output/output.tar.gz"))

    local.create("madness-bad", request | {"TrainingJobName": "madness-bad", "HyperParameters":
                                           request["HyperParameters"] | {"luck": "7"}})  # fmt: skip
    failed = local.ended("madness-bad")
    assert failed["TrainingJobStatus"] == "Failed" and failed["ModelArtifacts"] == {"S3ModelArtifacts": ""}
    assert failed["FailureReason"] == (
        "AlgorithmError: unrecognized arguments: --luck 7; --help lists the arguments, exit code: 2"
    )


def test_a_job_that_is_stopped_saves_and_says_so(local):
    local.create("saves", seconds=60, on_sigterm="save")
    local.create("refuses", seconds=60, on_sigterm="ignore")
    for name in ("saves", "refuses"):
        local.ready(name)
        local.client.stop_training_job(TrainingJobName=name)
        assert local.describe(name)["TrainingJobStatus"] == "Stopping"
    for name in ("saves", "refuses"):
        found = local.ended(name)
        assert (found["TrainingJobStatus"], found["SecondaryStatus"]) == ("Stopped", "Stopped")
        assert statuses(found)[-2:] == ["Stopping", "Stopped"]
        assert local.keys(f"training/output/{name}/output/") == ["output.tar.gz"], "a model that was not written"
    assert local.get("training/checkpoints/saves/count") == b"1"
    assert local.keys("training/checkpoints/refuses/") == []
    local.client.get_waiter("training_job_completed_or_stopped").wait(TrainingJobName="saves")
    with pytest.raises(ClientError, match="because the training job is in status Stopped") as refused:
        local.client.stop_training_job(TrainingJobName="saves")
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_its_time_is_over(local):
    local.create("long", {"StoppingCondition": {"MaxRuntimeInSeconds": 1}}, seconds=60, on_sigterm="save")
    found = local.ended("long")
    assert (found["TrainingJobStatus"], found["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")
    assert 1 <= found["TrainingTimeInSeconds"] < 20


def test_a_job_waits_for_its_turn_and_can_be_stopped_there(local):
    for name in ("a", "b", "c"):
        local.create(name, seconds=60)
    local.ready("a"), local.ready("b")
    assert local.describe("c")["SecondaryStatus"] == "Starting"
    for name in ("c", "a"):
        local.client.stop_training_job(TrainingJobName=name)
        assert local.ended(name)["TrainingJobStatus"] == "Stopped"
    assert "TrainingStartTime" not in local.describe("c")


@pytest.mark.parametrize(
    ("hyperparameters", "reason"),
    [
        ({"exit": 3, "reason": "no men's results"}, r"AlgorithmError: no men's results, exit code: 3"),
        ({"exit": 1}, r"AlgorithmError: started 0 loss=0.75;\nloss=0.5; ready, exit code: 1"),
        ({"exit": 1, "reason": "x" * 2000}, r"AlgorithmError: x{994}, exit code: 1"),
        ({"seconds": "many"}, r"(?s)AlgorithmError: .*could not convert string to float: 'many', exit code: 1"),
        ({"sagemaker_program": "none.py"}, r"(?s)AlgorithmError: .*can't open file .*none.py.*, exit code: 2"),
        (
            {"sagemaker_submit_directory": "s3://models/none.tar.gz"},
            r"ClientError: Data download failed: .*\(404\).*HeadObject.*",
        ),
        (
            {"sagemaker_submit_directory": "s3://models/training/data/one.txt"},
            r"(?s)ClientError: .*one.txt cannot be unpacked: .*",
        ),
    ],
)
def test_a_failure_has_its_reason(local, hyperparameters, reason):
    local.create("bad", **hyperparameters)
    found = local.ended("bad")
    assert (found["TrainingJobStatus"], found["SecondaryStatus"]) == ("Failed", "Failed")
    assert re.fullmatch(reason, found["FailureReason"]) and len(found["FailureReason"]) <= 1024
    assert local.keys("training/output/bad/") == []
    local.until(lambda: local.events.details and local.events.details[-1]["TrainingJobStatus"] == "Failed")
    assert local.events.details[-1]["FailureReason"] == found["FailureReason"]


def test_a_reclaimed_spot_instance_goes_on_from_its_checkpoints_and_another_has_failed(local):
    for name, more in (("spot", SPOT), ("bought", {})):
        local.create(name, more, seconds=60, save_first=1)
        local.ready(name)
        local.until(lambda name=name: local.keys(f"training/checkpoints/{name}/") == ["count"])
        os.kill(Jobs(local.folder, print)[name].process.pid, signal.SIGKILL)
    found = local.ended("spot")
    assert found["TrainingJobStatus"] == "Completed"
    assert statuses(found) == ["Starting", "Downloading", "Training", "Interrupted", "Restarting", "Downloading",
                               "Training", "Uploading", "Completed"]  # fmt: skip
    assert json.loads(local.model("spot")["about.json"])["before"] == 1
    assert local.ended("bought")["FailureReason"].endswith(", exit code: 137")


def test_jobs_go_on_after_a_restart_of_the_server(local):
    local.create("goes-on", seconds=60, on_sigterm="save")
    local.create("has-ended")
    local.create("has-no-checkpoints", {"CheckpointConfig": {"S3Uri": "s3://models/none"}}, seconds=60)
    local.ended("has-ended")
    for name in ("goes-on", "has-no-checkpoints"):
        local.ready(name)
    programs = {name: Jobs(local.folder, print)[name].process for name in ("goes-on", "has-no-checkpoints")}
    local.close()
    assert not any(program.is_alive() for program in programs.values())
    file = local.folder / "has-no-checkpoints" / "job.json"
    about = json.loads(file.read_text())
    del about["request"]["CheckpointConfig"]
    file.write_text(json.dumps(about))
    local.open()
    assert local.ended("goes-on")["TrainingJobStatus"] == "Completed"
    assert json.loads(local.model("goes-on")["about.json"])["before"] == 1
    assert local.describe("has-ended")["TrainingJobStatus"] == "Completed"
    assert local.ended("has-no-checkpoints")["FailureReason"].startswith(
        "InternalServerError: the local SageMaker ended"
    )
    with pytest.raises(ClientError, match="names must be unique"):
        local.create("has-ended")


def test_a_program_whose_server_was_killed_is_ended_and_run_again(local):
    local.create("left", seconds=60, on_sigterm="save", attempts=1)
    local.ready("left")
    left = Jobs(local.folder, print)["left"]
    # As after kill -9: nobody writes down how it ends.
    local.close()
    process = processes.spawn(
        ["/bin/sh", "-c", f"trap 'echo 1 > {left.ml}/checkpoints/count; exit 0' TERM; while :; do sleep 0.05; done"],
        env={}, log=left.log, cwd=local.folder,
    )  # fmt: skip
    Jobs(local.folder, print).note(Jobs(local.folder, print)["left"], process=process)
    (left.ml / "checkpoints" / "count").unlink()
    time.sleep(0.2)
    local.open()
    assert not process.is_alive()
    assert local.ended("left")["TrainingJobStatus"] == "Completed"
    assert local.get("training/checkpoints/left/count").strip() == b"1"


def code_of(call: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        call()
    found = error.value.response
    assert found["ResponseMetadata"]["HTTPStatusCode"] == 400
    return found["Error"]["Code"], found["Error"]["Message"]


def test_names_limits_and_jobs_that_are_not_there(local):
    local.create("one")
    assert code_of(lambda: local.create("one"))[0] == "ResourceInUse"
    resources = {"ResourceConfig": {"InstanceType": "ml.g6.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 10}}
    code, message = code_of(lambda: local.create("two", resources | SPOT))
    assert code == "ResourceLimitExceeded" and "'ml.g6.xlarge for spot training job usage' is 0 Instances" in message
    assert code_of(lambda: local.describe("two")) == ("ResourceNotFound", "Requested resource not found.")
    assert code_of(lambda: local.client.stop_training_job(TrainingJobName="two"))[0] == "ResourceNotFound"
    assert code_of(lambda: local.client.list_models()) == (
        "UnknownOperationException",
        "the local SageMaker knows no ListModels: it runs training jobs (CreateTrainingJob, DescribeTrainingJob, "
        "ListTrainingJobs, StopTrainingJob, AddTags, ListTags)",
    )
    local.ended("one")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"TrainingJobName": "no_such-name"}, "at 'trainingJobName' failed to satisfy constraint: Member must satisfy"),
        ({"TrainingJobName": "x" * 64}, "Member must have length less than or equal to 63"),
        ({"RoleArn": "arn:aws:iam::1:role/short"}, "at 'roleArn' failed"),
        (
            {"ResourceConfig": {"InstanceType": "ml.huge", "InstanceCount": 1, "VolumeSizeInGB": 10}},
            "'ml.huge' at 'resourceConfig.instanceType' failed to satisfy constraint: Member must satisfy enum value",
        ),
        ({"StoppingCondition": {"MaxRuntimeInSeconds": 9, "MaxWaitTimeInSeconds": 10}}, "belongs to managed spot"),
        ({"EnableManagedSpotTraining": True}, "belongs to managed spot training, which must have it"),
        (
            SPOT | {"StoppingCondition": {"MaxRuntimeInSeconds": 9, "MaxWaitTimeInSeconds": 8}},
            "greater than or equal to MaxRuntimeInSeconds",
        ),
        ({"HyperParameters": {}}, "sagemaker_program and sagemaker_submit_directory"),
        ({"OutputDataConfig": {"S3OutputPath": "models/output"}}, "outputDataConfig.s3OutputPath"),
        ({"Tags": [{"Key": "a b:ü", "Value": "<"}]}, "'<' at 'tags.1.member.value'"),
        (
            {"InputDataConfig": [{"ChannelName": "training", "DataSource": {"S3DataSource": {
                "S3DataType": "S3Prefix", "S3Uri": "s3://models/nothing/"}}}]},
            'No S3 objects found under S3 URL "s3://models/nothing/"',
        ),
    ],
)  # fmt: skip
def test_what_aws_refuses_is_refused(local, change, said):
    code, message = code_of(lambda: local.create("one", change))
    assert code == "ValidationException" and said in message
    assert local.client.list_training_jobs()["TrainingJobSummaries"] == []


def test_what_boto3_would_not_send_is_refused_too(local):
    import urllib.error
    import urllib.request

    def post(body: bytes, **headers: str) -> dict[str, str]:
        request = urllib.request.Request(f"http://127.0.0.1:{local.server.server_port}/", body, headers)
        with pytest.raises(urllib.error.HTTPError) as error:
            urllib.request.urlopen(request)
        assert error.value.code == 400
        return json.loads(error.value.read())

    target = {"X-Amz-Target": "SageMaker.CreateTrainingJob"}
    assert post(b"{", **target)["__type"] == "SerializationException"
    assert 'Missing required parameter in input: "RoleArn"' in post(b"{}", **target)["message"]
    found = post(json.dumps(a_request("one") | {"Luck": 7}).encode(), **target)
    assert found["__type"] == "ValidationException" and "Luck" in found["message"]
    assert post(json.dumps(a_request("one")).encode())["__type"] == "UnknownOperationException"


def test_lists_and_tags(local):
    arns = [local.create(f"job-{number}") for number in range(3)]
    local.create("fails", exit=1)
    for name in ("job-0", "job-1", "job-2", "fails"):
        local.ended(name)
    pages = local.client.get_paginator("list_training_jobs").paginate(
        SortBy="Name", SortOrder="Descending", PaginationConfig={"PageSize": 2}
    )
    names = [[row["TrainingJobName"] for row in page["TrainingJobSummaries"]] for page in pages]
    assert names == [["job-2", "job-1"], ["job-0", "fails"]]

    def listed(**asked: Any) -> list[str]:
        return [row["TrainingJobName"] for row in local.client.list_training_jobs(**asked)["TrainingJobSummaries"]]

    assert listed(NameContains="JOB", SortBy="Name") == ["job-0", "job-1", "job-2"]
    assert listed(StatusEquals="Failed") == ["fails"]
    second = local.describe("job-1")["CreationTime"]
    assert listed(CreationTimeAfter=second, NameContains="job") == ["job-1", "job-2"]
    assert code_of(lambda: listed(NextToken="?"))[0] == "ValidationException"
    local.client.add_tags(ResourceArn=arns[0], Tags=[{"Key": "run", "Value": "7"}, {"Key": "league", "Value": "W"}])
    assert local.client.list_tags(ResourceArn=arns[0])["Tags"] == [
        {"Key": "league", "Value": "W"}, {"Key": "run", "Value": "7"}
    ]  # fmt: skip
    assert code_of(lambda: local.client.list_tags(ResourceArn=arns[0] + "x"))[0] == "ResourceNotFound"


def test_a_job_is_followed_to_the_verdict_on_its_model(local):
    records = TrainingJobs(MemoryStore())
    verdict = Verdict("one", League.MEN, PROMOTED, "full-1", "log loss 0.01 better", "2026-03-01T00:00:00+00:00")
    seen: list[Seen] = []

    def sleep(_: float) -> None:
        if seen[-1].status == "Completed":
            records.judge(verdict)
        time.sleep(0.02)

    local.create("one")
    local.create("breaks", reason="no games", exit=1)
    one, breaks = follow(["one", "breaks"], local.client, records, seen.append, sleep)
    assert one.verdict == verdict and one.is_well and one.metrics == {"loss": 0.5} and one.limit == 600
    assert told(one, STAGE, "log.txt") == "one: model full-1 promoted: log loss 0.01 better"
    assert any(now.status == "Completed" and not now.is_over for now in seen), "it waits for the verdict"
    assert not breaks.is_well and breaks.status == "Failed"
    assert (
        told(breaks, STAGE, "log.txt") == "breaks: Failed: AlgorithmError: no games, exit code: 1. Its log is log.txt"
    )
    assert running([Answer(League.MEN, "one", False, "nothing new"), Answer(League.MEN, "gone", False, "?"),
                    Answer(League.WOMEN, "new", True, "new games")], local.client, records) == ["new"]  # fmt: skip


def test_a_model_that_nobody_judges_is_waited_for_no_longer_than_that_takes(local):
    local.create("left")
    ended = local.ended("left")["TrainingEndTime"]
    records = TrainingJobs(MemoryStore())
    assert not look("left", local.client, records, ended + timedelta(minutes=19)).is_over
    late = look("left", local.client, records, ended + timedelta(minutes=21))
    assert late.is_over and not late.is_well
    assert "its log is /aws/lambda/madness-dev-promote_model" in told(late, STAGE, "log.txt")
    with pytest.raises(TrainingError, match="There is no training job other"):
        look("other", local.client, records)


def test_a_port_that_functions_were_told_is_not_changed_behind_their_backs(tmp_path):
    home = Home(tmp_path / "home")
    home.create()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        home.remember(sagemaker_port=taken)
        home.record_process(MINISTACK, processes.ProcessId(os.getpid(), str(processes.started(os.getpid()))), port=1)
        with pytest.raises(LocalError, match=f"Port {taken}, where the functions of .* is taken by another program"):
            sagemaker_port(home)
        home.forget_process(MINISTACK)
        assert sagemaker_port(home) not in (taken, 0)
