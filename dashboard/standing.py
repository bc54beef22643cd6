"""Where the NCAA tournament of a season stands, as far as it is known here, and how to say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any

from dash import html

from dashboard import parts
from dashboard.view import View
from hoops.brackets.tree import CANCELLED
from hoops.games.leagues import SELECTION_SUNDAY

KAGGLE = "NCAATourneyCompactResults.csv"
_OVER = 158  # finals were played on days 147 to 155


class Standing(StrEnum):
    """Where a tournament stands, as far as it is known here; the value is what the list of champions says."""

    PLAYED = "Played"
    CANCELLED = "Cancelled"
    TO_COME = "Not played yet"
    UNDER_WAY = "Under way"
    NOT_LOADED = "Not loaded here"
    UNFINISHED = "Final not loaded here"
    UNKNOWN = "Not played yet, or not loaded here"


def standing(view: View, season: int, teams: Sequence[Mapping[str, Any]]) -> Standing:
    """Where the tournament of a season stands. teams: its rows of `tournaments`; none without seeds and games.

    Only the newest season can be going on. It is over when the calendar says so, and it is not while it has games to
    come or stops before Selection Sunday.
    """
    if any(team["champion"] for team in teams):
        return Standing.PLAYED
    if season in CANCELLED and not teams:
        return Standing.CANCELLED
    begun = any(team["wins"] or team["losses"] for team in teams)
    over = is_over(view, season)
    if over is None:
        return Standing.UNDER_WAY if begun else Standing.UNKNOWN
    if begun:
        return Standing.UNFINISHED if over else Standing.UNDER_WAY
    return Standing.NOT_LOADED if over else Standing.TO_COME


def is_over(view: View, season: int) -> bool | None:
    """Whether a season has ended; None where neither its games nor a calendar tell."""
    if season != view.edition.seasons[-1]:
        return True
    facts = view.seasons.get(season)
    if facts is None or facts["last_day"] < SELECTION_SUNDAY:
        return False
    if view.tables.table("upcoming", view.league, season, ("day",)).num_rows:
        return False
    return None if facts["day_zero"] is None else view.now.date() > facts["day_zero"] + timedelta(days=_OVER)


def words(view: View, where: Standing) -> str:
    """Why the field of the season shown is not here."""
    tournament = f"The {view.season} tournament"
    return {
        Standing.CANCELLED: f"{tournament} was cancelled.",
        Standing.TO_COME: f"{tournament} has not been played yet: its field will stand here once seeds are in.",
        Standing.NOT_LOADED: f"{tournament} is not loaded here, neither games ({view.league}{KAGGLE}) nor seeds.",
    }.get(where, f"{tournament} has not been played yet, or it is not loaded here.")


def nothing(view: View, title: str) -> html.Div:
    """A page that has no tournament to show: why, and what to hand in."""
    where = standing(view, view.season, ())
    commands: tuple[tuple[str, str], ...] = ()
    if where in (Standing.NOT_LOADED, Standing.UNKNOWN):
        commands = (("Hand in its files", f"madness ingest {view.league}{KAGGLE} {view.league}NCAATourneySeeds.csv"),)
    return parts.empty(title, words(view, where), commands=commands)
