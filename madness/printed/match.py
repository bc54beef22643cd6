"""The forecast of one game."""

from __future__ import annotations

from typing import Any

from hoops.games.leagues import League
from hoops.games.moment import told
from madness.printed.console import tables

_OF_TEAMS = (
    ("rank", "rank", 0),
    ("rating, points", "rating", 1),
    ("offence, points per 100 possessions", "offence", 1),
    ("defence, points per 100 possessions", "defence", 1),
    ("tempo, possessions per 40 minutes", "tempo", 1),
    ("km from home", "kilometres", 0),
)


def render_match(found: dict[str, Any]) -> None:
    """Print the forecast of one game, and what drives it, on stdout."""
    console, table = tables()
    one, two = found["team1"], found["team2"]
    sign = 1 if found["probability"] >= 0.5 else -1
    favourite, other = (one, two)[::sign]
    chance, margin = max(found["probability"], 1 - found["probability"]), sign * found["margin"]
    place = {"neutral": "on neutral ground", "home": f"at {one['name']}", "away": f"at {two['name']}"}[found["site"]]
    if found["city"]:
        place += f" in {found['city']['name'] or 'city ' + str(found['city']['id'])}"
    when = f"day {found['day']} of {found['season']}" + (f" ({found['date']})" if found["date"] else "")
    console.print(f"{favourite['name']} beats {other['name']} in {100 * chance:.1f} of 100 games", highlight=False)
    league = League(found["league"]).label.lower()
    console.print(f"by {margin:.1f} ± {found['margin_sd']:.1f} points ({league}), {place}, {when}", highlight=False)
    rated = table("", one["name"], two["name"], title="the teams before the game")
    for title, name, digits in _OF_TEAMS:
        cells = ["-" if side[name] is None else f"{side[name]:,.{digits}f}" for side in (one, two)]
        if cells != ["-", "-"] or name == "rating":
            rated.add_row(title, *cells)
    console.print(rated)
    if one["rating"] is None or two["rating"] is None:
        console.print("a team has a rating from its first game of the season on", highlight=False)
    driven = table("for", "by", "log-odds", title="what drives the forecast")
    for driver in (each for each in found["drivers"] if abs(each["log_odds"]) >= 0.005):
        driven.add_row(
            (one if driver["log_odds"] > 0 else two)["name"], driver["title"], f"{abs(driver['log_odds']):.2f}"
        )
    console.print(driven)
    for side in (one, two):
        if (roster := side["roster"]) is not None:
            console.print(
                f"{side['name']} returns {100 * roster['returning']:.0f} % of its minutes: {roster['shift']:+.1f} "
                f"points before the season, {roster['still']:+.1f} still",
                highlight=False,
            )
        if count := side["absent"]["players"]:
            who = "a player who usually plays" if count == 1 else f"{count} players who usually play"
            console.print(
                f"{side['name']} is without {who} {side['absent']['minutes']:.0f} of 200 minutes", highlight=False
            )
    known = found["known_through"]
    text = f"model {found['model']}, which knew all games to day {known['day']} of {known['season']}"
    if not found["out_of_sample"]:
        through = found["trained_through"]
        text += f"; it was trained on games to {told((through['season'], through['day']))}, this one's day included"
    console.print(f"\n{text}", highlight=False)
    for side in (one, two):
        if not side["seen"]:
            console.print(f"{side['name']} has never played: it is taken for a newcomer", highlight=False)
