"""From a file, or a folder of files, to forecasts: the header says which kind it is."""

from __future__ import annotations

from pathlib import Path

from hoops.contract.report import shown
from hoops.errors import MadnessError
from hoops.leagues import League
from hoops.played import Played
from hoops.reference import Reference
from madness.outside.fivethirtyeight import FAVOURITES, TEAMS, favourites, rounds
from madness.outside.forecasts import OutsideForecasts
from madness.outside.market import MONEY_LINES, SPREADS, closing_line, money_line
from madness.outside.sheet import read_sheet

_KINDS = {
    "closing spreads": SPREADS,
    "money lines": MONEY_LINES,
    "favourites by game": FAVOURITES,
    "teams by round and date": TEAMS,
}
_ENDINGS = (".csv", ".csv.gz")


def read_outside(path: Path, league: League, reference: Reference, played: Played) -> list[OutsideForecasts]:
    """Forecasts of a file, or of every CSV file in a folder and its subfolders, for one league's games.

    Columns may stand in any order, and others beside them. A file of the other league gives nothing; for files of team
    names (both leagues have the same) the league is told by whose tournaments their teams played in.

    Parameters
    ----------
    path : Path
        A file (CSV, or a gzip of one) or a folder.
    reference : Reference
        Names and spellings of teams for files that have no ids, dates of seasons for those that have no day numbers.
    played : Played
        All of the league's games; a forecast of any other game is counted and left out.

    Raises
    ------
    MadnessError
        There is no such file, its header is of no known kind, or the reference lacks names or dates it needs.
    Rejected
        A cell is bad.
    """
    return [one for file in _files(path) for one in _read(file, league, reference, played)]


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise MadnessError(f"{path} is neither a file nor a folder of forecasts")
    files = [file for file in sorted(path.rglob("*")) if file.is_file() and file.name.endswith(_ENDINGS)]
    if not files:
        raise MadnessError(f"{path} has no forecasts: expected files that end in {' or '.join(_ENDINGS)}")
    return files


def _read(file: Path, league: League, reference: Reference, played: Played) -> list[OutsideForecasts]:
    sheet = read_sheet(file)
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
        raise MadnessError(f"{file}: found the header {header}; allowed is one with the columns of {kinds}")
    return [one for one in found if one is not None]
