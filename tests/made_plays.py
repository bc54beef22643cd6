"""Play-by-play that adds up, made up for games of a results file."""

from __future__ import annotations

from collections.abc import Iterable

from tests.unit.hoops.plays.invented_plays import Play, text


def events(results: bytes, season: int, games: slice = slice(None), without: Iterable[int] = ()) -> bytes:
    """A file of plays of a season's games, as sorted by day, winner and loser.

    games: which of them. without: places among these that are left out.
    """
    rows = [line.split(",") for line in results.decode().splitlines()[1:]]
    of_season = sorted((int(row[1]), int(row[2]), int(row[4]), int(row[3]), int(row[5])) for row in rows
                       if row[0] == str(season))[games]  # fmt: skip
    lines, number = [], 1
    for place, (day, winner, loser, won, lost) in enumerate(of_season):
        if place in set(without):
            continue
        for seconds, team, player, event, detail in plays_of(winner, loser, won, lost):
            which = f"{number},{season},{day},{winner},{loser},{won},{lost},0,0"
            lines.append(f"{which},{seconds},{team},{player},{event},{detail},0,0,0")
            number += 1
    return text(lines)


def plays_of(winner: int, loser: int, won: int, lost: int) -> list[Play]:
    """Plays of a game: both score in turn, until the loser has all of its points."""
    plays: list[Play] = [(0, winner, 0, "jumpb", "won"), (0, loser, 0, "jumpb", "lost")]
    left, turn = {winner: won, loser: lost}, [winner, loser]
    while any(left.values()):
        team = turn[len(plays) % 2] if all(left.values()) else max(left, key=lambda one: left[one])
        points = min(left[team], 1 + len(plays) % 3)
        player = team * 10 + len(plays) % 7
        seconds = min(5 * len(plays), 2390)
        plays += [(seconds, team, player, f"made{points}", "1of1" if points == 1 else "jump")]
        if points > 1 and len(plays) % 2:
            plays.append((seconds, team, team * 10 + 8, "assist", ""))
        left[team] -= points
    return [*plays, (2400, loser, loser * 10, "miss3", "jump")]
