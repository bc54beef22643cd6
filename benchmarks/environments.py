"""A day folded in several environments, and how far their results are apart: NumPy with BLAS and without, for instance.

    python -m benchmarks.environments --data DIR --python PYTHON --python PYTHON [--seasons 3] [--write SECTION]

Each PYTHON is one of an environment with NumPy and pyarrow. They take turns, one process at a time, and CPU time is
measured, so that other processes weigh little. The managed layer's NumPy probably has no BLAS; nor has this one:

    uv venv --python 3.12 noblas
    uv pip install --python noblas/bin/python pyarrow==22.0.0
    uv pip install --python noblas/bin/python --no-binary numpy -C setup-args=-Dallow-noblas=true \\
        -C setup-args=-Dblas=none -C setup-args=-Dlapack=none numpy==2.4.4
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks import report

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_CORETYPE": "Haswell"}  # as in the Lambdas
ROOT = Path(__file__).parents[1]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True, help="folder of Kaggle files")
    arguments.add_argument("--python", action="append", help="interpreter of an environment; once for each")
    arguments.add_argument("--seasons", type=int, default=3, help="the last so many seasons, men")
    arguments.add_argument("--rounds", type=int, default=3, help="how often each takes its turn")
    arguments.add_argument("--write", metavar="SECTION", help="section of docs/benchmarks.md to replace")
    arguments.add_argument("--fold", action="store_true", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.fold:
        sys.stdout.buffer.write(_fold(given.data, given.seasons))
        return
    pythons = given.python or [sys.executable]
    runs = [[_run(python, given.data, given.seasons) for python in pythons] for _ in range(given.rounds)]
    rows: list[report.Row] = []
    for place, first in enumerate(runs[0]):
        seconds = min((one[place]["seconds"] for one in runs), key=np.mean)
        told = json.loads(str(first["fingerprint"]))
        apart = np.abs(first["results"] - runs[0][0]["results"]).max()
        rows.append([
            f"Python {told['python']}, NumPy {told['numpy']}, pyarrow {told['pyarrow']}", told["blas"],
            round(float(np.mean(seconds)) * 1000, 1), round(float(np.quantile(seconds, 0.95)) * 1000, 1),
            f"{apart:.0e}" if place else "",
        ])  # fmt: skip
    days = len(runs[0][0]["seconds"])
    head = ["environment", "BLAS", f"mean CPU ms a day ({days} days)", "95th percentile, ms", "largest difference"]
    text = report.table(head, rows)
    sys.stdout.write(text + "\n")
    if given.write:
        command = f"python -m benchmarks.environments --data KAGGLE {' '.join(['--python PYTHON'] * len(pythons))}"
        report.write(given.write, command, text)


def _run(python: str, data: Path, seasons: int) -> dict[str, np.ndarray]:
    command = [python, "-m", "benchmarks.environments", "--data", str(data), "--seasons", str(seasons), "--fold"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | ONE_THREAD, stdout=subprocess.PIPE, check=True)
    with np.load(io.BytesIO(done.stdout)) as arrays:
        return dict(arrays)


def _fold(data: Path, seasons: int) -> bytes:
    """Fold the men's last seasons with the model that ships: seconds of each day, all forecasts and ratings."""
    from hoops.forecast.fold import days_of, handle_new_data
    from hoops.forecast.model import shipped
    from hoops.games.leagues import League
    from hoops.knowledge import initial
    from lake.fingerprint import fingerprint
    from ml_jobs.read import read_league

    model = shipped(League.MEN)
    read = read_league(data, League.MEN)
    days = list(days_of(read.games))
    known = initial(model.parameters)
    seconds, results = [], []
    for day in [one for one in days if one.season > days[-1].season - seasons]:
        started = time.process_time()
        folded = handle_new_data(day.timestamp, day.games, known, model, squads=read.squads)
        seconds.append(time.process_time() - started)
        known = folded.known
        results += [folded.predicted[name].to_numpy() for name in ("team1_probability", "team1_margin", "margin_sd")]
        rated = folded.rated.sort_by("team_id")  # teams of ratings that are all but equal may stand in another order
        results += [rated[name].to_numpy() for name in ("rating", "rating_sd")]
    body = io.BytesIO()
    np.savez(body, seconds=seconds, results=np.concatenate(results), fingerprint=json.dumps(fingerprint()))
    return body.getvalue()


if __name__ == "__main__":
    main()
