"""The registry of models: which there are, and which of them forecasts which day. Nothing else says so.

    models/<id>/{scorer.npz,parameters.json,report.json}   immutable, written first
    models/log.json                                        models and decisions of both leagues; replaced, with If-Match

A decision puts a model in charge from a day on. Decisions are never taken away, so that a replay of the past finds, for
every day, the model that was in charge: a rollback is one more decision. Models with the same constants take turns on
one engine's state; with other constants they have a state of their own, on which they have forecast every day.

As long as nobody has decided anything, the model that ships with the program is in charge, and another program's from
the beginning. The first decision puts it on record, and later programs' models are candidates like any other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Protocol

from hoops.errors import MadnessError
from hoops.forecast import scorer as scorers
from hoops.forecast.model import Model, engine_of
from hoops.games.leagues import League
from hoops.games.moment import Moment, day_after
from hoops.knowledge.parameters import Parameters
from lake.head import Head
from lake.ledger import digest
from lake.retry import retrying
from lake.store import Store

LOG = "models/log.json"
SHIPPED, PROMOTED, ROLLED_BACK, KEPT = "shipped", "promoted", "rolled back", "kept"
_VERSION = 1


class RegistryError(MadnessError):
    """The log, or a model that it names, cannot be read; the text says which and what to do."""


@dataclass(frozen=True)
class Decision:
    """A line of the log.

    constants: digest of the model's constants, which with the program's fold give its engine. action: `SHIPPED` (in
    charge before the first decision), `PROMOTED`, `ROLLED_BACK`, or `KEPT`: looked at and not used. effective_from:
    the first day that the model forecasts, None for all days. at: UTC time. by: who, or what, has decided. comparison:
    with the model in charge, on games that neither had seen (`hoops.evaluation.judge`), where there was one.
    """

    id: str
    constants: str
    action: str
    effective_from: Moment | None
    at: str
    by: str
    reason: str
    comparison: dict[str, Any] | None = None

    def applies_on(self, moment: Moment) -> bool:
        return self.effective_from is None or self.effective_from <= moment


@dataclass(frozen=True)
class Registered:
    """A model of the registry. scores: of its training's test games, by kind of game. at: UTC time of its arrival."""

    constants: str
    trained_through: Moment
    at: str
    scores: dict[str, dict[str, float]]


class Forecast(Protocol):
    """Days that were forecast, as a head or a manifest tells of them.

    engine: with which state. reach: the last of them. decisions: how many in force were heard of.
    """

    @property
    def engine(self) -> str: ...

    @property
    def reach(self) -> Moment | None: ...

    @property
    def decisions(self) -> int: ...


@dataclass(frozen=True)
class LeagueLog:
    """One league's models, by id, and decisions, oldest first."""

    decisions: tuple[Decision, ...] = ()
    models: dict[str, Registered] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Changes with every model and decision."""
        return digest([json.dumps(asdict(self), sort_keys=True)])

    @property
    def in_force(self) -> tuple[Decision, ...]:
        """The decisions that put a model in charge."""
        return tuple(one for one in self.decisions if one.action != KEPT)

    def postponed(self, forecast: Forecast) -> LeagueLog:
        """With decisions that come too late for what was forecast put off to the day after it."""
        moved, place = [], 0
        for one in self.decisions:
            if one.action != KEPT:
                place += 1
                if place > forecast.decisions and forecast.reach and _is_late(one, forecast):
                    one = replace(one, effective_from=day_after(forecast.reach))
            moved.append(one)
        return replace(self, decisions=tuple(moved))


@dataclass(frozen=True)
class Charge:
    """Who forecasts which day of a league, as one reading of the log has it.

    decisions: those in force, never none. count: how many of them stand in the log; 0 where the shipped model is in
    charge because nobody has decided anything. log: all that was read.
    """

    league: League
    decisions: tuple[Decision, ...]
    count: int
    load: Callable[[str], Model] = field(repr=False, compare=False)
    log: LeagueLog = field(repr=False, compare=False)

    @property
    def engine(self) -> str:
        """The engine whose state is folded on: that of the newest decision."""
        return engine_of(self.decisions[-1].constants)

    @property
    def first(self) -> str:
        """The model that forecast the first days with this engine's state."""
        return self._mine[0].id

    @property
    def parameters(self) -> Parameters:
        return self.load(self.first).parameters

    @property
    def digest(self) -> str:
        """Changes when another model forecasts some day."""
        return digest(f"{one.id} from {one.effective_from}" for one in self._mine)

    def decision_on(self, moment: Moment) -> Decision:
        """The newest decision that applies on a day; before all of them, the first."""
        return next((one for one in reversed(self._mine) if one.applies_on(moment)), self._mine[0])

    def on(self, moment: Moment) -> Model:
        """The model that forecasts a day."""
        return self.load(self.decision_on(moment).id)

    def after(self, head: Head) -> Decision:
        """The decision that says who forecasts the next day to be folded."""
        return self.decision_on(day_after(head.reach) if head.reach else (0, 0))

    def is_news_to(self, head: Head) -> bool:
        """True if a head was folded without having heard of all decisions."""
        return head.position is not None and head.decisions != self.count

    def takes_over_from_another(self, head: Head) -> bool:
        """True if a head has folded nothing, or not since another engine was in charge."""
        return head.generation == 0 or any(
            engine_of(one.constants) != head.engine for one in self.decisions[head.decisions :]
        )

    def is_late_for(self, forecast: Forecast) -> bool:
        """True if a decision was to take effect on a day that was forecast without having heard of it."""
        return any(_is_late(one, forecast) for one in self.decisions[forecast.decisions :])

    def as_folded(self, head: Head) -> Head:
        """The head; if it was folded by another first model, gone back to the beginning, to be folded again.

        That happens where nobody has decided anything and another program ships another model.
        """
        if head.first in ("", self.first):
            return head
        return replace(head.before(0, 0), first=self.first)

    @property
    def _mine(self) -> list[Decision]:
        constants = self.decisions[-1].constants
        return [one for one in self.decisions if one.constants == constants]


