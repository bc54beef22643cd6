"""From a file to what it says: its header tells which kinds it is of."""

from __future__ import annotations

from hoops.contract.report import shown
from hoops.errors import MadnessError
from hoops.evaluation.outside.expected_scores import EXPECTED, expected_scores
from hoops.evaluation.outside.fivethirtyeight import FAVOURITES, TEAMS, favourites, rounds
from hoops.evaluation.outside.forecasts import Said
from hoops.evaluation.outside.market import (
    MONEY_LINES,
    NO_VIG,
    OPENING,
    SPREADS,
    closing_line,
    money_line,
    no_vig,
    opening_line,
)
from hoops.evaluation.outside.sheet import sheet_of
from hoops.games.leagues import League
from hoops.games.reference import Reference
from hoops.games.results import Results

_BY_ID = {
    "closing spreads": (SPREADS, closing_line),
    "opening spreads": (OPENING, opening_line),
    "money lines": (MONEY_LINES, money_line),
    "money lines' probabilities": (NO_VIG, no_vig),
    "expected scores": (EXPECTED, expected_scores),
}
_BY_NAME = {
    "favourites by game": (FAVOURITES, favourites),
    "teams by round and date": (TEAMS, rounds),
}


def said_in(name: str, data: bytes, league: League, reference: Reference, played: Results) -> list[Said]:
    """What a CSV file, or a gzip of one, says of one league's games; a file may be of several kinds.

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
    by_id = [read for titles, read in _BY_ID.values() if sheet.has(*titles)]
    by_name = [read for titles, read in _BY_NAME.values() if sheet.has(*titles)]
    if not by_id and not by_name:
        known = [(kind, titles) for kind, (titles, _) in (_BY_ID | _BY_NAME).items()]
        kinds = "; ".join(f"{kind}: {','.join(titles)}" for kind, titles in known)
        header = shown(",".join(sheet.titles), 300)
        raise MadnessError(f"{name}: found the header {header}; allowed is one with the columns of {kinds}")
    found = [read(sheet, league, played) for read in by_id]
    found += [read(sheet, league, reference, played) for read in by_name]
    return [one for one in found if one is not None]
