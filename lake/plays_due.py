"""Tables of play-by-play that are not what they would be made from now.

A season has two halves, made of the same plays: what happened, and the chances of every play, which change with the
forecasts as well. A table is made anew when the digest of its inputs changes, and only then: the plays, what the
results say of these very games, for the chances the forecasts of these games, and the names in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hoops.plays.games import SeasonGames
from hoops.schemas import PLAY_TABLES, PREDICTED
from hoops.tables import chances
from lake.behind import is_behind, knows_all, models_digest, reference_digest
from lake.heads import Head, Heads
from lake.lake import Folded, Lake
from lake.ledger import DamagedEntry, Entry, digest
from lake.names import Names
from lake.published import Manifest, is_of_plays, season_of, table_key

VERSION = "1"  # raise it when the same plays, names and results would give other tables
CHANCES = ("play_chances", "game_swings", "player_chances")
PLAYS = tuple(name for name in PLAY_TABLES if name not in CHANCES)
NAMELESS = ("play_chances",)


@dataclass(frozen=True)
class DueSeason:
    """A season of which tables are to be made, or removed where the ledger has no plays of it any more.

    entry: the plays that hold. inputs: by table that is to be made, the digest of what it is made from. names: that
    stand in them. gone: keys of tables that are to be removed. damage: why nothing can be made of the plays.
    """

    season: int
    entry: Entry | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    names: Names | None = None
    gone: frozenset[str] = frozenset()
    damage: DamagedEntry | None = None


def due_seasons(
    lake: Lake,
    manifest: Manifest,
    folded: Folded,
    plays: Mapping[int, Sequence[Entry]],
    damaged: Collection[str] = (),
    only: int | None = None,
) -> Iterator[DueSeason]:
    """Seasons whose tables are not those of what is known now, in order.

    plays: of the league, as the ledger lists them. damaged: keys of tables that are not what the manifest says.
    only: the one season to look at.
    """
    league = folded.charge.league
    shown: dict[int, set[str]] = {}
    for key in filter(is_of_plays, manifest.tables):
        shown.setdefault(season_of(key) or 0, set()).add(key)
    names = lake.names_in_plays.now(league)
    for season in sorted({*plays, *shown}):
        if only not in (None, season):
            continue
        if season not in plays:
            yield DueSeason(season, gone=frozenset(shown[season]))
            continue
        entry = plays[season][-1]
        try:
            inputs = _inputs(*_known_of(lake, folded.heads, folded.head, entry, names), entry)
        except DamagedEntry as damage:  # it is no reason to leave other seasons as they are
            yield DueSeason(season, entry, damage=damage)
            continue
        behind = {
            made_from
            for name, made_from in inputs.items()
            for key in [table_key(name, league, season)]
            if key in damaged or key not in manifest.tables or manifest.tables[key].inputs != made_from
        }
        gone = shown.get(season, set()) - {table_key(name, league, season) for name in inputs}
        if behind or gone:
            wanted = {name: made_from for name, made_from in inputs.items() if made_from in behind}
            yield DueSeason(season, entry, wanted, names, frozenset(gone))


def _inputs(facts: str, forecasts: str, named: str, entry: Entry) -> dict[str, str]:
    """What each table of a season is made from."""
    plays = digest([VERSION, entry.content, facts])
    of_chances = digest([plays, forecasts])
    made_from = {**dict.fromkeys(PLAYS, plays), **dict.fromkeys(CHANCES, of_chances)}
    return {name: one if name in NAMELESS else digest([one, named]) for name, one in made_from.items()}


def may_be_made(lake: Lake, manifest: Manifest, folded: Folded) -> bool:
    """Whether the head knows all that the ledger says, and is shown: until then its results are not the last word."""
    league, head, charge = folded.charge.league, folded.head, folded.charge
    reference = reference_digest(lake.ledger.reference(league))
    models = models_digest(charge, lake.shipped(league).id)
    players = lake.ledger.players(league).stated
    return not is_behind(manifest, head, reference, models, players) and knows_all(head, charge, lake.ledger)


def games_of(heads: Heads, head: Head, season: int) -> SeasonGames:
    """The season's games that are in the results, with their forecasts."""
    folded = head.shown.get(season)
    return SeasonGames.of(heads.read_rows(folded.predicted) if folded else PREDICTED.empty_table())


def _known_of(lake: Lake, heads: Heads, head: Head, entry: Entry, names: Names) -> tuple[str, str, str]:
    """Digests of what results and forecasts say of the games of some plays, and of the names in them."""
    folded = head.shown.get(entry.season)
    looked_at = (entry.key, folded.predicted if folded else "", names.entries)
    if looked_at not in lake.plays_known:
        found, games = lake.ledger.games_of_plays(entry), games_of(heads, head, entry.season)
        keys = found.keys
        lake.plays_known[looked_at] = games.facts(keys), chances.inputs(games, keys), names.of(found)
    return lake.plays_known[looked_at]
