"""What the person who uploaded a file of players should know although it was taken."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from hoops.contract.reader import Accepted
from lake.head import Head, unpack_teams
from lake.ledger import Ledger
from lake.players import Players

SHOWN = 5
ENOUGH = 0.5  # of a season's teams: a file with fewer of them is meant to be of some teams only


def warnings_of_players(ledger: Ledger, accepted: Accepted, head: Head) -> tuple[str, ...]:
    """One text each, of a file whose rows are in the ledger. head: tells who played in seasons that are folded."""
    assert accepted.name.league is not None
    players = ledger.players(accepted.name.league)
    seasons = sorted(accepted.table["season"].unique().to_pylist())
    return _known_again(players, seasons) + _without_players(players, accepted.name.dataset, seasons, head)


def _known_again(players: Players, seasons: list[int]) -> tuple[str, ...]:
    """How many have a new id and are known again by name, of the seasons that a file names."""
    links = players.links
    same, other, apart = (
        sum(counts[one] for one in seasons) for counts in (links.same_team, links.other_team, links.apart)
    )
    if not same + other + apart:
        return ()
    return (
        f"{_players(same + other)} with a new PlayerID {'is' if same + other == 1 else 'are'} known again by name "
        f"({same:,} on the same team, {other:,} on another); {apart:,} who could be several stay apart",
    )


def _without_players(players: Players, dataset: str, seasons: list[int], head: Head) -> tuple[str, ...]:
    """Teams of a season that have no players, where most others have them."""
    squads = players.squads
    table = squads.rosters if dataset == "Rosters" else squads.seasons
    missing = []
    for season in seasons:
        there = _teams(table, season)
        known = head.shown.get(season)
        expected = set(unpack_teams(known.teams)) if known else _teams(table, season - 1)
        if len(there & expected) >= ENOUGH * len(expected):
            missing += [f"{team} in {season}" for team in sorted(expected - there)]
    if not missing:
        return ()
    one = len(missing) == 1
    more = f" and {len(missing) - SHOWN:,} more" if len(missing) > SHOWN else ""
    return (
        f"{len(missing):,} team{'' if one else 's'} {'has' if one else 'have'} no players in a season in which the "
        f"others have: {', '.join(missing[:SHOWN])}{more}; {'it is' if one else 'they are'} forecast without",
    )


def _teams(table: pa.Table, season: int) -> set[int]:
    return set(table.filter(pc.equal(table["season"], season))["team_id"].unique().to_pylist())


def _players(number: int) -> str:
    return f"{number:,} player{'' if number == 1 else 's'}"
