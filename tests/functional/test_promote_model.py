"""A trained model takes over if it is better, is kept if it is not, and is refused with the reason if it is none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from hoops import schemas
from hoops.arrays import Floats
from hoops.evaluation.gate import LEAST
from hoops.forecast.feature_list import NAMES
from hoops.forecast.model import Model, shipped
from hoops.games.leagues import League
from hoops.games.moment import Moment
from hoops.games.results import Results
from hoops.schemas import completed
from lake.lake import Lake
from lake.published import table_key
from lake.registry import LOG, Decision
from lake.training import channel
from lake.training_jobs import KEPT, OUTPUT, PROMOTED, REFUSED, Launch, TrainingRecordError, Verdict, archive_key
from operate.models import ModelError, listing, promote, rollback
from pipeline_app.judge import Refused, judge
from tests.archives import model_files, packed, true_report
from tests.fakes import Stage
from tests.functional.test_models_in_charge import Meanwhile, Played
from tests.functional.test_promises import CrashingStore
from tests.unit.hoops.fabricated_games import a_table

MEN = League.MEN
JOB = "madness-dev-m-2024d41-0a1b2c3d-1"
BEFORE: Moment = (2024, 0)
GAMES = completed(a_table(np.random.default_rng(3), [2023, 2024], teams=70, days=10), schemas.GAMES)


def scorer(temperature: float, **arrays: Floats) -> Model:
    """A model of seasons up to 2023, surer or less sure than the one that ships."""
    model = shipped(MEN)
    made = replace(model.scorer, temperature=temperature, trained_through=(2023, 200), **arrays)
    return replace(model, scorer=made, trained_through=(2023, 200))


GOOD, ALSO_GOOD, BAD = scorer(1.0), scorer(0.99), scorer(6.0)
WEAK = replace(shipped(MEN), scorer=replace(shipped(MEN).scorer, temperature=5.0))  # of seasons up to 2022
STIFF = replace(GOOD, parameters=replace(GOOD.parameters, noise_sd=GOOD.parameters.noise_sd + 1.0))


def report(model: Model, **changes: Any) -> dict[str, Any]:
    return true_report(model, GAMES, BEFORE) | changes


def archive(model: Model, **changes: Any) -> bytes:
    return packed(model_files(model, report(model, **changes)))


ARCHIVES = {model.id: archive(model) for model in (GOOD, ALSO_GOOD, BAD, STIFF)}


class Judged(Played):
    """A stage with a weak model in charge, to which jobs bring others."""

    def __init__(self) -> None:
        super().__init__()
        self.stage.lake.registry.add(WEAK, {}, "2026-01-01T00:00:00Z")
        self.play(2024, 3, 4)
        self.promote(WEAK)
        self.play(2024, 6)

    def launch(self, job: str = JOB, before: Moment = BEFORE, games: pa.Table = GAMES) -> None:
        gate = int(np.count_nonzero(~Results.of(games).before(before)))
        told = Launch(
            job, MEN, before, (2024, 41), games.num_rows, gate, "0a1b2c3d", "code", "schedule", "weekly", "now"
        )
        self.stage.lake.training_jobs.add(told, channel(games, {}))

    def deliver(self, body: bytes | None = None, job: str = JOB) -> Verdict | None:
        """The archive and its event."""
        if body is not None:
            self.stage.lake.models.put(archive_key(job), body)
        judge(self.stage.lake, archive_key(job), self.stage.clock)
        return self.stage.lake.training_jobs.verdict(job)

    def decisions(self) -> list[Decision]:
        """All but the first two, which put the weak model in charge."""
        return list(self.stage.new_process().registry.log(MEN).decisions[2:])

    def left(self) -> dict[str, bytes]:
        models = self.stage.lake.models
        return {row.key: models.get(row.key).body for row in models.listing("")}  # type: ignore[union-attr]


@pytest.fixture(scope="module")
def _judged() -> Judged:
    made = Judged()
    made.launch()
    return made


@pytest.fixture
def judged(_judged: Judged) -> Judged:
    return _judged.copy()


def test_a_better_model_takes_over_on_the_next_day_and_rewrites_nothing(judged: Judged) -> None:
    before, earlier = judged.tables(), forecasts(judged, until=6)
    verdict = judged.deliver(ARCHIVES[GOOD.id])
    (decision,) = judged.decisions()
    assert verdict and (verdict.outcome, verdict.model) == (PROMOTED, GOOD.id)
    assert (decision.id, decision.action, decision.by) == (GOOD.id, "promoted", "promote_model")
    assert decision.effective_from == (2024, 7) and decision.reason == verdict.reason
    assert decision.reason.startswith(f"better than {WEAK.id} on 353 games of 12 days")
    assert decision.comparison == verdict.comparison
    assert decision.comparison is not None and decision.comparison["job"] == JOB
    assert decision.comparison["log_loss"] < decision.comparison["champion_log_loss"]
    assert judged.tables() == before
    judged.play(2024, 9)
    assert [judged.models[2024, day] for day in (6, 9)] == [WEAK.id, GOOD.id]
    assert forecasts(judged, until=6) == earlier and earlier
    told = listing(judged.stage.lake, [MEN])["M"]
    assert told["in_charge"]["id"] == GOOD.id
    assert next(one for one in told["models"] if one["id"] == GOOD.id)["scores"]["all"]["games"] == 353


def forecasts(judged: Judged, until: int) -> list[dict[str, Any]]:
    """Of the games that were played, to a day of 2024."""
    shown = judged.stage.lake.published.read("forecasts/league=M/season=2024/part.parquet").to_pylist()
    return [row for row in shown if row["day"] <= until]


def test_it_can_be_taken_back(judged: Judged) -> None:
    judged.deliver(ARCHIVES[GOOD.id])
    judged.play(2024, 9)
    assert rollback(judged.stage.lake, MEN, None, reason="x", by="me", now=judged.stage.clock()).id == WEAK.id
    judged.play(2024, 10)
    assert [judged.models[2024, day] for day in (9, 10)] == [GOOD.id, WEAK.id]
    assert (judged.deliver() or verdict_of(judged)).outcome == PROMOTED  # delivered again: it stays taken back
    assert listing(judged.stage.lake, [MEN])["M"]["in_charge"]["id"] == WEAK.id


def test_a_worse_model_is_kept_and_not_used(judged: Judged) -> None:
    judged.deliver(ARCHIVES[GOOD.id])
    judged.launch("second")
    verdict = judged.deliver(ARCHIVES[BAD.id], "second")
    decision = judged.decisions()[-1]
    assert verdict and (verdict.outcome, decision.action, decision.effective_from) == (KEPT, "kept", None)
    assert "are needed" in verdict.reason and "the Brier score is worse" in verdict.reason
    judged.play(2024, 9)
    assert judged.models[2024, 9] == GOOD.id
    promote(judged.stage.lake, BAD.id, reason="by hand", by="me", now=judged.stage.clock())  # it is a candidate still


def test_the_first_model_ever_is_judged_beside_the_one_that_ships() -> None:
    played = Judged.__new__(Judged)
    Played.__init__(played)
    played.play(2024, 3)
    played.launch()
    verdict = played.deliver(ARCHIVES[BAD.id])
    assert verdict and verdict.outcome == KEPT and f"Beside {shipped(MEN).id}" in verdict.reason
    played.play(2024, 4)
    assert set(played.models.values()) == {shipped(MEN).id}
    assert [one.action for one in played.stage.lake.registry.log(MEN).decisions] == ["kept"]
    rows = played.stage.lake.published.read(table_key("models", MEN)).to_pylist()
    said = {one["model_id"]: one["decision"] for one in rows}
    assert (said[shipped(MEN).id], said[BAD.id]) == ("shipped", "kept")


def test_the_same_event_again_changes_nothing(judged: Judged) -> None:
    judged.deliver(ARCHIVES[GOOD.id])
    left = judged.left()
    judged.deliver()
    judged.stage.lake = judged.stage.new_process()
    judged.deliver()
    assert judged.left() == left


def test_a_model_that_was_decided_on_is_not_decided_on_again(judged: Judged) -> None:
    judged.deliver(ARCHIVES[GOOD.id])
    judged.launch("again")
    verdict = judged.deliver(ARCHIVES[GOOD.id], "again")
    assert verdict and verdict.outcome == KEPT and "the same model as one that was promoted at 2026" in verdict.reason
    assert len(judged.decisions()) == 1


def test_the_model_in_charge_does_not_follow_itself() -> None:
    class Ships(Lake):
        def shipped(self, league: League) -> Model:
            return GOOD if league is MEN else shipped(league)

    stage = Stage()
    stage.lake = Ships(*stage.stores)
    made = Judged.__new__(Judged)
    made.stage = stage
    made.launch()
    verdict = made.deliver(ARCHIVES[GOOD.id])
    assert verdict and (verdict.outcome, verdict.reason) == (KEPT, "it is the same model as the one in charge")
    assert stage.lake.models.get(LOG) is None


@pytest.mark.parametrize("after", [False, True], ids=["before-the-write", "after-the-write"])
@pytest.mark.parametrize("model", [GOOD, BAD], ids=["better", "worse"])
def test_a_death_at_any_write_ends_in_one_decision(judged: Judged, model: Model, after: bool) -> None:
    whole = judged.copy()
    whole.deliver(ARCHIVES[model.id])
    for place in range(1, 30):
        one = judged.copy()
        one.stage.lake.models.put(archive_key(JOB), ARCHIVES[model.id])
        sound, countdown = one.stage.lake, [place]
        one.stage.lake = Lake(*(CrashingStore(store, countdown, after) for store in one.stage.stores))
        died = False
        try:
            one.deliver()
        except KeyboardInterrupt:
            died = True
        one.stage.lake = sound
        one.stage.lake = one.stage.new_process()
        verdict = one.deliver()
        (decision,) = one.decisions()
        assert verdict and (decision.id, decision.comparison) == (model.id, verdict.comparison), f"died at {place}"
        assert verdict.outcome == (PROMOTED if model is GOOD else KEPT) and verdict.reason == decision.reason
        assert set(one.left()) == set(whole.left())
        if not died:
            assert place > 4
            return
    raise AssertionError("never ran to the end")


@pytest.mark.parametrize("place", range(1, 7))
def test_two_at_once_take_one_decision(judged: Judged, place: int) -> None:
    judged.stage.lake.models.put(archive_key(JOB), ARCHIVES[GOOD.id])
    other, countdown = judged.stage.new_process(), [place]
    busy = Lake(
        *(
            Meanwhile(store, countdown, lambda: judge(other, archive_key(JOB), judged.stage.clock))
            for store in judged.stage.stores
        )
    )
    judge(busy, archive_key(JOB), judged.stage.clock)
    (decision,) = judged.decisions()
    verdict = verdict_of(judged)
    assert (verdict.outcome, verdict.comparison) == (PROMOTED, decision.comparison)


def test_whoever_takes_charge_meanwhile_is_who_it_is_compared_with(judged: Judged) -> None:
    judged.stage.lake.models.put(archive_key(JOB), ARCHIVES[ALSO_GOOD.id])
    judged.stage.lake.registry.add(GOOD, {}, "2026-01-01T00:00:00Z")
    other, countdown = judged.stage.new_process(), [1]
    took = lambda: promote(other, GOOD.id, reason="by hand", by="me", now=judged.stage.clock())  # noqa: E731
    busy = Lake(*(Meanwhile(store, countdown, took) for store in judged.stage.stores))
    with pytest.raises(ModelError, match=f"was compared with {WEAK.id}, and {GOOD.id} has taken charge: try again"):
        judge(busy, archive_key(JOB), judged.stage.clock)
    assert judged.stage.new_process().training_jobs.verdict(JOB) is None
    judged.stage.lake = judged.stage.new_process()
    verdict = judged.deliver()
    assert verdict and verdict.comparison and verdict.comparison["champion"] == GOOD.id


def test_other_constants_are_another_state_shown_when_it_is_complete(judged: Judged) -> None:
    verdict = judged.deliver(ARCHIVES[STIFF.id])
    (decision,) = judged.decisions()
    assert verdict and verdict.outcome == PROMOTED and decision.effective_from is None
    assert judged.models[2024, 6] == WEAK.id
    judged.settle()
    assert set(judged.models.values()) == {STIFF.id}


@pytest.mark.parametrize(
    ("through", "games", "reason"),
    [((2024, 3), 213, f"213 games that neither model has seen are too few to tell: {LEAST} are needed"),
     ((2024, 60), 0, "there are no games from day 61 of 2024 on, which neither it nor")],
)  # fmt: skip
def test_a_champion_that_has_seen_the_games_is_not_measured_on_them(
    judged: Judged, through: Moment, games: int, reason: str
) -> None:
    newer = replace(WEAK, trained_through=through)
    judged.stage.lake.registry.add(newer, {}, "2026-01-01T00:00:00Z")
    judged.promote(newer)
    verdict = judged.deliver(ARCHIVES[GOOD.id])
    assert verdict and verdict.outcome == KEPT and reason in verdict.reason
    assert verdict.comparison and verdict.comparison["games"] == games
    assert verdict.comparison["since"] == [2024, through[1] + 1]


def of_kind(kind: str) -> dict[str, Any]:
    test = report(GOOD)["test"]
    return test | {"pooled": test["pooled"] | {kind: test["pooled"]["all"]}}


def changed(model: Model = GOOD, **scores: Any) -> bytes:
    told = report(model)
    told["test"]["pooled"]["all"]["full"] |= scores
    return packed(model_files(model, told))


def women() -> Model:
    return replace(GOOD, league=League.WOMEN)


def never_mirrored() -> Model:
    """Weights so big that a forecast is no number."""
    return scorer(1.0, linear=np.full_like(GOOD.scorer.linear, 1e308))


def nan() -> Model:
    weights = np.array(GOOD.scorer.linear)
    weights[NAMES.index("logit"), 0] = np.nan
    return scorer(1.0, linear=weights)


def told_of(model: Model, **changes: Any) -> bytes:
    """A model with the report of another, changed."""
    return packed(model_files(model, report(GOOD, **changes)))


BROKEN_CONSTANTS = replace(GOOD, parameters=replace(GOOD.parameters, noise_sd=0.0, drift_sd=0.0, newcomer_sd=0.0))
REFUSED_WITH: Mapping[str, tuple[Any, str]] = {
    "cut off": (lambda: ARCHIVES[GOOD.id][:9999], "no whole tar.gz"),
    "no report": (lambda: packed({k: v for k, v in model_files(GOOD, {}).items() if "report" not in k}), "no report"),
    "a NaN weight": (lambda: told_of(nan()), "no finite or no positive number in linear"),
    "weights too big": (lambda: told_of(never_mirrored()), "no finite numbers|antisymmetric"),
    "useless constants": (lambda: told_of(BROKEN_CONSTANTS), "no finite number|nothing can be forecast"),
    "a model of another league": (lambda: told_of(women()), "its model is of league W, and the job was launched for"),
    "a report of another league": (lambda: told_of(GOOD, league="W"), "its report is of league W"),
    "another cut": (lambda: told_of(GOOD, before=(2023, 5)), r"cut before \[2023, 5\], not \[2024, 0\]"),
    "the gate's games seen": (
        lambda: told_of(replace(GOOD, trained_through=(2024, 5))), "seen games to day 5 of 2024; .* stop before day 0"
    ),
    "the scorer saw them": (
        lambda: told_of(replace(GOOD, scorer=replace(GOOD.scorer, trained_through=(2024, 0)))), "games to day 0 of 2024"
    ),
    "better by its own report": (lambda: changed(log_loss=0.2), "log_loss 0.2 and not 0.[0-9]+, on the games from"),
    "a better Brier score": (lambda: changed(brier=0.1), "brier 0.1 and not"),
    "fewer games": (lambda: changed(games=352), "games 352 and not 353"),
    "another model's report": (lambda: told_of(BAD), "log_loss .* and not .*, brier .* and not"),
    "no test": (lambda: told_of(GOOD, test=None), "no scores of all games"),
    "a test in words": (lambda: changed(games="many"), "no scores that can be read"),
    "a test of no model": (lambda: told_of(GOOD, test={"pooled": {}}), "no scores that can be read|no scores of all"),
    "a kind of which there were none": (
        lambda: told_of(GOOD, test=of_kind("secondary")), r"games 353 and not 0, on the games .* \(secondary"
    ),
    "better in the tournament": (
        lambda: told_of(GOOD, test=of_kind("ncaa")), r"games 353 and not [0-9]+.*on the games .* \(ncaa"
    ),
    "a kind that is none": (lambda: told_of(GOOD, test=of_kind("nba")), "of a kind that is none"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED_WITH)
def test_what_must_not_be_used_is_refused_once_with_the_reason(judged: Judged, name: str) -> None:
    make, reason = REFUSED_WITH[name]
    log = judged.stage.lake.models.get(LOG)
    with pytest.raises(Refused, match=f"(?s)the model of {JOB} is refused: .*({reason})"):
        judged.deliver(make())
    judged.deliver()  # AWS's retry finds the verdict
    assert verdict_of(judged).outcome == REFUSED and verdict_of(judged).comparison is None
    assert judged.stage.lake.models.get(LOG) == log and judged.decisions() == []
    judged.play(2024, 9)
    assert judged.models[2024, 9] == WEAK.id


def test_an_archive_of_a_job_that_nobody_launched_is_not_looked_at(
    judged: Judged, caplog: pytest.LogCaptureFixture
) -> None:
    left = judged.left()
    assert judged.deliver(ARCHIVES[GOOD.id], "stray") is None
    (line,) = (one for one in caplog.records if one.msg == "not judged")
    assert line.levelname == "ERROR" and line.why.endswith("no job stray was started from here")  # type: ignore[attr-defined]
    assert judged.left() == left | {archive_key("stray"): ARCHIVES[GOOD.id]}
    judge(judged.stage.lake, f"{OUTPUT}{JOB}/output/deeper/model.tar.gz", judged.stage.clock)  # none of a job's
    assert verdict_of(judged, missing=True) is None


@pytest.mark.parametrize("body", [None, b"no Parquet"])
def test_a_lost_channel_waits_for_its_version(judged: Judged, body: bytes | None) -> None:
    key = f"training/input/{JOB}/games.parquet"
    models = judged.stage.lake.models
    stored = models.get(key)
    assert stored
    models.delete([key]) if body is None else models.put(key, body)
    with pytest.raises(TrainingRecordError, match="put back"):
        judged.deliver(ARCHIVES[GOOD.id])
    models.put(key, stored.body)
    verdict = judged.deliver()
    assert verdict and verdict.outcome == PROMOTED


def test_a_report_that_differs_as_machines_do_is_true(judged: Judged) -> None:
    loss = report(GOOD)["test"]["pooled"]["all"]["full"]["log_loss"]
    verdict = judged.deliver(changed(log_loss=loss + 5e-5))
    assert verdict and verdict.outcome == PROMOTED


def test_what_is_on_record_is_json(judged: Judged) -> None:
    judged.deliver(ARCHIVES[GOOD.id])
    stored = judged.stage.lake.models.get(f"training/verdicts/{JOB}.json")
    assert stored and json.loads(stored.body)["comparison"]["since"] == [2024, 0]


def verdict_of(judged: Judged, missing: bool = False) -> Any:
    found = judged.stage.new_process().training_jobs.verdict(JOB)
    assert missing or found
    return found
