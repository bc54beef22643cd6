"""Games as the pages show them: cards for a day, rows for a season."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dashboard.view import View
from dashboard.wording import percent
from hoops.games.leagues import Kind

_FIXTURE = (
    "day", "team1_id", "team1_name", "team2_id", "team2_name", "site", "team1_probability", "team1_margin", "margin_sd",
)  # fmt: skip
FORECAST_COLUMNS = (*_FIXTURE, "kind", "out_of_sample", "team1_won", "team1_score", "team2_score", "issued_probability")
UPCOMING_COLUMNS = (*_FIXTURE, "city")
_DETAIL_COLUMNS = ("day", "team1_id", "team2_id", "num_ot", "city", "tournament")
EVEN = 0.005  # a forecast this close to one half names no favourite


def played(view: View, days: Iterable[int] | None = None, team: int | None = None) -> list[dict[str, Any]]:
    """Rows of `forecasts` with overtime and city added; only those days, or that team's, when given."""
    rows = _asked(view.table("forecasts", FORECAST_COLUMNS), days, team).to_pylist()
    details = {
        (row["day"], row["team1_id"], row["team2_id"]): row
        for row in _asked(view.table("results", _DETAIL_COLUMNS), days, team).to_pylist()
    }
    nothing = {"num_ot": 0, "city": None, "tournament": None}
    return [nothing | details.get((row["day"], row["team1_id"], row["team2_id"]), {}) | row for row in rows]


def upcoming(view: View, days: Iterable[int] | None = None, team: int | None = None) -> list[dict[str, Any]]:
    """Rows of `upcoming`; only those days, or that team's, when given."""
    return _asked(view.table("upcoming", UPCOMING_COLUMNS), days, team).to_pylist()


def _asked(games: pa.Table, days: Iterable[int] | None, team: int | None) -> pa.Table:
    """Games of those days and that team; a season is filtered before it is taken apart into rows, which costs most."""
    if days is not None:
        games = games.filter(pc.is_in(games["day"], pa.array(sorted(set(days)), games.schema.field("day").type)))
    if team is not None:
        games = games.filter(pc.or_(pc.equal(games["team1_id"], team), pc.equal(games["team2_id"], team)))
    return games


def key_of(row: Mapping[str, Any]) -> str:
    """A game's name in an address, by day and teams: 132-1181-1314."""
    return f"{row['day']}-{row['team1_id']}-{row['team2_id']}"


def chance_of_winner(row: Mapping[str, Any]) -> float:
    """Probability (0-1) that the forecast gave to the team that won."""
    return row["team1_probability"] if row["team1_won"] else 1 - row["team1_probability"]


def verdict(chance: float) -> tuple[str, str]:
    """How a forecast came out, by the chance it gave the winner: a class of outcome, and words.

    >>> verdict(0.8), verdict(0.13), verdict(0.5)
    (('right', 'Favourite won'), ('wrong', 'Upset, given 13%'), ('even', 'Toss-up'))
    """
    if abs(chance - 0.5) < EVEN:
        return "even", "Toss-up"
    return ("right", "Favourite won") if chance > 0.5 else ("wrong", f"Upset, given {percent(chance)}")


def place_of(row: Mapping[str, Any]) -> str:
    """Where the game is, in words."""
    city = row.get("city")
    if row["site"] == 0:
        return f"Neutral · {city}" if city else "Neutral site"
    home = row["team1_name"] if row["site"] > 0 else row["team2_name"]
    return f"at {home}" + (f", {city}" if city else "")


def side_of(row: Mapping[str, Any], side: int) -> str:
    """Where one of the teams (1 or 2) played, seen from its bench: Away · Boone, NC."""
    word = {1: "Home", 0: "Neutral", -1: "Away"}[row["site"] if side == 1 else -row["site"]]
    return f"{word} · {row['city']}" if row["city"] else word


def expectation(row: Mapping[str, Any]) -> str:
    """The expected margin in words: Duke by 9.5."""
    margin = row["team1_margin"]
    if abs(margin) < 0.05:
        return "Even"
    return f"{row['team1_name'] if margin > 0 else row['team2_name']} by {abs(margin):.1f}"


