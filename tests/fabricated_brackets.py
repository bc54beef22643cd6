"""The tables of a bracket, from its games and the chances of each evening: what the dashboard's tests look at."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from hoops.arrays import Floats
from hoops.brackets.evenings import Evening
from hoops.brackets.facts import Facts, facts
from hoops.brackets.odds import odds
from hoops.brackets.schedule import schedule
from hoops.brackets.tree import bracket
from hoops.games.leagues import LAST_DAY, SELECTION_SUNDAY, League
from hoops.games.reference import Reference
from hoops.schemas import PUBLISHED
from hoops.tables.brackets import bracket_games, bracket_odds, bracket_picks, bracket_slots

Row = dict[str, Any]


def of_tournament(
    league: League,
    season: int,
    teams: Sequence[Row],
    games: Sequence[Row],
    strength: Mapping[int, float],
    sd: float,
    *,
    own: bool,
    day_zero: date | None,
) -> dict[str, pa.Table]:
    """The tables of a tournament that was played.

    teams: rows of `tournaments`. games: of `forecasts`, which have outcomes. strength: by team, points. own: each
    evening has its own chances, which wander from those of Selection Sunday.
    """
    field = bracket(league, season, [(team["seed"], team["team_id"]) for team in teams])
    by_team = np.array([strength[team] for team in field.teams.tolist()])
    rng = np.random.default_rng(season)

    def chances(told: Facts) -> Floats:
        now = by_team + (rng.normal(0.0, 2.0, len(by_team)) if told.as_of > SELECTION_SUNDAY else 0.0)
        z = (now[field.games.strong] - now[field.games.weak]) / sd
        return np.array([0.5 * (1.0 + math.erf(one / math.sqrt(2.0))) for one in z])

    played = [row for row in games if row["kind"] == "ncaa"]
    predicted = pa.Table.from_pylist([{"season": season, "num_ot": 0} | row for row in played])
    names = pa.table({name: [team[name] for team in teams] for name in ("team_id", "team_name")})
    regions = {f"region_{team['seed'][0].lower()}": [team["region"]] for team in teams}
    reference = Reference(
        {"Teams": names, "Seasons": pa.table({"season": [season], "day_zero": [day_zero], **regions})}
    )
    found = []
    for day in sorted({SELECTION_SUNDAY, *(row["day"] for row in played)}) if own else [SELECTION_SUNDAY]:
        told = facts(field, predicted, day)
        chance = chances(told)
        exact = odds(field, chance, told.won)
        found.append(Evening(told, schedule(field, told, predicted), chance, exact, exact.reach))
    told = facts(field, predicted, LAST_DAY)
    return {
        "bracket_slots": bracket_slots(field, told, schedule(field, told, predicted), predicted, reference),
        "bracket_odds": bracket_odds(found, reference),
        "bracket_games": bracket_games(found),
        "bracket_picks": bracket_picks(found),
    }


def before_selection(day: int, teams: Mapping[int, str], conference: Mapping[int, str]) -> dict[str, pa.Table]:
    """What is published before Selection Sunday: a projected field, races of conferences, what a game is worth."""
    ids, when = list(teams), {"day": day, "date": None}
    field, races = [], []
    for rank, team in enumerate(ids, 1):
        bid, who = 1.0 / (1.0 + math.exp((rank - 30) / 4)), {"team_id": team, "team_name": teams[team]}
        inside = rank <= 32
        field.append(
            when | who
            | {"conference": conference[team], "bid": bid, "automatic": bid / 2, "rank": rank, "title": bid / rank / 4,
               "seed": f"{'WXYZ'[rank % 4]}{(rank + 3) // 4:02d}" if inside else None, "final_four": bid / rank,
               "expected_line": rank / 4 + 1}
        )  # fmt: skip
        races.append(
            when | who
            | {"conference": conference[team], "wins": 9, "losses": rank % 9, "expected_wins": 12.5,
               "season_title": bid, "tournament_title": bid / 2}
        )  # fmt: skip
    one, other = ids[:2]
    game: Row = {
        "day": day, "game_day": day + 2, "game_date": None, "probability": 0.6,
        "team1_id": one, "team1_name": teams[one], "team2_id": other, "team2_name": teams[other],
    }  # fmt: skip
    for team in (1, 2):
        game |= {f"team{team}_final_four_if_won": 0.4, f"team{team}_final_four_if_lost": 0.25,
                 f"team{team}_title_if_won": 0.12, f"team{team}_title_if_lost": 0.05}  # fmt: skip
    made = {"projected_field": field, "conference_odds": races, "game_worth": [game]}
    return {name: pa.Table.from_pylist(rows, schema=PUBLISHED[name].schema) for name, rows in made.items()}
