"""Expected scores of both teams, such as T-Rank's: who makes them is told by the file's name."""

from __future__ import annotations

import numpy as np

from hoops.evaluation.outside.forecasts import Said
from hoops.evaluation.outside.games import IDS, read_games, stem
from hoops.evaluation.outside.sheet import Sheet
from hoops.games.leagues import League
from hoops.games.results import Results

EXPECTED = (*IDS, "Team1ID", "Team2ID", "pred1", "pred2")
_MOST = 250.0  # points


def expected_scores(sheet: Sheet, league: League, played: Results) -> Said | None:
    """The expected margin is the difference of the expected scores. None if no row is of the league.

    The forecaster is called after the file: two files of expected scores are two forecasters, not two sources of one.
    """
    games = read_games(sheet, league, *EXPECTED[2:4])
    first, second = (sheet.number(title, 0.0, _MOST, blank=True) for title in EXPECTED[4:])
    sheet.sound()
    margin = first - second
    remarks = {"rows without both expected scores": np.isnan(margin)}
    note = "difference of the expected scores"
    return games.said(stem(sheet.file), note, margin, 0.0 - margin, played, remarks, points=True)