class Registry:
    """Models and log of the models bucket. shipped: the models that come with the program."""

    def __init__(self, models: Store, shipped: Callable[[League], Model]) -> None:
        self._models, self._shipped = models, shipped
        self._loaded: dict[str, Model] = {}

    def charge(self, league: League) -> Charge:
        """Who is in charge now, and was."""
        return self.charge_by(self.log(league), league)

    def charge_by(self, log: LeagueLog, league: League) -> Charge:
        """Who is in charge by a log that was read."""
        decisions = log.in_force or (self.by_default(league, "", ""),)
        return Charge(league, decisions, len(log.in_force), lambda id: self.load(league, id), log)

    def by_default(self, league: League, at: str, by: str) -> Decision:
        """The decision that nobody has to take: the shipped model from the beginning."""
        model = self._shipped(league)
        reason = "it ships with the program, and was in charge before the first decision"
        return Decision(model.id, model.parameters.digest(), SHIPPED, None, at, by, reason)

    def log(self, league: League) -> LeagueLog:
        return self._read()[0].get(league, LeagueLog())

    def update(self, league: League, change: Callable[[LeagueLog], LeagueLog]) -> LeagueLog:
        """Replace a league's part of the log by what a function makes of it; it is called again if another writes."""

        def once() -> LeagueLog:
            logs, etag = self._read()
            before = logs.get(league, LeagueLog())
            after = change(before)
            if after != before:
                self._write({**logs, league: after}, etag)
            return after

        return retrying(once)

    def postpone(self, league: League, forecast: Forecast) -> None:
        """Have decisions that come too late for what was forecast take effect on the day after: none is made again."""
        self.update(league, lambda log: log.postponed(forecast))

    def add(self, model: Model, report: Mapping[str, Any], at: str) -> Registered:
        """Take a model into the registry, where it forecasts nothing until somebody decides that it shall."""
        registered = self.store(model, report, at)
        log = self.update(model.league, lambda log: replace(log, models={model.id: registered, **log.models}))
        return log.models[model.id]

    def store(self, model: Model, report: Mapping[str, Any], at: str) -> Registered:
        """Write a model's files, and give what the log is to say of it."""
        about = {
            "league": model.league.value,
            "parameters": asdict(model.parameters),
            "trained_through": list(model.trained_through),
        }
        for name, body in (
            ("scorer.npz", scorers.to_bytes(model.scorer)),
            ("parameters.json", json.dumps(about, indent=1).encode()),
            ("report.json", json.dumps(report, indent=1).encode()),
        ):
            self._models.put_new(f"models/{model.id}/{name}", body)
        return Registered(model.parameters.digest(), model.trained_through, at, scores_of(report))

    def load(self, league: League, id: str) -> Model:
        """A model by its id: one of the registry, or the one that ships.

        Raises
        ------
        RegistryError
            There is none, it is damaged, or this program cannot read it.
        """
        if id not in self._loaded:
            shipped = self._shipped(league)
            self._loaded[id] = shipped if id == shipped.id else self._fetch(league, id)
        return self._loaded[id]

    def _fetch(self, league: League, id: str) -> Model:
        stored = {name: self._models.get(f"models/{id}/{name}") for name in ("scorer.npz", "parameters.json")}
        missing = ", ".join(name for name, one in stored.items() if one is None)
        if missing:
            raise RegistryError(
                f"models/{id}/ of {self._models.name} has no {missing}: put back a version of it, or decide for "
                f"another model (`madness models --league {league}` lists them)"
            )
        weights, about = (one.body for one in stored.values() if one)
        try:
            model = model_of(weights, about)
        except ValueError as error:
            raise RegistryError(f"model {id} cannot be used by this program: {error}") from error
        if (model.id, model.league) != (id, league):
            raise RegistryError(
                f"models/{id}/ of {self._models.name} holds {model.id} of league {model.league}: put back a version of "
                "it from before it was changed"
            )
        return model

    def _read(self) -> tuple[dict[League, LeagueLog], str | None]:
        stored = self._models.get(LOG)
        if stored is None:
            return {}, None
        try:
            fields = json.loads(stored.body)
            if fields["version"] != _VERSION:
                raise ValueError(f"version {fields['version']}; this program reads version {_VERSION}")
            return {League(league): _parse(one) for league, one in fields["leagues"].items()}, stored.etag
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RegistryError(
                f"{LOG} of {self._models.name} cannot be read: {error}. Put back its last good version: nothing else "
                "says which model forecast which day"
            ) from error

    def _write(self, logs: Mapping[League, LeagueLog], etag: str | None) -> None:
        fields = {"version": _VERSION, "leagues": {league.value: _told(logs[league]) for league in sorted(logs)}}
        self._models.put(LOG, json.dumps(fields, indent=1).encode(), if_match=etag, if_absent=etag is None)


