"""Whether a model may forecast at all: every number of it finite, and no team favoured for being named first."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from hoops.arrays import Floats
from hoops.errors import MadnessError
from hoops.forecast import scorer as scorers
from hoops.forecast.feature_list import CONTEXT, NAMES, RETIRED
from hoops.forecast.features import Described
from hoops.forecast.model import Model
from hoops.forecast.scorer import Scored, Scorer, without

_GAMES = 256
_EQUAL = 1e-9


class Unsound(MadnessError):
    """A model that must not forecast; the text says what is wrong with it."""


def require_sound(model: Model) -> Model:
    """The model, whose numbers are finite and whose forecasts of swapped teams mirror each other to 1e-9.

    Raises
    ------
    Unsound
    """
    scorer = model.scorer
    numbers: dict[str, Floats | float] = {
        **{f"constant {name}": value for name, value in asdict(model.parameters).items()},
        **{name: getattr(scorer, name) for name in scorers.ARRAYS},
        "temperature": scorer.temperature,
        "margin_unit": scorer.margin_unit,
    }
    broken = sorted(name for name, values in numbers.items() if not np.isfinite(values).all())
    divisors = ("scale", "context_scale", "temperature")
    broken += sorted(
        f"{name} (divides by it)" for name in divisors if name not in broken and not np.greater(numbers[name], 0).all()
    )
    if broken:
        raise Unsound(f"model {model.id}: no finite or no positive number in {', '.join(broken)}; train it again")
    with np.errstate(all="ignore"):  # it is looked for what overflows
        one, other = (scorers.score(scorer, games) for games in _both_ways(scorer))
    _require_mirrored(model.id, one, other)
    return model


def _require_mirrored(name: str, one: Scored, other: Scored) -> None:
    """Raise `Unsound` unless each game's chances sum to one and its margins to nothing, seen from either side."""
    with np.errstate(invalid="ignore"):
        off = np.maximum(np.abs(one.probability + other.probability - 1.0), np.abs(one.margin + other.margin))
    if not np.isfinite(off).all():
        raise Unsound(f"model {name} gives forecasts that are no finite numbers: its weights are too big; train again")
    if off.max() > _EQUAL:
        raise Unsound(
            f"model {name} is not antisymmetric: seen from the other side a forecast differs by {off.max():.1e}, "
            f"allowed is {_EQUAL:.0e}"
        )


def _both_ways(scorer: Scorer) -> tuple[Described, Described]:
    """Made-up games as either team sees them."""
    rng, scorer = np.random.default_rng(0), without(scorer, RETIRED)
    offset, values = rng.normal(0, 2, _GAMES), np.zeros((_GAMES, len(NAMES)))
    values[:, [NAMES.index(name) for name in scorer.features]] = rng.normal(
        0, 2 * scorer.scale, (_GAMES, len(scorer.scale))
    )
    margin, context = rng.normal(0, 12, _GAMES), rng.random((_GAMES, len(CONTEXT)))
    sd = np.full(_GAMES, 11.0)
    return Described(offset, values, context, margin, sd), Described(-offset, -values, context, -margin, sd)
