"""Which game is which: one number a game, in order of play, and the same game in another table."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from hoops.games.identity import IDENTITY, in_order_of_play, key_of, keys, rows_of, without
from hoops.schemas import FIXTURES, GAMES

SCHEMA = pa.schema([GAMES.field(name) for name in IDENTITY])
Game = tuple[int, int, int, int]


def a_table(games: list[Game]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(IDENTITY, game, strict=True)) for game in games], schema=SCHEMA)


def some_games(seed: int, count: int = 200) -> list[Game]:
    """Different games in any order; many of them share a season, a day or a team."""
    rng = np.random.default_rng(seed)
    seasons, days = rng.choice([1985, 2023, 2024, 2100], count), rng.choice([0, 1, 20, 200], count)
    teams = np.sort(np.stack([rng.integers(1101, 1106, count), rng.integers(1106, 3999, count)], axis=1), axis=1)
    games = {(int(s), int(d), int(a), int(b)) for s, d, (a, b) in zip(seasons, days, teams, strict=True)}
    return rng.permutation(np.array(sorted(games))).tolist()


def test_games_in_order_of_play_are_not_copied():
    ordered = in_order_of_play(a_table(some_games(3)))
    assert of(ordered) == sorted(of(ordered)) and in_order_of_play(ordered) is ordered


def of(table: pa.Table) -> list[Game]:
    return list(zip(*(table[name].to_pylist() for name in IDENTITY), strict=True))


@pytest.mark.parametrize("seed", range(3))
def test_keys_ascend_in_order_of_play(seed):
    games = [tuple(game) for game in some_games(seed)]
    table = a_table(games)
    assert of(in_order_of_play(table)) == sorted(games)
    assert (np.diff(keys(in_order_of_play(table))) > 0).all()
    assert np.argsort(keys(table)).tolist() == sorted(range(len(games)), key=games.__getitem__)


def test_a_key_holds_the_highest_numbers_of_the_narrow_columns():
    extremes = [(1985, 0, 1000, 1001), (1985, 200, 3998, 3999), (1986, 0, 1000, 1001), (2100, 200, 3998, 3999)]
    season, day, team1, team2 = (np.array(column) for column in zip(*extremes, strict=True))
    found = key_of(season.astype(np.int16), day.astype(np.int16), team1.astype(np.int32), team2.astype(np.int32))
    assert found.dtype == np.int64
    assert found.tolist() == keys(a_table(extremes)).tolist() == key_of(season, day, team1, team2).tolist()
    assert (np.diff(found) > 0).all()


@pytest.mark.parametrize("seed", range(3))
def test_rows_of_and_without_are_those_of_a_naive_search(seed):
    every = [tuple(game) for game in some_games(seed)]
    asked, others = every[: len(every) // 2], every[len(every) // 3 :]
    places = {game: place for place, game in enumerate(others)}
    assert rows_of(a_table(asked), a_table(others)).tolist() == [places.get(game, -1) for game in asked]
    kept = [game for game in asked if game not in set(others)]
    assert of(without(a_table(asked), a_table(others))) == kept and 0 < len(kept) < len(asked)
    asked_twice = a_table([*asked, *asked])
    assert rows_of(asked_twice, a_table(others)).tolist() == [places.get(game, -1) for game in (*asked, *asked)]


def test_neither_the_order_of_columns_nor_chunks_nor_other_columns_matter():
    every = [tuple(game) for game in some_games(7)]
    one, other = a_table(every[:100]), a_table(every[50:])
    turned = other.select(IDENTITY[::-1])
    chunked = pa.concat_tables([turned.slice(0, 3), turned.slice(3)])
    more = one.append_column("kind", pa.array(["ncaa"] * one.num_rows)).select([*IDENTITY[::-1], "kind"])
    assert keys(turned).tolist() == keys(chunked).tolist() == keys(other).tolist()
    assert rows_of(more, chunked).tolist() == rows_of(one, other).tolist()
    assert of(without(more, chunked)) == of(without(one, other))
    assert without(more, chunked).column_names == more.column_names
    assert of(in_order_of_play(chunked)) == of(in_order_of_play(other))


def test_a_game_that_differs_in_any_part_is_another():
    (game,) = a_table([(2024, 10, 1101, 1102)]).to_pylist()
    for name in IDENTITY:
        other = a_table([(2024, 10, 1101, 1102), tuple((game | {name: game[name] + 3}).values())])
        assert rows_of(other, a_table([(2024, 10, 1101, 1102)])).tolist() == [0, -1]


def test_empty_tables():
    none, some = a_table([]), a_table([(2024, 10, 1101, 1102), (2024, 9, 1101, 1102)])
    assert keys(none).tolist() == []
    assert rows_of(none, some).tolist() == rows_of(none, none).tolist() == []
    assert rows_of(some, none).tolist() == [-1, -1]
    assert without(some, none).equals(some) and without(none, some).num_rows == without(none, none).num_rows == 0
    assert in_order_of_play(none).num_rows == 0
    fixtures = FIXTURES.empty_table()
    assert without(fixtures, GAMES.empty_table()).schema == without(fixtures, some).schema == FIXTURES
