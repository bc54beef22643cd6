"""The models of a stage: which there are, who is in charge and why, and the decisions about that.

A decision takes effect on the day after all that was folded and all that is shown, so that no forecast is made again. A
model with other constants has no state yet: it forecasts every day anew beside what is shown, and is shown when done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from hoops.errors import MadnessError
from hoops.forecast.model import Model, engine_of, shipped_report
from hoops.forecast.sound import require_sound
from hoops.games.leagues import League
from hoops.games.moment import Moment, day_after, told
from lake.lake import Lake
from lake.registry import (
    KEPT,
    PROMOTED,
    ROLLED_BACK,
    Charge,
    Decision,
    LeagueLog,
    Registered,
    decision_about,
    scores_of,
)
from lake.training_jobs import REFUSED


class ModelError(MadnessError):
    """A decision that cannot be taken; the text says why and what can be done."""


def listing(lake: Lake, leagues: Iterable[League]) -> dict[str, Any]:
    """Models, who is in charge and every decision by league, as plain values fit for JSON."""
    return {league.value: _of_league(lake, league) for league in leagues}


def promote(lake: Lake, id: str, *, reason: str, by: str, now: datetime) -> Decision:
    """Put a model in charge of its league.

    Raises
    ------
    ModelError
        There is no such model, or it is in charge already.
    RegistryError, Unsound
        It cannot be read, or must not forecast.
    """
    league = _league_of(lake, id)

    def choose(charge: Charge) -> str:
        return id

    return _decide(lake, league, choose, PROMOTED, reason, by, now)


def rollback(lake: Lake, league: League | None, id: str | None, *, reason: str, by: str, now: datetime) -> Decision:
    """Put a model back in charge that was so before: the one before today's, unless another is named.

    Raises
    ------
    ModelError
        There is none, or it is not told of which league.
    """
    if id is not None:
        named = _league_of(lake, id)
        if league not in (None, named):
            raise ModelError(f"{id} is a model of league {named}, not of {league}")
        league = named
    if league is None:
        raise ModelError("of which league? Give --league M or --league W, or the id of the model to go back to")

    def choose(charge: Charge) -> str:
        if id is None:
            return _one_before(charge)
        if id not in [one.id for one in charge.decisions]:
            raise ModelError(f"{id} was never in charge: `madness models promote {id}` puts it in charge")
        return id

    return _decide(lake, league, choose, ROLLED_BACK, reason, by, now)


def conclude(
    lake: Lake,
    model: Model,
    *,
    champion: str,
    promoted: bool,
    comparison: Mapping[str, Any],
    reason: str,
    by: str,
    now: datetime,
) -> Decision:
    """Enter what a comparison with the model in charge came to: this one takes over, or it is kept and not used.

    A model is decided on once: if that was done, nothing is entered, and the decision is given.

    Raises
    ------
    ModelError
        Another model has taken charge since the comparison.
    Unsound
        It must not forecast.
    """
    league, constants = model.league, model.parameters.digest()
    action = PROMOTED if promoted else KEPT
    decision = Decision(model.id, constants, action, None, _at(now), by, reason, dict(comparison))

    def decided(log: LeagueLog) -> LeagueLog:
        if decision_about(log, model.id):
            return log
        charge = lake.registry.charge_by(log, league)
        now_in_charge = charge.after(charge.as_folded(lake.heads(charge.engine).read(league)[0])).id
        if now_in_charge != champion:
            raise ModelError(
                f"{model.id} was compared with {champion}, and {now_in_charge} has taken charge: try again"
            )
        if promoted:
            return _with_change(lake, log, model, decision)
        return replace(log, decisions=(*log.decisions, decision))

    return decision_about(lake.registry.update(league, decided), model.id) or decision


def _decide(
    lake: Lake, league: League, choose: Callable[[Charge], str], action: str, reason: str, by: str, now: datetime
) -> Decision:
    """Enter a decision in the log; look again whenever another was entered meanwhile."""
    if not reason.strip():
        raise ModelError("a decision needs a reason: whoever reads the log wants to know why")
    registry = lake.registry

    def decided(log: LeagueLog) -> LeagueLog:
        model = registry.load(league, choose(registry.charge_by(log, league)))
        return _with_change(lake, log, model, Decision(model.id, "", action, None, _at(now), by, reason.strip()))

    return registry.update(league, decided).decisions[-1]


def _with_change(lake: Lake, log: LeagueLog, model: Model, decision: Decision) -> LeagueLog:
    """The log with a decision that puts a model in charge, which is sound and is not so yet."""
    charge = lake.registry.charge_by(log, model.league)
    # Or nobody would do so, if this one has another engine take over.
    log = log.postponed(lake.heads(charge.engine).read(model.league)[0])
    _require_change(lake, charge, require_sound(model))
    if not log.in_force:
        log = _with_shipped(lake, model.league, log, decision.at, decision.by)
    log = _registered(lake, log, model, decision.at)
    made = replace(decision, constants=model.parameters.digest(), effective_from=_start(lake, log, model))
    return replace(log, decisions=(*log.decisions, made))


def _at(now: datetime) -> str:
    return f"{now:%Y-%m-%dT%H:%M:%SZ}"


def _require_change(lake: Lake, charge: Charge, model: Model) -> None:
    now = charge.after(lake.folded(charge.league).head)
    if now.id == model.id:
        since = "from the beginning" if now.effective_from is None else f"since {told(now.effective_from)}"
        raise ModelError(f"{model.id} is in charge of league {charge.league} already, {since}")


def _with_shipped(lake: Lake, league: League, log: LeagueLog, at: str, by: str) -> LeagueLog:
    """The log with what was in charge before anyone decided: the model that ships, if it is this program's indeed."""
    model = lake.shipped(league)
    head, _ = lake.heads(model.engine).read(league)
    manifest, _ = lake.published.manifest(league)
    if head.first not in ("", model.id) or manifest.engine not in ("", model.engine):
        raise ModelError(
            f"this program ships {model.id} for league {league}, and the stage was forecast by "
            f"{head.first or manifest.engine}: deploy this version and let it catch up (`madness status`), or decide "
            "from the version that is deployed"
        )
    log = _registered(lake, log, model, at)
    return replace(log, decisions=(*log.decisions, lake.registry.by_default(league, at, by)))


