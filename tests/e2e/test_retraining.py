"""A season of retraining on real games, through the deployed functions.

The schedule's event trains, a better model takes over on the next day, a worse one does not, a rollback takes effect a
day later, and a failure is told.
"""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hoops.forecast.model import shipped
from hoops.games.leagues import League
from lake.training_jobs import KEPT, PROMOTED, Launch, Verdict, archive_key
from madness.console import Silent
from madness.local import ministack
from madness.local.home import Home
from madness.local.sagemaker.jobs import Jobs
from madness.local.up import Wishes, up
from operate.models import promote
from operate.stage import load_stage
from operate.upload import Upload
from tests.e2e.conftest import Running, stop_all
from tests.functional.events import schedule_event

DATA = Path(__file__).parents[2] / "../shared/data/kaggle"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real seasons are not beside this checkout")
pytest.importorskip("torch", reason="training needs torch")

MEN = League.MEN
FIRST, SEASON, LAST = 2022, 2024, 112  # games of these seasons, of the last one to this day
FORECASTS = f"forecasts/league=M/season={SEASON}/part.parquet"
RESULTS = "MRegularSeasonDetailedResults"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A stack with two whole seasons and most of a third: as many as `up` takes."""
    folder = tmp_path_factory.mktemp("seasons")
    (folder / "MTeams.csv").write_bytes((DATA / "MTeams.csv").read_bytes())
    (folder / f"{RESULTS}.csv").write_bytes(_games(lambda season, day: (season, day) <= (SEASON, LAST)))
    home = Home(tmp_path_factory.mktemp("retraining") / "home")
    try:
        up(home, Wishes(data=folder, leagues=(MEN,)), Silent())
        endpoint = ministack.running(home)
        assert endpoint is not None
        yield Running(home, load_stage("local"), endpoint)
    finally:
        stop_all(home)


def test_a_model_that_replaces_itself(running: Running, madness: Callable[..., Any], tmp_path: Path) -> None:
    lake = running.lake
    weak = _weaker()
    lake.registry.add(weak, {}, "2026-01-01T00:00:00Z")
    promote(lake, weak.id, reason="deliberately weaker", by="a test", now=datetime.now(UTC))
    _play(running, LAST + 1)
    known = _models(running)
    assert known.pop(LAST + 1) == weak.id and set(known.values()) == {shipped(MEN).id}

    # What EventBridge sends trains; the program is killed on the way and goes on from its checkpoint.
    (started,) = _launch(running)
    assert started["started"], started
    launch = lake.training_jobs.launch(started["job"])
    _kill_once_it_has_a_checkpoint(running, launch.job)
    verdict = _verdict(running, launch.job)
    assert verdict.outcome == PROMOTED, verdict
    assert "Restarting" in _passed(running, launch.job)
    assert _archived(running, launch.job, "scorer.npz") == _trained_here(running, launch, tmp_path)
    (again,) = _launch(running)
    assert not again["started"] and "nothing was played since" in again["reason"]

    # From the next day on it forecasts, and nothing before is changed.
    _play(running, LAST + 2)
    known = _models(running)
    assert known[LAST + 2] == verdict.model and known[LAST + 1] == weak.id and known[LAST] == shipped(MEN).id

    # One that may not learn much is worse than the one in charge.
    (started,) = _launch(running, {"hyperparameters": {"width": 0, "ridge": 1e9}})
    kept = _verdict(running, started["job"])
    assert kept.outcome == KEPT and kept.model != verdict.model, kept
    _play(running, LAST + 3)
    assert _models(running)[LAST + 3] == verdict.model

    back = madness("models", "rollback", "--league", "M", "--reason", "to see", "--home", running.home.root)
    assert back.returncode == 0 and weak.id in back.stdout, back.stderr
    _play(running, LAST + 4)
    known = _models(running)
    assert known[LAST + 4] == weak.id and known[LAST + 3] == verdict.model
    listed = madness("models", "--home", running.home.root).stdout
    assert verdict.model in listed and kept.model in listed and "to see" in listed

    # A job that fails is told to whoever listens to the alarms, and changes nothing.
    heard = _listener(running)
    (started,) = _launch(running, {"hyperparameters": {"first_season": 2030}, "again": True})
    told = _heard(running, heard, started["job"])
    assert "Failed" in told and "2030" in told
    assert lake.training_jobs.verdict(started["job"]) is None
    _play(running, LAST + 5)
    assert _models(running)[LAST + 5] == weak.id


def _weaker() -> Any:
    model = shipped(MEN)
    return replace(model, scorer=replace(model.scorer, temperature=1.5))


def _games(wanted: Callable[[int, int], bool]) -> bytes:
    """Rows of Kaggle's file."""
    text = io.StringIO()
    with (DATA / f"{RESULTS}.csv").open(newline="") as file:
        rows = csv.reader(file)
        out = csv.writer(text)
        out.writerow(next(rows))
        out.writerows(row for row in rows if int(row[0]) >= FIRST and wanted(int(row[0]), int(row[1])))
    return text.getvalue().encode()


