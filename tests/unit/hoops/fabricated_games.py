"""Small leagues of invented games, seeded."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from hoops.played import Played
from hoops.statespace import Matchups, Outcomes


def a_day(rng: np.random.Generator, teams: Iterable[int], games: int) -> Outcomes:
    """Games between different teams: sites, margins and overtimes at random."""
    chosen = rng.permutation(np.fromiter(teams, np.int32))[: 2 * games]
    matchups = Matchups(chosen[:games], chosen[games:], rng.integers(-1, 2, games).astype(np.int8))
    margin = rng.integers(1, 40, games) * rng.choice([-1.0, 1.0], games)
    return Outcomes(matchups, margin, rng.integers(0, 2, games).astype(np.int8))


def a_table(rng: np.random.Generator, seasons: Iterable[int], teams: int = 12, days: int = 30) -> pa.Table:
    """`GAMES` without box scores: strengths that last, home advantage 3, an NCAA tournament of four on days 40-41."""
    strength = rng.normal(0.0, 8.0, teams)
    rows = []

    def play(season: int, day: int, kind: str, i: int, j: int, site: int) -> int:
        i, j, site = (i, j, site) if i < j else (j, i, -site)
        margin = round(rng.normal(strength[i] - strength[j] + 3.0 * site, 10.0)) or 1
        rows.append((season, day, kind, 1101 + i, 1101 + j, site, 70 + margin, 70, int(abs(margin) < 2)))
        return i if margin > 0 else j

    for season in seasons:
        for day in range(days):
            order = rng.permutation(teams)
            for i, j in order[: teams // 2 * 2].reshape(-1, 2).tolist():
                play(season, day, "regular", i, j, int(rng.integers(-1, 2)))
        best = np.argsort(-strength)[:4].tolist()
        finalists = [play(season, 40, "ncaa", best[0], best[3], 0), play(season, 40, "ncaa", best[1], best[2], 0)]
        play(season, 41, "ncaa", *finalists, 0)
    names = ("season", "day", "kind", "team1_id", "team2_id", "site", "team1_score", "team2_score", "num_ot")
    types = (pa.int16(), pa.int16(), pa.string(), pa.int32(), pa.int32(), pa.int8(), pa.int16(), pa.int16(), pa.int8())
    return pa.table(
        {
            name: pa.array(values, type_)
            for name, type_, values in zip(names, types, zip(*rows, strict=True), strict=True)
        }
    )


def seeds_of(games: pa.Table) -> pa.Table:
    """Seeds for the teams of each tournament, by order of their ids."""
    played = Played.of(games)
    rows = []
    for season in np.unique(played.season).tolist():
        ncaa = (played.season == season) & (played.kind == "ncaa")
        entered = np.unique(np.concatenate([played.team1[ncaa], played.team2[ncaa]])).tolist()
        rows += [(season, team, f"W{line:02d}") for line, team in enumerate(entered, 1)]
    season, team, seed = zip(*rows, strict=True)
    return pa.table({"season": season, "team_id": team, "seed": seed})
