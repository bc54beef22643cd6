"""Bracket: a season's NCAA tournament, drawn, with every team's chances as of any of its days and with any picks."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard import parts
from dashboard.bracket_data import bracket_data, has_bracket
from dashboard.bracket_season import conferences, projected
from dashboard.bracket_worth import worth
from dashboard.components import Bracket
from dashboard.standing import KAGGLE, Standing, nothing, standing
from dashboard.view import View, rows
from dashboard.wording import season_label

TITLE = "Bracket"
PARAMETERS = ()
_COLUMNS = ("team_id", "seed", "wins", "losses", "champion")


def render(view: View) -> list[Any]:
    if has_bracket(view):
        title = f"{view.league.label} {season_label(view.season)}"
        return [Bracket(title, bracket_data(view), view.team_href("")), *worth(view), *conferences(view)]
    to_come = [*projected(view), *worth(view), *conferences(view)]
    if to_come:
        return to_come
    teams = rows(view.table("tournaments", _COLUMNS))
    return [_not_made(view, teams) if teams else nothing(view, "No bracket here")]


def _not_made(view: View, teams: list[dict[str, Any]]) -> html.Div:
    """There is a field, or there are games, and no bracket of it."""
    if any(team["seed"] for team in teams):
        return parts.empty(
            f"The bracket of {view.season} is not made yet",
            "Its field is here. What is published was made before brackets were: they come with the next results.",
            parts.link("The field and its wins", view.place.href("tournament")),
        )
    games = "" if standing(view, view.season, teams) is not Standing.NOT_LOADED else f" {view.league}{KAGGLE}"
    command = f"madness ingest {view.league}NCAATourneySeeds.csv{games}"
    return parts.empty(
        f"No seeds of {view.season} here",
        "Who plays whom is told by the seeds.",
        parts.link("Its teams by wins", view.place.href("tournament")),
        commands=(("Hand in the file", command),),
    )
