"""Which games of a day are in the results, the digests of what is known of them, and stretches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

import numpy as np
import pyarrow as pa
import pytest

from hoops.plays.games import SeasonGames
from hoops.plays.stretch import Stretch, joined, stretches
from hoops.tables import chances
from tests.unit.hoops.plays.invented_plays import days, known, season, text


@pytest.fixture(scope="module")
def read() -> list[Stretch]:
    return days(text(season()))


def test_games_are_found_whatever_the_order_of_the_results(read: list[Stretch]) -> None:
    results = known(read)
    backwards = results.take(pa.array(range(results.num_rows - 1, -1, -1)))
    games = SeasonGames.of(backwards)
    assert len(games) == 3 and np.all(np.diff(games.keys) > 0)
    place, there = games.find(read[1])
    assert place.tolist() == [1, 2] and there.all()
    assert games.rows(place).score.tolist() == [[8, 5], [5, 8]]
    place, there = SeasonGames.of(results.slice(0, 2)).find(read[1])
    assert there.tolist() == [True, False]
    assert SeasonGames.of(results.slice(0, 0)).find(read[1])[1].tolist() == [False, False]


def changed(results: pa.Table, row: int, column: str, value: object) -> pa.Table:
    rows = results.to_pylist()
    rows[row][column] = value
    return pa.Table.from_pylist(rows, results.schema)


FACTS: list[tuple[str, object]] = [("kind", "ncaa"), ("site", -1), ("team1_score", 9), ("team2_score", 1)]


@pytest.mark.parametrize(("column", "value"), [*FACTS, ("team1_probability", 0.4)])
def test_a_digest_changes_with_what_it_is_of_and_with_nothing_else(
    read: list[Stretch], column: str, value: object
) -> None:
    results = known(read)
    keys = read[1].keys
    before, other = SeasonGames.of(results), SeasonGames.of(changed(results, 1, column, value))
    of_facts = column != "team1_probability"
    assert (before.facts(keys) != other.facts(keys)) == of_facts
    assert (before.forecasts(keys) != other.forecasts(keys)) == (not of_facts)
    assert (chances.inputs(before, keys) != chances.inputs(other, keys)) == (not of_facts)
    # A game that is not asked for changes nothing.
    elsewhere = SeasonGames.of(changed(results, 0, column, value))
    for digest in DIGESTS:
        assert digest(before, keys) == digest(elsewhere, keys)


DIGESTS: list[Callable] = [SeasonGames.facts, SeasonGames.forecasts, chances.inputs]


@pytest.mark.parametrize("digest", DIGESTS)
def test_a_digest_knows_who_is_there_and_no_order(read: list[Stretch], digest: Callable) -> None:
    results, keys = known(read), np.concatenate([one.keys for one in read])
    whole = digest(SeasonGames.of(results), keys)
    assert digest(SeasonGames.of(results.take([2, 0, 1])), keys[::-1]) == whole
    without = [digest(SeasonGames.of(results.take(rows)), keys) for rows in ([0, 1], [0, 2], [1, 2])]
    assert len({whole, *without}) == 4


def test_the_parameters_of_the_chances_belong_to_their_inputs(
    read: list[Stretch], monkeypatch: pytest.MonkeyPatch
) -> None:
    games, keys = SeasonGames.of(known(read)), read[0].keys
    before = chances.inputs(games, keys)
    monkeypatch.setattr(chances, "VERSION", "another")
    assert chances.inputs(games, keys) != before


def equal(one: Stretch, other: Stretch) -> bool:
    return all(np.array_equal(getattr(one, field.name), getattr(other, field.name)) for field in fields(Stretch))


def test_some_games_of_a_day(read: list[Stretch]) -> None:
    (both,) = read[1:]
    alone = both.of_games(np.array([False, True]))
    assert (alone.games, alone.size, alone.starts.tolist()) == (1, 12, [0, 12])
    assert (alone.team1.tolist(), alone.team2.tolist()) == ([1200], [1300])
    assert np.array_equal(alone.stated, both.stated[:, 12:]) and np.array_equal(alone.player, both.player[12:])
    assert both.of_games(np.array([True, True])) is both
    nobody = both.of_games(np.zeros(2, bool))
    assert (nobody.games, nobody.size, nobody.starts.tolist()) == (0, 0, [0])


@pytest.mark.parametrize(
    ("plays", "games"), [(1, [1, 1, 1]), (12, [1, 1, 1]), (23, [1, 1, 1]), (24, [1, 2]), (36, [3]), (99, [3])]
)
def test_days_are_joined_and_cut_between_games(read: list[Stretch], plays: int, games: list[int]) -> None:
    whole, parts = joined(read), list(stretches(read, plays))
    assert (whole.games, whole.size, whole.day.tolist()) == (3, 36, [11, 12, 12])
    assert [one.games for one in parts] == games
    assert equal(joined(parts), whole)
    for place, day in enumerate(read):
        assert equal(whole.of_games(whole.day == 11 + place), day)
