"""What the betting market said: closing and opening point spreads, and money lines, by team ids and day."""

from __future__ import annotations

import numpy as np

from hoops.arrays import Bools, Floats
from hoops.evaluation.outside.forecasts import Said
from hoops.evaluation.outside.games import IDS, read_games
from hoops.evaluation.outside.sheet import Sheet
from hoops.games.leagues import League
from hoops.games.results import Results

GAME = (*IDS, "HomeTeamID", "AwayTeamID")
SPREADS = (*GAME, "home_spread")
OPENING = (*GAME, "home_spread_open")
MONEY_LINES = (*GAME, "ml_home", "ml_away")
NO_VIG = (*GAME, "p_home_novig_median")

_BOOK = (0.95, 1.15)  # what a book's chances of both teams add up to; others are slips


def closing_line(sheet: Sheet, league: League, played: Results) -> Said | None:
    """Closing spreads: the negative spread is the home side's expected margin. None if the league has none."""
    return _spreads("closing line", "home_spread", sheet, league, played)


def opening_line(sheet: Sheet, league: League, played: Results) -> Said | None:
    """Opening spreads, likewise."""
    return _spreads("opening line", "home_spread_open", sheet, league, played)


def _spreads(name: str, title: str, sheet: Sheet, league: League, played: Results) -> Said | None:
    games = read_games(sheet, league, *GAME[-2:])
    spread, slips = sheet.margin(title)
    sheet.sound()
    remarks = {"rows without a spread": np.isnan(spread) & ~slips, "spreads beyond 60 points, taken for slips": slips}
    return games.said(name, "the spread with its sign turned", 0.0 - spread, spread, played, remarks, points=True)


def money_line(sheet: Sheet, league: League, played: Results) -> Said | None:
    """American money lines of both teams, as probabilities that add up to 1. None if the league has none.

    A line of -150 says 150 / 250, one of +150 says 100 / 250; both teams' together are more than 1 by the bookmaker's
    share, which is taken from each in proportion.
    """
    games = read_games(sheet, league, *GAME[-2:])
    home, away = (_said_by(sheet.money_line(title)) for title in ("ml_home", "ml_away"))
    sheet.sound()
    both = home + away
    slips = (both < _BOOK[0]) | (both > _BOOK[1])
    chance = np.where(slips, np.nan, home / both)
    remarks = {
        "rows without both teams' money lines": np.isnan(both),
        "rows whose money lines add up to less than 0.95 or more than 1.15, taken for slips": slips,
    }
    note = "the money lines' probabilities, the bookmaker's share taken off in proportion"
    return games.said("money line", note, chance, 1.0 - chance, played, remarks)


def _said_by(line: Floats) -> Floats:
    size = np.abs(line)
    return np.where(line < 0, size, 100.0) / (size + 100.0)


def no_vig(sheet: Sheet, league: League, played: Results) -> Said | None:
    """Money lines without the bookmakers' share: probabilities as they are. None if no row is of the league."""
    games = read_games(sheet, league, *GAME[-2:])
    chance = sheet.chance("p_home_novig_median")
    sheet.sound()
    none: dict[str, Bools] = {}
    return games.said("money line", "no-vig probability as the file has it", chance, 1.0 - chance, played, none)
