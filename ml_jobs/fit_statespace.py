"""Choose the state-space model's constants on seasons before 2011, and write them to `hoops/parameters.json`.

    OPENBLAS_NUM_THREADS=1 OPENBLAS_CORETYPE=Haswell python -m ml_jobs.fit_statespace --data DIR --league M

The first seasons only warm the model up. What is made small is the mean log loss of walk-forward forecasts of the
later ones, every NCAA tournament game counted five times: those games are few, and the ones that people ask about. The
search is Nelder and Mead's (1965), from the constants in the file, and has no chance in it; `scale` does not change the
fold, so the best one is found anew for every trial of the others.
"""

from __future__ import annotations

import argparse
import json
import logging
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize, minimize_scalar
from scipy.special import ndtr, ndtri

from hoops import parameters as shipped
from hoops.backtest import walk
from hoops.contract import parse, read
from hoops.errors import MadnessError
from hoops.leagues import Kind, League
from hoops.merge import Statement, merge
from hoops.parameters import Parameters
from hoops.played import Played

log = logging.getLogger("fit_statespace")

PARAMETERS_FILE = Path(shipped.__file__).with_name("parameters.json")
LAST_SEASON = 2010  # nothing is tuned on a later one
# First season folded, and first season scored. Women's neutral sites are almost unmarked before 2003.
SPAN = {League.MEN: (1993, 1998), League.WOMEN: (1998, 2003)}
NCAA_WEIGHT = 5.0
# What is searched, and the first step in it; the bounds of shares are 0 and 1, all else but `newcomer` is positive.
STEPS = {
    "home_season_sd": 0.05,
    "own_home_sd": 0.3,
    "own_home_carry": -0.03,
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
SHARES = ("own_home_carry", "carry", "long_run_rate", "overtime_share")


@dataclass(frozen=True)
class Loss:
    """What a trial scored: the weighted mean that is made small, and the plain log loss by kind of game."""

    weighted: float
    by_kind: dict[str, float]


class Trial:
    """The loss of parameters on one league's games, up to the last season allowed."""

    def __init__(self, games: Played, first_scored: int) -> None:
        self.games = games.through(LAST_SEASON)
        self.scored = self.games.season >= first_scored
        self.won = self.games.won[self.scored]
        self.kind = self.games.kind[self.scored]
        self.weight = np.where(self.kind == Kind.NCAA.value, NCAA_WEIGHT, 1.0)

    def __call__(self, parameters: Parameters) -> tuple[Loss, Parameters]:
        """The loss with the best scale, and the parameters with that scale."""
        raw = walk(self.games, replace(parameters, scale=1.0)).probability[self.scored]
        probit = np.where(self.won, 1.0, -1.0) * ndtri(raw)
        best = minimize_scalar(
            lambda scale: np.average(_losses(scale * probit), weights=self.weight), bounds=(0.5, 2.0), method="bounded"
        )
        losses = _losses(best.x * probit)
        by_kind = {kind: float(losses[self.kind == kind].mean()) for kind in np.unique(self.kind).tolist()}
        return Loss(float(best.fun), by_kind), replace(parameters, scale=round(float(best.x), 4))


def fit(games: Played, start: Parameters, first_scored: int, evaluations: int) -> tuple[Parameters, Loss, int]:
    """The best parameters found from `start` in at most about so many folds, their loss and the folds used."""
    trial = Trial(games, first_scored)
    origin = np.array([getattr(start, name) for name in STEPS])
    unit = np.array(list(STEPS.values()))

    def at(point: npt.NDArray[np.float64]) -> Parameters:
        values = dict(zip(STEPS, (origin + unit * point).tolist(), strict=True))
        return replace(start, **{name: round(value, 4) for name, value in values.items()})

    def loss(point: npt.NDArray[np.float64]) -> float:
        parameters = at(point)
        if not _allowed(parameters):
            return 10.0
        found, _ = trial(parameters)
        log.info("%.6f %s", found.weighted, {name: getattr(parameters, name) for name in STEPS})
        return found.weighted

    simplex = np.vstack([np.zeros(len(unit)), np.eye(len(unit))])
    result = minimize(
        loss,
        simplex[0],
        method="Nelder-Mead",
        options={
            "initial_simplex": simplex, "maxfev": evaluations, "xatol": 0.02, "fatol": 1e-6, "adaptive": True,
        },
    )  # fmt: skip
    best, parameters = trial(at(result.x))
    return parameters, best, int(result.nfev)


def results_in(folder: Path, league: League) -> Played:
    """All games of a league in the results files of a folder of Kaggle's.

    Raises
    ------
    MadnessError
        The folder has no such file, or a bad one.
    """
    statements = []
    for file in sorted(folder.glob(f"{league.value}*Results*.csv*")):
        accepted = read(parse(file.name), file.read_bytes())
        statements.append(Statement(accepted.name.timestamp or "", file.name, games=accepted.table))
    if not statements:
        raise MadnessError(
            f"{folder} has no {league.label.lower()}'s results, such as {league}RegularSeasonCompactResults.csv"
        )
    return Played.of(merge(statements))


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of Kaggle's results files")
    parser.add_argument("--league", type=League, choices=list(League), required=True)
    parser.add_argument("--evaluations", type=int, default=300, help="folds at most (default: 300)")
    parser.add_argument(
        "--out", type=Path, default=PARAMETERS_FILE, help="file of parameters to start from and to rewrite"
    )
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")

    first, first_scored = SPAN[given.league]
    known = json.loads(given.out.read_text(encoding="utf-8"))
    start = Parameters(**known[given.league.value]["parameters"])
    games = results_in(given.data, given.league).since(first)
    parameters, loss, used = fit(games, start, first_scored, given.evaluations)
    known[given.league.value] = {
        "parameters": asdict(parameters),
        "trained_through": LAST_SEASON,
        "provenance": {
            "command": f"python -m ml_jobs.fit_statespace --data DIR --league {given.league} "
            f"--evaluations {given.evaluations}",
            "method": f"Nelder-Mead, {used} folds, from digest {start.digest()}",
            "folded": [first, LAST_SEASON],
            "scored": [first_scored, LAST_SEASON],
            "weighted_log_loss": round(loss.weighted, 6),
            "log_loss": {kind: round(value, 6) for kind, value in loss.by_kind.items()},
        },
    }
    given.out.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")


def _losses(probit: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Negative log likelihood of what happened, given the probit of what happened."""
    return -np.log(np.maximum(ndtr(probit), 1e-12))


def _allowed(parameters: Parameters) -> bool:
    values = {name: getattr(parameters, name) for name in STEPS}
    shares = (0.0 <= values.pop(name) <= 1.0 for name in SHARES)
    del values["newcomer"]
    return all(shares) and all(value > 0.0 for value in values.values())


if __name__ == "__main__":
    main()
