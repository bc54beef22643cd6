"""A model from files: everything that belongs to it is there, and it says what it was trained on."""

from __future__ import annotations

import csv
import json
import tarfile
from pathlib import Path

import pytest

from hoops import knowledge
from hoops.errors import MadnessError
from hoops.forecast.feature_list import NAMES
from hoops.forecast.scorer import from_bytes
from hoops.games.leagues import League
from hoops.games.moment import end_of
from hoops.games.surroundings import Surroundings
from tests.unit.hoops.fabricated_results import a_league

pytest.importorskip("torch", reason="training needs torch")

from ml_jobs.read import LeagueGames
from ml_jobs.settings import Settings
from ml_jobs.train import main, ship, train

SMALL = {"epochs": "2", "members": "2", "width": "3", "ridge": "10", "test-seasons": "1", "device": "cpu"}


def write_csv(folder: Path) -> int:
    """Five seasons of the invented league as compact results of the men; gives the games of the last."""
    lines, last = ["Season,DayNum,WTeamID,WScore,LTeamID,LScore,WLoc,NumOT"], 0
    for row in a_league(seasons=range(2010, 2015)).to_pylist():
        first = row["team1_score"] > row["team2_score"]
        (winner, won), (loser, lost) = sorted(
            [(row["team1_id"], row["team1_score"]), (row["team2_id"], row["team2_score"])], key=lambda side: -side[1]
        )
        loc = "NHA"[row["site"] * (1 if first else -1)]
        lines.append(f"{row['season']},{row['day']},{winner},{won},{loser},{lost},{loc},{row['num_ot']}")
        last += row["season"] == 2014
    (folder / "MRegularSeasonCompactResults.csv").write_text("\n".join(lines) + "\n")
    return last


def test_a_training_job_leaves_a_whole_model(tmp_path):
    games = write_csv(tmp_path)
    environment = {"SM_CHANNEL_TRAINING": str(tmp_path), "SM_MODEL_DIR": str(tmp_path / "model")}
    hyperparameters = [text for name, value in SMALL.items() for text in (f"--{name}", value)]
    archive = tmp_path / "model.tar.gz"
    main(["--league", "M", "--tar", str(archive), *hyperparameters], environment)
    made = tmp_path / "model"
    names = ["checkpoint.pt", "known.npz", "predictions.csv", "report.json", "scaler.json", "scorer.npz"]
    assert sorted(file.name for file in made.iterdir()) == names
    with tarfile.open(archive) as tar:
        assert tar.getnames() == names
    scorer = from_bytes((made / "scorer.npz").read_bytes())
    assert scorer.trained_through == end_of(2013) and set(scorer.features) <= set(NAMES)
    assert knowledge.from_bytes((made / "known.npz").read_bytes()).season == 2014
    report = json.loads((made / "report.json").read_text())
    assert report["trained_through"] == 2013 and report["test_seasons"] == [2014]
    assert report["settings"]["members"] == 2 and report["device"] == "cpu"
    scores = report["test"]["pooled"]["regular"]
    assert set(scores) == {"full", "statespace", "elo", "home"} and scores["full"]["games"] == games
    rows = list(csv.DictReader((made / "predictions.csv").open()))
    assert len(rows) == games and {row["Season"] for row in rows} == {"2014"}
    assert all(abs(float(row["Team1Win"]) + float(row["Team2Win"]) - 1.0) < 2e-6 for row in rows)
    assert len({row["Team1ID"] < row["Team2ID"] for row in rows}) == 2


def test_too_few_seasons_are_refused_before_any_training():
    with pytest.raises(MadnessError, match="too few"):
        train(League.MEN, LeagueGames(a_league(), Surroundings(), None), Settings(test_seasons=2))


def test_a_shipped_model_is_weights_and_report_only(tmp_path):
    games = LeagueGames(a_league(seasons=range(2010, 2014)), Surroundings(), None)
    model = train(League.WOMEN, games, Settings(epochs=1, members=2, width=3, test_seasons=1, device="cpu"))
    ship(model, League.WOMEN, tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["W.json", "W.npz"]
    assert from_bytes((tmp_path / "W.npz").read_bytes()).trained_through == end_of(2012)
    report = json.loads((tmp_path / "W.json").read_text())
    assert report["trained_through"] == 2012 and "seconds" not in report
