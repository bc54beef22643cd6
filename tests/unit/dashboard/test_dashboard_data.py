"""The reader of the dashboard bucket: what it fetches, what it keeps, what it says when something is wrong."""

from __future__ import annotations

import fabricated
import pyarrow as pa
import pytest

from dashboard.data import Tables, Unreadable, bucket_name
from hoops.errors import MadnessError, Retryable
from hoops.games.leagues import League
from hoops.schemas import PUBLISHED, ROWS
from lake.published import table_key
from lake.store import Stored
from tests.memory_store import MemoryStore

MEN = League.MEN
SEASON = fabricated.SEASONS[-1]


class Counting(MemoryStore):
    """A bucket that counts what is read."""

    def __init__(self, source: MemoryStore) -> None:
        super().__init__("counting")
        self.reads: list[str] = []
        for row in source.listing(""):
            found = source.get(row.key)
            assert found is not None
            self.put(row.key, found.body)

    def get(self, key: str, version: str | None = None) -> Stored | None:
        self.reads.append(key)
        return super().get(key, version)

    def part(self, key: str, start: int, stop: int, *, etag: str, version: str | None = None) -> bytes:
        self.reads.append(f"{key} {start}-{stop}")
        return super().part(key, start, stop, etag=etag, version=version)


@pytest.fixture(scope="module")
def source() -> MemoryStore:
    return fabricated.bucket([MEN], teams=16, plays_of=8)


@pytest.fixture
def store(source: MemoryStore) -> Counting:
    return Counting(source)


def test_nothing_is_opened_until_something_is_read(store: Counting) -> None:
    opened = []
    tables = Tables(lambda: opened.append(1) or store)  # type: ignore[func-returns-value]
    assert not opened
    tables.manifest(MEN)
    tables.manifest(MEN)
    assert opened == [1]


def test_a_manifest_is_kept_for_a_few_seconds(store: Counting) -> None:
    clock = iter([0.0, 0.0, 2.9, 3.1, 3.1])
    tables = Tables(lambda: store, clock=lambda: next(clock))
    for _ in range(3):
        manifest = tables.manifest(MEN)
    assert store.reads == ["manifest/league=M.json"] * 2
    assert manifest is not None
    assert (manifest.generation, manifest.season, manifest.day) == (17, SEASON, fabricated.STOPS_AT)
    assert manifest.seasons == fabricated.SEASONS


def test_a_league_without_a_manifest_has_nothing(store: Counting) -> None:
    tables = Tables(lambda: store)
    assert tables.manifest(League.WOMEN) is None
    assert tables.table("forecasts", League.WOMEN, SEASON).num_rows == 0


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_table_has_the_types_of_its_schema(store: Counting, name: str) -> None:
    season = None if not PUBLISHED[name].by_season else SEASON
    assert Tables(lambda: store).table(name, MEN, season).schema.equals(PUBLISHED[name].schema)


def test_a_table_that_is_not_published_is_empty_but_typed(store: Counting) -> None:
    table = Tables(lambda: store).table("upcoming", MEN, fabricated.SEASONS[0])
    assert (table.num_rows, table.schema) == (0, PUBLISHED["upcoming"].schema)


def test_a_table_is_fetched_once_for_as_long_as_it_does_not_change(store: Counting) -> None:
    tables = Tables(lambda: store)
    key = table_key("forecasts", MEN, SEASON)
    assert tables.table("forecasts", MEN, SEASON, ("day",)) is tables.table("forecasts", MEN, SEASON, ("day",))
    assert store.reads.count(key) == 1


def test_columns_come_in_the_order_asked_for(store: Counting) -> None:
    table = Tables(lambda: store).table("ratings", MEN, SEASON, ("rating", "day"))
    assert table.column_names == ["rating", "day"]


def test_a_table_published_anew_sends_the_reader_back_for_the_manifest(store: Counting) -> None:
    tables = Tables(lambda: store, clock=lambda: 0.0)
    before = tables.table("forecasts", MEN, SEASON, ("day",)).num_rows
    again = fabricated.bucket([MEN], teams=16, stops_at=80, generation=18)
    for row in again.listing(""):
        found = again.get(row.key)
        assert found is not None
        store.put(row.key, found.body)
    after = tables.table("forecasts", MEN, SEASON, ("day", "team1_id")).num_rows
    assert after < before
    manifest = tables.manifest(MEN)
    assert manifest is not None
    assert manifest.generation == 18


def test_while_tables_are_newer_than_the_manifest_they_are_taken_as_they_are(store: Counting) -> None:
    tables = Tables(lambda: store)
    newer = fabricated.bucket([MEN], teams=16, stops_at=80).get(table_key("scores", MEN, SEASON))
    assert newer is not None
    store.put(table_key("scores", MEN, SEASON), newer.body)
    assert tables.table("scores", MEN, SEASON).equals(fabricated.decode(newer.body))


def test_a_table_that_is_gone_can_be_asked_for_again(store: Counting) -> None:
    store.delete([table_key("scores", MEN, SEASON)])
    with pytest.raises(Retryable, match="scores/league=M"):
        Tables(lambda: store).table("scores", MEN, SEASON)


def test_the_cache_is_bounded(store: Counting) -> None:
    tables = Tables(lambda: store, cache_bytes=1)
    for name in ("forecasts", "ratings", "forecasts"):
        tables.table(name, MEN, SEASON)
    assert store.reads.count(table_key("forecasts", MEN, SEASON)) == 2


