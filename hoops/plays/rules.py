"""What must hold within a play and between plays, checked block by block of a file."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hoops.contract.events import EVENTS
from hoops.contract.report import Problems
from hoops.contract.rows import Rows
from hoops.contract.rules import check_rows
from hoops.games.identity import key_of

MAX_GAME = 5_000  # plays; the longest known has 505
MAX_GAMES = 20_000  # a season; the most known are 5,400
MAX_DAY = 500_000  # plays; it is what a reader holds at once. The busiest day has 177 games of some 350

_SAME = {"winner_id": "WTeamID", "winner_final": "WFinalScore", "loser_final": "LFinalScore"}  # in all of a game


@dataclass(frozen=True)
class Last:
    """Where a file was left: its last row, the games that its day has had, and the plays of its last game and day.

    row: by column, the last row's values; empty before the first. season_games: how many games the file has had.
    """

    key: int = -1
    day: int = -1
    row: dict[str, int] = field(default_factory=dict)
    games: frozenset[int] = frozenset()
    game_plays: int = 0
    day_plays: int = 0
    season_games: int = 0


def check_block(season: int, rows: Rows, last: Last, problems: Problems) -> Last:
    """Add a problem for every row that contradicts itself or the rows before it, and say where the block ends.

    season: the one in the file's name.
    """
    check_rows(EVENTS, rows, problems)
    names = ("season", "day", "winner_id", "loser_id", "winner_final", "loser_final", "event_id", "team_id")
    value = {name: rows.numbers(name) for name in names}
    day, winner, loser = value["day"], value["winner_id"], value["loser_id"]
    seasons, teams, won, lost = value["season"], value["team_id"], value["winner_final"], value["loser_final"]

    def bad(where: np.ndarray, column: str, found: object, allowed: str) -> None:
        problems.add_rows(rows.lines, where, column, found, allowed)  # type: ignore[arg-type]

    bad(seasons != season, "Season", lambda i: f"{seasons[i]}", f"{season}, as in the file's name")
    bad(won <= lost, "WFinalScore", lambda i: f"{won[i]}, with LFinalScore {lost[i]}", "more points than the loser's")
    bad((teams != winner) & (teams != loser), "EventTeamID", lambda i: f"{teams[i]}, in a game of {winner[i]} and "
        f"{loser[i]}", "one of the game's teams")  # fmt: skip
    earlier = np.diff(day, prepend=last.day) < 0
    bad(earlier, "DayNum", lambda i: f"{day[i]} after a later day", "days ascending: sort the rows by DayNum, WTeamID, "
        "LTeamID and EventID")  # fmt: skip

    key = key_of(seasons, day, np.minimum(winner, loser), np.maximum(winner, loser))
    new = np.diff(key, prepend=last.key) != 0
    for name, title in _SAME.items():
        values, before = value[name], _before(value[name], last.row.get(name, 0))
        bad(~new & (values != before), title, lambda i, v=values, b=before: f"{v[i]} after {b[i]} in the same game",
            "the same in all rows of a game")  # fmt: skip
    number, before = value["event_id"], _before(value["event_id"], last.row.get("event_id", 0))
    bad(~new & (number <= before), "EventID", lambda i: f"{number[i]} after {before[i]} in the same game",
        "ascending within a game, which is the order of play")  # fmt: skip

    starts = np.flatnonzero(new)
    games, again = set(last.games), np.zeros(len(key), bool)
    for start, one in zip(starts.tolist(), key[starts].tolist(), strict=True):
        again[start] = one in games
        games.add(one)
    bad(again, None, lambda i: f"the game of {winner[i]} and {loser[i]} on day {day[i]} again, after another game",  # type: ignore[arg-type]
        "the rows of a game together: sort them by DayNum, WTeamID, LTeamID and EventID")  # fmt: skip

    season_games = last.season_games + np.cumsum(new)
    bad(new & (season_games == MAX_GAMES + 1), None, lambda i: f"more than {MAX_GAMES:,} games in a season",  # type: ignore[arg-type]
        f"at most {MAX_GAMES:,}")  # fmt: skip
    game_plays = _longest(rows, new, last.game_plays, MAX_GAME, "game", problems)
    new_day = np.diff(day, prepend=last.day) != 0
    day_plays = _longest(rows, new_day, last.day_plays, MAX_DAY, "day", problems)
    today = int(key[-1]) >> 32
    return Last(
        key=int(key[-1]),
        day=int(day[-1]),
        row={name: int(values[-1]) for name, values in value.items()},
        games=frozenset(one for one in games if one >> 32 == today),
        game_plays=game_plays,
        day_plays=day_plays,
        season_games=int(season_games[-1]),
    )


def _before(values: np.ndarray, last: int) -> np.ndarray:
    return np.concatenate([[last], values[:-1]])


def _longest(rows: Rows, new: np.ndarray, plays: int, most: int, what: str, problems: Problems) -> int:
    """Add a problem at the row with which a game or day has too many, and give the plays of the last one so far."""
    starts = np.flatnonzero(np.concatenate([[True], new[1:]]))
    already = np.zeros(len(starts), np.int64)
    already[0] = 0 if new[0] else plays
    size = already + np.diff(np.append(starts, len(new)))
    over = (already <= most) & (size > most)
    bad = np.zeros(len(new), bool)
    bad[starts[over] + (most - already[over])] = True
    problems.add_rows(rows.lines, bad, None, lambda i: f"more than {most:,} plays in a {what}", f"at most {most:,}")
    return int(size[-1])
