"""What is behind: a head behind its ledger, tables behind their head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hoops.games.leagues import League
from hoops.games.reference import USED
from lake.heads import Head
from lake.lake import Lake
from lake.ledger import Entry, Ledger, digest
from lake.published import Manifest
from lake.schedule import Schedule


def is_folded(lake: Lake, league: League) -> bool:
    """True if a league's head knows all that its ledger says."""
    head, _ = lake.heads(lake.model(league)).read(league)
    return knows_all(head, league, lake.ledger)


def knows_all(head: Head, league: League, ledger: Ledger) -> bool:
    """True if a head was folded from all that the ledger says, and has forecast the games to come."""
    return not unapplied(head, league, ledger) and new_fixtures(head, league, ledger) is None


def unapplied(head: Head, league: League, ledger: Ledger) -> list[tuple[int, int]]:
    """Every (season, day) whose entries are not those that the head was folded from."""
    changed = []
    for season, days in ledger.history(league).items():
        listed = {day.day: day.digest for day in days if day.has_games}
        changed += [(season, day) for day in sorted(head.unlike(season, listed))]
    return changed


def new_fixtures(head: Head, league: League, ledger: Ledger) -> str | None:
    """Digest of the games to come if they are not those that the head has forecast, else None."""
    inputs = Schedule(league, ledger).inputs(head)
    return inputs if inputs != head.pending_inputs else None


def is_behind(manifest: Manifest, head: Head, reference: str) -> bool:
    """True if the tables do not show the head and the reference."""
    return (manifest.engine, manifest.generation, manifest.reference) != (head.engine, head.generation, reference)


def reference_digest(entries: Mapping[str, Sequence[Entry]]) -> str:
    """Changes when a dataset that tables are made of has a new entry."""
    return digest(entry.key for dataset in USED for entry in entries.get(dataset, []))
