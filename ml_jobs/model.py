"""A model from a league's games: constants, scorer, and how well it forecasts games that it has not seen.

    games before the cut -> [search of constants] -> features -> fit -> scorer
    games from the cut on -> features, going on from there -> forecasts -> scores beside state space, Elo, seeds, home

Nothing that trains is given a game from the cut on.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import scipy
import torch

import hoops
import lake
import ml_jobs
from hoops.errors import MadnessError
from hoops.evaluation.backtest import STATESPACE, Backtest, run
from hoops.evaluation.baselines import Simple
from hoops.forecast import features
from hoops.forecast.scorer import score
from hoops.games.leagues import League
from hoops.games.moment import Moment, day_before, end_of, told
from hoops.games.results import Results
from hoops.knowledge import Knowledge, parameters
from hoops.knowledge.parameters import Parameters
from lake.fingerprint import fingerprint
from ml_jobs.checkpoints import Checkpoints
from ml_jobs.course import Courses
from ml_jobs.device import device_for
from ml_jobs.fit_scorer import Trained, fit
from ml_jobs.games import mute_groups, usable
from ml_jobs.read import LeagueGames
from ml_jobs.settings import Settings
from ml_jobs.taken_away import Seen, described
from ml_jobs.walk_forward import FULL, forecast_seasons

log = logging.getLogger("model")


@dataclass(frozen=True)
class Plan:
    """What to train besides the settings.

    before : (season, day)
        The cut: games from this day on are kept for the test. The first of the test seasons if left out.
    search : bool
        Whether the constants of the state-space model are searched anew, on games before the cut.
    generations, population : int
        Of the search; population by device if left out.
    walk_forward : int
        Of how many of the last whole seasons before the cut the report has scores by scorers of earlier seasons.
    """

    before: Moment | None = None
    search: bool = False
    generations: int = 100
    population: int | None = None
    walk_forward: int = 0


@dataclass(frozen=True)
class Constants:
    """Constants of the state-space model, the last day that helped to choose them, and how they were found."""

    parameters: Parameters
    trained_through: Moment
    found: dict[str, Any] | None = None


@dataclass(frozen=True, eq=False)
class TrainedModel:
    """All that training gives.

    known: what is known after the last game. test: scores from the cut on, None without such games. walk_forward: of
    earlier seasons, None if not asked for. report: the same every time; seconds: not.
    """

    league: League
    constants: Constants
    trained: Trained
    known: Knowledge
    test: Backtest | None
    walk_forward: Backtest | None
    report: dict[str, Any]
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def trained_through(self) -> Moment:
        """The last day that helped to choose constants or scorer."""
        return max(self.trained.scorer.trained_through, self.constants.trained_through)


def train(
    league: League,
    read: LeagueGames,
    settings: Settings,
    plan: Plan | None = None,
    checkpoints: Checkpoints | None = None,
) -> TrainedModel:
    """Train on the games before the cut, and score those from it on.

    Raises
    ------
    MadnessError
        The games have too few seasons for the split, or none before the cut.
    Stopped
        From the pauses of `checkpoints`.
    """
    plan, keep, watch = plan or Plan(), checkpoints or Checkpoints(), _Watch()
    cut = plan.before or _default_cut(read.games, settings)
    earlier = Results.of(read.games).before(cut)
    seen, held = read.games.filter(pa.array(earlier)), read.games.filter(pa.array(~earlier))
    if seen.num_rows == 0:
        raise MadnessError(f"there are no games before day {cut[1]} of {cut[0]} to train on")
    with watch.timing("search"):
        constants = _constants(league, seen, cut, settings, plan, keep)
    with watch.timing("features"):
        pause = _paused(keep)
        shown = described(seen, constants.parameters, read.surroundings, settings, read.squads, pause)
    log.info("features of %d games: %.1f s", shown.real, watch.seconds["features"])
    if not usable(shown.games, settings).any():
        raise MadnessError(
            f"there are no games from first_season ({settings.first_season}) to the cut (day {cut[1]} of {cut[0]}) to "
            "train on"
        )
    if mute := mute_groups(shown.every, settings):
        log.warning("nothing in these files tells anything of %s: the same in every game", ", ".join(mute))
    with watch.timing("fit"):
        courses = Courses(shown.games, settings, keep)
        trained = fit(courses, day_before(cut))
    with watch.timing("walk_forward"):
        last = _whole_seasons(shown.every.season, cut)[1:][-plan.walk_forward :] if plan.walk_forward else []
        back = _walk_forward(league, seen, read.seeds, shown, courses, tuple(last))
    with watch.timing("test"):
        later, tested, known = features.walk(
            held, constants.parameters, read.surroundings, pause, shown.known, read.squads
        )
        test = _test(league, read, cut, later, tested, shown.real, trained) if len(later) else None
    report: dict[str, Any] = {
        "league": league.value,
        "settings": asdict(settings),
        "device": trained.device,
        "before": list(cut),
        "trained_through": list(max(trained.scorer.trained_through, constants.trained_through)),
        "data": {
            "digest": read.digest,
            "games": shown.real,
            "first_season": int(shown.games.season[0]),
            "games_from_the_cut_on": len(later),
            "player_seasons": _seasons_of(read.squads.seasons),
            "rosters": _seasons_of(read.squads.rosters),
        },
        "constants": {
            "digest": constants.parameters.digest(),
            "trained_through": list(constants.trained_through),
            "found": constants.found,
        },
        "test_seasons": list(test.seasons) if test else [],
        "epochs": trained.epochs,
        "validation_log_loss": {"linear": trained.validation_linear, "full": trained.validation},
        "temperature": trained.scorer.temperature,
        "test": test.to_dict() if test else None,
        "walk_forward": back.to_dict() if back else None,
    }
    return TrainedModel(league, constants, trained, known, test, back, report, watch.finished())


def _seasons_of(players: pa.Table) -> list[int]:
    """Seasons that players' files speak of."""
    seasons: list[int] = np.unique(players["season"].to_numpy()).tolist()
    return seasons


