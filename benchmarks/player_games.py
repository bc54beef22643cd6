"""Players' games of outside tables as files of the contract, for backtests.

    python -m benchmarks.player_games --tables TABLES --to DIR

TABLES has `player_minutes_by_game_men_2010_2018.csv.gz` or `player_minutes_by_game_women_2010_2017.csv.gz`, or both
(Season, DayNum, TeamID, pid, min, pts). Rows that the contract does not take are left out, and counted: a few have less
than no minutes or points, or more minutes than the longest game had.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd

from hoops.contract.columns import MAX_GAME_MINUTES
from hoops.games.leagues import League

TABLE = "player_minutes_by_game_{}_*.csv.gz"
TITLES = {"pid": "PlayerID", "min": "Minutes", "pts": "Points"}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--tables", type=Path, required=True, help="folder of the tables of players' games")
    arguments.add_argument("--to", type=Path, required=True, help="folder for MPlayerGames.csv and WPlayerGames.csv")
    given = arguments.parse_args()
    for league in League:
        for file in sorted(given.tables.glob(TABLE.format(league.label.lower()))):
            rows = pd.read_csv(file).rename(columns=TITLES)
            taken = rows[rows.Minutes.between(0, MAX_GAME_MINUTES) & (rows.Points >= 0)]
            to = given.to / f"{league}PlayerGames.csv"
            taken.to_csv(to, index=False)
            sys.stdout.write(f"{to}: {len(taken):,} rows, {len(rows) - len(taken):,} left out\n")


if __name__ == "__main__":
    main()
