"""The mapping from queue to function: which states are off, and that everyone who looks says so."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from operate.mapping import PATIENCE, Mapping, NotTurnedOn
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


def test_a_mapping_that_is_off_is_turned_on_and_one_that_is_on_left_alone() -> None:
    functions = FakeAws().functions
    for _ in range(2):
        functions.enabled = False
        Mapping.of(functions, FUNCTION).turn_on(functions)
        Mapping.of(functions, FUNCTION).turn_on(functions)
    assert functions.switches == [True, True]
    functions.mapped = False
    Mapping.of(functions, FUNCTION).turn_on(functions)
    assert functions.switches == [True, True]


class SlowLambda:
    """A mapping as AWS has it: it changes its state in its own time, and refuses to be changed meanwhile."""

    exceptions = SimpleNamespace(ResourceNotFoundException=LookupError, ResourceInUseException=BlockingIOError)

    def __init__(self, *states: str, seconds: float = 20.0) -> None:
        """states: the one it is in, and those that it comes to by itself; each but the last lasts so many seconds."""
        self.now, self.updates, self.refused = 0.0, 0, 0
        self._seconds = seconds
        self._begin(*states)

    def _begin(self, *states: str) -> None:
        self._states, self._since = states, self.now

    @property
    def state(self) -> str:
        return self._states[min(int((self.now - self._since) / self._seconds), len(self._states) - 1)]

    def clock(self) -> float:
        self.now += 0.1
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def get_paginator(self, operation: str) -> SimpleNamespace:
        found = [] if self.state == "Missing" else [{"UUID": "one", "State": self.state}]
        return SimpleNamespace(paginate=lambda FunctionName: [{"EventSourceMappings": found}])  # noqa: N803

    def update_event_source_mapping(self, UUID: str, Enabled: bool) -> None:  # noqa: N803
        if self.state not in ("Enabled", "Disabled"):
            self.refused += 1
            raise self.exceptions.ResourceInUseException(f"it is {self.state}")
        self.updates += 1
        self._begin("Enabling" if Enabled else "Disabling", "Enabled" if Enabled else "Disabled")


@pytest.mark.parametrize(("states", "updates"), [
    (("Enabled",), 0), (("Creating", "Enabled"), 0), (("Updating", "Enabled"), 0), (("Enabling", "Enabled"), 0),
    (("Disabled",), 1), (("Disabling", "Disabled"), 1), (("Updating", "Disabled"), 1), (("Creating", "Disabled"), 1),
])  # fmt: skip
def test_a_mapping_on_its_way_is_waited_for_and_then_turned_on(states: tuple[str, ...], updates: int) -> None:
    functions = SlowLambda(*states)
    on = Mapping.of(functions, FUNCTION).turn_on(functions, functions.clock, functions.sleep)
    assert (on.state, functions.state, functions.updates, functions.refused) == ("Enabled", "Enabled", updates, 0)
    assert functions.now < 60


def test_a_mapping_that_changes_between_the_look_and_the_update_is_looked_at_again() -> None:
    functions = SlowLambda("Disabled")
    seen = Mapping.of(functions, FUNCTION)
    functions.update_event_source_mapping("one", Enabled=False)  # someone else, a deploy for instance
    on = seen.turn_on(functions, functions.clock, functions.sleep)
    assert (on.state, functions.updates, functions.refused) == ("Enabled", 2, 1)


@pytest.mark.parametrize("state", ["Disabling", "Deleting"])
def test_a_mapping_that_never_comes_on_is_said_to_be_off(state: str) -> None:
    functions = SlowLambda(state)
    with pytest.raises(NotTurnedOn, match=rf"is {state}.*update-event-source-mapping --uuid one --enabled.*again"):
        Mapping.of(functions, FUNCTION).turn_on(functions, functions.clock, functions.sleep)
    assert PATIENCE < functions.now < 2 * PATIENCE


def test_a_mapping_that_is_being_deleted_is_missing_in_the_end() -> None:
    functions = SlowLambda("Deleting", "Missing")
    assert Mapping.of(functions, FUNCTION).turn_on(functions, functions.clock, functions.sleep).state == "Missing"


def test_status_says_what_to_do_about_a_mapping_that_is_off(monkeypatch) -> None:
    aws = FakeAws()
    monkeypatch.setattr("operate.status.open_lake", lambda stage, clients: aws.stage.lake)
    assert status(NAMES, aws.clients)["mapping"] == {"function": FUNCTION, "state": "Enabled", "advice": None}
    aws.functions.enabled = False
    found = status(NAMES, aws.clients)["mapping"]
    assert found["state"] == "Disabled" and "update-event-source-mapping --uuid one --enabled" in found["advice"]
    aws.functions.mapped = False
    found = status(NAMES, aws.clients)["mapping"]
    assert found["state"] == "Missing" and "chalice deploy" in found["advice"]


def test_reconcile_does_its_work_and_fails_where_nobody_reads_the_queue() -> None:
    stage = Stage()
    stage.queue.is_read = False
    stage.lake.source.put("reference/MTeams.csv", b"TeamID,TeamName\n1101,Ash\n")
    with pytest.raises(ReconcileFailed, match="the mapping is off"):
        reconcile(stage.lake, stage.queue, stage.clock)
    assert stage.receipt("reference/MTeams.csv").rows == 1
