"""The play-by-play of a season, as Kaggle's MEvents file has it: the rows of every game, and what is wrong with a few.

box scores -> chances (what, when) -> court (where) -> floor (who) -> rows -> blemishes -> CSV
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.csv

from hoops.games.leagues import League
from sample.box import BOX_NAMES
from sample.chances import (
    DEAD_DEFENCE,
    DEAD_OFFENCE,
    MADE2,
    MADE3,
    MISS2,
    MISS3,
    TRIP,
    TURNOVER,
    Chances,
    chances_of,
    period_end,
    period_start,
)
from sample.court import BEHIND, HEAVE, MIDDLE, PAINT, RIM, area_of, places
from sample.floor import Roles, play
from sample.players import NOBODY, ROSTER, Players
from sample.randomness import Draws
from sample.season import Played
from sample.totals import Totals, totals_of

COLUMNS = (
    "EventID", "Season", "DayNum", "WTeamID", "LTeamID", "WFinalScore", "LFinalScore", "WCurrentScore",
    "LCurrentScore", "ElapsedSeconds", "EventTeamID", "EventPlayerID", "EventType", "EventSubType", "X", "Y", "Area",
)  # fmt: skip
FIRST_PLAYER = 1  # id
GAMES_FOR_BLEMISHES = 40  # a season with fewer has none
_UNKNOWN = 0.03  # share of turnovers and timeouts whose kind is not told

_EVENTS = (
    "made2", "made3", "miss2", "miss3", "turnover", "made1", "miss1", "assist", "block", "steal", "foul", "reb", "sub",
    "timeout", "jumpb",
)  # fmt: skip
_POINTS = np.array([2, 3, 0, 0, 0, 1, *[0] * 9])
# Kinds of shots and turnovers, and how often: shots by where they are taken, turnovers by whether they are a steal.
_MISSED = 8  # added to where a shot is taken, if it misses: hardly a dunk does
_SHOT_KINDS = {
    RIM: {"lay": 0.54, "drive": 0.12, "dunk": 0.19, "hook": 0.05, "alley": 0.04, "tip": 0.06},
    RIM + _MISSED: {"lay": 0.7, "drive": 0.18, "dunk": 0.03, "hook": 0.06, "alley": 0.01, "tip": 0.02},
    PAINT: {"jump": 0.38, "hook": 0.24, "drive": 0.24, "turna": 0.14},
    MIDDLE: {"jump": 0.62, "pullu": 0.24, "stepb": 0.06, "turna": 0.08},
    BEHIND: {"jump": 0.86, "pullu": 0.09, "stepb": 0.05},
    HEAVE: {"jump": 1.0},
}
_LOST_KINDS = {
    False: {"trav": 0.26, "outof": 0.22, "bpass": 0.2, "3sec": 0.08, "shotc": 0.08, "lostb": 0.06, "dribb": 0.04,
            "5sec": 0.02, "offgt": 0.01, "10sec": 0.01, "lanev": 0.01, "heldb": 0.01},
    True: {"bpass": 0.54, "lostb": 0.36, "dribb": 0.1},
}  # fmt: skip
_DETAILS = (
    "", "unk", "won", "lost", "off", "def", "deadb", "offdb", "defdb", "pers", "offen", "in", "out", "full",
    "short", *(f"{which}of{many}" for many in (1, 2, 3) for which in range(1, many + 1)),
    *dict.fromkeys(kind for kinds in (*_SHOT_KINDS.values(), *_LOST_KINDS.values()) for kind in kinds),
)  # fmt: skip
# From where shots are taken, rim, paint, the rest inside: made ones, missed ones, blocked ones, and after a rebound.
_INSIDE = np.cumsum([[0.58, 0.17, 0.25], [0.4, 0.22, 0.38], [0.72, 0.2, 0.08], [0.82, 0.1, 0.08]], axis=1)
_HEAVES = 0.35  # of the last shots of a period that are missed threes


@dataclass(frozen=True)
class Games:
    """Games in the order of the file, (m,) each, by team 1 and team 2, (m, 2)."""

    day: np.ndarray
    teams: np.ndarray
    scores: np.ndarray
    num_ot: np.ndarray
    box: np.ndarray

    @classmethod
    def of(cls, parts: Sequence[Played]) -> Games:
        day = np.concatenate([part.meetings.day for part in parts])
        teams = np.concatenate([np.stack([part.meetings.team1, part.meetings.team2], axis=1) for part in parts])
        scores = np.concatenate([np.stack([part.score1, part.score2], axis=1) for part in parts])
        num_ot = np.concatenate([part.num_ot for part in parts])
        box = np.concatenate([part.box for part in parts])
        won = np.argmax(scores, axis=1)
        rows = np.arange(len(day))
        order = np.lexsort((teams[rows, 1 - won], teams[rows, won], day))
        return cls(day[order], teams[order], scores[order], num_ot[order], box[order])

    def __len__(self) -> int:
        return len(self.day)

    @property
    def winner(self) -> np.ndarray:
        """Side of the winner."""
        return np.argmax(self.scores, axis=1)


@dataclass(frozen=True)
class _Rows:
    """Rows, (r,) each: of which chance, and their order in it. player: a place of the roster, or NOBODY."""

    chance: np.ndarray
    order: np.ndarray
    seconds: np.ndarray
    side: np.ndarray
    player: np.ndarray
    event: np.ndarray
    detail: np.ndarray

    def where(self, which: np.ndarray) -> _Rows:
        return _Rows(*(getattr(self, name)[which] for name in self.__dataclass_fields__))


def play_by_play(seed: int, league: League, season: int, parts: Sequence[Played], players: Players, number: int,
                 first_team: int) -> tuple[bytes, Totals]:  # fmt: skip
    """The file of a season, and what its players did; each game adds up to its box score, but for the file's blemishes.

    number: of the season among those of the players. first_team: id of team 0.
    """

    def draws(purpose: str) -> Draws:
        return Draws(seed, league.value, season, "plays", purpose)

    games = Games.of(parts)
    chances = chances_of(games.box, games.num_ot, draws("chances"))
    ring = _rings(chances, draws("rings"))
    minutes = players.minutes(number, games.teams, games.day)
    roles = play(chances, ring, games.teams, players.abilities(number), minutes, draws("floor"))
    rows = _rows(chances, ring, roles, draws("rows"))
    totals = _totals(games, chances.game[rows.chance], rows, roles, players.roster.shape[1])
    score = _running(chances.game[rows.chance], rows)
    kept, placed = _blemished(len(games), chances.game[rows.chance], rows, draws("blemishes"))
    rows, score, placed = rows.where(kept), score[kept], placed[kept]
    win, ids = games.winner, players.roster[number] + FIRST_PLAYER
    of_game, teams = np.arange(len(games)), games.teams + first_team
    by_game = (
        np.full(len(games), season), games.day, teams[of_game, win], teams[of_game, 1 - win],
        games.scores[of_game, win], games.scores[of_game, 1 - win],
    )  # fmt: skip
    game, loser = chances.game[rows.chance], 1 - win
    each = np.arange(len(game))
    x, y, area = _places(chances, ring, draws("places"))
    shot = placed & (rows.event <= MISS3)
    player = np.where(rows.player == NOBODY, 0, ids[games.teams[game, rows.side], rows.player])
    columns = (
        each + 1, *(values[game] for values in by_game), score[each, win[game]], score[each, loser[game]],
        rows.seconds, teams[game, rows.side], player,
        pa.array(_EVENTS).take(pa.array(rows.event)), pa.array(_DETAILS).take(pa.array(rows.detail)),
        *(np.where(shot, values[rows.chance], 0) for values in (x, y, area)),
    )  # fmt: skip
    out = io.BytesIO()
    out.write((",".join(COLUMNS) + "\n").encode())
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")
    pyarrow.csv.write_csv(pa.table(list(columns), names=list(COLUMNS)), out, options)
    return out.getvalue(), totals


def _totals(games: Games, game: np.ndarray, rows: _Rows, roles: Roles, schools: int) -> Totals:
    """What the players of a season did, by all its rows. game: of each row."""
    place = games.teams[game, rows.side] * ROSTER + rows.player
    named, off = rows.player != NOBODY, rows.detail == _DETAILS.index("off")

    def count(*events: str, where: np.ndarray = named) -> np.ndarray:
        which = where & np.isin(rows.event, [_EVENTS.index(event) for event in events])
        return np.bincount(place[which], minlength=schools * ROSTER).reshape(schools, ROSTER)

    box = {
        "FGM": count("made2", "made3"), "FGA": count("made2", "made3", "miss2", "miss3"), "FGM3": count("made3"),
        "FGA3": count("made3", "miss3"), "FTM": count("made1"), "FTA": count("made1", "miss1"),
        "OR": count("reb", where=named & off), "DR": count("reb", where=named & ~off), "Ast": count("assist"),
        "TO": count("turnover"), "Stl": count("steal"), "Blk": count("block"), "PF": count("foul"),
    }  # fmt: skip
    return totals_of(games.day, games.teams, games.num_ot, roles.played, roles.appeared,
                     np.stack([box[name] for name in BOX_NAMES], axis=2))  # fmt: skip


def _rings(chances: Chances, draws: Draws) -> np.ndarray:
    """From where the shot of each chance is taken."""
    draw = draws.uniform(2, len(chances))
    row = np.where(chances.again, 3, np.where(chances.blocked, 2, np.where(chances.kind == MISS2, 1, 0)))
    inside = (draw[0][:, None] > _INSIDE[row, :2]).sum(axis=1)
    last = np.concatenate([chances.first_of_period[1:], [True]])
    heave = last & (chances.kind == MISS3) & (draw[1] < _HEAVES)
    three = (chances.kind == MADE3) | (chances.kind == MISS3)
    return np.where(heave, HEAVE, np.where(three, BEHIND, np.choose(inside, (RIM, PAINT, MIDDLE))))


def _places(chances: Chances, ring: np.ndarray, draws: Draws) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """X, Y and area of each chance's shot. Team 1 plays the first half at the left basket."""
    left = (chances.side == 0) == (chances.period == 0)
    x, y = places(ring, left, draws.uniform(3, len(chances)))
    return x, y, area_of(x, y, left)


