"""Players of the teams of `fabricated_results.a_league`, for its two seasons and the one after them."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from hoops.players import Squads
from hoops.schemas import PLAYER_SEASONS, ROSTERS

SEASONS, TEAMS = (2010, 2011), range(1101, 1109)
LAST, NEXT = SEASONS[-1], SEASONS[-1] + 1
ONE, OTHER = TEAMS[:2]


def totals(season: int, team: int, place: int, minutes: float) -> dict[str, Any]:
    nothing = dict.fromkeys(PLAYER_SEASONS.names)
    player = 10 * team + place
    return nothing | {"season": season, "team_id": team, "player_id": player, "games": 10, "minutes": minutes,
                      "player_name": f"P{chr(97 + place)} Q{team}", "class": "So", "points": 10 * place}  # fmt: skip


def rostered(season: int, team: int, player: int) -> dict[str, Any]:
    return dict.fromkeys(ROSTERS.names) | {"season": season, "team_id": team, "player_id": player, "class": "Jr"}


def squads(*more: dict[str, Any]) -> Squads:
    """Six players a team with 400 minutes and less. Next season player 0 of each is gone, that of ONE to OTHER, and
    ONE has a newcomer and one who was there the season before the last."""
    played = [totals(season, team, place, 400.0 - 50 * place)
              for season in SEASONS for team in TEAMS for place in range(6)]  # fmt: skip
    played.append(totals(LAST - 1, ONE, 7, 100.0))
    on = range(6)
    lists = [rostered(season, team, 10 * team + place)
             for season in (*SEASONS, NEXT) for team in TEAMS for place in on if season < NEXT or place]  # fmt: skip
    lists += [rostered(NEXT, ONE, 77), rostered(NEXT, ONE, 10 * ONE + 7), rostered(NEXT, OTHER, 10 * ONE), *more]
    key = lambda row: (row["season"], row["team_id"], row["player_id"])  # noqa: E731
    return Squads.of(
        pa.Table.from_pylist(sorted(played, key=key), PLAYER_SEASONS),
        pa.Table.from_pylist(sorted(lists, key=key), ROSTERS),
    )
