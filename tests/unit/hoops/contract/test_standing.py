"""What became of a statement among others, against the merge itself."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from hoops.contract.merge import ReferenceStatement, Statement, merge, merge_reference
from hoops.contract.standing import of_games, of_retractions, of_units
from hoops.games.identity import IDENTITY
from hoops.schemas import BOX_COLUMNS, GAMES

SEEDS = range(300)
BOX = tuple(f"team{side}_{column}" for side in (1, 2) for column in BOX_COLUMNS)


def games(rng: np.random.Generator) -> pa.Table:
    """Some of three games of a day, each with one of two scores and sites, with or without a box score."""
    chosen = np.flatnonzero(rng.random(3) < 0.6)
    n = len(chosen)
    box = bool(rng.integers(2))
    columns = {
        "season": np.full(n, 2024), "day": np.full(n, 5), "kind": np.full(n, "regular"), "team1_id": 1101 + chosen,
        "team2_id": np.full(n, 1201), "site": rng.integers(0, 2, n), "num_ot": np.zeros(n, int),
        "team1_score": rng.integers(70, 72, n), "team2_score": np.full(n, 60),
    }  # fmt: skip
    columns |= {name: np.full(n, 9) for name in BOX} if box else {}
    parts = [pa.array(columns[f.name]).cast(f.type) if f.name in columns else pa.nulls(n, f.type) for f in GAMES]
    return pa.table(parts, schema=GAMES)


def statement(rng: np.random.Generator, version: str) -> Statement:
    rows = games(rng)
    if rng.random() < 0.25:
        return Statement(version, f"{rng.random()}", retractions=rows.select(IDENTITY))
    return Statement(version, f"{rng.random()}", games=rows)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_file_is_idle_exactly_if_the_merge_is_the_same_without_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mine, *others = (statement(rng, f"2024010{place}T000000Z") for place in rng.permutation(5))
    rows = mine.games if mine.games is not None else mine.retractions
    assert rows is not None
    found = of_games(mine, others) if mine.games is not None else of_retractions(mine, others, [])
    assert found.is_idle == merge([mine, *others]).equals(merge(others))
    assert found.rows == rows.num_rows >= found.newer + found.idle and found.level == found.won == 0
    assert not found.newer or found.until > mine.version


def test_a_tie_is_told_on_both_sides() -> None:
    rng = np.random.default_rng(0)
    row = games(rng)
    while row.num_rows != 1 or row["team1_fgm"].null_count == 0:
        row = games(rng)
    other = row.set_column(
        row.column_names.index("team1_score"), GAMES.field("team1_score"), pa.array([88], pa.int16())
    )
    low, high = Statement("20240101T000000Z", "a", games=row), Statement("20240101T000000Z", "b", games=other)
    assert (of_games(low, [high]).level, of_games(low, [high]).made) == (1, 0)
    assert (of_games(high, [low]).won, of_games(high, [low]).made) == (1, 1)


@pytest.mark.parametrize("seed", range(100))
def test_a_reference_file_is_idle_exactly_if_the_merge_is_the_same_without_it(seed: int) -> None:
    rng = np.random.default_rng(seed)

    def seeds(version: str) -> ReferenceStatement:
        seasons = np.flatnonzero(rng.random(3) < 0.6) + 2020
        table = pa.table({
            "season": pa.array(seasons, pa.int16()), "seed": ["W01"] * len(seasons),
            "team_id": pa.array(rng.integers(1101, 1103, len(seasons)), pa.int32()),
        })  # fmt: skip
        return ReferenceStatement(version, f"{rng.random()}", table)

    mine, *others = (seeds(f"2024010{place}T000000Z") for place in rng.permutation(4))
    found = of_units("NCAATourneySeeds", mine, others)
    with_it = merge_reference("NCAATourneySeeds", [mine, *others])
    assert found.is_idle == with_it.equals(merge_reference("NCAATourneySeeds", others))
    assert found.rows == found.newer + found.idle + found.made
