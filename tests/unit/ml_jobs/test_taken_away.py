"""Box scores are taken away from games at random, without a look ahead, and nothing else of them changes."""

from __future__ import annotations

import numpy as np
import pytest

from hoops.games.leagues import League
from hoops.games.results import Results
from hoops.games.surroundings import Surroundings
from hoops.knowledge.parameters import defaults
from hoops.schemas import BOX_COLUMNS
from tests.unit.hoops.fabricated_results import a_league

pytest.importorskip("torch", reason="training needs torch")

from ml_jobs.settings import Settings
from ml_jobs.taken_away import described_again, lost, without

GAMES = a_league(seasons=range(2000, 2040), boxless=0.1)
SEASON = GAMES["season"].to_numpy()


def test_seasons_lose_their_box_scores_in_every_way():
    gone = lost(GAMES, 1)
    shares = np.array([gone[season == SEASON].mean() for season in range(2000, 2040)])
    assert (shares == 0.0).any() and (shares == 1.0).sum() > 5 and ((shares > 0.2) & (shares < 0.8)).sum() > 5
    assert (lost(GAMES, 2) != gone).any() and np.array_equal(lost(GAMES, 1), gone)


def test_what_comes_later_takes_nothing_from_earlier_games():
    whole = lost(GAMES, 1)
    for stop in (50, 333, 700):
        np.testing.assert_array_equal(lost(GAMES.slice(0, stop), 1), whole[:stop])


def test_only_box_scores_go_and_only_of_the_games_that_lose_them():
    gone = lost(GAMES, 1)
    bare = without(GAMES, gone)
    before, after = Results.of(GAMES), Results.of(bare)
    np.testing.assert_array_equal(after.has_box, before.has_box & ~gone)
    np.testing.assert_array_equal(after.box[~gone], before.box[~gone])
    kept = [name for name in GAMES.column_names if name.partition("_")[2] not in BOX_COLUMNS]
    assert bare.select(kept).equals(GAMES.select(kept)) and bare.schema.equals(GAMES.schema)


def test_games_are_described_again_once_for_each_walk_and_not_where_there_is_nothing_to_take():
    games = a_league(seasons=range(2010, 2014), boxless=0.1)
    parts = described_again(games, defaults(League.MEN), Surroundings(), Settings(taken_away=3, taken_away_weight=0.25))
    assert len(parts) == 3 and all((one.weight == 0.25).all() for one in parts)
    for one in parts:
        np.testing.assert_array_equal(one.has_box, Results.of(games).has_box)
    assert (parts[0].described.values != parts[1].described.values).any()
    bare = without(games, np.ones(games.num_rows, bool))
    assert described_again(bare, defaults(League.MEN), Surroundings(), Settings()) == []
