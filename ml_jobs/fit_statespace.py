"""Choose the state-space model's constants on seasons before 2011, and write them to `hoops/knowledge/parameters.json`.

    python -m ml_jobs.fit_statespace --data DIR --league M

    constants in the file -> CMA-ES: a generation of sets -> one batched fold -> a loss each -> the next generation
                          -> the best set ever seen -> the file

The first seasons only warm the model up. What is made small is the mean log loss of walk-forward forecasts of the
later ones, every NCAA tournament game counted five times: those games are few, and the ones that people ask about.
The search is Hansen's evolution strategy with covariance matrix adaptation (2001, 2016), of the package `cma`. All of
its chance comes from a seed, so that it repeats itself on one machine. `scale` does not change the fold: the best one
is found anew for every set of the others. A generation is folded on a GPU where there is one, else on the CPU.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import ndtr

from hoops.errors import MadnessError
from hoops.games.leagues import Kind, League
from hoops.games.results import Results
from hoops.knowledge import parameters as shipped
from hoops.knowledge.parameters import Parameters
from lake.training import metric_line
from ml_jobs.batched_fold import BatchedFold
from ml_jobs.checkpoints import Checkpoints
from ml_jobs.device import device_for
from ml_jobs.read import read_league

with warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)  # that it has no matplotlib to plot with
    import cma

log = logging.getLogger("fit_statespace")

Floats = npt.NDArray[np.float64]
PARAMETERS_FILE = Path(shipped.__file__).with_name("parameters.json")
LAST_SEASON = 2010  # nothing is tuned on a later one
# First season folded, and first season scored. Women's neutral sites are almost unmarked before 2003.
SPAN = {League.MEN: (1993, 1998), League.WOMEN: (1998, 2003)}
NCAA_WEIGHT = 5.0
LIMIT = 6.0  # forecasts are clipped at this probit, as in `hoops.knowledge.statespace`
# What is searched, and the unit of each: the first generation spreads by half of it.
STEPS = {
    "home_season_sd": 0.05,
    "own_home_sd": 0.3,
    "own_home_carry": 0.03,
    "newcomer": 2.0,
    "newcomer_sd": 1.5,
    "carry": 0.05,
    "carry_sd": 0.5,
    "long_run_rate": 0.05,
    "drift_sd": 0.05,
    "noise_sd": 0.5,
    "softness": 5.0,
    "overtime_share": 0.2,
}
SHARES = ("own_home_carry", "carry", "long_run_rate", "overtime_share")  # between 0 and 1
LEAST = 0.001  # of all else but `newcomer`
# A GPU folds hundreds of sets in little more time than one; with more of them, fewer generations are needed.
POPULATION = {"cpu": 12, "cuda": 256}
GENERATIONS = 100
WORST = 10.0  # what the search is told of a set that cannot be folded


@dataclass(frozen=True)
class Search:
    """How to search: generations at most, sets a generation, seed of its chance, device to fold on."""

    generations: int
    population: int
    seed: int = 1
    device: str = "cpu"


@dataclass(frozen=True)
class Loss:
    """What a set of parameters scored: the weighted mean that is made small, and the plain log loss by kind of game."""

    weighted: float
    by_kind: dict[str, float]


@dataclass(frozen=True)
class Fit:
    """The best parameters found, their loss and that of the start; the generations and folds it took, and on what."""

    parameters: Parameters
    loss: Loss
    start: Loss
    generations: int
    folds: int
    device: str


@dataclass(frozen=True)
class Span:
    """The seasons of a search: the first one folded, the first one whose forecasts count, and the last of them."""

    first: int
    first_scored: int
    last: int = LAST_SEASON

    @classmethod
    def of(cls, league: League, seasons: Sequence[int]) -> Span:
        """For a league with these whole seasons: those that the shipped constants were chosen on, where there are any.

        Where all are later, the first half of them only warms the model up.

        Raises
        ------
        MadnessError
            If there is no season before the first one scored.

        Examples
        --------
        >>> Span.of(League.MEN, range(1985, 2024)), Span.of(League.MEN, [2022, 2023, 2024])
        (Span(first=1993, first_scored=1998, last=2010), Span(first=2022, first_scored=2023, last=2024))
        """
        first, first_scored = SPAN[league]
        if any(first_scored <= season <= LAST_SEASON for season in seasons):
            return cls(first, first_scored)
        ordered = sorted(seasons)
        if len(ordered) < 2:
            raise MadnessError(f"{len(ordered)} whole seasons before the cut are too few to search the constants on")
        return cls(ordered[0], ordered[len(ordered) // 2], ordered[-1])


class Trial:
    """The loss of sets of parameters on one league's games, up to the last season allowed.

    Raises
    ------
    MadnessError
        There is no game to score.
    """

    def __init__(self, games: Results, first_scored: int, device: str = "cpu", last: int = LAST_SEASON) -> None:
        self.games = games.rows((games.season <= last) & ~games.is_forfeit)
        self.scored = self.games.season >= first_scored
        if not self.scored.any():
            raise MadnessError(f"no games of the seasons {first_scored}-{last} to score the parameters by")
        self.sign = np.where(self.games.won[self.scored], 1.0, -1.0)
        self.kind = self.games.kind[self.scored]
        self.kinds = np.unique(self.kind).tolist()
        self.weight = np.where(self.kind == Kind.NCAA.value, NCAA_WEIGHT, 1.0)
        self.fold = BatchedFold(self.games, device)

    def __call__(self, sets: Sequence[Parameters]) -> list[tuple[Loss, Parameters]]:
        """For each set, the loss with the best scale, and the parameters with that scale."""
        raw = self.fold(sets)[:, self.scored]
        return [self._scaled(one, self.sign * probit) for one, probit in zip(sets, raw, strict=True)]

    def _scaled(self, parameters: Parameters, probit: Floats) -> tuple[Loss, Parameters]:
        if not np.isfinite(probit).all():
            return Loss(np.inf, {}), parameters
        best = minimize_scalar(
            lambda scale: np.average(_losses(scale * probit), weights=self.weight), bounds=(0.5, 2.0), method="bounded"
        )
        scale = round(float(best.x), 4)
        losses = _losses(scale * probit)
        by_kind = {kind: float(losses[self.kind == kind].mean()) for kind in self.kinds}
        return Loss(float(np.average(losses, weights=self.weight)), by_kind), replace(parameters, scale=scale)


def fit(
    games: Results,
    start: Parameters,
    first_scored: int,
    search: Search,
    last: int = LAST_SEASON,
    checkpoints: Checkpoints | None = None,
) -> Fit:
    """Search from `start`, one batched fold a generation; what is found is never worse than the start.

    checkpoints: where the losses are kept. What the strategy asks for next depends on its seed and on them alone, so
    that a search that was cut short is told them again and goes on as if nothing had been.
    """
    trial = Trial(games, first_scored, search.device, last)
    keep, step = checkpoints or Checkpoints(), f"search-{trial.fold.device.type}"
    ((of_start, best),) = trial([start])
    loss = of_start
    log.info("the start: %.6f", of_start.weighted)
    strategy = _strategy(start, search)
    saved = keep.load(step, ("told",))
    told: list[Floats] = list(saved["told"]) if saved else []
    while not strategy.stop():
        began = time.perf_counter()
        points = strategy.ask()
        sets = [_at(start, point) for point in points]
        known = strategy.countiter < len(told)
        found = _told(told[strategy.countiter], sets, trial.kinds) if known else trial(sets)
        strategy.tell(points, [min(one.weighted, WORST) for one, _ in found])
        loss, best = _least([(loss, best), *found])
        if known:
            continue
        log.info(
            "generation %d: %.6f, best so far %s, step %.3f, %.1f s; %s",
            strategy.countiter, _least(found)[0].weighted, metric_line("search:loss", loss.weighted), strategy.sigma,
            time.perf_counter() - began, {name: getattr(best, name) for name in STEPS},
        )  # fmt: skip
        told.append(_to_tell(found, trial.kinds))
        keep.save(step, {"told": np.stack(told)})
    log.info("stopped by %s", dict(strategy.stop()))
    # The middle of the last generation is often better than all that were drawn around it.
    loss, best = _least([(loss, best), *trial([_at(start, strategy.result.xfavorite)])])
    return Fit(best, loss, of_start, strategy.countiter, strategy.countevals + 2, trial.fold.device.type)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of Kaggle's results files")
    parser.add_argument("--league", type=League, choices=list(League), required=True)
    parser.add_argument(
        "--out", type=Path, default=PARAMETERS_FILE, help="file of parameters to start from and to rewrite"
    )
    parser.add_argument("--generations", type=int, default=GENERATIONS, help="at most (default: %(default)s)")
    parser.add_argument(
        "--population",
        type=int,
        help="sets of parameters a generation (default: {cpu} on a CPU, {cuda} on a GPU)".format(**POPULATION),
    )
    parser.add_argument("--seed", type=int, default=1, help="of the search's chance (default: %(default)s)")
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda"), default="auto", help="default: a GPU if there is one"
    )
    given = parser.parse_args(arguments)
    if given.generations < 0 or (given.population is not None and given.population < 2):
        parser.error("--generations cannot be negative, and --population has to be 2 at least")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")

    device = device_for(given.device)
    search = Search(given.generations, given.population or POPULATION[device], given.seed, device)
    first, first_scored = SPAN[given.league]
    known = json.loads(given.out.read_text(encoding="utf-8"))
    start = Parameters(**known[given.league.value]["parameters"])
    games = Results.of(read_league(given.data, given.league).games)
    games = games.rows(games.season >= first)
    found = fit(games, start, first_scored, search)
    known[given.league.value] = {
        "parameters": asdict(found.parameters),
        "trained_through": LAST_SEASON,
        "provenance": {
            "command": f"python -m ml_jobs.fit_statespace --data DIR --league {given.league} "
            f"--generations {search.generations} --population {search.population} --seed {search.seed}",
            "method": f"CMA-ES, {found.generations} generations, {found.folds} folds on {found.device}, "
            f"from digest {start.digest()}",
            "folded": [first, LAST_SEASON],
            "scored": [first_scored, LAST_SEASON],
            "weighted_log_loss_of_start": round(found.start.weighted, 6),
            "weighted_log_loss": round(found.loss.weighted, 6),
            "log_loss": {kind: round(value, 6) for kind, value in found.loss.by_kind.items()},
        },
    }
    given.out.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")


def _strategy(start: Parameters, search: Search) -> cma.CMAEvolutionStrategy:
    """The search around `start`; all of its chance comes from the seed, and nothing of it is written to files."""
    low = np.array([0.0 if name in SHARES else -np.inf if name == "newcomer" else LEAST for name in STEPS])
    high = np.array([1.0 if name in SHARES else np.inf for name in STEPS])
    origin = np.clip([getattr(start, name) for name in STEPS], low, high)
    rng = np.random.default_rng(search.seed)
    options = {
        "bounds": [low, high],
        "CMA_stds": list(STEPS.values()),
        "popsize": search.population,
        "maxiter": search.generations,
        "tolfun": 1e-6,
        "randn": lambda *shape: rng.standard_normal(shape),
        "seed": np.nan,  # leaves NumPy's global generator alone
        "verbose": -10,
    }
    return cma.CMAEvolutionStrategy(origin, 0.5, options)


def _at(start: Parameters, point: Floats) -> Parameters:
    """The parameters at a point of the search, rounded as they are written."""
    values = dict(zip(STEPS, np.asarray(point).tolist(), strict=True))
    return replace(start, **{name: round(value, 4) for name, value in values.items()})


def _to_tell(found: list[tuple[Loss, Parameters]], kinds: list[str]) -> Floats:
    """What is kept of a generation, (sets, 2 + kinds): weighted loss, scale, log loss by kind."""
    return np.array(
        [[one.weighted, p.scale, *(one.by_kind.get(kind, np.nan) for kind in kinds)] for one, p in found], np.float64
    )


def _told(kept: Floats, sets: list[Parameters], kinds: list[str]) -> list[tuple[Loss, Parameters]]:
    """The losses of a generation, as they were kept."""
    return [
        (
            Loss(weighted, {} if np.isinf(weighted) else dict(zip(kinds, by_kind, strict=True))),
            replace(one, scale=scale),
        )
        for one, (weighted, scale, *by_kind) in zip(sets, kept.tolist(), strict=True)
    ]


def _least(found: list[tuple[Loss, Parameters]]) -> tuple[Loss, Parameters]:
    """The one with the smallest weighted loss; of equals the first."""
    return min(found, key=lambda one: one[0].weighted)


def _losses(probit: Floats) -> Floats:
    """Negative log likelihood of what happened, given the probit of what happened."""
    return -np.log(ndtr(np.clip(probit, -LIMIT, LIMIT)))


if __name__ == "__main__":
    main()
