"""Copies of a folder lose the box scores that they should, and no game; bounds that are broken are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.missing_box_scores import broken, copy, keeps

HEAD = "Season,DayNum,WTeamID,WScore,LTeamID,LScore"
TEAMS = range(3101, 3121)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    games = [
        f"{s},{d},{a},70,{b},60" for s in (2021, 2022, 2023) for d in range(5) for a in TEAMS for b in TEAMS if a < b
    ]
    for kind in ("Compact", "Detailed"):
        (data / f"WRegularSeason{kind}Results.csv").write_text("\n".join([HEAD, *games]) + "\n")
        (data / f"MRegularSeason{kind}Results.csv").write_text(HEAD + "\n")
    (data / "WTeams.csv").write_text("TeamID,TeamName\n" + "".join(f"{team},x\n" for team in TEAMS))
    return data


def left(folder: Path, tmp_path: Path, case: str) -> list[list[str]]:
    made = tmp_path / case
    boxed, _ = copy(folder, made, "W", keeps(folder, "W", case, (2022, 2023), 7))
    detailed = made / "WRegularSeasonDetailedResults.csv"
    rows = [line.split(",") for line in detailed.read_text().splitlines()[1:]] if detailed.exists() else []
    assert len(rows) == boxed
    for name in ("WRegularSeasonCompactResults.csv", "MRegularSeasonDetailedResults.csv"):
        assert (made / name).read_bytes() == (folder / name).read_bytes()
    return rows


def test_each_case_takes_its_box_scores_and_no_game(folder, tmp_path):
    games = 3 * 5 * 190
    assert len(left(folder, tmp_path, "complete")) == games
    assert {row[0] for row in left(folder, tmp_path, "a")} == {"2021", "2022"}
    assert 0.45 * games < len(left(folder, tmp_path, "b")) < 0.55 * games
    boxed = left(folder, tmp_path, "c")
    assert len({team for row in boxed for team in (row[2], row[4])}) == 10 and len(boxed) == 3 * 5 * 45
    assert left(folder, tmp_path, "d") == []


def result(full: float, alone: float) -> dict:
    return {"pooled": {"regular": {"full": {"log_loss": full}, "statespace": {"log_loss": alone}}}}


def test_bounds_that_are_broken_are_named():
    kept = {("a", "M"): result(0.5002, 0.5), ("b", "M"): result(0.4999, 0.5), ("d", "W"): result(0.5, 0.5)}
    assert broken(kept) == []
    assert len(broken(kept | {("a", "M"): result(0.5004, 0.5)})) == 1
    assert "must be better" in broken(kept | {("b", "M"): result(0.5, 0.5)})[0]
