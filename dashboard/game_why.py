"""The forecast of a game and why: what it was, ratings and records before the game, earlier meetings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dashboard import absent, matchups, parts, rosters
from dashboard.components import GameList
from dashboard.gamelog import Shown
from dashboard.view import View, only, rows
from dashboard.wording import ordinal, percent, plural, season_label, signed, utc

_MEETINGS = 5  # seasons before this one
_FORECAST = (
    "day", "team1_id", "team2_id", "model_id", "known_through_season", "known_through_day", "out_of_sample",
    "issued_at", "issued_probability",
)  # fmt: skip
Row = Mapping[str, Any]


def forecast(shown: Shown) -> list[Any]:
    """The forecast before the game, and what it rests on; of a game to come also who is out."""
    view, row = shown.view, shown.row
    chances = (row["team1_probability"], 1 - row["team1_probability"])
    name, columns = ("forecasts", _FORECAST) if shown.is_over else ("upcoming", (*_FORECAST, "absences"))
    more = next(iter(view.rows(name, columns, day=row["day"], team1_id=shown.ids[0], team2_id=shown.ids[1])))
    said = [
        ("Chance to win", " · ".join(f"{name} {percent(one)}" for name, one in zip(shown.names, chances, strict=True))),
        ("Expected margin", f"{matchups.expectation(row)} ± {row['margin_sd']:.1f} points"),
    ]
    if shown.is_over:
        outcome = matchups.verdict(matchups.chance_of_winner(row))[1]
        said.append(("How it came out", f"{outcome}; {_won_by(shown)}"))
    site = {1: f"{shown.names[0]} at home", 0: "Neutral ground", -1: f"{shown.names[1]} at home"}[row["site"]]
    said += [("Where", site), ("Known", _known(view, more)), ("Model", more["model_id"])]
    if more["issued_at"] is not None:
        issued = more["issued_probability"]
        better = f"{shown.names[0]} {percent(issued)}" if issued >= 0.5 else f"{shown.names[1]} {percent(1 - issued)}"
        said.append(("Published before the game", f"{better}, {utc(more['issued_at'])}"))
    facts = html.Dl([html.Div([html.Dt(what), html.Dd(words)]) for what, words in said], className="facts")
    note = "Made from the games before its day alone"
    if not more["out_of_sample"]:
        note += ", by a model that had this game in its training data"
    both = html.Div([parts.card(facts, css="padded"), _strengths(shown)], className="pair")
    why = parts.section("The forecast and why", both, note=note)
    return [why] if shown.is_over else [why, *absent.of_game(shown, more)]


def _won_by(shown: Shown) -> str:
    margin = shown.row["team1_score"] - shown.row["team2_score"]
    return f"{shown.names[0] if margin > 0 else shown.names[1]} won by {abs(margin)}"


def _known(view: View, row: Row) -> str:
    season, day = row["known_through_season"], row["known_through_day"]
    if season is None:
        return "No game before it"
    return f"Games up to {view.day(day, year=True)}" if season == view.season else f"Games up to {season_label(season)}"


def _strengths(shown: Shown) -> html.Div:
    """Ratings of both teams before the game, and their records so far."""
    view, row = shown.view, shown.row
    ratings = _ratings_before(view, row["day"])
    games = {team: matchups.played(view, team=team) for team in shown.ids}
    body = []
    lines: list[tuple[str, list[str]]] = []
    for title, field, shape in (
        ("Rank", "rank", lambda value: ordinal(value)),
        ("Rating", "rating", lambda value: signed(value)),
        ("Uncertainty", "rating_sd", lambda value: f"± {value:.1f}"),
        ("Offence", "offence", lambda value: f"{value:.1f}"),
        ("Defence", "defence", lambda value: f"{value:.1f}"),
        ("Tempo", "tempo", lambda value: f"{value:.1f}"),
    ):
        values = [ratings.get(team, {}).get(field) for team in shown.ids]
        if any(value is not None for value in values):
            lines.append((title, ["–" if value is None else shape(value) for value in values]))
    lines += rosters.beside(view, shown.ids)
    lines.append(("Record before", [_record(games[team], team, row["day"]) for team in shown.ids]))
    body = [html.Tr([html.Th(title, scope="row"), *map(html.Td, values)]) for title, values in lines]
    head = html.Tr([html.Th(html.Span("What", className="unseen")), *map(html.Th, shown.names)])
    return parts.card(html.Table([html.Thead(head), html.Tbody(body)], className="box"), css="padded")


def _ratings_before(view: View, day: int) -> dict[int, dict[str, Any]]:
    """Rows of `ratings` after the last day with games before a day, by team."""
    table = view.table("ratings")
    days = table["day"].to_numpy()
    known = days[days < day]
    if not len(known):
        return {}
    return {row["team_id"]: row for row in rows(only(table, day=int(known.max())))}


def _record(games: Sequence[Row], team: int, day: int) -> str:
    won = [(game["team1_id"] == team) == game["team1_won"] for game in games if game["day"] < day]
    return f"{sum(won)}–{len(won) - sum(won)}"


def meetings(shown: Shown) -> list[Any]:
    """Their other games of this season as cards, and how often they met in the seasons before."""
    view, (one, two) = shown.view, shown.ids
    others = [
        game for game in matchups.played(view, team=one)
        if {game["team1_id"], game["team2_id"]} == {one, two} and game["day"] != shown.row["day"]
    ]  # fmt: skip
    made: list[Any] = []
    if others:
        cards = matchups.cards(view, others)
        note = plural(len(others), "other game") + f" in {season_label(view.season)}"
        made.append(GameList("meetings", cards, [("time", "In order of time")], title="They also met", note=note))
    seasons = [season for season in view.edition.seasons if season < view.season][-_MEETINGS:]
    tables = view.tables.tables("head_to_head", view.league, seasons)
    met = [(season, row) for season, table in tables.items() for row in rows(only(table, team1_id=one, team2_id=two))]
    if met:
        lines = [_met(shown, season, row) for season, row in sorted(met, key=lambda pair: -pair[0])]
        listed = html.Dl([html.Div([html.Dt(when), html.Dd(words)]) for when, words in lines], className="facts")
        made.append(parts.section("Earlier seasons", parts.card(listed, css="padded")))
    elif not others:
        before = "season" if len(seasons) == 1 else f"{len(seasons)} seasons"
        span = f"They did not meet in {season_label(view.season)} before"
        made.append(parts.quiet(span + (f", nor in the {before} before it." if seasons else ".")))
    return made


def _met(shown: Shown, season: int, row: Row) -> tuple[str, str]:
    wins = row["team1_wins"], row["games"] - row["team1_wins"]
    ahead = shown.names[int(wins[1] > wins[0])]
    words = f"{ahead} won {max(wins)} of {row['games']}" if wins[0] != wins[1] else f"{plural(wins[0], 'win')} each"
    return season_label(season), f"{words}; points {row['team1_points']}–{row['team2_points']}"
