"""A new model is a new engine: its state is built beside the old one and shown when it has caught up."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from hoops.forecast.model import Model, shipped
from hoops.games.leagues import League
from lake.lake import Lake
from pipeline_app.reconcile import reconcile
from tests.fakes import DEDUPLICATION_WINDOW as FIVE_MINUTES
from tests.fakes import Stage


class Upgraded(Lake):
    """The same buckets under a version of the project that ships other parameters."""

    def shipped(self, league: League) -> Model:
        before = shipped(league)
        return replace(before, parameters=replace(before.parameters, noise_sd=before.parameters.noise_sd + 1))


def test_a_new_engine_is_shown_when_it_has_caught_up(full_stage: Stage) -> None:
    old = full_stage.published()
    full_stage.lake = Upgraded(*full_stage.stores)
    full_stage.clock.now += FIVE_MINUTES
    reconcile(full_stage.lake, full_stage.queue, full_stage.clock)
    assert full_stage.published() == old
    nudges = full_stage.queue.receive(10_000)
    full_stage.deliver(nudges[:10])
    assert full_stage.published() == old, "half a state must not be shown"
    full_stage.deliver(nudges[10:])
    model = full_stage.lake.shipped(League.MEN)
    for league in League:
        manifest, _ = full_stage.lake.published.manifest(league)
        assert manifest.engine == full_stage.lake.shipped(league).engine
    rows = full_stage.lake.published.read("forecasts/league=M/season=2024/part.parquet")
    assert set(rows["model_id"].to_pylist()) == {model.id}
    assert full_stage.published().keys() == old.keys()


def test_the_old_engine_is_still_there_to_go_back_to(full_stage: Stage) -> None:
    before = {k: v for k, v in full_stage.published().items() if not k.startswith("upcoming/")}
    full_stage.lake = Upgraded(*full_stage.stores)
    settle = partial(reconcile, queue=full_stage.queue, clock=full_stage.clock)
    full_stage.clock.now += FIVE_MINUTES
    settle(full_stage.lake)
    full_stage.drain()
    full_stage.lake = Lake(*full_stage.stores)
    full_stage.clock.now += FIVE_MINUTES
    settle(full_stage.lake)
    assert full_stage.queue.depth() == 0, "nothing has to be folded again"
    assert {k: v for k, v in full_stage.published().items() if not k.startswith("upcoming/")} == before
