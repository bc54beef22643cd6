"""The networks of a scorer: an ensemble of one hidden layer each, trained together on top of a linear part.

They start at nothing, so that training begins with the best linear forecast and can only add to it. All members see the
same batches and differ in their first weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch.optim.adamw import adamw

from hoops.forecast.feature_list import CONTEXT
from hoops.forecast.scorer import Scorer
from hoops.games.moment import Moment
from ml_jobs.rows import BLOCK, MARGIN_UNIT, Frame, Rows
from ml_jobs.settings import Settings

Weights = Sequence[torch.Tensor]  # hidden (members, f + c, h), bias (members, 1, h), out (members, h, 2)
_HEADS = 2  # log-odds and margin
_OF_ADAM = ("step", "exp_avg", "exp_avg_sq")


class Network:
    """The linear part, fixed, and an ensemble of one-layer networks trained together.

    With t and c what the teams' differences and the context bring to a hidden unit, its two sides are tanh(c + t) and
    tanh(c - t), and g(x, s) - g(-x, s) is their difference, weighed. The units of all members stand side by side, so
    that one product of matrices serves them all. They are trained in single precision.
    """

    def __init__(self, frame: Frame, linear: torch.Tensor, settings: Settings, device: str) -> None:
        self.settings, self.frame, self.linear = settings, frame, linear.to(device)
        f, c, e, h = len(frame.names), len(CONTEXT), settings.members, settings.width
        draw = torch.Generator().manual_seed(settings.seed)
        first = torch.randn((e, f + c, h), generator=draw, dtype=torch.float64) / (f + c) ** 0.5
        bias = torch.randn((e, 1, h), generator=draw, dtype=torch.float64)
        self.weights = [weight.float().to(device) for weight in (first, bias, first.new_zeros((e, h, _HEADS)))]
        self.moments = {name: [torch.zeros_like(weight) for weight in self.weights] for name in _OF_ADAM[1:]}
        self.steps = [torch.tensor(0.0) for _ in self.weights]  # on the CPU, where AdamW looks at them

    def fixed(self, rows: Rows) -> torch.Tensor:
        """What no training changes: log-odds and margin (in its unit) by state space and linear part, (m, 2)."""
        fixed = torch.cat([block.weighed(self.linear) for block in rows.blocks()])
        fixed[:, 0] += rows.offset
        return fixed

    def __call__(self, x: torch.Tensor, context: torch.Tensor, fixed: torch.Tensor, weights: Weights) -> torch.Tensor:
        """Log-odds and margin (in its unit) by member, (m, members, 2), of games with x (m, f) and context (m, c)."""
        wide = _Wide.of(weights)
        one, other = wide.sides(x, context)
        return wide.heads(one - other, fixed)

    def log_odds(self, rows: Rows, fixed: torch.Tensor, weights: Weights) -> torch.Tensor:
        """Mean of the ensemble, (m,)."""
        parts = zip(rows.blocks(), fixed.split(BLOCK), strict=True)
        return torch.cat([self(one.x(), one.context, given, weights)[:, :, 0].mean(dim=1) for one, given in parts])

    def train(self, rows: Rows, fixed: torch.Tensor, epoch: int) -> None:
        """Go once through the games, in an order that depends on the seed and the epoch only."""
        order = torch.randperm(len(rows), generator=torch.Generator().manual_seed(1000 * self.settings.seed + epoch))
        for batch in order.to(rows.won.device).split(self.settings.batch):
            self._step(self.gradients(rows.of(batch), fixed[batch]))

    def gradients(self, rows: Rows, fixed: torch.Tensor) -> list[torch.Tensor]:
        """Slopes of the batch's loss, summed over the members, by each of the weights.

        By hand, as that takes two thirds of automatic differentiation's time.
        """
        wide, x, context = _Wide.of(self.weights), rows.x(), rows.context
        one, other = wide.sides(x, context)
        odd = one - other
        slope = wide.heads(odd, fixed)
        # +1 or -1: a game turned about has the same slope to the last bit, but for its sign.
        lost = (1.0 - 2.0 * rows.won)[:, None]
        slope[:, :, 0].mul_(lost).sigmoid_().mul_(lost)
        slope[:, :, 1].sub_(rows.margin[:, None]).mul_(2.0 * self.settings.margin_weight)
        slope *= (rows.weight / len(rows))[:, None, None]
        by_head = slope.flatten(1)
        of_odd = by_head @ (2.0 * wide.out.T)
        for side in (one, other):
            side.addcmul_(side, side, value=-1.0)  # its slope
        of_context = (one - other).mul_(of_odd)
        of_teams = one.add_(other).mul_(of_odd)
        return wide.parted(x.T @ of_teams, context.T @ of_context, of_context.sum(dim=0), 2.0 * (odd.T @ by_head))

    def _step(self, gradients: list[torch.Tensor]) -> None:
        """Adam with decoupled weight decay, by the function inside `torch.optim.AdamW`: the class would import torch's
        compiler, which takes seconds and 80 MB and is used for nothing here."""
        adamw(
            self.weights, gradients, self.moments["exp_avg"], self.moments["exp_avg_sq"], [], self.steps,
            foreach=False, amsgrad=False, beta1=0.9, beta2=0.999, lr=self.settings.learning_rate,
            weight_decay=self.settings.weight_decay, eps=1e-8, maximize=False,
        )  # fmt: skip

    def copy(self) -> Weights:
        return [weight.clone() for weight in self.weights]

    @property
    def names(self) -> list[str]:
        """Names of the arrays of `state`."""
        return [f"{name}{place}" for place in range(len(self.weights)) for name in ("weight", *_OF_ADAM)]

    def state(self) -> dict[str, npt.NDArray]:
        """All that the next epoch depends on, once one has been trained."""
        arrays: dict[str, npt.NDArray] = {}
        for name, parts in self._parts().items():
            arrays |= {f"{name}{place}": one.cpu().numpy().copy() for place, one in enumerate(parts)}
        return arrays

    def resume(self, arrays: Mapping[str, npt.NDArray]) -> None:
        """Go on from a `state`."""
        for name, parts in self._parts().items():
            for place, mine in enumerate(parts):
                mine.copy_(torch.tensor(arrays[f"{name}{place}"]))

    def _parts(self) -> dict[str, list[torch.Tensor]]:
        return {"weight": self.weights, "step": self.steps, **self.moments}

    def export(self, weights: Weights, temperature: float, through: Moment) -> Scorer:
        hidden, bias, out = (weight.double().cpu().numpy() for weight in weights)
        linear, lacking = np.split(self.linear.cpu().numpy(), 2)
        return Scorer(
            features=self.frame.names,
            scale=self.frame.scale,
            context_mean=self.frame.context_mean,
            context_scale=self.frame.context_scale,
            linear=linear.copy(),
            lacking=lacking.copy(),
            hidden=hidden,
            bias=bias[:, 0],
            out=out,
            temperature=temperature,
            margin_unit=MARGIN_UNIT,
            trained_through=through,
        )


@dataclass(frozen=True, eq=False)
class _Wide:
    """Twice the weights of all members, side by side: of_teams (f, members h), of_context (c, members h), bias
    (members h,), out (members h, members 2), which is 0 where a unit and a head are of different members.

    As tanh(z) = 2 s(2 z) - 1, with s the logistic function, which torch has a faster kernel for.
    """

    members: int
    of_teams: torch.Tensor
    of_context: torch.Tensor
    bias: torch.Tensor
    out: torch.Tensor

    @classmethod
    def of(cls, weights: Weights) -> _Wide:
        hidden, bias, out = (2.0 * one for one in weights)
        of_teams, of_context = hidden.movedim(0, 1).flatten(1).tensor_split((-len(CONTEXT),))
        return cls(len(hidden), of_teams, of_context, bias.flatten(), torch.block_diag(*out))

    def sides(self, x: torch.Tensor, context: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Both sides of all hidden units, as s(2 z), each (m, members h)."""
        teams, same = x @ self.of_teams, torch.addmm(self.bias, context, self.of_context)
        return (same + teams).sigmoid_(), same.sub_(teams).sigmoid_()

    def heads(self, odd: torch.Tensor, fixed: torch.Tensor) -> torch.Tensor:
        """Log-odds and margin of each member, (m, members, 2)."""
        return (odd @ self.out).view(len(odd), self.members, _HEADS).add_(fixed[:, None])

    def parted(
        self, of_teams: torch.Tensor, of_context: torch.Tensor, bias: torch.Tensor, out: torch.Tensor
    ) -> list[torch.Tensor]:
        """What lies side by side, by member: in the shapes of the weights."""
        e = self.members
        hidden = torch.cat([of_teams, of_context]).view(-1, e, len(bias) // e).movedim(1, 0)
        own = out.view(e, len(bias) // e, e, _HEADS).diagonal(dim1=0, dim2=2).movedim(-1, 0)
        return [hidden, bias.view(e, 1, -1), own]
