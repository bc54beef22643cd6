"""What somebody else forecast, game by game, and how it is matched to the games that were played."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hoops.arrays import Floats
from hoops.arrays import find as array_find
from hoops.evaluation.baselines import Simple
from hoops.games.identity import key_of
from hoops.games.results import Results

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class OutsideForecasts:
    """One file's forecasts of one league's games, each matched to a game that was played.

    Attributes
    ----------
    name : str
        The forecaster: closing line, money line or FiveThirtyEight.
    file : str
        Name of the file; of several, joined by commas.
    note : str
        How a probability was made of what the file says.
    season, day, team1, team2 : integer arrays, shape (m,)
        The games, in order of play, each once; team 1 has the lower id.
    probability : float array, shape (m,)
        That team 1 wins, strictly between 0 and 1.
    margin : float array, shape (m,)
        Points by which team 1 is expected to win; NaN where the forecaster names none.
    unmatched : tuple of str
        Team names of the file that no team of the league has, sorted; their games are left out.
    unplayed : int
        Games forecast by the file that are matched to no game played: not among the data, or of a team in `unmatched`.
    """

    name: str
    file: str
    note: str
    season: Ints
    day: Ints
    team1: Ints
    team2: Ints
    probability: Floats
    margin: Floats
    unmatched: tuple[str, ...] = ()
    unplayed: int = 0

    def __len__(self) -> int:
        return len(self.season)

    def on(self, games: Results) -> Simple:
        """The forecasts as a baseline's of some games: shape (m,), NaN where the forecaster has none."""
        result = Simple(np.full(len(games), np.nan), np.full(len(games), np.nan))
        rows = find(games, self.season, self.day, self.team1, self.team2)
        among = rows >= 0
        result.probability[rows[among]] = self.probability[among]
        result.margin[rows[among]] = self.margin[among]
        return result


def joined(found: Iterable[OutsideForecasts]) -> list[OutsideForecasts]:
    """One entry a forecaster, in order of appearance; of two forecasts of one game the later in `found` stands."""
    by_name: dict[str, list[OutsideForecasts]] = {}
    for one in found:
        by_name.setdefault(one.name, []).append(one)
    return [_join(parts) if len(parts) > 1 else parts[0] for parts in by_name.values()]


def _join(parts: list[OutsideForecasts]) -> OutsideForecasts:
    def column(name: str) -> np.ndarray:
        return np.concatenate([getattr(part, name) for part in reversed(parts)])

    keys = key_of(*(column(name) for name in ("season", "day", "team1", "team2")))
    _, kept = np.unique(keys, return_index=True)  # the first of each, and the keys are in order of play
    return OutsideForecasts(
        name=parts[0].name,
        file=", ".join(part.file for part in parts),
        note="; ".join(dict.fromkeys(part.note for part in parts)),
        season=column("season")[kept],
        day=column("day")[kept],
        team1=column("team1")[kept],
        team2=column("team2")[kept],
        probability=column("probability")[kept],
        margin=column("margin")[kept],
        unmatched=tuple(sorted({name for part in parts for name in part.unmatched})),
        unplayed=sum(part.unplayed for part in parts),
    )


def find(games: Results, season: np.ndarray, day: np.ndarray, team1: np.ndarray, team2: np.ndarray) -> Ints:
    """Row in `games` of each game asked for, -1 where it is not among them; all arrays (k,), team 1 the lower id."""
    known = key_of(games.season, games.day, games.team1, games.team2)  # ascending: games are in order of play
    rows, found = array_find(known, key_of(season, day, team1, team2))
    return np.where(found, rows, -1)
