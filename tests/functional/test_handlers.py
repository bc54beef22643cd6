"""The Chalice app's own handlers on moto's S3 and SQS, called with events as AWS sends them."""

from __future__ import annotations

import gzip
import importlib
import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from threading import Event
from typing import Any
from zipfile import ZipFile

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws
from moto.sqs.models import sqs_backends

from hoops.errors import MadnessError, Retryable
from hoops.games.leagues import League
from lake.content import rows_named
from lake.receipts import ACCEPTED, REJECTED
from lake.training_jobs import Launch, archive_key
from operate.stage import Stage
from pipeline_app import composition
from pipeline_app.apply import ApplyFailed
from pipeline_app.judge import Refused
from pipeline_app.nudges import Delivery, Nudge, SqsQueue
from pipeline_app.reconcile import ReconcileFailed
from tests.functional.events import Context, s3_event, schedule_event, sqs_event
from tests.made_plays import events

ENVIRONMENT = {
    "AWS_LAMBDA_FUNCTION_NAME": "any",
    "MADNESS_STAGE": "test",
    "MADNESS_REGION": "eu-central-1",
    "MADNESS_DEPLOYMENTS_BUCKET": "deployments",
    "MADNESS_SOURCE_BUCKET": "source",
    "MADNESS_MODELS_BUCKET": "models",
    "MADNESS_DASHBOARD_BUCKET": "dashboard",
    "MADNESS_QUEUE": "results.fifo",
    "MADNESS_DLQ": "results-dlq.fifo",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "MADNESS_TRAINING_SCHEDULE": "cron(0 10 ? * TUE *)",
    "MADNESS_WATCH_SCHEDULE": "cron(0 9 * * ? *)",
    "MADNESS_TRAINING_INSTANCE": "ml.g4dn.xlarge",
    "MADNESS_TRAINING_SPOT": "true",
    "MADNESS_TRAINING_MAX_RUN": "7200",
    "MADNESS_TRAINING_MAX_WAIT": "14400",
    "MADNESS_TRAINING_VOLUME": "30",
}
LAST_WORDS = 5
COMPACT = "results/MRegularSeasonCompactResults.csv"


class Deployed:
    """The app with its buckets and its queue, and the deliveries that AWS would make."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.s3 = boto3.client("s3")
        self.sqs = boto3.client("sqs")
        for bucket in ("source", "models", "dashboard"):
            self.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        self.s3.put_bucket_versioning(Bucket="source", VersioningConfiguration={"Status": "Enabled"})
        self.queue = self.sqs.create_queue(QueueName="results.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        self.functions = boto3.client("lambda")
        self.mapping = self._map()

    def _map(self) -> str:
        """A function by the name of the app's, mapped to a twin of the queue: moto would run it on every message."""
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        role = boto3.client("iam").create_role(RoleName="apply", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        name = composition.stage().function("apply_results")
        code = BytesIO()
        with ZipFile(code, "w") as archive:
            archive.writestr("app.py", "")
        self.functions.create_function(
            FunctionName=name, Runtime="python3.12", Role=role, Handler="app.f", Code={"ZipFile": code.getvalue()}
        )
        twin = self.sqs.create_queue(QueueName="twin.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=twin, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        return self.functions.create_event_source_mapping(FunctionName=name, EventSourceArn=arn)["UUID"]

    def upload(self, key: str, body: bytes, handler: str) -> None:
        put = self.s3.put_object(Bucket="source", Key=key, Body=body)
        event = s3_event("source", key, etag=put["ETag"], version=put["VersionId"])
        getattr(self.app, handler)(event, None)

    def drain(self) -> None:
        while messages := self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            self.app.apply_results(sqs_event(messages), Context())
            for message in messages:
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])

    def receipt_outcomes(self, key: str) -> list[str]:
        rows = self.s3.list_objects_v2(Bucket="models", Prefix=f"receipts/{key}/").get("Contents", [])
        bodies = [self.s3.get_object(Bucket="models", Key=row["Key"])["Body"].read() for row in rows]
        return [json.loads(body)["outcome"] for body in bodies]


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        for cached in (composition.stage, composition.lake, composition.queue, composition.trainer):
            cached.cache_clear()
        handlers = importlib.reload(importlib.import_module("pipeline_app.handlers"))
        yield Deployed(handlers)
        for cached in (composition.stage, composition.lake, composition.queue, composition.trainer):
            cached.cache_clear()


