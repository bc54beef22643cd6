"""What somebody else forecast, game by game: as files say it, and as one forecast a game that can be scored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from hoops.arrays import Bools, Floats
from hoops.arrays import find as array_find
from hoops.errors import MadnessError
from hoops.evaluation.baselines import Simple
from hoops.evaluation.outside.spread import Scales, walk_forward
from hoops.games.identity import key_of
from hoops.games.results import Results

Ints = npt.NDArray[np.int64]
_SUREST = 1e-6  # a probability is kept this far from 0 and 1, as those of the baselines


@dataclass(frozen=True, eq=False)
class Said:
    """What one file says of games that were played; a game may stand in several of its rows.

    Attributes
    ----------
    name : str
        The forecaster: closing line, opening line, money line, FiveThirtyEight, a file of expected scores.
    file : str
        Name of the file.
    note : str
        What the values are.
    row : integer array, shape (n,)
        Row of each game in the `Results` that were played.
    value : float array, shape (n,)
        Of team 1, the lower id: points by which it is expected to win if `points`, else its probability.
    source : str array, shape (n,)
        Who says so, such as a bookmaker.
    remarks : dict of str to int
        What was left out, and how often.
    unmatched, unplayed
        As in `OutsideForecasts`.
    """

    name: str
    file: str
    note: str
    row: Ints
    value: Floats
    source: npt.NDArray[np.str_]
    points: bool = False
    remarks: Mapping[str, int] = field(default_factory=dict)
    unmatched: tuple[str, ...] = ()
    unplayed: int = 0


@dataclass(frozen=True, eq=False)
class OutsideForecasts:
    """One forecaster's forecasts of one league's games, each matched to a game that was played.

    Attributes
    ----------
    name : str
        The forecaster.
    file : str
        Name of the file; of several, joined by commas.
    note : str
        How a probability was made of what the files say, and what was left out.
    season, day, team1, team2 : integer arrays, shape (m,)
        The games, in order of play, each once; team 1 has the lower id.
    probability : float array, shape (m,)
        That team 1 wins, strictly between 0 and 1.
    margin : float array, shape (m,)
        Points by which team 1 is expected to win; NaN where the forecaster names none.
    scales : dict of int to float
        By season, the scale that makes a probability of a margin (points); empty where the files say probabilities.
    unmatched : tuple of str
        Team names of the files that no team of the league has, sorted; their games are left out.
    unplayed : int
        Games forecast by the files that are matched to no game played: not among the data, or of a team in
        `unmatched`.
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
    scales: Scales = field(default_factory=dict)
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


def settled(said: Iterable[Said], played: Results, source: str | None = None) -> list[OutsideForecasts]:
    """One entry a forecaster, in order of appearance, with one forecast a game: the median of all that is said of it.

    Parameters
    ----------
    played : Results
        The games that `row` counts.
    source : str, optional
        Of a forecaster that has this source, nothing else counts; forecasters without it stay as they are.

    Raises
    ------
    MadnessError
        Nobody has the source.
    """
    by_name: dict[str, list[Said]] = {}
    for one in said:
        by_name.setdefault(one.name, []).append(one)
    known = {str(each) for parts in by_name.values() for part in parts for each in np.unique(part.source)}
    if source is not None and source not in known:
        raise MadnessError(f"no forecast has the source {source!r}; there are: {', '.join(sorted(known)) or 'none'}")
    return [_settle(parts, played, source) for parts in by_name.values()]


def _settle(parts: list[Said], played: Results, source: str | None) -> OutsideForecasts:
    first = parts[0]
    chosen = _chosen(np.concatenate([part.source for part in parts]), source)
    row, value, times = _medians(
        np.concatenate([part.row for part in parts])[chosen], np.concatenate([part.value for part in parts])[chosen]
    )
    season = played.season[row].astype(np.int64)
    remarks = list(dict.fromkeys(part.note for part in parts))
    scales: Scales = {}
    probability, margin = value, np.full(len(row), np.nan)
    if first.points:
        margin = value
        probability, scales = walk_forward(margin, played.won[row], season)
        remarks.append(_of_scales(scales))
    counts: Counter[str] = Counter()
    for part in parts:
        counts.update(part.remarks)
    counts["games named more than once, which count once with their median"] = int(np.sum(times > 1))
    remarks += [f"{told}: {count:,}" for told, count in counts.items() if count]
    if not chosen.all():
        remarks.append(f"only of the source {source}")
    return OutsideForecasts(
        name=first.name,
        file=", ".join(dict.fromkeys(part.file for part in parts)),
        note="; ".join(remarks),
        season=season,
        day=played.day[row].astype(np.int64),
        team1=played.team1[row].astype(np.int64),
        team2=played.team2[row].astype(np.int64),
        probability=np.clip(probability, _SUREST, 1.0 - _SUREST),
        margin=margin,
        scales=scales,
        unmatched=tuple(sorted({name for part in parts for name in part.unmatched})),
        unplayed=sum(part.unplayed for part in parts),
    )


def _chosen(sources: npt.NDArray[np.str_], source: str | None) -> Bools:
    chosen: Bools = sources == source
    return chosen if chosen.any() else np.full(len(sources), True)


def _medians(row: Ints, value: Floats) -> tuple[Ints, Floats, Ints]:
    """Each row once, ascending (m,), the median of its values, and how many it has."""
    order = np.lexsort((value, row))
    rows, start, times = np.unique(row[order], return_index=True, return_counts=True)
    ascending = value[order]
    return rows, 0.5 * (ascending[start + (times - 1) // 2] + ascending[start + times // 2]), times


def _of_scales(scales: Scales) -> str:
    if not scales:
        return "none of its games was played"
    low, high = min(scales.values()), max(scales.values())
    points = f"{low:.2f}" if low == high else f"{low:.2f}-{high:.2f}"
    return f"Phi(margin / scale), each season's scale fitted on earlier seasons: {points} points"


def find(games: Results, season: np.ndarray, day: np.ndarray, team1: np.ndarray, team2: np.ndarray) -> Ints:
    """Row in `games` of each game asked for, -1 where it is not among them; all arrays (k,), team 1 the lower id."""
    known = key_of(games.season, games.day, games.team1, games.team2)  # ascending: games are in order of play
    rows, found = array_find(known, key_of(season, day, team1, team2))
    return np.where(found, rows, -1)
