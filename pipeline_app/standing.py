"""What holds of a file that was just entered: looked up in the ledger, with bounded work.

The names of the ledger's entries tell most of it. A day of which nobody else speaks has no entry but the file's own; a
day that others state in the very same words has entries of the same content. A first upload of forty seasons, and the
same again a week later, therefore read not one of their 5,000 days. Read are only days on which others say something
else: all of those with newer files, as they decide what holds, and of those with older ones just so many as it takes to
find one row that changes something.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from hoops.contract import standing
from hoops.contract.merge import ReferenceStatement, Statement
from hoops.contract.standing import Standing
from hoops.games.leagues import League
from hoops.games.moment import Moment
from lake.ledger import APPEARANCES, GAMES, RETRACTIONS, DayEntries, Entry, Ledger, statements

Rivals = list[tuple[Moment, list[Entry]]]  # days, and what others than the file say of each

MOST = 512  # entries read for one file: well under a second, with sixteen requests at a time
FIRST = 8  # days read at first to find a row that changes something; then twice as many each time
FEW_SEASONS = 6  # listed one by one; the list of all seasons is some thousand names, a thousand a request


@dataclass(frozen=True)
class Found:
    """standing: of the rows that were compared. skipped: days with newer files that were too many to be compared.

    until: the newest file on those. is_whole: every row was compared, so that the counts are of the whole file.
    """

    standing: Standing
    skipped: int = 0
    until: str = ""
    is_whole: bool = True


def of_days(
    ledger: Ledger, league: League, sort: str, entered: Mapping[Entry, bool], days: Mapping[Moment, pa.Table]
) -> Found:
    """What holds of the games, retractions or players' games that a file states, by (season, day).

    sort: of its entries. Of players' games the rows that are counted are teams.
    """
    own = {(entry.season, entry.day): entry for entry in entered}
    beside = {(day.season, day.day): day for day in _listed(ledger, league, {season for season, _ in days})}
    sure = Standing()
    rivals: Rivals = []
    older: Rivals = []
    for when, entry in own.items():
        others, rows = _others(beside.get(when), entry), days[when].num_rows
        if sort == APPEARANCES:
            rows = pc.count_distinct(days[when]["team_id"]).as_py()
        if not others and sort != RETRACTIONS:
            sure += Standing(rows=rows, made=rows)
        elif sort != RETRACTIONS and (idle := _said_before(entry, others)) is not None:
            sure += replace(idle, rows=rows, idle=rows)
        elif sort != RETRACTIONS and all(other.version < entry.version for other in others):
            older.append((when, others))
        else:
            rivals.append((when, others))
    lists = [] if sort != RETRACTIONS else _fixture_lists(ledger, league, {season for season, _ in days})

    def compare(some: Rivals) -> Standing:
        total = Standing()
        entries = [entry for _, others in some for entry in others]
        if sort == APPEARANCES:
            tables = iter(ledger.read(entries))
            for when, others in some:
                total += _of_teams("PlayerGames", own[when], days[when], others, [next(tables) for _ in others])
            return total
        read = statements(ledger, entries)
        for when, others in some:
            said, read = read[: len(others)], read[len(others) :]
            entry, rows = own[when], days[when]
            if sort == GAMES:
                total += standing.of_games(Statement(entry.version, entry.content, games=rows), said)
            else:
                mine = Statement(entry.version, entry.content, retractions=rows)
                total += standing.of_retractions(mine, said, lists)
        return total

    compared, skipped = _within(rivals, MOST)
    total = sure + compare(compared)
    if skipped:
        # Days on which the others are of the same moment, as a compact and a detailed file are, have no newer files.
        newest = [max(other.version for other in others) for when, others in skipped]
        newer = [one for one, (when, _) in zip(newest, skipped, strict=True) if one > own[when].version]
        return Found(total, len(newer), max(newer, default=""), is_whole=False)
    left, at, step = MOST - sum(len(others) for _, others in compared), 0, FIRST
    while at < len(older) and total.is_idle:
        some, beyond = _within(older[at : at + step], left)
        total += compare(some)
        if beyond:
            return Found(total, is_whole=False)
        left, at, step = left - sum(len(others) for _, others in some), at + step, 2 * step
    return Found(total, is_whole=at >= len(older))


def of_reference(ledger: Ledger, dataset: str, entered: Mapping[Entry, bool], table: pa.Table) -> Found:
    """What holds of the units that a reference file names. Both leagues' files are looked up in one league."""
    mine = min(entered)
    league = League(next(part for part in mine.key.split("/") if part.startswith("league=")).removeprefix("league="))
    others = [entry for entry in ledger.reference(league).get(dataset, []) if entry.key != mine.key]
    # Newest first: a file that is older than so many others has been replaced by them, or adds what none of them has.
    others = sorted(others, reverse=True)
    read, is_whole = others[:MOST], len(others) <= MOST
    said = [
        ReferenceStatement(entry.version, entry.content, rows)
        for entry, rows in zip(read, ledger.read(read), strict=True)
    ]
    return Found(
        standing.of_units(dataset, ReferenceStatement(mine.version, mine.content, table), said), is_whole=is_whole
    )


