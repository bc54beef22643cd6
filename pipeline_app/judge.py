"""What becomes of a model that a training job left: it takes over, it is kept and not used, or it is refused.

    training/output/<job>/output/model.tar.gz ─► read and checked ─► both models forecast the games of the job's channel
        ─► its report is true ─► registry ─► decision ─► verdict ─► publish

Each is written once, the verdict last: whoever finds one has nothing left to do, and whoever finds a decision writes
the verdict that belongs to it. So the same event twice, two at once and a death anywhere end in one decision.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from hoops.arrays import Floats
from hoops.errors import MadnessError
from hoops.evaluation import metrics
from hoops.evaluation.judge import Comparison, compare
from hoops.forecast import features
from hoops.forecast.model import Model
from hoops.forecast.scorer import score
from hoops.forecast.sound import Unsound, require_sound
from hoops.games.leagues import Kind
from hoops.games.moment import Moment, day_after, told
from hoops.games.results import Results
from hoops.knowledge.parameters import Parameters
from hoops.players import Squads
from hoops.schemas import GAMES, PLAYER_GAMES, PLAYER_SEASONS, ROSTERS, completed
from lake import parquet
from lake.archive import BadArchive, Candidate, candidate_in
from lake.lake import Lake
from lake.registry import Decision, decision_about, scores_of
from lake.training import GAMES_FILE, PLAYERS, players_digest
from lake.training_jobs import KEPT, PROMOTED, REFUSED, Launch, NotLaunched, TrainingRecordError, Verdict, job_of
from operate.models import conclude
from pipeline_app.deadline import NEVER, Deadline
from pipeline_app.publish import publish
from pipeline_app.telemetry import log

BY = "promote_model"
TOLERANCE = 1e-4  # of log loss and Brier score: what another machine's arithmetic may change, and no more


class Refused(MadnessError):
    """A model that is not even compared, or whose report is not true; the text says why."""


def judge(lake: Lake, key: str, clock: Callable[[], datetime], deadline: Deadline = NEVER) -> None:
    """Judge the model in the archive at a key, unless that is done.

    Raises
    ------
    Refused
        It must not be used; the next call finds that on record and does nothing.
    TrainingRecordError
        What is on record of the job is gone or damaged; put back, it is judged.
    ModelError
        Another model has taken charge meanwhile: judged again, it is compared with that one.
    """
    job = job_of(key)
    if job is None:
        log.warning("no model of a job", key=key, then="nothing")
        return
    records = lake.training_jobs
    try:
        launch, verdict = records.launch(job), records.verdict(job)
    except NotLaunched as error:
        # Said once: trying again would find the same. If its record was lost and is put back, `watch` sends it again.
        log.error("not judged", job=job, key=key, why=str(error))
        return
    if verdict is None:
        verdict = _verdict(lake, launch, key, clock)
        records.judge(verdict)
        say = log.error if verdict.outcome == REFUSED else log.info
        say("judged", job=job, model=verdict.model, outcome=verdict.outcome, why=verdict.reason)
        publish(lake, launch.league, clock, deadline=deadline)
        if verdict.outcome == REFUSED:
            raise Refused(f"the model of {job} is refused: {verdict.reason}")
    else:
        log.info("judged before", job=job, outcome=verdict.outcome)
        publish(lake, launch.league, clock, deadline=deadline)


def _verdict(lake: Lake, launch: Launch, key: str, clock: Callable[[], datetime]) -> Verdict:
    at = f"{clock():%Y-%m-%dT%H:%M:%SZ}"
    refused = Verdict(launch.job, launch.league, REFUSED, "", "", at)
    try:
        candidate = _candidate(lake, key)
        refused = replace(refused, model=candidate.model.id)
        _require_of_job(candidate, launch)
        return _decided(lake, launch, candidate, clock, at)
    except (BadArchive, Unsound, Refused) as error:
        return replace(refused, reason=str(error))


def _candidate(lake: Lake, key: str) -> Candidate:
    stored = lake.models.get(key)
    if stored is None:
        raise TrainingRecordError(f"{key} of {lake.models.name} is not there: put it back, or train again")
    return candidate_in(stored.body)


def _require_of_job(candidate: Candidate, launch: Launch) -> None:
    """Raise unless it is a sound model of this league, cut as the job was told, whose report says the same."""
    model, report = candidate.model, candidate.report
    require_sound(model)
    told_of = {"model": model.league.value, "report": report.get("league")}
    for what, league in told_of.items():
        if league != launch.league.value:
            raise Refused(f"its {what} is of league {league}, and the job was launched for league {launch.league}")
    if report.get("before") != list(launch.before):
        raise Refused(f"its report says that it was cut before {report.get('before')}, not {list(launch.before)}")
    through = max(model.trained_through, model.scorer.trained_through)
    if through >= launch.before:
        raise Refused(f"it has seen games to {told(through)}; the job was to stop before {told(launch.before)}")


def _decided(lake: Lake, launch: Launch, candidate: Candidate, clock: Callable[[], datetime], at: str) -> Verdict:
    """What becomes of a model that may be looked at; it is in the registry then, with a decision."""
    league, model = launch.league, candidate.model
    if earlier := decision_about(lake.registry.log(league), model.id):
        return _as_decided(launch, earlier, at)
    folded = lake.folded(league)
    champion = folded.charge.load(folded.charge.after(folded.head).id)
    if champion.id == model.id:
        return Verdict(launch.job, league, KEPT, model.id, "it is the same model as the one in charge", at)
    found, since = _compared(lake, launch, candidate, champion)
    told_since = {"since": list(since), "games": 0}
    comparison = {"job": launch.job, "champion": champion.id} | (found.to_dict() if found else told_since)
    promoted, reason = _reason(found, since, champion)
    lake.registry.add(model, candidate.report, at)
    made = conclude(
        lake, model, champion=champion.id, promoted=promoted, comparison=comparison, reason=reason, by=BY, now=clock()
    )
    return _as_decided(launch, made, at)


def _as_decided(launch: Launch, decision: Decision, at: str) -> Verdict:
    """The verdict that goes with a decision about the job's model."""
    comparison = decision.comparison or {}
    if comparison.get("job") == launch.job:
        outcome = PROMOTED if decision.action == PROMOTED else KEPT
        return Verdict(launch.job, launch.league, outcome, decision.id, decision.reason, at, comparison)
    reason = f"it is the same model as one that was {decision.action} at {decision.at or 'first'} by {decision.by}"
    return Verdict(launch.job, launch.league, KEPT, decision.id, reason, at)


