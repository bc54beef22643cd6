"""Which model forecasts a league, and what names its forecasts and its state."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Any

from hoops.forecast import scorer as scorers
from hoops.forecast.feature_list import FROM_REFERENCE
from hoops.forecast.scorer import Scorer
from hoops.games.leagues import League
from hoops.games.moment import Moment
from hoops.knowledge import parameters
from hoops.knowledge.parameters import Parameters

# Raise it whenever the same games, parameters and scorer would fold to a different state or different outputs.
FOLD_VERSION = 9


@dataclass(frozen=True)
class Model:
    """A forecaster of one league: constants of the state-space model, and a scorer on top of it.

    trained_through: last day whose games helped to choose either; forecasts of later days are out of sample.

    Raises
    ------
    ValueError
        If the scorer sees what is made of reference data.
    """

    league: League
    parameters: Parameters
    scorer: Scorer
    trained_through: Moment

    def __post_init__(self) -> None:
        unknown = sorted(set(self.scorer.features) & set(FROM_REFERENCE))
        if unknown:
            raise ValueError(f"a model for the fold cannot see {', '.join(unknown)}: the fold reads no reference data")

    @cached_property
    def id(self) -> str:
        """Names all that was chosen in training: what its forecasts are signed with.

        >>> shipped(League.MEN).id.startswith("full-")
        True
        """
        about = f"{self.league} {self.parameters.digest()} {self.trained_through} "
        return f"full-{hashlib.sha256(about.encode() + scorers.to_bytes(self.scorer)).hexdigest()[:12]}"

    @property
    def engine(self) -> str:
        """Names what a state depends on: the fold and the constants. Scorers take turns on one engine's state.

        >>> shipped(League.MEN).engine.startswith(f"fold-{FOLD_VERSION}-")
        True
        """
        return engine_of(self.parameters.digest())


def engine_of(constants: str) -> str:
    """The engine that this code makes of constants with this digest."""
    return f"fold-{FOLD_VERSION}-{constants}"


@cache
def shipped(league: League) -> Model:
    """The model that ships with this version: `scorers/` has its weights and the report of their training."""
    weights = resources.files("hoops.forecast").joinpath("scorers", f"{league.value}.npz").read_bytes()
    scorer = scorers.from_bytes(weights)
    trained_through = max(scorer.trained_through, parameters.trained_through(league))
    return Model(league, parameters.defaults(league), scorer, trained_through)


def shipped_report(league: League) -> dict[str, Any]:
    """What the training of the shipped model reported."""
    text = resources.files("hoops.forecast").joinpath("scorers", f"{league.value}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
