"""The tables of a league's NCAA tournaments: which there should be, and what they are made from. `publish` writes them.

    reference: seeds, slots, names ─┐
    head: state on Selection Sunday ┼─► a season's bracket, evening by evening ─► its tables
    head: the season's games ───────┘

An evening that a process has made once is not made again while all that it was made from is the same: on a day of the
tournament only the last one is new.

They wait until the head has come as far as the ledger, and stay as they are until then: history is loaded season by
season, and each would be the newest for a while.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache, partial

import pyarrow as pa
import pyarrow.compute as pc

from hoops import knowledge, tables
from hoops.brackets.evenings import Evening, Keep, made_anew
from hoops.brackets.schedule import Schedule
from hoops.brackets.tree import BadBracket, field_of
from hoops.forecast.fold import learn
from hoops.games.leagues import LAST_DAY, SELECTION_SUNDAY, League
from hoops.games.reference import Reference
from hoops.knowledge import Knowledge
from hoops.players import Appearances
from hoops.schemas import BRACKET_TABLES, PENDING, PUBLISHED
from lake.content import rows_digest
from lake.heads import Head, Heads, SeasonHead
from lake.lake import Folded
from lake.ledger import APPEARANCES, Entry, Ledger, digest, player_games
from lake.published import table_key
from lake.registry import Charge
from pipeline_app.telemetry import log

Build = Callable[[], pa.Table]
OF_A_BRACKET = ("bracket_slots", "bracket_odds", "bracket_games", "bracket_picks")
OF_THE_NEWEST = (*OF_A_BRACKET, "game_worth")


def is_of_bracket(key: str) -> bool:
    """Whether a key is that of a table of a tournament, or of the way there."""
    return key.split("/")[0] in BRACKET_TABLES


def must_wait(head: Head) -> bool:
    """True while games wait in the ledger that the head has not folded, or seasons are folded again."""
    return bool(head.stale) or (head.position is not None and not head.pending_inputs)


def wanted(
    folded: Folded, reference: Callable[[], Reference], ledger: Ledger
) -> Iterator[tuple[str, tuple[str, Build]]]:
    """Key of every table that should exist, with the digest of its inputs and how to build it: none while they wait."""
    head, heads, charge = folded.head, folded.heads, folded.charge
    newest = max(head.seasons, default=None)
    if newest is None or must_wait(head):
        return
    known = reference()
    seeds = known.tables.get("NCAATourneySeeds")
    for season in sorted(set(seeds["season"].to_pylist()) & head.seasons.keys()) if seeds is not None else ():
        one, is_newest = head.seasons[season], season == newest
        fixtures = _fixtures(head, heads, season) if is_newest else None
        made_from = [
            tables.VERSION, one.predicted, one.selection, str(is_newest), _stated(known, season),
            rows_digest(fixtures) if fixtures is not None else "", *_in_charge(charge, season, is_newest),
        ]  # fmt: skip
        # The state on Selection Sunday knows the players; they are asked for only where it has to be learned anew.
        if not one.selection:
            made_from += _of_players(ledger, charge.league, season)
        made = cache(partial(_made, folded, season, known, ledger, fixtures, is_newest=is_newest))
        for name in OF_THE_NEWEST if is_newest else OF_A_BRACKET:
            yield table_key(name, charge.league, season), (digest(made_from), partial(one_of, made, name))


def one_of(made: Callable[[], Mapping[str, pa.Table]], name: str) -> pa.Table:
    return made()[name]


def _made(
    folded: Folded,
    season: int,
    reference: Reference,
    ledger: Ledger,
    fixtures: pa.Table | None,
    *,
    is_newest: bool,
) -> Mapping[str, pa.Table]:
    """The tables of a season; without rows where seeds, slots and results are not those of one bracket."""
    league, heads, one = folded.charge.league, folded.heads, folded.head.seasons[season]
    try:
        field = field_of(reference.tables, league, season)
        assert field is not None, "the season has seeds"
        games = heads.read_rows(one.predicted)
        selected = _selected(folded, season, one, games, ledger)
        keep = _keeping(games, one.selection, _stated(reference, season)) if one.selection else made_anew
        return tables.bracket_tables(
            field, selected, games, folded.charge.on, reference, fixtures, is_newest=is_newest, keep=keep
        )
    except BadBracket as bad:
        log.warning("no bracket", league=league, season=season, why=str(bad), then="its tables are left without rows")
        return {name: PUBLISHED[name].schema.empty_table() for name in OF_THE_NEWEST}


def _of_players(ledger: Ledger, league: League, season: int) -> list[str]:
    """Digests of what players' files say that Selection Sunday of a season knows; none where they say nothing."""
    named = [entry.key for entry in _appeared(ledger, league, season)]
    return [one for one in (ledger.players(league).digest(season), digest(named) if named else "") if one]