def cards(view: View, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What `components.GameList` draws, best match-ups first; ranks are those before the game's day."""
    standings = {day: view.standings_before(day) for day in {row["day"] for row in rows}}
    made = [_card(view, row, standings[row["day"]]) for row in rows]
    return sorted(made, key=lambda card: (-card["order"]["best"], card["key"]))


def _card(view: View, row: Mapping[str, Any], standings: Mapping[int, tuple[int, float]]) -> dict[str, Any]:
    finished = "team1_won" in row
    share = row["team1_probability"]
    sides = [
        {
            "name": row[f"team{side}_name"],
            "href": view.team_href(row[f"team{side}_id"]),
            "rank": standings.get(row[f"team{side}_id"], (None, 0.0))[0],
            "share": chance,
            "chance": percent(chance),
            "home": row["site"] == (1 if side == 1 else -1),
            **({"score": row[f"team{side}_score"], "won": row["team1_won"] == (side == 1)} if finished else {}),
        }
        for side, chance in ((1, share), (2, 1 - share))
    ]
    # Visitors stand above hosts, as on a scoreboard; on neutral ground the favourite stands first.
    if (share < 0.5) if row["site"] == 0 else row["site"] > 0:
        sides.reverse()
    ratings = [standings.get(row[f"team{side}_id"], (None, -30.0))[1] for side in (1, 2)]
    card: dict[str, Any] = {
        "when": view.day(row["day"]),
        "key": key_of(row),
        "href": view.game_href(key_of(row)),
        "teams": sides,
        "where": place_of(row),
        "tag": _tag(row),
        "line": f"{expectation(row)} ± {row['margin_sd']:.0f}",
        "order": {
            "best": sum(ratings) / 2 - abs(row["team1_margin"]) / 2,
            "close": -abs(share - 0.5),
            "time": row["day"] if finished else -row["day"],
        },
    }
    if finished:
        chance = chance_of_winner(row)
        outcome, words = verdict(chance)
        card |= {"outcome": outcome, "verdict": words, "overtime": overtime(row["num_ot"])}
        card["order"]["surprise"] = 1 - chance
        card["note"] = _note(row)
    return card


def _note(row: Mapping[str, Any]) -> str:
    """What a reader must know of a forecast beyond its number: what was said before the game, if that was another."""
    if not row["out_of_sample"]:
        return "In the model's training data: it counts in no score."
    issued = row["issued_probability"]
    if issued is None or abs(issued - row["team1_probability"]) < EVEN:
        return ""
    said = percent(issued) if issued >= 0.5 else percent(1 - issued)
    return f"Published before the game: {row['team1_name'] if issued >= 0.5 else row['team2_name']} {said}"


def overtime(periods: int) -> str:
    """
    >>> overtime(0), overtime(1), overtime(3)
    ('', 'OT', '3OT')
    """
    return "" if not periods else "OT" if periods == 1 else f"{periods}OT"


def _tag(row: Mapping[str, Any]) -> str:
    kind = row.get("kind")
    return "NCAA" if kind == Kind.NCAA else (row.get("tournament") or "Postseason") if kind == Kind.SECONDARY else ""


def season_rows(view: View, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the season's grid: the winner first, with the chance it had been given."""
    made = []
    for row in rows:
        won, lost = (1, 2) if row["team1_won"] else (2, 1)
        chance = chance_of_winner(row)
        made.append(
            {
                "day": row["day"],
                "when": view.day(row["day"]),
                "game": key_of(row),
                "winner": row[f"team{won}_name"],
                "winnerId": row[f"team{won}_id"],
                "loser": row[f"team{lost}_name"],
                "loserId": row[f"team{lost}_id"],
                "score": f"{row[f'team{won}_score']}–{row[f'team{lost}_score']} {overtime(row['num_ot'])}".rstrip(),
                "margin": row[f"team{won}_score"] - row[f"team{lost}_score"],
                "expected": round(row["team1_margin"] * (1 if won == 1 else -1), 1),
                "chance": round(chance, 4),
                "outcome": verdict(chance)[0],
                "where": side_of(row, won),
                "kind": _tag(row) or "Regular",
            }
        )
    return sorted(made, key=lambda r: (-r["day"], r["chance"]))
