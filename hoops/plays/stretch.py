"""A stretch of a season's plays: whole games, as arrays, seen from team 1 and team 2 as everything else is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hoops.arrays import Bools, Ids, Ints
from hoops.games.identity import Keys, key_of
from hoops.plays.vocabulary import POINTS

TEAM1, TEAM2 = 0, 1  # sides

STRETCH = 32_768  # plays: enough that steps between arrays are nothing beside those within them, and in the cache
_BY_GAME = ("day", "team1", "team2")
_BY_PLAY = ("seconds", "side", "player", "event", "detail", "area", "x", "y")

# The arrays of plays by name, with a row a play: what the reader gives in any cut, and `Stretch` holds of a day.
Columns = Mapping[str, npt.NDArray]


@dataclass(frozen=True)
class Stretch:
    """Plays, (n,), of some games, (g,), of a season; games ascend by day, team 1 and team 2, plays as in the file.

    starts: first play of each game, and n: (g + 1,).
    final: final scores by side, points, (2, g).
    seconds: since the start of the game.
    side: whose play it is, `TEAM1` or `TEAM2`.
    player: 0 for a play of the team.
    event, detail: numbers of their codes (`hoops.plays.vocabulary.Codes`).
    area: 0 where it is not known.
    x, y: shares of the court, 0-100; -1 where they are not known.
    stated: running scores by side as the file has them, points, (2, n); both 0 where it has none.
    """

    season: int
    day: Ids
    team1: Ids
    team2: Ids
    starts: npt.NDArray[np.intp]
    final: npt.NDArray[np.int32]
    seconds: Ints
    side: Ints
    player: Ids
    event: Ints
    detail: Ints
    area: Ints
    x: Ints
    y: Ints
    stated: npt.NDArray[np.int32]

    @classmethod
    def of(cls, season: int, parts: Sequence[Columns]) -> Stretch:
        """A day from its plays in the order of the file, in any number of parts; the plays of a game are together."""
        rows = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        key = key_of(np.array(season), rows["day"], rows["team1"], rows["team2"])
        order = np.argsort(key, kind="stable")
        first = np.flatnonzero(np.diff(key[order], prepend=-1))
        of_games = {name: rows.pop(name)[order[first]] for name in (*_BY_GAME, "final1", "final2")}
        final = np.stack([of_games.pop(f"final{side}") for side in (1, 2)])
        stated = np.stack([rows.pop(f"stated{side}")[order] for side in (1, 2)])
        of_plays = {name: rows.pop(name)[order] for name in _BY_PLAY}  # one after the other: a day may be large
        return cls(season, starts=np.append(first, len(order)), final=final, stated=stated, **of_games, **of_plays)

    def of_games(self, which: Bools) -> Stretch:
        """The plays of some of its games, (g,), and these games."""
        if which.all():
            return self
        plays = self.spread(which)
        return replace(
            self,
            **{name: getattr(self, name)[which] for name in _BY_GAME},
            starts=np.append(0, np.cumsum(np.diff(self.starts)[which])),
            final=self.final[:, which],
            stated=self.stated[:, plays],
            **{name: getattr(self, name)[plays] for name in _BY_PLAY},
        )

    def parts(self, plays: int) -> Iterator[Stretch]:
        """The same games, some at a time: as many as have so many plays, or one that has more."""
        first = 0
        while first < self.games:
            stop = max(int(np.searchsorted(self.starts, self.starts[first] + plays, side="right")) - 1, first + 1)
            start, end = self.starts[first], self.starts[stop]
            yield replace(
                self,
                **{name: getattr(self, name)[first:stop] for name in _BY_GAME},
                starts=self.starts[first : stop + 1] - start,
                final=self.final[:, first:stop],
                stated=self.stated[:, start:end],
                **{name: getattr(self, name)[start:end] for name in _BY_PLAY},
            )
            first = stop

    @property
    def size(self) -> int:
        """How many plays."""
        return len(self.event)

    @property
    def games(self) -> int:
        return len(self.team1)

    def spread(self, values: npt.NDArray) -> npt.NDArray:
        """What each game has, (g,), for each of its plays, (n,)."""
        return np.repeat(values, np.diff(self.starts))

    def spread_by_side(self, values: npt.NDArray) -> npt.NDArray:
        """What the teams of each game have by side, (2, g), for each play that of its team, (n,)."""
        return values.T.ravel()[self._team_of]

    @cached_property
    def keys(self) -> Keys:
        """The key of each game (`hoops.games.identity`), ascending, (g,)."""
        return key_of(np.array(self.season), self.day, self.team1, self.team2)

    @cached_property
    def game(self) -> npt.NDArray[np.intp]:
        """Place of each play's game, (n,)."""
        return self.spread(np.arange(self.games))

    @cached_property
    def number(self) -> Ids:
        """Number of each play in its game, from 1, (n,)."""
        return np.arange(1, self.size + 1, dtype=np.int32) - self.spread(self.starts[:-1].astype(np.int32))

    @cached_property
    def team(self) -> Ids:
        """Team of each play, (n,)."""
        return self.spread_by_side(np.stack([self.team1, self.team2]))

    @cached_property
    def points(self) -> npt.NDArray[np.int8]:
        """Points that each play scored for its team, (n,)."""
        return POINTS[self.event]

    @cached_property
    def score(self) -> npt.NDArray[np.int32]:
        """Score after each play by side, added up from what was made, (2, n)."""
        return np.stack([self._running(self.points * (self.side == side)) for side in (TEAM1, TEAM2)])

    @cached_property
    def appearances(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Team and player of each that did something in a game, once a game; (a,) each."""
        named = self.player != 0
        key = self.game[named] << 25 | self.side[named].astype(np.int64) << 24 | self.player[named]
        once = pa.array(key).unique().to_numpy()
        game, second = once >> 25, (once >> 24 & 1).astype(bool)
        return np.where(second, self.team2[game], self.team1[game]), once & (1 << 24) - 1

    @cached_property
    def makes(self) -> npt.NDArray[np.intp]:
        """Plays that scored, ascending."""
        return np.flatnonzero(self.points)

    @cached_property
    def rebuilt(self) -> npt.NDArray[np.int32]:
        """Scores at the end of each game by side, added up from what was made, (2, g)."""
        return self.score[:, self.starts[1:] - 1]

    @cached_property
    def complete(self) -> Bools:
        """Games whose plays add up to the final score, (g,)."""
        return (self.rebuilt == self.final).all(axis=0)

    @cached_property
    def _team_of(self) -> npt.NDArray[np.intp]:
        """Place of each play's team among those of all games, team 1 and team 2 of the first game first, (n,)."""
        return np.add(self.spread(np.arange(0, 2 * self.games, 2)), self.side, dtype=np.intp)

    def _running(self, values: npt.NDArray) -> npt.NDArray[np.int32]:
        total = np.cumsum(values, dtype=np.int32)
        return total - self.spread(total[self.starts[:-1]] - values[self.starts[:-1]])


def joined(parts: Sequence[Stretch]) -> Stretch:
    """Stretches that follow each other as one."""
    if len(parts) == 1:
        return parts[0]
    before = np.cumsum([0, *(part.size for part in parts)])
    starts = [part.starts[:-1] + at for part, at in zip(parts, before, strict=False)]
    whole: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts], axis=-1)
        for name in (*_BY_GAME, *_BY_PLAY, "final", "stated")
    }
    return replace(parts[0], starts=np.append(np.concatenate(starts), before[-1]), **whole)


def stretches(source: Iterable[Stretch], plays: int = STRETCH) -> Iterator[Stretch]:
    """The same games in stretches of about so many plays: short days are joined, and long ones cut between games."""
    waiting: list[Stretch] = []
    for day in source:
        for part in day.parts(plays):
            if waiting and sum(one.size for one in waiting) + part.size > plays:
                yield joined(waiting)
                waiting = []
            waiting.append(part)
    if waiting:
        yield joined(waiting)
