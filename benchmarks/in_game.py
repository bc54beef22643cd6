"""How good the chances during a game are, beside simpler ones, on real play-by-play.

    madness backtest --data DIR --league M --model full --seasons 2017-2018 --predictions M.csv
    python -m benchmarks.in_game --plays EVENTS --forecasts M.csv [--fit] [--write SECTION]

The forecasts are walk-forward. Games count whose plays add up to the final margin. Two protocols: the state at every
minute of regulation (0 to 39: after the last play until then), and the state after every play but the last of a game,
overtime included. Whatever is chosen is chosen on 2017: 2018 stands apart. Beside the model, on the same moments:

    before the game   the forecast, all game long         score only     Phi(lead / (sigma sqrt r)), r what is left, 0-1
    closed form       that with the forecast's drift, Phi((lead + mu r) / (sigma sqrt r)), mu = sigma probit(forecast)
    logistic          one logistic regression a minute on the lead and the forecast's probit
    without the ball  the model, told nothing of the ball and free throws

Ranges are of 1000 paired resamples of games. `--fit` chooses the constants anew and prints them.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from benchmarks import report
from hoops.arrays import Bools, Floats, Ints, find
from hoops.evaluation import metrics
from hoops.forecast.ball import REGULATION, Ball, ball_after
from hoops.forecast.in_game import PARAMETERS, InGame, chances, chances_and_leverage, seconds_left
from hoops.forecast.swings import added_by_player, changes, swings

CHOSEN, APART = 2017, 2018
BANDS = ((1200, 2401), (600, 1200), (300, 600), (120, 300), (60, 120), (30, 60), (10, 30), (0, 10))
POINTS = {"made1": 1, "made2": 2, "made3": 3}
NEVER = 1e-6  # simpler chances are kept this far from 0 and 1
COLUMNS = ["DayNum", "WTeamID", "LTeamID", "WFinalScore", "LFinalScore", "ElapsedSeconds", "EventTeamID",
           "EventPlayerID", "EventType", "EventSubType"]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Moments:
    """Moments of games: game (n,) is their number, won whether team 1 won, in_overtime whether regulation is over."""

    game: Ints
    lead: Floats
    left: Floats
    ball: Ball
    pregame: Floats
    won: Bools
    in_overtime: Bools

    def rows(self, chosen: Ints | Bools) -> Moments:
        ball = Ball(self.ball.share[chosen], self.ball.throws[chosen])
        rest = {one.name: getattr(self, one.name)[chosen] for one in fields(self) if one.name != "ball"}
        return Moments(ball=ball, **rest)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--plays", type=Path, required=True, help="folder of MEvents2017 and 2018 (.csv or .csv.gz)")
    arguments.add_argument("--forecasts", type=Path, required=True, help="as madness backtest writes them")
    arguments.add_argument("--fit", action="store_true", help="choose the constants anew, on 2017")
    arguments.add_argument("--write", metavar="SECTION", help="section of docs/benchmarks.md to replace")
    given = arguments.parse_args()
    forecasts = csv.read_csv(given.forecasts)
    every, minutes, seen = {}, {}, []
    for season in (CHOSEN, APART):
        every[season], minutes[season], told = read(given.plays, forecasts, season)
        seen.append(told)
    parameters = fit(every[CHOSEN]) if given.fit else PARAMETERS
    sys.stdout.write(f"{parameters}\n")
    sigma = closed_sigma(minutes[CHOSEN], with_forecast=True), closed_sigma(minutes[CHOSEN], with_forecast=False)
    text = "\n\n".join(
        [
            by_forecaster(minutes, parameters, sigma),
            by_time(every[APART], parameters, sigma[0]),
            by_decile(minutes[APART], parameters),
            report.table(["games", *map(str, (CHOSEN, APART))],
                         [[what, *(one[what] for one in seen)] for what in seen[0]]),
        ]
    )  # fmt: skip
    sys.stdout.write(text + "\n")
    if given.write:
        report.write(given.write, "python -m benchmarks.in_game --plays EVENTS --forecasts M.csv", text)


@dataclass(frozen=True, eq=False)
class Log:
    """The plays of a season, in order. key: day and teams of a game; last (m,): its last play; margin: at its end."""

    game: Ints
    key: Ints
    last: Ints
    elapsed: Ints
    side: Ints
    player: Ints
    event: pa.DictionaryArray
    subtype: pa.DictionaryArray
    lead: Floats
    margin: Ints

    @classmethod
    def of(cls, file: Path) -> Log:
        encoded = pa.dictionary(pa.int32(), pa.string())
        options = csv.ConvertOptions(include_columns=COLUMNS, column_types=dict.fromkeys(COLUMNS[-2:], encoded))
        plays = csv.read_csv(file, convert_options=options).unify_dictionaries()
        day, winner, loser, final1, final2, elapsed, team, player = (plays[name].to_numpy() for name in COLUMNS[:-2])
        event, subtype = (pa.concat_arrays(plays[name].chunks) for name in COLUMNS[-2:])
        team1 = np.minimum(winner, loser)
        key = key_of(day, team1, np.maximum(winner, loser))
        opens = np.concatenate([[True], key[1:] != key[:-1]])
        game = np.cumsum(opens) - 1
        last = np.append(np.flatnonzero(opens)[1:], len(key)) - 1
        side = np.where(team == team1, 1, -1)
        worth = np.array([POINTS.get(name, 0) for name in event.dictionary.to_pylist()])
        scored = np.cumsum(side * worth[event.indices.to_numpy()])
        lead = (scored - np.concatenate([[0], scored[last]])[game]).astype(np.float64)
        margin = np.where(winner == team1, final1 - final2, final2 - final1)
        return cls(game, key, last, elapsed, side, player, event, subtype, lead, margin)

    def pregame(self, forecasts: pa.Table, season: int) -> Floats:
        """The forecast of each play's game, (n,)."""
        ours = forecasts.filter(pc.equal(forecasts["Season"], season))
        known = key_of(*(ours[name].to_numpy() for name in ("DayNum", "Team1ID", "Team2ID")))
        order = np.argsort(known)
        place, found = find(known[order], self.key)
        if not found.all():
            raise SystemExit(f"{len(np.unique(self.key[~found]))} games of {season} have no forecast")
        probability: Floats = ours["Prob1"].to_numpy()[order][place]
        return probability


