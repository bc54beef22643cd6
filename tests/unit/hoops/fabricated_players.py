"""Players of a small league of invented games, seeded: they graduate, transfer, arrive and sit out."""

from __future__ import annotations

import io
from itertools import count

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from hoops.contract import DATASETS
from hoops.players import Squads
from hoops.schemas import BOX_COLUMNS, PLAYER_SEASONS, ROSTERS
from hoops.schemas.players import CLASSES

SQUAD = 7  # players of a team
_KEY = [(name, "ascending") for name in ("season", "team_id", "player_id")]


def a_cast(games: pa.Table, seed: int = 1) -> Squads:
    """Rosters and totals of every season of `GAMES`, by teams that played in it; some cells are empty."""
    rng, ids = np.random.default_rng(seed), count(1)
    totals, rosters = [], []
    there: dict[int, list[list[int]]] = {}  # by team: [player, place in CLASSES]
    for season in sorted(set(games["season"].to_pylist())):
        rows = games.filter(pc.equal(games["season"], season))
        teams = sorted({*rows["team1_id"].to_pylist(), *rows["team2_id"].to_pylist()})
        stay = {team: [[who, year + 1] for who, year in there.get(team, []) if year < 3] for team in teams}
        for team in teams:  # about one a team goes to another one
            if stay[team] and rng.random() < 0.7:
                mover = stay[team].pop(int(rng.integers(len(stay[team]))))
                stay[teams[int(rng.integers(len(teams)))]].append(mover)
        for team in teams:
            new = SQUAD - len(stay[team])
            stay[team] += [[next(ids), int(rng.integers(2))] for _ in range(new)]
            for who, year in stay[team]:
                person = {"season": season, "team_id": team, "player_id": who, "class": CLASSES[year]}
                rosters.append(person | {"recruit_score": float(rng.uniform(70, 99)) if rng.random() < 0.3 else None})
                if rng.random() < 0.9:  # the others are on the list and never play
                    totals.append(person | _did(rng, who))
        there = stay
    return Squads(
        pa.Table.from_pylist(totals, schema=PLAYER_SEASONS).sort_by(_KEY).combine_chunks(),
        pa.Table.from_pylist(rosters, schema=ROSTERS).sort_by(_KEY).combine_chunks(),
    )


def _did(rng: np.random.Generator, who: int) -> dict[str, object]:
    games = int(rng.integers(1, 12))
    box = dict(zip(BOX_COLUMNS, rng.integers(0, 3, len(BOX_COLUMNS)) * games, strict=True))
    box["fga3"], box["fgm3"] = box["fga3"] + box["fgm3"], box["fgm3"]
    box["fgm"], box["fga"] = box["fgm"] + box["fgm3"], box["fgm"] + box["fga"] + box["fga3"]
    box["fta"] += box["ftm"]
    box["points"] = 2 * box["fgm"] + box["fgm3"] + box["ftm"]
    kept = {name: int(value) for name, value in box.items() if rng.random() < 0.9} if rng.random() < 0.8 else {}
    rating = {"rating": float(rng.normal(0.0, 6.0))} if who % 3 == 0 else {}
    return {"games": games, "minutes": float(rng.uniform(2, 35)) * games} | kept | rating


def contract_csv(dataset: str, table: pa.Table) -> bytes:
    """Rows as a file of the contract."""
    titles = {column.name: column.title for column in DATASETS[dataset].columns}
    named = table.select([name for name in table.column_names if name in titles])
    named = named.rename_columns([titles[name] for name in named.column_names])
    buffer = io.BytesIO()
    csv.write_csv(named, buffer, csv.WriteOptions(quoting_style="none"))
    return buffer.getvalue()
