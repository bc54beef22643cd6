"""The plays of one day: whole games, as arrays, seen from team 1 and team 2 as everything else is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hoops.arrays import Bools, Ids, Ints
from hoops.games.identity import Keys, key_of
from hoops.plays.vocabulary import POINTS

TEAM1, TEAM2 = 0, 1  # sides

PART = 16_384  # plays
_BY_PLAY = ("seconds", "side", "player", "event", "detail", "area", "x", "y")

# The arrays of plays by name, with a row a play: what the reader gives in any cut, and `Day` holds of a day.
Columns = Mapping[str, npt.NDArray]


@dataclass(frozen=True)
class Day:
    """Plays of one day's games, (n,), and the games, (g,): by team 1 and team 2, plays in the order of the file.

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
    day: int
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
    def of(cls, season: int, parts: Sequence[Columns]) -> Day:
        """A day from its plays in the order of the file, in any number of parts; the plays of a game are together."""
        joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        key = key_of(np.array(season), joined["day"], joined["team1"], joined["team2"])
        order = np.argsort(key, kind="stable")
        rows = {name: joined.pop(name)[order] for name in parts[0]}
        first = np.flatnonzero(np.diff(key[order], prepend=-1))
        return cls(
            season=season,
            day=int(rows["day"][0]),
            team1=rows["team1"][first],
            team2=rows["team2"][first],
            starts=np.append(first, len(order)),
            final=np.stack([rows["final1"][first], rows["final2"][first]]),
            stated=np.stack([rows["stated1"], rows["stated2"]]),
            **{name: rows[name] for name in _BY_PLAY},
        )

    def of_games(self, which: Bools) -> Day:
        """The plays of some of its games, (g,), and these games."""
        if which.all():
            return self
        plays = which[self.game]
        return replace(
            self,
            team1=self.team1[which],
            team2=self.team2[which],
            starts=np.append(0, np.cumsum(np.diff(self.starts)[which])),
            final=self.final[:, which],
            stated=self.stated[:, plays],
            **{name: getattr(self, name)[plays] for name in _BY_PLAY},
        )

    def parts(self, plays: int = PART) -> Iterator[Day]:
        """The same games, some at a time: of about so many plays, so that what is made of them is small."""
        first = 0
        while first < self.games:
            stop = max(int(np.searchsorted(self.starts, self.starts[first] + plays, side="right")) - 1, first + 1)
            start, end = self.starts[first], self.starts[stop]
            yield replace(
                self,
                team1=self.team1[first:stop],
                team2=self.team2[first:stop],
                starts=self.starts[first : stop + 1] - start,
                final=self.final[:, first:stop],
                stated=self.stated[:, start:end],
                **{name: getattr(self, name)[start:end] for name in _BY_PLAY},
            )
            first = stop

    @property
    def plays(self) -> int:
        return len(self.event)

    @property
    def games(self) -> int:
        return len(self.team1)

    @cached_property
    def keys(self) -> Keys:
        """The key of each game (`hoops.games.identity`), ascending, (g,)."""
        return key_of(np.array(self.season), np.array(self.day), self.team1, self.team2)

    @cached_property
    def game(self) -> npt.NDArray[np.intp]:
        """Place of each play's game, (n,)."""
        return np.repeat(np.arange(self.games), np.diff(self.starts))

    @cached_property
    def number(self) -> npt.NDArray[np.intp]:
        """Number of each play in its game, from 1, (n,)."""
        return np.arange(self.plays) - self.starts[self.game] + 1

    @cached_property
    def team(self) -> Ids:
        """Team of each play, (n,)."""
        return np.where(self.side == TEAM1, self.team1[self.game], self.team2[self.game])

    @cached_property
    def points(self) -> npt.NDArray[np.int8]:
        """Points that each play scored for its team, (n,)."""
        return POINTS[self.event]

    @cached_property
    def score(self) -> npt.NDArray[np.int32]:
        """Score after each play by side, added up from what was made, (2, n)."""
        return np.stack([self._running(np.where(self.side == side, self.points, 0)) for side in (TEAM1, TEAM2)])

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

    def _running(self, values: npt.NDArray) -> npt.NDArray[np.int32]:
        total = np.cumsum(values, dtype=np.int32)
        before = total[self.starts[:-1]] - values[self.starts[:-1]]
        return total - before[self.game].astype(np.int32)
