"""The local SageMaker beside MiniStack: a process of the home, whose jobs outlive it."""

from __future__ import annotations

import io
import json
import os
import signal
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from hoops.games.leagues import League
from lake.training_jobs import KEPT, Verdict
from madness.local import ministack
from madness.local.ports import sagemaker_variables
from madness.local.sagemaker import process as sagemaker
from madness.local.sagemaker.server import DETAIL_TYPE, EVENT_SOURCE
from tests.e2e.conftest import Running

# Counts the seconds that it has trained, and goes on from where it was killed.
PROGRAM = """
import os, pathlib, time
ml = pathlib.Path(os.environ["SM_OUTPUT_DIR"]).parent
count = ml / "checkpoints" / "count"
for number in range(int(count.read_text()) if count.exists() else 0, 20):
    time.sleep(0.2)
    count.with_name(".count").write_text(str(number + 1))
    count.with_name(".count").replace(count)
    print(f"count={number + 1};", flush=True)
(pathlib.Path(os.environ["SM_MODEL_DIR"]) / "count").write_text(count.read_text())
"""

# Asks for a job that is not there.
PROBE = """
import boto3
def look(event, context):
    client = boto3.client("sagemaker")
    try:
        client.describe_training_job(TrainingJobName="none")
    except client.exceptions.ClientError as error:
        return [client.meta.endpoint_url, error.response["ResponseMetadata"]["HTTPStatusCode"]]
"""


@pytest.fixture
def client(deployed: Running) -> Iterator[Any]:
    port = sagemaker.start(deployed.home, deployed.endpoint)
    yield boto3.client(
        "sagemaker", endpoint_url=f"http://127.0.0.1:{port}", region_name=ministack.REGION,
        aws_access_key_id="test", aws_secret_access_key="test",
    )  # fmt: skip
    sagemaker.stop(deployed.home)


def until(holds: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 60
    while not (found := holds()):
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.05)
    return found


def test_a_job_outlives_its_server_and_its_events_arrive(deployed, client, madness):
    bucket, s3 = deployed.stage.models, deployed.clients("s3")
    queue = _queue_of_events(deployed)
    _start(deployed, client, "outlives", PROGRAM)

    def described() -> dict[str, Any]:
        return client.describe_training_job(TrainingJobName="outlives")

    until(lambda: any(one["Value"] >= 3 for one in described()["FinalMetricDataList"]))
    server, _ = deployed.home.process("sagemaker")
    os.kill(server.pid, signal.SIGKILL)
    until(lambda: not server.is_alive())
    assert sagemaker.running(deployed.home) is None
    port = sagemaker.start(deployed.home, deployed.endpoint)
    assert sagemaker_variables(deployed.home) == {"AWS_ENDPOINT_URL_SAGEMAKER": f"http://127.0.0.1:{port}"}
    assert client.meta.endpoint_url.endswith(f":{port}"), "functions know this one"
    client.get_waiter("training_job_completed_or_stopped").wait(
        TrainingJobName="outlives", WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    found = described()
    assert found["TrainingJobStatus"] == "Completed"
    passed = [one["Status"] for one in found["SecondaryStatusTransitions"]]
    assert passed.count("Training") == 2 and "Restarting" in passed
    said = (deployed.home.root / "sagemaker" / "outlives" / "log.txt").read_text().split()
    assert said[-1] == "count=20;" and len(said) < 25, "it went on from its checkpoint"
    body = s3.get_object(Bucket=bucket, Key="training/output/outlives/output/model.tar.gz")["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as tar:
        assert tar.extractfile("count").read() == b"20"

    verdict = Verdict("outlives", League.MEN, KEPT, "full-1", "no better", "2026-03-01T00:00:00+00:00")
    deployed.lake.training_jobs.judge(verdict)
    followed = madness("train", "--follow", "outlives", "--home", deployed.home.root)
    assert followed.stdout == "outlives: model full-1 kept: no better\n" and followed.returncode == 0

    events: list[dict[str, Any]] = []

    def completed() -> bool:
        events.extend(_received(deployed, queue))
        return any(one["detail"]["TrainingJobStatus"] == "Completed" for one in events)

    until(completed)
    assert {(one["source"], one["detail"]["TrainingJobName"]) for one in events} == {("madness.sagemaker", "outlives")}


def test_functions_and_commands_reach_it_and_it_is_started_for_a_training(deployed, client, madness):
    """Whatever other services' endpoint is, and after it has ended and is back."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("probe.py", PROBE)
    aws = deployed.clients("lambda")
    aws.create_function(
        FunctionName="probe", Runtime="python3.12", Handler="probe.look", Timeout=30,
        Role=f"arn:aws:iam::000000000000:role/{deployed.stage.function('start_training')}",
        Code={"ZipFile": archive.getvalue()},
    )  # fmt: skip

    def probe() -> Any:
        return json.loads(aws.invoke(FunctionName="probe")["Payload"].read())

    here = client.meta.endpoint_url
    assert probe() == [here, 400]
    sagemaker.stop(deployed.home)
    told = madness("train", "--follow", "none", "--home", deployed.home.root)
    assert told.returncode == 1 and "starting the local SageMaker" in told.stderr
    assert "There is no training job none" in told.stderr
    assert probe() == [here, 400] and deployed.clients("sagemaker").meta.endpoint_url == here
    aws.delete_function(FunctionName="probe")


def test_a_job_that_fails_or_is_stopped_is_told_to_whoever_is_told_of_alarms(deployed, client):
    """By the stack's own rule and topic. A stopped job has no reason, and one of another stage is none of ours."""
    sns, events = deployed.clients("sns"), deployed.clients("events")
    account = f"{ministack.REGION}:000000000000"
    endpoint = f"arn:aws:sqs:{account}:told"
    policy = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
                             "Action": "sqs:SendMessage", "Resource": endpoint}]}  # fmt: skip
    queue = deployed.clients("sqs").create_queue(QueueName="told", Attributes={"Policy": json.dumps(policy)})[
        "QueueUrl"
    ]
    topic = f"arn:aws:sns:{account}:madness-{deployed.stage.name}-alarms"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=endpoint)
    ours = f"madness-{deployed.stage.name}-m-2025d104-0a1b2c3d"
    for job, status in (("madness-dev-m-2025d104-0a1b2c3d-1", "Failed"), (f"{ours}-1", "Completed"),
                        (f"{ours}-1", "Stopped")):  # fmt: skip
        detail = json.dumps({"TrainingJobName": job, "TrainingJobStatus": status})
        answer = events.put_events(Entries=[
            {"Source": EVENT_SOURCE, "DetailType": DETAIL_TYPE, "Resources": [], "Detail": detail}])  # fmt: skip
        assert answer["FailedEntryCount"] == 0
    _start(deployed, client, f"{ours}-2", 'raise SystemExit("the channel \'training\' has \\"no\\" games")')
    told: list[str] = []

    def failed() -> bool:
        told.extend(one["Message"] for one in _received(deployed, queue))
        return len(told) >= 2

    until(failed)
    stopped, failure = sorted(told)
    stays = "The model in charge stays. The job's log is in /aws/sagemaker/TrainingJobs. Reason:"
    assert stopped == f'"Training job {ours}-1: Stopped. {stays} "'
    assert failure.startswith(f'"Training job {ours}-2: Failed. {stays} AlgorithmError: ')
    assert "the channel 'training' has \"no\" games" in failure


