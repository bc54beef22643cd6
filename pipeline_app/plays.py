"""Publish play-by-play: have the dashboard bucket show the plays that the ledger has. Level-triggered, as `publish` is.

    season of plays ─┐
    results, names ──┼─► tables on disk, a day at a time ─► to the bucket ─► the manifest names them together
    forecasts ───────┘

A season is made at a time. What is not done when the time is over, the next call does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hoops import contract
from hoops.contract import EventsName, Rejected
from hoops.games.leagues import League
from hoops.lanes import read_ahead
from hoops.plays.stretch import stretches
from hoops.schemas import PUBLISHED
from hoops.tables.chances import SeasonChances
from hoops.tables.plays import SeasonPlays
from lake.heads import Lost
from lake.lake import Folded, Lake
from lake.ledger import DamagedEntry, Entry
from lake.names import Names
from lake.parquet import Unreadable
from lake.pieces import Pieces
from lake.plays_due import CHANCES, PLAYS, DueSeason, due_seasons, games_of, may_be_made
from lake.published import Manifest, is_of_plays, table_key
from lake.retry import retrying
from pipeline_app.accept import accept
from pipeline_app.deadline import NEVER, Deadline
from pipeline_app.nudges import Queue
from pipeline_app.telemetry import log

A_SEASON = 240  # seconds that are left when a season is begun: the largest that the contract takes is made in that


def transform(
    lake: Lake,
    queue: Queue,
    key: str,
    clock: Callable[[], datetime],
    version: str | None = None,
    deadline: Deadline = NEVER,
) -> None:
    """Take an object (version) of play-by-play, and show its season if the results that it belongs to are known.

    Raises
    ------
    Retryable, DamagedEntry, BotoCoreError, ClientError
        As `accept` and `publish_plays` do.
    """
    accept(lake, queue, key, clock, version)
    try:
        name = contract.parse(key)
    except Rejected:
        return
    if not isinstance(name, EventsName) or name.league is None:
        return
    try:
        publish_plays(lake, name.league, clock, deadline=deadline, season=name.season)
    except Lost as lost:
        log.warning("lost", league=name.league, object=lost.key, why=lost.why, then="reconcile has it folded again")


def publish_plays(
    lake: Lake,
    league: League,
    clock: Callable[[], datetime],
    damaged: Collection[str] = (),
    deadline: Deadline = NEVER,
    season: int | None = None,
) -> None:
    """Bring a league's tables of play-by-play up to what is known; do nothing if they are, or if results wait.

    damaged: keys of tables to make again, whatever the manifest says. deadline: when no further season is begun.
    season: the only one to look at, so that files that are taken at the same time do not do each other's work.

    Raises
    ------
    Lost
        Forecasts cannot be read; they have to be folded again first.
    DamagedEntry
        Plays of a season cannot be read; those of the others are shown.
    """
    retrying(lambda: _publish(lake, league, clock, set(filter(is_of_plays, damaged)), deadline, season))


def _publish(
    lake: Lake,
    league: League,
    clock: Callable[[], datetime],
    damaged: Collection[str],
    deadline: Deadline,
    season: int | None,
) -> None:
    manifest, etag = lake.published.manifest(league)
    plays = lake.ledger.plays(league)
    if not plays and not any(map(is_of_plays, manifest.tables)):
        return
    folded = lake.folded(league)
    if not may_be_made(lake, manifest, folded):
        log.info("plays wait", league=league, seasons=sorted(plays), until="the results of the league are shown")
        return
    damage: list[DamagedEntry] = []
    with folded.heads.as_of(league, folded.etag):
        due = list(due_seasons(lake, manifest, folded, plays, damaged, season))
        for place, one in enumerate(due):
            if deadline.is_over():
                left = [each.season for each in due[place:]]
                log.info("plays published in part", league=league, left=left, then="reconcile makes the others")
                break
            try:
                _publish_season(lake, folded, manifest, etag, one, f"{clock():%Y-%m-%dT%H:%M:%SZ}")
            except DamagedEntry as why:
                damage.append(why)  # the other seasons are sound
            manifest, etag = lake.published.manifest(league)
    if damage:
        raise DamagedEntry("; ".join(map(str, damage)))


def _publish_season(lake: Lake, folded: Folded, manifest: Manifest, etag: str | None, due: DueSeason, now: str) -> None:
    if due.damage is not None:
        raise due.damage
    league, written = folded.charge.league, {}
    told: dict[str, Any] = {}
    if due.entry is not None and due.names is not None and due.inputs:
        with TemporaryDirectory(prefix="madness-plays-") as folder:
            files, rows, told = _made(lake, folded, due.entry, due.inputs, due.names, Path(folder))
            for name, inputs in due.inputs.items():
                key = table_key(name, league, due.season)
                write = partial(lake.published.write_file, key, files[name], rows[name], inputs=inputs)
                written[key] = lake.published.write_over(league, etag, key, manifest.tables.get(key), write)
    lake.published.record(league, manifest, written, due.gone, now)
    if due.gone:
        lake.published.remove(due.gone)
    log.info("plays published", league=league, season=due.season, tables=sorted(written), gone=len(due.gone), **told)


def _made(
    lake: Lake, folded: Folded, entry: Entry, wanted: Mapping[str, str], names: Names, folder: Path
) -> tuple[dict[str, Path], dict[str, int], dict[str, Any]]:
    """The wanted tables of a season on disk: their files, their rows; and what is to be said of the plays."""
    league, season = folded.charge.league, entry.season
    games = games_of(folded.heads, folded.head, season)
    plays = lake.ledger.read_plays(entry, folder / "season.parquet")
    words = (names.reference, names.players, plays.events, plays.details)
    happened = SeasonPlays(league, season, games, *words) if wanted.keys() & PLAYS else None
    chances = SeasonChances(league, season, games, *words) if wanted.keys() & CHANCES else None
    halves = [half for half in (happened, chances) if half is not None]
    with Pieces(folder) as pieces:
        for name in wanted:
            pieces.write(name, PUBLISHED[name].schema.empty_table())  # also a table without rows is there
        try:
            with read_ahead(plays) as days:
                for part in stretches(days):
                    for half in halves:
                        for name, piece in half.add(part).items():
                            pieces.write(name, piece)
        except Unreadable as error:
            raise lake.ledger.damaged_plays(entry, error) from error
        for half in halves:
            for name, table in half.tables().items():
                pieces.write(name, table)
    told = {"stray_games": happened.stray_games, "stray_rows": happened.stray_rows} if happened else {}
    return pieces.paths, pieces.rows, {"rows": plays.rows, **told}
