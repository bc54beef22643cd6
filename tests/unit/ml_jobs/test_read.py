"""Training reads a folder as every command does: retractions, timestamps and subfolders count."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from hoops.errors import MadnessError
from hoops.games.leagues import League
from hoops.games.surroundings import Places
from hoops.schemas import GAMES
from ml_jobs.read import read_league

RESULTS = (
    "Season,DayNum,WTeamID,WScore,LTeamID,LScore,WLoc,NumOT\n2024,3,1102,70,1101,60,N,0\n2024,4,1103,70,1101,60,N,0\n"
)


def test_everything_that_holds_is_read(tmp_path: Path) -> None:
    for name, text in {
        "MRegularSeasonCompactResults.csv": RESULTS,
        "MRetractions.csv": "Season,DayNum,Team1ID,Team2ID\n2024,4,1101,1103\n",
        "MTeamConferences_20260101.csv": "Season,TeamID,ConfAbbrev\n2024,1101,sec\n2024,1102,acc\n",
        "MGameCities.csv": "Season,DayNum,WTeamID,LTeamID,CRType,CityID\n2024,3,1102,1101,Regular,4001\n",
        "Cities.csv": "CityID,City,State,Lat,Lon\n4001,Abilene,TX,32.4,-99.7\n",
    }.items():
        folder = tmp_path / "retractions" if name.startswith("MRetractions") else tmp_path
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    read = read_league(tmp_path, League.MEN)
    assert read.games.select(GAMES.names).num_rows == 1 and read.games["city_id"].to_pylist() == [4001]
    teams = pa.array([1101, 1102, 1103], pa.int32()).to_numpy()
    assert (read.surroundings.conferences.codes(2024, teams) >= 0).tolist() == [True, True, False]
    places: Places = read.surroundings.places
    assert places.city.tolist() == [4001] and read.seeds is None
    with pytest.raises(MadnessError, match="no women's results"):
        read_league(tmp_path, League.WOMEN)
