"""What was done how often: sums of the tables of events, for a season, a team or a player."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dashboard.view import View, only
from hoops.plays.vocabulary import DETAILS, EVENTS, UNSPECIFIED, event_name

_CODES = {name: code for code, name in EVENTS.items()}
MADE = {points: event_name(f"made{points}") for points in (1, 2, 3)}
MISSED = {points: event_name(f"miss{points}") for points in (1, 2, 3)}
GOALS = {1: "Free throws", 2: "Two-pointers", 3: "Three-pointers"}


@dataclass
class Move:
    """An event and how often it was done. kinds: how often each kind of it, None where it has none."""

    event: str
    count: int = 0
    kinds: dict[str | None, int] = field(default_factory=dict)


def sums(table: pa.Table, *names: str) -> list[tuple[Any, ...]]:
    """The sum of `count` by the values of some columns: those values, and the sum as the last; none of none.

    >>> table = pa.table({"event": ["steal", "block", "steal"], "count": [3, 1, 2]})
    >>> sums(table, "event")
    [('block', 1), ('steal', 5)]
    """
    numbers = np.zeros(table.num_rows, np.int64)
    words: list[list[Any]] = []
    for name in names:
        column = table[name].combine_chunks()
        if not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        words.append([*sorted(column.dictionary.to_pylist()), None])
        order = np.append(np.argsort(np.array(column.dictionary.to_pylist())).argsort(), len(words[-1]) - 1)
        places = pc.fill_null(column.indices, len(words[-1]) - 1).to_numpy(zero_copy_only=False)
        numbers = numbers * len(words[-1]) + order[places]
    unique, place = np.unique(numbers, return_inverse=True)
    totals = np.bincount(place, weights=table["count"].to_numpy(), minlength=len(unique)).astype(np.int64)
    found = []
    for number, total in zip(unique.tolist(), totals.tolist(), strict=True):
        values = []
        for each in reversed(words):
            number, at = divmod(number, len(each))
            values.append(each[at])
        found.append((*reversed(values), total))
    return found


def moves(table: pa.Table) -> list[Move]:
    """The events of a table with event, detail and count: most frequent first, of even ones as their codes sort."""
    made: dict[str, Move] = {}
    for event, detail, count in sums(table, "event", "detail"):
        move = made.setdefault(event, Move(event))
        move.count += count
        move.kinds[detail] = count
    return sorted(made.values(), key=lambda move: (-move.count, _CODES.get(move.event, move.event)))


def least(every: Iterable[Move]) -> Move:
    """The least frequent of some moves; of even ones that whose code comes first."""
    return min(every, key=lambda move: (move.count, _CODES.get(move.event, move.event)))


def of_player(view: View, team: int, player: int) -> pa.Table:
    """Events of one player of a team, by kind."""
    table = view.table("event_counts", ("team_id", "player_id", "event", "detail", "count"))
    return only(table, team_id=team, player_id=player)


def of_team(view: View, team: int) -> pa.Table:
    """Events of a team with all its players, by kind."""
    return only(view.table("team_event_counts", ("team_id", "event", "detail", "count")), team_id=team)


def shooting(every: Iterable[Move]) -> list[dict[str, Any]]:
    """Two- and three-pointers, each of their kinds that is known, free throws: made, attempted, share made."""
    found = {move.event: move for move in every}
    rows = []
    for points in (2, 3, 1):
        made, missed = (found.get(names[points], Move("")) for names in (MADE, MISSED))
        if not made.count + missed.count:
            continue
        rows.append(_tried(GOALS[points], made.count, missed.count))
        kinds = sorted({*made.kinds, *missed.kinds} - {None, UNSPECIFIED}, key=str) if points > 1 else []
        of_kind = [
            _tried(f"{str(kind).capitalize()} ({points})", made.kinds.get(kind, 0), missed.kinds.get(kind, 0))
            for kind in kinds
        ]
        rows += sorted(of_kind, key=lambda row: -row["attempted"])
    return rows


def _tried(name: str, made: int, missed: int) -> dict[str, Any]:
    return {"what": name, "made": made, "attempted": made + missed, "share": made / (made + missed)}


def unknown_codes(table: pa.Table) -> list[tuple[str, int]]:
    """Codes of events and of their kinds that the program does not know, as the files have them, and how often."""
    found: dict[str, int] = defaultdict(int)
    for event, detail, count in sums(table, "event", "detail"):
        code = _CODES.get(event)
        if code is None:
            found[event] += count
        elif detail is not None and detail not in {*DETAILS.get(code, {}).values(), UNSPECIFIED}:
            found[f"{event}: {detail}"] += count
    return sorted(found.items(), key=lambda one: (-one[1], one[0]))


def by_area(rows: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Points per shot by area, of rows of `shot_areas`."""
    points: dict[str, int] = defaultdict(int)
    shots: dict[str, int] = defaultdict(int)
    for row in rows:
        points[row["area"]] += row["made"] * row["value"]
        shots[row["area"]] += row["attempted"]
    return {area: points[area] / shots[area] for area in shots if shots[area]}
