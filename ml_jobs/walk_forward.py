"""The full model as a forecaster of past seasons: for each season it is trained on earlier seasons only.

    games -> features of every game, from before its day -> for each season: fit on all before it -> forecast it

`hoops.evaluation.backtest.run` scores what it forecasts; `madness backtest --model full` is the command. `madness
submission --score` takes the models themselves.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from hoops.evaluation.backtest import STATESPACE, Forecaster, Progress
from hoops.evaluation.baselines import Simple
from hoops.forecast.model import Model
from hoops.forecast.scorer import Scorer, score
from hoops.games.leagues import League
from hoops.games.moment import end_of
from hoops.games.surroundings import Surroundings
from hoops.knowledge.parameters import defaults
from hoops.players import Squads
from ml_jobs.course import Courses
from ml_jobs.fit_scorer import fit
from ml_jobs.games import mute_groups
from ml_jobs.memory import give_back
from ml_jobs.settings import Settings
from ml_jobs.taken_away import Seen, described

log = logging.getLogger("walk_forward")

FULL = "full"


@dataclass(frozen=True)
class WalkForward:
    """Forecasts of the full model, and of the state-space model inside it.

    games, players' files -> described -> over: a forecaster of these games
                                       -> models
    games, with no players' files -> the walk-forward itself is their forecaster

    A season before which there is none to train on keeps the state-space forecast. on_game, on_season: told how many
    games are described and how many seasons forecast. say: told which seasons kept the state-space forecast, and which
    groups of features say nothing here.
    """

    league: League
    surroundings: Surroundings = field(default_factory=Surroundings)
    settings: Settings = field(default_factory=Settings)
    on_game: Progress | None = None
    on_season: Progress | None = None
    say: Callable[[str], None] = log.warning

    def __call__(self, games: pa.Table, seasons: tuple[int, ...]) -> Mapping[str, Simple]:
        """Forecasts of games (`hoops.schemas.GAMES`, in order of play; city_id may be added) of some seasons."""
        return self.over(self.described(games, seasons))(games, seasons)

    def over(self, seen: Seen) -> Forecaster:
        """A forecaster, to be called once, of the games that were described; it lets go of them then."""
        once = [seen]

        def forecasts(games: pa.Table, seasons: tuple[int, ...]) -> dict[str, Simple]:
            if not once:
                raise RuntimeError("these games have been forecast, and let go of: describe them again")
            seen = once.pop()
            courses = Courses(seen.games, self.settings)
            made, untrained = forecast_seasons(seen, courses, seasons, self.on_season)
            self._say_untrained(untrained)
            missing = np.full(games.num_rows - seen.real, np.nan)  # the games of seasons that build the features alone
            return {
                name: Simple(np.append(missing, one.probability), np.append(missing, one.margin))
                for name, one in made.items()
            }

        return forecasts

    def models(self, seen: Seen, seasons: tuple[int, ...]) -> Iterator[tuple[int, Model | None]]:
        """For each season the model that described games of earlier ones give; None where there is none to train on.

        Raises
        ------
        ValueError
            If the settings let the model see what is made of reference data.
        """
        untrained = []
        for season, scorer in scorers(Courses(seen.games, self.settings), seasons, self.on_season):
            if scorer is None:
                untrained.append(season)
            model = None if scorer is None else Model(self.league, defaults(self.league), scorer, end_of(season - 1))
            yield season, model
        self._say_untrained(untrained)

    def described(self, games: pa.Table, seasons: Collection[int], squads: Squads | None = None) -> Seen:
        """The games that train or are forecast, as they looked before their days, and what else trains.

        games: `hoops.schemas.GAMES`, in order of play; city_id may be added. squads: what players' files say.
        """
        since = min(self.settings.first_season, *seasons)
        seen = described(games, defaults(self.league), self.surroundings, self.settings, squads, self.on_game, since)
        give_back()
        if mute := mute_groups(seen.every, self.settings):
            self.say(f"nothing in these files tells anything of {', '.join(mute)}: the same in every game")
        return seen

    def _say_untrained(self, seasons: list[int]) -> None:
        if seasons:
            self.say(
                f"nothing to train on before {', '.join(map(str, seasons))}: there the full model is the state-space "
                "model"
            )


def forecast_seasons(
    seen: Seen,
    courses: Courses,
    seasons: Sequence[int],
    on_season: Progress | None = None,
) -> tuple[dict[str, Simple], list[int]]:
    """Forecasts of all real games: of some seasons by scorers of earlier ones, and of all by the state-space model.

    Seasons before which there is none to train on come beside, and keep the state-space forecast, as all games of other
    seasons do.
    """
    every = seen.every
    statespace = Simple(1.0 / (1.0 + np.exp(-every.described.offset)), every.described.margin)
    probability, margin = statespace.probability.copy(), statespace.margin.copy()
    untrained = []
    for season, scorer in scorers(courses, seasons, on_season):
        if scorer is None:
            untrained.append(season)
        else:
            rows = every.season == season
            found = score(scorer, every.described.rows(rows))
            probability[rows], margin[rows] = found.probability, found.margin
    return {FULL: Simple(probability, margin), STATESPACE: statespace}, untrained


def scorers(
    courses: Courses, seasons: Sequence[int], on_season: Progress | None = None
) -> Iterator[tuple[int, Scorer | None]]:
    """For each season a scorer trained on earlier ones only; None where there is none to train on."""
    for done, season in enumerate(seasons, 1):
        trained = None
        if courses.usable(end_of(season - 1)).any():
            started = time.perf_counter()
            trained = fit(courses, end_of(season - 1))
            courses.forget(end_of(season - courses.settings.validation_seasons))  # the next season begins later
            give_back()
            log.info(
                "%d: %d epochs, validation log loss %s (%s without networks), temperature %.3f, %.1f s on %s",
                season, trained.epochs, trained.validation, trained.validation_linear, trained.scorer.temperature,
                time.perf_counter() - started, trained.device,
            )  # fmt: skip
        yield season, trained.scorer if trained else None
        if on_season is not None:
            on_season(done, len(seasons))
