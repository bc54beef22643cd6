"""How fast all results fold: read the CSV files, merge, then forecast and learn from every game, both leagues.

    python -m benchmarks.fold --data DIR [--data DIR ...] [--sample 200] [--write SECTION]

Each league is a process of its own, timed whole from its start, so that both cores work and imports count. It finds no
pandas, which nobody but developers has: pyarrow would import it at its first array, for half a second. In the same
run it times the naive way on a sample of games: to forecast a game, sum up all earlier games of both teams in pandas.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from importlib.abc import MetaPathFinder
from pathlib import Path

from benchmarks import report

# What a folder holds, and what the documents call such a folder.
_HOLDING = {"Kaggle's files": "KAGGLE", "with players' files": "SEASONS", "with players' files and games": "DIR"}
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument(
        "--data", type=Path, required=True, action="append", help="folder of Kaggle's files, once or more"
    )
    arguments.add_argument("--sample", type=int, default=200, help="games forecast the naive way")
    arguments.add_argument("--write", metavar="SECTION", help="section of docs/benchmarks.md to replace")
    arguments.add_argument("--league", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.league:
        games = _fold(given.data[0], given.league)
        sys.stdout.write(f"{games} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}\n")
        return
    naive = _naive(given.data[0], given.sample)
    columns = [_measured(folder, naive, given.sample) for folder in given.data]
    rows = [[what, *(column[what] for column in columns)] for what in columns[0]]
    text = report.table(["what", *(_holding(folder) for folder in given.data)], rows)
    sys.stdout.write(text + "\n")
    if given.write:
        folders = " ".join(f"--data {_HOLDING[_holding(folder)]}" for folder in given.data)
        report.write(given.write, f"python -m benchmarks.fold {folders}", text)


def _holding(folder: Path) -> str:
    """What a folder holds, in words."""
    alone, seasons, games = _HOLDING
    if (folder / "MPlayerGames.csv").exists():
        return games
    return seasons if (folder / "MPlayerSeasons.csv").exists() else alone


def _measured(data: Path, naive: float, sample: int) -> dict[str, str | int | float]:
    """Fold both leagues of a folder at once. naive: seconds a game of the naive way."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.fold", "--data", str(data), "--league"]
    running = [
        subprocess.Popen([*command, league], stdout=subprocess.PIPE, text=True, env=os.environ | ONE_THREAD)
        for league in "MW"
    ]
    told = [process.communicate()[0].split() for process in running]
    seconds = time.perf_counter() - started
    if any(process.returncode for process in running):
        raise SystemExit("a league failed")
    games = sum(int(one) for one, _ in told)
    return {
        "games of both leagues": games,
        "whole run, s": round(seconds, 2),
        "games a second": int(games / seconds),
        "peak memory of the larger process, MiB": max(int(peak) for _, peak in told),
        f"the naive way, ms a game ({sample} games)": round(naive * 1000, 1),
        "times faster than the naive way": int(naive / (seconds / games)),
    }


def _fold(data: Path, letter: str) -> int:
    """Fold one league with the model that ships; the number of games forecast."""
    sys.meta_path.insert(0, _WithoutPandas())
    from hoops.forecast.features import walk
    from hoops.forecast.model import shipped
    from hoops.forecast.scorer import score
    from hoops.games.leagues import League
    from ml_jobs.read import read_league

    league = League(letter)
    model = shipped(league)
    read = read_league(data, league)
    _, described, _ = walk(read.games, model.parameters, squads=read.squads)
    return len(score(model.scorer, described).probability)


class _WithoutPandas(MetaPathFinder):
    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError("as in locks/run.txt", name=fullname)


def _naive(data: Path, sample: int) -> float:
    """Seconds a game of summing up all earlier games of both teams in pandas."""
    import pandas as pd

    games = pd.read_csv(data / "MRegularSeasonCompactResults.csv")
    chosen = games.sample(sample, random_state=7)
    started = time.perf_counter()
    for game in chosen.itertuples():
        earlier = games[(games.Season < game.Season) | ((games.Season == game.Season) & (games.DayNum < game.DayNum))]
        for team in (game.WTeamID, game.LTeamID):
            won, lost = earlier[earlier.WTeamID == team], earlier[earlier.LTeamID == team]
            won[["WScore", "LScore", "NumOT"]].sum()
            lost[["WScore", "LScore", "NumOT"]].sum()
    return (time.perf_counter() - started) / sample


if __name__ == "__main__":
    main()
