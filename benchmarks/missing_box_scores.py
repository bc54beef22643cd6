"""What the full model is worth where box scores are missing, beside the state space alone on the same games.

    python -m benchmarks.missing_box_scores --data DIR [--seasons 2022-2024] [--cases a,b] [--write SECTION]

Copies of a folder of Kaggle's files are made in which games have lost their box score, and `madness backtest` judges
the full model, trained anew for every season on the copy as it is::

    complete   the folder itself
    a          no box scores from the second of the seasons on
    b          none for a random half of all games
    c          none for games in which a team of a random half plays
    d          none at all

A copy's games are all there: only rows of the files with box scores are dropped, because the compact files have every
game. All else is linked to, not copied. Draws are seeded. It ends with an error if the full model is more than 0.0003
worse than the state space, pooled over the seasons of a league, in any case, or not better where half of the box scores
is left (b, c).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import report
from madness.selection import parse_seasons

WORSE = 0.0003  # log loss of the regular season by which the full model may lie above the state space
HELPED = ("b", "c")  # where the box scores that are left must make it better
SEED = 7
Row = Mapping[str, str]  # of a file with box scores, by column
Keep = Callable[[Row], bool]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True, help="folder of Kaggle files")
    arguments.add_argument("--seasons", default="2022-2024", help="seasons that are forecast")
    arguments.add_argument("--leagues", default="M,W")
    arguments.add_argument("--cases", default="complete,a,b,c,d")
    arguments.add_argument("--seed", type=int, default=SEED, help="of games and teams that lose their box scores")
    arguments.add_argument("--write", metavar="SECTION", help="section of docs/benchmarks.md to replace")
    given = arguments.parse_args()
    seasons = parse_seasons(given.seasons)
    if seasons is None or len(seasons) < 2:
        raise SystemExit("name at least two seasons: case a takes the box scores from the second on")
    found: dict[tuple[str, str], dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(prefix="madness-bench-") as work:
        for case in given.cases.split(","):
            for league in given.leagues.split(","):
                folder = Path(work) / f"{case}{league}"
                boxed, games = copy(given.data, folder, league, keeps(given.data, league, case, seasons, given.seed))
                found[case, league] = backtest(folder, league, given.seasons)
                full, alone = _losses(found[case, league]["pooled"], "regular")
                print(
                    f"case {case}, {league}: {boxed:,} of {games:,} box scores left, {full:.5f} beside {alone:.5f}",
                    file=sys.stderr,
                    flush=True,
                )
    text = "\n\n".join(part for league in given.leagues.split(",") for part in _tables(league, found))
    sys.stdout.write(text + "\n")
    if given.write:
        command = f"python -m benchmarks.missing_box_scores --data KAGGLE --seasons {given.seasons}"
        report.write(given.write, command, text)
    if failures := broken(found):
        raise SystemExit("\n".join(failures))


def keeps(data: Path, league: str, case: str, seasons: Iterable[int], seed: int) -> Keep:
    """Which games of a league keep their box score in a case."""
    rng = np.random.default_rng([seed, *league.encode()])
    if case == "complete":
        return lambda _: True
    if case == "a":
        first = sorted(seasons)[1]
        return lambda row: int(row["Season"]) < first
    if case == "b":
        return lambda _: bool(rng.random() < 0.5)
    if case == "c":
        lines = (data / f"{league}Teams.csv").read_text(encoding="utf-8").splitlines()[1:]
        teams = sorted(line.split(",")[0] for line in lines)
        bare = set(rng.permutation(teams)[: len(teams) // 2].tolist())
        return lambda row: row["WTeamID"] not in bare and row["LTeamID"] not in bare
    if case == "d":
        return lambda _: False
    raise SystemExit(f"no case {case}; there are complete, a, b, c, d")


def copy(data: Path, folder: Path, league: str, keep: Keep) -> tuple[int, int]:
    """A copy of a folder in which a league's games have lost their box scores; how many are left, of how many."""
    folder.mkdir()
    left = games = 0
    for file in sorted(data.glob("*.csv")):
        if not (file.name.startswith(league) and file.stem.endswith("DetailedResults")):
            (folder / file.name).symlink_to(file.resolve())
            continue
        head, *lines = file.read_text(encoding="utf-8").splitlines()
        names = head.split(",")
        kept = [line for line in lines if keep(dict(zip(names, line.split(","), strict=True)))]
        left, games = left + len(kept), games + len(lines)
        if kept:  # a file without rows is none
            (folder / file.name).write_text("\n".join([head, *kept]) + "\n", encoding="utf-8")
    return left, games


def backtest(folder: Path, league: str, seasons: str) -> dict[str, Any]:
    """What `madness backtest` says of the full model on a folder."""
    command = ["-m", "madness", "backtest", "--data", str(folder), "--league", league, "--seasons", seasons, "--json"]
    done = subprocess.run([sys.executable, *command], check=True, stdout=subprocess.PIPE, text=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def broken(found: Mapping[tuple[str, str], dict[str, Any]]) -> list[str]:
    """The bounds that are not kept, each as a sentence."""
    failures = []
    for (case, league), result in found.items():
        full, alone = _losses(result["pooled"], "regular")
        if full - alone > WORSE:
            failures.append(
                f"case {case}, {league}: {full - alone:+.5f} beside the state space, at most {WORSE} allowed"
            )
        elif case in HELPED and full >= alone:
            failures.append(
                f"case {case}, {league}: {full - alone:+.5f} beside the state space where it must be better"
            )
    return failures


def _tables(league: str, found: Mapping[tuple[str, str], dict[str, Any]]) -> list[str]:
    """Log losses of a league, pooled and by season, one table a kind of game."""
    parts = []
    for kind, title in (("regular", "regular season"), ("ncaa", "NCAA tournament")):
        rows: list[report.Row] = []
        for (case, of), result in found.items():
            for span, scores in ({"pooled": result["pooled"]} | result["by_season"]).items():
                if of == league and kind in scores:
                    full, alone = _losses(scores, kind)
                    rows.append([case, span, f"{full:.4f}", f"{alone:.4f}", f"{full - alone:+.4f}"])
        head = ["case", "seasons", "full", "state space", "difference"]
        parts.append(f"**{league}, {title}**\n\n" + report.table(head, rows))
    return parts


def _losses(scores: dict[str, Any], kind: str) -> tuple[float, float]:
    return scores[kind]["full"]["log_loss"], scores[kind]["statespace"]["log_loss"]


if __name__ == "__main__":
    main()
