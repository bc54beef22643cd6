"""The table of a league's models: which there are, what is known of how good they are, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from hoops.games.moment import Moment
from hoops.schemas import PUBLISHED


@dataclass(frozen=True)
class Decided:
    """The newest decision about a model. effective_from: None for all days. comparison: as it was judged by, or None.

    at: UTC time; empty where nobody had to decide.
    """

    action: str
    effective_from: Moment | None
    at: str
    by: str
    reason: str
    comparison: Mapping[str, Any] | None


@dataclass(frozen=True)
class ModelSummary:
    """What the table says of a model. scores: of its training's test games, by kind of game or 'all', by name."""

    id: str
    standing: str
    ships: bool
    trained_through: Moment
    registered_at: str
    scores: Mapping[str, Mapping[str, float]]
    decided: Decided | None


def models(summaries: Sequence[ModelSummary]) -> pa.Table:
    """One row a model, in the order given."""
    return pa.Table.from_pylist([_row(one) for one in summaries], schema=PUBLISHED["models"].schema)


def _row(one: ModelSummary) -> dict[str, Any]:
    scores, decided = one.scores.get("all", {}), one.decided
    season, day = one.trained_through
    row: dict[str, Any] = {
        "model_id": one.id, "standing": one.standing, "ships": one.ships, "registered_at": _time(one.registered_at),
        "trained_through_season": season, "trained_through_day": day, "test_games": scores.get("games"),
        "test_log_loss": scores.get("log_loss"), "test_brier": scores.get("brier"),
    }  # fmt: skip
    if decided:
        from_season, from_day = decided.effective_from or (None, None)
        row |= {
            "decision": decided.action, "decided_at": _time(decided.at), "decided_by": decided.by,
            "reason": decided.reason, "from_season": from_season, "from_day": from_day,
        }  # fmt: skip
        row |= {f"judged_{name}": value for name, value in (decided.comparison or {}).items()}
    return {name: row.get(name) for name in PUBLISHED["models"].schema.names}


def _time(told: str) -> datetime | None:
    return datetime.fromisoformat(told) if told else None
