"""What each coming game is worth: its teams' chances of the Final Four and the title with either result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from dashboard import grids, parts
from dashboard.view import View
from dashboard.wording import percent

_STAGES = (("final_four", "Final Four"), ("title", "Title"))


def worth(view: View) -> list[html.Section]:
    """The section, of the newest evening; nothing where no game is to come."""
    games = view.rows("game_worth")
    newest = max((game["day"] for game in games), default=None)
    rows = [row for game in games if game["day"] == newest for row in _rows(view, game)]
    if not rows:
        return []
    columns = [
        grids.wide(grids.day() | {"field": "game_day"}),
        grids.team("name", "id", view.team_href(""), width=126),
        grids.text("against", "Against", 126),
        grids.wide(grids.text("chance", "Wins", 84, grows=False, cellClass=grids.RIGHT, type="rightAligned")),
        *(_swing(stage, title) for stage, title in _STAGES),
        grids.wide(grids.text("four", "Final Four: loses, wins", 150, cellClass="num")),
        grids.wide(grids.text("titles", "Title: loses, wins", 140, cellClass="num")),
    ]
    rows.sort(key=lambda row: -row["final_four"])
    note = (
        "How many percentage points of a team's chance hang on the game: if it wins less if it loses. "
        "Both teams of a game stand here; the game with most to lose and to win comes first."
    )
    return [
        parts.section("What the coming games are worth", parts.card(grids.grid("worth", columns, rows, page_size=10)),
                      note=note)
    ]  # fmt: skip


def _swing(stage: str, title: str) -> dict[str, Any]:
    return grids.number(stage, title, 104, 1, signed=True, headerTooltip=f"{title}: points of percent at stake")


def _rows(view: View, game: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row for each team of a game."""
    made = []
    for own, other in ((1, 2), (2, 1)):
        chance = game["probability"] if own == 1 else 1.0 - game["probability"]
        if_won = {stage: game[f"team{own}_{stage}_if_won"] for stage, _ in _STAGES}
        if_lost = {stage: game[f"team{own}_{stage}_if_lost"] for stage, _ in _STAGES}
        made.append(
            {"game_day": game["game_day"], "when": view.day(game["game_day"]), "id": game[f"team{own}_id"],
             "name": game[f"team{own}_name"], "against": game[f"team{other}_name"], "chance": percent(chance),
             "four": f"{percent(if_lost['final_four'])}, {percent(if_won['final_four'])}",
             "titles": f"{percent(if_lost['title'])}, {percent(if_won['title'])}",
             **{stage: 100.0 * (if_won[stage] - if_lost[stage]) for stage, _ in _STAGES}}
        )  # fmt: skip
    return made
