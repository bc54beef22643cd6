"""What is known of a bracket on an evening: who won which slot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from hoops.brackets.tree import Bracket, Slot
from hoops.games.leagues import Kind, League

# Slots that were won without a game, which no file of results tells: winner, and the day on which it was known.
WALKOVERS: Mapping[tuple[League, int], Mapping[str, tuple[int, int]]] = {
    (League.MEN, 2021): {"R1X7": (1332, 138)},  # Oregon; VCU was not fit to play
}


@dataclass(frozen=True)
class Played:
    """A game of the bracket: winner and loser (ids), their points, day, overtimes."""

    slot: Slot
    day: int
    winner: int
    loser: int
    score: tuple[int, int]
    num_ot: int


@dataclass(frozen=True)
class Facts:
    """What is known up to and with a day.

    games: by slot. won: winner (id) by slot, in the order of the bracket, also of games that no row tells.
    """

    as_of: int
    games: Mapping[str, Played]
    won: Mapping[str, int]


def facts(bracket: Bracket, games: pa.Table, as_of: int) -> Facts:
    """What is known on the evening of a day.

    A team that plays in a slot has won the slots before, even where no row tells that game.

    Parameters
    ----------
    games : pyarrow.Table
        `hoops.schemas.GAMES`; those of other seasons, kinds and later days are passed over.
    as_of : int
        The day; its games are known.

    Raises
    ------
    BadBracket
        A game has a team without a seed, a slot was played twice, or a team plays on that has lost.
    """
    known: dict[str, Played] = {}
    won: dict[str, tuple[int, str]] = {}

    def wins(slot: Slot, team: int, said: str) -> None:
        other, before = won.setdefault(slot.name, (team, said))
        if other != team:
            raise bracket.wrong(
                f"{slot.name} was won by {bracket.named(other)}, as {before}, and by {bracket.named(team)}, as {said}"
            )

    for played in of_bracket(bracket, games, as_of):
        slot, said = played.slot, f"it played in {played.slot.name} on day {played.day}"
        if slot.name in known:
            raise bracket.wrong(f"{slot.name} was played on day {known[slot.name].day} and on day {played.day}")
        known[slot.name] = played
        wins(slot, played.winner, f"it won on day {played.day}")
        for team in (played.winner, played.loser):
            path = bracket.path(team)
            for before in path[: path.index(slot)]:
                wins(before, team, said)
    for name, (team, day) in WALKOVERS.get((bracket.league, bracket.season), {}).items():
        if day <= as_of and name in bracket.slot and team in bracket.row:
            for slot in bracket.path(team)[: bracket.path(team).index(bracket.slot[name]) + 1]:
                wins(slot, team, f"{name} was given to it on day {day}")
    order = {slot.name: number for number, slot in enumerate(bracket.slots)}
    return Facts(as_of, known, {name: won[name][0] for name in sorted(won, key=order.__getitem__)})


def of_bracket(bracket: Bracket, games: pa.Table, as_of: int) -> list[Played]:
    """The season's games of the bracket up to and with a day, in order of play.

    Raises
    ------
    BadBracket
        A team has no seed.
    """
    season, day, kind = (games[name].to_numpy(zero_copy_only=False) for name in ("season", "day", "kind"))
    rows = np.flatnonzero((season == bracket.season) & (day <= as_of) & (kind == Kind.NCAA.value))
    found = []
    for game in games.take(pa.array(rows)).sort_by([("day", "ascending"), ("team1_id", "ascending")]).to_pylist():
        teams = [(game["team1_id"], game["team1_score"]), (game["team2_id"], game["team2_score"])]
        for team, _ in teams:
            if team not in bracket.row:
                raise bracket.wrong(f"team {team} plays in the NCAA tournament on day {game['day']}, and has no seed")
        (winner, most), (loser, least) = sorted(teams, key=lambda side: -side[1])
        slot = bracket.meeting(winner, loser)
        found.append(Played(slot, game["day"], winner, loser, (most, least), game["num_ot"]))
    return found