def _appeared(ledger: Ledger, league: League, season: int) -> list[Entry]:
    """Entries of players' games up to Selection Sunday."""
    days = [day for day in ledger.days(league, season) if day.day <= SELECTION_SUNDAY]
    return [entry for day in days for entry in day.entries if entry.sort == APPEARANCES]


def _selected(folded: Folded, season: int, one: SeasonHead, games: pa.Table, ledger: Ledger) -> Knowledge:
    """What was known on Selection Sunday: as it was kept, else learned from the end of the season before."""
    heads, parameters = folded.heads, folded.charge.parameters
    if one.selection:
        return heads.read_known(one.selection)
    before = max((other for other in folded.head.seasons if other < season), default=None)
    known = knowledge.initial(parameters)
    if before is not None:
        known = heads.read_known(folded.head.seasons[before].snapshot)
    before_sunday = games.filter(pc.less_equal(games["day"], SELECTION_SUNDAY))
    league = folded.charge.league
    appeared = Appearances.of(player_games(ledger, _appeared(ledger, league, season)))
    squads = replace(ledger.players(league).squads, games=appeared)
    for _, after in learn(before_sunday, parameters, known, squads):
        known = after
    return known


KEPT = 48  # two leagues' evenings of a tournament
kept_evenings: OrderedDict[str, Evening] = OrderedDict()


def _keeping(games: pa.Table, selection: str, stated: str) -> Keep:
    """Evenings of a season by all that they are made from.

    games: of the season. selection: key of the state on Selection Sunday, of which the content is part. stated: digest
    of what the reference says.
    """
    before = rows_digest(games.filter(pc.less_equal(games["day"], SELECTION_SUNDAY)))
    later = games.filter(pc.greater(games["day"], SELECTION_SUNDAY))

    def keep(day: int, when: Schedule, model: str, make: Callable[[], Evening]) -> Evening:
        since = rows_digest(later.filter(pc.less_equal(later["day"], day)))
        where = json.dumps([day, dict(when.day), dict(when.host)])
        name = digest([tables.VERSION, selection, before, since, stated, where, model])
        if name not in kept_evenings:
            kept_evenings[name] = make()
            if len(kept_evenings) > KEPT:
                kept_evenings.popitem(last=False)
        kept_evenings.move_to_end(name)
        return kept_evenings[name]

    return keep


def _fixtures(head: Head, heads: Heads, season: int) -> pa.Table:
    """When and where the season's games to come are: of their forecasts, nothing."""
    pending = heads.read_rows(head.pending) if head.pending else PENDING.empty_table()
    rows = pending.filter(pc.and_(pc.equal(pending["season"], season), pc.greater(pending["day"], SELECTION_SUNDAY)))
    return rows.select(["season", "day", "team1_id", "team2_id", "site"])


def _in_charge(charge: Charge, season: int, is_newest: bool) -> list[str]:
    """Who forecasts on the evenings of a season, by day of the next games."""
    last = LAST_DAY if is_newest else SELECTION_SUNDAY
    return [charge.decision_on((season, evening + 1)).id for evening in range(SELECTION_SUNDAY, last + 1)]


def _stated(reference: Reference, season: int) -> str:
    """Digest of what the reference says of a season's bracket; of other seasons and teams it may say what it likes."""
    datasets = {name: reference.tables.get(name) for name in ("NCAATourneySeeds", "NCAATourneySlots")}
    rows = [table.filter(pc.equal(table["season"], season)) for table in datasets.values() if table is not None]
    days = reference.tables.get("NCAATourneySeedRoundSlots")
    seeds = reference.seeds(season)
    words = [
        reference.names(sorted(seeds)),
        [reference.region(season, seed) for seed in sorted(seeds.values())],
        str(reference.day_zero(season)),
    ]
    return digest([*map(rows_digest, [*rows, *([days] if days is not None else [])]), json.dumps(words)])
