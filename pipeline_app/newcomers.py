"""Teams and seasons in a file that the reference does not know (yet): taken all the same, and said in the receipt.

New Division I teams appear every year, and results of a season can come before its calendar does.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from hoops.contract.columns import FIXTURES_FOLDER, RESULTS
from hoops.contract.reader import Accepted
from lake.ledger import Entry, Ledger

SHOWN = 10


def newcomers(ledger: Ledger, accepted: Accepted) -> tuple[str, ...]:
    """Warnings, for a person to read, of a file of games; none for any other file."""
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
