"""Which model forecasts a league, and what names its forecasts and its state."""

from __future__ import annotations

from dataclasses import dataclass

from hoops import parameters as shipped
from hoops.leagues import League
from hoops.statespace import Parameters

# Raise it whenever the same games and parameters would fold to a different state or different outputs.
FOLD_VERSION = 1


@dataclass(frozen=True)
class Model:
    """A forecaster of one league.

    trained_through: last season whose games helped to choose the parameters; forecasts of later seasons are
    out of sample.
    """

    league: League
    parameters: Parameters
    trained_through: int

    @property
    def id(self) -> str:
        """Names the fold and its parameters; a state made by another id is another state, kept beside this one."""
        return f"statespace-{FOLD_VERSION}-{self.parameters.digest()}"


def champion(league: League) -> Model:
    """The model that ships with this version."""
    return Model(league, shipped.defaults(league), shipped.trained_through(league))
