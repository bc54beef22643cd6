"""Start the training jobs that are due: one a league, each from all games of the ledger, cut where the gate says.

games, reference ─► cut ─► enough games that nobody has learned from? ─► channel, Launch ─► CreateTrainingJob

The name of a job says which games it is given, and names are unique for ever on AWS: the schedule twice starts one job.
What was written before a crash is what the next try of that name starts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hoops.errors import MadnessError
from hoops.evaluation import gate
from hoops.games.leagues import League
from hoops.games.moment import Moment, day_after, day_before, told
from lake.content import rows_digest
from lake.lake import Lake
from lake.ledger import all_games, all_player_games, reference_tables
from lake.ledger import digest as digest_of
from lake.training import REFERENCE, channel, players_digest
from lake.training_jobs import REFUSED, Launch
from operate.training.ask import Answer
from operate.training.jobs import COMPLETED, IN_PROGRESS, STOPPING, Trainer, hyperparameters, job_prefix
from pipeline_app.telemetry import log

ATTEMPTS = 3  # with the same games, before somebody has to ask for another one
SCHEDULE = "schedule"


class LaunchFailed(MadnessError):
    """A training that was due could not be started; those of other leagues were."""


@dataclass(frozen=True)
class Order:
    """What an event asks for. again: also where nothing was played since, or all attempts have failed."""

    leagues: tuple[League, ...] = tuple(League)
    by: str = SCHEDULE
    reason: str = SCHEDULE
    again: bool = False
    hyperparameters: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, detail: Mapping[str, Any]) -> Order:
        """From an event's detail, which is empty if the schedule sent it; raise `LaunchFailed` if it makes no sense."""
        asked = detail.get("leagues", [league.value for league in League])
        if not isinstance(asked, list) or not asked or not set(map(str, asked)) <= {league.value for league in League}:
            raise LaunchFailed(f"leagues are {asked!r}; allowed is a list of {', '.join(League)}")
        by = str(detail.get("by") or SCHEDULE)
        return cls(
            tuple(League(one) for one in dict.fromkeys(asked)),
            by,
            str(detail.get("reason") or by),
            detail.get("again") is True,
            hyperparameters(detail.get("hyperparameters") or {}),
        )


def launch(
    lake: Lake, trainer: Trainer, event: Mapping[str, Any], clock: Callable[[], datetime]
) -> list[dict[str, Any]]:
    """Start a job for every league asked for, or say why not. Gives `Answer`s as mappings.

    event: `detail` may have leagues, by, reason, again and hyperparameters (`Order`).

    Raises
    ------
    LaunchFailed
        The detail makes no sense, or a league failed; the others were looked after before.
    """
    order = Order.of(event.get("detail") or {})
    answers, failed = [], []
    for league in order.leagues:
        try:
            answer = _launch(lake, trainer, league, order, clock)
        except Exception as error:  # noqa: BLE001 - the other league's training is due as well; raised again below
            log.error("failed", starting=f"training of league {league}", error=repr(error))
            failed.append(f"league {league}: {error}")
        else:
            log.info("training started" if answer.started else "training skipped", **asdict(answer))
            answers.append(asdict(answer))
    if failed:
        done = "".join(f"; league {one['league']}: {one['reason']}" for one in answers)
        raise LaunchFailed("; ".join(failed) + done)
    return answers


