"""Small leagues of invented games, seeded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike

from hoops.arrays import Floats
from hoops.games.matchups import Matchups, Outcomes
from hoops.games.results import BOX, Results


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


def without_box(
    season: ArrayLike, day: ArrayLike, kind: ArrayLike, team1: ArrayLike, team2: ArrayLike, site: ArrayLike,
    margin: ArrayLike, num_ot: ArrayLike,
) -> Results:  # fmt: skip
    """Games without box scores, of columns (m,); they stay in the order given."""
    matchups = Matchups(np.array(team1, np.int32), np.array(team2, np.int32), np.array(site, np.int8))
    m = len(matchups)
    return Results(
        season=np.array(season, np.int16),
        day=np.array(day, np.int16),
        kind=np.broadcast_to(np.array(kind, np.str_), m),
        matchups=matchups,
        score=scores_of(margin),
        num_ot=np.broadcast_to(np.array(num_ot, np.int8), m),
        box=np.full((m, 2, len(BOX)), np.nan),
    )


def scores_of(margin: ArrayLike) -> Floats:
    """Scores (m, 2) with these margins: the loser has 60."""
    margin = np.array(margin, np.float64)
    return 60.0 + np.maximum(np.column_stack([margin, -margin]), 0.0)


def with_margin(games: Results, margin: ArrayLike) -> Results:
    """The same games with other margins."""
    return replace(games, score=scores_of(margin))


def turned_around(games: Results, turned: np.ndarray) -> Results:
    """The same games, some of them with team 2 as team 1; turned: bool (m,)."""
    matchups = Matchups(
        np.where(turned, games.team2, games.team1),
        np.where(turned, games.team1, games.team2),
        np.where(turned, -games.site, games.site),
        games.matchups.city,
    )
    return replace(
        games,
        matchups=matchups,
        score=np.where(turned[:, None], games.score[:, ::-1], games.score),
        box=np.where(turned[:, None, None], games.box[:, ::-1], games.box),
    )


def seeds_of(games: pa.Table) -> pa.Table:
    """Seeds for the teams of each tournament, by order of their ids."""
    played = Results.of(games)
    rows = []
    for season in np.unique(played.season).tolist():
        ncaa = (played.season == season) & (played.kind == "ncaa")
        entered = np.unique(np.concatenate([played.team1[ncaa], played.team2[ncaa]])).tolist()
        rows += [(season, team, f"W{line:02d}") for line, team in enumerate(entered, 1)]
    season, team, seed = zip(*rows, strict=True)
    return pa.table({"season": season, "team_id": team, "seed": seed})
