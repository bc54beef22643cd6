"""Publish: make the dashboard bucket show a league's head. Level-triggered, so a crash in between heals the next time.

    manifest behind the head (or the reference)? ─► write the tables whose inputs changed ─► write the manifest

Every write is conditional on the ETag that the manifest recorded, so that a slow publisher cannot overwrite a later
one. What is shown never goes back before what takes its place is whole: a season that is folded again is shown as it
was, and a head that was begun anew (another engine, or its state was lost) waits until it has caught up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from functools import cache, partial
from typing import Any

import pyarrow as pa

from hoops import tables
from hoops.forecast.model import Model
from hoops.games.leagues import League
from hoops.games.reference import USED, Reference
from hoops.schemas import PUBLISHED, ROSTER_TABLES
from lake.behind import is_behind, knows_all, models_digest, reference_digest
from lake.heads import Head, Heads, SeasonHead, unpack_teams
from lake.lake import Lake
from lake.ledger import Entry, Ledger, digest, reference_tables
from lake.players import Players
from lake.published import Manifest, TableEntry, is_of_plays, manifest_key, season_of, table_key
from lake.registry import Charge, Decision
from lake.retry import retrying
from lake.store import Conflict
from operate.models import standings
from pipeline_app import brackets, projections, rosters
from pipeline_app.brackets import Build, one_of
from pipeline_app.deadline import NEVER, Deadline
from pipeline_app.telemetry import log


def publish(
    lake: Lake,
    league: League,
    clock: Callable[[], datetime],
    damaged: Collection[str] = (),
    deadline: Deadline = NEVER,
    charge: Charge | None = None,
) -> None:
    """Bring the published tables of a league up to its head and reference; do nothing if they are.

    damaged: keys of tables to write again, whatever the manifest says of them. deadline: when no further table is
    written, but for the first; the manifest then says which are, and the next call writes the others. charge: who is in
    charge, if it was looked up just now; it is looked up again where that has changed.

    Raises
    ------
    Lost
        What the tables are made from cannot be read; it has to be folded again first.
    """
    known = [] if charge is None else [charge]
    retrying(lambda: _publish(lake, league, clock, damaged, deadline, known.pop() if known else None))


def damaged(lake: Lake, league: League) -> list[str]:
    """Keys of tables that are not what the manifest says: overwritten by a publisher that was late, or by hand."""
    manifest, _ = lake.published.manifest(league)
    present = lake.published.etags(league)
    return [key for key, entry in manifest.tables.items() if present.get(key) != entry.etag]


def _publish(
    lake: Lake,
    league: League,
    clock: Callable[[], datetime],
    distrusted: Collection[str],
    deadline: Deadline,
    charge: Charge | None,
) -> None:
    # The manifest first: then a head of fewer generations is no older one, but one that was begun anew.
    manifest, etag = _manifest(lake, league)
    folded = lake.folded(league) if charge is None else lake.folded_by(charge)
    heads, head = folded.heads, folded.head
    models = models_digest(folded.charge, lake.shipped(league).id)
    if charge is not None and manifest.models not in ("", models):
        raise Conflict(f"the log of models of league {league} is not the one that is shown: it has to be read again")
    entries = lake.ledger.reference(league)
    stated, players = reference_digest(entries), lake.ledger.players(league)
    nothing = etag is None and not head.seasons and not head.pending
    is_due = is_behind(manifest, head, stated, models, players.stated) or not all(map(is_of_plays, distrusted))
    if nothing or not is_due or _must_wait(manifest, head, folded.charge, lake.ledger):
        return
    with heads.as_of(league, folded.etag):
        wanted = _wanted(head, heads, manifest, stated, partial(reference_of, lake, entries), players)
        now = folded.charge.after(head)
        wanted[table_key("models", league)] = (
            digest([tables.VERSION, models, now.id]),
            partial(_models, folded.charge, now, lake.shipped(league)),
        )
        reference = partial(reference_of, lake, entries)
        wanted |= brackets.wanted(folded, reference, lake.ledger)
        wanted |= projections.wanted(folded, reference)
        wanted |= rosters.wanted(folded, reference, stated, players)
        written: dict[str, TableEntry] = {}
        left = 0
        for key, (inputs, build) in wanted.items():
            recorded = manifest.tables.get(key)
            if recorded is not None and recorded.inputs == inputs and key not in distrusted:
                continue
            if written and deadline.is_over():
                left += 1
            else:
                write = partial(lake.published.write_table, key, build(), inputs=inputs)
                written[key] = lake.published.write_over(league, etag, key, recorded, write)
        seasons = sorted({*head.shown, *_seasons_of_fixtures(head, heads)})
    there = {**manifest.tables, **written}
    if left:
        # It stays behind the head, so that the next publisher goes on with what is left. It has an engine, or it would
        # be taken for one that was lost.
        known = replace(manifest, engine=manifest.engine or head.engine, tables=there)
        lake.published.write_manifest(league, known, etag)
        log.info("published in part", league=league, tables=len(written), left=left, then="reconcile writes the others")
        return
    last = max(head.shown, default=None)
    gone = {key for key in manifest.tables if key not in wanted and not _stays(key, head)}
    lake.published.write_manifest(
        league,
        replace(
            manifest,
            version=tables.VERSION,
            generation=head.generation, engine=head.engine, reference=stated, players=players.stated,
            models=models, model=now.id,
            decisions=head.decisions,
            season=last, day=head.shown[last].last_day if last is not None else None,
            published_at=f"{clock():%Y-%m-%dT%H:%M:%SZ}",
            seasons=seasons,
            tables={key: entry for key, entry in there.items() if key not in gone},
        ),
        etag,
    )  # fmt: skip
    if gone:  # a season whose every game was retracted
        lake.published.remove(gone)
    log.info("published", league=league, generation=head.generation, tables=sorted(written))


def _manifest(lake: Lake, league: League) -> tuple[Manifest, str | None]:
    """The manifest; instead of a lost one, one with the tables that are there, all of which are written again."""
    manifest, etag = lake.published.manifest(league)
    if manifest.engine:
        return manifest, etag
    tables = lake.published.adopted(league)
    if etag is not None or tables:
        log.warning("lost", league=league, object=manifest_key(league), why="gone or not to be read", then="rewritten")
    return replace(manifest, tables=tables), etag


def _must_wait(manifest: Manifest, head: Head, charge: Charge, ledger: Ledger) -> bool:
    """A head that must not be shown yet, because it was begun anew and tables show more than it knows."""
    if not manifest.tables:
        return False
    if head.catching_up or (manifest.engine == head.engine and manifest.generation > head.generation):
        return True
    return manifest.engine != head.engine and not knows_all(head, charge, ledger)


def _wanted(
    head: Head, heads: Heads, manifest: Manifest, stated: str, reference: Callable[[], Reference], players: Players
) -> dict[str, tuple[str, Build]]:
    """Every table that should exist, with the digest of its inputs and how to build it."""
    league = League(head.league)
    wanted: dict[str, tuple[str, Build]] = {}
    for season, folded in head.shown.items():
        if not folded.is_whole:
            continue
        of_fold = [tables.VERSION, folded.predicted, folded.rated, stated]
        of_absences = [folded.snapshot, *([players.names_digest(season)] if folded.has_appearances else [])]
        made = cache(partial(_season_tables, season, folded, heads, reference, players))
        for name in SEASON_TABLES:
            inputs = digest([*of_fold, *of_absences] if name == "team_records" else of_fold)
            wanted[table_key(name, league, season)] = (inputs, partial(one_of, made, name))
    pending = heads.read_rows(head.pending) if head.pending else None
    emptied = {season_of(key) for key in manifest.tables if key.startswith("upcoming/") and not _stays(key, head)}
    for season in {*_seasons_of_fixtures(head, heads), *(one for one in emptied if one is not None)}:
        rows = tables.upcoming(season, pending, reference()) if pending is not None else None
        rows = rows if rows is not None else PUBLISHED["upcoming"].schema.empty_table()
        inputs = digest([tables.VERSION, head.pending or "", stated])
        wanted[table_key("upcoming", league, season)] = (inputs, partial(_same, rows))
    facts = [_summary(season, one) for season, one in sorted(head.shown.items())]
    for name, inputs in (
        ("teams", digest([tables.VERSION, stated, *(f"{one.season}:{one.teams}" for one in facts)])),
        ("seasons", digest([tables.VERSION, stated, *(str(replace(one, teams=())) for one in facts)])),
    ):
        build = tables.teams if name == "teams" else tables.seasons
        wanted[table_key(name, league)] = (inputs, lambda build=build: build(facts, reference()))  # type: ignore[misc]
    return wanted


def _stays(key: str, head: Head) -> bool:
    """A table that is left as it is: one of plays, or what it is made from is lost, or waits, or is folded again."""
    if is_of_plays(key) or (brackets.is_of_bracket(key) and brackets.must_wait(head)) or projections.stays(key, head):
        return True
    if key.split("/")[0] in ROSTER_TABLES:
        return rosters.stays(head)
    if key.startswith("upcoming/"):
        return head.pending is None and bool(head.stale)
    season = season_of(key)
    return season in head.stale and not head.stale[season].is_whole


SEASON_TABLES = ("results", "forecasts", "ratings", "team_records", "tournaments", "scores", "drift", "team_scores",
                 "head_to_head")  # fmt: skip


def _season_tables(
    season: int, folded: SeasonHead, heads: Heads, reference: Callable[[], Reference], players: Players
) -> dict[str, pa.Table]:
    """players: asked for names where players' games tell who appeared."""
    predicted, rated = heads.read_rows(folded.predicted), heads.read_rows(folded.rated)
    absences = heads.read_known(folded.snapshot).absences
    names = players.names(season) if folded.has_appearances else {}
    return tables.season_tables(tables.SeasonRows(season, predicted, rated, absences, names), reference())


