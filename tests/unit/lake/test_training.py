"""A training channel gives the tables back, and the regexes find what is printed."""

from __future__ import annotations

import re

import pytest

from hoops.contract import DATASETS
from hoops.errors import MadnessError
from hoops.games.leagues import League
from lake.folder import read_folder
from lake.training import METRICS, REFERENCE, channel, is_channel, metric_definitions, metric_line, read_channel
from sample import generate_small, write


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("sample")
    write(root, generate_small())
    return read_folder(root, (League.WOMEN,))


def test_what_a_channel_holds_comes_back(folder, tmp_path):
    files = folder.leagues[League.WOMEN]
    reference = files.reference | files.players | folder.shared
    made = channel(files.games, reference)
    assert not is_channel(tmp_path)
    for name, body in made.items():
        (tmp_path / name).write_bytes(body)
    assert is_channel(tmp_path)
    games, tables = read_channel(tmp_path, League.WOMEN)
    assert games.equals(files.games)
    assert set(tables) == set(REFERENCE) and tables["NCAATourneySeeds"].num_rows
    for name, table in tables.items():
        assert table.equals(reference[name].cast(DATASETS[name].schema)), name
    assert channel(files.games, reference) == made
    with pytest.raises(MadnessError, match=r"not only those of league M \(1000-1999\)"):
        read_channel(tmp_path, League.MEN)
    (tmp_path / "games.parquet").write_bytes(made["games.parquet"][:99])
    with pytest.raises(MadnessError, match=r"games\.parquet is not what a training channel holds"):
        read_channel(tmp_path, League.WOMEN)


@pytest.mark.parametrize("value", [0.5123456789, -0.004, 1e-12, 3.0e20, 0.0, 191616.25])
def test_metrics_are_found_in_any_line(value):
    for one in metric_definitions():
        assert len(one["Name"]) < 256 and len(one["Regex"]) <= 500  # SageMaker's limits
        line = f"2026-11-25 22:05:12,218 epoch 3: {metric_line(one['Name'], value)}, best so far; of 2026"
        assert [float(hit) for hit in re.findall(one["Regex"], line)] == [pytest.approx(value, rel=1e-7)]
        others = [other for other in METRICS if other != one["Name"]]
        assert not any(re.search(one["Regex"], metric_line(other, value)) for other in others)


def test_no_metric_is_said_that_no_definition_finds():
    with pytest.raises(ValueError, match="no metric luck"):
        metric_line("luck", 1.0)