def one_season(body: bytes) -> bytes:
    header, *rows = body.splitlines()
    return b"\n".join([header, *(row for row in rows if row.startswith(b"2024"))])


def test_an_upload_becomes_published_tables(deployed: Deployed, files: dict[str, bytes]) -> None:
    deployed.upload("reference/MTeams.csv", files["reference/MTeams.csv"], "refresh_reference")
    deployed.upload("fixtures/MFixtures.csv", files["fixtures/MFixtures.csv"], "accept_fixtures")
    deployed.upload(COMPACT, one_season(files[COMPACT]), "accept_results")
    deployed.drain()
    lake = composition.lake()
    manifest, _ = lake.published.manifest(League.MEN)
    assert (manifest.season, manifest.day) == (2024, 100)
    assert lake.published.read("forecasts/league=M/season=2024/part.parquet").num_rows > 100
    assert lake.published.read("upcoming/league=M/season=2024/part.parquet").num_rows > 50
    assert deployed.receipt_outcomes(COMPACT) == [ACCEPTED]


def test_a_retraction_is_taken(deployed: Deployed, files: dict[str, bytes]) -> None:
    season = one_season(files[COMPACT])
    deployed.upload(COMPACT, season, "accept_results")
    deployed.drain()
    before = composition.lake().published.read("results/league=M/season=2024/part.parquet").num_rows
    year, day, winner, _, loser, *_ = season.splitlines()[-1].decode().split(",")
    body = f"Season,DayNum,Team1ID,Team2ID\n{year},{day},{winner},{loser}\n".encode()
    deployed.upload("retractions/MRetractions.csv", body, "accept_retractions")
    deployed.drain()
    assert composition.lake().published.read("results/league=M/season=2024/part.parquet").num_rows == before - 1


def test_play_by_play_is_taken_and_shown(deployed: Deployed, files: dict[str, bytes]) -> None:
    deployed.upload(COMPACT, files[COMPACT], "accept_results")
    deployed.drain()
    key, body = "events/MEvents2024.csv.gz", gzip.compress(events(files[COMPACT], 2024, slice(8)))
    put = deployed.s3.put_object(Bucket="source", Key=key, Body=body)
    event = s3_event("source", key, etag=put["ETag"], version=put["VersionId"])
    deployed.app.transform_events(event, Context(30))
    assert deployed.receipt_outcomes(key) == [ACCEPTED]
    assert "play_games" not in _tables(deployed), "no season is begun that may not come to its end"
    deployed.app.transform_events(event, Context(900))
    assert "play_games" in _tables(deployed)
    assert composition.lake().published.read("play_games/league=M/season=2024/part.parquet").num_rows == 8


def _tables(deployed: Deployed) -> set[str]:
    return {row["Key"].split("/")[0] for row in deployed.s3.list_objects_v2(Bucket="dashboard").get("Contents", [])}


@pytest.mark.parametrize("key", ["results/Mörk resultat+(1).csv", "results/MRegularSeasonCompactResults_20249999.csv"])
def test_a_name_outside_the_contract_is_rejected_and_the_object_stays(deployed: Deployed, key: str) -> None:
    deployed.upload(key, b"whatever", "accept_results")
    assert deployed.receipt_outcomes(key) == [REJECTED]
    assert deployed.s3.get_object(Bucket="source", Key=key)["Body"].read() == b"whatever"
    report = json.loads(deployed.s3.get_object(Bucket="source", Key=f"rejected/{key}.json")["Body"].read())
    assert report["count"] == 1 and report["problems"][0]["allowed"]


