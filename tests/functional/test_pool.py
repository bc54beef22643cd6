"""Pools on the sample league's tournament: advice, files of brackets and of the public, following to the end."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from hoops.contract import Rejected
from hoops.errors import MadnessError
from hoops.games.leagues import League
from hoops.pools.payouts import BadPool
from hoops.pools.pool import Effort
from hoops.pools.scoring import scoring
from hoops.pools.sheet import Sheet, sheet_of
from madness.cli import app
from madness.pooled import render_pool
from operate import bracket
from operate.pool import Asked, pool
from operate.pool_files import ROUNDS, read_public, read_sheets, write_sheet
from operate.sources import LakeSource
from tests.fakes import Stage

SEASON = 2023
EFFORT = Effort(coarse=800, fine=1_600, tried=8_000, groups=8, opponents=200, champions=3, sharpened=2, finalists=2)


def quiet(done: int, total: int) -> None:
    return


def ask(stage: Stage, day: int | None = None, **more: object) -> dict:
    asked = {"entrants": 20, "scoring": scoring("espn"), "shares": (Fraction(1),), "effort": EFFORT} | more
    return pool(
        Asked(bracket.Asked(League.MEN, SEASON, day), **asked), LakeSource(stage.lake, League.MEN), quiet, quiet
    )  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def advice(_full_stage: Stage) -> dict:
    return ask(_full_stage.copy())


@pytest.fixture(scope="module")
def standing(_full_stage: Stage) -> bracket.Standing:
    return bracket.standing(bracket.Asked(League.MEN, SEASON, 132), LakeSource(_full_stage.copy().lake, League.MEN))


@pytest.fixture(scope="module")
def sheet(standing: bracket.Standing) -> Sheet:
    return sheet_of(standing.bracket)


def test_the_advice_is_a_whole_bracket_that_pays_more_where_nobody_has_searched(
    advice: dict, full_stage: Stage, sheet: Sheet, standing: bracket.Standing, capsys: pytest.CaptureFixture[str]
) -> None:
    best, *others = advice["sheets"]
    assert [one["name"] for one in others] == ["most likely", "most points", "better seeds"]
    for one in others:
        assert one["difference"] == pytest.approx(best["paid"] - one["paid"], abs=1e-9)
        assert one["difference"] > -3.0 * one["difference_error"] - 1e-9
    assert best["first"] == pytest.approx(best["paid"] / 20)
    assert ask(full_stage) == advice
    assert ask(full_stage, seed=1)["sheets"][0]["paid"] != best["paid"]
    file = write_sheet(advice["picks"])
    (read,) = read_sheets("mine.csv", file.encode(), sheet, standing.names).values()
    assert [sheet.names[entry] for entry in read] == [one["seed"] for one in advice["picks"]]
    assert (read == read_sheets("a.json", json.dumps(advice).encode(), sheet, standing.names)["a"]).all()
    for width in (60, 110):
        render_pool(advice, width)
        out = capsys.readouterr().out
        assert "a pool of 20" in out and best["champion"]["team_name"] in out
        assert ("Final Four" in out) is (width == 110)


def test_a_pool_is_followed_to_its_end(advice: dict, full_stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    mine = ("mine.csv", write_sheet(advice["picks"]).encode())
    source = LakeSource(full_stage.lake, League.MEN)
    games = [one for one in bracket.bracket(bracket.Asked(League.MEN, SEASON), source)["slots"] if one["score"]]
    last = max(one["day"] for one in games)
    true = {one["slot"]: one["winner"] for one in games}
    rows = [f"Ann,{one['slot']},{true[one['slot']]}" for one in advice["picks"]]
    others = ("others.csv", "\n".join(["entrant,slot,team", *rows]).encode())
    end = ask(full_stage, mine=(mine,), others=others, entrants=None)
    perfect = next(one for one in end["sheets"] if one["name"] == "Ann")
    assert end["entrants"] == 2 and end["root_for"] == [] and (perfect["first"], perfect["paid"]) == (1.0, 2.0)
    assert sum(one["paid"] for one in end["sheets"]) == pytest.approx(2.0)
    assert all(one["points"] == one["points_so_far"] for one in end["sheets"]) and perfect["rank"] == 1
    before = ask(full_stage, last - 1, mine=(mine,), others=others, entrants=None)
    (final,) = before["root_for"]
    ahead = {one["name"]: one["points_so_far"] for one in before["sheets"]}
    champion = advice["picks"][-1]["team_id"]
    for side in final["teams"]:
        worth = scoring("espn").points[-1]
        points = {"mine": ahead["mine"] + worth * (champion == side["team_id"]),
                  "Ann": ahead["Ann"] + worth * (true["R6CH"] == side["team_id"])}  # fmt: skip
        expected = 1.0 + np.sign(float(points["mine"] - points["Ann"]))
        assert side["paid"] == pytest.approx(expected) and 0.0 < side["chance"] < 1.0
    whole = ask(full_stage, last - 1, mine=(mine,), others=others, entrants=6, shares=(Fraction(2, 3), Fraction(1, 3)))
    assert whole["entrants"] == 6 and sum(one["paid"] for one in whole["sheets"]) <= 6.0 + 1e-6
    render_pool(whole, 110)
    out = capsys.readouterr().out
    assert "mine: mine" in out and "root for" in out and "prizes 66.6667-33.3333 %" in out
    idle = [final | {"teams": [side | {"paid": 0.0} for side in final["teams"]]}]
    render_pool(whole | {"root_for": idle}, 110)
    out = capsys.readouterr().out
    assert "no coming game changes what I am paid" in out and "root for" not in out


def test_given_shares_are_the_opponents(advice: dict, full_stage: Stage, sheet: Sheet) -> None:
    """All opponents pick the better seeds' bracket: whoever hands in the same has his fee back, and others may win."""
    depth = {seed: [] for seed in sheet.names}
    better = np.argsort(sheet.lines, kind="stable")
    for d in range(sheet.depths):
        for first in range(0, len(sheet), 2 << d):
            (winner,) = [one for one in better.tolist() if first <= one < first + (2 << d)][:1]
            for entry in range(first, first + (2 << d)):
                depth[sheet.names[entry]].append(100 if entry == winner else 0)
    titles = ROUNDS[sheet.first_round - 1 :]
    teams = {one["seed"][:3]: one["team_id"] for one in advice["teams"]}
    rows = [",".join(map(str, (teams[seed], *shares))) for seed, shares in depth.items()]
    text = "\n".join([",".join(("TeamID", *titles)), *rows])
    found = ask(full_stage, public=("public.csv", text.encode()))
    assert found["public"] == "public.csv"
    assert all(one["most_picked_public"] == 1.0 for one in found["picks"])
    assert found["sheets"][0]["paid"] > 2.0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows[:-1], "Team: found no row for the team of seed"),
        (lambda rows: [*rows, rows[1]], "again, after row 2"),
        (
            lambda rows: [rows[0], "Nowhere" + rows[1][rows[1].index(",") :], *rows[2:]],
            "row 2, column Team: found no men's",
        ),
        (lambda rows: [rows[0], rows[1][: rows[1].rindex(",")] + ",101", *rows[2:]], "row 2, column NCG: found 101"),
        (lambda rows: [rows[0], rows[1][: rows[1].rindex(",")] + ",99", *rows[2:]], "% for the teams of slot R6CH"),
        (lambda rows: [rows[0].replace("NCG", "Last"), *rows[1:]], "also NCG"),
        (lambda rows: [*rows[:3], rows[3] + ",1", *rows[4:]], "row 4: found"),
        (lambda rows: [rows[0] + ",NCG", *(row + ",50" for row in rows[1:])], "allowed: NCG once"),
        (
            lambda rows: [rows[0], *(",".join([row.split(",")[0], *"0" * row.count(",")]) for row in rows[1:])],
            "0.0 % for",
        ),
    ],
)
def test_bad_shares_are_told(
    change: Callable, said: str, advice: dict, sheet: Sheet, standing: bracket.Standing
) -> None:
    even = [50.0 / (1 << d) for d in range(sheet.depths)]
    teams = {one["seed"][:3]: one["team_id"] for one in advice["teams"]}
    titles = ROUNDS[sheet.first_round - 1 :]
    rows = [",".join(("Team", *titles)), *(",".join(map(str, (team, *even))) for team in teams.values())]
    read = read_public("p.csv", "\n".join(rows).encode(), sheet, standing.names)
    np.testing.assert_allclose(read, np.broadcast_to(np.array(even) / 100.0, read.shape))
    with pytest.raises(Rejected) as raised:
        read_public("p.csv", "\n".join(change(rows)).encode(), sheet, standing.names)
    assert said in raised.value.full_text()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows[:-1], "mine has no winner of R6CH"),
        (lambda rows: [*rows, rows[1]], "again, after row 2"),
        (lambda rows: [*rows, "R9XX,1101,x"], "a slot of the bracket"),
        (lambda rows: rows[:1], "no row"),
        (
            lambda rows: [rows[0], ",".join((rows[1].split(",")[0], *rows[2].split(",")[1:])), *rows[2:]],
            "can come there",
        ),
        (lambda rows: [line.replace("team", "who") for line in rows], "also team"),
    ],
)
def test_bad_brackets_are_told(
    change: Callable, said: str, advice: dict, sheet: Sheet, standing: bracket.Standing
) -> None:
    rows = write_sheet(advice["picks"]).splitlines()
    with pytest.raises(Rejected) as raised:
        read_sheets("mine.csv", "\n".join(change(rows)).encode(), sheet, standing.names)
    assert said in raised.value.full_text()


