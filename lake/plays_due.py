"""Tables of play-by-play that are not what they would be made from now.

A season has two halves, made of the same plays: what happened, and the chances of every play, which change with the
forecasts as well. Each is made anew when the digest of its inputs changes, and only then: the plays, the names in them,
what the results say of these very games, and for the chances the forecasts of these games.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hoops.games.leagues import League
from hoops.plays.games import SeasonGames
from hoops.schemas import PLAY_TABLES, PREDICTED
from hoops.tables import chances
from lake.behind import is_behind, knows_all, models_digest, reference_digest
from lake.heads import Head, Heads
from lake.lake import Folded, Lake
from lake.ledger import Entry, digest
from lake.published import Manifest, is_of_plays, season_of, table_key

VERSION = "1"  # raise it when the same plays, names and results would give other tables
NAMES = ("Teams", "Seasons", "Players")  # reference datasets whose names and dates stand in these tables
CHANCES = ("play_chances", "game_swings", "player_chances")
PLAYS = tuple(name for name in PLAY_TABLES if name not in CHANCES)


@dataclass(frozen=True)
class DueSeason:
    """A season of which tables are to be made, or removed where the ledger has no plays of it any more.

    entry: the plays that hold. inputs: by table that is to be made, the digest of what it is made from. gone: keys of
    tables that are to be removed.
    """

    season: int
    entry: Entry | None = None
    inputs: Mapping[str, str] | None = None
    gone: frozenset[str] = frozenset()


def due_seasons(
    lake: Lake, manifest: Manifest, folded: Folded, plays: Mapping[int, Sequence[Entry]], damaged: Collection[str] = ()
) -> Iterator[DueSeason]:
    """Seasons whose tables are not those of what is known now, in order.

    plays: of the league, as the ledger lists them. damaged: keys of tables that are not what the manifest says.
    """
    league = folded.charge.league
    shown: dict[int, set[str]] = {}
    for key in filter(is_of_plays, manifest.tables):
        shown.setdefault(season_of(key) or 0, set()).add(key)
    names = digest(entry.key for entries in _names(lake, league).values() for entry in entries) if plays else ""
    for season in sorted({*plays, *shown}):
        if season not in plays:
            yield DueSeason(season, gone=frozenset(shown[season]))
            continue
        entry = plays[season][-1]
        facts, forecasts = _known_of(lake, folded.heads, folded.head, entry)
        made_from = digest([VERSION, entry.content, names, facts])
        halves = {**dict.fromkeys(PLAYS, made_from), **dict.fromkeys(CHANCES, digest([made_from, forecasts]))}
        behind = {
            inputs
            for name, inputs in halves.items()
            for key in [table_key(name, league, season)]
            if key in damaged or key not in manifest.tables or manifest.tables[key].inputs != inputs
        }
        gone = shown.get(season, set()) - {table_key(name, league, season) for name in halves}
        if behind or gone:
            inputs = {name: made_of for name, made_of in halves.items() if made_of in behind}
            yield DueSeason(season, entry, inputs, frozenset(gone))


def may_be_made(lake: Lake, manifest: Manifest, folded: Folded) -> bool:
    """Whether the head knows all that the ledger says, and is shown: until then its results are not the last word."""
    league, head, charge = folded.charge.league, folded.head, folded.charge
    reference = reference_digest(lake.ledger.reference(league))
    models = models_digest(charge, lake.shipped(league).id)
    return not is_behind(manifest, head, reference, models) and knows_all(head, charge, lake.ledger)


def games_of(heads: Heads, head: Head, season: int) -> SeasonGames:
    """The season's games that are in the results, with their forecasts."""
    folded = head.shown.get(season)
    return SeasonGames.of(heads.read_rows(folded.predicted) if folded else PREDICTED.empty_table())


def _known_of(lake: Lake, heads: Heads, head: Head, entry: Entry) -> tuple[str, str]:
    """Digests of what results and forecasts say of the games of some plays."""
    folded = head.shown.get(entry.season)
    looked_at = (entry.key, folded.predicted if folded else "")
    if looked_at not in lake.plays_known:
        keys, games = lake.ledger.games_of_plays(entry).keys, games_of(heads, head, entry.season)
        lake.plays_known[looked_at] = games.facts(keys), chances.inputs(games, keys)
    return lake.plays_known[looked_at]


def _names(lake: Lake, league: League) -> dict[str, list[Entry]]:
    entries = lake.ledger.reference(league)
    return {name: entries[name] for name in NAMES if name in entries}
