"""Submissions to Kaggle: of a folder, of a stage, and of the real seasons, with the scores that they would have had."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hoops.contract import Rejected
from hoops.errors import MadnessError
from hoops.evaluation.kaggle import scores
from hoops.games.leagues import League
from lake.folder import read_folder
from madness.backtest import ModelName
from madness.cli import app
from madness.console import Silent
from madness.submission import score
from operate.predict import Asked, predict
from operate.sources import FolderSource, LakeSource
from operate.submission import submit
from operate.submission_file import submission
from tests.fakes import Stage

DATA = Path(__file__).parents[2] / "../shared/data/kaggle"


@pytest.fixture(scope="module")
def folder(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("league")
    for key, body in files.items():
        (place / key.split("/")[1]).write_bytes(body)
    return place


def sources(folder: Path) -> dict[League, FolderSource]:
    return {league: FolderSource(folder, league) for league in League}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["submission", *map(str, arguments)])


def rows(text: str) -> dict[str, float]:
    return {row["ID"]: float(row["Pred"]) for row in csv.DictReader(io.StringIO(text))}


@pytest.fixture(scope="module")
def written(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "submission.csv"
    result = run("--season", 2023, "--data", folder, "--out", out, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert [part["league"] for part in told["parts"]] == ["M", "W"] and told["file"] == str(out)
    # The last day with games until then: the sample's women end their conference tournaments earlier.
    assert [part["known_through"]["day"] for part in told["parts"]] == [132, 125]
    assert sum(part["pairs"] for part in told["parts"]) == len(rows(out.read_text()))
    assert [one.name for one in out.parent.iterdir()] == [out.name], "a draft was left"
    return out


def test_every_two_teams_have_the_chance_that_a_single_game_has(folder: Path, written: Path) -> None:
    found = rows(written.read_text())
    for league, source in sources(folder).items():
        teams = sorted({int(one) for key in found for one in key.split("_")[1:] if int(one) in league.team_ids})
        assert sum(int(key.split("_")[1]) in league.team_ids for key in found) == len(teams) * (len(teams) - 1) // 2
        for one, other in ((teams[0], teams[-1]), (teams[3], teams[4])):
            asked = Asked(str(one), str(other), league, season=2023, day=136, as_of=132)
            alone = predict(asked, source)["probability"]
            assert found[f"2023_{one}_{other}"] == pytest.approx(alone, abs=1e-7)


def test_a_sample_is_filled_in_its_order(folder: Path, written: Path, tmp_path: Path) -> None:
    found = rows(written.read_text())
    teams = sorted({key.split("_")[1] for key in found if key.split("_")[1] < "2000"})[:5]
    ids = [f"2023_{one}_{other}" for one in teams for other in teams if one < other][::-1]
    sample = tmp_path / "SampleSubmission.csv"
    sample.write_text("\n".join(["ID,Pred", *(f"{one},0.5" for one in ids)]))
    result = run("--season", 2023, "--data", folder, "--sample", sample)
    assert result.exit_code == 0, result.output
    made = rows(result.stdout)
    assert list(made) == ids and all(made[one] == pytest.approx(found[one], abs=1e-7) for one in ids)
    assert "the sample has no pair of men's teams that have played in 2023" in result.stderr
    assert "these are no forecasts" not in result.stderr  # the shipped model ends with 2022


def test_a_bad_sample_leaves_the_old_file_alone(folder: Path, written: Path, tmp_path: Path) -> None:
    out, sample = tmp_path / "old.csv", tmp_path / "SampleSubmission.csv"
    out.write_text("old")
    sample.write_text("\n".join(written.read_text().splitlines()[:7]))
    result = run("--season", 2023, "--data", folder, "--sample", sample, "--out", out)
    assert isinstance(result.exception, Rejected) and "is missing" in result.exception.full_text()
    assert out.read_text() == "old"


def test_less_is_known_on_an_earlier_evening(folder: Path, written: Path) -> None:
    made = submit(sources(folder), (2023,), as_of=60)
    assert all(part.known_through <= (2023, 60) for part in made.parts)
    earlier, late = rows(submission(made.wanted, made.chance)), rows(written.read_text())
    both = earlier.keys() & late.keys()
    assert both and sum(abs(earlier[one] - late[one]) > 0.01 for one in both) > len(both) / 2


def test_a_stage_gives_what_a_folder_gives(full_stage: Stage, written: Path) -> None:
    made = submit({league: LakeSource(full_stage.lake, league) for league in League}, (2023,))
    assert submission(made.wanted, made.chance) == written.read_text()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--season", 2031), "no men's game of season 2031 up to day 132 is known here: the last one is of day"),
        (("--season", 2023, "--as-of", 200), "--as-of 200 is no day that games can follow"),
        (("--season", "all"), "name the season of the submission"),
        (("--season", 2023, "--json"), "name it by --out"),
        (("--season", 2023, "--model", "full"), "--model belongs to --score"),
        (("--season", 2023, "--score", "--out", "x.csv"), "--score writes no submission"),
        (("--season", 2023, "--score", "--model", "best"), "unknown model 'best'; allowed: full, statespace"),
        (("--season", 2031, "--score"), "has no season 2031"),
    ],
)
def test_what_cannot_be_done_is_said(folder: Path, options: tuple, said: str) -> None:
    result = run("--data", folder, *options)
    assert isinstance(result.exception, MadnessError) and said in str(result.exception)


def test_past_seasons_of_the_sample_league_are_scored(folder: Path) -> None:
    result = run("--data", folder, "--score", "--seasons", "all", "--model", "statespace", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert [(one["span"], one["league"]) for one in found["scores"]] == [("2023", "M+W"), ("2023", "M"), ("2023", "W")]
    assert all(0.0 < one["brier"] < 0.25 and one["games"] > 0 for one in found["scores"])
    assert "no game of the NCAA tournament that counts in 2024" in result.stderr
    printed = run("--data", folder, "--score", "--seasons", 2023, "--model", "statespace")
    assert f"{found['scores'][0]['brier']:.4f}" in printed.stdout


@pytest.mark.slow
@pytest.mark.skipif(not DATA.is_dir(), reason="the real seasons are not beside this checkout")
def test_real_tournaments_are_as_many_games_as_kaggle_scored_and_forecast_as_well_as_promised() -> None:
    seasons = (2018, 2019, 2021, 2022, 2023, 2024)
    contests = score(read_folder(DATA, tuple(League)), seasons, ModelName.STATESPACE, 132, Silent())
    found = {(one.span, one.league): one for one in scores(contests)}
    assert {season: found[str(season), "M+W"].games for season in seasons} == {
        2018: 126, 2019: 126, 2021: 125, 2022: 126, 2023: 126, 2024: 126,
    }  # fmt: skip
    assert found["2019-2024", "M+W"].brier < 0.166 and found["2019-2024", "M+W"].log_loss < 0.494
