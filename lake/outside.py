"""Files of other people's forecasts on disk: one, or a folder of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hoops.errors import MadnessError
from hoops.evaluation.outside import OutsideForecasts, said_in, settled
from hoops.games.leagues import League
from hoops.games.reference import Reference
from hoops.games.results import Results

_ENDINGS = (".csv", ".csv.gz")


def read_outside(
    paths: Iterable[Path], league: League, reference: Reference, played: Results, source: str | None = None
) -> list[OutsideForecasts]:
    """Forecasts of one league's games in files, and in every CSV file of folders and their subfolders, by forecaster.

    source: of a forecaster that has it, nothing else counts (`hoops.evaluation.outside.settled`).

    Raises
    ------
    MadnessError
        There is no such file, nobody has the source, or as `hoops.evaluation.outside.said_in` does.
    Rejected
        A cell is bad.
    """
    said = [one for path in paths for file in _files(path)
            for one in said_in(file.name, file.read_bytes(), league, reference, played)]  # fmt: skip
    return settled(said, played, source)


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise MadnessError(f"{path} is neither a file nor a folder of forecasts")
    files = [file for file in sorted(path.rglob("*")) if file.is_file() and file.name.endswith(_ENDINGS)]
    if not files:
        raise MadnessError(f"{path} has no forecasts: expected files that end in {' or '.join(_ENDINGS)}")
    return files
