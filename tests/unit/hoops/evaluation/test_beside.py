"""The model beside others by part of the season: every figure found again by hand."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pyarrow as pa
import pytest

from hoops.evaluation import metrics
from hoops.evaluation.backtest import Backtest, run
from hoops.evaluation.baselines import Simple
from hoops.evaluation.beside import Beside, by_part, compare
from hoops.evaluation.outside import Said, settled
from hoops.games.identity import IDENTITY
from hoops.games.leagues import League
from hoops.games.results import Results
from tests.unit.hoops.fabricated_games import a_table

SEASONS = (2017, 2018, 2019)
GAMES = a_table(np.random.default_rng(1), SEASONS)  # regular games on days 0-29, the NCAA tournament on 40 and 41
MARKED = GAMES.filter(pa.array(GAMES["day"].to_numpy() >= 28)).select(IDENTITY)  # with NCAA games, which stay NCAA
PART_NAMES = ["days 0-21", "days 22-49", "conference tournaments", "post-season"]


def knowing(games: pa.Table, share: float) -> np.ndarray:
    """Chances of 0.75 for the winner, in a seeded share of the games; else for the loser."""
    right = np.random.default_rng(8).random(games.num_rows) < share
    won = np.greater(games["team1_score"], games["team2_score"])
    return np.where(right == won, 0.75, 0.25)


@pytest.fixture(scope="module")
def found() -> Backtest:
    def forecaster(games: pa.Table, seasons: tuple[int, ...]) -> dict[str, Simple]:
        nothing = np.zeros(games.num_rows)
        return {"full": Simple(knowing(games, 0.8), nothing), "statespace": Simple(knowing(games, 0.7), nothing)}

    return run(GAMES, None, League.MEN, SEASONS, forecaster, conference_games=MARKED)


def outside(share: float, until: int) -> Said:
    """Of the games of the season's days before `until`."""
    rows = np.flatnonzero(GAMES["day"].to_numpy() < until)
    value = knowing(GAMES, share)[rows]
    return Said("line", "line.csv", "as it is", rows, value, np.full(len(rows), "line"))


def named(parts: list[Beside], span: str) -> dict[str, Beside]:
    return {one.part: one for one in parts if one.span == span}


def test_every_game_is_of_one_part_and_conference_tournaments_are_apart(found: Backtest) -> None:
    assert np.sum(list(found.parts.values()), axis=0).tolist() == [1] * len(found.played)
    inside = found.parts["conference tournaments"]
    assert set(found.played.day[inside].tolist()) == {28, 29}
    assert set(found.played.kind[found.parts["post-season"]].tolist()) == {"ncaa"}
    unmarked = run(GAMES, None, League.MEN, SEASONS[:1]).parts
    assert unmarked["conference tournaments"].sum() == 0 < unmarked["days 22-49"].sum()


def test_an_outsider_is_compared_by_span_and_part_on_its_own_games(found: Backtest) -> None:
    (line,) = settled([outside(0.9, until=30)], Results.of(GAMES))
    outsider = compare(found, line)
    assert json.loads(json.dumps(outsider.to_dict()))["base"] == "statespace"
    assert [one.span for one in outsider.parts if one.part == "all"] == ["2017-2019", "2017-2018", "2019"]
    whole = named(outsider.parts, "2017-2019")
    assert list(whole) == ["all", "regular", *PART_NAMES[:3]]
    early = named(outsider.parts, "2017-2018")["days 0-21"]
    rows = found.parts["days 0-21"] & (found.played.season <= 2018)
    won, given = found.played.won[rows], line.on(found.played).probability[rows]
    model, base = (found.forecasts[name].probability[rows] for name in ("full", "statespace"))
    assert early.games == len(won) == 2 * 22 * 6
    assert early.log_loss["outside"] == metrics.log_loss(given, won)
    assert early.brier["full"] == metrics.brier(model, won)
    assert early.accuracy["statespace"] == metrics.accuracy(base, won)
    assert early.difference == pytest.approx(early.log_loss["full"] - early.log_loss["outside"])
    assert early.low < early.difference < early.high
    assert early.brier_difference[0] == pytest.approx(early.brier["full"] - early.brier["outside"])
    assert early.accuracy_difference[0] == pytest.approx(early.accuracy["full"] - early.accuracy["outside"])
    way = metrics.log_loss(base, won) - metrics.log_loss(model, won)
    assert early.gap_closed == pytest.approx(way / (metrics.log_loss(base, won) - metrics.log_loss(given, won)))
    assert early.calibration == {
        "full": metrics.calibrated(model, won),
        "outside": metrics.calibrated(given, won),
    }


def test_there_is_no_gap_to_one_who_is_not_ahead(found: Backtest) -> None:
    (line,) = settled([outside(0.7, until=30)], Results.of(GAMES))
    assert {one.gap_closed for one in compare(found, line).parts} == {None}


def test_the_model_stands_beside_the_state_space_and_that_beside_elo(found: Backtest) -> None:
    whole = named(by_part(found), "2017-2019")
    assert list(whole) == PART_NAMES
    assert {(one.other, one.gap_closed) for one in whole.values()} == {("statespace", None)}
    assert whole["days 0-21"].difference < 0.0
    alone = run(GAMES, None, League.MEN, SEASONS[:1], conference_games=MARKED)
    assert [(one.span, one.part, one.other) for one in by_part(alone)] == [("2017", part, "elo") for part in PART_NAMES]
    assert json.dumps([asdict(one) for one in by_part(alone)])
