"""The log and the models it names: what is written is read again, by one writer after the other."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import numpy as np
import pytest

from hoops.forecast.model import Model, shipped, shipped_report
from hoops.games.leagues import League
from hoops.games.moment import Moment
from lake.head import Head, SeasonHead
from lake.registry import KEPT, LOG, PROMOTED, SHIPPED, Decision, Registry, RegistryError
from tests.memory_store import MemoryStore

M = League.MEN
MODEL = shipped(M)
OTHER = replace(MODEL, scorer=replace(MODEL.scorer, temperature=1.2), trained_through=(2024, 60))
AT = "2026-01-01T00:00:00Z"


def decision(model: Model, start: Moment | None, action: str = PROMOTED) -> Decision:
    return Decision(model.id, model.parameters.digest(), action, start, AT, "me", "why")


def registry_with(*decisions: Decision) -> Registry:
    registry = Registry(MemoryStore("models"), shipped)
    registry.add(OTHER, shipped_report(M), AT)
    registry.update(M, lambda log: replace(log, decisions=decisions))
    return Registry(registry._models, shipped)


def test_without_a_log_the_shipped_model_is_in_charge_of_every_day_and_nothing_is_written() -> None:
    store = MemoryStore()
    charge = Registry(store, shipped).charge(M)
    assert charge.on((1985, 0)) is charge.on((2030, 9)) is MODEL
    assert (charge.engine, charge.first, charge.count) == (MODEL.engine, MODEL.id, 0)
    assert store.listing("") == []


def test_a_model_is_read_as_it_was_written() -> None:
    registry = registry_with()
    again = registry.load(M, OTHER.id)
    assert again.id == OTHER.id and again.trained_through == (2024, 60) and again.parameters == OTHER.parameters
    registered = registry.log(M).models[OTHER.id]
    assert registered.trained_through == (2024, 60) and registered.constants == OTHER.parameters.digest()
    assert registered.scores["regular"]["games"] > 10_000 and 0.5 < registered.scores["regular"]["log_loss"] < 0.55


def test_the_newest_decision_that_applies_says_who_forecasts_a_day() -> None:
    first, then, kept = decision(MODEL, None, SHIPPED), decision(OTHER, (2024, 7)), decision(MODEL, None, KEPT)
    charge = registry_with(first, then, kept, decision(MODEL, (2024, 3))).charge(M)
    assert charge.count == 3
    assert {day: charge.on((2024, day)).id for day in (2, 3, 7)} == dict.fromkeys((2, 3, 7), MODEL.id)
    charge = registry_with(first, then, kept).charge(M)
    assert [charge.on(day).id for day in ((2023, 200), (2024, 6), (2024, 7))] == [MODEL.id, MODEL.id, OTHER.id]


def test_only_what_a_head_had_not_heard_of_is_put_off_and_by_one_day_only() -> None:
    decisions = (decision(MODEL, None, SHIPPED), decision(OTHER, (2024, 3)), decision(MODEL, (2024, 5)))
    head = replace(Head("M", MODEL.engine, decisions=2), seasons=season_to(2024, 5))
    registry = registry_with(*decisions)
    assert registry.charge(M).is_late_for(head)
    registry.postpone(M, head)
    assert [one.effective_from for one in registry.log(M).decisions] == [None, (2024, 3), (2024, 6)]
    assert not registry.charge(M).is_late_for(head)
    assert not registry.charge(M).is_late_for(replace(head, decisions=3))
    assert not registry_with(*decisions).charge(M).is_late_for(replace(head, engine="another"))


def season_to(season: int, day: int) -> dict:
    return {season: SeasonHead("", "", "", "", 1, day, day, None, "0", {})}


def test_two_writers_of_the_log_do_not_undo_each_other() -> None:
    registry = registry_with(decision(MODEL, None, SHIPPED))
    other = Registry(registry._models, shipped)
    calls = []

    def mine(log):
        calls.append(log)
        if len(calls) == 1:
            other.update(League.WOMEN, lambda log: replace(log, decisions=(decision(shipped(League.WOMEN), None),)))
        return replace(log, decisions=(*log.decisions, decision(OTHER, (2024, 7))))

    registry.update(M, mine)
    assert len(calls) == 2
    assert len(registry.log(M).decisions) == 2 and len(registry.log(League.WOMEN).decisions) == 1


def test_what_cannot_be_read_is_named_with_what_to_do() -> None:
    registry = registry_with()
    store, key = registry._models, f"models/{OTHER.id}/parameters.json"
    about = json.loads(store.get(key).body)  # type: ignore[union-attr]
    for body, text in (
        (json.dumps(about | {"trained_through": [2023, 60]}).encode(), f"models/{OTHER.id}/ of models holds full-"),
        (json.dumps(about | {"league": "W"}).encode(), "of league W"),
        (b"{}", f"model {OTHER.id} cannot be used by this program"),
    ):
        store.put(key, body)
        with pytest.raises(RegistryError, match=text):
            Registry(store, shipped).load(M, OTHER.id)
    store.delete([key])
    with pytest.raises(RegistryError, match=r"has no parameters\.json: put back a version of it"):
        Registry(store, shipped).load(M, OTHER.id)
    for body in (b"", b'{"version": 9}', b"[]"):
        store.put(LOG, body)
        with pytest.raises(RegistryError, match="Put back its last good version"):
            Registry(store, shipped).charge(M)


def test_a_scorer_that_wants_other_features_is_refused() -> None:
    registry = registry_with()
    store, key = registry._models, f"models/{OTHER.id}/scorer.npz"
    body = store.get(key).body  # type: ignore[union-attr]
    arrays = dict(np.load(io.BytesIO(body)))
    arrays["features"] = np.array([name.replace("tempo", "luck") for name in arrays["features"]])
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    store.put(key, buffer.getvalue())
    with pytest.raises(RegistryError, match="features that this code does not have: luck"):
        registry.load(M, OTHER.id)


def test_programs_before_and_after_this_one_read_the_same_log() -> None:
    kept = replace(decision(MODEL, None, KEPT), comparison={"games": 300})
    registry = registry_with(decision(OTHER, (2024, 7)), kept)
    store = registry._models
    stored = json.loads(store.get(LOG).body)
    plain, compared = stored["leagues"]["M"]["decisions"]
    assert "comparison" not in plain, "a program of before comparisons knows no such field"
    compared["mood"] = "good"
    stored["leagues"]["M"]["models"][OTHER.id]["mood"] = "good"
    store.put(LOG, json.dumps(stored).encode())
    assert Registry(store, shipped).log(M) == registry.log(M)
    assert registry.log(M).decisions[-1].comparison == {"games": 300}