def inputs(league: League, read: LeagueGames, settings: Settings, plan: Plan) -> str:
    """A digest of all that a model's bytes depend on: games, settings, code and libraries."""
    about = {
        "league": league.value,
        "data": read.digest,
        "settings": asdict(settings),
        "plan": asdict(plan),
        "libraries": fingerprint() | {one.__name__: one.__version__ for one in (torch, scipy)},
    }
    hashed = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    for package in (hoops, lake, ml_jobs):
        root = Path(package.__path__[0])
        for file in sorted([*root.rglob("*.py"), *root.rglob("*.json")]):
            hashed.update(f"{package.__name__}/{file.relative_to(root)}\n".encode() + file.read_bytes())
    return hashed.hexdigest()[:20]


def _default_cut(games: pa.Table, settings: Settings) -> Moment:
    """The first day of the test seasons, which are the last ones."""
    seasons = np.unique(games["season"].to_numpy()).tolist()
    if len(seasons) <= settings.test_seasons:
        raise MadnessError(f"{len(seasons)} seasons are too few to keep {settings.test_seasons} of them for the test")
    return seasons[-settings.test_seasons], 0


def _whole_seasons(seasons: npt.NDArray[np.int16], cut: Moment) -> list[int]:
    """The seasons that end before the cut."""
    return [season for season in np.unique(seasons).tolist() if end_of(season) < cut]


def _constants(
    league: League, seen: pa.Table, cut: Moment, settings: Settings, plan: Plan, checkpoints: Checkpoints
) -> Constants:
    shipped = Constants(parameters.defaults(league), parameters.trained_through(league))
    if not plan.search:
        if shipped.trained_through >= cut:
            log.warning(
                "the constants that ship were chosen on games to %s, beyond the cut: give --search",
                told(shipped.trained_through),
            )
        return shipped
    from ml_jobs import fit_statespace  # what it takes besides, nothing else needs
    from ml_jobs.fit_statespace import POPULATION, Search, Span

    played = Results.of(seen)
    span = Span.of(league, _whole_seasons(played.season, cut))
    device = device_for(settings.device)
    search = Search(plan.generations, plan.population or POPULATION[device], settings.seed, device)
    log.info("searching constants on seasons %d-%d, scored from %d", span.first, span.last, span.first_scored)
    games = played.rows(played.season >= span.first)
    found = fit_statespace.fit(games, shipped.parameters, span.first_scored, search, span.last, checkpoints)
    return Constants(
        found.parameters,
        end_of(span.last),
        {
            "seasons": asdict(span),
            "generations": found.generations,
            "folds": found.folds,
            "device": found.device,
            "weighted_log_loss": {"shipped": found.start.weighted, "found": found.loss.weighted},
        },
    )


def _walk_forward(
    league: League,
    seen: pa.Table,
    seeds: pa.Table | None,
    shown: Seen,
    courses: Courses,
    seasons: tuple[int, ...],
) -> Backtest | None:
    """Scores of some seasons, each by a scorer of earlier ones; None without any."""
    if not seasons:
        return None
    made, _ = forecast_seasons(shown, courses, seasons)

    def forecasts(games: pa.Table, _: tuple[int, ...]) -> dict[str, Simple]:
        rows = slice(games.num_rows)  # without those after the last of the seasons
        return {name: Simple(one.probability[rows], one.margin[rows]) for name, one in made.items()}

    return run(seen, seeds, league, seasons, forecasts)


def _test(
    league: League,
    read: LeagueGames,
    cut: Moment,
    later: Results,
    shown: features.Described,
    before: int,
    trained: Trained,
) -> Backtest:
    """Scores of the games from the cut on. before: how many there are before it."""
    found = score(trained.scorer, shown)
    nothing = np.full(before, np.nan)  # of the games that it was trained on
    forecasts = {
        FULL: Simple(np.append(nothing, found.probability), np.append(nothing, found.margin)),
        STATESPACE: Simple(np.append(nothing, 1.0 / (1.0 + np.exp(-shown.offset))), np.append(nothing, shown.margin)),
    }
    seasons = np.unique(later.season).tolist()
    return run(read.games, read.seeds, league, seasons, lambda _, __: forecasts, cut)


def _paused(checkpoints: Checkpoints) -> Callable[[int, int], None]:
    """A progress of a walk that does nothing but pause."""
    return lambda done, of: checkpoints.pause()


class _Watch:
    """Seconds by part of the work."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._started = time.perf_counter()

    @contextmanager
    def timing(self, part: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[part] = time.perf_counter() - started

    def finished(self) -> dict[str, float]:
        return {**self.seconds, "all": time.perf_counter() - self._started}
