"""Who is back, who is new, who left, and what that is worth: of a team, and which teams gained and lost most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from dash import html

from dashboard import grids, parts, play_figures
from dashboard.figures import ACCENT, ORANGE, PALETTE
from dashboard.view import View, only, rows
from dashboard.wording import date_of, day_label, ordinal, percent, season_label, signed
from lake.published import table_key

NEW, OUT = PALETTE[2], PALETTE[3]
_GAME = 40  # minutes
_BARS = 16  # players drawn, those with most minutes
_TEAMS = 5  # that gained most, and that lost most
_KINDS = {"back": "back", "out": "out", "left": "left"}  # all others are new
_COLOURS = {"back": ACCENT, "new": NEW, "out": OUT, "left": ORANGE}
Row = Mapping[str, Any]


def seasons(view: View) -> list[int]:
    """Seasons whose rosters a page shows, the later one first: the page's, and after the newest the one to come."""
    ahead = [view.season + 1] if view.is_newest else []
    return [one for one in (*ahead, view.season) if table_key("rosters", view.league, one) in view.edition.etags]


def of_team(view: View, team: int) -> list[Any]:
    """A team's rosters; without players' files one line that says which to upload."""
    shown = seasons(view)
    if not shown:
        files = f"players/{view.league}PlayerSeasons.csv and players/{view.league}Rosters.csv"
        return [parts.quiet(f"Upload {files} to see who is back in {season_label(view.season)}.")]
    return [one for season in shown for one in _section(view, team, season)]


def of_league(view: View) -> list[Any]:
    """The teams that a summer made better and worse by most."""
    for season in seasons(view)[:1]:
        table = view.tables.table("preseason", view.league, season)
        moved = sorted((row for row in rows(table) if row["shift"] is not None), key=lambda row: -row["shift"])
        if len(moved) >= 2 * _TEAMS:
            lists = [
                _extremes(view, "Gained most", moved[:_TEAMS]),
                _extremes(view, "Lost most", moved[: -_TEAMS - 1 : -1]),
            ]
            note = "Points by which rosters move a team before its first game, and the minutes that are back"
            title = f"Over the summer before {season_label(season)}"
            return [parts.section(title, html.Div(lists, className="leaders"), note=note)]
    return []


def beside(view: View, teams: Sequence[int]) -> list[tuple[str, list[str]]]:
    """What rosters said of teams before the season, as lines of a table: a title, and a cell for each team."""
    summers = {row["team_id"]: row for row in rows(view.table("preseason"))}
    told = [summers.get(team) for team in teams]
    if not any(told):
        return []
    back = ["–" if row is None else percent(row["returning"]) for row in told]
    moved = ["–" if row is None or row["shift"] is None else signed(row["shift"]) for row in told]
    return [("Minutes back", back), ("Rosters' points", moved)]


def headline(row: Row) -> str:
    """A row of `preseason` in words: returns 62% of its minutes, rosters add +1.8 points."""
    said = f"Returns {percent(row['returning'])} of its minutes"
    if row["shift"] is None:
        return said
    return f"{said}, rosters add {signed(row['shift'])} ± {row['sd']:.1f} points ({ordinal(row['rank'])} most)"


def _extremes(view: View, title: str, teams: Sequence[Row]) -> html.Div:
    lines = [
        html.Li([
            html.Span([parts.link(row["team_name"], view.team_href(row["team_id"])),
                       html.Span(f"{percent(row['returning'])} back", className="of")], className="who"),
            html.Span(signed(row["shift"]), className="many"),
        ])
        for row in teams
    ]  # fmt: skip
    return parts.card(html.H3(title), html.Ol(lines), css="leader")


def _section(view: View, team: int, season: int) -> list[Any]:
    players = rows(only(view.tables.table("rosters", view.league, season), team_id=team))
    if not players:
        return [
            parts.quiet(f"Players' files have no roster of this team in {season_label(season)}, or too short a one.")
        ]
    (of_team,) = rows(only(view.tables.table("preseason", view.league, season), team_id=team))
    title = "Who is back" if season == view.season else f"Who is back in {season_label(season)}"
    drawn = [player for player in players if max(_minutes(player)) >= 0.5]
    drawn = sorted(sorted(drawn, key=lambda one: -max(_minutes(one)))[:_BARS], key=_in_order)
    zero = view.seasons.get(season, {}).get("day_zero")
    bars = [
        {"name": player["player_name"], "minutes": last, "expected": expected, "colour": _COLOURS[_kind(player)],
         "text": f"<b>{player['player_name']}</b> {_words(player, zero)}<br>{_told(player)}"}
        for player in drawn
        for last, expected in [_minutes(player)]
    ]  # fmt: skip
    kinds = {"back", "new", "left", *map(_kind, drawn)}
    legend = parts.legend([(kind.capitalize(), colour) for kind, colour in _COLOURS.items() if kind in kinds])
    described = "Bars are the minutes a game that each player had last season, diamonds those expected this season."
    picture = parts.graph(
        f"roster-{season}", play_figures.minutes(bars), described, play_figures.bars_height(len(bars)) + 30
    )
    return [
        parts.section(title, html.Div([parts.card(legend, picture, css="padded"), _table(players, season, zero)],
                                     className="pair"),
                      note=headline(of_team))
    ]  # fmt: skip


def _table(players: Sequence[Row], season: int, zero: date | None) -> html.Div:
    lines = [
        {"player": one["player_name"], "class": one["class"] or "–", "what": _words(one, zero),
         "expected": None if one["expected_share"] is None else round(_GAME * one["expected_share"], 1),
         "adds": None if one["adds"] is None else round(one["adds"], 2)}
        for one in players
    ]  # fmt: skip
    columns = [
        grids.wraps(grids.text("player", "Player", 120)),
        grids.wide(grids.text("class", "Class", 72, grows=False)),
        grids.wraps(grids.text("what", "What", 130)),
        grids.wide(grids.number("expected", "Minutes", 92, 1)),
        grids.number("adds", "Adds", 74, 1, signed=True),
    ]
    return parts.card(grids.grid(f"roster-{season}", columns, lines))


def _kind(player: Row) -> str:
    return _KINDS.get(player["status"], "new")


def _in_order(player: Row) -> tuple[int, float, float]:
    last, expected = _minutes(player)
    return list(_COLOURS).index(_kind(player)), -last, -expected


def _minutes(player: Row) -> tuple[float, float]:
    """Minutes a game last season and expected this season; 0 where there are none."""
    return _GAME * (player["last_share"] or 0.0), _GAME * (player["expected_share"] or 0.0)


def _words(player: Row, zero: date | None) -> str:
    if player["status"] == "out":
        back = date_of(zero, player["from_day"])
        return f"out until {day_label(player['from_day'], back) if back else 'day ' + str(player['from_day'])}"
    if player["status"] == "left":
        return f"left for {player['to_team_name']}" if player["to_team_name"] else "left"
    if player["from_team_name"]:
        pause = ", after a year" if player["status"] == "back after a year" else ""
        return f"from {player['from_team_name']}{pause}"
    return player["status"]


def _told(player: Row) -> str:
    last, expected = _minutes(player)
    said = [f"{last:.1f} minutes a game last season"] if player["last_share"] is not None else []
    if player["expected_share"] is not None:
        said.append(f"{expected:.1f} expected, adding {signed(player['adds'])} points")
    return ", ".join(said)