def _play(running: Running, day: int) -> None:
    """Upload a day's results, and wait until they are shown."""
    body = _games(lambda season, of: (season, of) == (SEASON, day))
    running.ingest(Upload(f"results/{RESULTS}_202403{day - 100:02d}.csv", body))
    _until(lambda: max(_models(running)) >= day)


def _models(running: Running) -> dict[int, str]:
    """Which model forecast which day of the season."""
    rows = running.lake.published.read(FORECASTS)
    found: dict[int, set[str]] = {}
    for day, model in zip(rows["day"].to_pylist(), rows["model_id"].to_pylist(), strict=True):
        found.setdefault(day, set()).add(model)
    assert all(len(models) == 1 for models in found.values())
    return {day: model for day, (model,) in found.items()}


def _launch(running: Running, detail: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Invoke the function with the schedule's event; what it says of the men."""
    event = {**schedule_event(), "detail": {"leagues": ["M"], **detail}} if detail else schedule_event()
    answer = running.clients("lambda").invoke(
        FunctionName=running.stage.function("start_training"), Payload=json.dumps(event).encode()
    )
    said = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, said
    return [one for one in said if one["league"] == "M"]


def _described(running: Running, job: str) -> dict[str, Any]:
    found: dict[str, Any] = running.clients("sagemaker").describe_training_job(TrainingJobName=job)
    return found


def _passed(running: Running, job: str) -> list[str]:
    return [one["Status"] for one in _described(running, job)["SecondaryStatusTransitions"]]


def _kill_once_it_has_a_checkpoint(running: Running, job: str) -> None:
    folder = running.home.root / "sagemaker"
    _until(lambda: any((folder / job / "ml" / "checkpoints").glob("*")))
    process = Jobs(folder, print)[job].process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)


def _verdict(running: Running, job: str) -> Verdict:
    def found() -> Verdict | None:
        described = _described(running, job)
        assert described["TrainingJobStatus"] in ("InProgress", "Completed"), described
        return running.lake.training_jobs.verdict(job)

    return _until(found)


def _archived(running: Running, job: str, name: str) -> bytes:
    body = running.clients("s3").get_object(Bucket=running.stage.models, Key=archive_key(job))["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as tar:
        member = next(one for one in tar if Path(one.name).name == name)
        file = tar.extractfile(member)
        assert file is not None
        return file.read()


def _trained_here(running: Running, launch: Launch, folder: Path) -> bytes:
    """The scorer of the same training, left alone."""
    channel = folder / "channel"
    channel.mkdir()
    for row in running.lake.models.listing(launch.channel):
        stored = running.lake.models.get(row.key)
        assert stored is not None
        (channel / Path(row.key).name).write_bytes(stored.body)
    season, day = launch.before
    command = [sys.executable, "-m", "ml_jobs.train", "--data", channel, "--out", folder / "model", "--league", "M",
               "--train-before", f"{season}:{day}"]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return (folder / "model" / "scorer.npz").read_bytes()


def _listener(running: Running) -> str:
    """A queue that is told what goes to the topic of the alarms."""
    account = f"{running.stage.region}:000000000000"
    arn = f"arn:aws:sqs:{account}:listener"
    policy = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
                             "Action": "sqs:SendMessage", "Resource": arn}]}  # fmt: skip
    attributes = {"Policy": json.dumps(policy)}
    url: str = running.clients("sqs").create_queue(QueueName="listener", Attributes=attributes)["QueueUrl"]
    topic = f"arn:aws:sns:{account}:madness-{running.stage.name}-alarms"
    running.clients("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return url


def _heard(running: Running, url: str, job: str) -> str:
    def message() -> str | None:
        found = running.clients("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return next((one["Body"] for one in found if job in one["Body"]), None)

    return _until(message)


def _until(holds: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 180
    while not (found := holds()):
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.1)
    return found
