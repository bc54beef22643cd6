"""Apply nudges: bring leagues up to the days they name, commit, publish."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from hoops.errors import MadnessError
from hoops.games.leagues import League
from lake.fingerprint import fingerprint
from lake.heads import Head
from lake.lake import Lake
from lake.retry import retrying
from pipeline_app.nudges import Nudge, Unreadable
from pipeline_app.publish import publish
from pipeline_app.replay import Replay
from pipeline_app.telemetry import log


class Message(NamedTuple):
    """A message as the queue delivered it."""

    id: str
    body: str


class _Read(NamedTuple):
    id: str
    nudge: Nudge


class ApplyFailed(MadnessError):
    """Some leagues of a batch could not be applied; the others are done, and doing them again changes nothing."""


def apply_batch(lake: Lake, messages: Iterable[Message], clock: Callable[[], datetime]) -> None:
    """Apply a batch of messages in order. Leagues succeed or fail apart; raise `ApplyFailed` if one failed."""
    failed: dict[str, Exception] = {}
    readable = []
    for message in messages:
        try:
            readable.append(_Read(message.id, Nudge.parse(message.body)))
        except Unreadable as error:
            log.error("failed", message_id=message.id, error=str(error))
            failed[f"message {message.id}"] = error
    by_league = sorted(readable, key=lambda message: message.nudge.league)  # stable: order within a league stays
    for league, group in groupby(by_league, key=lambda message: message.nudge.league):
        try:
            apply(lake, league, list(group), clock)
        except Exception as error:  # noqa: BLE001 - the other league must not suffer; raised again below
            log.error("failed", league=league, error=repr(error))
            failed[f"league {league}"] = error
    if failed:
        names = ", ".join(failed)
        raise ApplyFailed(f"could not apply {names}; the queue delivers again") from next(iter(failed.values()))


def apply(lake: Lake, league: League, messages: list[_Read], clock: Callable[[], datetime]) -> Head:
    """Fold what the messages name, in order, and commit; then publish. Start over when someone else committed.

    One commit does for a batch. Only a long catch-up takes several, so that what is folded is kept if time runs out.
    """
    is_done = False
    while not is_done:
        head, is_done = retrying(lambda: _fold_and_commit(lake, league, messages, clock()))
    publish(lake, league, clock)
    return head


def _fold_and_commit(lake: Lake, league: League, messages: list[_Read], now: datetime) -> tuple[Head, bool]:
    """The head after the messages, and whether they are wholly applied."""
    model = lake.model(league)
    heads = lake.heads(model)
    before, etag = heads.read(league)
    replay = Replay(league, before, lake.ledger, heads, lake.issued, model)
    targets = [message.nudge.target for message in messages]
    replay.prefetch(target for target in targets if target)
    folded = [replay.bring_up_to(target) if target else [] for target in targets]
    head = replay.next_head(now, fingerprint())
    if head is None:
        head = before
    else:
        head = heads.commit(league, head, etag)
        heads.expire(before.keys() - head.keys())
    for (identity, nudge), days in zip(messages, folded, strict=True):
        log.info("applied", league=league, season=nudge.season, day=nudge.day, message_id=identity, folded=days,
            generation=head.generation, engine=head.engine)  # fmt: skip
    return head, not replay.is_exhausted
