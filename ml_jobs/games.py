"""Games that a scorer may learn from: what was seen of each before it was played, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from hoops.arrays import Bools
from hoops.forecast.feature_list import NAMES, OF_OPTIONAL_FILES, columns_of
from hoops.forecast.features import Described
from hoops.games.leagues import Kind
from hoops.games.moment import Moment
from hoops.games.results import Results
from ml_jobs.settings import Settings


@dataclass(frozen=True, eq=False)
class Games:
    """Games as they looked before they were played, what came of them, and whether they have a box score, (m,).

    margin : float64 (m,), points; NaN of a forfeit.
    weight: how much each counts in training. A game may be there more than once, as it looked with other box scores
    missing; has_box is what the folder says of it.
    """

    season: npt.NDArray[np.int16]
    day: npt.NDArray[np.int16]
    ncaa: npt.NDArray[np.bool_]
    margin: npt.NDArray[np.float64]
    has_box: npt.NDArray[np.bool_]
    weight: npt.NDArray[np.float64]
    described: Described

    @classmethod
    def of(cls, played: Results, has_box: npt.NDArray[np.bool_], described: Described) -> Games:
        ncaa = played.kind == Kind.NCAA.value
        return cls(played.season, played.day, ncaa, played.outcomes.margin, has_box, np.ones(len(played)), described)

    @classmethod
    def joined(cls, parts: Sequence[Games], described: Described | None = None) -> Games:
        """The games of all parts, one part after the other; described, if they lie together already."""
        described = Described.joined([one.described for one in parts]) if described is None else described
        names = [field.name for field in fields(cls) if field.name != "described"]
        return cls(
            **{name: np.concatenate([getattr(one, name) for one in parts]) for name in names}, described=described
        )

    def __len__(self) -> int:
        return len(self.season)

    def until(self, through: Moment) -> Bools:
        """Which games are up to and including a moment's day, (m,)."""
        season, day = through
        return (self.season < season) | ((self.season == season) & (self.day <= day))

    def weighing(self, weight: float) -> Games:
        return replace(self, weight=np.full(len(self), weight))

    def where(self, rows: slice | Bools) -> Games:
        names = [field.name for field in fields(self) if field.name != "described"]
        return Games(**{name: getattr(self, name)[rows] for name in names}, described=self.described.rows(rows))


def features_of(settings: Settings) -> tuple[str, ...]:
    """Names of the features that a scorer sees."""
    return _named(settings.group_names)


def usable(games: Games, settings: Settings, through: Moment | None = None) -> Bools:
    """Which games up to a day may train a scorer, (m,): played, from the first season on, with box scores if any season
    has them."""
    rows = (games.season >= settings.first_season) & ~np.isnan(games.margin)
    if through is not None:
        rows &= games.until(through)
    season, has_box = games.season[rows], games.has_box[rows]
    enough = [one for one in np.unique(season).tolist() if has_box[season == one].mean() > settings.boxed]
    return rows & np.isin(games.season, enough) if enough else rows


def mute_groups(games: Games, settings: Settings) -> list[str]:
    """Groups of features asked for that are 0 in every game, such as distances where no city has coordinates.

    Not those that are asked for by default and need files that a league may well not have.
    """
    found, asked = games.described, [one for one in settings.group_names if one not in OF_OPTIONAL_FILES]
    return [one for one in asked if len(found) and not found.columns(_named((one,))).any()]


def _named(groups: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(NAMES[place] for place in columns_of(groups))
