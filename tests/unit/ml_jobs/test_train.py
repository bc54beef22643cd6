"""A model from files: everything that belongs to it is there, and it says what it was trained on."""

from __future__ import annotations

import json
import re
import tarfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from hoops import knowledge
from hoops.errors import MadnessError
from hoops.forecast.feature_list import NAMES
from hoops.forecast.scorer import from_bytes, score
from hoops.games.leagues import League
from hoops.games.moment import end_of
from hoops.games.surroundings import Surroundings
from hoops.knowledge.parameters import Parameters, defaults
from lake.training import METRICS, metric_definitions
from tests.unit.hoops.fabricated_players import a_cast
from tests.unit.hoops.fabricated_results import a_league
from tests.unit.ml_jobs.league_files import SEASONS, arguments, job_folders, left, write_channel, write_csv

pytest.importorskip("torch", reason="training needs torch")

from ml_jobs.files import MODEL, ship
from ml_jobs.job import main
from ml_jobs.model import Plan, train
from ml_jobs.read import LeagueGames
from ml_jobs.settings import Settings

QUICK = Settings(epochs=1, members=2, width=3, test_seasons=1, device="cpu")


def league_games(**more) -> LeagueGames:
    return LeagueGames(a_league(**more), Surroundings(), None)


def test_a_training_job_leaves_a_whole_model(tmp_path, caplog):
    caplog.set_level("INFO")
    games = a_league(seasons=SEASONS)
    variables = write_channel(tmp_path, games)
    archive = tmp_path / "model.tar.gz"
    assert main([*arguments(walk_forward="2", epochs="4"), "--tar", str(archive)], variables) == 0
    made, beside = tmp_path / "model", tmp_path / "output" / "data"
    assert sorted(file.name for file in made.iterdir()) == list(MODEL)
    assert {file.name for file in beside.iterdir()} == {"checkpoint.pt", "known.npz", "run.json", "scaler.json"}
    with tarfile.open(archive) as tar:
        assert tar.getnames() == list(MODEL)
    scorer = from_bytes((made / "scorer.npz").read_bytes())
    assert scorer.trained_through == end_of(2013) and set(scorer.features) <= set(NAMES)
    assert knowledge.from_bytes((beside / "known.npz").read_bytes()).season == 2014
    about = json.loads((made / "parameters.json").read_text())
    assert Parameters(**about["parameters"]) == defaults(League.MEN)
    assert (about["league"], about["trained_through"]) == ("M", list(end_of(2013)))

    report = json.loads((made / "report.json").read_text())
    last = sum(season == 2014 for season in games["season"].to_pylist())
    assert report["before"] == [2014, 0] and report["test_seasons"] == [2014]
    assert report["data"]["games"] == games.num_rows - last and report["data"]["games_from_the_cut_on"] == last
    assert report["settings"]["members"] == 2 and report["device"] == "cpu"
    scores = report["test"]["pooled"]["regular"]
    assert set(scores) == {"full", "statespace", "elo", "home"} and scores["full"]["games"] == last
    assert report["walk_forward"]["seasons"] == [2012, 2013]

    # People open the tables with pandas.
    table = pd.read_parquet(made / "scores.parquet")
    row = table[(table.part == "test") & (table.kind == "regular") & (table.forecaster == "full")].iloc[0]
    assert row.log_loss == scores["full"]["log_loss"] and row.games == last
    assert set(table[table.part == "walk forward"].span) == {"2012-2013", "2012", "2013"}
    beside_others = pd.read_parquet(made / "comparison.parquet")
    assert set(beside_others.forecaster) == {"statespace", "elo", "home"}
    assert (beside_others.low <= beside_others.high).all()
    rows = pd.read_parquet(made / "predictions.parquet")
    assert len(rows) == last and set(rows.season) == {2014}
    assert np.allclose(rows.team1_probability + rows.team2_probability, 1.0)
    assert set(rows.team1_id < rows.team2_id) == {True, False}
    lost = -np.log(np.where(rows.team1_won, rows.team1_probability, rows.team2_probability))
    assert lost.mean() == pytest.approx(scores["full"]["log_loss"])

    # And SageMaker finds the numbers in the log.
    lines = [record.getMessage() for record in caplog.records]
    found = {one["Name"]: [float(hit[1]) for line in lines if (hit := re.search(one["Regex"], line))]
             for one in metric_definitions()}  # fmt: skip
    assert {name for name, values in found.items() if not values} == {"search:loss"} < set(METRICS)
    assert found["test:log_loss"] == [pytest.approx(report["test"]["pooled"]["all"]["full"]["log_loss"], rel=1e-7)]
    best = report["validation_log_loss"]["full"]
    assert report["epochs"] > 0 and min(abs(one - best) for one in found["validation:log_loss"]) < 1e-7
    assert json.loads((beside / "run.json").read_text())["games_per_second"] == found["train:games_per_second"][0] > 0


