"""The bracket of the sample league from a folder and from a stage: facts, odds, and what was published."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from hoops.brackets.tree import BadBracket
from hoops.games.leagues import League
from hoops.games.team_names import TeamError
from lake.published import table_key
from madness.drawn import render_bracket
from operate.bracket import Asked, BracketError, bracket
from operate.sources import FolderSource, LakeSource
from tests.fakes import Stage

SEASON = 2023


@pytest.fixture(scope="module")
def folder(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("league")
    for key, body in files.items():
        (place / key.split("/")[1]).write_bytes(body)
    return place


def reach(found: dict) -> dict[int, list[float]]:
    return {team["team_id"]: team["reach"] for team in found["teams"]}


def published(stage: Stage) -> list[dict]:
    rows = stage.lake.published.read(f"forecasts/league=M/season={SEASON}/part.parquet").to_pylist()
    return [row for row in rows if row["kind"] == "ncaa"]


def test_a_folder_gives_what_a_stage_gives(full_stage: Stage, folder: Path) -> None:
    asked = Asked(League.MEN, SEASON, 132)
    found = bracket(asked, FolderSource(folder, League.MEN))
    assert found == bracket(asked, LakeSource(full_stage.new_process(), League.MEN))
    sums = np.sum(list(reach(found).values()), axis=0)
    field = len(found["teams"])
    np.testing.assert_allclose(sums, np.minimum([64, 32, 16, 8, 4, 2, 1], 1 << (field.bit_length() - 1)), atol=1e-9)
    assert found["as_of"] == 132 and found["out_of_sample"] is (found["trained_through"]["season"] < SEASON)
    assert {"team_id", "team_name", "seed", "region", "reach"} == set(found["teams"][0])
    titles = [team["reach"][6] for team in found["teams"]]
    assert titles == sorted(titles, reverse=True) and 0.0 < titles[0] < 1.0


def test_on_each_evening_the_next_games_have_the_chances_that_were_published(full_stage: Stage) -> None:
    source = LakeSource(full_stage.lake, League.MEN)
    games = published(full_stage)
    for day in sorted({row["day"] for row in games}):
        found = bracket(Asked(League.MEN, SEASON, day - 1), source)
        slots = {slot["slot"]: slot for slot in found["slots"]}
        of_team = reach(found)
        today = [row for row in games if row["day"] == day]
        for row in today:
            (slot,) = (
                slot for slot in slots.values() if slot["winner"] is None and slot["day"] == day
                and slot["favourite"] in (row["team1_id"], row["team2_id"])
                and all(slots[feed]["winner"] for feed in (slot["strong"], slot["weak"]) if feed in slots)
            )  # fmt: skip
            chance = row["team1_probability"]
            assert of_team[row["team1_id"]][slot["round"]] == pytest.approx(chance, abs=1e-12)
            assert of_team[row["team2_id"]][slot["round"]] == pytest.approx(1.0 - chance, abs=1e-12)
        assert sum(slot["winner"] is not None for slot in slots.values()) == sum(row["day"] < day for row in games)


def test_after_the_final_all_is_fact(full_stage: Stage) -> None:
    final = published(full_stage)[-1]
    champion = final["team1_id"] if final["team1_won"] else final["team2_id"]
    found = bracket(Asked(League.MEN, SEASON), LakeSource(full_stage.lake, League.MEN))
    assert {chance for row in reach(found).values() for chance in row} == {0.0, 1.0}
    assert found["teams"][0]["team_id"] == champion and found["model"] is None
    last = found["slots"][-1]
    assert (last["slot"], last["winner"]) == ("R6CH", champion)
    assert last["score"] == sorted((final["team1_score"], final["team2_score"]), reverse=True)


def test_picks_are_taken_as_given(full_stage: Stage) -> None:
    source = LakeSource(full_stage.lake, League.MEN)
    before = bracket(Asked(League.MEN, SEASON, 132), source)
    last = before["teams"][-1]
    found = bracket(Asked(League.MEN, SEASON, 132, (f"R6CH={last['team_name']}",)), source)
    assert reach(found)[last["team_id"]] == [1.0] * 7
    assert found["picks"] == [{"slot": "R6CH", "team_id": last["team_id"], "team_name": last["team_name"]}]
    over = bracket(Asked(League.MEN, SEASON), source)
    lost = next(team for team in over["teams"] if team["reach"][5] == 0.0)
    field = {team["team_name"] for team in over["teams"]}
    outside = next(name for name in source.reference()["Teams"]["team_name"].to_pylist() if name not in field)
    for picks, error, text in (
        ((f"R6CH={lost['team_id']}",), BracketError, rf"\({re.escape(lost['team_name'])}\) is out"),
        ((f"R6CH={outside}",), BracketError, f"{outside} has no seed in {SEASON}"),
        (("R6CH",), BracketError, "is no pick"),
        (("R6CH=1101x",), TeamError, "is called '1101x'"),
        (("R9CH=" + str(lost["team_id"]),), BadBracket, "R9CH is no slot"),
        (("R6CH=1", "r6ch=1"), TeamError, "no id of a men's team"),
    ):
        with pytest.raises(error, match=text):
            bracket(Asked(League.MEN, SEASON, None, picks), source)


def test_drawn_odds_say_the_same_of_games_whose_teams_are_known(full_stage: Stage, capsys) -> None:
    source = LakeSource(full_stage.lake, League.MEN)
    day = published(full_stage)[0]["day"]
    for as_of in (132, day):
        exact, drawn = (bracket(Asked(League.MEN, SEASON, as_of, (), one), source) for one in ("exact", "drawn"))
        assert (exact["method"], exact["largest_error"], drawn["method"]) == ("exact", 0.0, "drawn")
        assert 0.0 < drawn["largest_error"] < 0.002
        assert drawn == bracket(Asked(League.MEN, SEASON, as_of, (), "drawn"), source)
        apart = np.abs([np.subtract(reach(drawn)[team], one) for team, one in reach(exact).items()]).max(axis=0)
        first = int(np.argmax(apart > 0.0))
        assert apart[first] < 5 * drawn["largest_error"] < apart[6] < 0.05
        np.testing.assert_allclose(
            np.sum(list(reach(drawn).values()), axis=0), np.sum(list(reach(exact).values()), axis=0), atol=1e-9
        )
    picked = bracket(Asked(League.MEN, SEASON, 132, (f"R6CH={exact['teams'][0]['team_id']}",), "drawn"), source)
    assert reach(picked)[exact["teams"][0]["team_id"]] == pytest.approx([1.0] * 7)
    render_bracket(picked, 110)
    assert "odds over drawn strengths, with a standard error of" in capsys.readouterr().out
    over = [bracket(Asked(League.MEN, SEASON, None, (), one), source) for one in ("exact", "drawn")]
    assert over[0] == over[1] | {"method": "exact"}


def test_before_selection_sunday_the_field_is_projected(full_stage: Stage, files: dict[str, bytes]) -> None:
    """The stage's league stops in February; what its tables say, the command says."""
    found = bracket(Asked(League.MEN), LakeSource(full_stage.lake, League.MEN))
    assert found["projected"] and found["season"] == SEASON + 1
    told = full_stage.lake.published.read(table_key("projected_field", League.MEN, SEASON + 1)).to_pylist()
    told_of = {row["team_id"]: row for row in told}
    assert {row["day"] for row in told} == {found["as_of"]}
    for team in found["teams"] + found["out"]:
        row = told_of[team["team_id"]]
        assert [row[name] for name in ("seed", "rank", "bid", "automatic", "expected_line")] == [
            team[name] for name in ("seed", "rank", "bid", "automatic", "expected_line")
        ]
        assert [row["final_four"], row["title"]] == [team["reach"][4], team["reach"][6]]
    size = len(found["teams"])
    assert sum(row["bid"] for row in told) == pytest.approx(size)
    assert sorted(team["rank"] for team in found["teams"]) == list(range(1, size + 1))
    odds = full_stage.lake.published.read(table_key("conference_odds", League.MEN, SEASON + 1)).to_pylist()
    for conference in {row["conference"] for row in odds}:
        rows = [row for row in odds if row["conference"] == conference]
        assert sum(row["tournament_title"] for row in rows) == pytest.approx(1.0)
        assert sum(row["season_title"] for row in rows) >= 1.0 - 1e-9
        assert all(row["wins"] <= row["expected_wins"] for row in rows)
    worth = full_stage.lake.published.read(table_key("game_worth", League.MEN, SEASON + 1)).to_pylist()
    coming = full_stage.lake.published.read(table_key("upcoming", League.MEN, SEASON + 1)).to_pylist()
    soon = {(row["day"], row["team1_id"]) for row in coming if row["day"] <= found["as_of"] + 7}
    assert {(row["game_day"], row["team1_id"]) for row in worth} == soon != set()
    gains = [row["team1_final_four_if_won"] - row["team1_final_four_if_lost"] for row in worth]
    assert sum(gains) > 0.0
    again = bracket(Asked(League.MEN), LakeSource(full_stage.new_process(), League.MEN))
    assert again == found


