"""What the betting market said: closing point spreads and money lines, by team ids and day."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hoops.arrays import Floats
from hoops.contract.columns import FIRST_SEASON, LAST_SEASON
from hoops.evaluation.outside.forecasts import Ints, OutsideForecasts, find
from hoops.evaluation.outside.sheet import Sheet
from hoops.games.leagues import LAST_DAY, League
from hoops.games.results import Results

GAME = ("Season", "DayNum", "HomeTeamID", "AwayTeamID")
SPREADS = (*GAME, "home_spread")
MONEY_LINES = (*GAME, "p_home_novig_median")

_WIDEST = 100.0  # points
_SCALES = (1.0, 100.0)  # points; no scale is looked for outside these
_SUREST = 1e-6  # a probability is kept this far from 0 and 1, as those of the baselines


@dataclass(frozen=True)
class _Games:
    """The games a file names, arrays (n,) with one element a row. mine: whether the teams are of the league wanted."""

    season: Ints
    day: Ints
    home: Ints
    away: Ints
    mine: np.ndarray


@dataclass(frozen=True)
class _Said:
    """What a file says of its games that were played, each game once.

    row: row of each game in `Results`, shape (m,), ascending.
    value: what is said of team 1, the mean where a game is named more than once, shape (m,).
    twice: how many games are named more than once.
    unplayed: how many games are none of those played.
    """

    row: Ints
    value: Floats
    twice: int
    unplayed: int


def closing_line(sheet: Sheet, league: League, played: Results) -> OutsideForecasts | None:
    """Closing spreads: the negative spread is the home side's expected margin, and P(win) = Phi(margin / scale).

    The scale is the one with the highest likelihood on all of the file's games that were played, so the line is shown
    at its best. The normal curve is taken because it does better than the logistic one: on 19,214 men's games of
    2021-2024 its log loss is 0.52945 (scale 10.8 points), that of 1 / (1 + exp(-margin / scale)) 0.52961 (6.4 points).

    Gives None if no row is of the league.
    """
    games = _read_games(sheet, league)
    spread = sheet.number("home_spread", -_WIDEST, _WIDEST, blank=True)
    sheet.sound()
    if not games.mine.any():
        return None
    given = ~np.isnan(spread)
    said = _match(games, games.mine & given, 0.0 - spread, spread, played)
    scale = fit_scale(said.value, played.won[said.row])
    remarks = [
        f"Phi(spread / {scale:.2f} points), the scale with the highest likelihood on these {len(said.row):,} games, "
        "which favours the line"
        if scale
        else "Phi(spread / scale), but none of its games was played"
    ]
    if blank := int(np.sum(games.mine & ~given)):
        remarks.append(f"rows without a spread: {blank:,}")
    probability = np.clip(normal_cdf(said.value / (scale or 1.0)), _SUREST, 1.0 - _SUREST)
    return _forecasts("closing line", sheet, played, said, probability, said.value, remarks)


def money_line(sheet: Sheet, league: League, played: Results) -> OutsideForecasts | None:
    """Money lines without the bookmakers' share: probabilities as they are. None if no row is of the league."""
    games = _read_games(sheet, league)
    chance = sheet.chance("p_home_novig_median")
    sheet.sound()
    if not games.mine.any():
        return None
    said = _match(games, games.mine, chance, 1.0 - chance, played)
    remarks = ["no-vig probability as the file has it"]
    return _forecasts("money line", sheet, played, said, said.value, np.full(len(said.row), np.nan), remarks)


def fit_scale(margin: Floats, won: np.ndarray) -> float | None:
    """The scale s (points) of P(win) = Phi(margin / s) with the highest likelihood; None without games.

    The likelihood has one maximum (it is concave in 1/s), found by golden section within 1-100 points.

    >>> round(fit_scale(np.array([5.0, 5.0, 5.0, 5.0]), np.array([True, True, True, False])), 2)  # 5 / 0.6745
    7.41
    """
    if len(margin) == 0:
        return None
    edge, games = np.unique(np.where(won, margin, -margin), return_counts=True)  # spreads are few, games are many

    def loss(log_scale: float) -> float:
        return -float(np.sum(games * np.log(np.maximum(normal_cdf(edge / math.exp(log_scale)), 1e-300))))

    low, high = (math.log(scale) for scale in _SCALES)
    part = (math.sqrt(5.0) - 1.0) / 2.0
    left, right = high - part * (high - low), low + part * (high - low)
    at_left, at_right = loss(left), loss(right)
    while high - low > 1e-7:
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - part * (high - low)
            at_left = loss(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + part * (high - low)
            at_right = loss(right)
    return math.exp((low + high) / 2.0)


def normal_cdf(x: Floats) -> Floats:
    """Phi of each element."""
    return np.array([0.5 * math.erfc(-value * math.sqrt(0.5)) for value in x.tolist()], np.float64)


def _read_games(sheet: Sheet, league: League) -> _Games:
    ids = range(League.MEN.team_ids.start, League.WOMEN.team_ids.stop)
    home, away = (sheet.whole(title, ids, "team id") for title in ("HomeTeamID", "AwayTeamID"))
    of_league = {each: _within(home, each.team_ids) & _within(away, each.team_ids) for each in League}
    good = (of_league[League.MEN] | of_league[League.WOMEN]) & (home != away)
    unread = (home == 0) | (away == 0)  # noted already
    sheet.problems.add_rows(
        np.array(sheet.lines), ~good & ~unread, None,
        lambda place: f"team {home[place]} against team {away[place]}",
        "two different teams, both men's (1000-1999) or both women's (3000-3999)",
    )  # fmt: skip
    season = sheet.whole("Season", range(FIRST_SEASON, LAST_SEASON + 1))
    return _Games(season, sheet.whole("DayNum", range(LAST_DAY + 1)), home, away, of_league[league])


def _match(games: _Games, kept: np.ndarray, value: Floats, swapped: Floats, played: Results) -> _Said:
    """What is said in the rows `kept`, by game. value: of the home side; swapped: the same of the other side."""
    home, away = games.home[kept], games.away[kept]
    team1, team2 = np.minimum(home, away), np.maximum(home, away)
    season, day = games.season[kept], games.day[kept]
    of_team1 = np.where(home < away, value[kept], swapped[kept])
    row = find(played, season, day, team1, team2)
    found = row >= 0
    rows, index, times = np.unique(row[found], return_inverse=True, return_counts=True)
    mean = np.bincount(index, of_team1[found], len(rows)) / times
    missing = np.stack([season, day, team1, team2])[:, ~found]
    return _Said(rows, mean, int(np.sum(times > 1)), np.unique(missing, axis=1).shape[1])


def _within(ids: Ints, allowed: range) -> np.ndarray:
    return (ids >= allowed.start) & (ids < allowed.stop)


def _forecasts(
    name: str, sheet: Sheet, played: Results, said: _Said, probability: Floats, margin: Floats, remarks: list[str]
) -> OutsideForecasts:
    if said.twice:
        remarks = [*remarks, f"games named twice, which count once with their mean: {said.twice:,}"]
    row = said.row
    return OutsideForecasts(
        name=name,
        file=sheet.file,
        note="; ".join(remarks),
        season=played.season[row].astype(np.int64),
        day=played.day[row].astype(np.int64),
        team1=played.team1[row].astype(np.int64),
        team2=played.team2[row].astype(np.int64),
        probability=probability,
        margin=margin,
        unplayed=said.unplayed,
    )