def _kinds(table: dict, which: np.ndarray, draw: np.ndarray) -> np.ndarray:
    """A detail of each, by the shares of its row of a table."""
    out = np.zeros(len(which), int)
    for key, kinds in table.items():
        here = which == key
        number = np.searchsorted(np.cumsum(list(kinds.values()))[:-1], draw[here])
        out[here] = np.array([_DETAILS.index(kind) for kind in kinds])[number]
    return out


def _rows(chances: Chances, ring: np.ndarray, roles: Roles, draws: Draws) -> _Rows:
    n = len(chances)
    draw = draws.uniform(5, n)
    side, other, kind = chances.side, 1 - chances.side, chances.kind
    ends, starts = chances.seconds, chances.first_of_period

    # A rebound takes up to two seconds, as far as what follows leaves them.
    following = np.where(np.append(starts[1:], True), period_end(chances.period), np.append(ends[1:], 0))
    grabbed = np.minimum(ends + (draw[0] * 3).astype(int) * (chances.rebound != 0), following)
    begins = np.where(starts, period_start(chances.period), np.concatenate([[0], grabbed[:-1]]))
    whistled = begins + np.where(chances.floor_foul, ((ends - begins) * draw[1]).astype(int), 0)

    missed_rim = (ring == RIM) & (kind == MISS2)
    shot = _kinds(_SHOT_KINDS, np.where(missed_rim, RIM + _MISSED, ring), draw[2])
    tipped = shot == _DETAILS.index("tip")  # only right behind a rebound of one's own
    shot = np.where(tipped & ~chances.again, _DETAILS.index("lay"), shot)
    lost = _kinds(_LOST_KINDS, chances.stolen, draw[2])
    lost = np.where(draw[3] < _UNKNOWN, _DETAILS.index("unk"), lost)
    lost = np.where(chances.charge, _DETAILS.index("offen"), lost)
    pause = np.where(draw[4] < 0.4, _DETAILS.index("full"), _DETAILS.index("short"))
    pause = np.where(draw[3] < _UNKNOWN, _DETAILS.index("unk"), pause)
    helps = np.where(chances.assisted, _EVENTS.index("assist"), np.where(
        chances.blocked, _EVENTS.index("block"), _EVENTS.index("steal")))  # fmt: skip
    nobody, everywhere = np.full(n, NOBODY), np.arange(n)

    def some(which: np.ndarray, order: int, seconds: np.ndarray, side: np.ndarray, player: np.ndarray,
             event: np.ndarray | str, detail: np.ndarray | str) -> _Rows:  # fmt: skip
        at = everywhere[which]
        event = np.full(n, _EVENTS.index(event)) if isinstance(event, str) else event
        detail = np.full(n, _DETAILS.index(detail)) if isinstance(detail, str) else detail
        return _Rows(at, np.full(len(at), order), *(values[at] for values in (seconds, side, player, event, detail)))

    def parts() -> Iterator[_Rows]:
        jump, rows = chances.jump_ball, np.arange(n)
        yield some(jump, 0, begins, side, roles.tip[rows, side], "jumpb", "won")
        yield some(jump, 1, begins, other, roles.tip[rows, other], "jumpb", "lost")
        yield some(chances.timeout, 2, begins, side, nobody, "timeout", pause)
        yield some(chances.floor_foul, 3, whistled, other, roles.floor_fouler, "foul", "pers")
        yield some(kind != TRIP, 5, ends, side, roles.actor, kind, np.where(kind == TURNOVER, lost, shot))
        helper = chances.assisted | chances.blocked | chances.stolen
        yield some(helper, 6, ends, np.where(chances.assisted, side, other), roles.helper, helps, "")
        yield some(chances.foul, 7, ends, other, roles.fouler, "foul", "pers")
        yield some(chances.charge, 7, ends, side, roles.fouler, "foul", "off")
        for number in range(3):
            thrown, good = chances.free > number, chances.made[:, number]
            which = _DETAILS.index("1of1") + np.array([0, 0, 1, 3])[chances.free] + number
            yield some(thrown, 9 + 2 * number, ends, side, roles.actor,
                       np.where(good, _EVENTS.index("made1"), _EVENTS.index("miss1")), which)  # fmt: skip
            again = ~good & (chances.free > number + 1)
            yield some(again, 10 + 2 * number, ends, side, nobody, "reb", "deadb")
        yield some(chances.rebound > 0, 15, grabbed, side, roles.rebounder, "reb", "off")
        yield some(chances.rebound < 0, 15, grabbed, other, roles.rebounder, "reb", "def")
        yield some(chances.dead == DEAD_OFFENCE, 15, ends, side, nobody, "reb", "offdb")
        yield some(chances.dead == DEAD_DEFENCE, 15, ends, other, nobody, "reb", "defdb")
        at, moment, of = roles.swaps[:, :3].T
        when = np.where(moment == 0, whistled[at], ends[at])
        order, sub = np.where(moment == 0, 4, 8), np.full(2 * len(at), _EVENTS.index("sub"))
        out_in = np.tile([_DETAILS.index("out"), _DETAILS.index("in")], len(at))
        at, order, when, of = (np.repeat(values, 2) for values in (at, order, when, of))
        yield _Rows(at, order, when, of, roles.swaps[:, 3:].ravel(), sub, out_in)

    all_parts = list(parts())
    rows = _Rows(*(np.concatenate([getattr(part, name) for part in all_parts]) for name in _Rows.__dataclass_fields__))
    return rows.where(np.argsort(rows.chance * 16 + rows.order, kind="stable"))