def _launch(lake: Lake, trainer: Trainer, league: League, order: Order, clock: Callable[[], datetime]) -> Answer:
    def skipped(reason: str, job: str | None = None) -> Answer:
        return Answer(league, job, False, reason)

    running = trainer.running(league)
    if running:
        return skipped(f"{running} is running", running)
    games = all_games(lake.ledger, league)
    cut = gate.cut(games)
    if cut is None:
        return skipped("there are no games")
    charge = lake.registry.charge(league)
    trained_through = charge.load(charge.decisions[-1].id).trained_through
    first = max(cut.before, day_after(trained_through))
    left = _since(games, first)
    if left < gate.LEAST:
        return skipped(
            f"{left} games from {told(first)} on, which neither a new model nor the one in charge (trained through "
            f"{told(trained_through)}) has learned from: {gate.LEAST} are needed to tell them apart"
        )
    newest, players = _newest(games), lake.ledger.players(league)
    appeared = all_player_games(lake.ledger, league)
    known = players.tables_before(newest[0]) | {"PlayerGames": appeared}
    digest, of_players = rows_digest(games), players_digest(known)
    base = f"{job_prefix(trainer.stage, league)}{newest[0]}d{newest[1]}-{_with(digest, of_players)[:8]}"
    job, hindrance = _attempt(lake, trainer, base, order.again)
    if hindrance:
        return skipped(hindrance, job)
    earlier_games = rows_digest(games.slice(0, games.num_rows - cut.gate))
    earlier = appeared.filter(pa.array(_before(appeared, cut.before)))
    told_before = players.tables_before(cut.before[0]) | {"PlayerGames": earlier}
    learned = _with(earlier_games, players_digest(told_before))
    if not order.again:
        if trained_through >= day_before(cut.before):
            return skipped(f"the model in charge has learned from all games before {told(cut.before)} already")
        if earlier := _same(lake, league, cut.before, learned):
            return skipped(f"{earlier} has learned from the same games, those before {told(cut.before)}", earlier)
    entries = lake.ledger.reference(league)
    reference = reference_tables(lake.ledger, {name: entries[name] for name in REFERENCE if name in entries})
    records = lake.training_jobs
    records.add(
        Launch(
            job, league, cut.before, newest, games.num_rows, cut.gate, digest, records.sources(), order.by,
            order.reason, f"{clock():%Y-%m-%dT%H:%M:%SZ}", learned, of_players,
        ),
        channel(games, reference | known),
    )  # fmt: skip
    # What is on record counts: an earlier try may have written it, and ended before it asked for the job.
    if not trainer.create(records.launch(job), lake.models.name, order.hyperparameters):
        return skipped(f"{job} was started by somebody else at the same moment", job)
    return Answer(league, job, True, f"{games.num_rows:,} games, cut at {told(cut.before)}, {left:,} left to judge by")


def _attempt(lake: Lake, trainer: Trainer, base: str, again: bool) -> tuple[str, str]:
    """Name of the next job with the same games, and what speaks against it, if anything does."""
    for number in count(1):
        job = f"{base}-{number}"
        status = trainer.status(job)
        if status in (IN_PROGRESS, STOPPING):
            return job, f"{job} is running"
        is_judged = lake.training_jobs.verdict(job) is not None
        done = status == COMPLETED or is_judged
        if done and not again:
            not_judged = "" if is_judged else ", whose model nobody has judged yet"
            return job, f"nothing was played since {job}{not_judged}: `madness train --again` trains all the same"
        if status is None and not done:
            return job, ""
        if number >= ATTEMPTS and not again:
            failed = f"{number} attempts with these games have failed, {job} was the last"
            return job, f"{failed}: `madness train --again` makes another"
    raise AssertionError("count has no end")


def _same(lake: Lake, league: League, before: Moment, learned: str) -> str | None:
    """A job whose model learned from the same games and was judged, so that another one would be its copy.

    In the first weeks of a season the cut stays where the season began, and in summer it goes back there: the games
    played since are more to judge by, and none to learn from.
    """
    for one in lake.training_jobs.launches(league):
        if (one.before, one.learned) == (before, learned):
            verdict = lake.training_jobs.verdict(one.job)
            if verdict and verdict.outcome != REFUSED:
                return one.job
    return None


def _with(games: str, players: str) -> str:
    """Digest of games and of what players' files say; that of the games where they say nothing."""
    return digest_of([games, players]) if players else games


def _newest(games: pa.Table) -> Moment:
    return int(games["season"][-1].as_py()), int(games["day"][-1].as_py())


def _since(games: pa.Table, first: Moment) -> int:
    """How many games are of a day or later."""
    return int(np.count_nonzero(~_before(games, first)))


def _before(rows: pa.Table, moment: Moment) -> npt.NDArray[np.bool_]:
    """Which rows are of earlier days than a moment's."""
    season, day = (rows[name].to_numpy() for name in ("season", "day"))
    before: npt.NDArray[np.bool_] = (season < moment[0]) | ((season == moment[0]) & (day < moment[1]))
    return before
