"""The search improves the loss, repeats itself, and never sees a season after 2010."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hoops.errors import MadnessError
from hoops.leagues import League
from hoops.parameters import Parameters, defaults
from hoops.played import Played
from ml_jobs.fit_statespace import PARAMETERS_FILE, STEPS, Trial, fit, main, results_in

HEADER = "Season,DayNum,WTeamID,WScore,LTeamID,LScore,WLoc,NumOT\n"
START = replace(defaults(League.MEN), noise_sd=20.0)


def some_games(seed: int = 1, seasons: range = range(2008, 2013), kind: str = "regular") -> Played:
    rng = np.random.default_rng(seed)
    strength = rng.normal(0.0, 8.0, 10)
    rows = []
    for season in seasons:
        for day in range(0, 40, 2):
            for i, j in np.sort(rng.permutation(10).reshape(5, 2), axis=1).tolist():
                site = int(rng.integers(-1, 2))
                rows.append((season, day, i, j, site, round(rng.normal(strength[i] - strength[j] + 3 * site, 10)) or 1))
    season, day, team1, team2, site, margin = np.array(sorted(rows)).T
    return Played(
        season=season.astype(np.int16),
        day=day.astype(np.int16),
        kind=np.full(len(season), kind),
        team1=(1101 + team1).astype(np.int32),
        team2=(1101 + team2).astype(np.int32),
        site=site.astype(np.int8),
        margin=margin.astype(float),
        num_ot=np.zeros(len(season), np.int8),
    )


def write_csv(path: Path, games: Played) -> None:
    lines = []
    for row in range(len(games)):
        teams = (games.team1[row], games.team2[row])
        winner, loser = teams if games.margin[row] > 0 else teams[::-1]
        loc = "NHA"[int(games.site[row]) * (1 if games.margin[row] > 0 else -1)]
        score = f"{winner},{60 + abs(games.margin[row]):.0f},{loser},60,{loc},0"
        lines.append(f"{games.season[row]},{games.day[row]},{score}")
    path.write_text(HEADER + "\n".join(lines) + "\n")


def test_a_search_improves_the_loss_and_repeats_itself():
    games = some_games()
    parameters, loss, used = fit(games, START, 2009, 40)
    assert loss.weighted < Trial(games, 2009)(START)[0].weighted
    assert used <= 41
    assert {name for name in STEPS if getattr(parameters, name) != getattr(START, name)}
    assert fit(games, START, 2009, 40) == (parameters, loss, used)


def test_seasons_after_2010_change_nothing():
    games = some_games()
    changed = replace(games, margin=np.where(games.season > 2010, -games.margin, games.margin))
    assert fit(games, START, 2009, 20) == fit(changed, START, 2009, 20)
    assert Trial(games, 2009).games.season.max() == 2010


def test_tournament_games_count_five_times():
    regular, ncaa = some_games(), some_games(kind="ncaa")
    assert Trial(regular, 2009)(START)[0].weighted == pytest.approx(Trial(ncaa, 2009)(START)[0].weighted)
    mixed = replace(regular, kind=np.where(regular.day == 38, "ncaa", "regular"))
    loss = Trial(mixed, 2009)(START)[0]
    share = 5 / (5 + 19)
    assert loss.weighted == pytest.approx(share * loss.by_kind["ncaa"] + (1 - share) * loss.by_kind["regular"])


def test_the_command_rewrites_its_league_and_says_where_the_numbers_come_from(tmp_path):
    write_csv(tmp_path / "MRegularSeasonCompactResults.csv", some_games())
    out = tmp_path / "parameters.json"
    before = json.loads(PARAMETERS_FILE.read_text())
    out.write_text(json.dumps(before))
    main(["--data", str(tmp_path), "--league", "M", "--evaluations", "3", "--out", str(out)])
    after = json.loads(out.read_text())
    assert after["W"] == before["W"]
    Parameters(**after["M"]["parameters"])
    assert after["M"]["trained_through"] == 2010
    assert after["M"]["provenance"]["command"].endswith("--data DIR --league M --evaluations 3")
    assert set(after["M"]["provenance"]["log_loss"]) == {"regular"}


def test_files_come_back_as_the_games_they_hold(tmp_path):
    games = some_games()
    write_csv(tmp_path / "MRegularSeasonCompactResults.csv", games)
    again = results_in(tmp_path, League.MEN)
    for name in games.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(again, name), getattr(games, name))
    with pytest.raises(MadnessError, match="no women's results"):
        results_in(tmp_path, League.WOMEN)