def decision_about(log: LeagueLog, id: str) -> Decision | None:
    """The newest decision about a model; None if nobody has decided anything about it."""
    return next((one for one in reversed(log.decisions) if one.id == id), None)


def model_of(weights: bytes, about: bytes) -> Model:
    """The model in a scorer.npz and a parameters.json, of the registry or of a training.

    Raises
    ------
    ValueError
        They are something else, or hold what this program has no features for.
    """
    try:
        fields = json.loads(about)
        season, day = fields["trained_through"]
        constants = {name: float(value) for name, value in fields["parameters"].items()}
        parameters, through = Parameters(**constants), (int(season), int(day))
        return Model(League(fields["league"]), parameters, scorers.from_bytes(weights), through)
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"parameters.json is not what a training writes: {error!r}") from error


def scores_of(report: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Games, log loss and Brier score of a model by kind of game, from the report of its training."""
    test = report.get("test") or {}
    names = ("games", "log_loss", "brier")
    found = {kind: scores.get(test["model"]) for kind, scores in test.get("pooled", {}).items()}
    return {kind: {name: scores[name] for name in names} for kind, scores in found.items() if scores}


def _is_late(decision: Decision, forecast: Forecast) -> bool:
    if decision.effective_from is None or forecast.reach is None:
        return False
    return engine_of(decision.constants) == forecast.engine and decision.effective_from <= forecast.reach


def _told(log: LeagueLog) -> dict[str, Any]:
    """A league's part of the log. No comparison is no field, as programs of before comparisons know none."""
    fields = asdict(log)
    for made in fields["decisions"]:
        if made["comparison"] is None:
            del made["comparison"]
    return fields


def _parse(fields: Mapping[str, Any]) -> LeagueLog:
    return LeagueLog(
        tuple(
            Decision(**{**_known(Decision, one), "effective_from": _moment(one["effective_from"])})
            for one in fields["decisions"]
        ),
        {
            id: Registered(**{**_known(Registered, one), "trained_through": _moment(one["trained_through"])})
            for id, one in fields["models"].items()
        },
    )


def _known(kind: type[Any], one: Mapping[str, Any]) -> dict[str, Any]:
    """Without what a later program has added."""
    return {name: value for name, value in one.items() if name in kind.__dataclass_fields__}


def _moment(pair: list[int] | None) -> Moment | None:
    if pair is None:
        return None
    season, day = pair
    return int(season), int(day)
