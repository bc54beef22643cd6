"""Ratings: every team's strength now, and how it moved over the season."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
import numpy as np
from dash import html

from dashboard import figures, grids, parts, rosters
from dashboard.notes import Note, other_league, quoted
from dashboard.place import number
from dashboard.view import View
from dashboard.wording import plural, season_label

TITLE = "Ratings"
PARAMETERS = ("teams",)
MOST = 6
DEFAULT = 4


def render(view: View) -> list[Any]:
    records = sorted(view.rows("team_records"), key=lambda row: (row["rank"], row["team_id"]))
    if not records:
        return [parts.empty("No ratings yet", "Teams are rated once their first games of the season are in.")]
    known = {row["team_id"] for row in records}
    asked = {text: number(text) for text in view.place.parts("teams")}
    found = list(dict.fromkeys(team for team in asked.values() if team is not None and team in known))
    picked = found[:MOST] or [row["team_id"] for row in records[:DEFAULT]]
    missing = {text: team for text, team in asked.items() if team not in known}
    return [
        *parts.notes(_not_there(view, missing, found, picked)),
        _chart(view, records, picked),
        _table(view, records),
        *rosters.of_league(view),
    ]


def _not_there(view: View, missing: dict[str, int | None], found: list[int], picked: list[int]) -> list[Note]:
    """Notes on what the parameter `teams` names and the chart does not show. missing: what was asked, as a number."""
    shown = "The teams found are shown" if found else f"The best {len(picked)} are shown"
    link = (shown, view.place.href(teams=",".join(map(str, picked))))
    elsewhere = {text: other_league(view.place, team) for text, team in missing.items()}
    said = [note for note in elsewhere.values() if note is not None]
    if unknown := [text for text, note in elsewhere.items() if note is None]:
        more = f" and {len(unknown) - MOST} more" if len(unknown) > MOST else ""
        text = (
            f"No rated team of {season_label(view.season)} has the id {', '.join(map(quoted, unknown[:MOST]))}{more}."
        )
        said.append(Note(text, (link,)))
    if len(found) > MOST:
        left = ", ".join(map(str, found[MOST:]))
        said.append(Note(f"The chart takes {MOST} teams at most: {left} left out.", (link,)))
    return said


def curves(view: View, teams: list[int]) -> list[dict[str, Any]]:
    """What `figures.rating_curves` draws, in the order of the teams."""
    table = view.table("ratings", ("day", "team_id", "team_name", "rating", "rating_sd"))
    ids = table["team_id"].to_numpy()
    made = []
    for team in teams:
        rows = table.take(np.flatnonzero(ids == team)).sort_by("day")
        if not rows.num_rows:
            continue
        days = rows["day"].to_pylist()
        made.append(
            {
                "name": rows["team_name"][-1].as_py(),
                "x": days if view.day_zero is None else [str(view.date(day)) for day in days],
                "day": [view.day(day) for day in days],
                "rating": rows["rating"].to_pylist(),
                "sd": rows["rating_sd"].to_pylist(),
            }
        )
    return made


def _chart(view: View, records: list[dict[str, Any]], picked: list[int]) -> html.Section:
    options = [{"value": str(r["team_id"]), "label": f"{r['rank']}  {r['team_name']}"} for r in records]
    picker = dmc.MultiSelect(
        id={"param": "teams"}, data=options, value=[str(team) for team in picked], maxValues=MOST, searchable=True,
        size="sm", className="teams-picker", hidePickedOptions=True, placeholder="Add a team",
        **parts.aria(label=f"Teams in the chart, at most {MOST}"),
    )  # fmt: skip
    drawn = curves(view, picked)
    names = parts.legend([(curve["name"], figures.PALETTE[i]) for i, curve in enumerate(drawn)])
    figure = figures.rating_curves(drawn, dated=view.day_zero is not None)
    described = "Points better than an average team, after each day with games. The band is one standard deviation."
    return parts.section(
        "Over the season",
        parts.card(names, parts.graph("ratings", figure, described, 380), css="padded"),
        actions=[picker],
    )


def _table(view: View, records: list[dict[str, Any]]) -> html.Section:
    low = min(row["rating"] - row["rating_sd"] for row in records)
    high = max(row["rating"] + row["rating_sd"] for row in records)
    # Efficiencies where box scores gave any, else plain means.
    adjusted = all(row.get("offence") is not None for row in records)
    points = (
        {"for": "offence", "against": "defence"} if adjusted else {"for": "points_for", "against": "points_against"}
    )
    points |= {"tempo": "tempo"} if adjusted else {}
    rows = [
        {
            "rank": row["rank"],
            "team": row["team_name"],
            "id": row["team_id"],
            "conference": (row["conference"] or "–").removesuffix(" Conference"),
            "record": f"{row['wins']}–{row['losses']}",
            "share": row["wins"] / max(row["wins"] + row["losses"], 1),
            "rating": round(row["rating"], 2),
            "sd": round(row["rating_sd"], 2),
            **{name: round(row[column], 1) for name, column in points.items()},
        }
        for row in records
    ]
    columns = [
        grids.number("rank", "Rank", 66, sortingOrder=["asc", "desc", None]),
        grids.team("team", "id", view.team_href(""), width=158),
        {"field": "rating", "headerName": "Rating", "width": 82, "type": "rightAligned",
         "cellClass": f"{grids.RIGHT} strong",
         "valueFormatter": {"function": "signed(params.value, 1)"}},
        grids.number("sd", "±", 58, 1, sortingOrder=["asc", "desc", None]),
        grids.wide({"field": "rating", "colId": "interval", "headerName": "Rating and uncertainty", "minWidth": 180,
                    "flex": 180, "cellRenderer": "Interval", "cellRendererParams": {"low": low, "high": high},
                    "sortable": False}),
        {"field": "share", "headerName": "Record", "width": 100, "type": "rightAligned", "cellClass": grids.RIGHT,
         "valueFormatter": {"function": "params.data.record"}},
        grids.text("conference", "Conference", 150),
        grids.wide(grids.number("for", "Offence" if adjusted else "Scored", 92, 1)),
        grids.wide(
            grids.number("against", "Defence" if adjusted else "Allowed", 96, 1, sortingOrder=["asc", "desc", None])
        ),
        *([grids.wide(grids.number("tempo", "Tempo", 82, 1))] if adjusted else []),
    ]  # fmt: skip
    find = grids.search("ratings", "Find a team or conference")
    note = f"{plural(len(rows), 'team')}. A rating is the expected margin, in points, against an average team"
    note += "; offence and defence are points per 100 possessions." if adjusted else " on neutral ground."
    return parts.section(
        "All teams",
        parts.card(grids.grid("ratings", columns, rows, page_size=50, finds=True)),
        note=note,
        actions=[find],
    )
