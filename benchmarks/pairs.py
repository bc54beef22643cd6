"""How long the chances of every two teams of a league take, once it is known what is known.

    python -m benchmarks.pairs --data DIR [--season 2024] [--repeat 15] [--sample 500] [--write SECTION]

Beside them, in the same run and on the same state: the fold's forecast of the same games at once, and a loop of
forecasts of single games, timed on a sample of them. Each is the best of some repetitions, in CPU time, as other
people's processes are none of its business.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import report
from hoops import knowledge
from hoops.forecast.match import forecast
from hoops.forecast.pairs import all_pairs
from hoops.games.leagues import SELECTION_SUNDAY, League
from hoops.games.matchups import Matchups
from operate.sources import FolderSource
from operate.submission import game_day


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True, help="folder of Kaggle files")
    arguments.add_argument("--season", type=int, default=2024)
    arguments.add_argument("--repeat", type=int, default=15)
    arguments.add_argument("--sample", type=int, default=500, help="games forecast one by one")
    arguments.add_argument("--write", metavar="SECTION", help="section of docs/benchmarks.md to replace")
    given = arguments.parse_args()
    columns = [_measured(given.data, league, given.season, given.repeat, given.sample) for league in League]
    rows: list[report.Row] = [[what, *(one[what] for one in columns)] for what in columns[0]]
    text = report.table(["what", *(league.label.lower() for league in League)], rows)
    sys.stdout.write(text + "\n")
    if given.write:
        report.write(given.write, "python -m benchmarks.pairs --data KAGGLE", text)


def _measured(data: Path, league: League, season: int, repeat: int, sample: int) -> dict[str, str | int | float]:
    source = FolderSource(data, league)
    day = game_day(SELECTION_SUNDAY)
    model = source.model_on((season, day))
    known = source.known((season, SELECTION_SUNDAY), lambda done, total: None)
    before = knowledge.advance(known, season, day, model.parameters)
    teams = before.strength.teams[before.strength.last_season == season]
    one, other = np.triu_indices(len(teams), 1)
    games = Matchups(teams[one], teams[other], np.zeros(len(one), np.int8))
    few = [games.rows(np.array([row])) for row in np.random.default_rng(1).permutation(len(games))[:sample]]
    pairs, chances = _best(lambda: all_pairs(before, teams, model).probability[one, other], repeat)
    at_once, expected = _best(lambda: forecast(before, games, model).probability, 3)
    single, _ = _best(lambda: [forecast(before, game, model) for game in few], 2)
    loop = single / len(few) * len(games)
    return {
        "teams": len(teams),
        "pairs": len(games),
        "all pairs, CPU ms": round(1e3 * pairs, 1),
        "the fold's forecast of them at once, CPU ms": round(1e3 * at_once),
        f"a loop of single forecasts, CPU ms ({len(few)} timed)": round(1e3 * loop),
        "times faster than the fold's forecast": round(at_once / pairs),
        "times faster than the loop": round(loop / pairs),
        "largest difference of a probability": f"{np.abs(chances - expected).max():.0e}",
    }


def _best(work: Callable[[], Any], repeat: int) -> tuple[float, Any]:
    """The fewest CPU seconds of some repetitions, and what came out."""
    seconds, found = [], None
    for _ in range(repeat):
        started = time.process_time()
        found = work()
        seconds.append(time.process_time() - started)
    return min(seconds), found


if __name__ == "__main__":
    main()
