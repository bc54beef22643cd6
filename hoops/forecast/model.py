"""Which model forecasts a league, and what names its forecasts and its state."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources

from hoops.forecast import scorer as scorers
from hoops.forecast.feature_list import FROM_REFERENCE
from hoops.forecast.scorer import Scorer
from hoops.games.leagues import League
from hoops.knowledge import parameters
from hoops.knowledge.parameters import Parameters

# Raise it whenever the same games, parameters and scorer would fold to a different state or different outputs.
FOLD_VERSION = 3


@dataclass(frozen=True)
class Model:
    """A forecaster of one league: constants of the state-space model, and a scorer on top of it.

    trained_through: last season whose games helped to choose either; forecasts of later seasons are out of sample.

    Raises
    ------
    ValueError
        If the scorer sees what is made of reference data.
    """

    league: League
    parameters: Parameters
    scorer: Scorer
    trained_through: int

    def __post_init__(self) -> None:
        unknown = sorted(set(self.scorer.features) & set(FROM_REFERENCE))
        if unknown:
            raise ValueError(f"a model for the fold cannot see {', '.join(unknown)}: the fold reads no reference data")

    @cached_property
    def id(self) -> str:
        """Names the fold, its parameters and its scorer; a state made by another id is another, kept beside this one.

        >>> shipped(League.MEN).id.startswith(f"full-{FOLD_VERSION}-")
        True
        """
        content = self.parameters.digest().encode() + scorers.to_bytes(self.scorer)
        return f"full-{FOLD_VERSION}-{hashlib.sha256(content).hexdigest()[:12]}"


@cache
def shipped(league: League) -> Model:
    """The model that ships with this version: `scorers/` has its weights and the report of their training."""
    weights = resources.files("hoops.forecast").joinpath("scorers", f"{league.value}.npz").read_bytes()
    scorer = scorers.from_bytes(weights)
    trained_through = max(scorer.trained_through, parameters.trained_through(league))
    return Model(league, parameters.defaults(league), scorer, trained_through)
