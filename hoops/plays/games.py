"""The games of a season that are in the results: which of some games they are, and what is known of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hoops.arrays import Bools, Floats, find
from hoops.games.identity import Keys
from hoops.games.identity import keys as keys_of
from hoops.plays.stretch import Stretch


@dataclass(frozen=True, eq=False)
class SeasonGames:
    """Games of one season, (m,), ascending by key.

    keys: of `hoops.games.identity`.
    kind: `hoops.games.leagues.Kind`.
    site: +1 at team 1's home, 0 neutral, -1 at team 2's.
    score: final scores by side, points, (2, m).
    probability: that team 1 wins, before the game, 0-1.
    """

    keys: Keys
    kind: npt.NDArray[np.str_]
    site: npt.NDArray[np.int8]
    score: npt.NDArray[np.int16]
    probability: Floats

    @classmethod
    def of(cls, games: pa.Table) -> SeasonGames:
        """From rows of `hoops.schemas.PREDICTED`, in any order."""
        keys = keys_of(games)
        order = np.argsort(keys, kind="stable")
        score = np.stack([games[f"team{side}_score"].to_numpy() for side in (1, 2)])
        return cls(
            keys[order],
            games["kind"].to_numpy().astype(np.str_)[order],
            games["site"].to_numpy()[order],
            score[:, order],
            games["team1_probability"].to_numpy()[order],
        )

    def __len__(self) -> int:
        return len(self.keys)

    def find(self, plays: Stretch) -> tuple[npt.NDArray[np.intp], Bools]:
        """Place here of each game of a stretch, and whether it is here at all; (g,) each."""
        return find(self.keys, plays.keys)

    def rows(self, places: npt.NDArray[np.intp]) -> SeasonGames:
        """The games at some places, which may stand in any order."""
        return SeasonGames(
            self.keys[places], self.kind[places], self.site[places], self.score[:, places], self.probability[places]
        )

    def facts(self, keys: Keys) -> str:
        """Digest of what the results say of some games: whether they are there, their kind, site and score."""
        known, there = self._of(keys)
        return _digest(there, known.kind.astype("U9"), known.site, known.score)

    def forecasts(self, keys: Keys) -> str:
        """Digest of the forecasts of some games, and of which have one."""
        known, there = self._of(keys)
        return _digest(there, known.probability)

    def _of(self, keys: Keys) -> tuple[SeasonGames, Bools]:
        place, there = find(self.keys, np.unique(keys))
        return self.rows(place[there]), there


def _digest(*parts: npt.NDArray) -> str:
    found = hashlib.sha256()
    for part in parts:
        found.update(np.ascontiguousarray(part).tobytes())
    return found.hexdigest()[:32]
