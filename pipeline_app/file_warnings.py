"""What the person who uploaded a file should know although it was taken: it is said in the receipt.

New Division I teams appear every year, results of a season can come before its calendar does, and a file can say less
than it seems to, because others speak of the same games.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hoops.arrays import find
from hoops.contract.columns import DATASETS, FIXTURES_FOLDER, PLAYERS_FOLDER, REFERENCE, RESULTS
from hoops.contract.merge import merge
from hoops.contract.names import EventsName
from hoops.contract.reader import Accepted
from hoops.forecast.fold import days_of
from hoops.games.identity import keys, rows_of
from hoops.games.leagues import League
from lake.lake import Lake
from lake.ledger import APPEARANCES, GAMES, RETRACTIONS, DamagedEntry, Entry, Ledger, statements
from lake.plays import Games
from lake.receipts import ACCEPTED
from lake.schedule import Schedule
from pipeline_app import standing
from pipeline_app.player_warnings import warnings_of_players
from pipeline_app.standing import Found

SHOWN = 10
AHEAD = timedelta(minutes=5)  # clocks differ by as much without anything being wrong
_UNITS = {
    "season": "season", "team_id": "team", "spelling": "spelling", "city_id": "city", "conference": "conference",
    "player_id": "player",
}  # fmt: skip


def warnings_of(
    lake: Lake, accepted: Accepted, version: str, entered: Mapping[Entry, bool], named: str, now: datetime
) -> tuple[str, ...]:
    """One text each, of a file whose rows are in the ledger.

    version: of the file's entries. entered: its entries, and whether each is new. named: token of the object version.
    """
    told = accepted.warnings + _newcomers(lake.ledger, accepted) + _sites(lake.ledger, accepted)
    if accepted.name.folder == PLAYERS_FOLDER:
        assert accepted.name.league is not None
        told += warnings_of_players(lake.ledger, accepted, lake.folded(accepted.name.league).head)
    held = _held(lake.ledger, accepted, version, entered)
    if not any(entered.values()) and not any("changes nothing" in text for text in held):
        held += _again(lake, accepted.name.key, named)
    return told + _ahead(accepted.name.timestamp, now) + held


def warnings_of_plays(
    lake: Lake, name: EventsName, games: Games, entry: Entry, is_new: bool, named: str, now: datetime
) -> tuple[str, ...]:
    """One text each, of a file of plays whose season is in the ledger, beside what was found while it was read.

    entry: of the file, and whether it is new. named: token of the object version.
    """
    assert name.league is not None
    entries = lake.ledger.plays(name.league)[entry.season]
    held = tuple(_whole(f"play-by-play of {entry.season}", entry, entries))
    if not is_new and not any("changes nothing" in text for text in held):
        held += _again(lake, name.key, named)
    lost = _games_lost(lake.ledger, games, entries[:-1]) if entry == entries[-1] else ()
    told = _unlike_results(lake.ledger, name.league, games) + _unnamed(lake, name.league, games)
    return told + lost + _ahead(name.timestamp, now) + held


def _newcomers(ledger: Ledger, accepted: Accepted) -> tuple[str, ...]:
    """Teams and seasons of a file of games or players that the reference does not know yet."""
    name, games = accepted.name, accepted.table
    if name.league is None or name.folder not in (RESULTS, FIXTURES_FOLDER, PLAYERS_FOLDER):
        return ()
    entries = ledger.reference(name.league)
    warnings: tuple[str, ...] = ()
    # Where no team has a name there is no list that one could be missing from.
    if "Teams" in entries:
        columns = ("team_id",) if name.folder == PLAYERS_FOLDER else ("team1_id", "team2_id")
        new = _in(games, *columns) - _known(ledger, entries["Teams"], "team_id")
        if new:
            warnings += (_without_name(new, "team", f"{name.league}Teams"),)
    new = _in(games, "season") - _known(ledger, entries.get("Seasons", []), "season")
    one = len(new) == 1
    if new and name.folder == PLAYERS_FOLDER:
        if "Seasons" in entries:
            warnings += (
                f"season{'' if one else 's'} {_listed(new)} {'is' if one else 'are'} not in {name.league}Seasons",
            )
    elif new:
        warnings += (
            f"season{'' if one else 's'} {_listed(new)} {'is' if one else 'are'} not in {name.league}Seasons: "
            f"{'its' if one else 'their'} dates are unknown until a newer one has {'it' if one else 'them'}",
        )
    return warnings


def _known(ledger: Ledger, entries: list[Entry], column: str) -> set[int]:
    # A newer reference file replaces rows of these datasets and never takes any away.
    return set().union(*(_in(table, column) for table in ledger.read(entries)))


def _in(table: pa.Table, *columns: str) -> set[int]:
    return {value for column in columns for value in table[column].unique().to_pylist()}


def _listed(numbers: Iterable[int]) -> str:
    ordered = sorted(numbers)
    more = f" and {len(ordered) - SHOWN:,} more" if len(ordered) > SHOWN else ""
    return ", ".join(map(str, ordered[:SHOWN])) + more


def _sites(ledger: Ledger, accepted: Accepted) -> tuple[str, ...]:
    """Results at another site than their fixtures said: one of the two is mistaken."""
    name, games = accepted.name, accepted.table
    if name.league is None or name.folder != RESULTS:
        return ()
    seasons = _in(games, "season")
    lists = [entry for season, entry in ledger.fixtures(name.league).items() if season in seasons]
    if not lists:
        return ()
    fixtures = pa.concat_tables(ledger.read(lists)).combine_chunks()
    place = rows_of(games, fixtures)
    listed = games.filter(pa.array(place >= 0))
    said = fixtures["site"].to_numpy()[place[place >= 0]]
    moved = listed.filter(pa.array(said != listed["site"].to_numpy()))
    if not moved.num_rows:
        return ()
    first = moved.slice(0, 1).to_pylist()[0]
    return (
        f"{_counted(moved.num_rows, 'game')} at another site than the list of games to come said, the first "
        f"{first['team1_id']} and {first['team2_id']} on day {first['day']} of {first['season']}: what this file says "
        "holds; is WLoc the winner's site?",
    )


def _ahead(timestamp: str | None, now: datetime) -> tuple[str, ...]:
    """A date that has not come yet, such as local time written for UTC."""
    if timestamp is None or (until := _moment(timestamp)) <= now + AHEAD:
        return ()
    minutes = (until - now) // AHEAD * 5
    return (
        f"its date is ahead of the clock, {_shown(timestamp)} (now it is {now:%Y-%m-%d %H:%M:%S} UTC): until then it "
        f"holds against every file with an earlier date or none. Dates in names are UTC; "
        f"{minutes:,} minutes may be a time zone",
    )


def _held(ledger: Ledger, accepted: Accepted, version: str, entered: Mapping[Entry, bool]) -> tuple[str, ...]:
    """How much of a file does not hold or changes nothing, and why."""
    name, table = accepted.name, accepted.table
    if name.folder == FIXTURES_FOLDER:
        assert name.league is not None
        return _lists(ledger, name.league, table, entered)
    if name.folder == REFERENCE:
        unit = DATASETS[name.dataset].unit
        noun = _UNITS[unit] if unit else "list"
        return _told(standing.of_reference(ledger, name.dataset, entered, table), noun, version)
    assert name.league is not None
    if name.dataset == "PlayerGames":
        days = {(day.season, day.day): day.games for day in days_of(table)}
        return _told(standing.of_days(ledger, name.league, APPEARANCES, entered, days), "line-up", version)
    if name.folder == PLAYERS_FOLDER:
        found = standing.of_players(ledger, name.league, name.dataset, entered, table)
        return _told(found, "team", version)
    sort = GAMES if name.folder == RESULTS else RETRACTIONS
    days = {(day.season, day.day): day.games for day in days_of(table)}
    return _told(
        standing.of_days(ledger, name.league, sort, entered, days), "game" if sort == GAMES else "row", version
    )


def _told(found: Found, noun: str, version: str) -> tuple[str, ...]:
    """A file's standing in words. noun: what its rows are."""
    all_of, texts = found.standing, []
    idle = all_of.is_idle and found.is_whole
    why_not = "changes nothing: " if idle else ""
    of_all = f"of its {_counted(all_of.rows, noun)}" + (" compared" if found.skipped else "")
    if all_of.newer:
        texts.append(
            f"{why_not}{all_of.newer:,} {of_all} {_do(all_of.newer)} not hold: newer files say otherwise (until "
            f"{_shown(all_of.until)}). A correction needs a later timestamp than that, or none and a later upload"
        )
    if all_of.level:
        texts.append(
            f"{why_not if not texts else ''}{all_of.level:,} {of_all} {_do(all_of.level)} not hold: another file of "
            f"the same moment ({_shown(version)}) says otherwise and goes before. {_SAME_MOMENT}"
        )
    if all_of.won:
        texts.append(
            f"of {all_of.won:,} {of_all} another file of the same moment ({_shown(version)}) says otherwise: this one "
            f"goes before. {_SAME_MOMENT}"
        )
    if all_of.unknown:
        texts.append(
            f"{all_of.unknown:,} {of_all} {'takes' if all_of.unknown == 1 else 'take'} back a game that no file has: "
            "look at season, day and teams"
        )
    if found.skipped:
        texts.append(
            f"on {_counted(found.skipped, 'more day')} newer files were taken (until {_shown(found.until)}): where "
            "they have the same games, they hold and not this one"
        )
    if idle and all_of.idle > all_of.unknown:
        rest = "" if all_of.idle == all_of.rows else "other "
        texts.append(
            f"changes nothing: newer files (until {_shown(all_of.until)}) say the same of its {rest}{_plural(noun)}"
            if all_of.until and not all_of.newer
            else f"changes nothing: its {rest}{_plural(noun)} stood like this before"
        )
    return tuple(texts)


