"""A file on which the program fails is answered, reported and alarms; only what AWS answers is tried again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from corpus.hard_files import COMPACT_KEY, compact

from lake.lake import Lake
from lake.receipts import ACCEPTED, REJECTED
from lake.store import Conflict, Listed, Stored
from operate.upload import Upload, ingest
from pipeline_app.accept import accept
from pipeline_app.reconcile import reconcile, unreceipted
from tests.fake_aws import NAMES, FakeAws
from tests.fakes import Stage
from tests.memory_store import MemoryStore

OTHER_KEY = "results/MRegularSeasonCompactResults_20240316.csv"
THROTTLED = ClientError({"Error": {"Code": "Throttling", "Message": "slow down"}}, "GetObject")
TEMPLATE = Path(__file__).parents[2] / "infra" / "template.yaml"


class Faulty(MemoryStore):
    """Our own code fails on one key, again and again."""

    def __init__(self, inner: MemoryStore, key: str, error: Exception) -> None:
        super().__init__(inner.name, inner._clock)
        self._objects, self._key, self._error = inner._objects, key, error

    def get(self, key: str, version: str | None = None) -> Stored | None:
        if key == self._key:
            raise self._error
        return super().get(key, version)

    def stat(self, key: str, version: str | None = None) -> Listed | None:
        stored = super().get(key, version)
        return Listed(key, stored.etag, len(stored.body), stored.modified) if stored else None


def failing(stage: Stage, error: Exception, key: str = COMPACT_KEY) -> Stage:
    source, models, dashboard = stage.stores
    stage.lake = Lake(Faulty(source, key, error), models, dashboard)
    return stage


def mended(stage: Stage) -> None:
    """What a new version of the program does: the same buckets, without the fault."""
    source, models, dashboard = stage.stores
    sound = MemoryStore(source.name, source._clock)
    sound._objects = source._objects
    stage.lake = Lake(sound, models, dashboard)


def test_a_file_on_which_the_program_fails_is_rejected_with_a_report_that_says_so(
    stage: Stage, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    failing(stage, KeyError("box")).upload(COMPACT_KEY, compact())
    assert stage.receipt(COMPACT_KEY).outcome == REJECTED
    report = stage.lake.receipts.rejection(COMPACT_KEY)
    assert report is not None
    assert report.text().startswith(f"{COMPACT_KEY} was rejected: a fault of the program, not of the file")
    assert "KeyError: 'box' (tests/functional/test_faults.py, line" in report.text()
    assert "tried again by the next version of the program, or when it is uploaded again" in report.text()
    (logged,) = [record for record in caplog.records if record.message == "faulted"]
    assert logged.levelname == "ERROR" and logged.exc_info and logged.exc_info[0] is KeyError
    metric = next(json.loads(line) for line in capsys.readouterr().out.splitlines() if '"Faults"' in line)
    (told,) = metric["_aws"]["CloudWatchMetrics"]
    assert (told["Namespace"], sorted(told["Dimensions"][0]), metric["Faults"]) == (
        "Madness",
        ["bucket", "service"],
        [1.0],
    )
    assert (metric["bucket"], metric["service"]) == ("source", "pipeline")


def test_an_alarm_listens_to_the_metric_of_faults() -> None:
    alarm = TEMPLATE.read_text().split("FaultsAlarm:")[1].split("Errors:")[0]
    for part in ("Namespace: Madness", "MetricName: Faults", "Name: bucket", "Value: !Ref SourceBucket",
                 "Name: service", "Value: pipeline", "AlarmActions: [!Ref Alarms]"):  # fmt: skip
        assert part in alarm


@pytest.mark.parametrize("error", [
    Conflict("replaced"), THROTTLED, EndpointConnectionError(endpoint_url="http://127.0.0.1:1"),
], ids=lambda error: type(error).__name__)  # fmt: skip
def test_what_aws_answers_is_let_through_to_its_retry(stage: Stage, error: Exception) -> None:
    failing(stage, error)
    with pytest.raises(type(error)):
        stage.upload(COMPACT_KEY, compact())
    assert [row.key for row in unreceipted(stage.lake)] == [COMPACT_KEY]
    assert stage.lake.receipts.rejection(COMPACT_KEY) is None


def test_reconcile_goes_on_with_the_others_and_does_not_come_back_to_it(stage: Stage) -> None:
    failing(stage, KeyError("box"))
    for key in (COMPACT_KEY, OTHER_KEY):
        stage.lake.source.put(key, compact())
    reconcile(stage.lake, stage.queue, stage.clock)
    assert (stage.receipt(COMPACT_KEY).outcome, stage.receipt(OTHER_KEY).outcome) == (REJECTED, ACCEPTED)
    assert unreceipted(stage.lake) == []


def test_the_next_version_of_the_program_tries_again_once(stage: Stage) -> None:
    failing(stage, KeyError("box")).upload(COMPACT_KEY, compact())
    accept(stage.lake, stage.queue, COMPACT_KEY, stage.clock, None, lambda: "second")
    assert stage.receipt(COMPACT_KEY).fault == "second"
    assert unreceipted(stage.lake, lambda: "second") == []
    assert [row.key for row in unreceipted(stage.lake, lambda: "third")] == [COMPACT_KEY]
    mended(stage)
    reconcile(stage.lake, stage.queue, stage.clock, lambda: "third")
    assert stage.receipt(COMPACT_KEY).outcome == ACCEPTED
    assert stage.lake.receipts.rejection(COMPACT_KEY) is None
    assert stage.lake.models.listing("faults/") == []
    assert unreceipted(stage.lake, lambda: "fourth") == []


def test_the_command_line_has_the_report_at_once_and_uploads_it_again_when_asked() -> None:
    aws = FakeAws()
    failing(aws.stage, KeyError("box"))

    def run() -> tuple[str, str]:
        (outcome,) = ingest([Upload(COMPACT_KEY, compact())], NAMES, aws.stage.lake, aws.clients,
                            clock=aws.clock, sleep=aws.sleep)  # fmt: skip
        return outcome.outcome, outcome.report.text() if outcome.report else ""

    outcome, text = run()
    assert outcome == "rejected" and "a fault of the program, not of the file" in text
    assert aws.now < 10, "without waiting for reconcile, let alone for the end of all patience"
    mended(aws.stage)
    assert run() == ("accepted", "")
