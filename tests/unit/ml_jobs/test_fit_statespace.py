"""The search improves the loss, repeats itself, and never sees a season after 2010."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from hoops.errors import MadnessError
from hoops.evaluation.backtest import walk
from hoops.games.leagues import League
from hoops.games.results import Results
from hoops.knowledge.parameters import Parameters, defaults
from tests.unit.hoops.fabricated_games import with_margin, without_box

torch = pytest.importorskip("torch", reason="fitting needs torch")

from ml_jobs.fit_statespace import PARAMETERS_FILE, STEPS, Search, Trial, fit, main  # noqa: E402
from ml_jobs.read import read_league  # noqa: E402

HEADER = "Season,DayNum,WTeamID,WScore,LTeamID,LScore,WLoc,NumOT\n"
START = replace(defaults(League.MEN), noise_sd=20.0)
SEARCH = Search(generations=6, population=8)


def some_games(seed: int = 1, seasons: range = range(2008, 2013), kind: str = "regular") -> Results:
    rng = np.random.default_rng(seed)
    strength = rng.normal(0.0, 8.0, 10)
    rows = []
    for season in seasons:
        for day in range(0, 40, 2):
            for i, j in np.sort(rng.permutation(10).reshape(5, 2), axis=1).tolist():
                site = int(rng.integers(-1, 2))
                rows.append((season, day, i, j, site, round(rng.normal(strength[i] - strength[j] + 3 * site, 10)) or 1))
    season, day, team1, team2, site, margin = np.array(sorted(rows)).T
    return without_box(season, day, kind, 1101 + team1, 1101 + team2, site, margin, 0)


def write_csv(path: Path, games: Results) -> None:
    lines = []
    for row in range(len(games)):
        teams = (games.team1[row], games.team2[row])
        winner, loser = teams if games.margin[row] > 0 else teams[::-1]
        loc = "NHA"[int(games.site[row]) * (1 if games.margin[row] > 0 else -1)]
        score = f"{winner},{60 + abs(games.margin[row]):.0f},{loser},60,{loc},0"
        lines.append(f"{games.season[row]},{games.day[row]},{score}")
    path.write_text(HEADER + "\n".join(lines) + "\n")


def weighted_loss(games: Results, parameters: Parameters) -> float:
    ((loss, _),) = Trial(games, 2009)([parameters])
    return loss.weighted


def test_a_forfeit_is_no_trial_of_the_parameters():
    games = some_games()
    forfeit = np.arange(len(games)) % 9 == 0
    won = np.where(games.margin > 0, 1.0, 0.0)
    score = np.where(forfeit[:, None], 2.0 * np.column_stack([won, 1.0 - won]), games.score)
    assert weighted_loss(replace(games, score=score), START) == weighted_loss(games.rows(~forfeit), START)


def test_a_search_improves_the_loss_and_repeats_itself():
    games = some_games()
    found = fit(games, START, 2009, SEARCH)
    assert found.start.weighted == weighted_loss(games, START)
    assert found.loss.weighted < found.start.weighted - 1e-3
    assert found.loss.weighted == pytest.approx(weighted_loss(games, found.parameters), abs=1e-9)
    assert (found.generations, found.folds) == (6, 6 * 8 + 2)
    assert {name for name in STEPS if getattr(found.parameters, name) != getattr(START, name)}
    np.random.seed(77)  # the search has a generator of its own, and leaves this one alone
    assert fit(games, START, 2009, SEARCH) == found
    assert np.random.random() == np.random.RandomState(77).random()
    assert fit(games, START, 2009, replace(SEARCH, seed=2)).parameters != found.parameters


def test_a_search_never_ends_with_something_worse_than_its_start():
    games = some_games()
    good = fit(games, START, 2009, replace(SEARCH, generations=40)).parameters
    tries = [fit(games, good, 2009, Search(generations=1, population=2, seed=seed)) for seed in range(6)]
    assert all(found.loss.weighted <= found.start.weighted for found in tries)
    in_vain = [found for found in tries if found.loss == found.start]
    assert in_vain and {found.parameters for found in in_vain} == {good}
    assert fit(games, good, 2009, Search(generations=0, population=2)).parameters == good


def test_what_is_found_stays_within_the_bounds_even_when_the_start_lies_on_them():
    edge = replace(START, own_home_carry=1.0, overtime_share=0.0, home_season_sd=0.0, long_run_rate=1.0)
    found = asdict(fit(some_games(), edge, 2009, SEARCH).parameters)
    assert found != asdict(edge)
    assert all(0.0 <= found[name] <= 1.0 for name in ("own_home_carry", "carry", "overtime_share", "long_run_rate"))
    assert all(found[name] >= 0.0 for name in STEPS if name != "newcomer")


def test_the_loss_is_that_of_the_forecasts_served():
    games = some_games(seasons=range(2008, 2011))
    sure = replace(START, noise_sd=0.5, newcomer_sd=20.0, softness=500.0)  # some forecasts reach the clip
    for start in (START, sure):
        ((loss, parameters),) = Trial(games, 2009)([start])
        scored = games.season >= 2009
        probability = walk(games, parameters).probability[scored]
        expected = -np.log(np.where(games.won[scored], probability, 1.0 - probability)).mean()
        assert loss.weighted == pytest.approx(expected, rel=1e-6)
        assert loss.by_kind == {"regular": pytest.approx(expected, rel=1e-6)}


def test_the_scale_is_the_best_one():
    games, start = some_games(seasons=range(2008, 2011)), replace(START, noise_sd=12.0)
    ((loss, parameters),) = Trial(games, 2009)([start])
    assert parameters == replace(start, scale=parameters.scale)
    scored = games.season >= 2009
    won = games.won[scored]
    for scale in (parameters.scale - 0.02, parameters.scale + 0.02):
        probability = walk(games, replace(start, scale=scale)).probability[scored]
        assert loss.weighted < -np.log(np.where(won, probability, 1.0 - probability)).mean()


def test_a_set_that_cannot_be_folded_is_the_worst_and_changes_no_other():
    games = some_games()
    (good, _), (broken, _) = Trial(games, 2009)([START, replace(START, noise_sd=float("nan"))])
    assert broken.weighted == np.inf
    assert good.weighted == pytest.approx(weighted_loss(games, START), abs=1e-9)


def test_seasons_after_2010_change_nothing():
    games = some_games()
    changed = with_margin(games, np.where(games.season > 2010, -games.margin, games.margin))
    assert fit(games, START, 2009, SEARCH) == fit(changed, START, 2009, SEARCH)
    assert Trial(games, 2009).games.season.max() == 2010


def test_without_games_to_score_there_is_nothing_to_fit():
    with pytest.raises(MadnessError, match="no games of the seasons 2009-2010"):
        fit(some_games(seasons=range(2011, 2013)), START, 2009, SEARCH)


def test_tournament_games_count_five_times():
    regular, ncaa = some_games(), some_games(kind="ncaa")
    assert weighted_loss(regular, START) == pytest.approx(weighted_loss(ncaa, START))
    mixed = replace(regular, kind=np.where(regular.day == 38, "ncaa", "regular"))
    ((loss, _),) = Trial(mixed, 2009)([START])
    share = 5 / (5 + 19)
    assert loss.weighted == pytest.approx(share * loss.by_kind["ncaa"] + (1 - share) * loss.by_kind["regular"])


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_the_command_rewrites_its_league_and_says_where_the_numbers_come_from(tmp_path, caplog, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where a search that keeps files would keep them
    write_csv(tmp_path / "MRegularSeasonCompactResults.csv", some_games())
    out = tmp_path / "parameters.json"
    before = json.loads(PARAMETERS_FILE.read_text())
    out.write_text(json.dumps(before))
    caplog.set_level("INFO")
    asked = "--generations 3 --population 5 --seed 4"
    main(["--data", str(tmp_path), "--league", "M", "--out", str(out), "--device", "cuda", *asked.split()])
    assert any(record.levelname == "WARNING" and "on the CPU" in record.message for record in caplog.records)
    assert [f"generation {n}: " in caplog.text for n in (1, 2, 3, 4)] == [True, True, True, False]
    after = json.loads(out.read_text())
    assert after["W"] == before["W"]
    Parameters(**after["M"]["parameters"])
    assert after["M"]["trained_through"] == 2010
    provenance = after["M"]["provenance"]
    assert provenance["command"].endswith(f"--data DIR --league M {asked}")
    digest = defaults(League.MEN).digest()
    assert provenance["method"] == f"CMA-ES, 3 generations, 17 folds on cpu, from digest {digest}"
    assert (provenance["folded"], provenance["scored"]) == ([1993, 2010], [1998, 2010])
    assert provenance["weighted_log_loss"] <= provenance["weighted_log_loss_of_start"]
    assert provenance["log_loss"] == {"regular": provenance["weighted_log_loss"]}
    assert sorted(file.name for file in tmp_path.iterdir()) == ["MRegularSeasonCompactResults.csv", "parameters.json"]


@pytest.mark.parametrize("wrong", ["--generations=-1", "--population=1", "--population=0", "--device=tpu"])
def test_what_cannot_be_searched_with_is_refused(wrong, tmp_path, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["--data", str(tmp_path), "--league", "M", "--out", str(tmp_path / "none.json"), wrong])
    assert wrong.split("=")[0] in capsys.readouterr().err


def test_files_come_back_as_the_games_they_hold(tmp_path):
    games = some_games()
    write_csv(tmp_path / "MRegularSeasonCompactResults.csv", games)
    again = Results.of(read_league(tmp_path, League.MEN).games)
    for name in ("season", "day", "kind", "team1", "team2", "site", "score", "margin", "num_ot", "box"):
        np.testing.assert_array_equal(getattr(again, name), getattr(games, name))
    with pytest.raises(MadnessError, match="no women's results"):
        read_league(tmp_path, League.WOMEN)
