"""The tables of a bracket, from its games and the chances of each evening: what the dashboard's tests look at."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from hoops.arrays import Floats
from hoops.brackets.best import most_likely, most_points
from hoops.brackets.chances import sites
from hoops.brackets.facts import Facts, facts
from hoops.brackets.odds import expected_points, odds
from hoops.brackets.schedule import Schedule, schedule
from hoops.brackets.tree import Bracket, bracket
from hoops.games.leagues import SELECTION_SUNDAY, League
from hoops.schemas import PUBLISHED

POINTS = np.array([0.0, 1, 2, 4, 8, 16, 32])
STAGES = (64, 32, 16, 8, 4, 2, 1)
TABLES = ("bracket_slots", "bracket_odds", "bracket_games", "bracket_picks")
Row = dict[str, Any]
Chances = Callable[[Facts, Schedule], Floats]  # of each game of the bracket, on the evening of what is known


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

    def chances(told: Facts, _when: Schedule) -> Floats:
        now = by_team + (rng.normal(0.0, 2.0, len(by_team)) if told.as_of > SELECTION_SUNDAY else 0.0)
        z = (now[field.games.strong] - now[field.games.weak]) / sd
        return np.array([0.5 * (1.0 + math.erf(one / math.sqrt(2.0))) for one in z])

    played = [row for row in games if row["kind"] == "ncaa"]
    said = {}
    for row in played:
        one, other = row["team1_id"], row["team2_id"]
        first = field.places[field.row[one]] < field.places[field.row[other]]
        said[field.meeting(one, other).name] = row["team1_probability"] if first else 1.0 - row["team1_probability"]
    columns = ("day", "kind", "team1_id", "team2_id", "site", "team1_score", "team2_score")
    table = pa.Table.from_pylist(
        [{"season": season, "num_ot": 0} | {name: row[name] for name in columns} for row in played]
    )
    evenings = sorted({SELECTION_SUNDAY, *(row["day"] for row in played)}) if own else [SELECTION_SUNDAY]
    regions = {team["seed"][0]: team["region"] for team in teams}
    names = {team["team_id"]: team["team_name"] for team in teams}
    return tables_of(field, table, chances, said, evenings=evenings, names=names, regions=regions, day_zero=day_zero)


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


def tables_of(
    field: Bracket,
    games: pa.Table,
    chances: Chances,
    said: Mapping[str, float],
    *,
    evenings: Iterable[int] = (SELECTION_SUNDAY,),
    names: Mapping[int, str] | None = None,
    regions: Mapping[str, str] | None = None,
    day_zero: date | None = None,
) -> dict[str, pa.Table]:
    """said: by slot, the forecast before its game that the upper side wins. regions: names by letter."""
    names, regions = names or {}, regions or {}
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    last = max([SELECTION_SUNDAY, *games["day"].to_pylist()])
    told = facts(field, games, last)
    rows["bracket_slots"] = _slots(field, told, schedule(field, told, games), said, regions, day_zero)
    for evening in evenings:
        told = facts(field, games, evening)
        when = schedule(field, told, games)
        chance = chances(told, when)
        found = odds(field, chance, told.won)
        points = expected_points(found, POINTS)
        for row, team in enumerate(field.teams.tolist()):
            reach = {f"reach_{stage}": found.reach[row, i] for i, stage in enumerate(STAGES)}
            rows["bracket_odds"].append(
                {"day": evening, "team_id": team, "team_name": names.get(team, f"Team {team}"),
                 "seed": field.seeds[row], "region": regions.get(field.seeds[row][0]),
                 "place": int(field.places[row]), "expected_points": points[row], **reach}
            )  # fmt: skip
        at = sites(field, when)
        for game in np.flatnonzero(found.meetings > 0.0).tolist():
            slot = field.slots[field.games.slot[game]]
            if slot.name not in told.won:
                strong, weak = (int(field.teams[side[game]]) for side in (field.games.strong, field.games.weak))
                rows["bracket_games"].append(
                    {"day": evening, "slot": slot.name, "strong_id": strong, "weak_id": weak, "site": int(at[game]),
                     "probability": chance[game], "meeting": found.meetings[game]}
                )  # fmt: skip
        likely, best = most_likely(field, chance, told.won), most_points(found, POINTS, told.won)
        rows["bracket_picks"] += [
            {"day": evening, "slot": name, "likely_id": likely[name], "best_id": best[name]} for name in likely
        ]
    return {name: pa.Table.from_pylist(made, schema=PUBLISHED[name].schema) for name, made in rows.items()}


def _slots(
    field: Bracket,
    told: Facts,
    when: Schedule,
    said: Mapping[str, float],
    regions: Mapping[str, str],
    day_zero: date | None,
) -> list[dict[str, Any]]:
    seeds = dict(zip(field.seeds, field.teams.tolist(), strict=True))
    made = []
    for slot in field.slots:
        sides = [told.won.get(feed, seeds.get(feed)) for feed in (slot.strong, slot.weak)]
        played = told.games.get(slot.name)
        score = {} if played is None else {played.winner: played.score[0], played.loser: played.score[1]}
        day, letter = when.day[slot.name], slot.name[1] if slot.round else slot.name[0]
        made.append(
            {"slot": slot.name, "round": slot.round, "place": slot.place,
             "region": regions.get(letter) if slot.round < 5 else None, "strong": slot.strong, "weak": slot.weak,
             "game_day": day, "game_date": day_zero + timedelta(days=day) if day_zero else None,
             "host_id": when.host.get(slot.name), "strong_id": sides[0], "weak_id": sides[1],
             "winner_id": told.won.get(slot.name),
             "strong_score": score.get(sides[0]), "weak_score": score.get(sides[1]),
             "num_ot": played.num_ot if played else None,
             "strong_probability": said.get(slot.name) if played else None}
        )  # fmt: skip
    return made
