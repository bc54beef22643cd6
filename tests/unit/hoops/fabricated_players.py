"""Players of a small league of invented games, seeded: they graduate, transfer, arrive, sit out and are hurt."""

from __future__ import annotations

import io
from itertools import count

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from hoops.contract import DATASETS
from hoops.players import Appearances, Squads
from hoops.schemas import BOX_COLUMNS, PLAYER_GAMES, PLAYER_SEASONS, ROSTERS
from hoops.schemas.players import CLASSES

SQUAD = 7  # players of a team
_KEY = [(name, "ascending") for name in ("season", "team_id", "player_id")]


def a_cast(games: pa.Table, seed: int = 1) -> Squads:
    """Rosters and totals of every season of `GAMES`, by teams that played in it; some cells are empty. And who played:
    with ids of their own, as in a source that has other ones."""
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
        Appearances.of(who_played(games, seed)),
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


def who_played(games: pa.Table, seed: int = 1) -> pa.Table:
    """Who appeared in each of `GAMES` (`PLAYER_GAMES`): of each team a few are out for some of the season's days."""
    rng, rows = np.random.default_rng(seed), []
    for season in sorted(set(games["season"].to_pylist())):
        of_season = games.filter(pc.equal(games["season"], season))
        days = sorted(set(of_season["day"].to_pylist()))
        out: dict[int, tuple[int, int]] = {}
        for game in of_season.to_pylist():
            for team in (game["team1_id"], game["team2_id"]):
                squad = [10 * team + place for place in range(SQUAD)]
                for who in squad:
                    since, long = rng.integers(len(days)), rng.choice([0, 2, len(days)], p=[0.6, 0.2, 0.2])
                    out.setdefault(who, (days[since], days[min(since + long, len(days) - 1)]))
                there = [who for who in squad if not out[who][0] < game["day"] <= out[who][1]]
                drawn = rng.dirichlet(np.linspace(1.0, 8.0, SQUAD))[: len(there)]
                minutes = np.round(200.0 * drawn / drawn.sum(), 1)
                at = {"season": season, "day": game["day"], "team_id": team}
                rows += [at | {"player_id": who, "minutes": one, "points": int(rng.integers(20))}
                         for who, one in zip(there, minutes.tolist(), strict=True) if one <= 75.0]  # fmt: skip
    key = [(name, "ascending") for name in ("season", "day", "team_id", "player_id")]
    return pa.Table.from_pylist(rows, schema=PLAYER_GAMES).sort_by(key).combine_chunks()


def contract_csv(dataset: str, table: pa.Table) -> bytes:
    """Rows as a file of the contract."""
    titles = {column.name: column.title for column in DATASETS[dataset].columns}
    named = table.select([name for name in table.column_names if name in titles])
    named = named.rename_columns([titles[name] for name in named.column_names])
    buffer = io.BytesIO()
    csv.write_csv(named, buffer, csv.WriteOptions(quoting_style="none"))
    return buffer.getvalue()
