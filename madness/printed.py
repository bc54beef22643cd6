"""What people see when it is done: tables on stdout."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

from hoops.games.leagues import League
from hoops.games.moment import told
from lake.registry import KEPT


def render_status(found: dict[str, Any]) -> None:
    """Print a status as tables on stdout."""
    from rich.console import Console
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() else 100)
    if not found["running"]:
        console.print(f"The local stack in {found['home']} does not run. `madness up` resumes it.", highlight=False)
        return
    table = Table("league", "last day", "days", "waiting", "model", "tables published", box=None)
    for league, one in found["leagues"].items():
        last = f"{one['season']} day {one['day']}" if one["season"] is not None else "-"
        age = _ago(one["published_seconds_ago"]) + ("" if one["tables_current"] else " (behind)")
        table.add_row(league, last, f"{one['days']:,}", f"{one['days_waiting']:,}", one["model"], age)
    console.print(table)
    queues = f"queue {found['queue']['messages']:,}, dead letters {found['dead_letters']['messages']:,}"
    console.print(f"stage {found['stage']}: {queues}", highlight=False)
    for league, one in found["leagues"].items():
        if one["plays"]:
            waits = f"; not shown yet: {_seasons(one['plays_waiting'])}" if one["plays_waiting"] else ""
            console.print(f"play-by-play of {league}: {_seasons(one['plays'])}{waits}", highlight=False)
        if job := one["training"]:
            became = f"{job['outcome']}: {job['why']}" if job["outcome"] else _not_judged(job["status"])
            console.print(
                f"training of {league}: {job['job']} of {job['at']}, {became}", highlight=False, soft_wrap=True
            )
    if found["mapping"]["advice"]:
        console.print(f"nothing is applied: {found['mapping']['advice']}", highlight=False, soft_wrap=True)
    if found.get("dashboard"):
        console.print(f"dashboard {found['dashboard']}", highlight=False)


def _seasons(years: list[int]) -> str:
    """Seasons in words, those that follow each other as a span.

    >>> _seasons([2015, 2017, 2018, 2019])
    '2015, 2017-2019'
    """
    spans: list[list[int]] = []
    for year in years:
        if spans and year == spans[-1][-1] + 1:
            spans[-1].append(year)
        else:
            spans.append([year])
    return ", ".join(str(span[0]) if len(span) == 1 else f"{span[0]}-{span[-1]}" for span in spans)


def _not_judged(status: str | None) -> str:
    """What SageMaker says of a job that has no verdict. status: None where it could not be asked."""
    if status in ("Failed", "Stopped"):
        return f"{status}: `madness train --follow JOB` says why"
    return "no verdict yet" + (f" ({status})" if status else "")


def render_models(found: dict[str, Any]) -> None:
    """Print models, who is in charge and the decisions, by league, on stdout."""
    from rich.padding import Padding

    console, table = _tables()
    for league, one in found.items():
        now = one["in_charge"]
        since = told((now["effective_from"]["season"], now["effective_from"]["day"])) if now["effective_from"] else None
        text = f"in charge: {now['id']}, {f'since {since}' if since else 'from the beginning'}: {now['reason']}"
        console.print(f"{League(league).label}, {text}", highlight=False, soft_wrap=True)
        rows = table("model", "", "trained on games to", "kind", "games", "log loss", "Brier", title="models")
        for model in one["models"]:
            through = told((model["trained_through"]["season"], model["trained_through"]["day"]))
            standing = model["standing"] + (", ships" if model["ships"] else "")
            cells = [
                (kind, f"{s['games']:,}", f"{s['log_loss']:.4f}", f"{s['brier']:.4f}")
                for kind, s in model["scores"].items()
            ] or [("-", "-", "-", "-")]
            for place, scores in enumerate(cells):
                rows.add_row(*((model["id"], standing, through) if place == 0 else ("", "", "")), *scores)
        console.print(rows)
        if one["decisions"]:
            console.print("\ndecisions", style="italic", highlight=False)
            for made in one["decisions"]:
                start = made["effective_from"]
                day = told((start["season"], start["day"])) if start else "the beginning"
                start_told = "" if made["action"] == KEPT else f", from {day} on"
                at = f"{made['at']} " if made["at"] else ""
                console.print(f"  {at}{made['id']} {made['action']}{start_told}, by {made['by']}", highlight=False)
                # A paragraph of its own: in a column it would be a dozen lines.
                console.print(Padding(made["reason"], (0, 0, 0, 6)), highlight=False)
        if one["refused"]:
            refused = table("at", "training job", "why", title="refused: no models that could be used")
            for it in one["refused"]:
                refused.add_row(it["at"], it["job"], it["reason"])
            console.print(refused)
        console.print()


def render_backtest(found: Any, by_part: list[Any], outsiders: Iterable[Any] = ()) -> None:
    """Print scores: pooled, the model against the others, its calibration, by part of the season, outsiders, seasons.

    by_part: the model beside another of the project's (`hoops.evaluation.beside.Beside`).
    """
    from hoops.evaluation.metrics import calibration_error

    console, table = _tables()
    headings = ("kind", "forecaster", "games", "log loss", "Brier", "accuracy", "margin RMSE")
    for span in found.spans:
        pooled = table(*headings, title=f"{found.league.label}, {span}")
        for row in found.rows:
            if row.span == span:
                pooled.add_row(row.kind, row.forecaster, *_scores(row.scores))
        console.print(pooled)
    compared = table("seasons", "kind", "less the log loss of", "difference", "95 of 100 resamples",
                     title=f"log loss of {found.model}")  # fmt: skip
    for one in found.differences:
        span = f"{one.low:+.4f} to {one.high:+.4f}"
        compared.add_row(one.span, one.kind, one.forecaster, f"{one.difference:+.4f}", span)
    console.print(compared)
    for kind, bins in found.calibration.items():
        if kind == "regular":
            error = calibration_error(bins)
            calibrated = table("favourite from", "to", "games", "forecast", "won",
                               title=f"calibration of {found.model}, {kind}: expected error {error:.4f}")  # fmt: skip
            for bin_ in bins:
                numbers = (f"{value:.3f}" for value in (bin_.forecast, bin_.won))
                calibrated.add_row(f"{bin_.low:.3f}", f"{bin_.high:.3f}", f"{bin_.games:,}", *numbers)
            console.print(calibrated)
    console.print("\nby part of the season", style="italic", highlight=False)
    _render_beside(console, table, found.model, by_part, by_part[0].other)
    for outsider in outsiders:
        _render_outsider(console, table, found, outsider)
    seasons = table("season", *headings, title="by season")
    for row in found.rows:
        if row.span not in found.spans and row.forecaster == found.model:
            seasons.add_row(row.span, row.kind, row.forecaster, *_scores(row.scores))
    console.print(seasons)


def _render_outsider(console: Any, table: Any, found: Any, outsider: Any) -> None:
    if not outsider.parts:
        console.print(f"\n{outsider.name} ({outsider.file}): no forecast of any of these games", highlight=False)
        return
    seasons = f"{outsider.seasons[0]}-{outsider.seasons[-1]}"
    console.print(f"\nbeside {outsider.name}, {seasons}: {outsider.note}", style="italic", highlight=False)
    _render_beside(console, table, found.model, outsider.parts, outsider.name)


def _render_beside(console: Any, table: Any, model: str, parts: list[Any], called: str) -> None:
    """Log loss; Brier score and accuracy; calibration of the same games. called: the other forecaster's name."""
    other = parts[0].other
    names = [name for name in dict.fromkeys((model, "statespace", "elo", other)) if name in parts[0].log_loss]
    shown = [called if name == other else name for name in names]
    games, less, resamples = ("seasons", "games of", "games"), "difference", "95 of 100 resamples"
    gap = any(part.gap_closed is not None for part in parts)
    rows = table(*games, *shown, less, resamples, *(["gap closed"] if gap else []),
                 title=f"log loss of {model}, less that of {called}")  # fmt: skip
    for part in parts:
        closed = "-" if part.gap_closed is None else f"{100 * part.gap_closed:.0f}%"
        losses = [f"{part.log_loss[name]:.4f}" for name in names]
        mean, span = f"{part.difference:+.4f}", _range(part.low, part.high)
        rows.add_row(part.span, part.part, f"{part.games:,}", *losses, mean, span, *([closed] if gap else []))
    console.print(rows)
    rows = table(*games[:2], "Brier", "its", "95 of 100", "accuracy", "its", "95 of 100",
                 title=f"Brier score and accuracy of {model}, less those of {called}")  # fmt: skip
    for part in parts:
        brier, accuracy = (
            (f"{scores[model]:.4f}", f"{scores[other]:.4f}", _range(*difference[1:]))
            for scores, difference in ((part.brier, part.brier_difference), (part.accuracy, part.accuracy_difference))
        )
        rows.add_row(part.span, part.part, *brier, *accuracy)
    console.print(rows)
    rows = table(*games[:2], model, "perfect", "95 of 100", called, "perfect", "95 of 100",
                 title="calibration error, and a perfect forecaster's on as many games")  # fmt: skip
    for part in parts:
        own, its = (part.calibration[name] for name in (model, other))
        rows.add_row(part.span, part.part, *_calibrated(own), *_calibrated(its))
    console.print(rows)


