"""Play-by-play that is made up, in Kaggle's format, and the tables that the project makes of it.

The plays of a game add up to its score, periods and overtimes are whole, and shots have places that fit their areas.
Of each day's games the first breaks off, in the second a basket is missing, and the third has no places.
"""

from __future__ import annotations

import io
import math
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from hoops.contract import parse
from hoops.contract.events import EVENTS, OVERTIME, REGULATION
from hoops.games.leagues import League
from hoops.games.reference import Reference
from hoops.plays.games import SeasonGames
from hoops.plays.reader import PlayByPlay
from hoops.plays.stretch import stretches
from hoops.schemas import PREDICTED
from hoops.tables.chances import SeasonChances
from hoops.tables.plays import SeasonPlays
from lake.pieces import Pieces

ROSTER = 10
BROKEN_OFF = 60  # plays
_FIRST = ("Amir", "Ben", "Carlos", "Dré", "Eli", "Finn", "Gabe", "Hugo", "Isaiah", "Jalen", "Kofi", "Luka", "Malik")
_LAST = (
    "O'Neal",
    "Abara",
    "Brandt",
    "Castillo",
    "Dunn",
    "Ekström",
    "Fields",
    "Grant-Hill",
    "Hale",
    "Ivey",
    "Jones Jr.",
)
_HEADER = ",".join(column.title for column in EVENTS.columns)
_WEIGHTS = np.array([20, 17, 15, 13, 12, 9, 6, 4, 3, 1], float) / 100
_SHOTS = {2: ("lay", "dunk", "jump", "hook", "tip", "unk"), 3: ("jump", "stepb", "unk")}
_TURNOVERS = ("bpass", "lostb", "trav", "offen", "unk")
Play = tuple[int, int, int, str, str, int, int, int]  # seconds, side, player, event, detail, x, y, area


def rosters(teams: Sequence[int]) -> dict[int, list[int]]:
    """Players of each team."""
    return {team: [team * 100 + place for place in range(1, ROSTER + 1)] for team in teams}


def player_names(teams: Sequence[int]) -> dict[int, str]:
    """Names by player; of the last one of each team none is known."""
    known = [player for players in rosters(teams).values() for player in players[:-1]]
    first, last = len(_FIRST), len(_LAST)
    return {
        player: f"{_FIRST[(player * 7 + player // 100) % first]} {_LAST[(player * 5 + player // 130) % last]}"
        for player in known
    }


def file_of(season: int, games: Iterable[Mapping[str, Any]], *, placed: bool = True) -> bytes:
    """A file of play-by-play. games: rows of `results`, days ascending. placed: shots have places and areas."""
    lines, day, place = [_HEADER], -1, 0
    for game in games:
        day, place = game["day"], place + 1 if game["day"] == day else 0
        rng = np.random.default_rng((season, day, game["team1_id"]))  # whatever other games there are
        plays = list(_game(game, rng))
        if place == 0:
            plays = plays[:BROKEN_OFF]
        elif place == 1:
            plays.pop(next(number for number, play in enumerate(plays) if play[3] == "made2"))
        lines += _rows(season, game, plays, placed and place != 2)
    return "\n".join([*lines, ""]).encode()


def _rows(season: int, game: Mapping[str, Any], plays: Iterable[Play], placed: bool) -> Iterator[str]:
    teams, finals = (game["team1_id"], game["team2_id"]), (game["team1_score"], game["team2_score"])
    won = int(finals[1] > finals[0])
    head = f"{season},{game['day']},{teams[won]},{teams[1 - won]},{finals[won]},{finals[1 - won]}"
    score = [0, 0]
    for number, (seconds, side, player, event, detail, x, y, area) in enumerate(plays, start=1):
        stated = "0,0"
        if event.startswith("made"):
            score[side] += int(event[-1])
            stated = f"{score[won]},{score[1 - won]}"
        where = f"{x},{y},{area}" if placed else "0,0,0"
        yield f"{number},{head},{stated},{seconds},{teams[side]},{player},{event},{detail},{where}"


def _game(game: Mapping[str, Any], rng: np.random.Generator) -> Iterator[Play]:
    players = rosters((game["team1_id"], game["team2_id"]))
    sides = [players[game["team1_id"]], players[game["team2_id"]]]
    finals = (game["team1_score"], game["team2_score"])
    overtimes = game["num_ot"] or 0
    level = min(finals) - 6 * overtimes  # after regulation, where there is overtime
    of_regulation = (level, level) if overtimes else finals
    first = [int(points * rng.uniform(0.42, 0.58)) for points in of_regulation]
    parts = [first, [points - half for points, half in zip(of_regulation, first, strict=True)]]
    parts += [[6, 6]] * (overtimes - 1) + ([[points - min(finals) + 6 for points in finals]] if overtimes else [])
    yield 0, int(rng.integers(2)), 0, "jumpb", "start", 0, 0, 0
    start = 0
    for number, points in enumerate(parts):
        length = REGULATION // 2 if number < 2 else OVERTIME
        yield from _period(start, length, points, sides, number, rng)
        start += length


