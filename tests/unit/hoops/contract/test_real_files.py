"""Every real file is accepted, row by row."""

from __future__ import annotations

from pathlib import Path

import pytest

from hoops.contract import DATASETS, parse, read

KAGGLE = Path(__file__).parents[4] / "../shared/data/kaggle"
# Games of two days in a row with one score and one site, box scores unlike: a person is told, and they count.
DOUBTED = {
    "MRegularSeasonCompactResults.csv": "2 games stand on two days",
    "WRegularSeasonCompactResults.csv": "1 game",
}
FILES = sorted(path.name for path in KAGGLE.glob("*.csv")) if KAGGLE.is_dir() else []


@pytest.mark.skipif(not FILES, reason="the real files are not here")
@pytest.mark.parametrize("file", FILES)
def test_real_file_is_accepted_whole(file: str) -> None:
    data = (KAGGLE / file).read_bytes()
    accepted = read(parse(file), data)
    accepted.table.validate(full=True)
    assert accepted.table.num_rows == data.count(b"\n") - 1
    assert accepted.table.schema.equals(DATASETS[accepted.name.dataset].schema)
    assert len(accepted.warnings) == (file in DOUBTED)
    assert all(warning.startswith(DOUBTED[file]) for warning in accepted.warnings)
