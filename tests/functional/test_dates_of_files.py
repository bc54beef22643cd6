"""As of when a file speaks: dates that have not come, and files of one second."""

from __future__ import annotations

from datetime import timedelta

import pytest
from corpus.hard_files import COMPACT_HEADER, text

from hoops.games.leagues import League
from lake.published import table_key
from lake.receipts import ACCEPTED, REJECTED
from pipeline_app.accept import accept
from tests.fakes import START, Stage
from tests.memory_store import MemoryStore

UNDATED = "results/MRegularSeasonCompactResults.csv"


def game(points: int) -> bytes:
    return text(COMPACT_HEADER, f"2024,100,1101,{points},1102,60,N,0")


def points(stage: Stage) -> list[int]:
    stage.drain()
    return stage.lake.published.read(table_key("results", League.MEN, 2024))["team1_score"].to_pylist()


@pytest.mark.parametrize("stamp", ["20260103", "20270101", "20260103T0000", "21001231T235959"])
@pytest.mark.parametrize("name", ["results/MRegularSeasonCompactResults", "reference/MTeams", "fixtures/MFixtures"])
def test_a_date_beyond_tomorrow_is_rejected_with_the_reason(stage: Stage, name: str, stamp: str) -> None:
    key = f"{name}_{stamp}.csv"
    stage.upload(key, game(80))
    assert stage.receipt(key).outcome == REJECTED
    report = stage.lake.receipts.rejection(key)
    assert report is not None
    assert (
        "a timestamp in the future, 2" in report.text() and "until the end of tomorrow, 20260102 (UTC)" in report.text()
    )
    assert stage.kept() == {}


def test_a_date_of_tomorrow_is_taken_and_said_to_be_ahead(stage: Stage) -> None:
    key = "results/MRegularSeasonCompactResults_20260101T0900.csv"  # local time, nine hours before UTC has it
    stage.upload(key, game(80))
    (told,) = [one for one in stage.receipt(key).warnings if "MSeasons" not in one]
    assert "ahead of the clock, 2026-01-01 09:00:00 UTC" in told and "Dates in names are UTC; 535 minutes" in told
    stage.upload(UNDATED, game(99))
    told = stage.receipt(UNDATED).warnings[-1]
    assert told.startswith(
        "changes nothing: 1 of its 1 game does not hold: newer files say otherwise (until 2026-01-01 09"
    )
    assert points(stage) == [80]
    stage.clock.now += timedelta(hours=9)
    stage.upload(UNDATED, game(98))
    assert not any("hold" in one or "nothing" in one for one in stage.receipt(UNDATED).warnings)
    assert points(stage) == [98]


class StandingClock:
    """One second that does not pass."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self):
        return self.now


@pytest.fixture
def second() -> Stage:
    """A stage in which everything happens within one second."""
    stage = Stage()
    stage.clock = StandingClock()  # type: ignore[assignment]
    for store in stage.stores:
        assert isinstance(store, MemoryStore)
        store._clock = stage.clock
    return stage


@pytest.mark.parametrize("order", [("v1", "v2"), ("v2", "v1")], ids=["in order", "in reverse"])
@pytest.mark.parametrize("scores", [(80, 90), (90, 80)])
def test_of_two_uploads_of_a_key_in_one_second_the_later_holds(
    second: Stage, order: tuple[str, str], scores: tuple[int, int]
) -> None:
    for score in scores:
        second.lake.source.put(UNDATED, game(score))
    for version in (*order, *order):
        accept(second.lake, second.queue, UNDATED, second.clock, version)
    assert points(second) == [scores[1]]
    assert all(one.outcome == ACCEPTED for one in second.lake.receipts.of(UNDATED))


@pytest.mark.parametrize("scores", [(80, 90), (90, 80)])
def test_of_two_keys_in_one_second_a_receipt_says_which_holds(second: Stage, scores: tuple[int, int]) -> None:
    """Nobody knows which is the later one: a rule decides, and it is said."""
    other = "results/MNCAATourneyCompactResults.csv"
    second.upload(UNDATED, game(scores[0]))
    second.upload(other, game(scores[1]))
    told = second.receipt(other).warnings[-1]
    assert "another file of the same moment (2026-01-01 00:00:00 UTC) says otherwise" in told
    assert ("changes nothing" in told) == (points(second) == [scores[0]])
    assert "upload the right one again" in told
