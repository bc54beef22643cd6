"""Tournament: wins and championships by team, champions by season; the season's field where it has no bracket."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from dash import html

from dashboard import figures, grids, parts
from dashboard.bracket_data import has_bracket
from dashboard.standing import KAGGLE, Standing, nothing, standing, words
from dashboard.view import View
from dashboard.wording import plural, season_label

TITLE = "Tournament"
PARAMETERS = ()
BARS = 20
_COLUMNS = ("team_id", "team_name", "seed", "region", "wins", "losses", "champion")


def render(view: View) -> list[Any]:
    seasons = {season: table.to_pylist() for season, table in view.every_season("tournaments", _COLUMNS).items()}
    if not any(seasons.values()):
        return [nothing(view, "No NCAA tournament here")]
    return [_field(view, seasons.get(view.season, [])), _by_team(view, seasons), _champions(view, seasons)]


def _field(view: View, teams: list[dict[str, Any]]) -> html.Section:
    title = f"The field of {view.season}"
    where = standing(view, view.season, teams)
    if not teams:
        return parts.section(title, parts.quiet(f"{words(view, where)} Other tournaments are below."))
    still = {
        Standing.NOT_LOADED: f" Its games are not loaded here ({view.league}{KAGGLE}).",
        Standing.UNKNOWN: " Its games are not played yet, or not loaded here.",
        Standing.TO_COME: " No game has been played yet.",
        Standing.UNFINISHED: " Not all of its games are loaded here.",
        Standing.UNDER_WAY: " It is under way.",
    }.get(where, "")
    most = max(team["wins"] for team in teams)
    champion = next((team for team in teams if team["champion"]), None)
    banner = _banner(view, champion) if champion else None
    if has_bracket(view):
        bracket = parts.link("The bracket", view.place.href("bracket"), "button")
        note = f"{plural(len(teams), 'team')}.{still}"
        return parts.section(f"The tournament of {view.season}", banner, note=note, actions=[bracket])
    if not any(team["seed"] for team in teams):
        ranked = sorted(teams, key=lambda team: (-team["wins"], team["team_name"]))
        quarter = -(-len(ranked) // 4)
        columns = [_region(view, "", ranked[i : i + quarter], most) for i in range(0, len(ranked), quarter)]
        note = "Seeds are not known; teams by wins." + still
    else:
        regions: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for team in sorted(
            teams, key=lambda team: (team["seed"] is None, (team["seed"] or "")[0:1], (team["seed"] or "")[1:])
        ):
            regions[_region_name(team)].append(team)
        columns = [_region(view, name, members, most) for name, members in regions.items()]
        note = f"{plural(len(teams), 'team')} by region and seed; a dot for every win." + still
    return parts.section(title, banner, html.Div(columns, className="regions"), note=note)


def _region_name(team: dict[str, Any]) -> str:
    if team["region"]:
        return team["region"]
    return f"Region {team['seed'][0]}" if team["seed"] else "No seed"


def _banner(view: View, champion: dict[str, Any]) -> html.Div:
    seed = champion["seed"]
    words = f"Champion, {plural(champion['wins'], 'win')}" + (f", seed {int(seed[1:3])}" if seed else "")
    return html.Div(
        [html.Span("★", className="star", **parts.aria(hidden="true")),
         html.Div([parts.link(champion["team_name"], view.team_href(champion["team_id"]), "banner-name"),
                   html.Div(words, className="note")])],
        className="banner",
    )  # fmt: skip


def _region(view: View, name: str, teams: list[dict[str, Any]], most: int) -> html.Div:
    rows = [
        html.Li(
            [
                html.Span(_seed(team["seed"]), className="seed"),
                parts.link(team["team_name"], view.team_href(team["team_id"])),
                html.Span(
                    [html.I(className="pip on" if i < team["wins"] else "pip") for i in range(most)],
                    className="pips", role="img", **parts.aria(label=plural(team["wins"], "win")),
                ),
            ],
            className="champion" if team["champion"] else "out" if not team["wins"] else "",
        )
        for team in teams
    ]  # fmt: skip
    return html.Div([html.H3(name) if name else None, html.Ul(rows)], className="card region")


def _seed(seed: str | None) -> str:
    """The number of a seed, with the letter of a play-in: 16a."""
    return "" if not seed else f"{int(seed[1:3])}{seed[3:]}"


def _totals(seasons: dict[int, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Wins, championships and entries by team over every season, best first."""
    totals: dict[int, dict[str, Any]] = {}
    for season, teams in sorted(seasons.items()):
        for team in teams:
            total = totals.setdefault(team["team_id"], {"wins": 0, "losses": 0, "titles": 0, "entries": 0, "years": []})
            total["name"] = team["team_name"]
            total["id"] = team["team_id"]
            total["wins"] += team["wins"]
            total["losses"] += team["losses"]
            total["entries"] += 1
            total["titles"] += int(team["champion"])
            if team["champion"]:
                total["years"].append(str(season))
    return sorted(totals.values(), key=lambda t: (-t["wins"], -t["titles"], t["name"]))


def _by_team(view: View, seasons: dict[int, list[dict[str, Any]]]) -> html.Section:
    totals = _totals(seasons)
    top = totals[:BARS]
    rows = [total | {"years": ", ".join(total["years"])} for total in totals]
    columns = [
        grids.team("name", "id", view.team_href(""), width=150),
        grids.number("wins", "Wins", 72),
        grids.wide(grids.number("losses", "Losses", 82)),
        grids.number("titles", "Titles", 74),
        grids.wide(grids.number("entries", "Entries", 82)),
        grids.wide(grids.text("years", "Champion in", 110)),
    ]
    with_field = sorted(season for season, teams in seasons.items() if teams)
    note = f"{plural(len(with_field), 'tournament')}, {season_label(with_field[0])} to {season_label(with_field[-1])}"
    described = f"NCAA tournament wins of the {len(top)} teams with most; a star for every championship."
    height = 40 + 26 * len(top)
    return parts.section(
        "Wins and championships",
        html.Div(
            [parts.card(parts.graph("wins", figures.wins_bars(top), described, height), css="padded"),
             parts.card(grids.grid("wins", columns, rows, page_size=13))],
            className="pair",
        ),
        note=note,
    )  # fmt: skip


def _champions(view: View, seasons: dict[int, list[dict[str, Any]]]) -> html.Section:
    made = []
    for season, teams in sorted(seasons.items(), reverse=True):
        champion = next((team for team in teams if team["champion"]), None)
        if champion:
            seed = f"Seed {int(champion['seed'][1:3])}" if champion["seed"] else ""
            inside = [
                html.Span(str(season), className="year"),
                parts.link(champion["team_name"], view.team_href(champion["team_id"])),
                html.Span(seed, className="note"),
            ]
        else:
            text = standing(view, season, teams).value
            inside = [html.Span(str(season), className="year"), html.Span(text, className="note")]
        made.append(html.Li(inside))
    return parts.section("Champions by season", html.Ul(made, className="champions"))
