"""By what those who are out move the models that ship: weights beside all others, which stay as they are.

    results and players' games of a league -> games as they looked, and the log-odds of the scorer that ships
                                           -> logistic regression beside these log-odds -> the scorer with its weights

    python -m ml_jobs.fit_absences --data DIR

DIR holds results and players' totals, rosters and games. The scorers were trained without players' files: trained with
them they forecast leagues that have none less well. So games of teams that miss nobody are forecast as before.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hoops import forecast
from hoops.arrays import Bools, Floats
from hoops.errors import MadnessError
from hoops.evaluation.metrics import losses
from hoops.forecast.feature_list import NAMES, columns_of
from hoops.forecast.features import walk
from hoops.forecast.model import Model, shipped
from hoops.forecast.scorer import Scorer, score, to_bytes, without
from hoops.games.leagues import League
from hoops.games.moment import day_after
from hoops.games.results import Results
from ml_jobs.read import LeagueGames, read_league

log = logging.getLogger("fit_absences")

ABSENCES = tuple(NAMES[place] for place in columns_of(("absences",)))
SHIPPED = Path(forecast.__file__).with_name("scorers")
PENALTY = 10.0  # as of weights that are drawn with a standard deviation of 0.3
_STEPS = 30
_LEARNED = 3  # seasons that the first weights are learned from


@dataclass(frozen=True, eq=False)
class Fitted:
    """What was found. log_odds, margin: float64 (2,), by `ABSENCES`, the latter in points. seasons: that tell of it.

    gain: by kind of game, seasons from the fourth on: log loss without these weights, and with those of the seasons
    before alone. All other weights have seen these seasons.
    """

    scorer: Scorer
    log_odds: Floats
    margin: Floats
    seasons: list[int]
    games: int
    gain: dict[str, dict[str, float]]


def fitted(read: LeagueGames, model: Model) -> Fitted:
    """The model's scorer with weights of who is out, from all games that it has been trained on.

    Raises
    ------
    MadnessError
        No game of these has a team of which players' games tell that somebody is out.
    """
    scorer = without(model.scorer, ABSENCES)
    played, described, _ = walk(read.games, model.parameters, squads=read.squads)
    lacks, scored = described.columns(ABSENCES), score(scorer, described)
    told = played.before(day_after(model.trained_through)) & ~played.is_forfeit & (lacks != 0.0).any(axis=1)
    if not told.any():
        raise MadnessError("no players' games tell of anybody who is out")
    seasons = np.unique(played.season[told]).tolist()
    log_odds = beside(scored.log_odds[told], lacks[told], played.won[told])
    margin = np.linalg.lstsq(lacks[told], (played.margin - scored.margin)[told], rcond=None)[0]
    found = extended(scorer, ABSENCES, lacks[told], log_odds * scorer.temperature, margin / scorer.margin_unit)
    gain = _gain(played, scored.log_odds, lacks, told, seasons[_LEARNED:])
    return Fitted(found, log_odds, margin, seasons, int(told.sum()), gain)


def _gain(
    played: Results, log_odds: Floats, lacks: Floats, told: Bools, seasons: list[int]
) -> dict[str, dict[str, float]]:
    better = log_odds.copy()
    for season in seasons:
        before, now = told & (played.season < season), played.season == season
        better[now] += lacks[now] @ beside(log_odds[before], lacks[before], played.won[before])
    scored = np.isin(played.season, seasons) & ~played.is_forfeit
    without_them, with_them = (losses(1.0 / (1.0 + np.exp(-one)), played.won) for one in (log_odds, better))
    return {
        kind: {
            "games": int(rows.sum()),
            "without": round(float(without_them[rows].mean()), 6),
            "with": round(float(with_them[rows].mean()), 6),
            "standard_error": round(float((with_them - without_them)[rows].std() / np.sqrt(rows.sum())), 6),
        }
        for kind in np.unique(played.kind[scored]).tolist()
        if (rows := scored & (played.kind == kind)).any()
    }


def beside(log_odds: Floats, lacks: Floats, won: Bools, penalty: float = PENALTY) -> Floats:
    """Weights (f,) of a logistic regression beside given log-odds (m,), by Newton's method; lacks: (m, f)."""
    weights = np.zeros(lacks.shape[1])
    for _ in range(_STEPS):
        chance = 1.0 / (1.0 + np.exp(-log_odds - lacks @ weights))
        curve = (lacks * (chance * (1.0 - chance))[:, None]).T @ lacks + penalty * np.eye(len(weights))
        weights = weights + np.linalg.solve(curve, lacks.T @ (won - chance) - penalty * weights)
    return weights


def extended(scorer: Scorer, features: tuple[str, ...], values: Floats, log_odds: Floats, margin: Floats) -> Scorer:
    """A scorer that also sees some features, each with a weight and in no network.

    values: (m, f), of the games that tell of them. log_odds, margin: (f,), of a feature that is not scaled.
    """
    scale = np.sqrt((values**2).sum(axis=0) / (values != 0.0).sum(axis=0))
    nothing, f = np.zeros((len(features), 2)), len(scorer.features)
    return replace(
        scorer,
        features=(*scorer.features, *features),
        scale=np.append(scorer.scale, scale),
        linear=np.vstack([scorer.linear, np.column_stack([log_odds, margin]) * scale[:, None]]),
        lacking=np.vstack([scorer.lacking, nothing]),
        hidden=np.insert(scorer.hidden, [f] * len(features), 0.0, axis=1),
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the contract's files")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for league in League:
        found = fitted(read_league(given.data, league), shipped(league))
        (given.out / f"{league.value}.npz").write_bytes(to_bytes(found.scorer))
        file = given.out / f"{league.value}.json"
        report = json.loads(file.read_text(encoding="utf-8"))
        weights = {"log_odds": found.log_odds, "points": found.margin}
        report["absences"] = {
            "seasons": found.seasons, "games": found.games, "features": list(ABSENCES),
            **{name: one.round(6).tolist() for name, one in weights.items()}, "gain": found.gain,
        }  # fmt: skip
        file.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        log.info("%s: %s", league.label, report["absences"])


if __name__ == "__main__":
    main()
