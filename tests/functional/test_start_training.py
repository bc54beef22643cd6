"""`start_training` against the local SageMaker: what is started, what is skipped and why, what the job gets."""

from __future__ import annotations

import io
import json
import re
import tarfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from botocore.config import Config
from moto import mock_aws

from hoops.errors import MadnessError
from hoops.evaluation import gate
from hoops.games.leagues import League
from hoops.games.moment import day_before
from hoops.schemas import GAMES as PLAYED
from lake.lake import Lake
from lake.ledger import GAMES, all_games
from lake.store import S3Store
from lake.training import read_channel
from lake.training_jobs import CURRENT, KEPT, Launch, Verdict
from madness.local.sagemaker.runner import Settings
from madness.local.sagemaker.server import SageMaker, serve
from operate.stage import Stage
from operate.training.jobs import Trainer, TrainingSettings
from pipeline_app.launch import ATTEMPTS, LaunchFailed, launch
from tests.fakes import Clock
from tests.functional.events import schedule_event
from tests.unit.hoops.fabricated_results import a_league

REGION = "eu-central-1"
STAGE = Stage("dev", REGION, "source", "models", "dashboard", "deployments", "q.fifo", "l.fifo")
VARIABLES = {
    "MADNESS_TRAINING_INSTANCE": "ml.g4dn.xlarge",
    "MADNESS_TRAINING_SPOT": "true",
    "MADNESS_TRAINING_MAX_RUN": "7200",
    "MADNESS_TRAINING_MAX_WAIT": "14400",
    "MADNESS_TRAINING_VOLUME": "30",
    "MADNESS_TRAINING_HYPERPARAMETERS": '{"width": 8, "weight_decay": 0.2}',
}
SETTINGS = TrainingSettings.of("dev", VARIABLES)
SOURCES = "training/code/0a1b.tar.gz"
PROGRAM = """
import json, os, pathlib, sys, time
options = dict(zip(sys.argv[1::2], sys.argv[2::2]))
time.sleep(float(options.get("--seconds", "0")))
if "--exit" in options:
    sys.exit(int(options["--exit"]))
(pathlib.Path(os.environ["SM_MODEL_DIR"]) / "options.json").write_text(json.dumps(options))
"""
TEAMS, SEASON = 300, 2040  # a season that no model which ships was trained on
NOBODY = "000000000000"


class Place:
    """A lake in moto, a local SageMaker and the trainer of a stage there."""

    def __init__(self, folder: Path, session: boto3.Session) -> None:
        self.folder, self._session, self.clock = folder, session, Clock()
        self.s3 = session.client("s3")
        for bucket in STAGE.buckets().values():
            self.s3.create_bucket(Bucket=bucket)
        self.lake = self.new_process()
        self.lake.models.put(SOURCES, packed({"ml_jobs/train.py": PROGRAM}))
        self.lake.models.put(CURRENT, json.dumps({"key": SOURCES, "made": "2040-01-01T00:00:00Z"}).encode())
        self.open()

    def new_process(self) -> Lake:
        return Lake(*(S3Store(self.s3, bucket) for bucket in STAGE.buckets().values()))

    def open(self, **limits: int) -> None:
        """Start SageMaker; limits: instances at a time, by size of ml.g4dn."""
        settings = Settings(REGION, grace=1.0, closing=1.0, parallel=2)
        settings = replace(settings, limits={f"ml.g4dn.{size}": most for size, most in limits.items()})
        self.service = SageMaker(self.folder, {"s3": self.s3, "events": Deaf()}.__getitem__, settings)
        self.server = serve(self.service)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        self.sagemaker = self._session.client(
            "sagemaker", endpoint_url=f"http://127.0.0.1:{self.server.server_port}", region_name=REGION,
            config=Config(retries={"total_max_attempts": 1}),
        )  # fmt: skip
        self.trainer = Trainer(STAGE, SETTINGS, self.sagemaker, lambda: NOBODY)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.service.close()

    def play(self, games: pa.Table, league: League = League.MEN, version: str = "20400101T000000Z") -> None:
        """Enter games into the ledger, by day."""
        days: dict[tuple[int, int], Any] = {}
        for row in games.to_pylist():
            days.setdefault((row["season"], row["day"]), []).append(row)
        tables = {day: pa.Table.from_pylist(rows, schema=PLAYED) for day, rows in days.items()}
        self.lake.ledger.write_days(league, GAMES, version, tables)

    def launch(self, leagues: str = "M", trainer: Trainer | None = None, **detail: Any) -> list[dict[str, Any]]:
        event = schedule_event() | {"detail": {"leagues": list(leagues), **detail}}
        return launch(self.new_process(), trainer or self.trainer, event, self.clock)

    def launched(self, **detail: Any) -> str:
        (answer,) = self.launch(**detail)
        assert answer["started"], answer
        return str(answer["job"])

    def ended(self, job: str) -> dict[str, Any]:
        deadline = time.monotonic() + 60
        while (found := self.sagemaker.describe_training_job(TrainingJobName=job))["TrainingJobStatus"] == "InProgress":
            assert time.monotonic() < deadline, "it never ended"
            time.sleep(0.02)
        return dict(found)

    def options(self, job: str) -> dict[str, str]:
        """The arguments that a job's program was given."""
        body = self.s3.get_object(Bucket="models", Key=f"training/output/{job}/output/model.tar.gz")["Body"].read()
        with tarfile.open(fileobj=io.BytesIO(body)) as tar:
            found: dict[str, str] = json.loads(tar.extractfile("options.json").read())  # type: ignore[union-attr]
        return found

    def jobs(self) -> list[str]:
        found = self.sagemaker.list_training_jobs()["TrainingJobSummaries"]
        return sorted(row["TrainingJobName"] for row in found)


