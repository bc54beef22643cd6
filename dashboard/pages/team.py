"""Team: one team's season."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash import html

from dashboard import absent, figures, grids, matchups, parts, play_figures, rosters
from dashboard.components import GameList
from dashboard.notes import Note, other_league, quoted
from dashboard.pages.ratings import curves
from dashboard.view import View
from dashboard.wording import ordinal, plural, season_label, signed

TITLE = "Teams"
PARAMETERS = ("team",)
_AHEAD = 6


def heading(view: View) -> str:
    """The team that is shown."""
    teams = _teams(view)
    return TITLE if teams.shown is None else teams.names[teams.shown]


@dataclass(frozen=True)
class _Teams:
    """The teams of a league by id: rows of `team_records` of the season, rows of `teams`, and names, also of teams
    that have not played yet.

    shown: the team that the address asks for, or the best one; None if no team has played yet.
    """

    records: Mapping[int, dict[str, Any]]
    every: Mapping[int, dict[str, Any]]
    names: Mapping[int, str]
    shown: int | None


def _teams(view: View) -> _Teams:
    records = {row["team_id"]: row for row in view.rows("team_records")}
    every = {row["team_id"]: row for row in view.tables.table("teams", view.league).to_pylist()}
    names = _scheduled(view) | {t: row["team_name"] for t, row in [*every.items(), *records.items()]}
    best = min(records.values(), key=lambda row: row["rank"])["team_id"] if records else None
    asked = view.place.integer("team")
    return _Teams(records, every, names, asked if asked in names else best)


def render(view: View) -> list[Any]:
    teams = _teams(view)
    names, team = teams.names, teams.shown
    if not names:
        return [parts.empty("No teams yet", "Teams appear with their first games.")]
    options = [(str(one), name) for one, name in sorted(names.items(), key=lambda item: item[1])]
    value = None if team is None else str(team)
    picker = parts.select("team", value, options, "Team", placeholder="Pick a team", w=260)
    head = [*parts.notes(_not_there(view, team, names)), html.Div(picker, className="picker")]
    if team is None:
        return [*head, parts.quiet(f"No team has played in {season_label(view.season)} yet.")]
    record = teams.records.get(team)
    if record is None:
        text = f"{names[team]} played no games in {season_label(view.season)}."
        if known := teams.every.get(team):
            text += (
                f" It played here from {season_label(known['first_season'])} to {season_label(known['last_season'])}."
            )
        return [*head, parts.quiet(text), *_coming(view, team), *rosters.of_team(view, team)]
    finished = matchups.played(view, team=team)
    return [
        *head,
        _head(view, record, finished),
        *absent.of_team(view, record),
        *_coming(view, team),
        *_curve(view, record),
        *rosters.of_team(view, team),
        *_added_up(view, record),
        *_plays(view, record),
        _games(view, record, finished),
    ]


def _scheduled(view: View) -> dict[int, str]:
    """Teams that have games to come, by id: one that has never played is in no other table."""
    sides = [view.table("upcoming", (f"team{side}_id", f"team{side}_name")) for side in (1, 2)]
    return {team: name for side in sides for team, name in zip(*(c.to_pylist() for c in side.columns), strict=True)}


def _not_there(view: View, shown: int | None, names: Mapping[int, str]) -> list[Note]:
    """A note on a team that the address names and that is not the one shown."""
    asked, number = view.place.asked.get("team", ""), view.place.integer("team")
    if not asked or (number is not None and number == shown):
        return []
    instead = () if shown is None else ((f"{names[shown]} is shown", view.team_href(shown)),)
    elsewhere = other_league(view.place, number)
    if elsewhere is not None:
        return [Note(elsewhere.text, (*elsewhere.links, *instead))]
    return [Note(f"No {view.league.label.lower()}'s team loaded here has the id {quoted(asked)}.", instead)]


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
            html.P(
                " · ".join(filter(None, (record["conference"], season_label(view.season)))), className="note team-head"
            ),
            parts.tiles(
                parts.tile("Rank", ordinal(record["rank"]), rating),
                parts.tile("Record", f"{record['wins']}–{record['losses']}", ", ".join(where)),
                parts.tile("Expected wins", f"{expected:.1f}", against),
                parts.tile("Points a game", f"{record['points_for']:.1f}", f"allowed {record['points_against']:.1f}"),
            ),
        ]
    )  # fmt: skip


def _coming(view: View, team: int) -> list[Any]:
    games = matchups.upcoming(view, team=team)
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


def _added_up(view: View, record: dict[str, Any]) -> list[Any]:
    """Points for and against, added up through the season."""
    scores = sorted(view.rows("team_scores", team_id=record["team_id"]), key=lambda row: row["day"])
    if not scores:
        return []
    games = [
        {"x": row["day"] if view.day_zero is None else str(view.date(row["day"])),
         "margin": row["points_total"] - row["points_against_total"], "won": row["points"] > row["points_against"],
         "text": f"<b>{view.day(row['day'])}</b> {row['points']}–{row['points_against']} {row['opponent_name']}"
                 f"<br>so far {row['points_total']:,}–{row['points_against_total']:,}"}
        for row in scores
    ]  # fmt: skip
    last = scores[-1]
    note = f"{last['points_total']:,} points for, {last['points_against_total']:,} against"
    described = "Points scored less points allowed, added up game by game. Circles are wins, diamonds losses."
    graph = parts.graph("scores", play_figures.added_up(games, dated=view.day_zero is not None), described, 280)
    return [parts.section("Scores added up", parts.card(graph, css="padded"), note=note)]


def _plays(view: View, record: dict[str, Any]) -> list[Any]:
    """The way to what the team and its players did, where the season has play-by-play."""
    if view.season not in view.seasons_with("team_event_counts"):
        return []
    team, name = record["team_id"], record["team_name"]
    ways = (
        (f"Players and moves of {name}", view.place.href("players", team=team)),
        (f"{name} beside other teams", view.place.href("statistics", teams=team)),
    )
    links = [parts.link(words, href, "button") for words, href in ways]
    return [parts.section("Play-by-play", html.Div(links, className="picker"))]


def _games(view: View, record: dict[str, Any], finished: list[dict[str, Any]]) -> html.Section:
    rows = sorted((_row(view, record["team_id"], game) for game in finished), key=lambda row: -row["day"])
    columns = [
        grids.day(),
        grids.team("opponent", "id", view.team_href(""), "Opponent", 116),
        {
            "field": "result",
            "headerName": "Result",
            "width": 124,
            "cellRenderer": "Result",
            "cellRendererParams": {"base": view.game_href("")},
        },
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
        "game": matchups.key_of(game),
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