def test_a_champion_who_has_lost_before_is_told(advice: dict, sheet: Sheet, standing: bracket.Standing) -> None:
    *picks, final = advice["picks"]
    loser = next(one for one in picks[-2:] if one["team_id"] != final["team_id"])
    out = [one | loser | {"slot": one["slot"]} if one["slot"] == "R6CH" else one for one in advice["picks"]]
    assert read_sheets("a.csv", write_sheet(out).encode(), sheet, standing.names)
    third = next(one for one in picks if one["team_id"] not in {two["team_id"] for two in picks[-2:]})
    out = [one | third | {"slot": one["slot"]} if one["slot"] == "R6CH" else one for one in advice["picks"]]
    with pytest.raises(Rejected, match="to win R6CH, and not R5"):
        read_sheets("a.csv", write_sheet(out).encode(), sheet, standing.names)
    with pytest.raises(Rejected, match="no JSON of a sheet"):
        read_sheets("a.JSON", b"[" * 100_000, sheet, standing.names)


def test_what_cannot_be_is_told(advice: dict, full_stage: Stage) -> None:
    mine = ("mine.csv", write_sheet(advice["picks"]).encode())
    rows = [f"{name},{one['slot']},{one['team_id']}" for name in ("Ann", "Ben") for one in advice["picks"]]
    both = ("others.csv", "\n".join(["entrant,slot,team", *rows]).encode())
    for more, day, said in (
        ({}, 154, "has been played by day .*: brackets are due before"),
        ({"mine": (mine,), "others": mine}, 132, "among my sheets and among the others'"),
        ({"mine": (mine, mine)}, 132, "two sheets are mine's"),
        ({"mine": (mine,), "entrants": None}, 132, "1 entrants: a pool has 2"),
        ({"mine": (mine,), "entrants": 0}, 132, "0 entrants: a pool has 2"),
        ({"others": both, "entrants": 2}, 132, "2 sheets are given, and the pool has 2 entrants, me among them"),
    ):
        with pytest.raises(BadPool, match=said):
            ask(full_stage, day, **more)
    with pytest.raises(BadPool, match="110 % of the pot"):  # before anything is read
        pool(Asked(bracket.Asked(League.MEN), 4, scoring("espn"), (Fraction(11, 10),)), object(), quiet, quiet)  # type: ignore[arg-type]


