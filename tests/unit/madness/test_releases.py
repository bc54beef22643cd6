"""Releases: what is live, what was before, what is forgotten; and nobody deploys beside somebody else."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta

import pytest

from madness.deploy.releases import KEPT, Function, Part, ReleaseError, Releases, alone, who
from tests.memory_store import MemoryStore

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def part(content: str) -> Part:
    return Part(content, f"packages/{content}.zip", 7, {"f": Function({"Timeout": 3}, content, {"Statement": []})})


def add(releases: Releases, content: str):
    releases.store.put(f"packages/{content}.zip", content.encode())
    return releases.add(by="ada@here", commit="abc", pipeline=part(content), dashboard=None, now=NOW)


def test_a_release_is_read_as_it_was_written() -> None:
    releases = Releases(MemoryStore())
    assert releases.current() is None
    made = add(releases, "one")
    assert (made.number, made.previous, made.made) == (1, None, "2026-03-01T12:00:00+00:00")
    assert releases.current() == releases.get(1) == made


def test_the_one_before_is_the_one_that_was_live() -> None:
    releases = Releases(MemoryStore())
    for content in ("one", "two", "three"):
        add(releases, content)
    releases.make_current(1)  # rolled back twice
    assert add(releases, "four").previous == 1
    assert releases.numbers() == [1, 2, 3, 4]


def test_the_oldest_are_forgotten_with_packages_that_nobody_else_has() -> None:
    releases = Releases(MemoryStore())
    add(releases, "shared")
    for number in range(KEPT - 1):
        add(releases, f"p{number}")
    add(releases, "shared")
    add(releases, "last")
    assert releases.numbers() == list(range(3, KEPT + 3))
    kept = {row.key for row in releases.store.listing("packages/")}
    assert {"packages/shared.zip", "packages/last.zip", "packages/p1.zip"} <= kept
    assert "packages/p0.zip" not in kept
    with pytest.raises(ReleaseError, match=r"no release 1 .* kept are 3, 4"):
        releases.get(1)


def test_a_second_deployment_is_refused_and_told_whose_the_first_is() -> None:
    store = MemoryStore("bucket")
    with alone(store, "madness deploy --stage dev"):
        other = json.loads(store.get("lock.json").body) | {"by": "bob@there"}
        store.put("lock.json", json.dumps(other).encode())
        with (
            pytest.raises(
                ReleaseError, match=r"bob@there runs `madness deploy --stage dev` since .*lock.json in the bucket"
            ),
            alone(store, "madness rollback --stage dev"),
        ):
            pass
    assert json.loads(store.get("lock.json").body)["by"] == "bob@there", "only one's own lock is taken away"


def test_the_lock_is_free_afterwards_also_after_a_failure() -> None:
    store = MemoryStore()
    with pytest.raises(RuntimeError), alone(store, "x"):
        raise RuntimeError
    assert store.get("lock.json") is None


@pytest.mark.parametrize("holder", [
    {"by": "bob@there", "process": 1, "since": (NOW - timedelta(minutes=61)).isoformat()},
    {"by": who(), "process": 2**22 + 1, "since": NOW.isoformat()},
])  # fmt: skip
def test_the_lock_of_a_dead_holder_is_taken_over(holder) -> None:
    store = MemoryStore()
    store.put("lock.json", json.dumps(holder | {"what": "madness deploy"}).encode())
    with alone(store, "madness deploy", lambda: NOW):
        assert json.loads(store.get("lock.json").body)["process"] == os.getpid()
    assert store.get("lock.json") is None


def test_a_lock_of_a_living_process_of_this_machine_is_no_dead_one() -> None:
    store = MemoryStore()
    holder = {"by": who(), "process": os.getpid(), "since": NOW.isoformat(), "what": "madness deploy"}
    store.put("lock.json", json.dumps(holder).encode())
    with pytest.raises(ReleaseError), alone(store, "madness deploy", lambda: NOW):
        pass
