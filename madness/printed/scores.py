"""Scores of backtests and of past submissions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from madness.printed.console import tables


def render_backtest(found: Any, by_part: list[Any], outsiders: Iterable[Any] = ()) -> None:
    """Print scores: pooled, the model against the others, its calibration, by part of the season, outsiders, seasons.

    by_part: the model beside another of the project's (`hoops.evaluation.beside.Beside`).
    """
    from hoops.evaluation.metrics import calibration_error

    console, table = tables()
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


def _scores(s: Any) -> tuple[str, ...]:
    return (f"{s.games:,}", f"{s.log_loss:.4f}", f"{s.brier:.4f}", f"{s.accuracy:.3f}", f"{s.margin_rmse:.2f}")


def render_submission_scores(found: Iterable[Any], model: str, as_of: int) -> None:
    """Print how good past submissions would have been: both leagues, each by itself; by season, then by span."""
    console, table = tables()
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