def test_what_cannot_be_had_is_told(full_stage: Stage, stage: Stage) -> None:
    source = LakeSource(full_stage.lake, League.MEN)
    for asked, text in (
        (Asked(League.MEN, 2020), "the 2020 tournament was cancelled"),
        (Asked(League.MEN, SEASON, 131, ("R6CH=1101",)), "picks are of a field that is named"),
        (Asked(League.MEN, SEASON, 201), "day 201 is no day of a season"),
        (Asked(League.MEN, 24), "24 is no season"),
        (Asked(League.MEN, SEASON, 132, (), "guessed"), "'guessed' is no way to have odds; allowed are exact, drawn"),
    ):
        with pytest.raises(BracketError, match=text):
            bracket(asked, source)
    with pytest.raises(BracketError, match="no men's game has a result here"):
        bracket(Asked(League.MEN), LakeSource(stage.lake, League.MEN))


def test_a_dirty_upload_is_told(full_stage: Stage) -> None:
    game = published(full_stage)[0]
    header = "Season,DayNum,WTeamID,WScore,LTeamID,LScore,WLoc,NumOT"
    rows = f"{header}\n2023,{game['day'] + 1},1999,80,{game['team1_id']},70,N,0\n"
    full_stage.upload("results/MNCAATourneyCompactResults_20260102.csv", rows.encode())
    with pytest.raises(
        BadBracket, match=f"team 1999 plays in the NCAA tournament on day {game['day'] + 1}, and has no"
    ):
        bracket(Asked(League.MEN, SEASON), LakeSource(full_stage.new_process(), League.MEN))


@pytest.mark.parametrize("width", [40, 50, 60, 80, 110, 160])
def test_it_is_drawn_in_the_width_there_is(full_stage: Stage, capsys: pytest.CaptureFixture[str], width: int) -> None:
    found = bracket(Asked(League.MEN, SEASON, published(full_stage)[0]["day"]), LakeSource(full_stage.lake, League.MEN))
    render_bracket(found, width)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    drawn = width >= 80
    assert ("Final Four" in lines) is drawn
    teams = found["teams"]
    assert all(any(team["team_name"][:8] in line for line in lines) for team in (teams if not drawn else teams[:16]))
    played = [slot for slot in found["slots"] if slot["score"]]
    assert played and (not drawn or all(any(f"{s['score'][0]}-{s['score'][1]}" in line for line in lines)
                                        for s in played if s["round"]))  # fmt: skip
