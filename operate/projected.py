"""The field of a season as it is projected on an evening before Selection Sunday, as plain values fit for JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from hoops.arrays import Floats
from hoops.brackets.chances import chances
from hoops.brackets.facts import Facts
from hoops.brackets.schedule import Schedule, schedule
from hoops.brackets.tree import STAGES, Bracket, bracket
from hoops.forecast.model import Model
from hoops.games.leagues import League
from hoops.games.reference import Reference
from hoops.knowledge import Knowledge
from hoops.selection.projection import Projection, projection
from operate.sources import Source

_WORTH_A_LINE = 0.005  # chance to be in from which a team that is not in the projected field is named


def projected_field(
    league: League, season: int, as_of: int, source: Source, known: Knowledge, model: Model
) -> tuple[Projection, Bracket, Schedule, Floats]:
    """The projection of an evening; its bracket, when that would be played, the chance of each of its games (m,)."""
    tables = source.reference()
    games = pa.concat_tables([source.games(season - 1), source.games(season)])
    found = projection(league, season, as_of, games, tables, source.fixtures(season), known, model)
    field = bracket(league, season, ((seed, int(found.season.teams[row])) for seed, row in found.seeds.items()))
    nothing = Facts(as_of, {}, {})
    when = schedule(field, nothing, games.slice(0, 0), None, tables.get("NCAATourneySeedRoundSlots"))
    return found, field, when, chances(field, when, nothing, known, model)


def answer(found: Projection, reference: Reference) -> dict[str, Any]:
    """What the projection says beyond a bracket: the field (`teams`), who else may be in (`out`), conferences."""
    season = found.season
    seed_of = {row: seed for seed, row in found.seeds.items()}
    order = np.argsort(found.rank)
    rows = [_team(row, found, seed_of.get(row), reference) for row in order.tolist()]
    return {
        "projected": True,
        "stages": list(STAGES),
        "teams": [row for row in rows if row["seed"]],
        "out": [row for row in rows if not row["seed"] and row["bid"] >= _WORTH_A_LINE],
        "conferences": [
            {"conference": name, "teams": _standings(found, code, reference)}
            for code, name in enumerate(season.conferences)
            if len(season.members(code))
        ],
        "games_to_come": len(season.to_come),
    }


def _team(row: int, found: Projection, seed: str | None, reference: Reference) -> dict[str, Any]:
    season = found.season
    team, conference = int(season.teams[row]), int(season.conference[row])
    return {
        "team_id": team,
        "team_name": reference.team_name(team),
        "seed": seed,
        "region": reference.region(season.season, seed) if seed else None,
        "conference": season.conferences[conference] if conference >= 0 else None,
        "rank": int(found.rank[row]),
        "bid": float(found.bid[row]),
        "automatic": float(found.automatic[row]),
        "expected_line": _known(found.expected_line, row),
        "reach": found.reach[row].tolist(),
    }


def _standings(found: Projection, conference: int, reference: Reference) -> list[Mapping[str, Any]]:
    season = found.season
    won, lost = season.record
    members = season.members(conference)
    best_first = members[np.lexsort((members, -found.expected_wins[members], -found.season_title[members]))]
    return [
        {
            "team_id": int(season.teams[row]),
            "team_name": reference.team_name(int(season.teams[row])),
            "wins": int(won[row]),
            "losses": int(lost[row]),
            "expected_wins": float(found.expected_wins[row]),
            "season_title": float(found.season_title[row]),
            "tournament_title": _known(found.tournament_title, row),
        }
        for row in best_first.tolist()
    ]


def _known(values: Floats, row: int) -> float | None:
    value = float(values[row])
    return None if math.isnan(value) else value