def key_of(day: Ints, team1: Ints, team2: Ints) -> Ints:
    key: Ints = (day.astype(np.int64) * 10_000 + team1) * 10_000 + team2
    return key


def read(folder: Path, forecasts: pa.Table, season: int) -> tuple[Moments, Moments, dict[str, str | int]]:
    """Every moment after a play, every minute of regulation, and what a season looks like and how long it takes."""
    log = Log.of(sorted(folder.glob(f"MEvents{season}.csv*"))[0])
    pregame = log.pregame(forecasts, season)
    now = time.perf_counter()
    ball = ball_after(log.game, log.elapsed, log.side, log.event, log.subtype)
    left = seconds_left(log.elapsed).astype(np.float64)
    ends = np.full(len(log.game), False)
    ends[log.last] = True
    chance = chances(log.lead, left, ball, pregame, ends & (log.lead != 0))
    to_chances, now = time.perf_counter() - now, time.perf_counter()
    two_points = chances_and_leverage(log.lead, left, ball, pregame)[1]
    found = swings(log.game, chance, pregame, log.margin[log.last] > 0)
    added_by_player(log.game, log.elapsed, log.side, log.player, log.event, changes(log.game, chance, pregame))
    told = {
        "plays": len(log.game),
        "seconds to the chances": f"{to_chances:.1f}",
        "seconds for leverage, swings and players": f"{time.perf_counter() - now:.1f}",
        "mean leverage of a play": f"{two_points.mean():.3f}",
        "excitement: mean": f"{found.excitement.mean():.2f}",
        "excitement: one game in ten is above": f"{np.quantile(found.excitement, 0.9):.2f}",
        "won from below 10 %": f"{(found.lowest < 0.1).mean():.1%}",
        "won from below 1 %": f"{(found.lowest < 0.01).mean():.1%}",
    }
    whole = log.lead[log.last] == log.margin[log.last]
    every = Moments(log.game, log.lead, left, ball, pregame, log.margin > 0, log.elapsed > REGULATION)
    return every.rows(whole[log.game] & ~ends), by_minute(every, log, np.flatnonzero(whole)), told