def test_csv_files_and_a_channel_of_the_same_games_give_the_same_model(tmp_path):
    bare = a_league(seasons=SEASONS)
    for name in bare.column_names:
        if name.split("_")[-1] in (
            "fgm",
            "fga",
            "fgm3",
            "fga3",
            "ftm",
            "fta",
            "or",
            "dr",
            "ast",
            "to",
            "stl",
            "blk",
            "pf",
        ):
            place = bare.schema.get_field_index(name)
            bare = bare.set_column(place, bare.schema.field(place), pa.nulls(bare.num_rows, pa.int16()))
    variables = write_channel(tmp_path / "job", bare)
    assert main(arguments(epochs="2"), variables) == 0
    files = tmp_path / "files"
    files.mkdir()
    write_csv(files)
    assert main(["--data", str(files), "--out", str(tmp_path / "out"), *arguments(epochs="2")], {}) == 0
    for name, body in left(tmp_path / "job").items():
        assert (tmp_path / "out" / name).read_bytes() == body, name


def test_games_from_the_cut_on_are_never_learned_from(tmp_path):
    games = a_league(seasons=SEASONS)
    cut = (2014, 30)
    late = np.array([(s, d) >= cut for s, d in zip(games["season"].to_pylist(), games["day"].to_pylist(), strict=True)])
    assert 0 < late[games["season"].to_numpy() == 2014].sum() < late.size
    turned = games
    for one, other in (("team1_score", "team2_score"), ("team2_score", "team1_score")):
        values = np.where(late, games[other].to_numpy(), games[one].to_numpy())
        turned = turned.set_column(turned.schema.get_field_index(one), games.schema.field(one), pa.array(values))
    plan = Plan(before=cut, search=True, generations=2, population=3, walk_forward=1)
    models = {
        name: train(League.MEN, LeagueGames(table, Surroundings(), None), QUICK, plan)
        for name, table in {"as it was": games, "turned": turned, "gone": games.filter(pa.array(~late))}.items()
    }
    first = models["as it was"]
    assert first.trained.scorer.trained_through == (2014, 29) and first.trained_through == (2014, 29)
    assert first.constants.trained_through == end_of(2010) and first.constants.found is not None
    assert first.report["walk_forward"]["seasons"] == [2013]
    for model in models.values():
        assert model.constants == first.constants
        for name in ("linear", "lacking", "hidden", "bias", "out", "scale", "context_mean"):
            np.testing.assert_array_equal(getattr(model.trained.scorer, name), getattr(first.trained.scorer, name))
        assert model.report["walk_forward"] == first.report["walk_forward"]
        assert model.trained.scorer.temperature == first.trained.scorer.temperature
    scored = {
        name: model.report["test"] and model.report["test"]["pooled"]["all"]["full"] for name, model in models.items()
    }
    assert scored["gone"] is None and scored["as it was"]["games"] == scored["turned"]["games"] == late.sum()
    assert scored["as it was"]["log_loss"] != scored["turned"]["log_loss"]