_SAME_MOMENT = (
    "Which of the two does is settled by a rule and not by which is right: upload the right one again, with a later "
    "timestamp if it has one"
)


def _lists(ledger: Ledger, league: League, table: pa.Table, entered: Mapping[Entry, bool]) -> tuple[str, ...]:
    """What holds of lists of games to come: of each season the newest one, whole."""
    every, schedule, texts = ledger.fixture_lists(league), Schedule(league, ledger), []
    for own in sorted(entered, key=lambda entry: entry.season):
        texts += _whole(f"list of the games to come in {own.season}", own, every[own.season])
        if own == max(every[own.season]):
            listed = table.filter(pc.equal(table["season"], own.season))
            cancelled = listed.num_rows - schedule.of_season(own.season).num_rows
            if cancelled:
                texts.append(
                    f"{cancelled:,} of its {_counted(listed.num_rows, 'game')} in {own.season} "
                    f"{'was' if cancelled == 1 else 'were'} taken back by files of the same date or newer"
                )
    return tuple(texts)


def _whole(what: str, own: Entry, every: Sequence[Entry]) -> list[str]:
    """What is to be said where the newest entry holds whole. what: such entries say; every: own and others."""
    others = [entry for entry in every if entry.key != own.key]
    before = max((entry for entry in others if entry < own), default=None)
    after = max([own, *others])
    if after > own and after.version == own.version:
        return [f"another {what} of the same moment ({_shown(own.version)}) holds and not this one. {_SAME_MOMENT}"]
    if after > own:
        return [f"a newer {what} was taken ({_shown(after.version)}): it holds and not this one"]
    if before and before.content == own.content:
        return [f"the {what} changes nothing: it is the one that was there"]
    if before and before.version == own.version:
        return [
            f"another {what} of the same moment ({_shown(own.version)}) says otherwise: this one goes before. "
            f"{_SAME_MOMENT}"
        ]
    return []


