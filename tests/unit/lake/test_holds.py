"""Holds put nudges off: fresh while the uploader lives, over when it says so or has said nothing for long."""

from __future__ import annotations

from datetime import timedelta

from lake.holds import LASTS, Held, Holds
from tests.fakes import Clock
from tests.memory_store import MemoryStore


def test_a_hold_begins_goes_on_and_ends() -> None:
    clock = Clock()
    holds = Holds(MemoryStore(clock=clock))
    assert holds.look(clock()) == Held(False, ())
    holds.write("a")
    assert holds.look(clock()) == Held(True, ())
    clock.now += LASTS - timedelta(seconds=5)
    holds.write("a")
    clock.now += LASTS - timedelta(seconds=5)
    assert holds.look(clock()).fresh
    holds.end("a")
    held = holds.look(clock())
    assert held == Held(False, ("holds/a.ended",))
    holds.forget(held)
    holds.forget(held)
    assert holds.look(clock()) == Held(False, ())


def test_one_upload_that_ends_leaves_the_hold_of_another() -> None:
    clock = Clock()
    holds = Holds(MemoryStore(clock=clock))
    holds.write("a")
    holds.write("b")
    holds.end("a")
    assert holds.look(clock()) == Held(True, ("holds/a.ended",))


def test_a_hold_whose_uploader_was_killed_runs_out() -> None:
    clock = Clock()
    holds = Holds(MemoryStore(clock=clock))
    holds.write("a")
    clock.now += LASTS
    assert holds.look(clock()) == Held(False, ("holds/a",))
