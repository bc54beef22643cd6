"""Seasons of plays among the entries of the ledger: the newest holds, and damage is found out."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from hoops.games.leagues import League
from lake.ledger import DamagedEntry, Entry, Ledger
from lake.plays import write
from tests.memory_store import MemoryStore
from tests.unit.hoops.plays.invented_plays import PLAYS, reader, season, text
from tests.unit.lake.test_ledger import DAMAGES, damage, games

M = League.MEN
FIRST, SECOND = "20240101T000000Z", "20240102T000000Z"


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(MemoryStore(), lambda version: [f"events/MEvents{year}.csv" for year in (2017, 2018)])


def entered(ledger: Ledger, version: str = FIRST, rows: list[str] | None = None) -> tuple[Entry, bool]:
    file = io.BytesIO()
    written = write(file, reader(text(rows or season())))
    file.seek(0)
    return ledger.write_plays(M, 2018, version, written.content, file)


def test_the_newest_entry_stands_last_and_leagues_are_apart(ledger: Ledger) -> None:
    newer, _ = entered(ledger, SECOND, season()[:-1])
    older, is_new = entered(ledger)
    assert is_new
    assert ledger.plays(M) == {2018: [older, newer]}
    assert ledger.plays(League.WOMEN) == {}
    assert entered(ledger) == (older, False)


def test_other_entries_know_nothing_of_plays(ledger: Ledger) -> None:
    ledger.write_days(M, "games", FIRST, {(2024, 5): games(5)})
    before = (ledger.history(M), ledger.seasons(M), ledger.fixture_lists(M), ledger.reference(M))
    entered(ledger)
    assert (ledger.history(M), ledger.seasons(M), ledger.fixture_lists(M), ledger.reference(M)) == before


def test_the_order_of_a_days_games_changes_no_name(ledger: Ledger) -> None:
    rows = season()
    mixed = [*rows[:12], *rows[24:], *rows[12:24]]
    assert mixed != rows
    assert entered(ledger)[0] == entered(ledger, FIRST, mixed)[0]


def test_games_are_told_without_reading_the_plays(ledger: Ledger) -> None:
    entry, _ = entered(ledger)
    found = ledger.games_of_plays(entry)
    assert list(zip(found.day, found.team1, found.team2, found.plays, strict=True)) == [
        (11, 1104, 1272, 12), (12, 1104, 1105, 12), (12, 1200, 1300, 12),
    ]  # fmt: skip
    assert found.final.tolist() == [[8, 8, 5], [5, 5, 8]]
    assert found.players.tolist() == sorted({player for _, _, player, *_ in PLAYS if player})


@pytest.mark.parametrize("how", ["gone", *DAMAGES])
def test_damage_says_which_file_to_upload_again(ledger: Ledger, tmp_path: Path, how: str) -> None:
    entry, _ = entered(ledger)
    store = ledger._models
    if how == "gone":
        store.delete([entry.key])
    else:
        damage(store, entry.key, DAMAGES[how])  # type: ignore[arg-type]
    for look in (lambda: ledger.games_of_plays(entry), lambda: ledger.read_plays(entry, tmp_path / "season")):
        with pytest.raises(DamagedEntry, match=r"(gone|damaged).*upload events/MEvents2018.csv again"):
            look()
    entered(ledger)
    assert len(list(ledger.read_plays(entry, tmp_path / "season"))) == 2, "the same file again mends it"


def test_another_season_under_its_name_is_found_out(ledger: Ledger, tmp_path: Path) -> None:
    entry, _ = entered(ledger)
    other, _ = entered(ledger, FIRST, season()[:12])
    ledger._models.put(entry.key, ledger._models.get(other.key).body)  # type: ignore[union-attr]
    with pytest.raises(DamagedEntry, match=other.content):
        ledger.read_plays(entry, tmp_path / "season")