def _range(low: float, high: float) -> str:
    return f"{low:+.4f} to {high:+.4f}"


def _calibrated(one: Any) -> tuple[str, str, str]:
    return f"{one.error:.4f}", f"{one.perfect:.4f}", f"{one.low:.4f} to {one.high:.4f}"


def _tables() -> tuple[Any, Any]:
    """A console on stdout, and what makes a plain table for it, under its title."""
    from rich.console import Console
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() else 110)

    def table(*headings: str, title: str) -> Table:
        console.print(f"\n{title}", style="italic", highlight=False)
        return Table(*headings, box=None)

    return console, table


def _scores(s: Any) -> tuple[str, ...]:
    return (f"{s.games:,}", f"{s.log_loss:.4f}", f"{s.brier:.4f}", f"{s.accuracy:.3f}", f"{s.margin_rmse:.2f}")


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
    console, table = _tables()
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
    known = found["known_through"]
    text = f"model {found['model']}, which knew all games to day {known['day']} of {known['season']}"
    if not found["out_of_sample"]:
        through = found["trained_through"]
        text += f"; it was trained on games to {told((through['season'], through['day']))}, this one's day included"
    console.print(f"\n{text}", highlight=False)
    for side in (one, two):
        if not side["seen"]:
            console.print(f"{side['name']} has never played: it is taken for a newcomer", highlight=False)