def test_an_event_of_an_object_that_is_gone_is_no_error(deployed: Deployed) -> None:
    deployed.app.accept_results(s3_event("source", COMPACT), None)


def test_the_schedule_finds_what_events_and_messages_lost(deployed: Deployed, files: dict[str, bytes]) -> None:
    deployed.s3.put_object(Bucket="source", Key=COMPACT, Body=one_season(files[COMPACT]))
    deployed.app.reconcile(schedule_event(), Context(900))
    assert deployed.receipt_outcomes(COMPACT) == [ACCEPTED]
    deployed.drain()
    assert composition.lake().published.manifest(League.MEN)[0].day == 100


def test_the_schedule_fails_loudly_while_the_mapping_is_off(deployed: Deployed) -> None:
    deployed.functions.update_event_source_mapping(UUID=deployed.mapping, Enabled=False)
    with pytest.raises(ReconcileFailed, match=r"madness-test-apply_results is Disabled.*update-event-source-mapping"):
        deployed.app.reconcile(schedule_event(), Context(900))
    deployed.functions.delete_event_source_mapping(UUID=deployed.mapping)
    with pytest.raises(ReconcileFailed, match=r"madness-test-apply_results is Missing.*madness deploy"):
        deployed.app.reconcile(schedule_event(), Context(900))


def test_a_failed_batch_comes_back_within_a_minute(deployed: Deployed, files: dict[str, bytes]) -> None:
    deployed.upload(COMPACT, one_season(files[COMPACT]), "accept_results")
    taken = deployed.sqs.receive_message(QueueUrl=deployed.queue, MaxNumberOfMessages=10, VisibilityTimeout=720)
    lost = deployed.s3.list_objects_v2(Bucket="models", Prefix="ledger/")["Contents"][0]["Key"]
    deployed.s3.put_object(Bucket="models", Key=lost, Body=b"broken")
    with pytest.raises(ApplyFailed):
        deployed.app.apply_results(sqs_event(taken["Messages"]), Context())
    backend = sqs_backends["123456789012"]["eu-central-1"].queues["results.fifo"]
    hidden = [(message.visible_at / 1000 - time.time()) for message in backend._messages if message.visible_at]
    assert sum(0 < seconds <= 30 for seconds in hidden) == len(taken["Messages"])


