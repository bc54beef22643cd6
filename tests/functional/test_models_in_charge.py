"""Who forecasts which day: decisions take effect on the next day, rewrite nothing, and are replayed as taken."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any, Self

import pytest

from hoops.forecast.model import Model, shipped
from hoops.forecast.sound import Unsound
from hoops.games.leagues import League
from lake.lake import Lake
from lake.published import manifest_key, table_key
from lake.registry import KEPT, LOG, Decision
from lake.training_jobs import REFUSED, Verdict
from operate.backlog import Backlog
from operate.models import ModelError, listing, promote, rollback
from operate.predict import Asked, predict
from operate.sources import LakeSource
from pipeline_app.publish import publish
from pipeline_app.reconcile import reconcile
from tests.fakes import DEDUPLICATION_WINDOW, Stage
from tests.functional.test_fixtures import RESULT_HEADER
from tests.memory_store import MemoryStore
from tests.pure import by_log, published_bytes

TEAMS = (1101, 1102, 1103, 1104)
MEN = League.MEN


def cooled(temperature: float) -> Model:
    """Another scorer for the same state."""
    model = shipped(MEN)
    return replace(model, scorer=replace(model.scorer, temperature=temperature))


def stiffened(noise: float) -> Model:
    """Other constants: another state."""
    model = shipped(MEN)
    return replace(model, parameters=replace(model.parameters, noise_sd=model.parameters.noise_sd + noise))


A, B, C, X = shipped(MEN), cooled(1.2), cooled(1.4), stiffened(1.0)
EVERY = (A, B, C, X)


class Played:
    """A stage to which results come day by day."""

    def __init__(self, stage: Stage | None = None) -> None:
        self.stage = stage or Stage()
        self.files: dict[str, bytes] = {}
        self.pairs: dict[tuple[int, int], list[list[int]]] = {}
        self.seed = 0
        for model in EVERY[1:]:
            self.stage.lake.registry.add(model, {}, "2026-01-01T00:00:00Z")

    def copy(self) -> Self:
        twin = type(self).__new__(type(self))
        twin.stage, twin.files = self.stage.copy(), dict(self.files)
        twin.pairs, twin.seed = dict(self.pairs), self.seed
        return twin

    def upload(self, season: int, *days: int) -> None:
        """Two games a day; those of a day that was played before come out differently now."""
        self.seed += 1
        rng, lines = random.Random(self.seed), [RESULT_HEADER]
        for day in days:
            teams = rng.sample(TEAMS, 4)
            rows = (
                [sorted(teams[:2]), sorted(teams[2:])] if (season, day) not in self.pairs else self.pairs[season, day]
            )
            self.pairs[season, day] = rows
            for one, two in rows:
                low = rng.randint(50, 70)
                first, second = (one, two) if rng.random() < 0.5 else (two, one)
                lines.append(f"{season},{day},{first},{low + rng.randint(1, 20)},{second},{low},N,0")
        key = f"results/MRegularSeasonCompactResults_202401{self.seed // 24 + 1:02d}T{self.seed % 24:02d}00.csv"
        self.files[key] = "\n".join(lines).encode()
        self.stage.upload(key, self.files[key])

    def play(self, season: int, *days: int) -> None:
        self.upload(season, *days)
        self.stage.drain()

    def promote(self, model: Model, lake: Lake | None = None) -> Decision:
        return promote(lake or self.stage.lake, model.id, reason="better", by="test", now=self.stage.clock())

    def rollback(self, id: str | None = None) -> Decision:
        return rollback(self.stage.lake, MEN, id, reason="worse", by="test", now=self.stage.clock())

    def lose(self, *prefixes: str) -> None:
        stage = self.stage
        stage.lake.models.delete([row.key for one in prefixes for row in stage.lake.models.listing(one)])
        stage.lake = stage.new_process()

    def settle(self) -> None:
        for _ in range(8):
            self.stage.clock.now += DEDUPLICATION_WINDOW + timedelta(seconds=1)
            reconcile(self.stage.lake, self.stage.queue, self.stage.clock)
            if not self.stage.queue.depth():
                return
            self.stage.drain()
        raise AssertionError("reconciling does not come to rest")

    @property
    def models(self) -> dict[tuple[int, int], str]:
        """The model that forecast each day, as it is shown."""
        shown: dict[tuple[int, int], str] = {}
        for key in self.stage.published():
            if key.startswith("forecasts/league=M"):
                for row in self.stage.lake.published.read(key).to_pylist():
                    season = int(key.split("season=")[1][:4])
                    assert shown.setdefault((season, row["day"]), row["model_id"]) == row["model_id"]
        return shown

    def tables(self) -> dict[str, bytes]:
        """What the days are shown with: no games to come, nor the models, which every decision changes."""
        apart = ("upcoming/", "models/")
        return {key: body for key, body in self.stage.published().items() if not key.startswith(apart)}

    def expected(self) -> dict[str, bytes]:
        log = self.stage.lake.models.get(LOG)
        assert log is not None
        newest_last = dict(sorted(self.files.items()))
        if not json.loads(log.body)["leagues"]["M"]["decisions"]:
            return published_bytes(MEN, newest_last, lambda day: A)
        return published_bytes(MEN, newest_last, by_log(log.body, MEN, EVERY))


@pytest.fixture(scope="module")
def _played() -> Played:
    played = Played()
    played.play(2023, 5, 9)
    played.play(2024, 3, 4)
    played.play(2024, 6)
    return played


@pytest.fixture
def played(_played: Played) -> Played:
    return _played.copy()


def test_a_promotion_takes_effect_on_the_next_day_and_rewrites_nothing(played: Played) -> None:
    before = played.tables()
    assert played.promote(B).effective_from == (2024, 7)
    played.settle()
    assert played.tables() == before
    played.play(2024, 9)
    assert played.models == {
        (2023, 5): A.id, (2023, 9): A.id, (2024, 3): A.id, (2024, 4): A.id, (2024, 6): A.id, (2024, 9): B.id
    }  # fmt: skip
    assert played.tables() == played.expected()


def test_a_rollback_takes_effect_on_the_next_day_too(played: Played) -> None:
    played.promote(B)
    played.play(2024, 9)
    assert played.rollback().id == A.id
    played.play(2024, 10)
    assert [played.models[2024, day] for day in (6, 9, 10)] == [A.id, B.id, A.id]
    assert played.tables() == played.expected()


def test_going_back_again_goes_further_back_until_there_is_nothing(played: Played) -> None:
    for model in (B, C):
        played.promote(model)
    assert [played.rollback().id for _ in range(2)] == [B.id, A.id]
    with pytest.raises(ModelError, match=f"no model before {A.id}"):
        played.rollback()
    played.promote(C)
    assert played.rollback().id == A.id
    assert played.rollback(B.id).id == B.id


def test_the_first_decision_puts_the_shipped_model_on_record_for_later_programs(played: Played) -> None:
    played.promote(B)
    played.play(2024, 9)

    class Later(Lake):
        def shipped(self, league: League) -> Model:
            return replace(C, league=league)

    played.stage.lake = Later(*played.stage.stores)
    before = played.tables()
    played.lose("state/")
    played.stage.lake = Later(*played.stage.stores)
    played.settle()
    assert played.tables() == before == played.expected()


def test_without_a_decision_the_model_of_the_next_program_takes_over_from_the_beginning(played: Played) -> None:
    class Later(Lake):
        def shipped(self, league: League) -> Model:
            return replace(B, league=league)

    shown = played.models
    played.stage.lake = Later(*played.stage.stores)
    played.settle()
    assert set(played.models.values()) == {B.id} and played.models.keys() == shown.keys()
    files = dict(sorted(played.files.items()))
    assert played.tables() == published_bytes(MEN, files, lambda day: B)
    assert played.stage.lake.folded(MEN).stored.first == B.id


@pytest.mark.parametrize("lost", [("state/",), ("state/fold",), ("head.json",), ("everything",)])
def test_a_replay_finds_who_was_in_charge(played: Played, lost: tuple[str, ...]) -> None:
    played.promote(B)
    played.play(2024, 9)
    played.rollback()
    played.play(2024, 11)
    before, shown = played.tables(), played.models
    if lost == ("head.json",):
        head = f"state/{A.engine}/league=M/head.json"
        played.lose(head)
    elif lost == ("everything",):
        played.lose("state/", "issued/")
        played.stage.lake.dashboard.delete([manifest_key(MEN)])
    else:
        played.lose(*lost)
    played.settle()
    assert played.tables() == before == played.expected()
    played.play(2023, 5)  # corrected
    assert played.models == shown
    assert played.tables() == played.expected() != before


def test_a_new_version_of_the_fold_finds_who_was_in_charge(played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    played.promote(B)
    played.play(2024, 9)
    before, engine = played.tables(), A.engine
    monkeypatch.setattr("hoops.forecast.model.FOLD_VERSION", 1_000)
    played.stage.lake = played.stage.new_process()
    played.settle()
    assert played.stage.lake.published.manifest(MEN)[0].engine == A.engine != engine
    assert played.tables() == before == played.expected()


def test_a_decision_while_the_head_is_lost_waits_for_what_is_shown(played: Played) -> None:
    played.lose("state/")
    assert played.promote(B).effective_from == (2024, 7)
    played.settle()
    played.play(2024, 9)
    assert played.models[2024, 6] == A.id and played.models[2024, 9] == B.id
    played.lose("state/")
    played.stage.lake.dashboard.delete([manifest_key(MEN)])
    with pytest.raises(ModelError, match="no day of league M is folded or shown yet: wait"):
        played.promote(C)


def test_other_constants_forecast_every_day_beside_and_are_shown_when_done(played: Played) -> None:
    played.promote(B)
    played.play(2024, 9)
    before = played.tables()
    assert played.promote(X).effective_from is None
    played.stage.clock.now += DEDUPLICATION_WINDOW
    reconcile(played.stage.lake, played.stage.queue, played.stage.clock)
    nudges = played.stage.queue.receive(10_000)
    for nudge in nudges[:-1]:
        played.stage.deliver([nudge])
        assert played.tables() == before
    played.stage.deliver(nudges[-1:])
    played.settle()
    assert set(played.models.values()) == {X.id}
    assert played.tables() == played.expected()
    manifest, _ = played.stage.lake.published.manifest(MEN)
    assert (manifest.engine, manifest.model) == (X.engine, X.id)
    played.play(2024, 10)
    assert played.rollback().id == B.id
    played.settle()
    assert played.tables() == played.expected()
    # Of the days that only the other engine forecast before, the model that this engine would have had in charge.
    assert [played.models[2024, day] for day in (6, 9, 10)] == [A.id, B.id, B.id]


def fixtures(played: Played, *days: int) -> None:
    rows = "\n".join(f"2024,{day},1101,1102,N" for day in days)
    played.stage.upload("fixtures/MFixtures.csv", f"Season,DayNum,Team1ID,Team2ID,Loc\n{rows}\n".encode())
    played.stage.drain()


def to_come(played: Played) -> dict[int, str]:
    table = played.stage.lake.published.read("upcoming/league=M/season=2024/part.parquet")
    return {row["day"]: row["model_id"] for row in table.to_pylist()}


def test_games_to_come_are_forecast_anew_by_who_takes_charge(played: Played) -> None:
    fixtures(played, 8, 12)
    assert to_come(played) == {8: A.id, 12: A.id}
    played.promote(B)
    played.settle()
    assert to_come(played) == {8: B.id, 12: B.id}
    manifest, _ = played.stage.lake.published.manifest(MEN)
    assert (manifest.engine, manifest.model) == (A.engine, B.id)
    row = "2024,8,1101,80,1102,70,N,0"
    played.stage.upload("results/MRegularSeasonCompactResults_20240301.csv", f"{RESULT_HEADER}\n{row}\n".encode())
    played.stage.drain()
    (told,) = (r for r in played.stage.lake.published.read("forecasts/league=M/season=2024/part.parquet").to_pylist()
               if r["day"] == 8)  # fmt: skip
    assert told["model_id"] == told["issued_model_id"] == B.id
    played.rollback()
    assert to_come(played) == {12: B.id}
    played.settle()
    assert to_come(played) == {12: A.id}


def test_what_one_engine_issued_stays_on_record_when_another_takes_over(played: Played) -> None:
    fixtures(played, 8, 12)
    played.promote(X)
    row = "2024,8,1101,80,1102,70,N,0"
    played.stage.upload("results/MRegularSeasonCompactResults_20240301.csv", f"{RESULT_HEADER}\n{row}\n".encode())
    played.settle()
    (told,) = (r for r in played.stage.lake.published.read("forecasts/league=M/season=2024/part.parquet").to_pylist()
               if r["day"] == 8)  # fmt: skip
    assert (told["model_id"], told["issued_model_id"]) == (X.id, A.id)


def shown_models(played: Played) -> dict[str, dict[str, Any]]:
    rows = played.stage.lake.published.read(table_key("models", MEN)).to_pylist()
    return {row["model_id"]: row for row in rows}


def test_a_candidate_that_is_kept_changes_nothing_but_what_is_said_of_the_models(played: Played) -> None:
    played.settle()
    before, shown = played.stage.kept(), shown_models(played)
    assert {id: row["standing"] for id, row in shown.items()} == {
        A.id: "in charge", B.id: "candidate", C.id: "candidate", X.id: "candidate"
    }  # fmt: skip
    assert (shown[A.id]["ships"], shown[A.id]["decision"], shown[B.id]["decision"]) == (True, "shipped", None)
    assert shown[A.id]["test_games"] > 10_000
    figures = {"games": 900, "low": -0.002, "high": 0.004, "better": 0.31, "slope": 0.97}
    kept = Decision(B.id, B.parameters.digest(), KEPT, None, "2026-01-01T00:00:00Z", "gate", "no better", figures)
    played.stage.lake.registry.update(MEN, lambda log: replace(log, decisions=(*log.decisions, kept)))
    played.settle()
    after = played.stage.kept()
    assert {key for key in after if after[key] != before.get(key)} == {
        f"dashboard/{table_key('models', MEN)}", f"dashboard/{manifest_key(MEN)}"
    }  # fmt: skip
    told = shown_models(played)[B.id]
    assert (told["standing"], told["decision"], told["reason"]) == ("not used", "kept", "no better")
    assert (told["judged_games"], told["judged_better"], told["judged_brier"]) == (900, 0.31, None)
    played.promote(C)
    assert played.stage.lake.registry.charge(MEN).decisions[0].id == A.id


def test_a_forecast_asked_for_is_made_by_who_is_in_charge_on_its_day(played: Played) -> None:
    played.promote(B)
    found = {
        day: predict(Asked("1101", "1102", MEN, season=2024, day=day), LakeSource(played.stage.lake, MEN))["model"]
        for day in (6, 7)
    }
    assert found == {6: A.id, 7: B.id}


def test_what_cannot_be_decided_says_why(played: Played) -> None:
    lake = played.stage.lake
    told: Any = {"by": "me", "now": played.stage.clock()}
    for act, text in (
        (lambda: promote(lake, "full-x", reason="r", **told), f"no model 'full-x' here; there are .*{B.id}"),
        (lambda: played.promote(A), f"{A.id} is in charge of league M already, from the beginning"),
        (lambda: played.rollback(B.id), f"{B.id} was never in charge: `madness models promote {B.id}`"),
        (lambda: rollback(lake, None, None, reason="r", **told), "of which league"),
        (lambda: rollback(lake, League.WOMEN, B.id, reason="r", **told), "a model of league M, not of W"),
        (lambda: promote(lake, B.id, reason=" ", **told), "needs a reason"),
    ):
        with pytest.raises(ModelError, match=text):
            act()
    broken = replace(A, scorer=replace(A.scorer, margin_unit=float("nan")))
    played.stage.lake.registry.add(broken, {}, "2026-01-01T00:00:00Z")
    with pytest.raises(Unsound, match="margin_unit"):
        played.promote(broken)
    assert played.stage.lake.registry.log(MEN).decisions == ()


def test_a_program_that_ships_another_model_than_the_stage_is_forecast_by_decides_nothing(played: Played) -> None:
    class Later(Lake):
        def shipped(self, league: League) -> Model:
            return replace(C, league=league)

    with pytest.raises(ModelError, match=f"this program ships {C.id} .* forecast by {A.id}: deploy this version"):
        played.promote(B, Later(*played.stage.stores))


def test_models_are_listed_with_who_is_in_charge_since_when_and_why(played: Played) -> None:
    played.promote(B)
    played.play(2024, 9)
    jobs = played.stage.lake.training_jobs
    jobs.judge(Verdict("madness-dev-m-1", MEN, KEPT, C.id, "no better", "2026-01-02T00:00:00Z"))
    jobs.judge(Verdict("madness-dev-m-2", MEN, REFUSED, "", "model.tar.gz is cut off", "2026-01-03T00:00:00Z"))
    jobs.judge(Verdict("madness-dev-w-1", League.WOMEN, REFUSED, "", "another league's", "2026-01-03T00:00:00Z"))
    found = listing(played.stage.lake, [MEN])["M"]
    assert found["refused"] == [
        {"job": "madness-dev-m-2", "model": None, "at": "2026-01-03T00:00:00Z", "reason": "model.tar.gz is cut off"}
    ]
    now = found["in_charge"]
    assert (now["id"], now["effective_from"], now["reason"], now["by"]) == (
        B.id, {"season": 2024, "day": 7}, "better", "test"
    )  # fmt: skip
    standings = {one["id"]: (one["standing"], one["ships"]) for one in found["models"]}
    assert standings == {
        A.id: ("was in charge", True),
        B.id: ("in charge", False),
        C.id: ("candidate", False),
        X.id: ("candidate", False),
    }
    assert next(one for one in found["models"] if one["ships"])["scores"]["regular"]["log_loss"] < 0.55
    assert [one["action"] for one in found["decisions"]] == ["shipped", "promoted"]
    assert json.loads(json.dumps(found)) == found


class Meanwhile(MemoryStore):
    """Lets something happen right before a certain write, of whichever bucket."""

    def __init__(self, inner: MemoryStore, countdown: list[int], then: object) -> None:
        super().__init__(inner.name, inner._clock)
        self._objects, self._countdown, self._then = inner._objects, countdown, then

    def put(self, key: str, body: bytes, *, if_match: str | None = None, if_absent: bool = False) -> str:
        self._countdown[0] -= 1
        if self._countdown[0] == 0:
            self._then()  # type: ignore[operator]
        return super().put(key, body, if_match=if_match, if_absent=if_absent)


def test_a_promotion_at_any_write_of_a_day_rewrites_no_forecast(played: Played) -> None:
    postponed = 0
    for place in range(1, 60):
        one = played.copy()
        other = one.stage.new_process()
        countdown, decisions = [place], []
        sound = one.stage.lake
        one.upload(2024, 8)
        nudges = one.stage.queue.receive(100)
        one.stage.lake = Lake(*(Meanwhile(store, countdown, lambda: decisions.append(one.promote(B, other)))  # noqa: B023
                                for store in one.stage.stores))  # fmt: skip
        one.stage.deliver(nudges)
        one.stage.lake = sound
        if not decisions:
            assert place > 8 and postponed > 2
            return
        shown = one.models
        one.settle()
        one.play(2024, 9)
        assert {day: one.models[day] for day in shown} == shown, f"promoted before write {place}"
        assert one.models[2024, 9] == B.id
        now = one.stage.lake.registry.log(MEN).in_force[-1]
        postponed += now != decisions[0]
        assert replace(now, effective_from=None) == replace(decisions[0], effective_from=None)
        assert one.tables() == one.expected()
    raise AssertionError("never ran to the end")


@pytest.mark.parametrize("after", [False, True], ids=["before-the-write", "after-the-write"])
def test_whoever_dies_at_any_write_leaves_the_log_and_the_tables_in_agreement(played: Played, after: bool) -> None:
    """A decision that comes too late, the day that postpones it, and another decision: each may die anywhere."""
    from tests.functional.test_promises import CrashingStore

    for place in range(1, 90):
        one = played.copy()
        sound, countdown = one.stage.lake, [place]
        early = one.stage.new_process()
        one.upload(2024, 8)
        one.stage.lake = Lake(*(CrashingStore(store, countdown, after) for store in one.stage.stores))
        try:
            stale = early.registry.charge(MEN)
            one.promote(B)
            _fold_as_of(one, stale)
            one.stage.drain()
            one.promote(C)
            one.stage.drain()
            died = False
        except KeyboardInterrupt:
            died = True
        one.stage.lake = sound
        shown = one.models
        one.stage.lake = one.stage.new_process()
        one.settle()
        one.play(2024, 9)
        assert {day: one.models[day] for day in shown} == shown, f"died at write {place}"
        assert one.tables() == one.expected()
        if not died:
            assert place > 15
            return
    raise AssertionError("never ran to the end")


def _fold_as_of(played: Played, charge: object) -> None:
    """Deliver what waits to a worker that read the log before a decision, and commits after it."""
    worker = played.stage.lake
    registry = worker.registry
    reads = registry.charge
    try:
        registry.charge = lambda league: charge if league is MEN else reads(league)  # type: ignore[method-assign, assignment, return-value]
        played.stage.drain()
    finally:
        del registry.charge  # type: ignore[method-assign]


@pytest.mark.parametrize("seed", range(6))
def test_whatever_comes_in_whatever_order_ends_in_the_fold_by_the_log(played: Played, seed: int) -> None:
    rng, now = random.Random(seed), [2024, 6]
    seen: dict[tuple[str, tuple[int, int]], str] = {}

    def play() -> None:
        if rng.random() < 0.15:
            now[:] = [now[0] + 1, rng.randint(0, 5)]
        else:
            now[1] += rng.randint(1, 3)
        played.upload(*now)

    def decide() -> None:
        try:
            if rng.random() < 0.7:
                played.promote(rng.choice([A, B, C, X]))
            else:
                played.rollback()
        except ModelError as error:
            assert "already" in str(error) or "no model before" in str(error) or "folded or shown yet" in str(error)

    def correct() -> None:
        played.upload(*rng.choice(sorted(played.pairs)))

    def race() -> None:
        """Something is decided while a day is folded."""
        other, countdown = played.stage.new_process(), [rng.randint(1, 12)]
        play()
        sound = played.stage.lake

        def meanwhile() -> None:
            played.stage.lake = other
            decide()
            played.stage.lake = busy

        busy = Lake(*(Meanwhile(store, countdown, meanwhile) for store in played.stage.stores))
        played.stage.lake = busy
        played.stage.deliver(played.stage.queue.receive(3))
        played.stage.lake = sound

    steps = [
        play, play, decide, correct, race, race, played.settle, played.stage.drain,
        lambda: played.stage.deliver(played.stage.queue.receive(rng.randint(1, 3))),
        lambda: played.stage.queue.receive(rng.randint(1, 3)),  # and lost
        lambda: played.lose(rng.choice(["state/", f"state/{A.engine}/league=M/head.json"])),
    ]  # fmt: skip
    for _ in range(25):
        rng.choice(steps)()
        engine = played.stage.lake.published.manifest(MEN)[0].engine
        for day, model in played.models.items():
            assert seen.setdefault((engine, day), model) == model, "a forecast that was shown was made again"
    played.settle()
    assert played.tables() == played.expected()


def test_an_apply_that_read_the_log_before_a_decision_shows_the_decision_all_the_same(played: Played) -> None:
    stage, stale = played.stage, played.stage.lake.registry.charge(MEN)
    kept = Decision(B.id, B.parameters.digest(), KEPT, None, "2026-01-01T00:00:00Z", "gate", "no better")
    stage.lake.registry.update(MEN, lambda log: replace(log, decisions=(*log.decisions, kept)))
    publish(stage.lake, MEN, stage.clock)
    publish(stage.lake, MEN, stage.clock, charge=stale)
    assert shown_models(played)[B.id]["standing"] == "not used"


def test_the_tables_of_an_earlier_program_are_completed_without_anything_new(played: Played) -> None:
    stage = played.stage
    played.settle()
    before = stage.published()
    stored = stage.lake.dashboard.get(manifest_key(MEN))
    assert stored is not None
    manifest = json.loads(stored.body)
    new = [key for key in manifest["tables"] if key.startswith(("drift/", "models/"))]
    assert len(new) == 3  # of two seasons, and the models
    manifest["tables"] = {key: entry for key, entry in manifest["tables"].items() if key not in new}
    del manifest["models"]
    stage.lake.dashboard.put(manifest_key(MEN), json.dumps(manifest).encode())
    stage.lake.dashboard.delete(new)
    backlog = Backlog(stage.lake, [MEN])
    assert not backlog.look(MEN).is_published
    stage.lake = stage.new_process()
    played.settle()
    assert stage.published() == before
    assert Backlog(stage.lake, [MEN]).look(MEN).is_published