def render_submission_scores(found: Iterable[Any], model: str, as_of: int) -> None:
    """Print how good past submissions would have been: both leagues, each by itself; by season, then by span."""
    console, table = _tables()
    rows: dict[str, dict[str, Any]] = {}
    for one in found:
        rows.setdefault(one.span, {})[one.league] = one
    leagues = sorted({league for row in rows.values() for league in row}, key=lambda league: (-len(league), league))
    title = f"the {model} model, trained on earlier seasons, as of the evening of day {as_of}"
    headings = [f"{league} {what}" for league in leagues for what in ("games", "Brier", "log loss")]
    printed = table("season", *headings, title=title)
    for span, row in rows.items():
        cells = [
            cell
            for league in leagues
            for cell in (
                (f"{row[league].games:,}", f"{row[league].brier:.4f}", f"{row[league].log_loss:.4f}")
                if league in row
                else ("-", "-", "-")
            )
        ]
        printed.add_row(span, *cells)
    console.print(printed)


def _ago(seconds: float | None) -> str:
    if seconds is None:
        return "never"
    for size, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit} ago"
    return f"{seconds:.0f} seconds ago"


_MARKS = {"ok": "ok     ", "warning": "WARNING", "problem": "PROBLEM"}


def render_findings(found: Iterable[Any]) -> None:
    """Print findings on stdout, one a line, and below it how to mend it."""
    counts = dict.fromkeys(_MARKS, 0)
    for one in found:
        counts[one.level] += 1
        sys.stdout.write(f"{_MARKS[one.level]} {one.subject}: {one.text}\n")
        if one.mend:
            sys.stdout.write(f"        -> {_indented(one.mend, 11)}\n")
    told = (_count(counts["problem"], "problem"), _count(counts["warning"], "warning"), f"{counts['ok']} fine")
    sys.stdout.write(", ".join(told) + "\n")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def render_plan(found: dict[str, Any]) -> None:
    """Print on stdout what a deployment would make."""
    lines = _Lines()
    lines.title(f"Plan for stage {found['stage']}: nothing on AWS is changed by showing it; packages are in .workshop")
    lines.add(*_summary(found))
    lines.title("Findings")
    for one in found["findings"]:
        lines.add(f"{_MARKS[one['level']]} {one['subject']}: {one['text']}")
        if one["mend"]:
            lines.add(f"        -> {_indented(one['mend'], 11)}")
    if found["differences"] is not None:
        lines.title("What would change")
        for text in found["differences"] or ["nothing but code: stack, functions, mapping and dashboard are as wanted"]:
            lines.add(f"- {text}")
    lines.title(
        f"CloudFormation stack madness-{found['stage']} (infra/template.yaml): {len(found['resources'])} resources"
    )
    width = max(len(one["type"]) for one in (*found["resources"], *found["beside"], *found["edge"]))
    for one in found["resources"]:
        kept = "   stays when the stack is deleted" if one["is_kept"] else ""
        lines.add(f"{one['type']:{width}}  {one['name']}{kept}")
    lines.add("The SageMaker role is for training jobs, which start_training makes: nothing of them runs in between.")
    lines.title(f"Beside the stack, by Chalice and Zappa: {len(found['beside'])}")
    lines.add(*(f"{one['type']:{width}}  {one['name']}" for one in found["beside"]))
    if found["edge"]:
        lines.title(
            f"CloudFormation stack {found['edge'][0]['stack']} (infra/edge.yaml): {len(found['edge'])} resources"
        )
        lines.add(*(f"{one['type']:{width}}  {one['logical']}" for one in found["edge"]))
    lines.title("What its roles and bucket policies say")
    for one in found["stack_policies"]:
        if one["actions"] == ["sts:AssumeRole"]:
            lines.add(f"{one['of']}: for {', '.join(one['for'])}")
            continue
        who = f" {', '.join(one['for'])}" if one["for"] else ""
        verb = {"Allow": "allows" if who else "may", "Deny": "denies"}[one["effect"]]
        lines.add(f"    {one['of']}: {verb}{who} {', '.join(one['actions'])}", *(f"        on {x}" for x in one["on"]))
        lines.add(*(f"        if {x}" for x in one["if"]))
    lines.title(f"{len(found['functions'])} functions, deployed by Chalice")
    for one in found["functions"]:
        lines.add(f"{one['name']}: runs on {one['runs_on']}")
        logs = f", logs kept {one['log_days']} days" if one["log_days"] else ""
        lines.add(f"    {one['runtime']}, {one['memory_mb']:,} MB, at most {one['timeout_s']} s{logs}")
        for layer in one["layers"]:
            lines.add(f"    layer {layer}")
        for statement in one["may"]:
            lines.add(f"    may {', '.join(statement['actions'])}")
            lines.add(*(f"        on {resource}" for resource in statement["on"]))
    if found["functions"]:
        lines.add("The layer holds NumPy, pandas and pyarrow. AWS publishes it: AWS SDK for pandas, a project of AWS.")
        lines.add("variables of all of them:")
        lines.add(*(f"    {name}={value}" for name, value in found["functions"][0]["variables"].items()))
    if board := found["dashboard"]:
        lines.title("The dashboard, deployed by Zappa")
        lines.add(f"{board['name']}: runs on {board['runs_on']}")
        lines.add(f"    {board['runtime']}, {board['memory_mb']:,} MB, at most {board['timeout_s']} s")
        lines.add(f"    role {board['role']}")
    for name, package in found["packages"].items():
        sizes = f"{package['zipped'] / 2**20:.1f} MiB zipped, {package['unzipped'] / 2**20:.0f} MiB unzipped"
        lines.title(f"Package of the {name}: {sizes}")
        lines.add(
            ", ".join(f"{name} {version}" for name, version in package["distributions"].items()) or "no distributions"
        )
    lines.title("Steps, in this order")
    for number, step in enumerate(found["steps"], 1):
        lines.add(f"{number} {step['title']}: {step['does']}")
        lines.add(*(f"    as by hand: {command}" for command in step["commands"]))
        if step["undo"]:
            lines.add(f"    undo: {step['undo']}")
    lines.title("What it costs")
    lines.add(found["cost"][0].upper() + found["cost"][1:] + ".")
    sys.stdout.write("\n".join(lines.lines) + "\n")


