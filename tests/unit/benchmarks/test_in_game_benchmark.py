"""The benchmark of chances during a game sees the plays as they stand in the file."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from benchmarks.in_game import difference, read

HEAD = (
    "EventID,Season,DayNum,WTeamID,LTeamID,WFinalScore,LFinalScore,WCurrentScore,LCurrentScore,ElapsedSeconds,"
    "EventTeamID,EventPlayerID,EventType,EventSubType,X,Y,Area"
)
FIRST, SECOND = "2018,11,1104,1272,5,2", "2018,12,1300,1200,2,1"
PLAYS = [
    f"1,{FIRST},3,0,61,1104,150,made3,jump,0,0,0",
    f"2,{FIRST},3,2,120,1272,7,made2,lay,0,0,0",
    f"3,{FIRST},5,2,2399,1104,150,made2,lay,0,0,0",
    f"4,{SECOND},0,1,30,1200,8,made1,2of2,0,0,0",
    f"5,{SECOND},0,1,2500,1300,9,turnover,unk,0,0,0",  # the log breaks off: nobody scores two points
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "MEvents2018.csv").write_text("\n".join([HEAD, *PLAYS]) + "\n")
    return tmp_path


def forecasts(*days: int) -> pa.Table:
    rows = [{"Season": 2018, "DayNum": 11, "Team1ID": 1104, "Team2ID": 1272, "Prob1": 0.6},
            {"Season": 2018, "DayNum": 12, "Team1ID": 1200, "Team2ID": 1300, "Prob1": 0.3}]  # fmt: skip
    return pa.Table.from_pylist([row for row in rows if row["DayNum"] in days])


def test_whole_games_are_seen_after_each_play_and_at_each_minute(folder):
    every, minutes, told = read(folder, forecasts(11, 12), 2018)
    assert every.lead.tolist() == [3, 1] and every.left.tolist() == [2339, 2280] and every.won.all()
    assert minutes.lead.tolist() == [0, 0] + [1] * 38  # the minute's last second counts: 1 at 120 s
    assert minutes.ball.share.tolist() == [0, 0] + [1] * 38 and minutes.left[:2].tolist() == [2400, 2340]
    assert set(minutes.pregame.tolist()) == {0.6} and told["plays"] == len(PLAYS)
    assert difference(every, every.pregame, every.pregame) == "+0.0000 (+0.0000 to +0.0000)"


def test_a_game_without_forecast_is_told(folder):
    with pytest.raises(SystemExit, match="1 games of 2018 have no forecast"):
        read(folder, forecasts(11), 2018)