def by_minute(every: Moments, log: Log, games: Ints) -> Moments:
    """The state of some games at every minute of regulation: after the last play until then, if there was one."""
    clock = np.tile(np.arange(0, REGULATION, 60), len(games))
    game = np.repeat(games, REGULATION // 60)
    row = np.searchsorted(log.game * 10_000 + log.elapsed, game * 10_000 + clock, side="right") - 1
    begun = log.game[row] == game  # where it is not, the row is of the game before, or the very last one
    found = every.rows(np.where(begun, row, log.last[game]))
    for column in (found.lead, found.ball.share, found.ball.throws):
        column[~begun] = 0.0
    return replace(found, left=(REGULATION - clock).astype(np.float64), in_overtime=np.full(len(game), False))


def model(moments: Moments, parameters: InGame, with_ball: bool = True) -> Floats:
    nothing = np.zeros(len(moments.game))
    ball = moments.ball if with_ball else Ball(nothing, nothing)
    return chances(moments.lead, moments.left, ball, moments.pregame, parameters=parameters)


def closed(moments: Moments, sigma: float, with_forecast: bool = True) -> Floats:
    """The closed form; where nothing is left, of the last second."""
    from scipy.special import ndtr, ndtri

    left = np.maximum(moments.left, 1.0) / REGULATION
    drift = ndtri(moments.pregame) if with_forecast else 0.0
    chance: Floats = ndtr(moments.lead / (sigma * np.sqrt(left)) + drift * np.sqrt(left))
    return np.clip(chance, NEVER, 1.0 - NEVER)


def closed_sigma(moments: Moments, with_forecast: bool) -> float:
    from scipy.optimize import minimize_scalar

    def lost(sigma: float) -> float:
        return metrics.log_loss(closed(moments, sigma, with_forecast), moments.won)

    return float(minimize_scalar(lost, bounds=(8.0, 30.0), method="bounded").x)


def logistic(chosen: Moments, apart: Moments) -> Floats:
    """A logistic regression for each minute, fitted on one season and forecasting another."""
    from scipy.special import ndtri
    from sklearn.linear_model import LogisticRegression

    sees = [np.column_stack([one.lead, ndtri(one.pregame)]) for one in (chosen, apart)]
    chance = np.empty(len(apart.game))
    for left in np.unique(apart.left):
        rows, to = chosen.left == left, apart.left == left
        fitted = LogisticRegression(C=1e6, max_iter=1000).fit(sees[0][rows], chosen.won[rows])
        chance[to] = fitted.predict_proba(sees[1][to])[:, 1]
    return np.clip(chance, NEVER, 1.0 - NEVER)


def fit(moments: Moments) -> InGame:
    """The constants that are best on every play: all of the last two minutes and overtime, a tenth of the others."""
    from scipy.optimize import minimize

    late = (moments.left < 120) | moments.in_overtime
    rows = late | (np.random.default_rng(1).random(len(late)) < 0.1)
    sample, weight = moments.rows(rows), np.where(late[rows], 1.0, 10.0)
    start = np.array(astuple(InGame()))

    def lost(scaled: Floats) -> float:
        if np.any(scaled <= 0.0):
            return 9.0
        return float(np.average(metrics.losses(model(sample, InGame(*(scaled * start))), sample.won), weights=weight))

    found = minimize(lost, np.ones(len(start)), method="Powell", options={"xtol": 1e-3, "ftol": 1e-8, "maxiter": 6})
    return InGame(*(float(f"{value:.3g}") for value in found.x * start))


def gap(chance: Floats, won: Bools) -> float:
    """Largest distance of the mean chance and the share won, over tenths of the chance with 200 moments or more."""
    tenth = np.minimum((chance * 10).astype(int), 9)
    number = np.bincount(tenth, minlength=10)
    off = np.abs(np.bincount(tenth, chance - won, minlength=10)) / np.maximum(number, 1)
    return float(off[number >= 200].max())


def difference(moments: Moments, one: Floats, other: Floats) -> str:
    """Mean log loss of one less that of the other, with its range over resamples of games."""
    apart = metrics.losses(one, moments.won) - metrics.losses(other, moments.won)
    _, number = np.unique(moments.game, return_inverse=True)
    total, count = np.bincount(number, apart), np.bincount(number)
    rng = np.random.default_rng(1)
    draws = [np.bincount(rng.integers(0, len(total), len(total)), minlength=len(total)) for _ in range(1000)]
    low, high = np.quantile([draw @ total / (draw @ count) for draw in draws], [0.025, 0.975])
    return f"{apart.mean():+.4f} ({low:+.4f} to {high:+.4f})"


def by_forecaster(minutes: dict[int, Moments], parameters: InGame, sigma: tuple[float, float]) -> str:
    ways: dict[str, Callable[[Moments], Floats]] = {
        "before the game": lambda one: one.pregame,
        f"score only (sigma {sigma[1]:.2f})": lambda one: closed(one, sigma[1], with_forecast=False),
        "logistic": lambda one: logistic(minutes[CHOSEN], one),
        f"closed form (sigma {sigma[0]:.2f})": lambda one: closed(one, sigma[0]),
        "without the ball": lambda one: model(one, parameters, with_ball=False),
        "**in-game model**": lambda one: model(one, parameters),
    }
    rows = []
    for season, moments in minutes.items():
        games = len(np.unique(moments.game))
        for name, way in ways.items():
            chance = way(moments)
            scores = (
                metrics.log_loss(chance, moments.won),
                metrics.brier(chance, moments.won),
                gap(chance, moments.won),
            )
            less = difference(moments, chance, closed(moments, sigma[0]))
            rows.append([str(season), games, name, *(f"{one:.4f}" for one in scores), less])
    return report.table(
        ["every minute of", "games", "chance", "log loss", "Brier", "largest decile gap", "less the closed form"], rows
    )


def by_time(moments: Moments, parameters: InGame, sigma: float) -> str:
    ours, theirs = model(moments, parameters), closed(moments, sigma)
    parts = {"all": np.full(len(ours), True)}
    for low, high in BANDS:
        parts[f"{low} to {high - 1} s"] = ~moments.in_overtime & (moments.left >= low) & (moments.left < high)
    parts["overtime"] = moments.in_overtime
    rows = []
    for name, chosen in parts.items():
        part, one, other = moments.rows(chosen), ours[chosen], theirs[chosen]
        losses = (metrics.log_loss(other, part.won), metrics.log_loss(one, part.won))
        rows.append([name, len(one), *(f"{value:.4f}" for value in losses), difference(part, one, other),
                     f"{gap(one, part.won):.3f}"])  # fmt: skip
    head = [f"left, every play of {APART}", "plays", "closed form", "in-game model", "less", "largest decile gap"]
    return report.table(head, rows)


def by_decile(moments: Moments, parameters: InGame) -> str:
    """Mean chance and share won by tenths of the chance, in four parts of regulation."""
    chance = model(moments, parameters)
    quarter = ((REGULATION - moments.left) // 600).astype(int)
    rows = []
    for tenth in range(10):
        cells = []
        for part in range(4):
            rows_ = (np.minimum((chance * 10).astype(int), 9) == tenth) & (quarter == part)
            cells.append(f"{chance[rows_].mean():.3f} / {moments.won[rows_].mean():.3f} ({rows_.sum():,})")
        rows.append([f"{tenth / 10:.1f}-{(tenth + 1) / 10:.1f}", *cells])
    head = [f"chance, minutes of {APART}", *(f"{10 * part}-{10 * part + 9}: mean / won (moments)" for part in range(4))]
    return report.table(head, rows)


if __name__ == "__main__":
    main()
