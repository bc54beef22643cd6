"""One game's play-by-play as its page shows it: what was done in words, by player and by team.

::

    play_games, game_swings, scoring_runs of the season ─┐
    the game's rows of plays and play_chances ───────────┴─► GameLog ─► box scores, moves, assists, shots
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from dashboard import matchups
from dashboard.data import Game
from dashboard.view import View, rows
from hoops.contract.events import OVERTIME, REGULATION
from hoops.plays.periods import period_name, periods, regular_periods
from hoops.plays.vocabulary import EVENTS, UNSPECIFIED

_COLUMNS = (
    "play", "seconds", "period", "team_id", "team_name", "player_id", "player_name", "event", "detail", "area", "x",
    "y", "points", "team1_score", "team2_score",
)  # fmt: skip
_CHANCES = ("chance", "leverage", "credited")
MADE2, MADE3, MISS2, MISS3 = (EVENTS[code] for code in ("made2", "made3", "miss2", "miss3"))
_SHOTS = {MADE2: 2, MADE3: 3, MISS2: 2, MISS3: 3}
# What each event adds to a line of a box score, by the box's column.
_BOX = {
    MADE2: ("fgm", "fga"), MISS2: ("fga",), MADE3: ("fgm", "fga", "fgm3", "fga3"), MISS3: ("fga", "fga3"),
    EVENTS["made1"]: ("ftm", "fta"), EVENTS["miss1"]: ("fta",), EVENTS["assist"]: ("ast",),
    EVENTS["turnover"]: ("to",), EVENTS["steal"]: ("stl",), EVENTS["block"]: ("blk",), EVENTS["foul"]: ("pf",),
}  # fmt: skip
_REBOUNDS = {"offensive": "or", "defensive": "dr"}


@dataclass(frozen=True)
class GameLog:
    """Play-by-play of one game.

    facts: its row of `play_games`. swings: its row of `game_swings`, None without chances.
    runs: its rows of `scoring_runs`.
    plays: its rows of `plays`, with chance, leverage and credited, which are None without chances.
    regular: periods without overtime.
    """

    facts: Mapping[str, Any]
    swings: Mapping[str, Any] | None
    runs: list[dict[str, Any]]
    plays: list[dict[str, Any]]
    regular: int

    @property
    def is_whole(self) -> bool:
        """Whether the plays add up to the final score of the results."""
        return bool(self.facts["complete"] and self.facts["agrees"] and not self.facts["truncated"])

    @property
    def stops_early(self) -> bool:
        """Whether the last play is a minute or more before the end of regulation."""
        return bool(self.facts["last_seconds"] <= REGULATION - 60)

    @property
    def team_ids(self) -> tuple[int, int]:
        return self.facts["team1_id"], self.facts["team2_id"]

    def moment(self, play: Mapping[str, Any]) -> str:
        """When a play was: 12:34 2nd half."""
        return moment(play["seconds"], self.regular)

    def brief_moment(self, play: Mapping[str, Any]) -> str:
        """The same in few letters: 2nd 12:34."""
        clock, _, period = self.moment(play).partition(" ")
        return f"{brief(period)} {clock}"

    def ends(self) -> list[tuple[int, str]]:
        """The last second of each period that was begun, and the period's name."""
        last = int(periods(np.array([self.facts["last_seconds"]]), self.regular)[0])
        return [(period_end(number, self.regular), period_name(number, self.regular)) for number in range(last + 1)]

    def by_period(self) -> list[tuple[str, int, int]]:
        """Period and the points of both teams in it."""
        points: dict[str, list[int]] = {name: [0, 0] for _, name in self.ends()}
        for play in self.plays:
            points[play["period"]][play["team_id"] != self.facts["team1_id"]] += play["points"]
        return [(name, one, two) for name, (one, two) in points.items()]

    def largest(self, side: int) -> int:
        return int(self.facts[f"team{side}_largest_lead"])

    def biggest(self) -> Mapping[str, Any] | None:
        """The play that changed the chance most."""
        return None if self.swings is None else self.plays[self.swings["biggest_play"] - 1]

    def lowest(self) -> tuple[float, Mapping[str, Any] | None] | None:
        """The smallest chance of the winner, and the play after which it had it: None if that was before the game."""
        if self.swings is None:
            return None
        won1 = self.swings["winner_id"] == self.facts["team1_id"]
        pregame = self.swings["team1_probability"]
        before = pregame if won1 else 1 - pregame
        of = [play["chance"] if won1 else 1 - play["chance"] for play in self.plays]
        at = min(range(len(of)), key=of.__getitem__)
        return (before, None) if before <= of[at] else (of[at], self.plays[at])


