"""Files of other people's forecasts on disk: one, or a folder of them."""

from __future__ import annotations

from pathlib import Path

from hoops.errors import MadnessError
from hoops.evaluation.outside import OutsideForecasts, forecasts_in
from hoops.games.leagues import League
from hoops.games.reference import Reference
from hoops.games.results import Results

_ENDINGS = (".csv", ".csv.gz")


def read_outside(path: Path, league: League, reference: Reference, played: Results) -> list[OutsideForecasts]:
    """Forecasts of a file, or of every CSV file in a folder and its subfolders, for one league's games.

    Raises
    ------
    MadnessError
        There is no such file, or as `hoops.evaluation.outside.forecasts_in` does.
    Rejected
        A cell is bad.
    """
    return [one for file in _files(path)
            for one in forecasts_in(file.name, file.read_bytes(), league, reference, played)]  # fmt: skip


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise MadnessError(f"{path} is neither a file nor a folder of forecasts")
    files = [file for file in sorted(path.rglob("*")) if file.is_file() and file.name.endswith(_ENDINGS)]
    if not files:
        raise MadnessError(f"{path} has no forecasts: expected files that end in {' or '.join(_ENDINGS)}")
    return files
