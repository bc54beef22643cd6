"""Before the bracket is known: the field as it is projected, and the conferences' races."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard import grids, parts
from dashboard.bracket_field import field
from dashboard.view import View
from dashboard.wording import plural

_CHANCE: dict[str, Any] = {"cellRenderer": "Chance", "cellRendererParams": {"plain": True}}


def _newest(view: View, name: str) -> list[dict[str, Any]]:
    """A table's rows of its last evening."""
    rows = view.rows(name)
    last = max((row["day"] for row in rows), default=None)
    return [row for row in rows if row["day"] == last]


def projected(view: View) -> list[html.Section]:
    """The projected field; nothing where none is published, or the field is known."""
    teams = sorted(_newest(view, "projected_field"), key=lambda team: team["rank"])
    if not teams:
        return []
    inside = sum(team["seed"] is not None for team in teams)
    rows = [team | {"line": int(team["seed"][1:3]) if team["seed"] else None} for team in teams]
    columns = [
        grids.wide(grids.number("rank", "#", 56)),
        grids.team("team_name", "team_id", view.team_href(""), width=140),
        grids.wide(grids.text("conference", "Conference", 132)),
        grids.number("line", "Seed", 68),
        grids.text("bid", "In the field", 130, grows=False, **_CHANCE),
        grids.wide(grids.text("automatic", "As champion", 130, grows=False, **_CHANCE)),
        grids.wide(grids.number("expected_line", "Mean seed", 112, 1)),
        grids.text("final_four", "Final Four", 118, grows=False, **_CHANCE),
        grids.wide(grids.text("title", "Title", 118, grows=False, **_CHANCE)),
    ]
    note = (
        f"As of {view.day(teams[0]['day'])}: the {plural(inside, 'team')} that would be in it by seed, and the bubble: "
        "those who would just be in or out. The bar is the chance to be in the field when Selection Sunday names it."
    )
    return [
        parts.section("The field as projected", *field(view, teams), note=note),
        parts.section(
            "Every team that may be in it", parts.card(grids.grid("projected", columns, rows, finds=True)),
            actions=[grids.search("projected", "Find a team or conference")],
        ),
    ]  # fmt: skip


def conferences(view: View) -> list[html.Section]:
    """The conferences' races; nothing where none are published or all are decided."""
    teams = _newest(view, "conference_odds")
    open_races = [
        team
        for team in teams
        if team["season_title"] not in (0.0, 1.0) or team["tournament_title"] not in (None, 0.0, 1.0)
    ]
    if not open_races:
        return []
    order = ("conference", "season_title", "tournament_title")
    rows = sorted(teams, key=lambda team: (team[order[0]], -team[order[1]], -(team[order[2]] or 0.0)))
    rows = [row | {"record": f"{row['wins']}–{row['losses']}"} for row in rows]
    columns = [
        grids.text("conference", "Conference", 104),
        grids.team("team_name", "team_id", view.team_href(""), width=124),
        grids.wide(grids.text("record", "Record", 90, grows=False, cellClass=grids.RIGHT, type="rightAligned")),
        grids.wide(grids.number("expected_wins", "Wins expected", 144, 1)),
        grids.text("season_title", "Season title", 130, grows=False, **_CHANCE),
        grids.text("tournament_title", "Tournament", 130, grows=False, **_CHANCE),
    ]
    return [
        parts.section(
            "Conferences", parts.card(grids.grid("conferences", columns, rows, page_size=13, finds=True)),
            note=f"As of {view.day(rows[0]['day'])}: chances to be first, alone or level, and to win the tournament.",
            actions=[grids.search("conferences", "Find a team or conference")],
        )
    ]  # fmt: skip
