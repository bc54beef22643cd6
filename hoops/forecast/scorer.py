"""Win probabilities from features: an exported network in plain NumPy, antisymmetric by construction.

With x the differences of the two teams' features (divided by their scale), s what a game's context is either way, and
o the log-odds of the state-space model,

    log-odds = (o + (w + l v) x + mean over the ensemble of g(x, s) - g(-x, s)) / temperature

where g is one hidden layer of tanh, and l how much is lacking of what box scores would tell of the two teams: 0 where
every game has one. What a margin's filters are worth beside each other depends on that, so v is added to the weights
in its proportion. Swapping the teams turns x and o and leaves s alone, so the log-odds change their
sign and P(A beats B) = 1 - P(B beats A). A second output, made the same way, corrects the expected margin. Training is
`ml_jobs.fit_scorer`'s business; this module needs no torch.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from hoops.arrays import pack, unpack
from hoops.forecast.feature_list import CONTEXT, FEATURES, NAMES, RETIRED, columns_of
from hoops.forecast.features import Described
from hoops.games.leagues import LAST_DAY
from hoops.games.moment import Moment, end_of
from hoops.knowledge.state import Floats

LIMIT = 20.0  # no forecast is surer than these log-odds, one in 500 million
_BLOCK = 64  # games
_VERSION = 3
ARRAYS = ("scale", "context_mean", "context_scale", "linear", "lacking", "hidden", "bias", "out")
_CONTEXT = tuple(feature.name for feature in CONTEXT)
_BOXED = _CONTEXT.index("boxed")


@dataclass(frozen=True, eq=False)
class Scorer:
    """An exported scorer; the arrays are read-only.

    Attributes
    ----------
    features : tuple of str (f,)
        What it sees, by name.
    scale : float64 (f,)
        Root mean square of each in training. Differences have no mean to take off.
    context_mean, context_scale : float64 (c,)
    linear : float64 (f, 2)
        Weights for the log-odds and for the margin (in `margin_unit`).
    lacking : float64 (f, 2)
        What is added to them in proportion to what is lacking of box scores.
    hidden, bias, out : float64 (members, f + c, h), (members, h), (members, h, 2)
        The ensemble's networks.
    temperature, margin_unit : float
    trained_through : (season, day)
        Last day whose games it has seen in training or in choosing when to stop.
    """

    features: tuple[str, ...]
    scale: Floats
    context_mean: Floats
    context_scale: Floats
    linear: Floats
    lacking: Floats
    hidden: Floats
    bias: Floats
    out: Floats
    temperature: float
    margin_unit: float
    trained_through: Moment

    def __post_init__(self) -> None:
        f, c = len(self.features), len(_CONTEXT)
        members, width, h = self.hidden.shape
        fits = (
            self.scale.shape == (f,)
            and self.context_mean.shape == self.context_scale.shape == (c,)
            and self.linear.shape == self.lacking.shape == (f, 2)
            and width == f + c
            and self.bias.shape == (members, h)
            and self.out.shape == (members, h, 2)
        )
        unknown = sorted(set(self.features) - {*NAMES, *RETIRED})
        if unknown:
            raise ValueError(f"the scorer wants features that this code does not have: {', '.join(unknown)}")
        if not fits or any(getattr(self, name).dtype != np.float64 for name in ARRAYS):
            raise ValueError("the scorer's arrays do not fit each other, or are not float64")
        for name in ARRAYS:
            getattr(self, name).flags.writeable = False


@dataclass(frozen=True, eq=False)
class Scored:
    """Of team 1, each float64 (m,): win probability, its log-odds, expected margin (points)."""

    probability: Floats
    log_odds: Floats
    margin: Floats


def lack(games: Described) -> Floats:
    """How much is lacking of what box scores would tell of the teams, (m,): 0 where every game has one."""
    return 1.0 - games.context[:, _BOXED]


def score(scorer: Scorer, games: Described) -> Scored:
    """Forecast games from their features; a game's forecast depends on nothing but that game, to the last bit."""
    raw = np.empty((len(games), 2))
    # Products of matrices round by their shape: blocks of one size make a row's result the same in any company.
    for start in range(0, len(games), _BLOCK):
        block = games.rows(slice(start, start + _BLOCK))
        x = block.columns(scorer.features) / scorer.scale
        context = (block.context - scorer.context_mean) / scorer.context_scale
        lacking = lack(block)[:, None] * x
        raw[start : start + _BLOCK] = _raw(scorer, *map(_filled, (x, lacking, context)))[: len(block)]
    log_odds = _limited(scorer, games.offset + raw[:, 0])
    return Scored(
        # The math module sees one number at a time: NumPy's vector kernels may round by position in the array.
        probability=np.array([1.0 / (1.0 + math.exp(-one)) for one in log_odds.tolist()]),
        log_odds=log_odds,
        margin=games.margin + scorer.margin_unit * raw[:, 1],
    )


