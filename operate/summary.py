"""What is published, counted: games by kind, days, plays."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hoops.games.leagues import Kind, League
from lake.lake import Lake


def count_games(lake: Lake) -> dict[str, Any]:
    """Games forecast in the published tables, by kind, the league-days they were played on; plays, and their games."""
    kinds: Counter[str] = Counter()
    of_plays: Counter[str] = Counter()
    days = 0
    for league in League:
        manifest, _ = lake.published.manifest(league)
        for key, entry in manifest.tables.items():
            of_plays[key.split("/", 1)[0]] += entry.rows
            if key.startswith("forecasts/"):
                table = lake.published.read(key)
                counted = pc.value_counts(table["kind"].combine_chunks()) if table.num_rows else []
                kinds.update({entry["values"].as_py(): entry["counts"].as_py() for entry in counted})
                days += pc.count_distinct(table["day"].cast(pa.int32())).as_py()
    return {
        "games": kinds[Kind.REGULAR] + kinds[Kind.NCAA],
        "secondary_games": kinds[Kind.SECONDARY],
        "games_by_kind": {kind.value: kinds[kind] for kind in Kind},
        "days": days,
        "plays": of_plays["plays"],
        "games_with_plays": of_plays["play_games"],
    }