def _start(deployed: Running, client: Any, job: str, program: str) -> None:
    """Start a job that runs a program of one file."""
    bucket, s3 = deployed.stage.models, deployed.clients("s3")
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        entry = tarfile.TarInfo("job.py")
        entry.size = len(program)
        tar.addfile(entry, io.BytesIO(program.encode()))
    s3.put_object(Bucket=bucket, Key=f"training/code/{job}.tar.gz", Body=archive.getvalue())
    s3.put_object(Bucket=bucket, Key="training/channel/games.parquet", Body=b"games")
    client.create_training_job(
        TrainingJobName=job,
        HyperParameters={
            "sagemaker_program": "job.py",
            "sagemaker_submit_directory": f"s3://{bucket}/training/code/{job}.tar.gz",
        },
        AlgorithmSpecification={
            "TrainingImage": "an-image", "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "count", "Regex": "count=([0-9]+);"}],
        },
        RoleArn="arn:aws:iam::000000000000:role/madness-training",
        InputDataConfig=[{"ChannelName": "training", "DataSource": {"S3DataSource": {
            "S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/training/channel/"}}}],
        OutputDataConfig={"S3OutputPath": f"s3://{bucket}/training/output"},
        ResourceConfig={"InstanceType": "ml.g5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 10},
        StoppingCondition={"MaxRuntimeInSeconds": 600, "MaxWaitTimeInSeconds": 900},
        EnableManagedSpotTraining=True,
        CheckpointConfig={"S3Uri": f"s3://{bucket}/training/checkpoints/{job}"},
    )  # fmt: skip


def _received(deployed: Running, queue: str) -> list[dict[str, Any]]:
    """What a queue holds, taken from it."""
    sqs, found = deployed.clients("sqs"), []
    for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
        found.append(json.loads(message["Body"]))
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return found


def _queue_of_events(deployed: Running) -> str:
    """A queue to which a rule sends every change of a job's state."""
    queue: str = deployed.clients("sqs").create_queue(QueueName="training-events")["QueueUrl"]
    events = deployed.clients("events")
    pattern = {"source": [EVENT_SOURCE], "detail-type": [DETAIL_TYPE]}
    events.put_rule(Name="training-events", EventPattern=json.dumps(pattern))
    arn = f"arn:aws:sqs:{ministack.REGION}:000000000000:training-events"
    events.put_targets(Rule="training-events", Targets=[{"Id": "queue", "Arn": arn}])
    return queue
