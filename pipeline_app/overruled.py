"""Files that say less than they seem to, because newer ones speak of the same days: taken, and said in the receipt."""

from __future__ import annotations

import pyarrow.compute as pc

from hoops.contract.columns import FIXTURES_FOLDER, REFERENCE
from hoops.contract.reader import Accepted
from hoops.fold import days_of
from hoops.leagues import League
from lake.ledger import Ledger


def overruled(ledger: Ledger, accepted: Accepted) -> tuple[str, ...]:
    """A warning, for a person to read, if files newer than this dated one were taken before."""
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
