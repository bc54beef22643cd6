"""How long training and backtests take, from CSV files to what they write: whole processes, one league each.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.training --data DIR [--write SECTION]

Beside them a floor: reading the same files, with nothing done to them.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import report


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True, help="folder of Kaggle files")
    arguments.add_argument("--seasons", default="2011-2024", help="seasons of the backtest")
    arguments.add_argument("--write", metavar="SECTION", help="section of docs/benchmarks.md to replace")
    given = arguments.parse_args()
    rows: list[report.Row] = []
    with tempfile.TemporaryDirectory(prefix="madness-bench-") as work:
        for league in "MW":
            out, archive = Path(work) / league, Path(work) / f"{league}.tar.gz"
            where = ["--data", str(given.data), "--league", league]
            reading = (
                "from pathlib import Path; from ml_jobs.read import read_league; from hoops.games.leagues import League"
            )
            floor = _timed(["-c", f"{reading}; read_league(Path({str(given.data)!r}), League({league!r}))"])
            train = _timed(["-m", "ml_jobs.train", *where, "--out", str(out), "--tar", str(archive)])
            backtest = _timed(["-m", "madness", "backtest", *where, "--seasons", given.seasons, "--json"])
            seconds = json.loads((out / "run.json").read_text())["seconds"]
            rows += [
                [league, "reading the files", round(floor, 1), ""],
                [league, "features of all seasons, within the training", seconds["features"], ""],
                [league, "CSV files to model.tar.gz", round(train, 1), f"{train / floor:.1f}"],
                [league, f"backtest {given.seasons}, full model", round(backtest, 1), f"{backtest / floor:.1f}"],
            ]
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    text = report.table(["league", "what", "s", "times reading"], rows)
    text += f"\n\nThe largest of these processes took {peak:,} MiB."
    sys.stdout.write(text + "\n")
    if given.write:
        report.write(given.write, f"python -m benchmarks.training --data KAGGLE --seasons {given.seasons}", text)


def _timed(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