def _period(
    start: int,
    length: int,
    points: Sequence[int],
    sides: Sequence[Sequence[int]],
    number: int,
    rng: np.random.Generator,
) -> Iterator[Play]:
    """Possessions in turn; those that score are drawn, and the others end otherwise."""
    baskets = [_baskets(each, rng) for each in points]
    each = max(length // 36, *map(len, baskets))
    scoring = [dict(zip(sorted(rng.choice(each, len(b), replace=False)), b, strict=True)) for b in baskets]
    step = length / (2 * each)
    begins = int(rng.integers(2))
    for turn in range(2 * each):
        side = (turn + begins) % 2
        at = start + min(int((turn + 1) * step - rng.uniform(0, step / 2)), length - 2)
        yield from _possession(at, side, scoring[side].get(turn // 2, 0), sides, (number + side) % 2 == 0, rng)
        if rng.random() < 0.04:
            yield at + 1, side, 0, "timeout", "short", 0, 0, 0
    yield start + length, begins, 0, "timeout", "full", 0, 0, 0


def _baskets(points: int, rng: np.random.Generator) -> list[int]:
    """Points of each possession that scores: 1 and -2 from free throws, 2, 3."""
    made = []
    while points:
        kind = rng.choice([2, 3, -2, 1], p=[0.5, 0.24, 0.16, 0.1])
        kind = int(kind) if abs(kind) <= points else 1
        made.append(kind)
        points -= abs(kind)
    rng.shuffle(made)
    return made


def _possession(
    at: int, side: int, points: int, sides: Sequence[Sequence[int]], left: bool, rng: np.random.Generator
) -> Iterator[Play]:
    shooter, passer = (int(player) for player in rng.choice(sides[side], 2, replace=False, p=_WEIGHTS))
    against = int(rng.choice(sides[1 - side], p=_WEIGHTS[::-1]))
    chance = rng.random()
    if points in (2, 3):
        yield at, side, shooter, f"made{points}", str(rng.choice(_SHOTS[points])), *_spot(points, left, rng)
        if chance < 0.55:
            yield at, side, passer, "assist", "", 0, 0, 0
    elif points:
        yield at, 1 - side, against, "foul", "pers", 0, 0, 0
        yield at, side, shooter, "fouled", "", 0, 0, 0
        yield at, side, shooter, "made1", "1of2", 0, 0, 0
        if points == -2:
            yield at, side, shooter, "made1", "2of2", 0, 0, 0
        else:
            yield at, side, shooter, "miss1", "2of2", 0, 0, 0
            yield at + 1, 1 - side, against, "reb", "def", 0, 0, 0
    elif chance < 0.22:
        yield at, side, shooter, "turnover", str(rng.choice(_TURNOVERS)), 0, 0, 0
        if chance < 0.12:
            yield at, 1 - side, against, "steal", "", 0, 0, 0
    else:
        value = 3 if chance < 0.55 else 2
        yield at, side, shooter, f"miss{value}", str(rng.choice(_SHOTS[value])), *_spot(value, left, rng)
        if chance > 0.92:
            yield at, 1 - side, against, "block", "", 0, 0, 0
        if chance < 0.4:
            yield at, side, passer, "reb", "off", 0, 0, 0
            yield at + 1, side, passer, "miss2", "tip", *_spot(2, left, rng)
        yield at + 1, 1 - side, against if chance < 0.9 else 0, "reb", "def" if chance < 0.9 else "deadb", 0, 0, 0
    if chance > 0.97:
        yield at + 1, side, sides[side][7], "sub", "in", 0, 0, 0
        yield at + 1, side, shooter, "sub", "out", 0, 0, 0


def _spot(value: int, left: bool, rng: np.random.Generator) -> tuple[int, int, int]:
    """Place and area of a shot at the left basket, or at the right one."""
    feet = rng.uniform(22.5, 26) if value == 3 else abs(rng.normal(0, 8)) % 19.5
    angle = rng.uniform(-math.pi / 2, math.pi / 2) * (0.9 if feet > 8 else 1)
    along = min(max(5.25 + feet * math.cos(angle), 0.5), 46.0)
    across = min(
        max(25.0 + feet * math.sin(angle), 0.6), 49.4
    )  # the right hand of who attacks the left basket is above
    off = math.degrees(abs(angle))
    place = 0 if off < 26 else 1 if off < 62 else 2  # in front, at the side, on the wing
    area = (10 if value == 3 else 5) + (-place if angle > 0 else place)
    if feet < 4:
        area = 1
    elif value == 2 and abs(across - 25) < 6 and along < 19:
        area = 2
    x, y = along / 94 * 100, across / 50 * 100
    return (round(x), round(y), area) if left else (round(100 - x), round(100 - y), area)


def tables_of(
    league: League,
    season: int,
    games: Sequence[Mapping[str, Any]],
    results: Sequence[Mapping[str, Any]],
    reference: Reference,
    *,
    placed: bool = True,
) -> dict[str, bytes]:
    """Parquet bytes of every table of play-by-play, made as the pipeline makes them.

    games: rows of `results` that have plays, days ascending. results: rows of `forecasts`, of every game that holds.
    """
    teams = sorted({game[f"team{side}_id"] for game in games for side in (1, 2)})
    plays = PlayByPlay(parse(f"{league}Events{season}.csv"), io.BytesIO(file_of(season, games, placed=placed)))
    columns = ("day", "team1_id", "team2_id", "kind", "site", "team1_score", "team2_score", "team1_probability")
    fields = [PREDICTED.field("season"), *(PREDICTED.field(name) for name in columns)]
    rows = [{"season": season, **{name: row[name] for name in columns}} for row in results]
    known = SeasonGames.of(pa.Table.from_pylist(rows, schema=pa.schema(fields)))
    given = (league, season, known, reference, player_names(teams), plays.events, plays.details)
    makers = SeasonPlays(*given), SeasonChances(*given)
    with tempfile.TemporaryDirectory() as folder:
        with Pieces(Path(folder)) as pieces:
            for part in stretches(plays):
                for maker in makers:
                    for name, piece in maker.add(part).items():
                        pieces.write(name, piece)
            for maker in makers:
                for name, table in maker.tables().items():
                    pieces.write(name, table)
        return {name: path.read_bytes() for name, path in pieces.paths.items()}
