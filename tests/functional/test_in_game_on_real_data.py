"""The chances of a real season's plays are better than the closed form's, which are better than the forecast's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.in_game import APART, closed, model, read
from hoops.evaluation import metrics
from hoops.evaluation.backtest import walk
from hoops.forecast.in_game import PARAMETERS
from hoops.games.identity import in_order_of_play
from hoops.games.leagues import League
from hoops.games.results import Results
from hoops.knowledge.parameters import defaults
from lake.folder import read_folder

SHARED = Path(__file__).parents[2] / "../shared/data"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (SHARED / "events").is_dir(), reason="the real plays are not beside this checkout"),
]


def test_chances_during_the_games_of_2018():
    played = Results.of(in_order_of_play(read_folder(SHARED / "kaggle", [League.MEN]).leagues[League.MEN].games))
    played = played.rows(played.before((APART + 1, 0)))
    forecasts = pa.table(
        {
            "Season": played.season,
            "DayNum": played.day,
            "Team1ID": played.team1,
            "Team2ID": played.team2,
            "Prob1": walk(played, defaults(League.MEN)).probability,
        }
    )
    every, minutes, _ = read(SHARED / "events", forecasts, APART)
    assert len(np.unique(minutes.game)) == 4891
    ours, theirs = model(minutes, PARAMETERS), closed(minutes, 16.18)
    assert metrics.log_loss(theirs, minutes.won) == pytest.approx(0.3890, abs=0.0001)
    assert metrics.log_loss(ours, minutes.won) < 0.3886
    assert metrics.log_loss(minutes.pregame, minutes.won) > 0.51
    late = (every.left < 30) & ~every.in_overtime
    assert metrics.log_loss(model(every, PARAMETERS)[late], every.won[late]) < 0.145 < 0.17
    assert metrics.log_loss(closed(every, 16.18)[late], every.won[late]) > 0.17
