"""Which nudges a change asks for."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from hoops.games.leagues import League
from hoops.schemas import GAMES
from lake.heads import Head, SeasonHead
from lake.ledger import GAMES as ROWS
from lake.ledger import Ledger
from pipeline_app.nudges import plan
from tests.memory_store import MemoryStore


def ledger_with(*days: tuple[int, int]) -> Ledger:
    ledger = Ledger(MemoryStore())
    ledger.write_days(League.MEN, ROWS, "20240101T000000Z", {day: _games(day) for day in days})
    return ledger


def _games(day: tuple[int, int]) -> pa.Table:
    row = {field.name: None if field.nullable else 0 for field in GAMES} | {
        "season": day[0],
        "day": day[1],
        "kind": "regular",
    }
    return pa.Table.from_pylist([row], schema=GAMES)


def head_at(season: int | None = None, day: int | None = None, *past: int) -> Head:
    return Head("M", "engine", season=season, day=day, seasons=dict.fromkeys(past, season_to(154)))


def season_to(last_day: int) -> SeasonHead:
    return SeasonHead("", "", "", "", 0, 0, last_day, None, "0", {})


def targets(changed: list[tuple[int, int]], head: Head, ledger: Ledger) -> list[tuple[int | None, int | None]]:
    return [(nudge.season, nudge.day) for nudge in plan(League.MEN, changed, head, ledger)]


def test_new_days_get_a_nudge_each_in_order() -> None:
    days = [(2023, 5), (2023, 10), (2024, 1)]
    assert targets(days[::-1], head_at(), ledger_with(*days)) == days


def test_days_of_the_running_season_that_are_folded_share_one() -> None:
    days = [(2024, 5), (2024, 6), (2024, 7), (2024, 9)]
    assert targets(days, head_at(2024, 7), ledger_with(*days)) == [(2024, 7), (2024, 9)]


def test_a_change_in_a_past_season_asks_for_every_season_from_there_on() -> None:
    ledger = ledger_with((2021, 3), (2022, 5), (2022, 8), (2023, 150), (2024, 6), (2024, 30))
    assert targets([(2022, 5)], head_at(2024, 6, 2021, 2022, 2023), ledger) == [(2022, 8), (2023, 150), (2024, 6)]


def test_days_of_a_season_that_is_folded_again_share_one() -> None:
    days = [(2023, 5), (2023, 10), (2024, 1), (2024, 4), (2024, 9)]
    head = replace(head_at(2023, 5, 2023), stale={2023: season_to(10), 2024: season_to(4)})
    assert targets(days[1:], head, ledger_with(*days)) == [(2023, 10), (2024, 4), (2024, 9)]


def test_nothing_changed_asks_for_nothing() -> None:
    assert targets([], head_at(2024, 7), ledger_with((2024, 5))) == []


def test_the_same_change_has_the_same_deduplication_ids_and_another_change_others() -> None:
    ledger = ledger_with((2024, 5), (2024, 6))
    first = plan(League.MEN, [(2024, 5), (2024, 6)], head_at(), ledger)
    again = plan(League.MEN, [(2024, 5), (2024, 6)], head_at(), ledger)
    ledger.write_days(League.MEN, ROWS, "20240102T000000Z", {(2024, 6): _games((2024, 6))})
    later = plan(League.MEN, [(2024, 5), (2024, 6)], head_at(), ledger)
    ids = [[nudge.deduplication_id for nudge in nudges] for nudges in (first, again, later)]
    assert ids[0] == ids[1]
    assert ids[0][0] == ids[2][0]
    assert ids[0][1] != ids[2][1]