def _unnamed(lake: Lake, league: League, plays: Games) -> tuple[str, ...]:
    """Players of plays whose name is not known, although those of others are."""
    named = lake.names_in_plays.now(league).players
    new = {*plays.players.tolist()} - named.keys() if named else {}
    return (_without_name(new, "player", f"{league}Players"),) if new else ()


def _without_name(new: Collection[int], what: str, file: str) -> str:
    one = len(new) == 1
    return (
        f"{what}{'' if one else 's'} {_listed(new)} {'is' if one else 'are'} not in {file}: "
        f"shown by {'its number' if one else 'their numbers'} until a newer one names {'it' if one else 'them'}"
    )


def _unlike_results(ledger: Ledger, league: League, plays: Games) -> tuple[str, ...]:
    """Games with plays that are not in the results, or have another final score there."""
    days = ledger.days(league, plays.season)
    results = merge(statements(ledger, [entry for day in days for entry in day.entries]))
    place, known = find(keys(results), plays.keys)
    told: tuple[str, ...] = ()
    if strays := np.flatnonzero(~known).tolist():
        told += (
            f"{len(strays):,} of its {_counted(len(plays), 'game')} {'is' if len(strays) == 1 else 'are'} not in the "
            f"results, the first {_game(plays, strays[0])}: kept apart until their results come",
        )
    final = np.stack([results[f"team{side}_score"].to_numpy()[place[known]] for side in (1, 2)])
    if other := np.flatnonzero(known)[np.any(final != plays.final[:, known], axis=0)].tolist():
        told += (
            f"{len(other):,} of its {_counted(len(plays), 'game')} {'has' if len(other) == 1 else 'have'} another "
            f"final score in the results, the first {_game(plays, other[0])}: the results hold",
        )
    return told


