"""What is behind: a head behind its ledger, tables behind their head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hoops import tables
from hoops.games.leagues import League
from hoops.games.reference import USED
from lake.heads import Head
from lake.lake import Lake
from lake.ledger import Entry, Ledger, digest
from lake.published import Manifest
from lake.registry import Charge
from lake.schedule import Schedule


def is_folded(lake: Lake, league: League) -> bool:
    """True if a league's head knows all that its ledger and the log of models say."""
    folded = lake.folded(league)
    return knows_all(folded.head, folded.charge, lake.ledger)


def knows_all(head: Head, charge: Charge, ledger: Ledger) -> bool:
    """True if a head was folded from all that the ledger says, and has had the games to come forecast."""
    return not unapplied(head, charge.league, ledger) and news(head, charge, ledger) is None


def unapplied(head: Head, league: League, ledger: Ledger) -> list[tuple[int, int]]:
    """Every (season, day) whose entries are not those that the head was folded from."""
    changed = []
    for season, days in ledger.history(league).items():
        listed = {day.day: day.digest for day in days if day.has_games}
        changed += [(season, day) for day in sorted(head.unlike(season, listed))]
    return changed


def news(head: Head, charge: Charge, ledger: Ledger) -> str | None:
    """Digest of what a head that has every day has not heard of: games to come, another model; None if of all."""
    inputs = Schedule(charge.league, ledger).inputs(head, charge.digest)
    is_news = inputs != head.pending_inputs or charge.is_news_to(head)
    return digest([inputs, str(charge.count)]) if is_news else None


def is_behind(manifest: Manifest, head: Head, reference: str, models: str, players: str) -> bool:
    """True if the tables do not show the head, reference, models and players, or are those of an earlier program."""
    stated = (manifest.reference, manifest.models, manifest.players)
    shown = (manifest.version, manifest.engine, manifest.generation, *stated)
    return shown != (tables.VERSION, head.engine, head.generation, reference, models, players)


def models_digest(charge: Charge, shipped: str) -> str:
    """Changes with the models and decisions of a league, and with the model that ships."""
    return digest([charge.log.digest, shipped])


def reference_digest(entries: Mapping[str, Sequence[Entry]]) -> str:
    """Changes when a dataset that tables are made of has a new entry."""
    return digest(entry.key for dataset in USED for entry in entries.get(dataset, []))
