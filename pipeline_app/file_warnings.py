"""What the person who uploaded a file should know although it was taken: it is said in the receipt.

New Division I teams appear every year, results of a season can come before its calendar does, and a file can say less
than it seems to, because newer ones speak of the same days.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from hoops.contract.columns import FIXTURES_FOLDER, REFERENCE, RESULTS
from hoops.contract.reader import Accepted
from hoops.forecast.fold import days_of
from hoops.games.leagues import League
from lake.ledger import Entry, Ledger

SHOWN = 10


def warnings_of(ledger: Ledger, accepted: Accepted) -> tuple[str, ...]:
    """One text each, of a file whose rows may be in the ledger already."""
    return accepted.warnings + _newcomers(ledger, accepted) + _overruled(ledger, accepted)


def _newcomers(ledger: Ledger, accepted: Accepted) -> tuple[str, ...]:
    """Teams and seasons of a file of games that the reference does not know yet."""
    name, games = accepted.name, accepted.table
    if name.league is None or name.folder not in (RESULTS, FIXTURES_FOLDER):
        return ()
    entries = ledger.reference(name.league)
    warnings: tuple[str, ...] = ()
    # Where no team has a name there is no list that one could be missing from.
    if "Teams" in entries:
        new = _in(games, "team1_id", "team2_id") - _known(ledger, entries["Teams"], "team_id")
        if new:
            one = len(new) == 1
            warnings += (
                f"team{'' if one else 's'} {_listed(new)} {'is' if one else 'are'} not in {name.league}Teams: "
                f"shown by {'its number' if one else 'their numbers'} until a newer one names "
                f"{'it' if one else 'them'}",
            )
    new = _in(games, "season") - _known(ledger, entries.get("Seasons", []), "season")
    if new:
        one = len(new) == 1
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


def _overruled(ledger: Ledger, accepted: Accepted) -> tuple[str, ...]:
    """Newer files that were taken before this dated one and speak of the same days."""
    name = accepted.name
    if name.timestamp is None or name.league is None or name.folder == REFERENCE:
        return ()  # a file without a date counts from its upload: nothing is newer
    if name.folder == FIXTURES_FOLDER:
        return _lists(ledger, name.league, name.timestamp, accepted)
    newest, days = "", 0
    dated = {(day.season, day.day) for day in days_of(accepted.table)}
    for season in sorted({season for season, _ in dated}):
        for day in ledger.days(name.league, season):
            versions = [entry.version for entry in day.entries if entry.version > name.timestamp]
            if versions and (season, day.day) in dated:
                newest, days = max(newest, *versions), days + 1
    if not days:
        return ()
    return (
        f"on {days:,} of its {len(dated):,} day{'s' if len(dated) > 1 else ''} newer files were taken (until "
        f"{_shown(newest)}): where they have the same games, they hold and not this one",
    )


def _lists(ledger: Ledger, league: League, timestamp: str, accepted: Accepted) -> tuple[str, ...]:
    newest = ledger.fixtures(league)
    seasons = [season for season in pc.unique(accepted.table["season"]).to_pylist()
               if season in newest and newest[season].version > timestamp]  # fmt: skip
    return tuple(
        f"a newer list of the games to come in {season} was taken ({_shown(newest[season].version)}): it holds and "
        "not this one"
        for season in seasons
    )


def _shown(version: str) -> str:
    """20240315T060000Z as 2024-03-15 06:00:00 UTC."""
    day, time = version[:8], version[9:15]
    return f"{day[:4]}-{day[4:6]}-{day[6:]} {time[:2]}:{time[2:4]}:{time[4:]} UTC"
