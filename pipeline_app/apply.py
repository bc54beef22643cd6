"""Apply nudges: bring leagues up to the days they name, commit, publish.

An invocation does what fits into its time. What does not, a correction deep in the past or a state that was lost, is
no failure: its messages are done with, and `reconcile` finds the ledger ahead of the head and asks for the rest, season
by season. So no message is delivered again for being much work, and none of them ends among the dead letters.

What is found lost on the way (an object of the state, the head itself) is folded again from what is left, and said in
the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

import pyarrow as pa

from hoops.errors import MadnessError
from hoops.games.identity import without
from hoops.games.leagues import League
from hoops.games.moment import Moment
from lake.fingerprint import fingerprint
from lake.heads import Expired, Head, Lost
from lake.lake import Folded, Lake
from lake.registry import Charge
from lake.retry import retrying
from pipeline_app.deadline import NEVER, Deadline
from pipeline_app.nudges import Nudge, Unreadable
from pipeline_app.publish import publish
from pipeline_app.replay import Replay
from pipeline_app.telemetry import log

# Seconds of an invocation's 120 that are left when no further day is folded: for the end of a season, its commit, the
# games to come and the tables (docs/benchmarks.md). Then those that are left when no further table is written.
FINISH = 40
CLOSE = 15


class Message(NamedTuple):
    """A message as the queue delivered it."""

    id: str
    body: str


class _Read(NamedTuple):
    id: str
    nudge: Nudge


@dataclass
class _Batch:
    """Messages of one league, and what was found lost while they were applied: why, by key; how far it had come."""

    messages: Sequence[_Read]
    lost: dict[str, str] = field(default_factory=dict)
    reach: Moment | None = None

    @property
    def looks_around(self) -> bool:
        """True if one names no day: it asks for a look at all that may have changed."""
        return any(message.nudge.target is None for message in self.messages)


class ApplyFailed(MadnessError):
    """Some messages of a batch could not be applied; the others are done, and doing them again changes nothing.

    failed: ids of those that may succeed later. unreadable: ids of those that never will.
    """

    def __init__(self, text: str, failed: Iterable[str], unreadable: Iterable[str]) -> None:
        super().__init__(text)
        self.failed, self.unreadable = frozenset(failed), frozenset(unreadable)


def apply_batch(
    lake: Lake,
    messages: Iterable[Message],
    clock: Callable[[], datetime],
    settle: Callable[[frozenset[str]], None] = lambda ids: None,
    deadline: Deadline = NEVER,
) -> None:
    """Apply a batch of messages in order. Leagues succeed or fail apart; raise `ApplyFailed` if one failed.

    settle: takes the ids of messages that are done as soon as they are, in a batch of which others may yet fail or run
    out of time. Those of a batch that succeeds as a whole need not be told.
    deadline: when the invocation is cut off. Leagues share what is left until then; each gets a day further at least.
    """
    failed: dict[str, Exception] = {}
    unreadable = []
    readable = []
    for message in messages:
        try:
            readable.append(_Read(message.id, Nudge.parse(message.body)))
        except Unreadable as error:
            log.error("failed", message_id=message.id, error=str(error))
            failed[f"message {message.id}"] = error
            unreadable.append(message.id)
    by_league = sorted(readable, key=lambda message: message.nudge.league)  # stable: order within a league stays
    groups = [(league, list(group)) for league, group in groupby(by_league, key=lambda message: message.nudge.league)]
    left: list[str] = []
    for place, (league, group) in enumerate(groups):
        ids = frozenset(message.id for message in group)
        try:
            apply(lake, league, group, clock, deadline.shared_by(len(groups) - place))
            if failed or len(groups) > 1:
                settle(ids)
        except Exception as error:  # noqa: BLE001 - the other league must not suffer; raised again below
            log.error("failed", league=league, error=repr(error))
            failed[f"league {league}"] = error
            left += ids
    if failed:
        names = ", ".join(failed)
        first = next(iter(failed.values()))
        raise ApplyFailed(f"could not apply {names}; the queue delivers again: {first}", left, unreadable) from first


def apply(
    lake: Lake, league: League, messages: Sequence[_Read], clock: Callable[[], datetime], deadline: Deadline = NEVER
) -> Head:
    """Fold what the messages name, in order, and commit; then publish. Start over when someone else committed.

    One commit does for a batch. Only a long catch-up takes several, so that what is folded is kept whatever happens.
    It ends where the time does, at the end of some day.
    """
    batch = _Batch(messages)
    folding = deadline.before(FINISH)
    while True:
        is_done = False
        while not is_done:
            head, charge, is_done = retrying(lambda: _fold_and_commit(lake, league, batch, clock(), folding))
            if not is_done and folding.is_over():
                log.info("stopped", league=league, season=head.season, day=head.day, then="reconcile asks for the rest")
                break
        try:
            publish(lake, league, clock, deadline=deadline.before(CLOSE), charge=charge)
        except Lost as lost:
            _note(batch, league, lost)
        else:
            return head


def _fold_and_commit(
    lake: Lake, league: League, batch: _Batch, now: datetime, folding: Deadline
) -> tuple[Head, Charge, bool]:
    """The head after the messages, who was in charge, and whether they are wholly applied."""
    folded = _in_charge(lake, league)
    charge, heads, before = folded.charge, folded.heads, folded.head
    if before.generation == 0:
        before = _begun_anew(lake, league, before)
    if charge.takes_over_from_another(before):
        before = _taken_over(lake, league, before)
    if batch.looks_around:
        for key, why in heads.lost(before).items():
            _note(batch, league, Lost(key, why))
    while True:
        replay = Replay(charge, before, lake.ledger, heads, lake.issued, folding.is_over)
        try:
            with heads.as_of(league, folded.etag):
                days_of, head = _replayed(replay, batch, now)
        except Lost as lost:
            _note(batch, league, lost)
        else:
            break
    if head is None:
        head = before
    else:
        head = heads.commit(league, head, folded.etag)
        heads.expire((folded.stored.keys() | before.keys()) - head.keys())
    for (identity, nudge), days in zip(batch.messages, days_of, strict=True):
        log.info("applied", league=league, season=nudge.season, day=nudge.day, message_id=identity, folded=days,
            generation=head.generation, engine=head.engine)  # fmt: skip
    return head, charge, not replay.is_exhausted


def _in_charge(lake: Lake, league: League) -> Folded:
    """Who forecasts and where the state stands, decisions that came too late for it put off to its next day."""
    while True:
        folded = lake.folded(league)
        # Of days whose head is lost, the manifest tells who had been heard of.
        forecast = folded.head if folded.head.generation else lake.published.manifest(league)[0]
        if not folded.charge.is_late_for(forecast):
            return folded
        lake.registry.postpone(league, forecast)
        log.warning("postponed", league=league, reach=forecast.reach, why="days were folded before a decision came",
            then="the model is in charge from the next day on")  # fmt: skip


def _replayed(replay: Replay, batch: _Batch, now: datetime) -> tuple[list[list[tuple[int, int, int]]], Head | None]:
    """What each message folded, and the head to commit."""
    if batch.lost:
        batch.reach = max(filter(None, (batch.reach, replay.head.reach)), default=None)
        replay.do_without(batch.lost)
    if batch.reach:
        replay.bring_up_to(batch.reach)
    targets = [message.nudge.target for message in batch.messages]
    replay.prefetch(target for target in targets if target)
    folded = [replay.bring_up_to(target) if target else [] for target in targets]
    return folded, replay.next_head(now, fingerprint())


def _note(batch: _Batch, league: League, lost: Lost) -> None:
    """Remember what is lost and say so; what was given up before and is missed again cannot be helped."""
    if lost.key in batch.lost:
        raise lost
    log.warning("lost", league=league, object=lost.key, why=lost.why, then="folded again from what is left")
    batch.lost[lost.key] = lost.why


def _taken_over(lake: Lake, league: League, head: Head) -> Head:
    """A head with the games to come as the engine that is shown has issued them: that stays on record."""
    manifest, _ = lake.published.manifest(league)
    if manifest.engine in ("", head.engine):
        return head
    others = lake.heads(manifest.engine)
    shown, _ = others.read(league)
    if not shown.pending:
        return head
    heads = lake.heads(head.engine)
    try:
        issued = others.read_rows(shown.pending)
        own = heads.read_rows(head.pending) if head.pending else issued.slice(0, 0)
    except Expired as gone:
        log.warning("lost", league=league, object=gone.key, why=gone.why, then="what was issued last is not on record")
        return head
    rows = pa.concat_tables([issued, without(own, issued)])
    return replace(head, pending=heads.write_rows(head, "pending", rows), pending_inputs="")


def _begun_anew(lake: Lake, league: League, head: Head) -> Head:
    """A head without a past, which readers must not see before it has caught up with what they see now."""
    manifest, _ = lake.published.manifest(league)
    why = head.catching_up
    if manifest.engine == head.engine:
        why = why or "the head of its state is gone"
        head = replace(head, generation=manifest.generation)  # no generation means two things
    elif manifest.engine:
        why = why or f"{manifest.engine} is shown, which is another engine"
    if why:
        log.warning("begun anew", league=league, engine=head.engine, why=why, then="everything is folded again, once")
    return replace(head, catching_up=why)