def _running(game: np.ndarray, rows: _Rows) -> np.ndarray:
    """Score of both teams after each row that scores, 0 at the others, (r, 2)."""
    points = _POINTS[rows.event]
    first = np.flatnonzero(np.diff(game, prepend=-1))
    both = np.stack([np.cumsum(np.where(rows.side == side, points, 0)) for side in (0, 1)], axis=1)
    before = np.concatenate([[[0, 0]], both])[first]
    return np.where((points > 0)[:, None], both - np.repeat(before, np.diff(np.append(first, len(game))), axis=0), 0)


def _blemished(games: int, game: np.ndarray, rows: _Rows, draws: Draws) -> tuple[np.ndarray, np.ndarray]:
    """Which rows the file has, and which keep their places: the logs of four games have something wrong, as in life.

    One is cut off, one lacks some minutes, one lacks a basket, and one has no coordinates.
    """
    kept, placed = np.ones(len(game), bool), np.ones(len(game), bool)
    if games < GAMES_FOR_BLEMISHES:
        return kept, placed
    cut, gap, basket, nowhere = draws.shuffled(range(games - games // 4, games))[:4]
    kept &= ~((game == cut) & (rows.seconds > 1500))
    kept &= ~((game == gap) & (rows.seconds > 900) & (rows.seconds <= 1080))
    scores = np.flatnonzero((game == basket) & ((rows.event == MADE2) | (rows.event == MADE3)))
    lacks = scores[len(scores) // 2]
    kept[lacks] = False
    kept[lacks + 1] &= rows.event[lacks + 1] != _EVENTS.index("assist")
    placed &= game != nowhere
    return kept, placed
