"""The networks of a scorer: an ensemble of one hidden layer each, trained together on top of a linear part.

They start at nothing, so that training begins with the best linear forecast and can only add to it. All members see the
same batches and differ in their first weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.optim.adamw import adamw

from hoops.forecast.feature_list import CONTEXT
from hoops.forecast.scorer import Scorer
from hoops.games.moment import Moment
from ml_jobs.rows import MARGIN_UNIT, Frame, Rows
from ml_jobs.settings import Settings

Weights = Sequence[torch.Tensor]  # hidden (members, f + c, h), bias (members, 1, h), out (members, h, 2)
_HEADS = 2  # log-odds and margin
_OF_ADAM = ("step", "exp_avg", "exp_avg_sq")


class Network:
    """The linear part, fixed, and an ensemble of one-layer networks trained together."""

    def __init__(self, frame: Frame, linear: torch.Tensor, settings: Settings, device: str) -> None:
        self.settings, self.frame, self.linear = settings, frame, linear.to(device)
        f, c, e, h = len(frame.names), len(CONTEXT), settings.members, settings.width
        draw = torch.Generator().manual_seed(settings.seed)
        first = torch.randn((e, f + c, h), generator=draw, dtype=torch.float64) / (f + c) ** 0.5
        self.weights = [
            weight.to(device).requires_grad_()
            for weight in (
                first,
                torch.randn((e, 1, h), generator=draw, dtype=torch.float64),
                first.new_zeros((e, h, _HEADS)),
            )
        ]
        self.moments = {name: [torch.zeros_like(weight) for weight in self.weights] for name in _OF_ADAM[1:]}
        self.steps = [torch.tensor(0.0) for _ in self.weights]  # on the CPU, where AdamW looks at them

    def __call__(self, rows: Rows, weights: Weights) -> tuple[torch.Tensor, torch.Tensor]:
        """Log-odds and margin (in its unit) by member, each (members, m)."""
        hidden, bias, out = weights
        x = rows.x()
        f = x.shape[1]
        teams, context = x @ hidden[:, :f], rows.context @ hidden[:, f:] + bias
        odd = torch.tanh(teams + context) - torch.tanh(context - teams)
        raw = rows.weighed(self.linear) + odd @ out
        return rows.offset + raw[..., 0], raw[..., 1]

    def train(self, rows: Rows, epoch: int) -> None:
        """Go once through the games, in an order that depends on the seed and the epoch only."""
        order = torch.randperm(
            len(rows.won), generator=torch.Generator().manual_seed(1000 * self.settings.seed + epoch)
        )
        for batch in order.to(rows.won.device).split(self.settings.batch):
            part = rows.of(batch)
            log_odds, margin = self(part, self.weights)
            lost = binary_cross_entropy_with_logits(log_odds, part.won.expand_as(log_odds), reduction="none")
            off = (margin - part.margin) ** 2
            loss = (part.weight * (lost + self.settings.margin_weight * off)).mean(dim=1).sum()
            self._step(torch.autograd.grad(loss, self.weights))

    @torch.no_grad()
    def _step(self, gradients: Sequence[torch.Tensor]) -> None:
        """Adam with decoupled weight decay, by the function inside `torch.optim.AdamW`: the class would import torch's
        compiler, which takes seconds and 80 MB and is used for nothing here."""
        adamw(
            self.weights, list(gradients), self.moments["exp_avg"], self.moments["exp_avg_sq"], [], self.steps,
            foreach=False, amsgrad=False, beta1=0.9, beta2=0.999, lr=self.settings.learning_rate,
            weight_decay=self.settings.weight_decay, eps=1e-8, maximize=False,
        )  # fmt: skip

    def log_odds(self, rows: Rows, weights: Weights) -> torch.Tensor:
        """Mean of the ensemble, (m,)."""
        with torch.no_grad():
            return torch.cat([self(block, weights)[0].mean(dim=0) for block in rows.blocks()])

    def copy(self) -> Weights:
        return [weight.detach().clone() for weight in self.weights]

    @property
    def names(self) -> list[str]:
        """Names of the arrays of `state`."""
        return [f"{name}{place}" for place in range(len(self.weights)) for name in ("weight", *_OF_ADAM)]

    def state(self) -> dict[str, npt.NDArray]:
        """All that the next epoch depends on, once one has been trained."""
        arrays: dict[str, npt.NDArray] = {}
        for name, parts in self._parts().items():
            arrays |= {f"{name}{place}": one.detach().cpu().numpy().copy() for place, one in enumerate(parts)}
        return arrays

    @torch.no_grad()
    def resume(self, arrays: Mapping[str, npt.NDArray]) -> None:
        """Go on from a `state`."""
        for name, parts in self._parts().items():
            for place, mine in enumerate(parts):
                mine.copy_(torch.tensor(arrays[f"{name}{place}"]))

    def _parts(self) -> dict[str, list[torch.Tensor]]:
        return {"weight": self.weights, "step": self.steps, **self.moments}

    def export(self, weights: Weights, temperature: float, through: Moment) -> Scorer:
        hidden, bias, out = (weight.detach().cpu().numpy().copy() for weight in weights)
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
