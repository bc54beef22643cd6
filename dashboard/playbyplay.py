"""What pages about plays have in common: what they say where there are none, moves, shots on a court."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from dash import html

from dashboard import court, grids, moves, notes, parts, play_figures
from dashboard.moves import Move
from dashboard.notes import Note
from dashboard.view import View
from dashboard.wording import plural, season_label

SHOWN = 18  # bars of moves at most
COURTS = {"shots": "Where", "points": "How well", "places": "Each shot"}
_SHOT_AREAS = ("team_id", "player_id", "area", "value", "made", "attempted")


def nothing(view: View) -> list[Any]:
    """The page of a season without play-by-play: what to hand in, and which seasons have it."""
    league = view.league
    file = f"madness ingest {league}Events{view.season}.csv.gz"
    page = parts.empty(
        f"No play-by-play of {season_label(view.season)} yet",
        f"What players and teams did comes from files of plays, such as Kaggle's {league}Events{view.season}.csv: "
        "every shot, rebound and foul of a season.",
        commands=(
            ("Hand in the season's plays", file),
            ("And the names of the players", f"madness ingest {league}Players.csv"),
        ),
    )
    there = view.seasons_with("play_games")
    if not there:
        return [page]
    links = [parts.link(season_label(season), replace(view.place, season=season).href(None)) for season in there]
    between = [part for link in links for part in (link, " ")]
    return [page, html.P(["Seasons with play-by-play: ", *between], className="quiet centred")]


def bars_of(name: str, every: Sequence[Move], games: int) -> html.Div:
    """A bar for each move, the most frequent first, and its kinds in words."""
    shown = list(every)[:SHOWN]
    rows = [(move.event.capitalize(), move.count, f"<b>{move.event.capitalize()}</b> {move.count:,}, "
             f"{_each(move.count, games)} a game{_kinds(move)}") for move in shown]  # fmt: skip
    marks = [f"{move.count:,} ({_each(move.count, games)})" for move in shown]
    described = f"How often, and in brackets how often a game, of {plural(games, 'game')}."
    if any(kind for move in shown for kind in move.kinds):
        described += " Point at a bar, or touch it, for its kinds."
    figure = play_figures.bars(rows, marks=marks)
    return parts.card(parts.graph(name, figure, described, play_figures.bars_height(len(rows))), css="padded")


def _each(count: int, games: int) -> str:
    each = count / max(games, 1)
    return f"{each:.1f}" if each >= 0.1 or not count else f"{each:.2f}"


def _kinds(move: Move) -> str:
    kinds = sorted(((kind, count) for kind, count in move.kinds.items() if kind), key=lambda one: -one[1])
    return "".join(f"<br>{kind}: {count:,}" for kind, count in kinds)


def moves_section(name: str, every: Sequence[Move], games: int) -> html.Section:
    """Most frequent, least frequent and total moves, and a bar for each."""
    total, rarest = sum(move.count for move in every), moves.least(every)
    return parts.section(
        "Moves",
        parts.tiles(
            parts.tile("Total moves", f"{total:,}", f"{_each(total, games)} a game, of {plural(len(every), 'type')}"),
            parts.tile("Most frequent", every[0].event.capitalize(), _times(every[0].count, total)),
            parts.tile("Least frequent", rarest.event.capitalize(), _times(rarest.count, total)),
            css="of-three",
        ),
        bars_of(name, every, games),
        css="moves",
        note="Everything that the play-by-play says was done",
    )


def _times(count: int, total: int) -> str:
    return f"{plural(count, 'time')}, {count / total:.1%} of all" if total else ""


def shooting_section(name: str, every: Sequence[Move]) -> html.Section:
    """Shots made and attempted, by what they count and by kind."""
    rows = moves.shooting(every)
    if not rows:
        return parts.section("Shooting", parts.quiet("The play-by-play has no shots."))
    columns = [
        grids.text("what", "Shot", 140, sortable=False),
        {"field": "attempted", "headerName": "Made", "width": 112, "type": "rightAligned", "cellClass": grids.RIGHT,
         "valueFormatter": {"function": "params.data.made + ' of ' + params.data.attempted"}},
        {"field": "share", "headerName": "Share", "width": 84, "type": "rightAligned", "cellClass": grids.RIGHT,
         "valueFormatter": {"function": "share(params.value, 1)"}},
    ]  # fmt: skip
    return parts.section("Shooting", parts.card(grids.grid(name, columns, rows)))


def shot_areas(view: View) -> pa.Table:
    """Field goals by area, of those whose area is known."""
    table = view.table("shot_areas", _SHOT_AREAS)
    return table.filter(pc.is_valid(table["area"]))


def court_section(
    view: View,
    rows: Iterable[Mapping[str, Any]],
    season: Mapping[str, float] | float,
    places: Sequence[Mapping[str, Any]],
) -> tuple[html.Section, list[Note]]:
    """Shots on a court, in the way the address asks for; what is missing is said.

    rows: of `shot_areas`. season: points per shot to compare with. places: shots with x, y, made, text.
    """
    rows = list(rows)
    offered = {key: label for key, label in COURTS.items() if (places if key == "places" else rows)}
    title = "On the court"
    if not offered:
        missing = f"The files of {season_label(view.season)} do not say where on the court shots were taken: they have "
        return parts.section(title, parts.quiet(f"{missing}no areas and no coordinates.")), []
    how, said = notes.picked(view.place, "court", offered, next(iter(offered)))
    line = court.three_point_line(view.league, view.season)
    if how == "places":
        figure = court.shots(places, line=line)
        words = f"{plural(len(places), 'shot')} whose place is known. Both ends of the court lie upon one."
        key = parts.legend([("Made", play_figures.ACCENT), ("Missed", play_figures.ORANGE)])
    else:
        figure = court.areas(rows, line=line, average=season if how == "points" else None)
        words = (
            "The deeper the blue, the more of the shots are from there. In each area: the share made."
            if how == "shots"
            else "In each area: points a shot, beside the season's from there: blue where more, orange where less."
            if isinstance(season, Mapping)
            else "In each area: points a shot, beside the season's average: blue where more, orange where less."
        )
        key = None
    picker = [parts.choice("court", how, list(offered.items()), "What the court shows")] if len(offered) > 1 else []
    css = "padded court half" if how == "places" else "padded court"
    card = parts.card(key, parts.graph("court", figure, words, 560), css=css)
    return parts.section(title, card, actions=picker), said