def _registered(lake: Lake, log: LeagueLog, model: Model, at: str) -> LeagueLog:
    """The log with a model in it, whose files are stored: the one that ships may be new."""
    if model.id in log.models:
        return log
    found = lake.registry.store(model, shipped_report(model.league), at)
    return replace(log, models={**log.models, model.id: found})


def _start(lake: Lake, log: LeagueLog, model: Model) -> Moment | None:
    """The first day that a model forecasts: the next after all that its engine has folded and all that is shown."""
    constants, league = model.parameters.digest(), model.league
    if all(one.constants != constants for one in log.in_force):
        return None
    head, _ = lake.heads(model.engine).read(league)
    manifest, _ = lake.published.manifest(league)
    last = max(filter(None, (head.reach, manifest.reach)), default=None)
    if last is None and lake.ledger.seasons(league):
        raise ModelError(
            f"no day of league {league} is folded or shown yet: wait until `madness status` has one, and decide again"
        )
    return (0, 0) if last is None else day_after(last)


def _one_before(charge: Charge) -> str:
    """The model in charge before today's. A rollback takes back what came after the model it went to."""
    stack: list[str] = []
    for one in charge.decisions:
        if one.action == ROLLED_BACK and one.id in stack:
            del stack[len(stack) - stack[::-1].index(one.id) :]
        else:
            stack.append(one.id)
    if len(stack) < 2:
        raise ModelError(
            f"there is no model before {stack[-1]} of league {charge.league} to go back to; `madness models` lists all"
        )
    return stack[-2]


def _league_of(lake: Lake, id: str) -> League:
    known: dict[str, League] = {}
    for league in League:
        known |= dict.fromkeys((*lake.registry.log(league).models, lake.shipped(league).id), league)
    if id not in known:
        raise ModelError(f"there is no model {id!r} here; there are {', '.join(sorted(known))}")
    return known[id]


def _of_league(lake: Lake, league: League) -> dict[str, Any]:
    log, shipped = lake.registry.log(league), lake.shipped(league)
    charge = lake.registry.charge_by(log, league)
    head, _ = lake.heads(charge.engine).read(league)
    now = charge.after(head)
    return {
        "in_charge": _told(now) | {"engine": charge.engine},
        "models": [
            {
                "id": id,
                "engine": engine_of(one.constants),
                "standing": standing,
                "ships": id == shipped.id,
                "registered_at": one.at or None,
                "trained_through": _moment(one.trained_through),
                "scores": one.scores,
            }
            for id, one, standing in standings(charge, now, shipped)
        ],
        "decisions": [_told(one) for one in log.decisions],
        "refused": [
            {"job": one.job, "model": one.model or None, "at": one.at, "reason": one.reason}
            for one in lake.training_jobs.verdicts(league)
            if one.outcome == REFUSED
        ],
    }


def standings(charge: Charge, now: Decision, shipped: Model) -> list[tuple[str, Registered, str]]:
    """Every model of a league by id, what the log says of it, and its standing in words; the one that ships first.

    now: the decision by which the next day is forecast.
    """
    before, looked_at = ({one.id for one in some} for some in (charge.decisions, charge.log.decisions))
    scores = scores_of(shipped_report(shipped.league))
    ships = Registered(shipped.parameters.digest(), shipped.trained_through, "", scores)

    def standing(id: str) -> str:
        if id == now.id:
            return "in charge"
        return "was in charge" if id in before else "not used" if id in looked_at else "candidate"

    models = {shipped.id: ships, **charge.log.models}
    return [(id, one, standing(id)) for id, one in models.items()]


def _told(decision: Decision) -> dict[str, Any]:
    return asdict(decision) | {"effective_from": _moment(decision.effective_from), "at": decision.at or None}


def _moment(moment: Moment | None) -> dict[str, int] | None:
    return None if moment is None else dict(zip(("season", "day"), moment, strict=True))
