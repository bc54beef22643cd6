"""The games to come of a season: merged once, however many days are asked for."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pytest

from hoops.contract import merge
from hoops.contract.merge import Statement
from hoops.games.leagues import League
from hoops.schemas import FIXTURES
from lake.head import Head
from lake.ledger import Ledger
from lake.schedule import Schedule
from tests.memory_store import MemoryStore

DAYS = range(0, 133)


@pytest.fixture
def ledger() -> Ledger:
    rows = [{"season": 2024, "day": day, "team1_id": 1101, "team2_id": 1102 + place, "site": 0}
            for day in DAYS for place in range(day % 3)]  # fmt: skip
    ledger = Ledger(MemoryStore())
    ledger.write_fixtures(League.MEN, "20240101T000000Z", {2024: pa.Table.from_pylist(rows, schema=FIXTURES)})
    return ledger


def test_a_season_of_fixtures_is_merged_once(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    merged = []
    plain = merge.open_fixtures

    def counted(statements: Sequence[Statement]) -> pa.Table:
        merged.append(len(statements))
        return plain(statements)

    monkeypatch.setattr(merge, "open_fixtures", counted)
    schedule = Schedule(League.MEN, ledger)
    for day in DAYS:
        assert schedule.of_day(2024, day)["day"].to_pylist() == [day] * (day % 3)
    assert schedule.of_day(2024, 200).num_rows == schedule.of_day(2023, 1).num_rows == 0
    assert schedule.to_come((2024, 130), FIXTURES.empty_table())["day"].to_pylist() == [
        day for day in DAYS if day >= 123 for _ in range(day % 3)
    ]
    assert schedule.inputs(Head("M", "engine"), "")
    assert merged == [1]
