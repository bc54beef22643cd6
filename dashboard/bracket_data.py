"""What the browser is given of a season's bracket: the field, its games, the chances of each evening.

A team is named by its place on the line of 128 (`hoops.brackets.tree`), a game by its place in the vector of all pairs.
Chances travel as packed doubles, so that the browser computes with the numbers that are published.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from dashboard.view import View, only, rows
from hoops.arrays import Ids
from hoops.brackets.tree import OFFSETS
from hoops.games.leagues import SELECTION_SUNDAY

_TEAM = ("day", "team_id", "team_name", "seed", "region", "place")
_STAGES = (64, 32, 16, 8, 4, 2, 1)


def has_bracket(view: View) -> bool:
    """Whether a field and chances of it are published."""
    return all(view.table(name, ("day",)).num_rows for name in ("bracket_odds", "bracket_games"))


def bracket_data(view: View) -> dict[str, Any]:
    """The season's bracket, as plain values fit for JSON; for a season with one (`has_bracket`)."""
    odds = view.table("bracket_odds")
    first = int(odds["day"].to_numpy().min())
    teams = rows(only(odds, day=first).select(_TEAM))
    place = {team["team_id"]: team["place"] for team in teams}
    slots = view.rows("bracket_slots")
    evenings = sorted(set(odds["day"].to_pylist()))
    own = view.is_newest and (len(evenings) > 1 or not any(slot["winner_id"] for slot in slots))
    days = sorted({SELECTION_SUNDAY, *evenings, *(slot["game_day"] for slot in slots if slot["winner_id"] is not None)})
    return {
        "own": own,  # each evening has its own chances; else all have Selection Sunday's
        "zero": view.day_zero.isoformat() if view.day_zero else None,
        "teams": [
            {"id": team["team_id"], "name": team["team_name"], "seed": int(team["seed"][1:3]),
             "tag": team["seed"], "place": team["place"]}
            for team in teams
        ],
        "regions": _regions(teams),
        "slots": [_slot(slot, place) for slot in sorted(slots, key=lambda slot: (slot["round"], slot["place"]))],
        "days": [{"day": day, "label": view.day(day)} for day in days],
        "evenings": [_evening(view, day, odds, place) for day in evenings],
    }  # fmt: skip


def _regions(teams: list[dict[str, Any]]) -> list[str]:
    """Names of the four regions from the top of the bracket; by letter where they are not known."""
    names = [""] * 4
    for team in teams:
        names[team["place"] >> 5] = team["region"] or f"Region {team['seed'][0]}"
    return names


def _slot(slot: Mapping[str, Any], place: Mapping[int, int]) -> dict[str, Any]:
    return {
        "name": slot["slot"],
        "round": slot["round"],
        "place": slot["place"],
        "day": slot["game_day"],
        "winner": place.get(slot["winner_id"]),
        "score": None if slot["strong_score"] is None else [slot["strong_score"], slot["weak_score"]],
        "overtimes": slot["num_ot"] or 0,
        "said": slot["strong_probability"],
    }


def _evening(view: View, day: int, odds: pa.Table, place: Mapping[int, int]) -> dict[str, Any]:
    games = only(view.table("bracket_games"), day=day)
    strong, weak = (_places(games[name].to_numpy(), place) for name in ("strong_id", "weak_id"))
    picked = rows(only(view.table("bracket_picks"), day=day))
    return {
        "day": day,
        "at": _packed(pairs_of(strong, weak).astype("<u2")),
        "chance": _packed(games["probability"].to_numpy().astype("<f8")),
        "site": _packed(games["site"].to_numpy().astype("i1")),
        "likely": {pick["slot"]: place.get(pick["likely_id"]) for pick in picked},
        "best": {pick["slot"]: place.get(pick["best_id"]) for pick in picked},
        "drawn": _drawn(only(odds, day=day)),
    }


def _drawn(odds: pa.Table) -> dict[int, list[float]] | None:
    """By place, the seven chances from drawn strengths; None where they are not made."""
    columns = [odds[f"drawn_{stage}"].to_pylist() for stage in _STAGES]
    if not columns[-1] or columns[-1][0] is None:
        return None
    return dict(zip(odds["place"].to_pylist(), map(list, zip(*columns, strict=True)), strict=True))


def _places(teams: Ids, place: Mapping[int, int]) -> np.ndarray:
    return np.array([place[team] for team in teams.tolist()], np.int64)


def pairs_of(strong: np.ndarray, weak: np.ndarray) -> np.ndarray:
    """Where games of two places stand in the vector of all pairs.

    >>> pairs_of(np.array([0, 0]), np.array([1, 2]))
    array([ 0, 64])
    """
    round_ = np.floor(np.log2(np.maximum(strong ^ weak, 1))).astype(np.int64)
    slot, width = strong >> (round_ + 1), 1 << round_
    first = slot * 2 * width
    return np.array(OFFSETS)[round_] + slot * width * width + (strong - first) * width + weak - first - width


def _packed(values: np.ndarray) -> str:
    return b64encode(values.tobytes()).decode()