class Deaf:
    """A bus on which nobody listens."""

    def put_events(self, **_: Any) -> dict[str, Any]:
        return {"FailedEntryCount": 0, "Entries": [{}]}


def packed(files: dict[str, str]) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            tar.addfile(entry, io.BytesIO(text.encode()))
    return archive.getvalue()


def of_league(games: pa.Table, league: League) -> pa.Table:
    """The same games between other teams."""
    offset = league.team_ids[0] - League.MEN.team_ids[0]
    for name in ("team1_id", "team2_id"):
        ids = pa.array([one + offset for one in games[name].to_pylist()], games.schema.field(name).type)
        games = games.set_column(games.column_names.index(name), games.schema.field(name), ids)
    return games


@pytest.fixture(scope="module")
def session() -> boto3.Session:
    return boto3.Session("id", "secret", region_name="us-east-1")


@pytest.fixture(scope="module")
def season() -> pa.Table:
    """Enough games in its last 28 days."""
    return a_league(seasons=(SEASON,), teams=TEAMS, boxless=1.0)


@pytest.fixture
def place(tmp_path: Path, session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        found = Place(tmp_path / "jobs", session)
        yield found
        found.close()


@pytest.fixture
def played(place: Place, season: pa.Table) -> Place:
    place.play(season)
    return place


def test_the_schedule_starts_a_job_of_each_league_from_its_own_games(played: Place, season: pa.Table) -> None:
    played.play(of_league(season, League.WOMEN), League.WOMEN)
    answers = launch(played.new_process(), played.trainer, schedule_event(), played.clock)
    assert [(one["league"], one["started"]) for one in answers] == [("M", True), ("W", True)]
    cut = gate.cut(season)
    assert cut is not None
    for answer, league in zip(answers, League, strict=True):
        job, found = answer["job"], played.ended(answer["job"])
        assert found["TrainingJobStatus"] == "Completed", found
        newest = season["day"][-1].as_py()
        assert re.fullmatch(rf"madness-dev-{league.lower()}-{SEASON}d{newest}-[0-9a-f]{{8}}-1", job)
        assert played.options(job) == {
            "--league": league.value,
            "--train-before": f"{SEASON}:{cut.before[1]}",
            "--width": "8",
            "--weight-decay": "0.2",
        }
        record = played.lake.training_jobs.launch(job)
        games = all_games(played.lake.ledger, league)
        assert (record.games, record.gate, record.newest) == (season.num_rows, cut.gate, (SEASON, newest))
        assert (record.before, record.sources, record.by, record.reason) == (
            cut.before,
            SOURCES,
            "schedule",
            "schedule",
        )
        assert channel_of(played, job, league).equals(games)


def channel_of(place: Place, job: str, league: League) -> pa.Table:
    folder = place.folder.parent / f"channel-{job}"
    folder.mkdir()
    for row in place.lake.models.listing(f"training/input/{job}/"):
        stored = place.lake.models.get(row.key)
        assert stored is not None
        (folder / row.key.rpartition("/")[2]).write_bytes(stored.body)
    return read_channel(folder, league)[0]


def test_what_is_asked_of_sagemaker(played: Place) -> None:
    job = played.launched(hyperparameters={"width": "16", "refit": False}, by="somebody", reason="to see")
    found = played.ended(job)
    texts = found["HyperParameters"]
    assert {name: json.loads(text) for name, text in texts.items()} == {
        "sagemaker_program": "ml_jobs/train.py",
        "sagemaker_submit_directory": f"s3://models/{SOURCES}",
        "sagemaker_region": REGION,
        "sagemaker_job_name": job,
        "sagemaker_container_log_level": 20,
        "league": "M",
        "train-before": texts["train-before"].strip('"'),
        "width": "16",
        "weight-decay": 0.2,
        "refit": False,
    }
    assert found["RoleArn"] == f"arn:aws:iam::{NOBODY}:role/madness-dev-training"
    assert found["AlgorithmSpecification"]["TrainingImage"].startswith(f"763104351884.dkr.ecr.{REGION}.amazonaws.com/")
    assert found["EnableManagedSpotTraining"]
    assert found["StoppingCondition"] == {"MaxRuntimeInSeconds": 7200, "MaxWaitTimeInSeconds": 14400}
    assert found["ResourceConfig"] == {"InstanceType": "ml.g4dn.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}
    assert found["CheckpointConfig"]["S3Uri"] == f"s3://models/training/checkpoints/{job}"
    assert found["OutputDataConfig"]["S3OutputPath"] == "s3://models/training/output"
    tags = played.sagemaker.list_tags(ResourceArn=found["TrainingJobArn"])["Tags"]
    assert {one["Key"]: one["Value"] for one in tags} == {"madness:stage": "dev", "madness:league": "M"}
    record = played.lake.training_jobs.launch(job)
    assert (record.by, record.reason) == ("somebody", "to see")


def test_without_spot_no_wait_is_asked_for(played: Place) -> None:
    settings = TrainingSettings.of("dev", VARIABLES | {"MADNESS_TRAINING_SPOT": "false"})
    found = played.ended(played.launched(trainer=replace(played.trainer, settings=settings)))
    assert found["StoppingCondition"] == {"MaxRuntimeInSeconds": 7200}
    assert not found["EnableManagedSpotTraining"]


def test_where_nothing_was_played_nothing_is_started_unless_somebody_asks(played: Place) -> None:
    job = played.launched()
    played.ended(job)
    (answer,) = played.launch()
    reason = f"nothing was played since {job}, whose model nobody has judged yet"
    told = f"{reason}: `madness train --again` trains all the same"
    assert answer == {"league": "M", "job": job, "started": False, "reason": told}
    assert played.launched(again=True) == f"{job[:-1]}2"


def test_one_more_game_is_another_job(played: Place, season: pa.Table) -> None:
    first = played.launched()
    played.ended(first)
    later = pa.Table.from_pylist([season.to_pylist()[-1] | {"day": season["day"][-1].as_py() + 1}], schema=PLAYED)
    played.play(later, version="20400102T000000Z")
    second = played.launched()
    assert first.rsplit("-", 2)[0] != second.rsplit("-", 2)[0]
    assert played.lake.training_jobs.launch(second).games == season.num_rows + 1


def test_while_one_runs_no_other_is_started(played: Place, season: pa.Table) -> None:
    job = played.launched(hyperparameters={"seconds": 60})
    for again in (False, True):
        (answer,) = played.launch(again=again)
        assert answer == {"league": "M", "job": job, "started": False, "reason": f"{job} is running"}
    played.sagemaker.stop_training_job(TrainingJobName=job)
    played.play(of_league(season, League.WOMEN), League.WOMEN)
    (answer,) = played.launch("W")
    assert answer["started"], "the women's does not wait for the men's"


def test_of_two_at_the_same_moment_one_starts_the_job(played: Place) -> None:
    job = played.launched(hyperparameters={"seconds": 60})

    class Earlier(Trainer):
        """Has looked before the other one started the job."""

        def running(self, league: League) -> str | None:
            return None

        def status(self, job: str) -> str | None:
            return None

    (answer,) = played.launch(trainer=Earlier(STAGE, SETTINGS, played.sagemaker, lambda: NOBODY))
    assert (answer["started"], answer["job"]) == (False, job)
    assert answer["reason"] == f"{job} was started by somebody else at the same moment"
    assert played.jobs() == [job]


def test_a_job_that_fails_is_tried_again_with_the_same_games_three_times(played: Place) -> None:
    jobs = []
    for _ in range(ATTEMPTS):
        jobs.append(played.launched(hyperparameters={"exit": 3}))
        assert played.ended(jobs[-1])["TrainingJobStatus"] == "Failed"
    assert [job[-2:] for job in jobs] == ["-1", "-2", "-3"]
    (answer,) = played.launch()
    assert not answer["started"]
    assert answer["reason"].startswith(f"3 attempts with these games have failed, {jobs[-1]} was the last")
    assert played.launched(again=True).endswith("-4")


def test_what_was_judged_is_done_even_where_sagemaker_knows_nothing_of_it(played: Place, tmp_path: Path) -> None:
    job = played.launched()
    played.ended(job)
    played.lake.training_jobs.judge(Verdict(job, League.MEN, KEPT, "m", "worse", "2040-01-01T00:00:00Z"))
    played.close()
    played.folder = tmp_path / "another account"
    played.open()
    (answer,) = played.launch()
    assert answer["reason"] == f"nothing was played since {job}: `madness train --again` trains all the same"


def test_without_games_nothing_is_started(place: Place) -> None:
    assert [one["reason"] for one in place.launch("MW")] == ["there are no games"] * 2


def test_with_too_few_games_to_judge_by_nothing_is_started(place: Place, season: pa.Table) -> None:
    place.play(season.slice(season.num_rows - gate.LEAST + 1))
    (answer,) = place.launch()
    assert not answer["started"]
    assert answer["reason"].startswith("299 games from ")
    assert "300 are needed" in answer["reason"]


def test_games_that_the_model_in_charge_has_learned_from_do_not_count(
    played: Place, season: pa.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    # All but the last day: whoever is in charge was trained until the day before.
    last = (SEASON, season["day"][-1].as_py())
    shipped = played.lake.shipped(League.MEN)
    monkeypatch.setattr("lake.lake.shipped", lambda league: replace(shipped, trained_through=day_before(last)))
    (answer,) = played.launch()
    assert not answer["started"]
    left = season["day"].to_pylist().count(last[1])
    assert answer["reason"].startswith(f"{left} games from day {last[1]} of {SEASON} on")
    assert played.jobs() == []


def test_a_model_that_would_be_a_copy_is_not_trained(
    place: Place, season: pa.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Early in a season the cut stays at its beginning while more is played.
    whole = season.set_column(0, season.field("season"), pa.array([SEASON - 1] * season.num_rows, pa.int16()))
    early = season.filter(pc.less_equal(season["day"], 25))
    place.play(pa.concat_tables([whole, early]))
    job = place.launched()
    place.ended(job)
    place.lake.training_jobs.judge(Verdict(job, League.MEN, KEPT, "m", "worse", "2040-01-01T00:00:00Z"))
    place.play(pa.Table.from_pylist([early.to_pylist()[-1] | {"day": 26}], schema=PLAYED), version="20400102T000000Z")
    (answer,) = place.launch()
    told = f"{job} has learned from the same games, those before day 0 of {SEASON}"
    assert (answer["started"], answer["job"], answer["reason"]) == (False, job, told)
    # Nor where the one in charge knows all that there is to learn from.
    shipped = replace(place.lake.shipped(League.MEN), trained_through=day_before((SEASON, 0)))
    with monkeypatch.context() as patch:
        patch.setattr("lake.lake.shipped", lambda league: shipped)
        (answer,) = place.launch()
    assert answer["reason"] == f"the model in charge has learned from all games before day 0 of {SEASON} already"
    # A game that is corrected is another one to learn from.
    corrected = whole.to_pylist()[-1]
    corrected |= {"team1_score": corrected["team2_score"], "team2_score": corrected["team1_score"]}
    place.play(pa.Table.from_pylist([corrected], schema=PLAYED), version="20400103T000000Z")
    assert place.launched() != job


def test_a_quota_is_named_and_what_was_written_is_started_when_there_is_one(played: Place) -> None:
    played.close()
    played.open(xlarge=0)
    with pytest.raises(LaunchFailed) as failed:
        played.launch(reason="first")
    assert "the quota 'ml.g4dn.xlarge for spot training job usage' in Service Quotas" in str(failed.value)
    (before,) = played.lake.training_jobs.launches(League.MEN)
    played.close()
    played.open()
    assert played.launched(reason="second") == before.job
    assert played.ended(before.job)["TrainingJobStatus"] == "Completed"
    assert played.lake.training_jobs.launches(League.MEN) == [before], "what is on record of a job stays"


def test_a_crash_before_the_job_is_asked_for_is_made_good(played: Place) -> None:
    class Killed(Trainer):
        def create(self, launch: Launch, models: str, given: Any) -> bool:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        played.launch(trainer=Killed(STAGE, SETTINGS, played.sagemaker, lambda: NOBODY))
    (record,) = played.lake.training_jobs.launches(League.MEN)
    played.lake.models.delete([f"{record.channel}games.parquet"])  # and as if it had come no further than here
    assert played.launched() == record.job
    assert played.ended(record.job)["TrainingJobStatus"] == "Completed"


def test_a_league_that_fails_keeps_no_other_from_starting(played: Place, season: pa.Table) -> None:
    played.play(of_league(season, League.WOMEN), League.WOMEN)
    for row in played.lake.models.listing("ledger/league=M/")[:1]:
        played.lake.models.put(row.key, b"")
    with pytest.raises(LaunchFailed, match=r"^league M: .*damaged.*; league W: "):
        played.launch("MW")
    (job,) = played.jobs()
    assert job.startswith("madness-dev-w-")


def test_without_a_program_it_is_said_who_puts_it_there(played: Place) -> None:
    played.lake.models.delete([CURRENT])
    with pytest.raises(LaunchFailed, match=r"training/code/current\.json of models names no program .*madness deploy"):
        played.launch()
    assert played.lake.training_jobs.launches(League.MEN) == []


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ({"leagues": ["X"]}, r"leagues are \['X'\]; allowed is a list of M, W"),
        ({"leagues": "M"}, "leagues are 'M'"),
        ({"leagues": []}, r"leagues are \[\]"),
        ({"hyperparameters": [1]}, r"hyperparameters are \[1\]"),
        ({"hyperparameters": {"league": "W"}}, "hyperparameter 'league'"),
        ({"hyperparameters": {"train_before": "2020:1"}}, "hyperparameter 'train-before'"),
        ({"hyperparameters": {"sagemaker_program": "rm"}}, "hyperparameter 'sagemaker-program'"),
        ({"hyperparameters": {"--width": "8"}}, "hyperparameter '--width'"),
        ({"hyperparameters": {"width": [8]}}, r"hyperparameter 'width' is \[8\]"),
    ],
)
def test_an_event_that_makes_no_sense_starts_nothing(played: Place, detail: dict[str, Any], told: str) -> None:
    with pytest.raises(MadnessError, match=told):
        launch(played.new_process(), played.trainer, schedule_event() | {"detail": detail}, played.clock)
    assert played.jobs() == []


def test_a_region_without_an_image_is_said(played: Place) -> None:
    nowhere = replace(played.trainer, stage=replace(STAGE, region="cn-north-1"))
    with pytest.raises(LaunchFailed, match="MADNESS_TRAINING_IMAGE"):
        played.launch(trainer=nowhere)
