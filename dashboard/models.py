"""The models of a league and how well they keep what they promise, as sections of the quality page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dash import html

from dashboard import figures, parts
from dashboard.view import View
from dashboard.wording import date_of, day_label, plural, season_label, utc
from hoops.evaluation.drift import LEAST, LIMIT, SPAN
from hoops.games.leagues import LAST_DAY

NONE = "No week is further from the promise than chance has it."
SHOWN = 8  # models; a season of weekly trainings makes twenty
_VERBS = {
    "shipped": "Comes with the program",
    "promoted": "Promoted",
    "rolled back": "Put back in charge",
    "kept": "Not used",
}


def drift(view: View) -> html.Section:
    """Each week's log loss beside what the forecasts promised."""
    weeks = view.rows("drift")
    note = f"{season_label(view.season)}, all games out of sample"
    if not any(week["counts"] for week in weeks):
        text = (
            f"No week yet with {LEAST} games that were forecast out of sample. From the first one on they stand here."
        )
        return parts.section("As good as promised?", parts.quiet(text), note=note)
    drifted = [week for week in weeks if week["drifted"]]
    issued, games = (sum(week[name] for week in weeks) for name in ("issued", "games"))
    told = (
        "Forecasts of 80% promise to be wrong one time in five. A point is a week's log loss less what its forecasts "
        f"promised; where they are right it is in the band ({LIMIT:g} standard deviations). Weeks under {LEAST} "
        f"games, and the one going on, do not count. {issued:,} of {games:,} forecasts were published before the game, "
        "the others are made from the days before."
    )
    where = f"further from the promise than chance has it, alone or with the {SPAN - 1} before."
    verdict = f"{plural(len(drifted), 'week')} {'is' if len(drifted) == 1 else 'are'} {where}" if drifted else NONE
    names = parts.legend(
        [("Week", figures.ACCENT), ("Drifted", figures.ORANGE), ("Does not count", figures.NEUTRAL)],
        dotted="As promised",
    )
    dated = view.day_zero is not None
    labelled = [week | {"label": _week(view, week), "x": _begin(view, week)} for week in weeks]
    plot = parts.graph("drift", figures.drift_by_week(labelled, LIMIT, dated=dated), f"{verdict} {told}", 340)
    return parts.section("As good as promised?", parts.card(names, plot, css="padded"), note=note)


def models(view: View) -> html.Section:
    """Who is in charge, what was decided about each other model, and how it compared."""
    rows = view.tables.table("models", view.league).to_pylist()
    rows.sort(key=_newest, reverse=True)
    rows.sort(key=lambda row: row["standing"] != "in charge")
    if not rows:
        return parts.section("Models", parts.quiet("What models there are stands here with the next publication."))
    shown = rows[:SHOWN]
    left = len(rows) - len(shown)
    entries = html.Dl([_entry(view, row) for row in shown], className="terms models card padded")
    judged = [row for row in shown if row["judged_low"] is not None][::-1]
    parts_: list[Any] = [entries]
    if judged:
        described = (
            "Log loss of a new model less that of the model then in charge, on games that neither was trained on: the "
            "mean, and where it lies in 95 of 100 resamples of the days. Left of the dotted line the new one is better."
        )
        plot = parts.graph("models", figures.differences(judged), described, 110 + 34 * len(judged))
        parts_.append(html.Div(parts.card(plot, css="padded"), className="models-compared"))
    if len(rows) == 1:
        parts_.append(parts.quiet("No other model has been trained or decided about yet."))
    note = f"The newest {len(shown)} of {len(rows)}" if left else ""
    return parts.section("Models", *parts_, note=note)


def _newest(row: dict[str, Any]) -> str:
    return str(row["decided_at"] or row["registered_at"] or "")


def _entry(view: View, row: dict[str, Any]) -> html.Div:
    facts = [f"Trained on games to {_through(view, row['trained_through_season'], row['trained_through_day'])}"]
    if row["test_log_loss"] is not None:
        facts.append(f"log loss {row['test_log_loss']:.4f} on {plural(row['test_games'], 'game')} of its test")
    return html.Div(
        [
            html.Dt([html.Code(row["model_id"]), html.Span(row["standing"], className="standing")]),
            html.Dd([html.P(_verdict(view, row)), html.P("; ".join(facts) + ".", className="note")]),
        ]
    )


def _verdict(view: View, row: dict[str, Any]) -> str:
    """What was decided about a model, when, by whom and why."""
    if row["decision"] is None:
        return "Nobody has decided about it yet."
    text = _VERBS.get(row["decision"], row["decision"])
    if row["decision"] == "shipped":  # nobody's decision, whenever the log noted it
        return f"{text}."
    if row["decided_at"] is not None:
        who = "automatically" if row["decided_by"] == "promote_model" else f"by {row['decided_by']}"
        text += f" on {_date(row['decided_at'])} {who}"
    if row["decision"] in ("promoted", "rolled back"):
        text += _since(view, row)
    return f"{text}: {row['reason']}."


def _since(view: View, row: dict[str, Any]) -> str:
    if row["from_season"] is None:
        return ", for every day"
    return f", from {_moment(view, row['from_season'], row['from_day'])} on"


def _through(view: View, season: int, day: int) -> str:
    return f"the end of {season_label(season)}" if day >= LAST_DAY else _moment(view, season, day)


def _moment(view: View, season: int, day: int) -> str:
    """A day of any season: its date where the calendar is known."""
    when = date_of(view.seasons.get(season, {}).get("day_zero"), day)
    return f"day {day} of {season_label(season)}" if when is None else day_label(day, when, year=True)


def _date(when: datetime) -> str:
    return utc(when).split(",")[0]


def _week(view: View, week: dict[str, Any]) -> str:
    first, last = (view.day(week[name]) for name in ("first_day", "last_day"))
    return f"{first} to {last}"


def _begin(view: View, week: dict[str, Any]) -> str | int:
    date = view.date(week["first_day"])
    return week["first_day"] if date is None else date.isoformat()
