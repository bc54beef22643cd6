"""What can be true and is more often a mistake: a file with it is taken, and a person is told."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hoops.arrays import find
from hoops.games.identity import key_of, keys
from hoops.schemas import GAMES

SHOWN = 3
# What one game that stands on two days has in common with itself; a kind of tournament is no evidence.
_SAME = tuple(field.name for field in GAMES if pa.types.is_integer(field.type) and field.name not in ("season", "day"))


def same_game_next_day(games: pa.Table) -> tuple[str, ...]:
    """A warning where the same two teams have the same score, site and box score on two days in a row.

    Evening games fall on the next day in UTC, so that rows of two sources can have one game on both days. Teams do
    meet on neighbouring days (552 times in the men's regular seasons of 1985-2024), but like that twice.

    games: `GAMES` in order of play.
    """
    season, day, team1, team2 = (games[name].to_numpy() for name in ("season", "day", "team1_id", "team2_id"))
    place, again = find(keys(games), key_of(season, day + 1, team1, team2))
    first = np.flatnonzero(again)
    second = place[first]
    same = np.full(len(first), True)
    for name in _SAME:
        values = pc.fill_null(games[name].cast(pa.int32()), -1).to_numpy()
        same &= values[first] == values[second]
    rows = first[same].tolist()
    if not rows:
        return ()
    one, two = (games[f"team{side}_score"] for side in (1, 2))
    named = [
        f"{team1[row]} and {team2[row]} on days {day[row]} and {day[row] + 1} of {season[row]} ({one[row]}-{two[row]})"
        for row in rows[:SHOWN]
    ]
    more = f" and {len(rows) - SHOWN:,} more" if len(rows) > SHOWN else ""
    games_stand = "game stands" if len(rows) == 1 else "games stand"
    return (
        f"{len(rows):,} {games_stand} on two days in a row, with the same score: {', '.join(named)}{more}; if it was "
        "played once, and one day is that of a date in UTC, take that one back with a retraction",
    )
