"""The chance of every two teams of a season, as Kaggle's March Mania asks for it, frozen on the evening of a day.

sample | teams of the season -> which pairs
source of each league -> what is known of that evening, the model in charge -> all pairs -> chances, in order
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

import numpy as np

from hoops import knowledge
from hoops.arrays import Floats, Ids
from hoops.errors import MadnessError
from hoops.forecast.model import Model
from hoops.forecast.pairs import all_pairs
from hoops.games.leagues import LAST_DAY, SELECTION_SUNDAY, League
from hoops.games.moment import Moment, told
from hoops.knowledge import Knowledge
from operate.sources import Progress, Source
from operate.submission_file import Wanted, read_sample

# On which all games are imagined, if it is later than the evening: the men's round of 64 begins on it.
GAME_DAY = 136
_NAMED = 5  # of the teams that a sample leaves out


@dataclass(frozen=True)
class Part:
    """The chances of one season and league: where they come from.

    teams, pairs: how many. known_through: last day with a game that they know. absent: teams that have played in the
    season, and are in no pair.
    """

    league: str
    season: int
    teams: int
    pairs: int
    known_through: Moment
    day: int
    model: str
    trained_through: Moment
    out_of_sample: bool
    absent: tuple[int, ...]

    def remarks(self) -> list[str]:
        """What a person should know of these chances."""
        league = League(self.league).label.lower()
        found = [
            f"{self.season}, {league}: {self.pairs:,} pairs of {self.teams:,} teams, from games to day "
            f"{self.known_through[1]}, by model {self.model}"
        ]
        if not self.out_of_sample:
            found.append(
                f"this model was trained on games to {told(self.trained_through)}, those of {self.season} among them: "
                "these are no forecasts (`madness submission --score` trains on earlier seasons only)"
            )
        if self.absent:
            more = f" and {len(self.absent) - _NAMED:,} more" if len(self.absent) > _NAMED else ""
            named = ", ".join(map(str, self.absent[:_NAMED]))
            found.append(f"the sample has no pair of {league}'s teams that have played in {self.season}: {named}{more}")
        return found

    def to_dict(self) -> dict[str, Any]:
        plain = asdict(self)
        for name in ("known_through", "trained_through"):
            plain[name] = dict(zip(("season", "day"), plain[name], strict=True))
        return plain


@dataclass(frozen=True, eq=False)
class Submission:
    """wanted: the pairs, in order. chance: that the lower id wins, float64 (m,). parts: by season and league."""

    wanted: Wanted
    chance: Floats
    parts: list[Part]


def game_day(as_of: int) -> int:
    """Day on which the games of a submission are imagined that knows the games up to and with a day.

    >>> game_day(132), game_day(139)
    (136, 140)
    """
    return max(as_of + 1, GAME_DAY)


def submit(
    sources: Mapping[League, Source],
    seasons: Collection[int],
    as_of: int = SELECTION_SUNDAY,
    sample: tuple[str, bytes] | None = None,
    progress: Progress = lambda done, total: None,
) -> Submission:
    """Chances of all pairs of a sample (its name and content), or of every two teams that have played.

    Raises
    ------
    MadnessError
        There is no game of the season, or the day is none.
    Rejected
        The sample is bad.
    """
    require_day(as_of)
    wanted = None
    if sample is not None:
        wanted = read_sample(*sample, seasons, {league: _ids(league, source) for league, source in sources.items()})
    groups = None if wanted is None else wanted.groups()
    asked = sorted(groups if groups is not None else product(seasons, sources))
    states = {one: _known(sources[one[1]], *one, as_of, progress) for one in asked}
    if wanted is None or groups is None:
        wanted = Wanted.every_two({one: _active(state[0], one[0]) for one, state in states.items()})
        groups = wanted.groups()
    chance, parts = np.empty(len(wanted)), []
    for (season, league), rows in groups.items():
        known, model = states[season, league]
        team1, team2 = wanted.team1[rows], wanted.team2[rows]
        morning = knowledge.advance(known, season, game_day(as_of), model.parameters)
        pairs = all_pairs(morning, np.concatenate([team1, team2]), model)
        chance[rows] = pairs.of(team1, team2)
        part = Part(
            league=league.value,
            season=season,
            teams=len(pairs.teams),
            pairs=len(rows),
            known_through=known.now,
            day=game_day(as_of),
            model=model.id,
            trained_through=model.trained_through,
            out_of_sample=(season, game_day(as_of)) > model.trained_through,
            absent=tuple(np.setdiff1d(_active(known, season), pairs.teams).tolist()),
        )
        parts.append(part)
    return Submission(wanted, chance, parts)


def require_day(as_of: int) -> None:
    """Raise MadnessError unless games of a season can follow a day."""
    if not 0 <= as_of < LAST_DAY:
        raise MadnessError(f"--as-of {as_of} is no day that games can follow: allowed are 0 to {LAST_DAY - 1}")


def _ids(league: League, source: Source) -> Collection[int]:
    """Ids of all teams that the files name; where they name none, those that a team of the league may have."""
    found = source.reference().get("Teams")
    return set(found["team_id"].to_pylist()) if found is not None and found.num_rows else league.team_ids


def _known(source: Source, season: int, league: League, as_of: int, progress: Progress) -> tuple[Knowledge, Model]:
    """What is known on the evening of a day of a season in which somebody has played, and who forecasts the games."""
    model = source.model_on((season, game_day(as_of)))
    known = source.known((season, as_of), progress)
    if known.season != season:
        last = source.last()
        raise MadnessError(
            f"no {league.label.lower()}'s game of season {season} up to day {as_of} is known here: "
            + (f"the last one is of day {last[1]} of {last[0]}" if last else "there are no results")
        )
    return known, model


def _active(known: Knowledge, season: int) -> Ids:
    """Teams that have played in a season."""
    return known.strength.teams[known.strength.last_season == season]
