"""The tables of who is back, who came and who left, by season. `publish` writes them.

    head: state at the end of the season before ─┐
    ledger: what players' files say by then ─────┼─► the season's rosters and what they are worth
    reference: names ────────────────────────────┘

There is one for every season that has a roster and totals of the season before, also for the next one, of which no game
is known yet. While games wait they wait too: else they would be made of a season that is not over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial

import pyarrow as pa

from hoops import tables
from hoops.games.reference import Reference
from hoops.schemas import ROSTER_TABLES
from lake.heads import Head
from lake.lake import Folded
from lake.ledger import digest
from lake.players import SORTS, Players
from lake.published import table_key
from pipeline_app.brackets import Build, must_wait, one_of


def wanted(
    folded: Folded, reference: Callable[[], Reference], stated: str, players: Players
) -> Iterator[tuple[str, tuple[str, Build]]]:
    """Key of every table that should exist, with the digest of its inputs and how to build it: none while they wait.

    stated: digest of the reference.
    """
    if must_wait(folded.head):
        return
    for season, before in _seasons(folded.head, players).items():
        snapshot = folded.head.seasons[before].snapshot
        if not snapshot:  # it was lost, and is folded again
            continue
        made_from = [tables.VERSION, snapshot, players.digest(season), stated]
        made = cache(partial(_made, folded, season, snapshot, reference, players))
        for name in ROSTER_TABLES:
            yield table_key(name, folded.charge.league, season), (digest(made_from), partial(one_of, made, name))


def stays(head: Head) -> bool:
    """Whether tables are left as they are: games wait, or what they were made from is lost and not yet folded again."""
    return must_wait(head) or not all(one.snapshot for one in head.seasons.values())


def _seasons(head: Head, players: Players) -> dict[int, int]:
    """Seasons that have tables, and of each the last season before it that has games."""
    told = {(entry.season, entry.sort) for entry in players.entries}
    rostered = sorted(season for season, sort in told if sort == SORTS["Rosters"])
    found = {}
    for season in rostered:
        before = max((one for one in head.seasons if one < season), default=None)
        is_next = season <= max(head.seasons, default=season) + 1
        if before is not None and is_next and (season - 1, SORTS["PlayerSeasons"]) in told:
            found[season] = before
    return found


def _made(
    folded: Folded, season: int, snapshot: str, reference: Callable[[], Reference], players: Players
) -> Mapping[str, pa.Table]:
    known, parameters = folded.heads.read_known(snapshot), folded.charge.parameters
    return tables.roster_tables(known, season, players.squads, reference(), parameters)
