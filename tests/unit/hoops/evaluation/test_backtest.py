import json

import numpy as np
import pytest

from hoops.evaluation.backtest import StateSpace, run, spans
from hoops.evaluation.baselines import Simple
from hoops.evaluation.metrics import log_loss
from hoops.games.leagues import League
from hoops.games.matchups import Matchups, Outcomes
from hoops.knowledge.parameters import defaults
from hoops.knowledge.statespace import advance, initial, predict, update
from tests.unit.hoops.fabricated_games import a_table, seeds_of

SEASONS = (2001, 2002, 2003)
GAMES = a_table(np.random.default_rng(1), SEASONS)
SEEDS = seeds_of(GAMES)


def test_it_scores_model_and_baselines_by_season_kind_and_pooled():
    result = run(GAMES, SEEDS, League.MEN, (2002, 2003)).to_dict()
    assert json.loads(json.dumps(result)) == result
    assert set(result["pooled"]) == {"regular", "ncaa", "all"} and result["model"] == "statespace"
    assert set(result["pooled"]["regular"]) == {"statespace", "elo", "home"}
    assert set(result["pooled"]["ncaa"]) == {"statespace", "elo", "seed", "home"}
    assert set(result["by_season"]) == {"2002", "2003"}
    assert result["pooled"]["regular"]["statespace"]["games"] == 2 * 30 * 6
    assert result["by_season"]["2003"]["ncaa"]["seed"]["games"] == 3
    model, home = (result["pooled"]["regular"][name]["log_loss"] for name in ("statespace", "home"))
    assert model < home < 0.75


def test_its_predictions_are_those_of_a_walk_by_hand():
    parameters = defaults(League.MEN)
    table = run(GAMES, None, League.MEN, (2003,)).predictions
    state, expected, won = initial(parameters), [], []
    rows = GAMES.to_pylist()
    moments = sorted({(row["season"], row["day"]) for row in rows})
    for since, (season, day) in zip([moments[0], *moments], moments, strict=False):
        today = sorted((row["team1_id"], row["team2_id"], row["site"], row["team1_score"] - row["team2_score"],
                        row["num_ot"]) for row in rows if (row["season"], row["day"]) == (season, day))  # fmt: skip
        team1, team2, site, margin, num_ot = (np.array(column) for column in zip(*today, strict=True))
        matchups = Matchups(team1.astype(np.int32), team2.astype(np.int32), site.astype(np.int8))
        state = advance(state, since, (season, day), parameters)
        if season == 2003:
            expected += predict(state, season, matchups, parameters).probability.tolist()
            won += (margin > 0).tolist()
        outcomes = Outcomes(matchups, margin.astype(float), num_ot.astype(np.int8))
        state = update(state, season, outcomes, parameters)
    assert table.column_names == ["Season", "DayNum", "Team1ID", "Team2ID", "Prob1"]
    assert table["Prob1"].to_pylist() == expected
    assert all(np.less(table["Team1ID"], table["Team2ID"]))
    assert run(GAMES, None, League.MEN, (2003,)).to_dict()["pooled"]["all"]["statespace"]["log_loss"] == log_loss(
        np.array(expected), np.array(won)
    )


def test_later_seasons_and_the_order_of_rows_do_not_matter():
    alone = run(GAMES.filter(np.less(GAMES["season"], 2003)), SEEDS, League.MEN, (2002,))
    shuffled = GAMES.take(np.random.default_rng(3).permutation(GAMES.num_rows))
    among = run(shuffled, SEEDS, League.MEN, (2002,))
    assert alone.to_dict() == among.to_dict()
    assert alone.predictions.equals(among.predictions)


def test_progress_ends_at_the_last_game_to_forecast():
    heard = []
    told = StateSpace(League.MEN, progress=lambda done, total: heard.append((done, total)))
    run(GAMES, SEEDS, League.MEN, (2002,), told)
    assert heard == sorted(heard)
    assert heard[-1] == (2 * 183, 2 * 183)


def test_the_first_forecaster_is_judged_against_every_other_on_the_same_games():
    def forecaster(games, seasons):
        won = np.greater(games["team1_score"], games["team2_score"])
        knowing = np.where(won, 0.9, 0.1)
        return {
            "oracle": Simple(knowing, np.zeros(len(won))),
            "coin": Simple(np.full(len(won), 0.5), np.zeros(len(won))),
        }

    found = run(GAMES, None, League.MEN, (2002, 2003), forecaster)
    (row,) = [one for one in found.differences if (one.span, one.kind, one.forecaster) == ("2002-2003", "all", "coin")]
    assert row.games == 2 * 183
    assert [row.difference, row.low, row.high] == pytest.approx([np.log(0.5) - np.log(0.9)] * 3)
    elo = next(one for one in found.differences if (one.kind, one.forecaster) == ("regular", "elo"))
    assert elo.low < elo.difference < elo.high < 0
    assert found.to_dict()["calibration_error"]["regular"] == pytest.approx(0.1)
    assert found.predictions["Prob1"].to_pylist() == found.forecasts["oracle"].probability.tolist()


def test_seasons_that_chose_the_settings_and_later_ones_stand_apart():
    assert spans((2014, 2018, 2019)) == {"2014-2019": (2014, 2018, 2019), "2014-2018": (2014, 2018), "2019": (2019,)}
    assert spans((2019, 2020)) == {"2019-2020": (2019, 2020)} and spans((2024,)) == {"2024": (2024,)}
    found = run(a_table(np.random.default_rng(1), (2017, 2018, 2019, 2020)), None, League.MEN, (2017, 2018, 2019, 2020))
    result = found.to_dict()
    assert list(result["by_span"]) == ["2017-2018", "2019-2020"] == found.spans[1:]
    games = [one["regular"]["statespace"]["games"] for one in (result["pooled"], *result["by_span"].values())]
    assert games == [720, 360, 360]


def test_seasons_without_games_are_refused():
    with pytest.raises(ValueError, match="1999, 2020"):
        run(GAMES, SEEDS, League.MEN, (1999, 2002, 2020))
    with pytest.raises(ValueError, match="no seasons"):
        run(GAMES, SEEDS, League.MEN, ())


def test_from_a_day_on_only_later_games_are_scored_and_forecast_as_before():
    games = a_table(np.random.default_rng(7), range(2015, 2018))
    whole, part = (
        run(games, None, League.MEN, (2016, 2017)),
        run(games, None, League.MEN, (2016, 2017), since=(2016, 30)),
    )
    later = ~whole.played.before((2016, 30))
    assert 0 < later.sum() < len(later)
    for name, one in part.forecasts.items():
        np.testing.assert_array_equal(one.probability, whole.forecasts[name].probability[later])
    with pytest.raises(ValueError, match="no games from 2017 day 200 on"):
        run(games, None, League.MEN, (2017,), since=(2017, 200))