def test_the_command(files: dict[str, bytes], advice: dict, tmp_path: Path) -> None:
    for key, body in files.items():
        (tmp_path / key.split("/")[1]).write_bytes(body)
    mine = tmp_path / "mine.csv"
    mine.write_text(write_sheet(advice["picks"]))
    options = ["pool", "--season", str(SEASON), "--data", str(tmp_path)]
    follow = [*options, "--mine", str(mine), "--entrants", "4", "--payout", "75,25", "--scoring", "yahoo"]
    result = CliRunner().invoke(app, [*follow, "--upset-bonus", "upset:1", "--json"])
    assert result.exit_code == 0, result.output
    found = json.load(io.StringIO(result.stdout))
    assert (found["prizes"], found["bonus"], found["sheets"][0]["name"]) == ([0.75, 0.25], "upset", "mine")
    for wrong, said in (
        (options, "how many take part"),
        ([*follow, "--out", str(mine)], "--out writes the bracket that is found"),
        ([*options, "--entrants", "4", "--league", "M,W"], "one league at a time"),
        ([*options, "--entrants", "4", "--points", "1,2,4,8,16,32"], "points belong to the scoring custom"),
    ):
        result = CliRunner().invoke(app, wrong)
        assert isinstance(result.exception, MadnessError) and said in str(result.exception)
