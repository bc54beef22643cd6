"""Who did what in a game: box scores, players, assists, moves, shots, and every play in words."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard import court, game_figures, gamelog, grids, notes, parts
from dashboard.gamelog import GameLog, Line, Shown
from dashboard.notes import Note
from dashboard.wording import plural
from hoops.plays.vocabulary import AREAS, EVENTS
from hoops.schemas import BOX_COLUMNS, BOX_TITLES

_PAIRS, _MOVES = 6, 3
_SUBSTITUTION = EVENTS["sub"]  # which is no move that tells of a player's game
_SHOOTING = (("fgm", "FG", "Field goals"), ("fgm3", "3P", "Three-pointers"), ("ftm", "FT", "Free throws"))


def boxes(shown: Shown) -> html.Section:
    """Box scores of both teams: those of the results, and what the plays say where that is something else."""
    results = next(iter(_results(shown)), None)
    has_box = results is not None and results["team1_fga"] is not None
    counted: dict[int, Line] = {} if shown.log is None else {
        line.team: line for line in gamelog.lines(shown.log.plays, by_player=False)
    }  # fmt: skip
    if not has_box and not counted:
        return parts.section(
            "Box score", parts.quiet("The results have no box score of this game, and there are no plays.")
        )
    body, differs = [], False
    for column, title in zip(BOX_COLUMNS, BOX_TITLES, strict=True):
        cells = []
        for side, team in enumerate(shown.ids, start=1):
            log = counted[team].counts[column] if team in counted else None
            box = results[f"team{side}_{column}"] if has_box and results is not None else None
            cells.append((log if box is None else box, log if box is not None and log not in (None, box) else None))
        differs = differs or any(other is not None for _, other in cells)
        body.append(html.Tr([html.Th(title.capitalize(), scope="row"), *map(_cell, cells)]))
    heads = [html.Th(name) for name in shown.names]
    head = html.Thead(html.Tr([html.Th(html.Span("What", className="unseen")), *heads]))
    table = html.Table([head, html.Tbody(body)], className="box")
    note = "From the results" if has_box else "Counted from the plays; the results have none"
    if differs:
        note += "; in brackets what the plays say where that is something else"
    return parts.section("Box score", parts.card(table, css="padded narrow"), note=note)


def _cell(values: tuple[int | None, int | None]) -> html.Td:
    value, other = values
    shown = "–" if value is None else str(value)
    return html.Td([shown, html.Span(f" ({other})", className="other") if other is not None else None])


def _results(shown: Shown) -> list[dict[str, Any]]:
    one, two = shown.ids
    return shown.view.rows("results", day=shown.row["day"], team1_id=one, team2_id=two)


def players(shown: Shown, log: GameLog) -> html.Section:
    lines = gamelog.lines(log.plays, by_player=True)
    if not lines:
        return parts.section("Players", parts.quiet("The plays name no players."))
    rows_ = [
        {
            "name": line.name, "id": line.player, "team": shown.names[shown.side(line.team)], "points": line.points,
            "rebounds": line.counts["or"] + line.counts["dr"], "added": line.added,
            **{column: line.counts[column] for column in BOX_COLUMNS},
            **{f"{made}a": f"{line.counts[made]}/{line.counts[tried]}"
               for made, tried in (("fgm", "fga"), ("fgm3", "fga3"), ("ftm", "fta"))},
        }
        for line in lines
    ]  # fmt: skip
    columns = [
        grids.team("name", "id", shown.view.player_href(""), "Player", 132),
        grids.wide(grids.text("team", "Team", 116)),
        _grows(grids.number("points", "Pts", 54, headerTooltip="Points")),
        *(grids.wide(_made(*each)) for each in _SHOOTING),
        _grows(grids.number("rebounds", "Reb", 54, headerTooltip="Rebounds of players")),
        _grows(grids.number("ast", "Ast", 52, headerTooltip="Assists")),
        *(grids.wide(grids.number(name, title, 66, headerTooltip=words)) for name, title, words in
          (("stl", "Stl", "Steals"), ("blk", "Blk", "Blocks"), ("to", "TO", "Turnovers"), ("pf", "PF", "Fouls"))),
        *([_grows({"field": "added", "headerName": "WPA", "width": 62, "type": "rightAligned",
            "cellClass": grids.RIGHT, "valueFormatter": {"function": "signed(params.value * 100, 0) + '%'"},
            "headerTooltip": "Win probability that the player's plays added for the team"})]
          if log.swings is not None else []),
    ]  # fmt: skip
    note = "Counted from the plays. WPA is the win probability added; a basket and its assist share it"
    find = grids.search("box", "Find a player or team")
    return parts.section("Players", parts.card(grids.grid("box", columns, rows_, page_size=50, finds=True)),
                         note=note if log.swings is not None else "Counted from the plays", actions=[find])  # fmt: skip


def _grows(column: dict[str, Any]) -> dict[str, Any]:
    """A column that is as narrow as given on a phone, and takes its part of the room where there is some."""
    return column | {"minWidth": column["width"], "flex": column["width"]}


def _made(field: str, title: str, words: str) -> dict[str, Any]:
    """Made of tried, sorted by made."""
    return grids.number(field, title, 82, headerTooltip=f"{words}: made/tried") | {
        "valueFormatter": {"function": f"params.data.{field}a"}
    }


def found(shown: Shown, log: GameLog) -> html.Section:
    """Who assisted whom."""
    pairs = gamelog.assists(log.plays)[:_PAIRS]
    listed = [_named(shown, team, f"{giver} → {scorer}", html.B(f"{times} for {points}"))
              for team, giver, scorer, times, points in pairs]  # fmt: skip
    content = parts.card(html.Ul(listed, className="pairs")) if listed else parts.quiet("No assists in the plays.")
    return parts.section("Who found whom", content, note="Assists, and the points of the baskets")


def moves(shown: Shown, log: GameLog) -> html.Section:
    """What each player did most."""
    listed = []
    for line in gamelog.lines(log.plays, by_player=True)[: 2 * _PAIRS]:
        most = [one for one in line.events.most_common(_MOVES + 1) if one[0] != _SUBSTITUTION][:_MOVES]
        did = ", ".join(f"{event} {count}" for event, count in most)
        listed.append(_named(shown, line.team, line.name, html.Span(did, className="did")))
    content = parts.card(html.Ul(listed, className="pairs")) if listed else parts.quiet("The plays name no players.")
    return parts.section("Top moves", content, note="What the players with most points did most")


def _named(shown: Shown, team: int, name: str, what: Any) -> html.Li:
    side = shown.side(team)
    dot = html.I(className=f"dot team{side + 1}", title=shown.names[side], **parts.aria(hidden="true"))
    return html.Li([html.Span([dot, name, html.Span(f", {shown.names[side]}", className="unseen")]), what])


def shots(shown: Shown, log: GameLog) -> list[Any]:
    """Shots by area as bars and, where places are known, on the court."""
    tried = gamelog.shots(log.plays)
    if not any(shot["area"] or shot["x"] is not None for shot in tried):
        text = "The file of this game's plays does not say where shots were taken: it has no areas and no coordinates."
        return [parts.section("Shots by area", parts.quiet(text))]
    areas = [gamelog.by_area(shot for shot in tried if shot["team_id"] == team) for team in shown.ids]
    made: list[Any] = []
    if any(areas):
        bars = game_figures.area_bars(areas, shown.names)
        count = len({row["area"] for each in areas for row in each if row["area"] in AREAS.values()})
        words = "Field goals made and tried by area of the court."
        key = parts.legend(list(zip(shown.names, game_figures.TEAMS, strict=True)))
        made.append(parts.section("Shots by area", parts.card(key, parts.graph("areas", bars, words, 40 + 44 * count),
                                                              css="padded")))  # fmt: skip
    line = court.three_point_line(shown.view.league, shown.view.season)
    courts = []
    for side, (team, name) in enumerate(zip(shown.ids, shown.names, strict=True)):
        own = [shot for shot in tried if shot["team_id"] == team and shot["x"] is not None]
        if own:
            figure = court.shots(own, line=line, colour=game_figures.TEAMS[side])
            words = f"{plural(len(own), 'shot')} of {name}; circles went in, crosses did not. Both ends lie upon one."
            graph = parts.graph(f"court{side}", figure, words, 380)
            courts.append(parts.section(name, parts.card(graph, css="padded court half")))
        elif areas[side]:
            words = (
                f"Shots of {name}: the deeper the blue, the more of them are from there. In each area: the share made."
            )
            graph = parts.graph(f"court{side}", court.areas(areas[side], line=line), words, 380)
            courts.append(parts.section(name, parts.card(graph, css="padded court")))
    return [*made, html.Div(courts, className="pair")] if courts else made


def every_play(shown: Shown, log: GameLog) -> tuple[html.Section, list[Note]]:
    """Every play in words; the address says which: all, those that scored, of a team, of a period."""
    allowed = {"all": "All plays", "scoring": "Scoring plays"}
    allowed |= {str(team): name for team, name in zip(shown.ids, shown.names, strict=True)}
    allowed |= {f"period{at}": name for at, (_, name) in enumerate(log.ends(), start=1)}
    which, said = notes.picked(shown.view.place, "plays", allowed, "all")
    listed = [
        {
            "play": play["play"], "clock": log.brief_moment(play), "what": gamelog.words(play),
            "by": ", ".join(filter(None, (play["player_name"], play["team_name"]))), "score": gamelog.score(play),
            "scored": bool(play["points"]), "chance": play["chance"], "leverage": play["leverage"],
        }
        for play in log.plays
        if which == "all" or (which == "scoring" and play["points"]) or which == str(play["team_id"])
        or allowed[which] == play["period"]
    ]  # fmt: skip
    chances = [
        grids.wide({"field": "chance", "headerName": "Chance", "width": 150, "cellRenderer": "Chance",
                    "cellRendererParams": {"plain": True}}),
        grids.wide({"field": "leverage", "headerName": "Leverage", "width": 110, "type": "rightAligned",
                    "cellClass": grids.RIGHT, "valueFormatter": {"function": "share(params.value, 0)"}}),
    ] if log.swings is not None else []  # fmt: skip
    columns = [
        {"field": "play", "headerName": "Clock", "width": 98, "cellClass": "num",
         "sortingOrder": ["asc", "desc", None], "valueFormatter": {"function": "params.data.clock"},
         "getQuickFilterText": {"function": "params.data.clock"}},
        grids.text("what", "Play", 170, cellRenderer="Play",
                   getQuickFilterText={"function": "params.data.what + ' ' + params.data.by"}),
        {"field": "score", "headerName": "Score", "width": 72, "cellClass": "num", "sortable": False},
        *chances,
    ]  # fmt: skip
    actions = [
        parts.select("plays", which, list(allowed.items()), "Which plays", w=190),
        grids.search("plays", "Find a player or play"),
    ]
    table = grids.grid("plays", columns, listed, page_size=25, finds=True)
    note = f"{plural(len(listed), 'play')}. Score and chance are seen from {shown.names[0]}"
    return parts.section("Play by play", parts.card(table), note=note, actions=actions), said
