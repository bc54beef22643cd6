"""Games as tensors: scaled, with the two teams of each in an order drawn at random."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch

from hoops.arrays import Bools
from hoops.forecast.scorer import lack
from ml_jobs.games import Games
from ml_jobs.settings import Settings

MARGIN_UNIT = 11.0  # points
BLOCK = 2048  # games that are looked at together where no batch is asked for: their numbers stay in the cache
_BY_GAME = ("place", "sign", "context", "lack", "offset", "won", "margin", "weight")


@dataclass(frozen=True, eq=False)
class Rows:
    """Games as tensors: context (m, c), lack, offset, won, margin, weight (m,).

    values : of all games that were described, not scaled, and shared by all rows: `x` (m, f) is made of it for as few
    games as are looked at together. place, sign : (m,), where a game lies in values, and -1 if its teams change places.
    """

    values: torch.Tensor
    scale: torch.Tensor
    place: torch.Tensor
    sign: torch.Tensor
    context: torch.Tensor
    lack: torch.Tensor
    offset: torch.Tensor
    won: torch.Tensor
    margin: torch.Tensor
    weight: torch.Tensor

    def __len__(self) -> int:
        return len(self.won)

    def of(self, chosen: torch.Tensor | slice) -> Rows:
        """The games of some rows: a slice, or places."""
        columns = {name: getattr(self, name) for name in _BY_GAME}
        if isinstance(chosen, slice):
            return replace(self, **{name: column[chosen] for name, column in columns.items()})
        # Faster than an index in brackets.
        return replace(self, **{name: column.index_select(0, chosen) for name, column in columns.items()})

    def single(self) -> Rows:
        """The same games in single precision, but for the values, which all rows share."""
        return replace(self, **{name: getattr(self, name).float() for name in ("scale", *_BY_GAME) if name != "place"})

    def to(self, device: str) -> Rows:
        return replace(self, **{name: getattr(self, name).to(device) for name in ("values", "scale", *_BY_GAME)})

    def blocks(self) -> Iterator[Rows]:
        """The games in turn, a few at a time: views."""
        for start in range(0, len(self), BLOCK):
            yield self.of(slice(start, start + BLOCK))

    def x(self) -> torch.Tensor:
        """Scaled differences of the teams, (m, f)."""
        values = self.values.index_select(0, self.place).to(self.scale.dtype)
        return values.mul_(self.sign[:, None]).div_(self.scale)

    def sides(self) -> torch.Tensor:
        """What the linear part weighs, (m, 2 f): `x`, and `x` times what is lacking of box scores."""
        x = self.x()
        return torch.hstack([x, self.lack[:, None] * x])

    def weighed(self, linear: torch.Tensor) -> torch.Tensor:
        """`sides` times weights (2 f, k), (m, k)."""
        own, lacking = linear.tensor_split(2)
        x = self.x()
        return x @ own + self.lack[:, None] * (x @ lacking)


@dataclass(frozen=True, eq=False)
class Frame:
    """Which features are used and how they are scaled, from the training rows."""

    names: tuple[str, ...]
    scale: npt.NDArray[np.float64]
    context_mean: npt.NDArray[np.float64]
    context_scale: npt.NDArray[np.float64]

    @classmethod
    def of(cls, games: Games, chosen: Bools) -> Frame:
        """From the games of some rows; those have the features that are used and no others."""
        described = games.described
        context, values = described.context[chosen], described.values
        # Summed up without a copy of the values. Games of which a feature says nothing do not make it small: the ridge
        # then asks as much of what few games tell as of any other.
        counted = chosen.astype(np.float64)
        told = np.maximum(np.einsum("mf,m->f", values != 0.0, counted), 1.0)
        scale = np.sqrt(np.einsum("mf,mf,m->f", values, values, counted) / told)
        spread = context.std(axis=0)
        scale, spread = (np.where(one > 0.0, one, 1.0) for one in (scale, spread))
        return cls(described.names, scale, context.mean(axis=0), spread)

    def rows(self, games: Games, settings: Settings, chosen: Bools) -> Rows:
        """Tensors of the games of some rows, with the teams of each in an order drawn at random."""
        described = games.described
        margin, offset, context = games.margin[chosen], described.offset[chosen], described.context[chosen]
        context -= self.context_mean  # in place: the largest of what is copied here
        context /= self.context_scale
        sign = np.random.default_rng(settings.seed).choice((-1.0, 1.0), len(margin))
        values = (
            described.values,
            self.scale.copy(),  # a scorer makes its own read-only
            np.flatnonzero(chosen),
            sign,
            context,
            lack(described)[chosen],
            sign * offset,
            (sign * margin > 0).astype(np.float64),
            sign * (margin - described.margin[chosen]) / MARGIN_UNIT,
            games.weight[chosen] * np.where(games.ncaa[chosen], settings.ncaa_weight, 1.0),
        )
        return Rows(*(torch.from_numpy(value) for value in values))
