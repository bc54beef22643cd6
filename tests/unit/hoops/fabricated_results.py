"""A small league of invented games with box scores, some of them missing; seeded."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from hoops.schemas import BOX_COLUMNS, GAMES


def a_league(
    seed: int = 1, seasons: Iterable[int] = (2010, 2011), teams: int = 8, days: int = 12, boxless: float = 0.3
) -> pa.Table:
    """`GAMES`, sorted; teams join late, fouls are sometimes all zero, and a share of games has no box score."""
    rng = np.random.default_rng(seed)
    rows: list[dict[str, object]] = []
    for season in seasons:
        for day in range(days):
            present = teams if day > days // 2 or season > min(seasons) else teams - 2
            pairs = rng.permutation(present)[: present // 2 * 2].reshape(-1, 2)
            for i, j in np.sort(pairs, axis=1)[: max(1, int(rng.integers(present // 2 + 1)))].tolist():
                rows.append(_game(rng, season, 5 * day, 1101 + i, 1101 + j, boxless))
    table = pa.Table.from_pylist(rows, schema=GAMES)
    return table.sort_by([(name, "ascending") for name in ("season", "day", "team1_id", "team2_id")])


def _game(rng: np.random.Generator, season: int, day: int, team1: int, team2: int, boxless: float) -> dict[str, object]:
    row: dict[str, object] = {
        "season": season, "day": day, "kind": "regular", "team1_id": team1, "team2_id": team2,
        "site": int(rng.integers(-1, 2)), "num_ot": int(rng.random() < 0.2),
    }  # fmt: skip
    box = rng.integers(1, 40, (2, len(BOX_COLUMNS)))
    if rng.random() < 0.3:
        box[:, -1] = 0
    score = 50 + rng.integers(0, 40, 2) + np.array([(team2 - team1) // 2, 0])
    score[0] += score[0] == score[1]
    recorded = rng.random() >= boxless
    for side in (0, 1):
        row[f"team{side + 1}_score"] = int(score[side])
        for place, name in enumerate(BOX_COLUMNS):
            row[f"team{side + 1}_{name}"] = int(box[side, place]) if recorded else None
    return row