def _games_lost(ledger: Ledger, plays: Games, before: Sequence[Entry]) -> tuple[str, ...]:
    """Games of the file that this one replaces, whole, that it does not have: a few games sent alone may be meant."""
    if not before:
        return ()
    try:
        had = ledger.games_of_plays(before[-1])
    except DamagedEntry:
        return ()  # nobody could show them any more
    lost = np.flatnonzero(~find(plays.keys, had.keys)[1]).tolist()
    if not lost:
        return ()
    return (
        f"{len(lost):,} of the {_counted(len(had), 'game')} of the play-by-play that it replaces "
        f"{'is' if len(lost) == 1 else 'are'} not in it, the first {_game(had, lost[0])}: their plays are shown no "
        "more. A file holds for its whole season; to take it back, upload the one before it with a later date",
    )


def _game(plays: Games, place: int) -> str:
    return f"{plays.team1[place]} and {plays.team2[place]} on day {plays.day[place]}"


def _again(lake: Lake, key: str, named: str) -> tuple[str, ...]:
    """A file that was taken before, with its date: every entry was there. (Not one whose first attempt broke off.)"""
    taken = [one for one in lake.receipts.of(key) if one.version != named and one.outcome == ACCEPTED]
    return ("changes nothing: a file of this name with the same content was taken before",) if taken else ()


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun if number == 1 else _plural(noun)}"


def _plural(noun: str) -> str:
    return f"{noun[:-1]}ies" if noun == "city" else f"{noun}s"


def _do(number: int) -> str:
    return "does" if number == 1 else "do"


def _moment(version: str) -> datetime:
    return datetime.strptime(version[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)


def _shown(version: str) -> str:
    """20240315T060000Z as 2024-03-15 06:00:00 UTC."""
    return f"{_moment(version):%Y-%m-%d %H:%M:%S} UTC"
