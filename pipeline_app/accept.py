"""Accept an uploaded file: the whole of it is sound and goes into the ledger, or it is rejected with a report.

    object version ─► read and check all of it ─► ledger entries ─► nudges ─► what holds of it ─► receipt
                                 └─► report under rejected/ ────────────────────────────────────► receipt

The receipt comes last. Whatever dies before it is done again, and doing it again writes the same keys. Only what AWS
answers is worth another try of the same program: any other error would come again, five minutes after five minutes, and
whoever waits for an answer would wait in vain. So it is an answer too.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from botocore.exceptions import BotoCoreError, ClientError

from hoops import contract
from hoops.contract import Rejected, Report
from hoops.contract.names import EventsName, SourceName, WholeName
from hoops.contract.reader import Accepted
from hoops.contract.report import shown
from hoops.errors import Retryable
from hoops.forecast.fold import days_of
from hoops.games.leagues import League
from hoops.games.moment import Moment
from lake.lake import Lake
from lake.ledger import APPEARANCES, GAMES, RETRACTIONS, DamagedEntry, DayEntries, Entry, Ledger, digest
from lake.players import first_touched
from lake.receipts import ACCEPTED, REJECTED, Receipt, token
from lake.store import Conflict, Listed
from pipeline_app import program
from pipeline_app.accept_plays import take_plays
from pipeline_app.file_warnings import warnings_of
from pipeline_app.nudges import Nudge, PatientQueue, Queue, plan
from pipeline_app.telemetry import count_fault, log

TIMESTAMP = "%Y%m%dT%H%M%SZ"
_LONGEST_CAUSE = 500


def accept(
    lake: Lake,
    queue: Queue,
    key: str,
    clock: Callable[[], datetime],
    version: str | None = None,
    this_program: Callable[[], str] = program.program,
) -> None:
    """Take one object (version) of the source bucket; do nothing if it has its receipt or is gone.

    A file on which an earlier program failed is tried again, once by each.

    Raises
    ------
    Retryable, BotoCoreError, ClientError
        AWS did not do what it was asked for; the same call can succeed later.
    """
    found = lake.source.stat(key, version)
    if found is None:
        log.info("vanished", key=key)
        return
    named = token(found.modified, found.etag)
    filed = lake.receipts.get(key, named)
    if filed and (not filed.fault or filed.fault == this_program()):
        log.info("known", key=key, version=named)
        return
    try:
        receipt = _take(lake, queue, key, version, found, clock)
    except Rejected as rejection:
        receipt = _reject(lake, key, named, rejection.report, clock)
        report = rejection.report
        log.info("rejected", key=key, version=named, problems=report.count, first=report.headline())
    except (Retryable, DamagedEntry, BotoCoreError, ClientError):
        raise  # neither the file nor the program is at fault: it is taken when what stands in the way is mended
    except Exception as error:  # noqa: BLE001 - not hidden: it is reported, logged with its traceback, and alarms
        log.exception("faulted", key=key, version=named, program=this_program())
        count_fault(lake.source.name)
        receipt = _reject(lake, key, named, Report(key, (), fault=_cause(error)), clock, this_program())
    lake.receipts.put(receipt)
    if filed and not receipt.fault:
        lake.receipts.clear_faults(key, named)


def _take(
    lake: Lake, queue: Queue, key: str, version: str | None, found: Listed, clock: Callable[[], datetime]
) -> Receipt:
    """Read a file and enter it; its receipt, not filed yet. Raise `Rejected` where the file is bad."""
    named, now = token(found.modified, found.etag), clock()
    name = contract.parse(key)
    contract.refuse_ahead(name, now)
    contract.refuse_too_large(key, found.size, name.limits)
    stated_at = _stated_at(lake, name, found)
    if isinstance(name, EventsName):
        written, warnings = take_plays(lake, name, found, version, stated_at, named, now)
        return _accepted(lake, key, named, clock, written.rows, written.days, warnings)
    assert isinstance(name, WholeName)
    contract.refuse_too_large(key, found.size)
    stored = lake.source.get(key, version)
    if stored is None or stored.etag != found.etag:
        raise Conflict(f"{key} was replaced while it was read")
    accepted = contract.read(name, stored.body)
    entered = _enter(lake, PatientQueue(queue, lake.holds, clock), accepted, stated_at)
    # What others said of the same is looked up after the own entries are written: of two files that are taken at the
    # same time, one at least sees the other.
    warnings = warnings_of(lake, accepted, stated_at, entered, named, now)
    rows, days = (
        accepted.table.num_rows,
        len(entered) if name.folder in ("results", "retractions") or name.dataset == "PlayerGames" else 0,
    )
    return _accepted(lake, key, named, clock, rows, days, warnings)


def _accepted(
    lake: Lake, key: str, named: str, clock: Callable[[], datetime], rows: int, days: int, warnings: tuple[str, ...]
) -> Receipt:
    if lake.receipts.rejection(key) and _is_newest(lake, key, named):
        lake.receipts.clear_rejection(key)
    log.info("accepted", key=key, version=named, rows=rows, days=days, warnings=list(warnings))
    return Receipt(key, named, ACCEPTED, f"{clock():{TIMESTAMP}}", rows=rows, days=days, warnings=warnings)


def _reject(
    lake: Lake, key: str, named: str, report: Report, clock: Callable[[], datetime], fault: str = ""
) -> Receipt:
    if _is_newest(lake, key, named):
        lake.receipts.reject(key, report)
    return Receipt(key, named, REJECTED, f"{clock():{TIMESTAMP}}", fault=fault)


def _cause(error: Exception) -> str:
    """What went wrong, and where in the code, on one line."""
    *_, last = traceback.extract_tb(error.__traceback__)
    where = "/".join(Path(last.filename).parts[-3:])
    return f"{type(error).__name__}: {shown(error, _LONGEST_CAUSE)} ({where}, line {last.lineno})"


def _is_newest(lake: Lake, key: str, named: str) -> bool:
    """Whether a version is what now lies under its key: events of two versions may come in either order."""
    newest = lake.source.stat(key)
    return newest is not None and token(newest.modified, newest.etag) == named


def _stated_at(lake: Lake, name: SourceName, found: Listed) -> str:
    """When the file says what it says: its name's timestamp, else when it was uploaded.

    S3 tells that moment to the second. Of the uploads of one key within a second the bucket keeps the order all the
    same, so the later ones have their place behind it: 20240315T060000Z.001. Of different keys nobody knows it.
    """
    if name.timestamp:
        return name.timestamp
    second = f"{found.modified:{TIMESTAMP}}"
    same = [row.etag for row in lake.source.versions(found.key)
            if row.key == found.key and f"{row.modified:{TIMESTAMP}}" == second]  # fmt: skip
    place = same.index(found.etag) if found.etag in same else 0
    return f"{second}.{place:03}" if place else second


def _enter(lake: Lake, queue: Queue, accepted: Accepted, version: str) -> dict[Entry, bool]:
    """Write ledger entries and send nudges; the entries, and whether each is new."""
    name, table = accepted.name, accepted.table
    leagues = [name.league] if name.league else list(League)
    match name.folder:
        case "results":
            return _enter_days(lake, queue, leagues[0], GAMES, table, version)
        case "retractions":
            return _enter_days(lake, queue, leagues[0], RETRACTIONS, table, version)
        case "players" if name.dataset == "PlayerGames":
            return _enter_days(lake, queue, leagues[0], APPEARANCES, table, version)
        case "players":
            return _enter_players(lake, queue, leagues[0], accepted, version)
        case "fixtures":
            entered = lake.ledger.write_fixtures(leagues[0], version, _by_season(table))
        case _:
            entered = {}
            for league in leagues:
                entered |= lake.ledger.write_reference(league, name.dataset, version, table)
    queue.send([Nudge(league, None, None, digest([name.key, version])) for league in leagues])
    return entered


def _enter_days(
    lake: Lake, queue: Queue, league: League, sort: str, table: pa.Table, version: str
) -> dict[Entry, bool]:
    days = {(day.season, day.day): day.games for day in days_of(table)}
    entered = lake.ledger.write_days(league, sort, version, days)
    changed = _with_games(lake.ledger, league, days) if sort == APPEARANCES else days
    queue.send(plan(league, changed, lake.folded(league).head, lake.ledger))
    return entered


def _with_games(ledger: Ledger, league: League, days: Iterable[Moment]) -> list[Moment]:
    """Those of some days that have games: players' games alone are nothing to fold."""
    moments, players = list(days), ledger.players(league)
    seasons = sorted({season for season, _ in moments})
    listed = (day for season in seasons for day in ledger.days(league, season, players))
    there = {(day.season, day.day) for day in listed if day.has_games}
    return [moment for moment in moments if moment in there]


def _enter_players(lake: Lake, queue: Queue, league: League, accepted: Accepted, version: str) -> dict[Entry, bool]:
    """Seasons that are folded and may know of it now, are so again from their first day; then the games to come."""
    name = accepted.name
    entered = lake.ledger.write_players(league, name.dataset, version, _by_season(accepted.table))
    head, touched = lake.folded(league).head, min(map(first_touched, entered))
    history = lake.ledger.history(league)
    changed = [(season, day.day) for season, days in history.items() if touched <= season <= (head.season or 0)
               for day in days if day.players and day.day in head.unlike(season, _digests(days))]  # fmt: skip
    look = Nudge(league, None, None, digest([name.key, version]))
    queue.send([*plan(league, changed, head, lake.ledger), look])
    return entered


def _digests(days: Iterable[DayEntries]) -> dict[int, str]:
    return {day.day: day.digest for day in days if day.has_games}


def _by_season(table: pa.Table) -> dict[int, pa.Table]:
    seasons = pc.unique(table["season"]).to_pylist()
    return {season: table.filter(pc.equal(table["season"], season)) for season in seasons}
