"""From a file to forecasts: its header says which kind it is."""

from __future__ import annotations

from hoops.contract.report import shown
from hoops.errors import MadnessError
from hoops.evaluation.outside.fivethirtyeight import FAVOURITES, TEAMS, favourites, rounds
from hoops.evaluation.outside.forecasts import OutsideForecasts
from hoops.evaluation.outside.market import MONEY_LINES, SPREADS, closing_line, money_line
from hoops.evaluation.outside.sheet import sheet_of
from hoops.games.leagues import League
from hoops.games.reference import Reference
from hoops.games.results import Results

_KINDS = {
    "closing spreads": SPREADS,
    "money lines": MONEY_LINES,
    "favourites by game": FAVOURITES,
    "teams by round and date": TEAMS,
}


def forecasts_in(
    name: str, data: bytes, league: League, reference: Reference, played: Results
) -> list[OutsideForecasts]:
    """Forecasts of one league's games in a CSV file, or a gzip of one.

    Columns may stand in any order, and others beside them. A file of the other league gives nothing; for files of team
    names (both leagues have the same) the league is told by whose tournaments their teams played in.

    Parameters
    ----------
    reference : Reference
        Names and spellings of teams for files that have no ids, dates of seasons for those that have no day numbers.
    played : Results
        All of the league's games; a forecast of any other game is counted and left out.

    Raises
    ------
    MadnessError
        The header is of no known kind, or the reference lacks names or dates that the file needs.
    Rejected
        A cell is bad.
    """
    sheet = sheet_of(name, data)
    found = []
    if sheet.has(*SPREADS):
        found.append(closing_line(sheet, league, played))
    if sheet.has(*MONEY_LINES):
        found.append(money_line(sheet, league, played))
    if sheet.has(*FAVOURITES):
        found.append(favourites(sheet, league, reference, played))
    if sheet.has(*TEAMS):
        found.append(rounds(sheet, league, reference, played))
    if not found:
        kinds = "; ".join(f"{kind}: {','.join(titles)}" for kind, titles in _KINDS.items())
        header = shown(",".join(sheet.titles), 300)
        raise MadnessError(f"{name}: found the header {header}; allowed is one with the columns of {kinds}")
    return [one for one in found if one is not None]
