"""The published tables as functions of what the fold kept and what the reference says.

Equal inputs give equal tables, row by row; `hoops.schemas.PUBLISHED` describes each.
"""

from hoops.tables.brackets import bracket_tables
from hoops.tables.league import SeasonSummary, champion, seasons, summary, teams
from hoops.tables.meetings import head_to_head, team_scores
from hoops.tables.models import Decided, ModelSummary, models
from hoops.tables.projections import projection_tables
from hoops.tables.rosters import roster_tables
from hoops.tables.season import (
    SeasonRows,
    forecasts,
    ratings,
    results,
    scores,
    season_tables,
    team_records,
    tournaments,
    upcoming,
    weekly_drift,
)

VERSION = "6"  # raise it when the same rows would give other tables, or more of them

__all__ = [
    "VERSION",
    "Decided",
    "ModelSummary",
    "SeasonRows",
    "SeasonSummary",
    "bracket_tables",
    "champion",
    "forecasts",
    "head_to_head",
    "models",
    "projection_tables",
    "ratings",
    "results",
    "roster_tables",
    "scores",
    "season_tables",
    "seasons",
    "summary",
    "team_records",
    "team_scores",
    "teams",
    "tournaments",
    "upcoming",
    "weekly_drift",
]