class Redriven:
    """A queue whose messages go to the dead letters after five receives, and what AWS does with batches of it."""

    def __init__(self, deployed: Deployed) -> None:
        self.deployed, self.sqs = deployed, deployed.sqs
        dead = {"QueueName": "results-dlq.fifo", "Attributes": {"FifoQueue": "true"}}
        self.dead = self.sqs.create_queue(**dead)["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=self.dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5})
        self.sqs.set_queue_attributes(QueueUrl=deployed.queue, Attributes={"RedrivePolicy": policy})

    def send(self, body: str, group: str) -> None:
        self.sqs.send_message(
            QueueUrl=self.deployed.queue, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=body
        )

    def invoke(self, most: int = 10, seconds: float = 120) -> list[str] | None:
        """Deliver one batch, as Lambda does; give the bodies of what is left of it. None if there was none."""
        taken = self.sqs.receive_message(
            QueueUrl=self.deployed.queue, MaxNumberOfMessages=most, VisibilityTimeout=720, AttributeNames=["All"]
        ).get("Messages")
        if not taken:
            return None
        try:
            self.deployed.app.apply_results(sqs_event(taken), Context(seconds))
        except ApplyFailed:
            return [message.body for message in self.messages()]
        finally:
            timers = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
            assert all(timer.finished.is_set() for timer in timers), "what is over gives nothing back any more"
        for message in taken:
            self.sqs.delete_message(QueueUrl=self.deployed.queue, ReceiptHandle=message["ReceiptHandle"])
        return []

    def messages(self) -> list[Any]:
        return list(sqs_backends["123456789012"]["eu-central-1"].queues["results.fifo"]._messages)

    def wait(self) -> None:
        """Let the time pass until every hidden message is to be had again."""
        for message in self.messages():
            message.visible_at = 0

    def dead_letters(self) -> list[str]:
        return [
            message.body
            for message in sqs_backends["123456789012"]["eu-central-1"].queues["results-dlq.fifo"]._messages
        ]


def nudge_of(league: str, day: int) -> str:
    return json.dumps({"league": league, "season": 2024, "day": day, "cause": f"{day}"})


@pytest.fixture
def poisoned(deployed: Deployed, files: dict[str, bytes]) -> Redriven:
    """A queue, and a women's ledger that cannot be read."""
    for league in ("M", "W"):
        deployed.upload(COMPACT.replace("/M", f"/{league}"), one_season(files[COMPACT.replace("/M", f"/{league}")]),
                        "accept_results")  # fmt: skip
    deployed.sqs.purge_queue(QueueUrl=deployed.queue)
    for row in deployed.s3.list_objects_v2(Bucket="models", Prefix="ledger/league=W/")["Contents"]:
        deployed.s3.put_object(Bucket="models", Key=row["Key"], Body=b"")
    return Redriven(deployed)


def test_a_league_that_fails_spends_no_receive_of_the_other(poisoned: Redriven) -> None:
    for day in (40, 60, 80):
        poisoned.send(nudge_of("W", day), "W")
        poisoned.send(nudge_of("M", day), "M")
    left = poisoned.invoke()
    assert left == [nudge_of("W", day) for day in (40, 60, 80)], "the men's are done and deleted"
    hidden = [message.visible_at / 1000 - time.time() for message in poisoned.messages()]
    assert all(0 < seconds <= 30 for seconds in hidden)
    manifest, _ = composition.lake().published.manifest(League.MEN)
    assert manifest.season == 2024 and manifest.day is not None and 60 < manifest.day <= 80
    for later in range(81, 88):
        poisoned.wait()
        poisoned.send(nudge_of("M", later), "M")
        poisoned.invoke()
    assert {json.loads(body)["league"] for body in poisoned.dead_letters()} == {"W"}
    assert not [message for message in poisoned.messages() if json.loads(message.body)["league"] == "M"]


def test_a_message_that_nobody_can_read_spends_no_receive_of_its_group(poisoned: Redriven) -> None:
    for place in range(7):
        poisoned.send(nudge_of("M", 40 + place), "M")
        if place == 0:
            poisoned.send("not a nudge", "M")
        left = poisoned.invoke()
        # It is to be had again at once: what comes after it in its group must not wait for it.
        assert left in ([], ["not a nudge"])
        assert all(message.visible_at / 1000 <= time.time() for message in poisoned.messages())
    assert poisoned.dead_letters() == ["not a nudge"]
    assert poisoned.messages() == []
    manifest, _ = composition.lake().published.manifest(League.MEN)
    assert manifest.day is not None and manifest.day >= 40


def test_a_league_is_settled_before_the_next_one_begins(poisoned: Redriven, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that it is done even if the time runs out on the other."""
    poisoned.send(nudge_of("M", 40), "M")
    poisoned.send(nudge_of("W", 40), "W")

    def out_of_time(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(
        "lake.ledger.rows_named", lambda content, body: out_of_time() if not body else rows_named(content, body)
    )
    with pytest.raises(KeyboardInterrupt):
        poisoned.invoke()
    assert [message.body for message in poisoned.messages()] == [nudge_of("W", 40)]


def test_messages_come_back_soon_from_an_invocation_that_is_about_to_be_cut_off(
    poisoned: Redriven, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3 hangs, as far as the function can tell. Lambda would stop it without a word."""
    poisoned.send(nudge_of("W", 40), "W")
    given_back = Event()
    change = composition.queue()._sqs.change_message_visibility_batch

    def change_and_tell(**arguments: Any) -> Any:
        answer = change(**arguments)
        given_back.set()
        return answer

    def hang(*_: Any) -> None:
        assert given_back.wait(60)
        (message,) = poisoned.messages()
        assert LAST_WORDS < message.visible_at / 1000 - time.time() <= 30, "not before it is cut off, and soon after"
        raise KeyboardInterrupt

    monkeypatch.setattr(composition.queue()._sqs, "change_message_visibility_batch", change_and_tell)
    monkeypatch.setattr("lake.ledger.rows_named", hang)
    with pytest.raises(KeyboardInterrupt):
        poisoned.invoke(seconds=LAST_WORDS)


def test_what_the_queue_leaves_undone_is_told(deployed: Deployed) -> None:
    client = boto3.client("sqs")
    queue = SqsQueue(client, "results.fifo", deployed.functions, "apply")
    refused = {"Successful": [], "Failed": [{"Id": "0", "Code": "ServiceUnavailable", "SenderFault": False}]}
    one = [Delivery("handle", 1)]
    with Stubber(client) as stubber:
        for operation, work, told in (
            ("send_message_batch", lambda: queue.send([Nudge(League.MEN, 2024, 1, "x")]), "refused 1 of 1"),
            ("delete_message_batch", lambda: queue.delete(one), "kept 1 of 1"),
            ("change_message_visibility_batch", lambda: queue.release(one), "hides 1 of 1"),
            ("change_message_visibility_batch", lambda: queue.release([], unreadable=one), "hides 1 of 1"),
        ):
            if queue._url is None:
                stubber.add_response("get_queue_url", {"QueueUrl": "url"})
            stubber.add_response(operation, refused)
            with pytest.raises(Retryable, match=rf"results\.fifo {told}.*"):
                work()
        stubber.assert_no_pending_responses()


def test_messages_that_cannot_be_deleted_do_not_keep_the_failed_ones_from_coming_back(
    poisoned: Redriven, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned.send(nudge_of("M", 40), "M")
    poisoned.send(nudge_of("W", 40), "W")
    refused = {"Failed": [{"Id": "0", "Code": "InternalError", "SenderFault": False}]}
    monkeypatch.setattr(composition.queue()._sqs, "delete_message_batch", lambda **_: refused)
    left = poisoned.invoke()
    assert left is not None and sorted(left) == [nudge_of("M", 40), nudge_of("W", 40)]
    assert all(0 < message.visible_at / 1000 - time.time() <= 30 for message in poisoned.messages())


def test_a_missing_setting_says_what_to_write_where() -> None:
    with pytest.raises(MadnessError, match=r"MADNESS_QUEUE.*environment_variables.*\.chalice/config\.json"):
        Stage.from_environment({k: v for k, v in ENVIRONMENT.items() if k != "MADNESS_QUEUE"})


def test_the_schedule_of_training_says_of_each_league_why_nothing_is_started(deployed: Deployed) -> None:
    answers = deployed.app.start_training(schedule_event(), Context())
    assert json.loads(json.dumps(answers)) == [
        {"league": league, "job": None, "started": False, "reason": "there are no games"} for league in "MW"
    ]


def test_the_watch_finds_a_model_whose_event_was_lost(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(composition, "_invoke", lambda function, event: sent.append((function, event)))
    monkeypatch.setattr("pipeline_app.watch.UNTIL", timedelta(hours=-1))  # archives count from their arrival on
    records = composition.lake().training_jobs
    records.add(Launch("lost", League.MEN, (2024, 0), (2024, 9), 9, 9, "", "", "test", "", "2024-01-01T00:00:00Z"), {})
    deployed.s3.put_object(Bucket="models", Key=archive_key("lost"), Body=b"no archive")
    deployed.app.watch_forecasts(schedule_event(), Context())
    ((function, event),) = sent
    assert function == "promote_model"
    with pytest.raises(Refused, match="the model of lost is refused"):
        deployed.app.promote_model(json.loads(json.dumps(event)), Context())
    assert records.verdict("lost")
    deployed.app.watch_forecasts(schedule_event(), Context())
    assert len(sent) == 1
