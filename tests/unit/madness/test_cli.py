"""The command line: fast help, exit codes, one clear line on expected trouble, data on stdout alone."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hoops.games.leagues import League
from madness.cli import app
from sample import SMALL, generate, generate_small, write

ENV = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "MADNESS_"))}


def madness(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "madness", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=ENV, timeout=120, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("league")
    write(place, generate_small())
    return place


def test_help_imports_nothing_slow() -> None:
    slow = ("numpy", "pyarrow", "boto3", "botocore", "chalice", "dash", "rich.progress")
    code = (
        "import sys; sys.argv = ['madness', '--help']\n"
        "from madness.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print([name for name in {slow!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=ENV, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_usage_errors_exit_with_2() -> None:
    assert madness("up", "--no-such-option").returncode == 2
    assert madness("ingest").returncode == 2
    assert madness("up", "--port", "0").returncode == 2
    assert madness("models", "rollback").returncode == 2
    misplaced = madness("models", "--stage", "dev", "promote", "full-1", "--reason", "better")
    assert misplaced.returncode == 2 and "go behind `promote`" in misplaced.stderr


@pytest.mark.parametrize(("arguments", "told"), [
    (("--set", "width"), "NAME=VALUE"),
    (("--set", "widht=8"), "--widht"),
    (("--set", "width=wide"), "must be a whole number"),
    (("--set", "train_before=2024:1"), "start_training says that itself"),
    (("--follow", "job", "--again"), "--follow starts nothing"),
])  # fmt: skip
def test_what_a_training_would_refuse_is_wrong_usage(arguments, told) -> None:
    done = CliRunner().invoke(app, ["train", *arguments])
    assert done.exit_code == 2 and told in " ".join(done.stderr.split())


@pytest.mark.parametrize("arguments", [
    ("status",), ("down",), ("reset", "--yes"), ("provision",), ("ingest", "MTeams.csv"), ("predict", "1101", "1102"),
    ("models",), ("models", "promote", "full-1", "--reason", "better"), ("models", "rollback", "--reason", "worse"),
    ("train", "--league", "M"),
])  # fmt: skip
def test_a_home_that_is_not_there(tmp_path, arguments) -> None:
    (tmp_path / "MTeams.csv").write_text("TeamID,TeamName\n1101,Ash\n")
    result = madness(*arguments, "--home", tmp_path / "nowhere", cwd=tmp_path)
    assert result.returncode == 1
    assert result.stdout == ""
    assert "`madness up` makes one" in result.stderr and "Traceback" not in result.stderr
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(("arguments", "words"), [
    (("up", "--data", "missing"), "--data a folder or zip of Kaggle's files"),
    (("up", "--data", "."), "has no file of the contract"),
    (("up", "--leagues", "X"), "allowed: M (men)"),
    (("up", "--seasons", "soon"), "allowed: a year"),
    (("ingest", "MTeams.csv"), "MTeams.csv cannot be read"),
    (("backtest", "--data", "missing", "--league", "M"), "is not a folder"),
    (("backtest", "--data", ".", "--league", "M,W"), "one league at a time"),
    (("backtest", "--data", ".", "--league", "M", "--model", "best"), "allowed: full, statespace"),
    (("status", "--stage", "qa"), "no stage 'qa'"),
])  # fmt: skip
def test_expected_trouble_is_one_clear_line(tmp_path, arguments, words) -> None:
    result = madness(*arguments, cwd=tmp_path)
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("madness: ") and words in result.stderr and "Traceback" not in result.stderr


@pytest.mark.parametrize(("arguments", "words"), [
    (("up", "--data", "league", "--home", "file"), "cannot live in"),
    (("up", "--data", "league", "--home", "file/home"), "cannot live in"),
    (("up", "--data", "league", "--home", "/proc/home"), "cannot live in"),
    (("sample", "file"), "file cannot be a folder for output"),
    (("sample", "/proc/league"), "/proc/league cannot be a folder for output"),
    (("backtest", "--data", "league", "--league", "M", "--predictions", "league"), "league is a folder. Name a file"),
    (("backtest", "--data", "league", "--league", "M", "--predictions", "file/p.csv"), "Name another place"),
    (("backtest", "--data", "league", "--league", "M", "--predictions", "/proc/p/p.csv"), "Name another place"),
])  # fmt: skip
def test_a_place_that_cannot_be_written_is_said_before_the_work(tmp_path, arguments, words) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "league").mkdir()  # without games: whoever looks into it first says so
    result = madness(*arguments, cwd=tmp_path)
    assert result.returncode == 1
    assert result.stdout == ""
    assert words in result.stderr and "Traceback" not in result.stderr
    assert (tmp_path / "file").read_text() == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_forecasts_that_find_no_room_cost_their_file_and_not_the_scores(folder) -> None:
    asked = ("--data", folder, "--league", "W", "--seasons", "2024", "--model", "statespace")
    result = madness("backtest", *asked, "--predictions", "/dev/full")
    assert result.returncode == 1
    assert "log loss" in result.stdout
    assert "No space left" in result.stderr and "Traceback" not in result.stderr


def test_a_reader_that_wants_no_more_is_no_error(folder) -> None:
    command = f"{sys.executable} -m madness backtest --data {folder} --league M --model statespace | true"
    result = subprocess.run(["sh", "-c", command], capture_output=True, text=True, env=ENV, timeout=120, check=False)
    assert result.stderr == ""


def test_a_file_refused_by_its_name_needs_no_stack(tmp_path) -> None:
    result = madness("ingest", "results.txt", cwd=tmp_path)
    assert result.returncode == 1
    assert result.stdout.startswith("results.txt was rejected: 1 problem") and result.stderr == ""
    (outcome,) = json.loads(madness("ingest", "results.txt", "--json", cwd=tmp_path).stdout)
    assert (outcome["outcome"], outcome["report"]["count"]) == ("rejected", 1)


def test_sample_writes_a_folder_that_backtest_reads(folder, tmp_path) -> None:
    out = tmp_path / "predictions.csv"
    asked = ("--data", folder, "--league", "W", "--seasons", "2024", "--model", "statespace")
    result = madness("backtest", *asked, "--predictions", out, "--json")
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["seasons"] == [2024] and found["pooled"]["all"]["statespace"]["log_loss"] < 0.69
    with out.open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["Season", "DayNum", "Team1ID", "Team2ID", "Prob1"]
    assert len(rows) == found["pooled"]["all"]["statespace"]["games"]
    assert all(int(row["Team1ID"]) < int(row["Team2ID"]) and 0 < float(row["Prob1"]) < 1 for row in rows)


def test_backtest_prints_tables_without_colour(folder) -> None:
    result = madness("backtest", "--data", folder, "--league", "M", "--model", "statespace")
    assert result.returncode == 0, result.stderr
    assert "log loss" in result.stdout and "\x1b" not in result.stdout


@pytest.mark.slow
def test_the_full_model_is_trained_for_each_season_on_earlier_ones(tmp_path) -> None:
    pytest.importorskip("torch", reason="training needs torch")
    folder = tmp_path / "league"
    write(folder, generate(leagues=[League.MEN], seasons=3, shape=SMALL, stop_day=None))
    asked = ("--data", folder, "--league", "M", "--seasons", "2022-2023", "--set", "members=2", "--set", "epochs=2")
    header = "Season,DayNum,HomeTeamID,AwayTeamID,p_home_novig_median"
    first, again, lines = tmp_path / "first.csv", tmp_path / "again.csv", tmp_path / "lines.csv"
    lines.write_text(f"{header}\n1999,20,1101,1102,0.5\n")
    alone = madness("backtest", *asked, "--lines", lines, "--predictions", first)
    assert alone.returncode == 0, alone.stderr
    assert "no forecast of any of these games" in alone.stdout and "calibration of full" in alone.stdout
    with first.open() as file:
        games = list(csv.DictReader(file))
    rows = [f"{g['Season']},{g['DayNum']},{g['Team2ID']},{g['Team1ID']},{1 - float(g['Prob1']):.9f}" for g in games]
    lines.write_text("\n".join([header, *rows]) + "\n")
    result = madness("backtest", *asked, "--lines", lines, "--predictions", again, "--json")
    assert result.returncode == 0, result.stderr
    assert again.read_bytes() == first.read_bytes(), "training is not repeatable"
    found = json.loads(result.stdout)
    assert found["model"] == "full" and list(found["by_season"]) == ["2022", "2023"]
    assert {"full", "statespace", "elo", "home"} <= set(found["pooled"]["regular"])
    whole = found["outside"][0]["parts"][0]
    assert whole["part"] == "all" and whole["games"] == len(games) == found["pooled"]["all"]["full"]["games"]
    assert whole["log_loss"]["outside"] == pytest.approx(whole["log_loss"]["full"], abs=1e-6)
    assert whole["difference"] == pytest.approx(0.0, abs=1e-6)
    printed = madness("backtest", *asked[:6], "--model", "statespace", "--lines", lines).stdout
    assert "calibration of statespace" in printed and "beside money line" in printed


def test_predict_says_who_wins_and_why(folder) -> None:
    with (folder / "MTeams.csv").open() as file:
        one, other = (row["TeamName"] for row in list(csv.DictReader(file))[:2])
    result = madness("predict", one.upper(), other, "--site", "away", "--data", folder, "--json")
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert (found["team1"]["name"], found["team2"]["name"], found["site"]) == (one, other, "away")
    assert found["probability"] < found["neutral_probability"] and found["league"] == "M"
    printed = madness("predict", str(found["team1"]["id"]), str(found["team2"]["id"]), "--data", folder).stdout
    assert one in printed and "of 100 games" in printed and "home court" not in printed and "\x1b" not in printed
    assert "home court" in madness("predict", one, other, "--site", "home", "--data", folder).stdout


@pytest.mark.parametrize(("asked", "words"), [
    (("{name}x", "1102"), "did you mean {name}"),
    (("{name}", "1101"), "are one team: {name}"),
    (("{name}", "zzzz"), "no men's team is called 'zzzz'"),
    (("1101", "3101"), "3101 is no id of a men's team: those are 1000 to 1999"),
    (("1101", "1999"), "no men's team has the id 1999"),
    (("1101", "1102", "--site", "moon"), "allowed: neutral, home, away"),
    (("1101", "1102", "--city", "999999"), "no city has the id 999999"),
    (("1101", "1102", "--city", "Atlantis"), "Cities has no city called 'Atlantis'"),
    (("1101", "1102", "--day", "300"), "allowed are 0 to 200"),
    (("1101", "1102", "--day", "20", "--as-of", "20"), "no day before the game's day 20"),
    (("1101", "1102", "--day", "20", "--as-of", "-3"), "no day before the game's day 20"),
    (("1101", "1102", "--season", "2020"), "which day of season 2020?"),
    (("1101", "1102", "--season", "99999", "--day", "3"), "99999 is no season"),
    (("1101", "1102", "--season", "1990", "--day", "3"), "no game before day 3 of 1990 is known here"),
    (("1101", "1102", "--league", "M,W"), "one league at a time"),
])  # fmt: skip
def test_a_game_that_cannot_be_is_refused_with_what_can(folder, asked, words) -> None:
    with (folder / "MTeams.csv").open() as file:
        name = next(row["TeamName"] for row in csv.DictReader(file) if row["TeamID"] == "1101")
    result = madness("predict", *(text.format(name=name) for text in asked), "--data", folder)
    assert result.returncode == 1 and result.stdout == ""
    assert result.stderr.startswith("madness: ") and words.format(name=name) in result.stderr, result.stderr


@pytest.mark.slow
def test_sample_writes_the_league_of_a_seed(tmp_path) -> None:
    assert madness("sample", tmp_path, "--seed", "7").returncode == 0
    women = generate(seed=7, leagues=[League.WOMEN]).files
    assert {name: (tmp_path / name).read_bytes() for name in women} == women, "the same in another process"
    assert len([*tmp_path.glob("M*.csv")]) >= len([*tmp_path.glob("W*.csv")]) > 10
