"""Run every handler of the pipeline on moto and record its calls, one file a function: the daily ones and the rare ones.

    python -m tests.proof.provoked STAGE FOLDER        with tests/proof/recording on PYTHONPATH

A process of its own, since settings are read when handlers are imported. What is rare is provoked here: rejected files,
faults of the program, files that are taken after all, seasons that vanish, damaged ledger, lost state, doubled events.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest import mock
from zipfile import ZipFile

import boto3
from moto import mock_aws

from hoops import contract
from hoops.errors import MadnessError
from operate.stage import CONFIG, Stage, load_stage, project_root
from sample import generate_small
from tests.functional.events import s3_event, schedule_event, sqs_event

COMPACT = "results/{}RegularSeasonCompactResults.csv"
RETRACTIONS = "retractions/MRetractions.csv"
HANDLER = {
    "reference": "refresh_reference",
    "fixtures": "accept_fixtures",
    "results": "accept_results",
    "retractions": "accept_retractions",
}
BAD = b"Season,DayNum\n2024,1\n"


class Functions:
    """The app's handlers on a stage in moto, each recorded in a file of its own."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self.stage, self._folder = stage, folder
        self.s3, self.sqs, self.functions = (boto3.client(one) for one in ("s3", "sqs", "lambda"))
        for bucket in stage.buckets().values():
            self.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": stage.region})
        self.s3.put_bucket_versioning(Bucket=stage.source, VersioningConfiguration={"Status": "Enabled"})
        self.queue = self.sqs.create_queue(QueueName=stage.queue, Attributes={"FifoQueue": "true"})["QueueUrl"]
        self._map()
        from pipeline_app import handlers

        self._app: Any = handlers

    def call(self, function: str, event: dict[str, Any]) -> None:
        with self._recorded(function), suppress(MadnessError):
            getattr(self._app, function)(event, None)

    def upload(self, key: str, body: bytes) -> None:
        """Put a file and deliver its event, twice, as S3 may."""
        version = self.s3.put_object(Bucket=self.stage.source, Key=key, Body=body)["VersionId"]
        for _ in range(2):
            event = s3_event(self.stage.source, key, version=version, size=len(body))
            self.call(HANDLER[key.split("/")[0]], event)

    def drain(self) -> None:
        while messages := self._received():
            self.call("apply_results", sqs_event(messages))
            for message in messages:
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])

    def fail_to_apply(self) -> None:
        """A batch in which one league succeeds, the other fails, and a message is no nudge."""
        spoilt = self._spoil("ledger/league=W/")
        self.reconcile()
        for league in "MW":
            body = json.dumps({"league": league, "season": 2024, "day": 60, "cause": "again"})
            self.sqs.send_message(QueueUrl=self.queue, MessageBody=body, MessageGroupId=league, MessageDeduplicationId=league)
        messages = self._received()
        self.call("apply_results", sqs_event(messages))
        event = sqs_event(messages[:1])
        event["Records"][0]["body"] = "no nudge"
        self.call("apply_results", event)
        self._restore(spoilt)

    def reconcile(self) -> None:
        self.call("reconcile", schedule_event())

    def lose(self, prefix: str) -> None:
        bucket = self.stage.dashboard if prefix.startswith("manifest") else self.stage.models
        for key in self._keys(bucket, prefix):
            self.s3.delete_object(Bucket=bucket, Key=key)

    def hold(self) -> None:
        self.s3.put_object(Bucket=self.stage.models, Key="holds/one.ended", Body=b"one")

    def _keys(self, bucket: str, prefix: str) -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return [row["Key"] for page in pages for row in page.get("Contents", [])]

    def _spoil(self, prefix: str) -> dict[str, bytes]:
        there = {}
        for key in self._keys(self.stage.models, prefix):
            there[key] = self.s3.get_object(Bucket=self.stage.models, Key=key)["Body"].read()
            self.s3.put_object(Bucket=self.stage.models, Key=key, Body=b"")
        return there

    def _restore(self, bodies: dict[str, bytes]) -> None:
        for key, body in bodies.items():
            self.s3.put_object(Bucket=self.stage.models, Key=key, Body=body)

    def _received(self) -> list[dict[str, Any]]:
        return self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", [])

    @contextmanager
    def _recorded(self, function: str) -> Iterator[None]:
        os.environ["RECORD_AWS_CALLS"] = str(self._folder / f"{function}.jsonl")
        try:
            yield
        finally:
            del os.environ["RECORD_AWS_CALLS"]

    def _map(self) -> None:
        """A function by the name of the app's, mapped to a twin of the queue: moto would run it on every message."""
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        role = boto3.client("iam").create_role(RoleName="apply", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        code = BytesIO()
        with ZipFile(code, "w") as archive:
            archive.writestr("app.py", "")
        name = self.stage.function("apply_results")
        self.functions.create_function(
            FunctionName=name, Runtime="python3.12", Role=role, Handler="app.f", Code={"ZipFile": code.getvalue()}
        )
        twin = self.sqs.create_queue(QueueName="twin.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=twin, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self.functions.create_event_source_mapping(FunctionName=name, EventSourceArn=arn)


@contextmanager
def failing_program() -> Iterator[None]:
    """A program that fails on every file: as a new one, so that it tries, and so does the sound one after it."""
    with (
        mock.patch("pipeline_app.accept.contract.read", side_effect=KeyError("provoked")),
        mock.patch("pipeline_app.accept.contract.parse", side_effect=KeyError("provoked")),
    ):
        yield


def provoke(functions: Functions) -> None:
    league = generate_small().files
    files = {f"{contract.folder_of(name)}/{name}": body for name, body in league.items()}
    files = {key: one_season(body) if key.startswith("results/") else body for key, body in files.items()}
    compact = {one: files[COMPACT.format(one)] for one in "MW"}
    sound = {
        "reference/MTeams.csv": files["reference/MTeams.csv"],
        "fixtures/MFixtures.csv": files["fixtures/MFixtures.csv"],
        COMPACT.format("M"): compact["M"],
        RETRACTIONS: retraction(compact["M"].splitlines()[-1:]),
    }
    for key, body in sound.items():
        functions.upload(key, BAD)
        with failing_program():
            functions.upload(key, body)
        functions.upload(key, body + b"\n")
    functions.upload(COMPACT.format("W"), compact["W"])
    functions.call("accept_results", s3_event(functions.stage.source, "results/gone.csv"))
    functions.fail_to_apply()
    functions.reconcile()
    functions.drain()
    functions.upload(RETRACTIONS, retraction(compact["M"].splitlines()[1:]))
    functions.drain()
    functions.lose("receipts/")
    functions.lose("manifest/")
    functions.hold()
    functions.reconcile()
    functions.drain()
    functions.lose("state/")
    functions.reconcile()
    functions.drain()
    functions.reconcile()


def one_season(body: bytes) -> bytes:
    header, *rows = body.splitlines()
    return b"\n".join([header, *[row for row in rows if row.startswith(b"2024")][:120]])


def retraction(rows: list[bytes]) -> bytes:
    told = []
    for row in rows:
        season, day, winner, _, loser, *_ = row.decode().split(",")
        told.append(f"{season},{day},{winner},{loser}\n")
    return ("Season,DayNum,Team1ID,Team2ID\n" + "".join(told)).encode()


def main(name: str, folder: str) -> None:
    config = json.loads((project_root() / CONFIG).read_text())
    os.environ.update(config["environment_variables"] | config["stages"][name]["environment_variables"])
    stage = load_stage(name)
    os.environ["AWS_DEFAULT_REGION"] = stage.region
    with mock_aws():
        provoke(Functions(stage, Path(folder)))


if __name__ == "__main__":
    main(*sys.argv[1:])
