"""What rosters are worth if only those are on them who could be known when the season began; men.

    python -m benchmarks.rosters --data KAGGLE --tables TABLES [--players PLAYERS] [--seasons 2013-2018]
                                 [--write SECTION]

Files of rosters made afterwards list who appeared in a season at any time. That knows a little of what came: who never
plays is not on them, and who arrives in December is. Here rosters are made of the players' games, and cut:

    whole season      whoever appeared at any time
    week 1, 2         whoever appeared in the first 7 or 14 days from the season's first game on
    first two games   whoever appeared in one of the team's first two games; in its first one
    and last season's whoever did, or was on the team last season and appeared at any time: such a player was on the
                      team in November, too, if hurt

The state-space model forecasts every game once with each of them and once without any; seasons that were learned from
have rosters that are cut in the same way. A cut roster still knows the days up to the cut: "later" scores the games of
teams that both have two games behind them.

TABLES has `player_minutes_by_game_men_2010_2018.csv.gz` (Season, DayNum, TeamID, pid, min, pts) and
`player_ids_men_ncaa_2010_2018.csv.gz` (Season, TeamID, pid, player, cls, pts). PLAYERS is a folder of the contract's
files; its rosters of these seasons are cut likewise, where a player of the same name is on the team in both.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from benchmarks import report
from hoops.arrays import Bools, Floats
from hoops.evaluation.backtest import walk
from hoops.evaluation.parts import parts
from hoops.games.identity import in_order_of_play
from hoops.games.leagues import League
from hoops.games.results import Results
from hoops.knowledge.parameters import defaults
from hoops.players import Squads
from hoops.players.identity import folded_name
from hoops.schemas import PLAYER_SEASONS, ROSTERS
from lake.folder import read_folder
from madness.selection import parse_seasons

WARM_UP = 10  # seasons before those with players, in which the state-space model finds its feet
KEY = ["season", "team_id", "player_id"]
CLASSES = ("Fr", "So", "Jr", "Sr", "Gr")
SHOWN = ("days 0-21", "days 22-49", "days 50-77", "days 78-104")
DRAWS, SEED = 2000, 11
NAMES = {
    "Season": "season", "TeamID": "team_id", "pid": "player_id", "DayNum": "day", "min": "minutes", "pts": "points",
    "player": "player_name", "cls": "class", "PlayerID": "player_id", "PlayerName": "player_name", "Class": "class",
    "Games": "games", "Minutes": "minutes", "OR": "or", "DR": "dr", "Ast": "ast", "Stl": "stl", "Blk": "blk",
    "Points": "points", "Rating": "rating", "RecruitScore": "recruit_score",
}  # fmt: skip
Cut = Mapping[str, pd.Series]  # by name, whether each player of a season counts as on the roster


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True, help="folder of Kaggle files")
    arguments.add_argument("--tables", type=Path, required=True, help="folder of the tables of players' games")
    arguments.add_argument("--players", type=Path, help="folder with MPlayerSeasons.csv and MRosters.csv")
    arguments.add_argument("--seasons", default="2013-2018", help="seasons that are scored")
    arguments.add_argument("--write", metavar="SECTION", help="section of docs/rosters.md to replace")
    given = arguments.parse_args()
    scored = parse_seasons(given.seasons)
    if scored is None:
        raise SystemExit("name the seasons")
    appeared = appearances(given.tables)
    games = Results.of(in_order_of_play(read_folder(given.data, [League.MEN]).leagues[League.MEN].games))
    games = games.rows((games.season >= appeared.season.min() - WARM_UP) & (games.season <= max(scored)))
    chosen = np.isin(games.season, scored) & (games.kind == "regular")
    texts = [_table("the players' games", *_judged(games, appeared, cuts(appeared)), chosen)]
    if given.players:
        rated, matched = of_contract(given.players, appeared)
        print(f"{matched:.1%} of the roster rows of these seasons matched by name", file=sys.stderr)
        texts.append(_table("the contract's files", *_judged(games, rated, cuts(rated)), chosen))
    text = "\n\n".join(texts)
    sys.stdout.write(text + "\n")
    if given.write:
        command = "python -m benchmarks.rosters --data KAGGLE --tables TABLES --players PLAYERS"
        report.write(given.write, command, text, report.DOCUMENT.with_name("rosters.md"))


def appearances(tables: Path) -> pd.DataFrame:
    """Players of seasons, with what they did and when they first appeared.

    Columns of `PLAYER_SEASONS` (games, minutes, points), first_day (of the season's games) and first_game (of the
    team's: 1, 2, ...).
    """
    played = pd.read_csv(tables / "player_minutes_by_game_men_2010_2018.csv.gz").rename(columns=NAMES)
    named = pd.read_csv(tables / "player_ids_men_ncaa_2010_2018.csv.gz").rename(columns=NAMES)
    day = played.day - played.groupby("season").day.transform("min")
    game = played.groupby(["season", "team_id"]).day.rank(method="dense")
    played = played.assign(first_day=day, first_game=game)
    found = played.groupby(KEY).agg(
        games=("minutes", "size"), minutes=("minutes", "sum"), points=("points", "sum"), first_day=("first_day", "min"),
        first_game=("first_game", "min"),
    )  # fmt: skip
    names = named.drop_duplicates(KEY).set_index(KEY)[["player_name", "class"]]
    return found.join(names, how="left").reset_index()


def of_contract(folder: Path, appeared: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    """The same columns of the contract's files, and the share of rows whose player was found by name.

    Who is not found counts as there from the team's first game on, as do all players of seasons without players' games.
    """
    did, listed = (pd.read_csv(folder / f"M{name}.csv").rename(columns=NAMES) for name in ("PlayerSeasons", "Rosters"))
    rows = did.merge(listed[[*KEY, "recruit_score"]], on=KEY, how="left")
    rows = rows[rows.season <= appeared.season.max()]
    join = ["season", "team_id", "name"]
    by_name = appeared.assign(name=appeared.player_name.fillna("").map(folded_name))
    by_name = by_name.drop_duplicates(join, keep=False).set_index(join)[["first_day", "first_game"]]
    rows = rows.assign(name=rows.player_name.fillna("").map(folded_name)).join(by_name, on=join)
    inside = rows.season >= appeared.season.min()
    matched = float(rows.first_day[inside].notna().mean())
    opened = rows.groupby(["season", "team_id"]).first_day.transform("min")
    first_day = rows.first_day.fillna(opened).fillna(0.0)
    return rows.assign(first_day=first_day, first_game=rows.first_game.fillna(1.0)), matched


def cuts(players: pd.DataFrame) -> Cut:
    """Rosters by what makes a member."""
    last = pd.MultiIndex.from_frame(players[KEY].assign(season=players.season + 1))
    was_here = pd.Series(pd.MultiIndex.from_frame(players[KEY]).isin(last), players.index)
    opening = players.first_game <= 2
    return {
        "whole season": pd.Series(True, players.index),
        "first two weeks": players.first_day <= 14,
        "first week": players.first_day <= 7,
        "first two games": opening,
        "first game": players.first_game <= 1,
        "first two games, and last season's": opening | was_here,
    }


def squads(players: pd.DataFrame, member: pd.Series) -> Squads:
    """Players' files in which all seasons' totals are told, and whose rosters are the members."""
    classes = players["class"].where(players["class"].isin(CLASSES))
    rows = players.assign(**{"class": classes}).sort_values(KEY)
    return Squads.of(_as(PLAYER_SEASONS, rows), _as(ROSTERS, rows[member.reindex(rows.index)]))


def _as(schema: pa.Schema, rows: pd.DataFrame) -> pa.Table:
    columns = [
        pa.array(rows[field.name], from_pandas=True).cast(field.type, safe=False)
        if field.name in rows
        else pa.nulls(len(rows), field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _judged(games: Results, players: pd.DataFrame, by_cut: Cut) -> tuple[Results, dict[str, Floats]]:
    """Log loss of every game by roster."""
    parameters, found = defaults(League.MEN), {}
    for name, said in {"none": Squads.empty(), **{name: squads(players, who) for name, who in by_cut.items()}}.items():
        probability = walk(games, parameters, squads=said).probability
        found[name] = -np.log(np.where(games.won, probability, 1.0 - probability))
        print(name, found[name].mean(), file=sys.stderr, flush=True)
    return games, found


def two_behind(games: Results) -> Bools:
    """Games of teams that both have two games of the season behind them."""
    both = pd.DataFrame({
        "season": np.tile(games.season, 2), "team": np.concatenate([games.team1, games.team2]),
        "day": np.tile(games.day, 2),
    })  # fmt: skip
    nth = both.groupby(["season", "team"]).day.rank(method="min").to_numpy().reshape(2, -1)
    later: Bools = np.all(nth > 2, axis=0)
    return later


def _table(of: str, games: Results, losses: Mapping[str, Floats], chosen: Bools) -> str:
    """Log loss by roster and part of the season, and how much of what whole-season rosters gain is kept."""
    of_part = parts(games, None)
    later = two_behind(games)
    columns = {"all": chosen, "later": chosen & later, **{name: chosen & of_part[name] for name in SHOWN}}
    early = chosen & of_part[SHOWN[0]] & later
    columns[f"{SHOWN[0]}, later"] = early
    rows: list[report.Row] = []
    for name, loss in losses.items():
        low, high = interval(loss - losses["whole season"], games, chosen)
        noise = "" if name == "whole season" else f"{low:+.4f} to {high:+.4f}"
        rows.append([name, *(f"{loss[where].mean():.4f}" for where in columns.values()), noise])
    head = [f"rosters of {of}", *columns, "all, against whole season (95 %)"]
    counts: report.Row = ["games", *(int(np.sum(where)) for where in columns.values()), ""]
    return report.table(head, [*rows, counts])


def interval(difference: Floats, games: Results, chosen: Bools) -> tuple[float, float]:
    """95 % interval of the mean of a paired difference; days are drawn again, since a day's games share a state."""
    days = games.season[chosen].astype(np.int64) * 1000 + games.day[chosen]
    _, place = np.unique(days, return_inverse=True)
    total, count = np.bincount(place, difference[chosen]), np.bincount(place)
    drawn = np.random.default_rng(SEED).integers(0, len(total), (DRAWS, len(total)))
    low, high = np.quantile(total[drawn].sum(axis=1) / count[drawn].sum(axis=1), [0.025, 0.975]).tolist()
    return low, high


if __name__ == "__main__":
    main()