def _summary(found: dict[str, Any]) -> Iterator[str]:
    """The plan in ten lines."""
    stage = found["stage"]
    levels = [one["level"] for one in found["findings"]]
    asked = "" if found["asked_as"] else " (no credentials: account unknown)"
    if found["account"] and not found["asked_as"]:
        asked = " (after the buckets' names; no credentials, so AWS was not asked)"
    yield f"where      account {found['account'] or '<account>'}{asked}, region {found['region']}, {found['endpoint']}"
    yield f"findings   {_count(levels.count('problem'), 'problem')}, {_count(levels.count('warning'), 'warning')}"
    parts = [len(found[part]) for part in ("resources", "beside", "edge")]
    yield f"makes      {sum(parts)} resources: {parts[0]} in the stack, {parts[1]} beside it, {parts[2]} for CloudFront"
    yield f"data       {', '.join(found['buckets'].values())}"
    if found["dashboard"] and found["door"]:
        yield f"who reads  those whom the dashboard's door lets in: {', '.join(found['door'])} will be set"
    elif found["dashboard"]:
        yield "who reads  THE DASHBOARD IS PUBLIC from its first deployment on: everybody with the address sees it."
        yield "           To close it: --login NAME or --allow NETWORK, of deploy or later of madness door; it stays."
    yield f"cost       {found['cost']}"
    yield f"steps      {', '.join(step['title'] for step in found['steps'])}"
    yield f"go back    madness rollback --stage {stage}; the first deployment: madness destroy --stage {stage}"


class _Lines:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def title(self, text: str) -> None:
        self.lines += ([""] if self.lines else []) + [text, "-" * len(text)]

    def add(self, *texts: str) -> None:
        self.lines += texts


def _indented(text: str, by: int) -> str:
    return text.replace("\n", "\n" + " " * by)