def _reason(found: Comparison | None, since: Moment, champion: Model) -> tuple[bool, str]:
    """Whether it takes over, and why, in words."""
    if found is None:
        return False, f"there are no games from {told(since)} on, which neither it nor {champion.id} has seen"
    if found.faults:
        return False, f"{'; '.join(found.faults)}. Beside {champion.id} {found.figures}"
    return True, f"better than {champion.id} {found.figures}"


def _compared(lake: Lake, launch: Launch, candidate: Candidate, champion: Model) -> tuple[Comparison | None, Moment]:
    """Both models on the games that neither has seen, and the first day of these; None without any."""
    games, squads, model = _games(lake, launch), _squads(lake, launch), candidate.model
    played, described = _walked(games, model.parameters, squads)
    later = ~played.before(launch.before)
    mine = score(model.scorer, described.rows(later)).probability
    if not np.all((mine > 0.0) & (mine < 1.0)):
        raise Refused("its forecasts of the job's own games are no finite numbers")
    _require_true(candidate.report, mine, played.rows(later))
    since = max(launch.before, day_after(champion.trained_through))
    unseen = ~played.before(since)
    if not unseen.any():
        return None, since
    if champion.parameters != model.parameters:
        _, described = _walked(games, champion.parameters, squads)
    theirs = score(champion.scorer, described.rows(unseen)).probability
    return compare(mine[unseen[later]], theirs, played.rows(unseen), since), since


def _games(lake: Lake, launch: Launch) -> pa.Table:
    """The games of the job's channel. Of the reference in it no model of the fold sees anything."""
    key = f"{launch.channel}{GAMES_FILE}"
    found = _table(lake, key, GAMES)
    if found is None:
        raise TrainingRecordError(f"{key} of {lake.models.name} is not there: put back its version")
    return found


def _squads(lake: Lake, launch: Launch) -> Squads:
    """What the players' files in the job's channel say; nothing if it was given none."""
    found = {}
    for name, schema in zip(PLAYERS, (PLAYER_SEASONS, ROSTERS, PLAYER_GAMES), strict=True):
        table = _table(lake, f"{launch.channel}{name}.parquet", schema)
        found[name] = schema.empty_table() if table is None else table
    if players_digest(found) != launch.players:
        raise TrainingRecordError(
            f"players in {launch.channel} of {lake.models.name} are not those that the job was given: put back versions"
        )
    return Squads.of(found["PlayerSeasons"], found["Rosters"], found["PlayerGames"])


def _table(lake: Lake, key: str, schema: pa.Schema) -> pa.Table | None:
    stored = lake.models.get(key)
    try:
        return None if stored is None else completed(parquet.decode(stored.body), schema)
    except (parquet.Unreadable, KeyError, pa.ArrowException) as error:
        raise TrainingRecordError(f"{key} of {lake.models.name} cannot be read: {error}; put back a version") from error


def _walked(games: pa.Table, constants: Parameters, squads: Squads) -> tuple[Results, features.Described]:
    try:
        with np.errstate(all="ignore"):  # constants may be anything; what comes of them is looked at
            played, described, _ = features.walk(games, constants, squads=squads)
    except (ValueError, ArithmeticError) as error:
        raise Refused(f"with its constants nothing can be forecast: {error}") from error
    return played, described


def _require_true(report: Mapping[str, Any], probability: Floats, played: Results) -> None:
    """Raise unless the scores in a report are those of the model on the same games."""
    try:
        scores = scores_of(report)
        numbers = [float(value) for one in scores.values() for value in one.values()]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refused(f"its report has no scores that can be read: {error!r}") from error
    if "all" not in scores or not set(scores) <= {"all", *Kind} or not np.isfinite(numbers).all():
        raise Refused("its report has no scores of all games of the test, or of games of a kind that is none")
    for kind, said in scores.items():
        chosen = np.full(len(played), True) if kind == "all" else played.kind == kind
        found: dict[str, tuple[float, float]] = {"games": (float(chosen.sum()), 0.0)}
        if chosen.any():
            found["log_loss"] = metrics.log_loss(probability[chosen], played.won[chosen]), TOLERANCE
            found["brier"] = metrics.brier(probability[chosen], played.won[chosen]), TOLERANCE
        if wrong := [name for name, (value, allowed) in found.items() if not abs(said[name] - value) <= allowed]:
            differences = ", ".join(f"{name} {said[name]:.6g} and not {found[name][0]:.6g}" for name in wrong)
            raise Refused(
                f"its report says {differences}, on the games from the cut on ({kind}): it is not of this model"
            )
