"""What must hold of a player's season, and what of players' files is more often a mistake than true."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hoops.contract.report import Problems
from hoops.contract.rows import Rows

LONGEST = 75.0  # minutes of the longest game ever, with seven overtimes
LONG = 45.0  # minutes a game that nobody has through a season: of 99,253 real rows one is beyond
TEAM_MINUTES = (160.0, 240.0)  # a team's minutes a game, five players' 40: real ones are 168-215, few beyond 198-207
GAME_MINUTES = (150.0, 375.0)  # a team's in a game, up to seven overtimes: of 171,546 real ones 28 are beyond
SHOWN = 3


def check_player_seasons(rows: Rows, problems: Problems) -> None:
    """Add a problem where a player has more minutes than the games can have had."""
    games, minutes = rows.numbers("games"), rows.numbers("minutes")
    problems.add_rows(
        rows.lines, minutes > LONGEST * games, "Minutes",
        lambda i: f"{minutes[i]:g}, with Games {games[i]}",
        f"minutes of the season, at most {LONGEST:g} a game",
    )  # fmt: skip


def doubts_about_players(dataset: str, table: pa.Table) -> tuple[str, ...]:
    """Warnings about a file of players. table: in the dataset's schema."""
    match dataset:
        case "PlayerSeasons":
            return _on_two_teams(table) + _doubts_about_seasons(table)
        case "PlayerGames":
            return _on_two_teams(table) + _doubts_about_games(table)
    return _on_two_teams(table)


def _doubts_about_seasons(table: pa.Table) -> tuple[str, ...]:
    games, minutes = table["games"].to_numpy(), table["minutes"].to_numpy()
    long = np.flatnonzero(minutes > LONG * games).tolist()
    told: tuple[str, ...] = ()
    if long:
        one = table.slice(long[0], 1).to_pylist()[0]
        told += (
            f"{_counted(len(long), 'player')} played more than {LONG:g} minutes a game, the first {one['player_id']} "
            f"of team {one['team_id']} in {one['season']}, {one['minutes']:g} in {one['games']}: Minutes are those of "
            "the whole season",
        )
    teams = table.group_by(["season", "team_id"]).aggregate([("minutes", "sum"), ("games", "max")])
    teams = teams.sort_by([("season", "ascending"), ("team_id", "ascending")])
    sums, most = teams["minutes_sum"].to_numpy(), teams["games_max"].to_numpy()
    odd = teams.filter(pa.array((sums < TEAM_MINUTES[0] * most) | (sums > TEAM_MINUTES[1] * most)))
    if odd.num_rows:
        first = [
            f"{row['team_id']} in {row['season']} ({row['minutes_sum']:,.0f} in {row['games_max']} games)"
            for row in odd.slice(0, SHOWN).to_pylist()
        ]
        more = f" and {odd.num_rows - SHOWN:,} more" if odd.num_rows > SHOWN else ""
        told += (
            f"the minutes of {_counted(odd.num_rows, 'team')} are far from 200 a game, five players' 40: "
            f"{', '.join(first)}{more}; are all its players there, each with the season's total?",
        )
    return told


def _doubts_about_games(table: pa.Table) -> tuple[str, ...]:
    teams = table.group_by(["season", "day", "team_id"]).aggregate([("minutes", "sum")])
    sums = teams["minutes_sum"].to_numpy()
    odd = teams.filter(pa.array((sums < GAME_MINUTES[0]) | (sums > GAME_MINUTES[1])))
    if not odd.num_rows:
        return ()
    odd = odd.sort_by([(name, "ascending") for name in ("season", "day", "team_id")])
    first = [f"team {row['team_id']} on day {row['day']} of {row['season']} ({row['minutes_sum']:g})"
             for row in odd.slice(0, SHOWN).to_pylist()]  # fmt: skip
    more = f" and {odd.num_rows - SHOWN:,} more" if odd.num_rows > SHOWN else ""
    return (
        f"the minutes of a team in {_counted(odd.num_rows, 'game')} are far from 200, five players' 40, and 25 an "
        f"overtime: {', '.join(first)}{more}; are all its players there, each with the minutes of one game?",
    )


def _on_two_teams(table: pa.Table) -> tuple[str, ...]:
    """A warning where a player is on two teams in a season, which a transfer in winter can bring about."""
    pairs = table.group_by(["season", "player_id", "team_id"]).aggregate([])
    counted = pairs.group_by(["season", "player_id"]).aggregate([([], "count_all")])
    twice = counted.filter(pc.greater(counted["count_all"], 1))
    if not twice.num_rows:
        return ()
    first = twice.sort_by([("season", "ascending"), ("player_id", "ascending")]).slice(0, 1).to_pylist()[0]
    return (
        f"{_counted(twice.num_rows, 'player')} on more than one team in a season, the first {first['player_id']} in "
        f"{first['season']}: each counts for all of them",
    )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
