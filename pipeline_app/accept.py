"""Accept an uploaded file: the whole of it is sound and goes into the ledger, or it is rejected with a report.

    object version ─► read and check all of it ─► ledger entries ─► nudges ─► receipt
                                 └─► report under rejected/ ─────────────────► receipt

The receipt comes last. Whatever dies before it is done again, and doing it again writes the same keys.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from hoops import contract
from hoops.contract import Rejected
from hoops.contract.names import SourceName
from hoops.contract.reader import Accepted
from hoops.forecast.fold import days_of
from hoops.games.leagues import League
from lake.lake import Lake
from lake.ledger import GAMES, RETRACTIONS, digest
from lake.receipts import ACCEPTED, REJECTED, Receipt, token
from lake.store import Conflict, Listed
from pipeline_app.file_warnings import warnings_of
from pipeline_app.nudges import Nudge, Queue, plan
from pipeline_app.telemetry import log

TIMESTAMP = "%Y%m%dT%H%M%SZ"


def accept(lake: Lake, queue: Queue, key: str, clock: Callable[[], datetime], version: str | None = None) -> None:
    """Take one object (version) of the source bucket; do nothing if it has its receipt or is gone."""
    found = lake.source.stat(key, version)
    if found is None:
        log.info("vanished", key=key)
        return
    named = token(found.modified, found.etag)
    if lake.receipts.get(key, named):
        log.info("known", key=key, version=named)
        return
    try:
        name = contract.parse(key)
        contract.refuse_too_large(key, found.size)
        stored = lake.source.get(key, version)
        if stored is None or stored.etag != found.etag:
            raise Conflict(f"{key} was replaced while it was read")
        accepted = contract.read(name, stored.body)
    except Rejected as rejection:
        if _is_newest(lake, key, named):
            lake.receipts.reject(key, rejection.report)
        lake.receipts.put(Receipt(key, named, REJECTED, f"{clock():{TIMESTAMP}}"))
        log.info("rejected", key=key, version=named, problems=rejection.report.count, first=rejection.report.headline())
        return
    days = _enter(lake, queue, accepted, _stated_at(name, found))
    warnings = warnings_of(lake.ledger, accepted)
    if lake.receipts.rejection(key) and _is_newest(lake, key, named):
        lake.receipts.clear_rejection(key)
    rows = accepted.table.num_rows
    lake.receipts.put(Receipt(key, named, ACCEPTED, f"{clock():{TIMESTAMP}}", rows=rows, days=days, warnings=warnings))
    log.info("accepted", key=key, version=named, rows=rows, days=days, warnings=list(warnings))


def _is_newest(lake: Lake, key: str, named: str) -> bool:
    """Whether a version is what now lies under its key: events of two versions may come in either order."""
    newest = lake.source.stat(key)
    return newest is not None and token(newest.modified, newest.etag) == named


def _stated_at(name: SourceName, found: Listed) -> str:
    """When the file says what it says: its name's timestamp, else when it was uploaded."""
    return name.timestamp or f"{found.modified:{TIMESTAMP}}"


def _enter(lake: Lake, queue: Queue, accepted: Accepted, version: str) -> int:
    """Write ledger entries and send nudges; give the number of league-days."""
    name, table = accepted.name, accepted.table
    leagues = [name.league] if name.league else list(League)
    match name.folder:
        case "results":
            return _enter_days(lake, queue, leagues[0], GAMES, table, version)
        case "retractions":
            return _enter_days(lake, queue, leagues[0], RETRACTIONS, table, version)
        case "fixtures":
            lake.ledger.write_fixtures(leagues[0], version, _by_season(table))
        case _:
            for league in leagues:
                lake.ledger.write_reference(league, name.dataset, version, table)
    queue.send([Nudge(league, None, None, digest([name.key, version])) for league in leagues])
    return 0


def _enter_days(lake: Lake, queue: Queue, league: League, sort: str, table: pa.Table, version: str) -> int:
    days = {(day.season, day.day): day.games for day in days_of(table)}
    lake.ledger.write_days(league, sort, version, days)
    head, _ = lake.heads(lake.model(league)).read(league)
    queue.send(plan(league, days, head, lake.ledger))
    return len(days)


def _by_season(table: pa.Table) -> dict[int, pa.Table]:
    seasons = pc.unique(table["season"]).to_pylist()
    return {season: table.filter(pc.equal(table["season"], season)) for season in seasons}
