"""Who is out: of a team, and of both teams of a game to come with what that moves its forecast by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from dashboard import parts, standing
from dashboard.gamelog import Shown
from dashboard.view import View

_GAME = 40  # minutes
_LEAST = 0.005  # log-odds that are told
_READ = ("team_id", "team_name", "games_played", "games_told", "absent")
Row = Mapping[str, Any]


def of_team(view: View, record: Row) -> list[Any]:
    """Who is out of a team; nothing where no players' games tell. record: its row of `team_records`."""
    if record["absent"] is None:
        return []
    was, end = ("was", " at the end") if standing.is_over(view, view.season) else ("is", "")
    if not record["absent"]:
        return [parts.quiet(" ".join([f"Nobody {was} out{end}.", *_lag(record)]))]
    return [parts.section(f"Who {was} out{end}", parts.card(_players(record), css="absent"), note=_note(record, was))]


def of_game(shown: Shown, forecast: Row) -> list[Any]:
    """Who is out of both teams of a game to come; nothing where that is told of neither.

    forecast: its row of `upcoming`.
    """
    records = {row["team_id"]: row for row in shown.view.rows("team_records", _READ)}
    of_teams = [records.get(team, {}) for team in shown.ids]
    told = [one for one in of_teams if one.get("absent") is not None]
    if not told:
        return []
    cards = [_card(name, record) for name, record in zip(shown.names, of_teams, strict=True)]
    note = _drives(shown, forecast["absences"]) if any(one["absent"] for one in told) else ""
    return [parts.section("Who is out", html.Div(cards, className="pair"), note=note)]


def _card(name: str, record: Row) -> html.Div:
    absent = record.get("absent")
    if absent:
        return parts.card(html.P(_note(record, "is"), className="note"), _players(record), css="absent")
    said = "no players' games tell of it." if absent is None else " ".join(["nobody is out.", *_lag(record)])
    return parts.card(html.P(f"{name}: {said}", className="note"), css="absent")


def _players(record: Row) -> html.Ul:
    lines = [
        html.Li([
            html.Span(one["player_name"]),
            html.Span(f"{_GAME * one['share']:.0f} minutes a game, missed the last "
                      + (str(one["missed"]) if one["missed"] > 1 else "game"), className="did"),
        ])
        for one in record["absent"]
    ]  # fmt: skip
    return html.Ul(lines, className="pairs")


def _note(record: Row, was: str) -> str:
    """As `madness predict` says it: Duke is without 2 players who usually play 51 of 200 minutes."""
    count, minutes = len(record["absent"]), _GAME * sum(one["share"] for one in record["absent"])
    who = "a player who usually plays" if count == 1 else f"{count} players who usually play"
    said = f"{record['team_name']} {was} without {who} {minutes:.0f} of 200 minutes"
    return " ".join([f"{said}.", *lag]) if (lag := _lag(record)) else said


def _lag(record: Row) -> list[str]:
    """That players' games do not tell of all games, where they do not."""
    games, told = record["games_played"], record["games_told"]
    return [f"Players' games tell of {told} of its {games} games."] if told < games else []


def _drives(shown: Shown, log_odds: float | None) -> str:
    if log_odds is None:
        return "The forecast does not take it into account"
    if abs(log_odds) < _LEAST:
        return f"That moves the forecast by less than {_LEAST} log-odds"
    return f"That drives the forecast for {shown.names[int(log_odds < 0)]} by {abs(log_odds):.2f} log-odds"