class Wide:
    """A scorer made ready for tens of thousands of games: its ensemble as one wide layer, in single precision.

    The log-odds are `score`'s to about 1e-7, and their last digits depend on which games are scored together.
    seen : int64 (f,), places of the scorer's features in `NAMES`.
    """

    def __init__(self, scorer: Scorer) -> None:
        scorer = without(scorer, RETIRED)
        f, (members, _, h) = len(scorer.features), scorer.hidden.shape
        self.seen = np.array([NAMES.index(name) for name in scorer.features], np.intp)
        self._scorer = scorer
        hidden = np.moveaxis(scorer.hidden, 0, 1).reshape(-1, members * h)
        of_teams, of_context = hidden[:f] / scorer.scale[:, None], hidden[f:] / scorer.context_scale[:, None]
        # g(x, s) and -g(-x, s) side by side, as tanh is odd; the last row is the bias.
        same = np.vstack([of_context, scorer.bias.ravel() - scorer.context_mean @ of_context])
        self._hidden = np.vstack([np.hstack([of_teams, of_teams]), np.hstack([same, -same])]).astype(np.float32)
        self._out = np.tile(scorer.out[:, :, 0].ravel() / members, 2).astype(np.float32)
        self._linear = np.column_stack([scorer.linear[:, 0], scorer.lacking[:, 0]]) / scorer.scale[:, None]

    def log_odds(self, offset: Floats, values: Floats, context: Floats) -> Floats:
        """Log-odds of team 1, (m,), from what `Described` says of games: offset (m,), values (m, f) of the features
        `seen` alone, context (m, c)."""
        odd = np.column_stack([values, context, np.ones(len(values))]).astype(np.float32) @ self._hidden
        linear, lacking = (values @ self._linear).T
        raw = np.tanh(odd, out=odd) @ self._out + linear + (1.0 - context[:, _BOXED]) * lacking
        return _limited(self._scorer, offset + raw)


def without(scorer: Scorer, features: tuple[str, ...]) -> Scorer:
    """A scorer that does not see some features."""
    kept = np.array([name not in features for name in scorer.features])
    width = scorer.hidden.shape[1]
    return replace(
        scorer,
        features=tuple(name for name in scorer.features if name not in features),
        scale=scorer.scale[kept],
        linear=scorer.linear[kept],
        lacking=scorer.lacking[kept],
        hidden=scorer.hidden[:, np.append(kept, np.ones(width - len(kept), bool))],
    )


def groups(scorer: Scorer) -> tuple[str, ...]:
    """Groups of the features that it sees, and `strength`, to which the state-space model's own log-odds belong."""
    return tuple(dict.fromkeys(["strength", *(one.group for one in FEATURES if one.name in scorer.features)]))


def drivers(scorer: Scorer, games: Described, of: Iterable[str] | None = None) -> dict[str, Floats]:
    """What each group of features adds to the log-odds, (m,): how far they move when its values are taken away.

    of: groups that are asked for; all that the scorer sees if left out.
    """
    whole = score(scorer, games).log_odds
    moved = {}
    for group in groups(scorer) if of is None else of:
        values = games.values.copy()
        values[:, columns_of((group,))] = 0.0
        offset = np.zeros_like(games.offset) if group == "strength" else games.offset
        moved[group] = whole - score(scorer, replace(games, offset=offset, values=values)).log_odds
    return moved


def to_bytes(scorer: Scorer) -> bytes:
    """The scorer, packed: equal scorers give equal bytes."""
    return pack(
        _VERSION,
        {
            "trained_through": _packed(scorer.trained_through),
            "numbers": np.array([scorer.temperature, scorer.margin_unit]),
            "features": np.array(scorer.features, np.str_),
            "context": np.array(_CONTEXT, np.str_),
            **{name: getattr(scorer, name) for name in ARRAYS},
        },
    )


def from_bytes(content: bytes) -> Scorer:
    """The scorer that `to_bytes` wrote, bit for bit.

    Raises
    ------
    ValueError
        If the bytes are not a scorer, or one that this code has no features for.
    """
    arrays = unpack(content, "a scorer", _VERSION, ("trained_through", "numbers", "features", "context", *ARRAYS))
    context = tuple(arrays.pop("context").tolist())
    if context != _CONTEXT:
        raise ValueError(f"a scorer that sees {', '.join(context)} of a game; this code has {', '.join(_CONTEXT)}")
    temperature, margin_unit = arrays.pop("numbers").tolist()
    return Scorer(
        features=tuple(arrays.pop("features").tolist()),
        temperature=temperature,
        margin_unit=margin_unit,
        trained_through=_unpacked(arrays.pop("trained_through")),
        **arrays,
    )


def _packed(through: Moment) -> npt.NDArray[np.int64]:
    """A season alone stands for its end, as in every scorer from before one could be trained within a season."""
    season, day = through
    return np.array(season if day == LAST_DAY else through, np.int64)


def _unpacked(through: npt.NDArray[np.int64]) -> Moment:
    if through.shape == ():
        return end_of(int(through))
    season, day = through.tolist()
    return season, day


def _limited(scorer: Scorer, log_odds: Floats) -> Floats:
    limited: Floats = np.clip(log_odds / scorer.temperature, -LIMIT, LIMIT)
    return limited


def _raw(scorer: Scorer, x: Floats, lacking: Floats, context: Floats) -> Floats:
    f = x.shape[1]
    from_teams = x @ scorer.hidden[:, :f]  # (members, m, h)
    from_context = context @ scorer.hidden[:, f:] + scorer.bias[:, None]
    odd = np.tanh(from_teams + from_context) - np.tanh(from_context - from_teams)
    raw: Floats = x @ scorer.linear + lacking @ scorer.lacking + (odd @ scorer.out).mean(axis=0)
    return raw


def _filled(rows: Floats) -> Floats:
    """The rows, and rows of zeros up to a whole block."""
    return np.concatenate([rows, np.zeros((_BLOCK - len(rows), rows.shape[1]))])
