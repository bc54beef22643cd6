"""Reconcile: find what a lost event, a lost message or a crash has left undone, and have it done. Run by the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from hoops.contract.columns import FOLDERS
from hoops.leagues import League
from lake.heads import Head
from lake.lake import Lake
from lake.ledger import Ledger
from lake.receipts import filed, token
from pipeline_app.accept import accept
from pipeline_app.log import log
from pipeline_app.nudges import Nudge, Queue, plan
from pipeline_app.publish import damaged, publish
from pipeline_app.schedule import Schedule


def reconcile(lake: Lake, queue: Queue, clock: Callable[[], datetime]) -> None:
    """Accept objects without receipt, nudge leagues whose ledger is ahead of their head, publish, mend tables."""
    forgotten = unreceipted(lake)
    for key in forgotten:
        accept(lake, queue, key, clock)
    nudged = 0
    if queue.depth() == 0:  # else nudges are on their way, and more of them would only pile up
        for league in League:
            nudges = overdue(lake, league)
            queue.send(nudges)
            nudged += len(nudges)
    for league in League:
        publish(lake, league, clock, damaged(lake, league))
    log("reconciled", accepted=forgotten, nudged=nudged)


def unreceipted(lake: Lake) -> list[str]:
    """Keys of source objects whose present version has no receipt."""
    done = lake.receipts.done()
    rows = [row for folder in FOLDERS for row in lake.source.listing(f"{folder}/")]
    return [row.key for row in rows if (filed(row.key), token(row.modified, row.etag)) not in done]


def overdue(lake: Lake, league: League) -> list[Nudge]:
    """The nudges that would bring a league's head up to its ledger."""
    head, _ = lake.heads(lake.model(league)).read(league)
    behind = unapplied(head, league, lake.ledger)
    if behind:
        return plan(league, behind, head, lake.ledger)
    inputs = Schedule(league, lake.ledger).inputs(head.position)
    return [Nudge(league, None, None, inputs)] if inputs != head.pending_inputs else []


def unapplied(head: Head, league: League, ledger: Ledger) -> list[tuple[int, int]]:
    """Every (season, day) whose entries are not those that the head was folded from."""
    changed = []
    for season, days in ledger.history(league).items():
        listed = {day.day: day.digest for day in days if day.has_games}
        changed += [(season, day) for day in sorted(head.unlike(season, listed))]
    return changed
