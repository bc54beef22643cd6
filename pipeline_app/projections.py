"""The tables of the newest season's last evening before Selection Sunday. `publish` writes them.

    head: last state, games, games to come ─┐
    reference: conferences, tournaments ────┴─► projection ─► the field, conferences, what the next games are worth

They are made of one evening, so they cost a second or two a league however long the history is. Once seeds of the
season are there they are gone: the bracket's own tables take over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial

import pyarrow as pa
import pyarrow.compute as pc

from hoops import tables
from hoops.brackets.tree import CANCELLED, BadBracket
from hoops.games.identity import IDENTITY
from hoops.games.leagues import SELECTION_SUNDAY
from hoops.games.reference import Reference
from hoops.schemas import PENDING, PREDICTED, PUBLISHED
from hoops.selection.lines import field_size
from hoops.selection.projection import projection
from lake.content import rows_digest
from lake.heads import Head
from lake.lake import Folded
from lake.ledger import digest
from lake.published import table_key
from pipeline_app.brackets import Build, must_wait, one_of
from pipeline_app.telemetry import log

NAMES = ("projected_field", "conference_odds", "game_worth")
_MEMORY = 3  # seasons whose conference tournaments tell of the next one's
_BY_SEASON = (
    "Seasons", "TeamConferences", "ConferenceTourneyGames", "ConferenceTourneySeeds", "ConferenceTourneySlots",
)  # fmt: skip


def wanted(folded: Folded, reference: Callable[[], Reference]) -> Iterator[tuple[str, tuple[str, Build]]]:
    """Key of every table that should exist, with the digest of its inputs and how to build it: none while they wait."""
    head, charge = folded.head, folded.charge
    season = max(head.seasons, default=None)
    if season is None or must_wait(head) or season in CANCELLED:
        return
    one, known = head.seasons[season], reference()
    if one.last_day > SELECTION_SUNDAY or not one.is_whole or known.seeds(season):
        return
    before = head.seasons.get(season - 1)
    fixtures = _fixtures(folded, season)
    made_from = [
        tables.VERSION, one.predicted, one.snapshot, before.predicted if before else "", rows_digest(fixtures),
        charge.decision_on((season, one.last_day + 1)).id, *_stated(folded, known, season),
    ]  # fmt: skip
    made = cache(partial(_made, folded, season, known, fixtures))
    for name in NAMES:
        yield table_key(name, charge.league, season), (digest(made_from), partial(one_of, made, name))


def stays(key: str, head: Head) -> bool:
    """Whether a table is left as it is: what it was made from is lost, and not yet folded again."""
    newest = head.seasons.get(max(head.seasons, default=0))
    return key.split("/")[0] in NAMES and newest is not None and not newest.is_whole


def _made(folded: Folded, season: int, reference: Reference, fixtures: pa.Table) -> Mapping[str, pa.Table]:
    """The tables; without rows where a conference's bracket is none, or teams are too few for a field."""
    head, heads, charge = folded.head, folded.heads, folded.charge
    one, before = head.seasons[season], head.seasons.get(season - 1)
    last = heads.read_rows(before.predicted) if before and before.predicted else PREDICTED.empty_table()
    games = pa.concat_tables([last, heads.read_rows(one.predicted)])
    known, model = heads.read_known(one.snapshot), charge.on((season, one.last_day + 1))
    try:
        found = projection(charge.league, season, one.last_day, games, reference.tables, fixtures, known, model)
        return tables.projection_tables(found, reference)
    except BadBracket as bad:
        log.warning("no projection", league=charge.league, season=season, why=str(bad), then="tables without rows")
        return {name: PUBLISHED[name].schema.empty_table() for name in NAMES}


def _fixtures(folded: Folded, season: int) -> pa.Table:
    """When and where the season's games to come are: of their forecasts, nothing."""
    head = folded.head
    pending = folded.heads.read_rows(head.pending) if head.pending else PENDING.empty_table()
    return pending.filter(pc.equal(pending["season"], season)).select([*IDENTITY, "site"])


def _stated(folded: Folded, reference: Reference, season: int) -> Iterator[str]:
    """Digests of what the reference says of the season, its teams and the seasons that tell of it."""
    for name in _BY_SEASON:
        if (table := reference.tables.get(name)) is not None:
            near = pc.and_(pc.greater_equal(table["season"], season - _MEMORY), pc.less_equal(table["season"], season))
            yield rows_digest(table.filter(near))
    for name in ("Teams", "Conferences"):
        if (table := reference.tables.get(name)) is not None:
            yield rows_digest(table)
    yield str(field_size(folded.charge.league, season, reference.tables))
