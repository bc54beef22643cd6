"""Every real file is accepted, row by row."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hoops.contract import DATASETS, parse, read

DATA = Path(__file__).parents[4] / "../shared/data"
# Games of two days in a row with one score and one site, box scores unlike: a person is told, and they count.
DOUBTED = {
    "MRegularSeasonCompactResults.csv": "2 games stand on two days",
    "WRegularSeasonCompactResults.csv": "1 game",
}
TOOL = DATA.parent / "tools" / "player_files.py"
LONG = "1 player played more than 45 minutes a game, the first 51311 of team 1175 in 2018"
FILES = sorted((*DATA.glob("kaggle/*.csv"), *DATA.glob("events/?Players.csv")))


@pytest.mark.skipif(not FILES, reason="the real files are not here")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_real_file_is_accepted_whole(path: Path) -> None:
    file, data = path.name, path.read_bytes()
    accepted = read(parse(file), data)
    accepted.table.validate(full=True)
    assert accepted.table.num_rows == data.count(b"\n") - 1
    assert accepted.table.schema.equals(DATASETS[accepted.name.dataset].schema)
    assert len(accepted.warnings) == (file in DOUBTED)
    assert all(warning.startswith(DOUBTED[file]) for warning in accepted.warnings)


@pytest.mark.skipif(not TOOL.exists(), reason="the real tables of players are not here")
def test_real_players_are_accepted_whole(tmp_path: Path) -> None:
    subprocess.run([sys.executable, TOOL, tmp_path], check=True)
    for path in (tmp_path / "MPlayerSeasons.csv", tmp_path / "WRosters.csv"):
        accepted = read(parse(path.name), path.read_bytes())
        assert accepted.table.num_rows == path.read_bytes().count(b"\n") - 1
        assert [warning.startswith(LONG) for warning in accepted.warnings] == [True] * (path.stem == "MPlayerSeasons")