def of_players(ledger: Ledger, league: League, dataset: str, entered: Mapping[Entry, bool], table: pa.Table) -> Found:
    """What holds of the teams that a players' file names, in each of its seasons."""
    total, every = Standing(), ledger.players(league).entries
    for own in entered:
        rows = table.filter(pc.equal(table["season"], own.season))
        others = [one for one in every if (one.season, one.sort) == (own.season, own.sort) and one.key != own.key]
        total += _of_teams(dataset, own, rows, others, ledger.read(others))
    return Found(total)


def _of_teams(dataset: str, own: Entry, rows: pa.Table, others: Sequence[Entry], read: Sequence[pa.Table]) -> Standing:
    """What holds of the teams that an entry of players names; read: the rows of the others."""
    said = [ReferenceStatement(one.version, one.content, table) for one, table in zip(others, read, strict=True)]
    return standing.of_units(dataset, ReferenceStatement(own.version, own.content, rows), said)


def _listed(ledger: Ledger, league: League, seasons: set[int]) -> list[DayEntries]:
    if len(seasons) <= FEW_SEASONS:
        return [day for season in sorted(seasons) for day in ledger.days(league, season)]
    return [day for season, days in ledger.history(league).items() if season in seasons for day in days]


def _others(day: DayEntries | None, own: Entry) -> list[Entry]:
    """Other entries of a day that speak of the same: results and retractions of games, players' games of players."""
    same = (day and day.entries) or ()
    return [one for one in same if one.key != own.key and (one.sort == APPEARANCES) == (own.sort == APPEARANCES)]


def _said_before(own: Entry, others: Sequence[Entry]) -> Standing | None:
    """If the names alone tell that others say the very same: the standing but for the number of rows."""
    rivals = [other for other in others if other.version >= own.version]
    if rivals:
        same = all((other.content, other.sort) == (own.content, own.sort) for other in rivals)
        return Standing(until=max(other.version for other in rivals)) if same else None
    newest = max((other.version for other in others), default="")
    last = [other for other in others if other.version == newest]
    same = bool(last) and all((other.content, other.sort) == (own.content, own.sort) for other in last)
    return Standing() if same else None


def _within(days: Rivals, most: int) -> tuple[Rivals, Rivals]:
    """The first days whose entries together are not too many, and the rest."""
    taken: Rivals = []
    beyond: Rivals = []
    entries = 0
    for when, others in days:
        entries += len(others)
        (taken if entries <= most else beyond).append((when, others))
    return taken, beyond


def _fixture_lists(ledger: Ledger, league: League, seasons: set[int]) -> list[Statement]:
    """The newest lists of games to come of some seasons."""
    newest = [entry for season, entry in ledger.fixtures(league).items() if season in seasons]
    return [
        Statement(entry.version, entry.content, games=rows)
        for entry, rows in zip(newest, ledger.read(newest), strict=True)
    ]
