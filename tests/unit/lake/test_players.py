"""Names of players, as the ledger's entries of rosters and totals tell them."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pytest

from hoops.contract.columns import DATASETS
from lake.entries import Entry
from lake.players import OF_SEASONS, Players

NAMED = {"PlayerSeasons": {"games": 1, "minutes": 40.0}, "Rosters": {}}


class Files:
    """Entries that each tell one name of player 7, and which of them were read."""

    def __init__(self) -> None:
        self.rows: dict[str, pa.Table] = {}
        self.entries: list[Entry] = []
        self.read: list[str] = []

    def add(self, dataset: str, season: int, name: str | None) -> None:
        sort = OF_SEASONS[dataset]
        key = f"ledger/league=M/players/season={season}/v{len(self.entries)}-c-{sort}.parquet"
        row = {"season": season, "team_id": 1101, "player_id": 7, "player_name": name} | NAMED[dataset]
        self.rows[key] = pa.Table.from_pylist([row], schema=DATASETS[dataset].schema)
        self.entries.append(Entry(f"v{len(self.entries)}", "c", sort, key))

    def players(self) -> Players:
        return Players(self.entries, self._rows)

    def _rows(self, entries: Iterable[Entry]) -> list[pa.Table]:
        keys = [entry.key for entry in entries]
        self.read += keys
        return [self.rows[key] for key in keys]


IN_ORDER = [("Rosters", 2023), ("PlayerSeasons", 2023), ("Rosters", 2024), ("PlayerSeasons", 2024)]


@pytest.mark.parametrize("told", range(1, 5))
@pytest.mark.parametrize("backwards", [False, True])
def test_the_newest_name_is_that_of_what_is_known_last(told: int, backwards: bool) -> None:
    files = Files()
    for dataset, season in IN_ORDER[:told][:: -1 if backwards else 1]:
        files.add(dataset, season, f"{dataset} of {season}")
    dataset, season = IN_ORDER[told - 1]
    assert files.players().names(2024) == {7: f"{dataset} of {season}"}


def test_totals_are_newer_than_the_roster_of_the_season_before() -> None:
    files = Files()
    files.add("PlayerSeasons", 2024, "Name of 2024")
    files.add("Rosters", 2023, "Name of 2023")
    assert files.players().names(2024) == {7: "Name of 2024"}
    assert files.players().names(2023) == {7: "Name of 2023"}
    assert files.players().names(2026) == {}


def test_who_is_not_named_later_keeps_his_name() -> None:
    files = Files()
    files.add("Rosters", 2023, "Al Ash")
    files.add("PlayerSeasons", 2024, None)
    assert files.players().names(2024) == {7: "Al Ash"}


def test_names_of_all_seasons_read_every_entry_once() -> None:
    files = Files()
    for dataset, season in IN_ORDER:
        files.add(dataset, season, "Al Ash")
    players = files.players()
    assert [len(players.names(season)) for season in (2022, 2023, 2024, 2025, 2024)] == [0, 1, 1, 1, 1]
    assert sorted(files.read) == sorted(files.rows)


def test_the_digest_of_names_is_of_a_season_and_the_one_before_it() -> None:
    files = Files()
    files.add("Rosters", 2023, "Al Ash")
    before = [files.players().names_digest(season) for season in range(2022, 2027)]
    assert [bool(one) for one in before] == [False, True, True, False, False]
    files.add("PlayerSeasons", 2024, "Al Ash")
    after = [files.players().names_digest(season) for season in range(2022, 2027)]
    assert [one != other for one, other in zip(before, after, strict=True)] == [False, False, True, True, False]
