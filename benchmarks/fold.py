"""How fast all results fold: read the CSV files, merge, then forecast and learn from every game, both leagues.

    python -m benchmarks.fold --data DIR [--sample 200] [--write SECTION]

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

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True, help="folder of Kaggle files")
    arguments.add_argument("--sample", type=int, default=200, help="games forecast the naive way")
    arguments.add_argument("--write", metavar="SECTION", help="section of docs/benchmarks.md to replace")
    arguments.add_argument("--league", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.league:
        sys.stdout.write(f"{_fold(given.data, given.league)}\n")
        return
    started = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.fold", "--data", str(given.data), "--league"]
    running = [
        subprocess.Popen([*command, league], stdout=subprocess.PIPE, env=os.environ | ONE_THREAD) for league in "MW"
    ]
    games = sum(int(process.communicate()[0]) for process in running)
    seconds = time.perf_counter() - started
    if any(process.returncode for process in running):
        raise SystemExit("a league failed")
    # The larger of the two children: ru_maxrss of children is a maximum, not a sum.
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    naive = _naive(given.data, given.sample)
    rows: list[report.Row] = [
        ["games of both leagues", games],
        ["whole run, s", round(seconds, 2)],
        ["games a second", int(games / seconds)],
        ["peak memory of the larger process, MiB", int(peak)],
        [f"the naive way, ms a game ({given.sample} games)", round(naive * 1000, 1)],
        ["times faster than the naive way", int(naive / (seconds / games))],
    ]
    text = report.table(["what", "figure"], rows)
    sys.stdout.write(text + "\n")
    if given.write:
        report.write(given.write, "python -m benchmarks.fold --data KAGGLE", text)


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
