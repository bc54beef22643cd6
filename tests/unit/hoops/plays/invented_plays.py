"""Small play-by-play files that are made up, and what is read from them."""

from __future__ import annotations

import io
from collections.abc import Iterable

import pyarrow as pa

from hoops.contract import parse
from hoops.contract.events import EVENTS
from hoops.games.reference import Reference
from hoops.plays.games import SeasonGames
from hoops.plays.reader import PlayByPlay
from hoops.plays.stretch import Stretch
from hoops.schemas import PREDICTED
from hoops.tables.chances import SeasonChances
from hoops.tables.plays import SeasonPlays

RESULTS = pa.schema([PREDICTED.field(name) for name in (
    "season", "day", "team1_id", "team2_id", "kind", "site", "team1_score", "team2_score", "team1_probability",
)])  # fmt: skip
HEADER = ",".join(column.title for column in EVENTS.columns)
MEN_2018 = "MEvents2018.csv"
BLOCK = 2**22
Play = tuple[int, int, int, str, str]  # seconds, team, player, event, detail

# Team 1104 beats 1272 by 8 to 5. The lead changes twice; 1272 scores five in a row, and 1104 then the last five.
PLAYS: list[Play] = [
    (15, 1104, 150, "made3", "jump"),
    (15, 1104, 148, "assist", ""),
    (40, 1272, 7303, "miss2", "lay"),
    (41, 1272, 0, "reb", "off"),
    (50, 1272, 7275, "made2", "unk"),
    (70, 1104, 146, "foul", "pers"),
    (70, 1272, 7303, "made1", "1of2"),
    (70, 1272, 7303, "miss1", "2of2"),
    (70, 1104, 146, "reb", "def"),
    (90, 1272, 7275, "made2", "dunk"),
    (1300, 1104, 148, "made3", "jump"),
    (2400, 1104, 150, "made2", "tip"),
]


def game(day: int, winner: int, loser: int, plays: Iterable[Play], first_id: int = 1, final: str = "8,5") -> list[str]:
    """Rows of a game, with the running score after each shot that is made."""
    score, rows = {winner: 0, loser: 0}, []
    for number, (seconds, team, player, event, detail) in enumerate(plays, start=first_id):
        stated = "0,0"
        if event.startswith("made"):
            score[team] += int(event[-1])
            stated = f"{score[winner]},{score[loser]}"
        which = f"{number},2018,{day},{winner},{loser},{final},{stated}"
        rows.append(f"{which},{seconds},{team},{player},{event},{detail},0,0,0")
    return rows


def between(winner: int, loser: int) -> list[Play]:
    """The same plays in a game of two other teams."""
    return [(seconds, winner if team == 1104 else loser, *what) for seconds, team, *what in PLAYS]  # type: ignore[misc]


def season() -> list[str]:
    """Three games on two days; those of the second day are not in the order of team 1 and team 2."""
    return [
        *game(11, 1104, 1272, PLAYS),
        *game(12, 1300, 1200, between(1300, 1200), 101),
        *game(12, 1104, 1105, between(1104, 1105), 201),
    ]


def text(rows: Iterable[str], header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def reader(data: bytes, name: str = MEN_2018, block: int = BLOCK) -> PlayByPlay:
    return PlayByPlay(parse(name), io.BytesIO(data), block=block)


def days(data: bytes, name: str = MEN_2018, block: int = BLOCK) -> list[Stretch]:
    return list(reader(data, name, block))


def known(days: Iterable[Stretch], site: int = 1, kind: str = "regular", probability: float = 0.625) -> pa.Table:
    """Results of the games of some days, each with the score that its log states, and its forecast."""
    rows = [
        {
            "season": day.season, "day": int(day.day[i]), "team1_id": int(day.team1[i]), "team2_id": int(day.team2[i]),
            "kind": kind, "site": site, "team1_score": int(day.final[0, i]), "team2_score": int(day.final[1, i]),
            "team1_probability": probability,
        }
        for day in days for i in range(day.games)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, RESULTS)


def tables(
    data: bytes,
    name: str = MEN_2018,
    block: int = BLOCK,
    players: dict[int, str] | None = None,
    games: pa.Table | None = None,
    reference: Reference | None = None,
) -> dict[str, pa.Table]:
    """Every table of a file, whose games are all in the results unless `games` says which are."""
    plays = reader(data, name, block)
    read = list(plays)
    results = SeasonGames.of(known(read) if games is None else games)
    given = (plays.name.league, plays.season, results, reference or Reference(), players or {}, plays.events,
             plays.details)  # fmt: skip
    made = SeasonPlays(*given), SeasonChances(*given)
    pieces: dict[str, list[pa.RecordBatch]] = {}
    for day in read:
        for one in made:
            for table, piece in one.add(day).items():
                pieces.setdefault(table, []).append(piece)
    whole = {table: pa.Table.from_batches(each) for table, each in pieces.items()}
    for one in made:
        whole |= one.tables()
    return whole