def reference_of(lake: Lake, entries: dict[str, list[Entry]]) -> Reference:
    """What is known of a league's teams, seasons and places, from its reference entries."""
    stated = reference_digest(entries)
    if stated not in _references:
        _references.clear()
        used = {dataset: entries[dataset] for dataset in USED if dataset in entries}
        _references[stated] = Reference(reference_tables(lake.ledger, used))
    return _references[stated]


# The last reference built: digests name immutable entries, so an equal digest is an equal reference.
_references: dict[str, Reference] = {}


def _seasons_of_fixtures(head: Head, heads: Heads) -> set[int]:
    return set(heads.read_rows(head.pending)["season"].to_pylist()) if head.pending else set()


def _summary(season: int, folded: SeasonHead) -> tables.SeasonSummary:
    return tables.SeasonSummary(
        season, folded.games, folded.first_day, folded.last_day, folded.champion, unpack_teams(folded.teams)
    )


def _models(charge: Charge, now: Decision, shipped: Model) -> pa.Table:
    # Those in force first: the shipped model is in charge without a line in the log, which may hold others kept out.
    decisions = (*charge.decisions, *charge.log.decisions)
    newest = {one.id: one for one in decisions}
    # What was found once stays true, whatever is decided later without looking.
    compared = {one.id: one.comparison for one in decisions if one.comparison}
    return tables.models([
        tables.ModelSummary(
            id, standing, id == shipped.id, one.trained_through, one.at, one.scores,
            _decided(newest[id], compared.get(id)) if id in newest else None,
        )
        for id, one, standing in standings(charge, now, shipped)
    ])  # fmt: skip


def _decided(one: Decision, comparison: dict[str, Any] | None) -> tables.Decided:
    return tables.Decided(one.action, one.effective_from, one.at, one.by, one.reason, comparison)


def _same(table: pa.Table) -> pa.Table:
    return table
