"""How long a set of constants takes the batched fold of the search, beside the NumPy fold of one set, in one run.

    python -m benchmarks.search --data DIR [--sets 12] [--write SECTION]

Both fold the seasons on which constants are chosen. The batched fold uses a GPU where there is one.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from scipy.special import ndtr

from benchmarks import report
from hoops.evaluation.backtest import walk
from hoops.games.leagues import League
from hoops.games.results import Results
from hoops.knowledge.parameters import defaults
from ml_jobs.batched_fold import BatchedFold
from ml_jobs.device import device_for
from ml_jobs.fit_statespace import LAST_SEASON, LIMIT, SPAN
from ml_jobs.read import read_league


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True, help="folder of Kaggle files")
    arguments.add_argument("--sets", type=int, default=12, help="sets of constants in a generation")
    arguments.add_argument("--write", metavar="SECTION", help="section of docs/benchmarks.md to replace")
    given = arguments.parse_args()
    torch.set_num_threads(1)
    device = device_for("auto")
    rows: list[report.Row] = []
    for league in League:
        games = Results.of(read_league(given.data, league).games)
        games = games.rows((games.season >= SPAN[league][0]) & (games.season <= LAST_SEASON))
        shipped = defaults(league)
        sets = [replace(shipped, noise_sd=shipped.noise_sd * (1.0 + 0.01 * step)) for step in range(given.sets)]
        started = time.perf_counter()
        alone = walk(games, sets[-1]).probability
        one = time.perf_counter() - started
        fold = BatchedFold(games, device)
        started = time.perf_counter()
        raw = fold(sets)
        each = (time.perf_counter() - started) / len(sets)
        together = ndtr(np.clip(sets[-1].scale * raw[-1], -LIMIT, LIMIT))
        rows.append([
            league.value, len(games), round(one, 2), round(each, 2), round(each / one, 2),
            f"{np.abs(together - alone).max():.0e}",
        ])  # fmt: skip
    head = [
        "league",
        "games",
        "NumPy, s a set",
        f"{given.sets} sets on the {device}, s a set",
        "ratio",
        "largest difference",
    ]
    text = report.table(head, rows)
    sys.stdout.write(text + "\n")
    if given.write:
        report.write(given.write, f"python -m benchmarks.search --data KAGGLE --sets {given.sets}", text)


if __name__ == "__main__":
    main()
