"""Team: one team's season."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard import figures, grids, matchups, parts
from dashboard.components import GameList
from dashboard.pages.ratings import curves
from dashboard.view import View
from dashboard.wording import ordinal, plural, season_label, signed

TITLE = "Teams"
_AHEAD = 6


def render(view: View) -> list[Any]:
    records = {row["team_id"]: row for row in view.rows("team_records")}
    every = {row["team_id"]: row for row in view.tables.table("teams", view.league).to_pylist()}
    if not records and not every:
        return [parts.empty("No teams yet", "Teams appear with their first games.")]
    best = min(records.values(), key=lambda row: row["rank"])["team_id"] if records else None
    team = view.place.integer("team") or best
    options = sorted(
        {t: row["team_name"] for t, row in [*every.items(), *records.items()]}.items(), key=lambda item: item[1]
    )
    value = str(team) if team in dict(options) else None
    picker = parts.select(
        "team", value, [(str(t), name) for t, name in options], "Team", placeholder="Pick a team", w=260
    )
    head = html.Div(picker, className="picker")
    record = records.get(team) if team else None
    if record is None:
        name = every[team]["team_name"] if team in every else "This team"
        known = (
            f"{season_label(every[team]['first_season'])} to {season_label(every[team]['last_season'])}"
            if team in every
            else ""
        )
        text = f"{name} played no games in {season_label(view.season)}." + (
            f" It played here from {known}." if known else ""
        )
        return [head, parts.quiet(text), *_coming(view, team)]
    finished = matchups.played(view, team=team)
    return [
        head,
        _head(view, record, finished),
        *_coming(view, team),
        *_curve(view, record),
        _games(view, record, finished),
    ]


def _head(view: View, record: dict[str, Any], finished: list[dict[str, Any]]) -> html.Div:
    team = record["team_id"]
    expected = sum(g["team1_probability"] if g["team1_id"] == team else 1 - g["team1_probability"] for g in finished)
    luck = record["wins"] - expected
    against = f"{abs(luck):.1f} {'more' if luck >= 0 else 'fewer'} won than forecast"
    rating = f"rating {signed(record['rating'])} ± {record['rating_sd']:.1f}"
    where = [f"{place} {record[f'{key}_wins']}–{record[f'{key}_losses']}" for place, key in
             (("home", "home"), ("away", "away"), ("neutral", "neutral"))]  # fmt: skip
    return html.Div(
        [
            html.Div(
                [html.H2(record["team_name"], className="team-name"),
                 html.P(" · ".join(filter(None, (record["conference"], season_label(view.season)))), className="note")],
                className="team-head",
            ),
            parts.tiles(
                parts.tile("Rank", ordinal(record["rank"]), rating),
                parts.tile("Record", f"{record['wins']}–{record['losses']}", ", ".join(where)),
                parts.tile("Expected wins", f"{expected:.1f}", against),
                parts.tile("Points a game", f"{record['points_for']:.1f}", f"allowed {record['points_against']:.1f}"),
            ),
        ]
    )  # fmt: skip


def _coming(view: View, team: int | None) -> list[Any]:
    games = matchups.upcoming(view, team=team) if team else []
    if not games:
        return []
    cards = matchups.cards(view, games)
    note = plural(len(games), "game") + " on the schedule"
    return [GameList("team", cards, [("time", "Soonest first")], title="Games to come", note=note, first=_AHEAD)]


def _curve(view: View, record: dict[str, Any]) -> list[Any]:
    drawn = curves(view, [record["team_id"]])
    if not drawn:
        return []
    figure = figures.rating_curves(drawn, dated=view.day_zero is not None)
    described = "Points better than an average team, after each day with games. The band is one standard deviation."
    return [parts.section("Rating", parts.card(parts.graph("team", figure, described, 300), css="padded"))]


def _games(view: View, record: dict[str, Any], finished: list[dict[str, Any]]) -> html.Section:
    rows = sorted((_row(view, record["team_id"], game) for game in finished), key=lambda row: -row["day"])
    columns = [
        grids.day(),
        grids.team("opponent", "id", view.team_href(""), "Opponent", 160),
        {"field": "result", "headerName": "Result", "width": 130, "cellRenderer": "Result"},
        {
            "field": "chance",
            "headerName": "Chance to win",
            "width": 140,
            "cellRenderer": "Chance",
            "cellRendererParams": {"plain": True},
        },
        grids.wide(grids.number("expected", "Expected", 100, 1, signed=True)),
        grids.wide(grids.number("margin", "Margin", 92, 0, signed=True)),
        {"field": "outcome", "headerName": "Forecast", "width": 104, "cellRenderer": "Outcome"},
        grids.wide(grids.text("where", "Where", 160)),
    ]
    note = "The chance is the forecast made before the day of the game, from this team's side."
    return parts.section("Results", parts.card(grids.grid("team", columns, rows, page_size=50)), note=note)


def _row(view: View, team: int, game: dict[str, Any]) -> dict[str, Any]:
    mine, other = (1, 2) if game["team1_id"] == team else (2, 1)
    sign = 1 if mine == 1 else -1
    won = game["team1_won"] == (mine == 1)
    chance = game["team1_probability"] if mine == 1 else 1 - game["team1_probability"]
    score = f"{game[f'team{mine}_score']}–{game[f'team{other}_score']} {matchups.overtime(game['num_ot'])}".rstrip()
    return {
        "day": game["day"],
        "when": view.day(game["day"]),
        "opponent": game[f"team{other}_name"],
        "id": game[f"team{other}_id"],
        "result": f"{'W' if won else 'L'} {score}",
        "won": won,
        "chance": round(chance, 4),
        "expected": round(game["team1_margin"] * sign, 1),
        "margin": (game["team1_score"] - game["team2_score"]) * sign,
        "outcome": matchups.verdict(matchups.chance_of_winner(game))[0],
        "where": matchups.side_of(game, mine),
    }