def test_a_table_with_other_columns_is_named(store: Counting) -> None:
    other = pa.table({"day": pa.array([1], pa.int16())})
    schema = PUBLISHED["seasons"].schema
    body = fabricated.encode(other, other.schema)
    store.put(
        "manifest/league=M.json",
        _manifest({table_key("seasons", MEN, None): store.put(table_key("seasons", MEN, None), body)}),
    )
    with pytest.raises(Unreadable, match="seasons/league=M"):
        Tables(lambda: store).table("seasons", MEN, columns=schema.names)


def test_a_table_from_before_a_column_came_has_none_of_it(store: Counting) -> None:
    key = table_key("ratings", MEN, SEASON)
    now = Tables(lambda: store).table("ratings", MEN, SEASON)
    old = now.drop_columns(["offence", "defence", "tempo"])
    store.put("manifest/league=M.json", _manifest({key: store.put(key, fabricated.encode(old, old.schema))}))
    read = Tables(lambda: store).table("ratings", MEN, SEASON)
    assert read["offence"].null_count == read.num_rows == now.num_rows
    assert read.drop_columns(["offence", "defence", "tempo"]).equals(old)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"generation": 1}'])
def test_a_manifest_that_is_none_is_named(body: bytes) -> None:
    store = MemoryStore()
    store.put("manifest/league=M.json", body)
    with pytest.raises(Unreadable, match="manifest/league=M"):
        Tables(lambda: store).manifest(MEN)


def test_many_seasons_are_read_side_by_side(store: Counting) -> None:
    found = Tables(lambda: store).tables("scores", MEN, fabricated.SEASONS)
    assert list(found) == list(fabricated.SEASONS)
    assert all(table.num_rows for table in found.values())


def test_every_game_has_its_own_plays_and_chances(store: Counting) -> None:
    tables = Tables(lambda: store)
    plays, chances = (tables.table(name, MEN, SEASON) for name in ("plays", "play_chances"))
    games = tables.table("play_games", MEN, SEASON).to_pylist()
    assert plays.num_rows == chances.num_rows == sum(game["plays"] for game in games) > ROWS
    for game in games:
        which = game["day"], game["team1_id"], game["team2_id"]
        rows = tables.game_rows("plays", MEN, SEASON, which)
        assert rows.to_pylist() == plays.slice(game["first_row"], game["plays"]).to_pylist()
        told = tables.game_rows("play_chances", MEN, SEASON, which, ("chance",))
        assert told.equals(chances.slice(game["first_row"], game["plays"]).select(["chance"]))


def test_of_the_plays_only_those_of_a_game_are_fetched(store: Counting) -> None:
    tables = Tables(lambda: store)
    first, last = (tables.table("play_games", MEN, SEASON).to_pylist()[at] for at in (0, -1))
    for game in (first, last):
        store.reads.clear()
        tables.game_rows("plays", MEN, SEASON, (game["day"], game["team1_id"], game["team2_id"]))
        parts = [read for read in store.reads if read.startswith("plays/") and " " in read]
        assert len(parts) == (2 if game is first else 1)  # what the table says of itself, once


def test_a_game_without_plays_has_no_rows(store: Counting) -> None:
    rows = Tables(lambda: store).game_rows("plays", MEN, SEASON, (0, 1101, 1102), ("day", "event"))
    assert (rows.num_rows, rows.column_names) == (0, ["day", "event"])
    none = Tables(lambda: store).game_rows("plays", MEN, fabricated.SEASONS[0], (0, 1101, 1102))
    assert (none.num_rows, none.schema) == (0, PUBLISHED["plays"].schema)


def test_plays_published_anew_send_the_reader_back_for_the_manifest(store: Counting) -> None:
    tables = Tables(lambda: store, clock=lambda: 0.0)
    game = tables.table("play_games", MEN, SEASON).to_pylist()[-1]
    which = game["day"], game["team1_id"], game["team2_id"]
    before = tables.game_rows("plays", MEN, SEASON, which)
    again = fabricated.bucket([MEN], teams=16, plays_of=2, generation=18)
    for row in again.listing(""):
        found = again.get(row.key)
        assert found is not None
        store.put(row.key, found.body)
    assert tables.table("play_games", MEN, SEASON).to_pylist()[-1]["first_row"] == game["first_row"]  # as it was kept
    after = tables.game_rows("plays", MEN, SEASON, which)
    assert after.num_rows == before.num_rows
    assert tables.table("play_games", MEN, SEASON).to_pylist()[-1]["first_row"] < game["first_row"]


def test_plays_of_another_edition_than_the_games_are_never_shown(store: Counting) -> None:
    tables = Tables(lambda: store)
    game = tables.table("play_games", MEN, SEASON).to_pylist()[-1]
    other = fabricated.bucket([MEN], teams=16, plays_of=2).get(table_key("plays", MEN, SEASON))
    assert other is not None
    store.put(table_key("plays", MEN, SEASON), other.body)
    with pytest.raises(Retryable, match="plays/league=M"):
        tables.game_rows("plays", MEN, SEASON, (game["day"], game["team1_id"], game["team2_id"]))


def test_a_missing_setting_says_what_to_write_where() -> None:
    with pytest.raises(MadnessError, match="MADNESS_DASHBOARD_BUCKET=madness-local-dashboard"):
        bucket_name({})
    assert bucket_name({"MADNESS_DASHBOARD_BUCKET": "b"}) == "b"


def _manifest(etags: dict[str, str]) -> bytes:
    import json

    tables = {key: {"etag": etag, "inputs": "", "rows": 1} for key, etag in etags.items()}
    return json.dumps(
        {"generation": 1, "published_at": "2024-01-01T00:00:00Z", "seasons": [SEASON], "tables": tables}
    ).encode()