def test_the_test_is_scored_by_the_exported_scorer():
    model = train(League.MEN, league_games(seasons=SEASONS), QUICK, Plan(before=(2014, 20)))
    from hoops.forecast.features import walk

    played, described, _ = walk(a_league(seasons=SEASONS), defaults(League.MEN))
    later = ~played.before((2014, 20))
    found = score(model.trained.scorer, described.rows(later))
    np.testing.assert_array_equal(found.probability, model.test.forecasts["full"].probability)


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        (["--league", "X"], 2, "--league"),
        (["--league", "M", "--luck", "7"], 2, "--luck"),
        (["--league", "M", "--width", "wide"], 2, "width must be a whole number"),
        (["--league", "M", "--train-before", "2014"], 2, "not SEASON:DAY, such as 2025:104"),
        (["--league", "M", "--search", "perhaps"], 2, "neither true nor false"),
        (["--league", "W"], 1, "league W"),
        (["--league", "M", "--train-before", "2009:0"], 1, "no games before day 0 of 2009"),
        (["--league", "M", "--first-season", "2016"], 1, "no games from first_season (2016)"),
    ],
)
def test_what_goes_wrong_is_the_jobs_reason_of_failure(tmp_path, given, code, said):
    variables = write_channel(tmp_path)
    assert main(given, variables) == code
    assert said in (tmp_path / "output" / "failure").read_text()
    assert not (tmp_path / "model").exists()


def test_a_fault_of_the_program_is_told_too_and_not_hidden(tmp_path):
    variables = write_channel(tmp_path)
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "data").write_text("no folder")
    with pytest.raises(OSError):
        main(arguments(epochs="1"), variables)
    assert (tmp_path / "output" / "failure").read_text().startswith(("FileExistsError", "NotADirectoryError"))


def test_outside_a_job_the_folders_are_asked_for(caplog):
    assert main(["--league", "M"], {}) == 1
    assert "--data is needed outside a training job" in caplog.text


def test_a_job_without_a_channel_says_which_files_it_wants(tmp_path):
    variables = job_folders(tmp_path)
    Path(variables["SM_CHANNEL_TRAINING"]).mkdir(parents=True)
    assert main(arguments(), variables) == 1
    assert "has no file of the contract" in (tmp_path / "output" / "failure").read_text()


def test_too_few_seasons_are_refused_before_any_training():
    with pytest.raises(MadnessError, match="too few"):
        train(League.MEN, league_games(), Settings(test_seasons=2))


def test_a_shipped_model_is_weights_and_report_only(tmp_path):
    model = train(League.WOMEN, league_games(seasons=range(2010, 2014)), QUICK)
    ship(model, League.WOMEN, tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["W.json", "W.npz"]
    assert from_bytes((tmp_path / "W.npz").read_bytes()).trained_through == end_of(2012)
    report = json.loads((tmp_path / "W.json").read_text())
    assert report["trained_through"] == list(end_of(2012)) and "seconds" not in report


def test_players_are_learned_from_and_the_report_says_of_which_seasons():
    games = a_league(seasons=SEASONS)
    bare, told = league_games(seasons=SEASONS), LeagueGames(games, Surroundings(), None, a_cast(games))
    one, other = (train(League.MEN, read, QUICK).report for read in (bare, told))
    assert (one["data"]["player_seasons"], one["data"]["rosters"]) == ([], [])
    assert (other["data"]["player_seasons"], other["data"]["rosters"]) == ([*SEASONS], [*SEASONS])
    assert one["data"]["digest"] != other["data"]["digest"]
    statespace = [report["test"]["pooled"]["all"]["statespace"]["log_loss"] for report in (one, other)]
    assert statespace[0] != statespace[1], "who stands beside it knows them as well"
