"""Reconcile: find what a lost event, a lost message or a crash has left undone, and have it done. Run by the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import TypeVar

from hoops.contract.columns import FOLDERS
from hoops.errors import MadnessError
from hoops.games.leagues import League
from lake.behind import news, unapplied
from lake.heads import Lost
from lake.lake import Lake
from lake.ledger import digest
from lake.receipts import filed, token
from lake.store import Listed
from pipeline_app import program
from pipeline_app.accept import accept
from pipeline_app.deadline import NEVER, Deadline
from pipeline_app.nudges import Nudge, Queue, plan
from pipeline_app.plays import publish_plays
from pipeline_app.publish import damaged, publish
from pipeline_app.telemetry import log

# Seconds of an invocation's 900 that are left when no further file, or season of plays, is begun: after four minutes,
# before the next run starts and does the same, and with time for the largest. Then those that are left when no further
# table is written.
LARGEST_FILE = 660
CLOSE = 30

T = TypeVar("T")


class ReconcileFailed(MadnessError):
    """Something could not be reconciled; everything else was."""


def reconcile(
    lake: Lake,
    queue: Queue,
    clock: Callable[[], datetime],
    this_program: Callable[[], str] = program.program,
    deadline: Deadline = NEVER,
) -> None:
    """Accept versions without an answer, nudge leagues whose ledger is ahead of their head, publish, mend tables.

    Tables of play-by-play come last: they wait for all else, and take longest.

    What fails keeps nothing else from being done; raise `ReconcileFailed` at the end.

    deadline: when the invocation is cut off. Files that do not fit are left to the next one, all but the first.
    """
    failed: list[str] = []

    def attempt(what: str, work: Callable[[], T], otherwise: T) -> T:
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - one bad object must not stop the others; raised again below
            log.error("failed", reconciling=what, error=repr(error))
            failed.append(f"{what}: {error!r}")
            return otherwise

    forgotten = unreceipted(lake, this_program)
    begin_files = deadline.before(LARGEST_FILE)
    accepted: list[str] = []
    for row in forgotten:
        if accepted and begin_files.is_over():
            break
        accepted.append(row.key)
        attempt(row.key, partial(accept, lake, queue, row.key, clock, row.version, this_program), None)
    nudged = 0
    held = lake.holds.look(clock())
    # Else an upload is under way, or nudges are, and more of them would only pile up.
    if not held.fresh and (held.over or queue.depth() == 0):
        before = len(failed)
        for league in League:
            nudged += attempt(f"league {league}", partial(_nudge, lake, queue, league), 0)
        if len(failed) == before:
            lake.holds.forget(held)
    mend = partial(_mend, lake, queue, clock)
    spoilt = {one: attempt(f"what league {one} shows", partial(damaged, lake, one), list[str]()) for one in League}
    for what, work, end in (("tables", publish, CLOSE), ("plays", publish_plays, LARGEST_FILE)):
        for league in League:
            each = partial(mend, league, partial(work, damaged=spoilt[league], deadline=deadline.before(end)))
            attempt(f"{what} of league {league}", each, None)
    attempt("the queue's reader", queue.require_reader, None)
    left = len(forgotten) - len(accepted)
    log.info("reconciled", accepted=accepted, left=left, nudged=nudged, failed=len(failed))
    if failed:
        raise ReconcileFailed("; ".join(failed))


def unreceipted(lake: Lake, this_program: Callable[[], str] = program.program) -> list[Listed]:
    """Versions of source objects that have no receipt, oldest first: also those that were overwritten since.

    And those on which earlier programs failed and this one has not tried yet.
    """
    done, faults = lake.receipts.done(), lake.receipts.faults()
    again = {one for one, programs in faults.items() if this_program() not in programs}
    rows = [row for folder in FOLDERS for row in lake.source.versions(f"{folder}/")]
    named = [(row, (filed(row.key), token(row.modified, row.etag))) for row in rows]
    return [row for row, one in named if one not in done or one in again]


def _nudge(lake: Lake, queue: Queue, league: League) -> int:
    nudges = overdue(lake, league)
    queue.send(nudges)
    return len(nudges)


def _mend(
    lake: Lake, queue: Queue, clock: Callable[[], datetime], league: League, publish: Callable[..., None]
) -> None:
    try:
        publish(lake, league, clock)
    except Lost as lost:
        log.warning("lost", league=league, object=lost.key, why=lost.why, then="nudged")
        queue.send([_look(league, [lost.key])])


def overdue(lake: Lake, league: League) -> list[Nudge]:
    """The nudges that would bring a league's head up to its ledger, and have what is lost folded again."""
    folded = lake.folded(league)
    head = folded.head
    lost = folded.heads.lost(head)
    if lost:
        return [_look(league, lost)]
    behind = unapplied(head, league, lake.ledger)
    if behind:
        return plan(league, behind, head, lake.ledger)
    unheard = news(head, folded.charge, lake.ledger)
    return [] if unheard is None else [Nudge(league, None, None, unheard)]


def _look(league: League, lost: Iterable[str]) -> Nudge:
    """Have a league looked at of which objects are lost."""
    return Nudge(league, None, None, digest(sorted(lost)))
