"""Box scores are taken away from games at random, without a look ahead, and nothing else of them changes."""

from __future__ import annotations

import numpy as np
import pytest

from hoops.forecast.features import walk
from hoops.games.leagues import League
from hoops.games.results import Results
from hoops.games.surroundings import Surroundings
from hoops.knowledge import to_bytes
from hoops.knowledge.parameters import defaults
from hoops.schemas import BOX_COLUMNS
from tests.unit.hoops.fabricated_results import a_league

pytest.importorskip("torch", reason="training needs torch")

from ml_jobs.games import features_of
from ml_jobs.settings import Settings
from ml_jobs.taken_away import described, lost, without

GAMES = a_league(seasons=range(2000, 2040), boxless=0.1)
SEASON = GAMES["season"].to_numpy()
PARAMETERS = defaults(League.MEN)


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
    seen = described(games, PARAMETERS, Surroundings(), Settings(taken_away=3, taken_away_weight=0.25))
    parts = [seen.games.where(slice(at, at + games.num_rows)) for at in range(0, len(seen.games), games.num_rows)]
    assert len(parts) == 4 and [set(one.weight) for one in parts] == [{1.0}, {0.25}, {0.25}, {0.25}]
    for one in parts:
        np.testing.assert_array_equal(one.has_box, Results.of(games).has_box)
    assert (parts[1].described.values != parts[2].described.values).any()
    bare = without(games, np.ones(games.num_rows, bool))
    assert len(described(bare, PARAMETERS, Surroundings(), Settings()).games) == games.num_rows


def test_the_shared_way_is_the_whole_walk_also_where_box_scores_begin_late_or_games_are_not_described():
    games = a_league(seasons=range(2010, 2015), boxless=0.1)
    season = games["season"].to_numpy()
    games = without(games, season < 2012)
    again = without(games, lost(games, Settings().seed))
    heard: list[tuple[int, int]] = []
    for since in (0, 2011, 2013):
        seen = described(games, PARAMETERS, Surroundings(), Settings(), None, lambda *at: heard.append(at), since)
        walks = [walk(one, PARAMETERS, names=features_of(Settings())) for one in (games, again)]
        shown = season >= since
        for part, (_, whole, _) in zip(
            (seen.games.where(slice(seen.real)), seen.games.where(slice(seen.real, None))), walks, strict=True
        ):
            np.testing.assert_array_equal(part.season, season[shown])
            np.testing.assert_array_equal(part.described.values, whole.rows(shown).values)
            np.testing.assert_array_equal(part.described.context, whole.rows(shown).context)
        assert to_bytes(seen.known) == to_bytes(walks[0][2])
        assert heard[-1] == (games.num_rows + (season >= 2012).sum(),) * 2
