"""The field as projected, as a picture: who is on the bubble, and the sixteen lines of seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dashboard import parts
from dashboard.view import View
from dashboard.wording import percent

Team = Mapping[str, Any]
_GROUP = 4  # teams of each part of the bubble


def field(view: View, teams: Sequence[Team]) -> list[html.Div | html.Ol]:
    """The picture. teams: rows of `projected_field` of one evening, by rank."""
    return [_bubble(view, teams), _lines(view, teams)]


def champions(teams: Sequence[Team]) -> set[int]:
    """Ids of the teams that are in the field as champions: the likeliest of each conference."""
    best: dict[str, Team] = {}
    for team in teams:  # by rank: of two as likely the better one
        if team["conference"] and team["automatic"] > (best.get(team["conference"]) or {"automatic": 0.0})["automatic"]:
            best[team["conference"]] = team
    return {team["team_id"] for team in best.values() if team["seed"]}


def bubble(teams: Sequence[Team]) -> list[tuple[str, bool, list[Team]]]:
    """Around the last place that is no champion's: what a part is called, whether it is in, its teams, best first."""
    theirs = champions(teams)
    inside = [team for team in teams if team["seed"] and team["team_id"] not in theirs]
    outside = [team for team in teams if not team["seed"]]
    last = len(inside) - _GROUP
    groups = [
        ("Just in", True, inside[max(last - _GROUP, 0) : max(last, 0)]),
        ("Last four in", True, inside[max(last, 0) :]),
        ("First four out", False, outside[:_GROUP]),
        ("Next four out", False, outside[_GROUP : 2 * _GROUP]),
    ]
    return [group for group in groups if group[2]]


def _bubble(view: View, teams: Sequence[Team]) -> html.Div:
    made = [
        html.Section(
            [html.H3(title), html.Ol([_team(view, team) for team in group])],
            className="card field-group " + ("in" if inside else "out"),
        )
        for title, inside, group in bubble(teams)
    ]
    return html.Div(made, className="field-bubble")


def _lines(view: View, teams: Sequence[Team]) -> html.Ol:
    """The lines from 1 on, each with its teams by rank."""
    theirs = champions(teams)
    by_line: dict[int, list[Team]] = {}
    for team in teams:
        if team["seed"]:
            by_line.setdefault(int(team["seed"][1:3]), []).append(team)
    lines = [
        html.Li(
            [html.B([html.Span("Seed ", className="unseen"), str(line)], className="field-line"),
             html.Ul([_team(view, team, team["team_id"] in theirs) for team in by_line[line]])]
        )
        for line in sorted(by_line)
    ]  # fmt: skip
    return html.Ol(lines, className="card field-lines")


def _team(view: View, team: Team, champion: bool = False) -> html.Li:
    """Its name, its conference, its chance of a bid in words and as a bar."""
    conference = (team["conference"] or "") + (" champion" if champion else "")
    return html.Li(
        [
            parts.link(team["team_name"], view.team_href(team["team_id"])),
            html.Span(percent(team["bid"]), className="field-chance"),
            html.Small(conference),
            html.I(style={"--share": f"{100 * team['bid']:.1f}%"}, **parts.aria(hidden="true")),
        ]
    )
