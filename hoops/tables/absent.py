"""Who is out of each team, as a table tells it: names, usual minutes, games missed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from hoops.arrays import Ids, find
from hoops.knowledge import absences
from hoops.knowledge.absences import Absences


def absent(state: Absences, teams: Ids, names: Mapping[int, str]) -> dict[str, Any]:
    """The columns `games_told` and `absent` of teams (m,), null where nothing is told of a team. names: of players."""
    out = absences.out(state)
    of_team: dict[int, list[dict[str, Any]]] = {team: [] for team in state.teams.tolist()}
    for row in np.lexsort((out.player, -out.share, out.team)).tolist():
        player = int(out.player[row])
        of_team[int(out.team[row])].append({
            "player_id": player, "player_name": names.get(player, f"Player {player}"),
            "share": out.share[row], "points": out.points[row], "missed": out.missed[row],
        })  # fmt: skip
    at, is_told = find(state.teams, teams)
    told = state.games[at] if len(state.teams) else np.zeros(len(teams), np.int16)
    return {
        "games_told": pa.array(told, mask=~is_told),
        "absent": [of_team.get(team) for team in teams.tolist()],
    }
