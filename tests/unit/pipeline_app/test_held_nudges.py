"""Accepted files while an upload of several is under way: entered at once, nudged for when it is over."""

from __future__ import annotations

import pytest

from pipeline_app.reconcile import reconcile
from tests.fake_aws import HEADER
from tests.fakes import Stage

FILES = {
    "reference/MTeams.csv": b"TeamID,TeamName\n1101,Ash\n1102,Birch\n",
    "fixtures/MFixtures_20240101.csv": b"Season,DayNum,Team1ID,Team2ID,Loc\n2024,20,1101,1102,N\n",
    "results/MRegularSeasonCompactResults_20240101.csv": HEADER + b"2024,10,1101,70,1102,60,H,0\n",
    "retractions/MRetractions_20240101.csv": b"Season,DayNum,Team1ID,Team2ID\n2024,9,1101,1102\n",
}


@pytest.fixture
def held() -> Stage:
    stage = Stage()
    stage.lake.holds.write("upload")
    for key, body in FILES.items():
        stage.upload(key, body)
    return stage


def tables(stage: Stage) -> dict[str, bytes]:
    """What is published, less the games to come: those say when they were issued."""
    return {key: body for key, body in stage.published().items() if not key.startswith("upcoming/")}


def test_nobody_is_nudged_until_the_hold_is_over(held: Stage) -> None:
    reconcile(held.lake, held.queue, held.clock)
    assert held.queue.depth() == 0
    held.lake.holds.end("upload")
    reconcile(held.lake, held.queue, held.clock)
    assert [nudge.target for nudge in held.queue.waiting] == [(2024, 10)]


def test_held_files_end_in_the_same_tables(held: Stage) -> None:
    held.lake.holds.end("upload")
    reconcile(held.lake, held.queue, held.clock)
    held.drain()
    plain = Stage()
    for key, body in FILES.items():
        plain.upload(key, body)
    plain.drain()
    assert tables(held) == tables(plain) != {}


def test_the_end_of_a_hold_is_nudged_for_even_while_messages_wait(held: Stage) -> None:
    """Those of other files name earlier days, and would not bring the league up to these."""
    early = held.new_process()
    early.holds.end("upload")
    key = "results/MRegularSeasonCompactResults_20240102.csv"
    held.upload(key, HEADER + b"2024,8,1101,70,1102,60,H,0\n")
    assert [nudge.target for nudge in held.queue.waiting] == [(2024, 8)]
    reconcile(held.lake, held.queue, held.clock)
    assert (2024, 10) in [nudge.target for nudge in held.queue.waiting]
    assert held.lake.models.listing("holds/") == []


def test_a_hold_is_kept_until_every_league_is_nudged_for(held: Stage) -> None:
    held.lake.holds.end("upload")
    send = held.queue.send

    def refuse(nudges: object) -> None:
        raise ConnectionError("no queue")

    held.queue.send = refuse  # type: ignore[method-assign]
    with pytest.raises(Exception, match="no queue"):
        reconcile(held.lake, held.queue, held.clock)
    assert held.lake.models.listing("holds/") != []
    held.queue.send = send  # type: ignore[method-assign]
    reconcile(held.lake, held.queue, held.clock)
    assert held.queue.depth() == 1
