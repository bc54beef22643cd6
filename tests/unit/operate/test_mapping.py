"""The mapping from queue to function: which states are off, and that everyone who looks says so."""

from __future__ import annotations

import pytest

from operate.mapping import Mapping
from operate.status import status
from pipeline_app.reconcile import ReconcileFailed, reconcile
from tests.fake_aws import NAMES, FakeAws
from tests.fakes import Stage

FUNCTION = NAMES.function("apply_results")


@pytest.mark.parametrize(("state", "is_on"), [
    ("Creating", True), ("Enabling", True), ("Enabled", True), ("Updating", True),
    ("Disabling", False), ("Disabled", False), ("Deleting", False), ("Missing", False),
])  # fmt: skip
def test_states_as_aws_names_them(state, is_on) -> None:
    assert Mapping(FUNCTION, state, "one").is_on is is_on


def test_status_says_what_to_do_about_a_mapping_that_is_off(monkeypatch) -> None:
    aws = FakeAws()
    monkeypatch.setattr("operate.status.open_lake", lambda stage, clients: aws.stage.lake)
    assert status(NAMES, aws.clients)["mapping"] == {"function": FUNCTION, "state": "Enabled", "advice": None}
    aws.functions.enabled = False
    found = status(NAMES, aws.clients)["mapping"]
    assert found["state"] == "Disabled" and "update-event-source-mapping --uuid one --enabled" in found["advice"]
    aws.functions.mapped = False
    found = status(NAMES, aws.clients)["mapping"]
    assert found["state"] == "Missing" and "madness deploy" in found["advice"]


def test_reconcile_does_its_work_and_fails_where_nobody_reads_the_queue() -> None:
    stage = Stage()
    stage.queue.is_read = False
    stage.lake.source.put("reference/MTeams.csv", b"TeamID,TeamName\n1101,Ash\n")
    with pytest.raises(ReconcileFailed, match="the mapping is off"):
        reconcile(stage.lake, stage.queue, stage.clock)
    assert stage.receipt("reference/MTeams.csv").rows == 1