def of_game(view: View, game: Game) -> GameLog | None:
    """The play-by-play of a game of the season shown; None if there is none.

    Raises
    ------
    Retryable
        It is being replaced at this moment.
    """
    day, team1, team2 = game
    which = {"day": day, "team1_id": team1, "team2_id": team2}
    facts = next(iter(view.rows("play_games", (), **which)), None)
    if facts is None:
        return None
    plays, chances = (
        rows(view.tables.game_rows(name, view.league, view.season, game, columns))
        for name, columns in (("plays", _COLUMNS), ("play_chances", _CHANCES))
    )
    swings = next(iter(view.rows("game_swings", (), **which)), None)
    if len(chances) != len(plays) or swings is None:
        swings, chances = None, [dict.fromkeys(_CHANCES)] * len(plays)
    both = [play | chance for play, chance in zip(plays, chances, strict=True)]
    regular = regular_periods(view.league, view.season)
    return GameLog(facts, swings, view.rows("scoring_runs", (), **which), both, regular)


def period_end(number: int, regular: int) -> int:
    """The last second of a period, from 0."""
    return min(number + 1, regular) * (REGULATION // regular) + max(number + 1 - regular, 0) * OVERTIME


@lru_cache(maxsize=4096)
def moment(seconds: int, regular: int) -> str:
    """What the clock says, and of which period.

    >>> moment(446, 2), moment(2400, 2), moment(2430, 4), moment(0, 4)
    ('12:34 1st half', '0:00 2nd half', '4:30 1st overtime', '10:00 1st quarter')
    """
    number = int(periods(np.array([seconds]), regular)[0])
    left = period_end(number, regular) - seconds
    return f"{left // 60}:{left % 60:02d} {period_name(number, regular)}"


def brief(period: str) -> str:
    """The name of a period in few letters.

    >>> brief("2nd half"), brief("4th quarter"), brief("1st overtime"), brief("3rd overtime")
    ('2nd', '4th', 'OT', '3OT')
    """
    ordinal, kind = period.split(" ")
    return ordinal if kind != "overtime" else "OT" if ordinal == "1st" else f"{ordinal[:-2]}OT"


def words(play: Mapping[str, Any]) -> str:
    """What was done, without who did it.

    >>> words({"event": "three-pointer made", "detail": "jump shot"}), words({"event": "foul", "detail": "unspecified"})
    ('Three-pointer made, jump shot', 'Foul')
    """
    detail = play["detail"]
    said = play["event"] if detail in (None, UNSPECIFIED) else f"{play['event']}, {detail}"
    return f"{said[:1].upper()}{said[1:]}"


def who(play: Mapping[str, Any]) -> str:
    """Who did it: the player, or the team."""
    return play["player_name"] or play["team_name"]


def led(play: Mapping[str, Any], names: tuple[str, str]) -> str:
    """The score after a play or a run, with who leads.

    >>> led({"team1_score": 40, "team2_score": 44}, ("Duke", "Yale"))
    'Yale 44–40'
    """
    one, two = play["team1_score"], play["team2_score"]
    return f"{one}–{two}" if one == two else f"{names[0]} {one}–{two}" if one > two else f"{names[1]} {two}–{one}"


def score(play: Mapping[str, Any]) -> str:
    """The score after a play, team 1's first."""
    return f"{play['team1_score']}–{play['team2_score']}"


@dataclass
class Line:
    """A line of a box score, by column. added: win probability added, None without chances."""

    team: int
    player: int | None
    name: str
    counts: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    points: int = 0
    added: float | None = None


def lines(plays: Iterable[Mapping[str, Any]], *, by_player: bool) -> list[Line]:
    """A line for each player, or for each team with what no player did; most points first."""
    made: dict[tuple[int, int | None], Line] = {}
    for play in plays:
        if by_player and play["player_id"] is None:
            continue
        player = play["player_id"] if by_player else None
        key = play["team_id"], player
        line = made.get(key)
        if line is None:
            name = play["player_name"] if by_player else play["team_name"]
            line = made[key] = Line(play["team_id"], player, name)
        line.counts.update(_BOX.get(play["event"], ()))
        if play["event"] == EVENTS["reb"] and play["detail"] in _REBOUNDS:
            line.counts[_REBOUNDS[play["detail"]]] += 1
        line.events[play["event"]] += 1
        line.points += play["points"]
        if play["credited"] is not None:
            line.added = (line.added or 0.0) + play["credited"]
    return sorted(made.values(), key=lambda line: (-line.points, -line.events.total(), line.name))


def assists(plays: Iterable[Mapping[str, Any]]) -> list[tuple[int, str, str, int, int]]:
    """Team, who passed, who scored, how often, and points of it, most first.

    An assist belongs to the field goal of a team-mate in the play before it, else in the one after it.
    """
    every = list(plays)
    pairs: dict[tuple[int, str, str], list[int]] = defaultdict(list)
    for at, play in enumerate(every):
        if play["event"] != EVENTS["assist"]:
            continue
        for near in (at - 1, at + 1):
            other = every[near] if 0 <= near < len(every) else None
            if other is None or other["event"] not in (MADE2, MADE3) or other["team_id"] != play["team_id"]:
                continue
            if other["player_name"] and play["player_name"] and other["player_id"] != play["player_id"]:
                pairs[play["team_id"], play["player_name"], other["player_name"]].append(other["points"])
            break
    made = [(*pair, len(points), sum(points)) for pair, points in pairs.items()]
    return sorted(made, key=lambda one: (-one[3], -one[4], one[1], one[2]))


def shots(plays: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Field goals that were tried, with value, made, and what to say of each as text."""
    return [
        {"team_id": play["team_id"], "area": play["area"], "x": play["x"], "y": play["y"],
         "value": _SHOTS[play["event"]], "made": play["points"] > 0, "text": f"<b>{who(play)}</b><br>{words(play)}"}
        for play in plays
        if play["event"] in _SHOTS
    ]  # fmt: skip


def by_area(tried: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Field goals by area and value where the area is known, as rows of `shot_areas`."""
    sums: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
    for shot in tried:
        if shot["area"] is not None:
            sums[shot["area"], shot["value"]][0] += shot["made"]
            sums[shot["area"], shot["value"]][1] += 1
    return [
        {"area": area, "value": value, "made": made, "attempted": attempted}
        for (area, value), (made, attempted) in sums.items()
    ]


@dataclass(frozen=True)
class Shown:
    """The game that is shown. row: of `forecasts` or `upcoming`, with what `matchups` adds; log: its
    plays, if there are any."""

    view: View
    row: Mapping[str, Any]
    log: GameLog | None

    @property
    def names(self) -> tuple[str, str]:
        return self.row["team1_name"], self.row["team2_name"]

    @property
    def ids(self) -> tuple[int, int]:
        return self.row["team1_id"], self.row["team2_id"]

    @property
    def is_over(self) -> bool:
        return "team1_won" in self.row

    @property
    def key(self) -> str:
        return matchups.key_of(self.row)

    def side(self, team: int) -> int:
        return int(team != self.ids[0])
