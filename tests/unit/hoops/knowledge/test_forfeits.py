"""A forfeit makes its teams teams of the season, and teaches nothing of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from hoops.evaluation import baselines, metrics
from hoops.evaluation.backtest import walk
from hoops.evaluation.baselines import ELO
from hoops.forecast.fold import days_of, fold
from hoops.forecast.model import shipped
from hoops.games.identity import in_order_of_play
from hoops.games.leagues import League
from hoops.games.results import Results
from hoops.knowledge import Knowledge, advance, efficiency, homes, initial, statespace, sums, update
from hoops.knowledge.parameters import defaults
from hoops.schemas import GAMES
from tests.unit.hoops.fabricated_results import a_league

PARAMETERS = defaults(League.MEN)
MODEL = shipped(League.MEN)
LEAGUE = a_league()
CITY = pa.field("city_id", pa.int32())


def forfeit(season: int, day: int, team1: int, team2: int, score: tuple[int, int] = (2, 0)) -> pa.Table:
    blank = {field.name: None for field in GAMES} | {"kind": "regular", "site": 1, "num_ot": 0}
    row = {"season": season, "day": day, "team1_id": team1, "team2_id": team2}
    return pa.Table.from_pylist(
        [blank | row | {"team1_score": score[0], "team2_score": score[1]}], schema=GAMES
    ).append_column(CITY, pa.array([4999], pa.int32()))


def known(games: pa.Table) -> Knowledge:
    found = initial(PARAMETERS)
    for day in days_of(games):
        found = update(advance(found, day.season, day.day, PARAMETERS), Results.of(day.games), PARAMETERS)
    return found


def parts(found: Knowledge) -> list[bytes]:
    return [
        statespace.to_bytes(found.strength), efficiency.to_bytes(found.adjusted), sums.to_bytes(found.sums),
        homes.to_bytes(found.homes),
    ]  # fmt: skip


LOCATED = LEAGUE.append_column(CITY, pa.array([4001] * LEAGUE.num_rows, pa.int32()))


@pytest.mark.parametrize("score", [(2, 0), (0, 2), (1, 0), (0, 1)])
def test_a_forfeit_of_known_teams_changes_nothing(score: tuple[int, int]) -> None:
    before = advance(known(LOCATED), 2011, 60, PARAMETERS)
    after = update(before, Results.of(forfeit(2011, 60, 1101, 1102, score)), PARAMETERS)
    assert parts(after) == parts(before)
    played = update(before, Results.of(forfeit(2011, 60, 1101, 1102, (3, 0))), PARAMETERS)
    assert all(one != other for one, other in zip(parts(played), parts(before), strict=True))


def test_a_forfeit_among_games_changes_nothing_of_them() -> None:
    today = LOCATED.filter(pa.array(LOCATED["season"].to_numpy() == 2011)).slice(0, 2)
    day = today["day"].to_pylist()[0]
    absent = {1101, 1102, 1103, 1104, 1105, 1106, 1107, 1108} - {
        team for name in ("team1_id", "team2_id") for team in today[name].to_pylist()
    }
    one, two = sorted(absent)[:2]
    before = advance(known(LOCATED.filter(pa.array(LOCATED["season"].to_numpy() == 2010))), 2011, day, PARAMETERS)
    plain = update(before, Results.of(today), PARAMETERS)
    mixed = update(before, Results.of(pa.concat_tables([forfeit(2011, day, one, two), today])), PARAMETERS)
    same = replace(mixed.strength, last_season=plain.strength.last_season)
    assert statespace.to_bytes(same) == statespace.to_bytes(plain.strength)
    assert parts(mixed)[2:] == parts(plain)[2:]
    assert all(
        np.array_equal(getattr(mixed.adjusted, name), getattr(plain.adjusted, name))
        for name in ("mean", "sums", "sums_variance", "league", "slope", "shooting")
    )


def test_teams_that_have_only_forfeited_are_rated_as_newcomers() -> None:
    folded = list(fold(days_of(forfeit(2011, 60, 1201, 1202).select(GAMES.names)), MODEL, known(LEAGUE)))
    rated = {row["team_id"]: row["rating"] for row in folded[0].rated.to_pylist()}
    assert {1201, 1202} < set(rated) and rated[1201] == rated[1202]
    (row,) = folded[0].predicted.to_pylist()
    assert (row["team1_score"], row["team2_score"]) == (2, 0) and 0.0 < row["team1_probability"] < 1.0
    (first,) = fold(days_of(forfeit(2011, 60, 1201, 1202).select(GAMES.names)), MODEL)
    assert first.known.sums.teams.tolist() == [] and first.known.strength.teams.tolist() == [1201, 1202]


def test_no_box_score_is_taken_of_a_forfeit() -> None:
    boxed = LEAGUE.filter(LEAGUE["team1_fgm"].is_valid()).slice(0, 1).to_pylist()[0]
    results = Results.of(pa.Table.from_pylist([boxed | {"team1_score": 2, "team2_score": 0}], schema=GAMES))
    assert results.is_forfeit.tolist() == [True] and results.has_box.tolist() == [False]
    assert np.isnan(results.outcomes.margin).all() and results.won.tolist() == [True]


def test_baselines_and_the_walk_learn_nothing_of_a_forfeit() -> None:
    days = sorted({day for season, day in zip(*(LEAGUE[name].to_pylist() for name in ("season", "day")), strict=True)
                   if season == 2010})  # fmt: skip
    forfeits = [forfeit(2010, day, 1201, 1202, (0, 2)).select(GAMES.names) for day in days]
    plain, both = (Results.of(in_order_of_play(pa.concat_tables([LEAGUE, *more]))) for more in ([], forfeits))
    for made in (
        lambda games: baselines.elo(games, [2011], ELO[League.MEN]),
        lambda games: baselines.home_only(games, [2011]),
    ):
        with_forfeits, without = made(both), made(plain)
        assert np.array_equal(with_forfeits.probability[both.season == 2011], without.probability[plain.season == 2011])
        assert np.array_equal(with_forfeits.margin[both.season == 2011], without.margin[plain.season == 2011])
    walked, as_if = walk(both, PARAMETERS), walk(plain, PARAMETERS)
    assert np.allclose(walked.probability[both.season == 2011], as_if.probability[plain.season == 2011], atol=1e-9)


def test_a_forfeit_is_won_and_lost_in_the_scores_of_forecasts_and_has_no_margin() -> None:
    probability, expected, margin = np.array([0.9, 0.6]), np.array([12.0, 3.0]), np.array([-2.0, 7.0])
    found = metrics.score(probability, expected, margin, np.array([True, False]))
    whole = metrics.score(probability, expected, margin)
    assert (found.games, found.margin_rmse) == (2, 4.0)
    assert replace(found, margin_rmse=whole.margin_rmse) == whole
    assert metrics.score(probability, expected, margin, np.array([True, True])).margin_rmse == 0.0
