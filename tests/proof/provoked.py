"""Run every handler of the pipeline on moto and record its calls, a file a function: the daily ones and the rare ones.
Then what an operator runs (`ingest`, `status`, `predict`, `train`), in a file of its own.

    python -m tests.proof.provoked STAGE FOLDER        with tests/proof/recording on PYTHONPATH

A process of its own, since settings are read when handlers are imported. What is rare is provoked here: rejected files,
faults of the program, files that are taken after all, seasons that vanish, damaged ledger, lost state, doubled events.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest import mock
from zipfile import ZipFile

import boto3
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from moto import mock_aws
from moto.awslambda_simple.models import lambda_simple_backends
from moto.core import DEFAULT_ACCOUNT_ID

from hoops import contract
from hoops.errors import MadnessError
from hoops.games.leagues import League
from hoops.schemas import GAMES as GAMES_SCHEMA
from hoops.schemas import PUBLISHED, completed
from lake import parquet
from lake.lake import Lake
from lake.ledger import GAMES as ENTERED
from lake.published import table_key
from lake.registry import LOG
from lake.training import channel
from lake.training_jobs import CURRENT, Launch, TrainingRecordError, archive_key
from operate.aws import Clients, open_lake
from operate.models import listing, promote, rollback
from operate.predict import Asked, predict
from operate.sources import LakeSource
from operate.stage import CONFIG, FUNCTIONS, Stage, load_stage, project_root
from operate.status import status
from operate.training.ask import TrainingError, look, start
from operate.upload import Upload, ingest
from pipeline_app import composition, program
from pipeline_app.publish import _references
from sample import generate_small
from tests.archives import model_files, packed, true_report
from tests.functional.events import Context, s3_event, schedule_event, sqs_event
from tests.made_plays import events
from tests.proof.rights import Call
from tests.unit.hoops.fabricated_games import a_table
from tests.unit.hoops.fabricated_results import a_league

SEEDS = "reference/{}NCAATourneySeeds.csv"
COMPACT = "results/{}RegularSeasonCompactResults.csv"
PLAYED = "results/MRegularSeasonCompactResults_20240401.csv"
CORRECTION = "results/MRegularSeasonCompactResults_20240501.csv"
RETRACTIONS = "retractions/{}Retractions.csv"
ROSTERS, TOTALS = "players/{}Rosters.csv", "players/{}PlayerSeasons.csv"
HANDLER = {
    "reference": "refresh_reference",
    "players": "accept_players",
    "fixtures": "accept_fixtures",
    "results": "accept_results",
    "retractions": "accept_retractions",
    "events": "transform_events",
}
EVENTS = "events/MEvents2024{}.csv"
GAMES = 40
TEAMS = ("team1_id", "team2_id")
RECORDING = Path(__file__).parent / "recording"
OPERATOR = "operator"
BAD = b"Season,DayNum\n2024,1\n"


class NotRecorded(Exception):
    """A handler did not do what it is recorded for; the text is what it printed."""


class Functions:
    """The app's handlers on a stage in moto, each recorded in a file of its own."""

    def __init__(self, stage: Stage, config: dict[str, Any], folder: Path) -> None:
        self.stage, self._config, self._folder = stage, config, folder
        self.s3, self.sqs, self.functions = (boto3.client(one) for one in ("s3", "sqs", "lambda"))
        for bucket in stage.buckets().values():
            self.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": stage.region})
        self.s3.put_bucket_versioning(Bucket=stage.source, VersioningConfiguration={"Status": "Enabled"})
        self.queue = self.sqs.create_queue(QueueName=stage.queue, Attributes={"FifoQueue": "true"})["QueueUrl"]
        self.sqs.create_queue(QueueName=stage.dead_letters, Attributes={"FifoQueue": "true"})
        self._map()
        self._app: Any = importlib.import_module("pipeline_app.handlers")

    def call(self, function: str, event: dict[str, Any]) -> None:
        """Invoke a function in a worker that has nothing in memory."""
        for one in (composition.lake, composition.queue, composition.trainer):
            one.cache_clear()
        _references.clear()
        with self.recorded(function), suppress(MadnessError):
            getattr(self._app, function)(event, Context(self._seconds(function)))

    def _seconds(self, function: str) -> int:
        own = self._config["lambda_functions"].get(function, {})
        return own.get("lambda_timeout", self._config["lambda_timeout"])

    def put(self, key: str, body: bytes) -> dict[str, Any]:
        """Upload a file; the event of it."""
        version = self.s3.put_object(Bucket=self.stage.source, Key=key, Body=body)["VersionId"]
        return s3_event(self.stage.source, key, version=version, size=len(body))

    def upload(self, key: str, body: bytes) -> None:
        """Put a file and deliver its event, twice, as S3 may."""
        event = self.put(key, body)
        for _ in range(2):
            self.call(HANDLER[key.split("/")[0]], event)

    def upload_hard(self, key: str, body: bytes) -> None:
        """A file that is bad at first, on which the program fails then, and that the next program takes."""
        function = HANDLER[key.split("/")[0]]
        self.upload(key, BAD)
        event = self.put(key, body)
        with failing_program():
            self.call(function, event)
        self.call(function, event)
        self.lose("receipts/")  # killed before its receipt: all is entered again
        self.call(function, event)

    def lose_events(self, files: dict[str, bytes]) -> None:
        """The same, of which no event tells: the clock finds it."""
        for key in files:
            self.put(key, BAD)
        self.reconcile()
        for key, body in files.items():
            self.put(key, body + b"\n")
        with failing_program():
            self.reconcile()
        self.reconcile()

    def show_plays(self, results: bytes) -> None:
        """Plays of a season, others of it, none any more: by the event of the file, and where none told of it."""
        every, half = events(results, 2024), events(results, 2024, slice(GAMES // 2))
        self.upload_hard(EVENTS.format(""), every)
        self.upload(EVENTS.format(""), half)
        self.lose("ledger/league=M/plays/")
        self.upload(EVENTS.format(""), BAD)
        self.lose_events({EVENTS.format("_20240702"): every})
        self.lose_events({EVENTS.format("_20240703"): half})
        self.lose("ledger/league=M/plays/")
        self.reconcile()

    def drain(self) -> None:
        while messages := self._received():
            self.call("apply_results", sqs_event(messages))
            for message in messages:
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])

    def fail_to_apply(self) -> None:
        """A batch of which one league succeeds and the other fails, and one with a message that is no nudge."""
        self.drain()
        spoilt = self._spoil("ledger/league=W/")
        for league in "MW":
            body = json.dumps({"league": league, "season": 2024, "day": 200, "cause": "again"})
            sent = {"MessageBody": body, "MessageGroupId": league, "MessageDeduplicationId": league}
            self.sqs.send_message(QueueUrl=self.queue, **sent)
        event = sqs_event(self._received())
        self.call("apply_results", event)
        event["Records"][0]["body"] = "no nudge"
        self.call("apply_results", event)
        self._restore(spoilt)

    def reconcile(self) -> None:
        self.call("reconcile", schedule_event())

    def offer(self, temperature: float) -> str:
        """Take another model of the men's into the registry; its id."""
        lake = open_lake(self.stage, boto3.client)  # type: ignore[arg-type]
        shipped = lake.shipped(League.MEN)
        other = replace(shipped, scorer=replace(shipped.scorer, temperature=temperature))
        lake.registry.add(other, {}, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
        return other.id

    def decide_too_late(self) -> None:
        """Put another model in charge from a day on that is folded already, as when both happen at once."""
        lake, now = open_lake(self.stage, boto3.client), datetime.now(UTC)  # type: ignore[arg-type]
        other = self.offer(1.2)
        season, day = promote(lake, other, reason="provoked", by="proof", now=now).effective_from or (0, 0)
        there = self.s3.get_object(Bucket=self.stage.models, Key=LOG)["Body"].read()
        late = json.loads(there)
        late["leagues"]["M"]["decisions"][-1]["effective_from"] = [season, day - 1]
        self.s3.put_object(Bucket=self.stage.models, Key=LOG, Body=json.dumps(late))

    def start_training(self) -> None:
        """Start a job; have nothing to do; start it again, of which moto says nothing: it knows no status but done."""
        lake = open_lake(self.stage, boto3.client)  # type: ignore[arg-type]
        lake.models.put(CURRENT, json.dumps({"key": "training/code/provoked.tar.gz", "made": ""}).encode())
        games = a_league(seasons=(2040,), teams=300, boxless=1.0)  # later than any model has learned from
        days = {(2040, day): games.filter(pc.equal(games["day"], day)) for day in pc.unique(games["day"]).to_pylist()}
        lake.ledger.write_days(League.MEN, ENTERED, "20400101T000000Z", days)
        for detail in ({}, {}, {"again": True}):
            self.call("start_training", schedule_event() | {"detail": detail})

    def judge(self, league: League, better: bool) -> None:
        """A training of a league leaves a model; the event of it comes twice."""
        event = trained(self.stage, open_lake(self.stage, boto3.client), league, better)  # type: ignore[arg-type]
        for _ in range(2):
            self.call("promote_model", event)

    def drift(self) -> None:
        """Let a week look as if its forecasts had drifted, beside the record of a training that did not know it."""
        lake = open_lake(self.stage, boto3.client)  # type: ignore[arg-type]
        manifest, _ = lake.published.manifest(League.MEN)
        key = table_key("drift", League.MEN, manifest.season)
        week = {
            "first_day": 7, "last_day": 13, "games": 200, "issued": 0, "log_loss": 0.8, "promised": 0.5, "noise": 0.03,
            "score": 10.0, "recent": None, "counts": True, "drifted": True,
        }  # fmt: skip
        body = parquet.encode(pa.Table.from_pylist([week], schema=PUBLISHED["drift"].schema), PUBLISHED["drift"].schema)
        self.s3.put_object(Bucket=self.stage.dashboard, Key=key, Body=body)
        early = Launch(
            "madness-early-m-1",
            League.MEN,
            (2020, 0),
            (2020, 9),
            9,
            9,
            "",
            "",
            "proof",
            "provoked",
            "2024-01-01T00:00:00Z",
        )
        lake.training_jobs.add(early, {})

    def watch(self) -> None:
        """Find a week that has drifted, and a model of which no event has told; the hour for that is over."""
        self.drift()
        trained(self.stage, open_lake(self.stage, boto3.client), League.WOMEN, better=False)  # type: ignore[arg-type]
        with mock.patch("pipeline_app.watch.UNTIL", timedelta(hours=-1)):
            self.call("watch_forecasts", schedule_event())

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
    def recorded(self, function: str) -> Iterator[None]:
        before = os.environ.get("RECORD_AWS_CALLS", "")
        os.environ["RECORD_AWS_CALLS"] = str(self._folder / f"{function}.jsonl")
        try:
            yield
        finally:
            os.environ["RECORD_AWS_CALLS"] = before

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
        for other in ("reconcile", "start_training", "promote_model"):
            self.functions.create_function(
                FunctionName=self.stage.function(other), Runtime="python3.12", Role=role, Handler="app.f",
                Code={"ZipFile": code.getvalue()},
            )  # fmt: skip
        twin = self.sqs.create_queue(QueueName="twin.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=twin, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self.functions.create_event_source_mapping(FunctionName=name, EventSourceArn=arn)


@contextmanager
def failing_program() -> Iterator[None]:
    """Another version of the program, which fails on every file."""
    program.program.cache_clear()
    with (
        mock.patch.object(program, "fingerprint", lambda: {"version": "provoked"}),
        mock.patch("pipeline_app.accept.contract.read", side_effect=KeyError("provoked")),
        mock.patch("pipeline_app.accept_plays.PlayByPlay", side_effect=KeyError("provoked")),
    ):
        yield
    program.program.cache_clear()


def provoke(functions: Functions) -> None:
    league = generate_small().files
    files = {f"{contract.folder_of(name)}/{name}": body for name, body in league.items()}
    men, women = (games_of(files[COMPACT.format(one)]) for one in "MW")
    hard = {
        "reference/MTeams.csv": files["reference/MTeams.csv"],
        ROSTERS.format("M"): roster(men),
        "fixtures/MFixtures.csv": files["fixtures/MFixtures.csv"],
        COMPACT.format("M"): men,
        RETRACTIONS.format("M"): retraction(men.splitlines()[-1:]),
    }
    for key, body in hard.items():
        functions.upload_hard(key, body)
    functions.upload(ROSTERS.format("W"), roster(women))
    for one, games in (("M", men), ("W", women)):
        functions.upload(TOTALS.format(one), totals(games))
        # The season before has a bracket, the newest one a projected field.
        functions.upload(SEEDS.format(one), files[SEEDS.format(one)])
    functions.upload(COMPACT.format("W"), women)
    functions.call("accept_results", s3_event(functions.stage.source, "results/gone.csv"))
    functions.fail_to_apply()
    functions.upload(PLAYED, played(files["fixtures/MFixtures.csv"]))
    functions.upload(CORRECTION, men.replace(b",N,0", b",N,1").replace(b",H,0", b",H,1"))
    functions.drain()
    functions.show_plays(men)
    functions.upload(RETRACTIONS.format("W"), retraction(women.splitlines()[1:]))
    functions.drain()
    functions.lose_events(hard)
    functions.lose("manifest/")
    functions.hold()
    functions.reconcile()
    functions.drain()
    functions.lose("state/")
    functions.reconcile()
    functions.drain()
    functions.upload(COMPACT.format("W"), women)
    functions.drain()
    functions.decide_too_late()
    functions.upload(PLAYED.replace("0401", "0601"), men)
    functions.drain()
    functions.lose("manifest/")
    functions.reconcile()
    functions.upload(RETRACTIONS.format("W"), retraction(women.splitlines()[1:]))
    not_published(functions)
    functions.offer(1.4)  # a candidate of which the clock has to tell readers
    functions.reconcile()
    functions.watch()
    functions.upload(PLAYED.replace("0401", "0602"), men.replace(b",N,0", b",N,1"))
    not_published(functions)
    functions.lose("manifest/")
    functions.judge(League.MEN, better=False)
    last = played(files["fixtures/MFixtures.csv"])
    functions.upload(RETRACTIONS.format("M"), retraction([*men.splitlines()[1:], *last.splitlines()[1:]]))
    not_published(functions)
    functions.judge(League.MEN, better=True)
    functions.upload(COMPACT.format("M"), men + b"\n")
    functions.drain()
    functions.start_training()


def trained(stage: Stage, lake: Lake, league: League, better: bool) -> dict[str, Any]:
    """What a training job of invented games leaves, of a model that is better or worse than the one that ships; the
    event of it."""
    games, before = a_table(np.random.default_rng(3), [2023, 2024], teams=70, days=10), (2024, 0)
    ids = {name: pa.array(games[name].to_numpy() + league.team_ids[0] - 1000, pa.int32()) for name in TEAMS}
    games = completed(pa.table(dict(zip(games.column_names, games.columns, strict=True)) | ids), GAMES_SCHEMA)
    shipped = lake.shipped(league)
    scorer = replace(shipped.scorer, temperature=1.0 if better else 9.0)
    model = replace(shipped, scorer=scorer, trained_through=(2023, 200))
    job = f"{stage.stack}-{league.value.lower()}-{'better' if better else 'worse'}"
    launch = Launch(job, league, before, (2024, 41), games.num_rows, 353, "digest", "code", "proof", "provoked", "now")
    lake.training_jobs.add(launch, channel(games, {}))
    body = packed(model_files(model, true_report(model, games, before)))
    lake.models.put(archive_key(job), body)
    return s3_event(stage.models, archive_key(job), size=len(body))


def not_published(functions: Functions) -> None:
    """Apply what waits, and die before it is published."""
    with mock.patch("pipeline_app.apply.publish", side_effect=MadnessError("provoked: killed before it published")):
        functions.drain()


def operate(functions: Functions) -> None:
    """What an operator's commands do, while the pipeline does its part whenever they sleep."""
    stage, league = functions.stage, generate_small().files
    clients: Clients = boto3.client  # type: ignore[assignment]
    women = games_of(league["WRegularSeasonDetailedResults.csv"])
    uploads = [
        Upload("reference/WTeams.csv", league["WTeams.csv"]),
        Upload(ROSTERS.format("W").replace(".csv", "_20240702.csv"), roster(women)),
        Upload("fixtures/WFixtures.csv", league["WFixtures.csv"]),
        Upload("retractions/WRetractions_20240702.csv", retraction(women.splitlines()[1:2])),
        Upload("results/WRegularSeasonDetailedResults_20240701.csv", women),
        Upload("results/MRegularSeasonDetailedResults_20240701.csv", BAD),
        Upload("events/WEvents2024.csv", events(women, 2024, slice(5))),
    ]
    with functions.recorded(OPERATOR):
        for _ in range(2):
            ingest(uploads, stage, open_lake(stage, clients), clients, sleep=lambda _: functions.reconcile())
    functions.drain()
    with functions.recorded(OPERATOR):
        status(stage, clients)
        teams = league["MTeams.csv"].decode().splitlines()[1:3]
        asked = Asked(*(row.split(",")[0] for row in teams))
        predict(asked, LakeSource(open_lake(stage, clients), League.MEN))
        train(stage, clients)
    lake = open_lake(stage, clients)
    ships = lake.shipped(League.MEN)
    other = replace(ships, scorer=replace(ships.scorer, temperature=1.1))
    lake.registry.add(other, {}, "2026-01-01T00:00:00Z")
    with functions.recorded(OPERATOR):
        promote(open_lake(stage, clients), other.id, reason="provoked", by="proof", now=datetime.now(UTC))
        rollback(open_lake(stage, clients), League.MEN, None, reason="provoked", by="proof", now=datetime.now(UTC))
        listing(open_lake(stage, clients), League)


def train(stage: Stage, clients: Clients) -> None:
    """Start trainings and follow one. moto runs no function: it answers what is put into its queue."""
    records, job = open_lake(stage, clients).training_jobs, f"{stage.stack}-m-none"
    lambda_simple_backends[DEFAULT_ACCOUNT_ID][stage.region].lambda_simple_results_queue.append("[]")
    start(clients("lambda"), stage, leagues=League, by="provoked", reason="provoked")
    with suppress(TrainingError):
        look(job, clients("sagemaker"), records)
    with suppress(TrainingRecordError):
        records.launch(job)
    records.verdict(job)


def games_of(body: bytes) -> bytes:
    header, *rows = body.splitlines()
    before, season = ([row for row in rows if row.startswith(year)] for year in (b"2023", b"2024"))
    return b"\n".join([header, before[-1], *season[:GAMES]])


def played(fixtures: bytes) -> bytes:
    """The first game to come, with its result."""
    season, day, team, other, *_ = fixtures.decode().splitlines()[1].split(",")
    return f"Season,DayNum,WTeamID,WScore,LTeamID,LScore,WLoc,NumOT\n{season},{day},{team},80,{other},70,N,0\n".encode()


def roster(results: bytes) -> bytes:
    """Of the first winner of results, in that season and the next."""
    season, _, team, *_ = results.splitlines()[1].decode().split(",")
    return f"Season,TeamID,PlayerID\n{season},{team},1\n{int(season) + 1},{team},1\n".encode()


def totals(results: bytes) -> bytes:
    """What the first winner's player did in that season."""
    season, _, team, *_ = results.splitlines()[1].decode().split(",")
    return f"Season,TeamID,PlayerID,PlayerName,Games,Minutes\n{season},{team},1,Al Ash,1,40\n".encode()


def retraction(rows: list[bytes]) -> bytes:
    told = []
    for row in rows:
        season, day, winner, _, loser, *_ = row.decode().split(",")
        told.append(f"{season},{day},{winner},{loser}\n")
    return ("Season,DayNum,Team1ID,Team2ID\n" + "".join(told)).encode()


def recorded(stage: Stage, folder: Path) -> dict[str, list[Call]]:
    """Run all of it in a process of its own; the calls of every function, and of the operator.

    Raises
    ------
    NotRecorded
        It did not come to its end.
    """
    env = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MADNESS_"))}
    env |= {"PYTHONPATH": str(RECORDING), "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    command = [sys.executable, "-m", "tests.proof.provoked", stage.name, str(folder)]
    done = subprocess.run(
        command, cwd=project_root(), env=env, capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode != 0:
        raise NotRecorded(done.stderr[-5000:])
    return {one: Call.read(folder / f"{one}.jsonl") for one in (*FUNCTIONS, OPERATOR)}


def main(name: str, folder: str) -> None:
    config = json.loads((project_root() / CONFIG).read_text())
    os.environ.update(config["environment_variables"] | config["stages"][name]["environment_variables"])
    stage = load_stage(name)
    os.environ["AWS_DEFAULT_REGION"] = stage.region
    with mock_aws(config={"lambda": {"use_docker": False}}):
        functions = Functions(stage, config, Path(folder))
        provoke(functions)
        operate(functions)


if __name__ == "__main__":
    main(*sys.argv[1:])
