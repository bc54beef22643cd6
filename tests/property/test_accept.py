"""Uploads under fire: whatever the bytes, a file is taken with a receipt, or rejected with a report and no change."""

from __future__ import annotations

import gzip
import json
from functools import cache

from corpus.hard_files import SOUND
from corpus.mutations import mutated
from hypothesis import given, settings
from hypothesis import strategies as st

from hoops.contract.report import SHOWN_PROBLEMS, Report
from lake.receipts import ACCEPTED, REJECTED, rejection_key
from tests.fakes import Stage


@cache
def _started() -> Stage:
    """A stage to which every sound file of the corpus was uploaded, and everything applied."""
    stage = Stage()
    for key, body in SOUND.items():
        stage.upload(key, body)
    stage.drain()
    return stage


def attempt(stage: Stage, key: str, body: bytes) -> None:
    """Upload a file and apply what it asks for; what is promised of it holds."""
    before = stage.kept()
    stage.upload(key, body)
    stored = stage.lake.source.get(rejection_key(key))
    receipt = stage.receipt(key)
    if receipt.outcome == REJECTED:
        assert stored is not None
        report = Report.from_dict(json.loads(stored.body))
        assert 1 <= len(report.problems) <= min(report.count, SHOWN_PROBLEMS)
        assert stage.queue.depth() == 0
        assert stage.kept() == before
        return
    assert stored is None
    assert receipt.outcome == ACCEPTED and receipt.rows > 0
    stage.drain()
    after = stage.kept()
    assert all(after[entry] == body for entry, body in before.items() if entry.startswith("models/ledger/"))


@settings(deadline=None, derandomize=True, max_examples=600)
@given(mutated(), st.booleans())
def test_mutated_uploads_are_taken_or_change_nothing(file: tuple[str, bytes], packed: bool) -> None:
    key, body = file
    attempt(_started().copy(), *((key + ".gz", gzip.compress(body, mtime=0)) if packed else (key, body)))


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.lists(mutated(), min_size=2, max_size=5))
def test_a_stage_stands_any_number_of_them(files: list[tuple[str, bytes]]) -> None:
    stage = _started().copy()
    for key, body in files:
        attempt(stage, key, body)


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.sampled_from(["", "results/", "fixtures/", "reference/"]), st.text(st.characters(codec="utf-8"), max_size=60))
def test_a_random_key_changes_nothing(folder: str, name: str) -> None:
    stage = _started().copy()
    before = stage.kept()
    stage.upload(folder + name, b"whatever")
    assert stage.receipt(folder + name).outcome == REJECTED
    assert stage.kept() == before
