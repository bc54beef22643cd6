"""About: what the numbers mean and where they come from."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard import parts
from dashboard.view import View
from dashboard.wording import season_label, utc
from hoops.evaluation.metrics import COIN_LOG_LOSS

TITLE = "How it works"
PARAMETERS = ()

_TERMS = (
    (
        "Chance",
        "The probability that a team wins. Of all teams given 80%, about four in five should win; Forecast "
        "quality shows whether they do.",
    ),
    (
        "Expected margin",
        "By how many points the favourite should win on average. The number after ± is one standard deviation: about "
        "two games in three end within it.",
    ),
    (
        "Rating",
        "How many points better than an average team of the season a team is expected to be on neutral ground. The "
        "uncertainty (±, one standard deviation) shrinks as games come in.",
    ),
    (
        "Offence, defence, tempo",
        "Points scored and allowed in 100 possessions, and possessions in 40 minutes, against an average team "
        "on neutral ground: box scores adjusted for the opponents met.",
    ),
    ("Rank", "Place by rating. On a game's card it is the rank before that day."),
    (
        "Known through",
        "The last day whose results a forecast could use. A game is always forecast from the days before it, never "
        "from results of its own day.",
    ),
    ("Out of sample", "The model was not trained on the game. Only such games count in any score shown here."),
    (
        "Upset",
        "A game won by the team with less than 50%. Upsets are part of a good forecast: one in five with a chance "
        "of 20% should win.",
    ),
    (
        "Win probability in a game",
        "The chance of a team after each play, from the forecast before the game, the score and the time that is left. "
        "Excitement adds up all its changes, up or down: 1 is a whole win. Leverage is how much two points matter at "
        "that moment.",
    ),
    (
        "Wins added, WPA",
        "Win probability added: what a player's plays did for the chance of the team, 1 being a whole win. A basket "
        "and its assist share it.",
    ),
    ("Move", "Anything that play-by-play says a player or a team did: a shot, a rebound, a foul, a substitution."),
    (
        "Log loss",
        "The main score of a forecast: the mean of −ln(chance given to the winner). Zero is perfect, a coin gets "
        f"{COIN_LOG_LOSS:.3f}. Being sure and wrong costs most.",
    ),
    ("Brier score", "The mean squared gap between chance and outcome. Zero is perfect, a coin gets 0.25."),
    (
        "Calibration",
        "Whether chances mean what they say: forecasts of about the same chance are put together and compared with how "
        "often these teams won.",
    ),
)


def render(view: View) -> list[Any]:
    manifest = view.edition
    known = "–"
    if manifest.season is not None and manifest.day is not None:
        inside = view.day(manifest.day, year=True) if manifest.season == view.season else f"day {manifest.day}"
        known = f"{season_label(manifest.season)}, {inside}"
    facts = (
        ("League", manifest.league.label),
        ("Known through", known),
        ("Published", utc(manifest.published_at)),
        ("Model in charge", manifest.model or "–"),
        ("State made by", manifest.engine or "–"),
        (
            "Seasons",
            f"{season_label(manifest.seasons[0])} to {season_label(manifest.seasons[-1])} ({len(manifest.seasons)})",
        ),
        ("Edition", str(manifest.generation)),
    )
    steps = (
        "Results arrive as files. A file with an error is refused whole, with a report of every bad row.",
        "Days are worked through in order. Every game of a day is forecast from the state before that day; only then "
        "do its results change the ratings.",
        "A correction to an old game is folded in from its day on, so what you see is what the corrected "
        "history gives.",
        "Games to come are forecast again after every day.",
    )
    return [
        parts.section("In short", html.Ol([html.Li(step) for step in steps], className="steps-list card padded")),
        parts.section("Words used here", html.Dl(_pairs(_TERMS), className="terms card padded")),
        parts.section("What you are looking at", html.Dl(_pairs(facts), className="facts card padded")),
    ]


def _pairs(pairs: tuple[tuple[str, str], ...]) -> list[Any]:
    return [html.Div([html.Dt(term), html.Dd(text)]) for term, text in pairs]
