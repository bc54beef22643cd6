"""The slopes that are worked out by hand are those of automatic differentiation."""

from __future__ import annotations

import numpy as np
import pytest

from hoops.forecast.feature_list import CONTEXT
from ml_jobs.settings import Settings

torch = pytest.importorskip("torch", reason="training needs torch")

from torch.nn.functional import binary_cross_entropy_with_logits  # noqa: E402

from ml_jobs.network import Network  # noqa: E402
from ml_jobs.rows import Frame, Rows  # noqa: E402

F, M = 7, 300


def some_rows() -> tuple[Frame, Rows]:
    rng = np.random.default_rng(8)
    frame = Frame(tuple("abcdefg"), rng.uniform(0.5, 2.0, F), np.zeros(len(CONTEXT)), np.ones(len(CONTEXT)))
    by_game = (rng.normal(size=(M, len(CONTEXT))), rng.random(M), rng.normal(size=M), rng.random(M) < 0.6,
               rng.normal(size=M), rng.uniform(0.5, 3.0, M))  # fmt: skip
    values = (rng.normal(size=(2 * M, F)), frame.scale, rng.permutation(2 * M)[:M], rng.choice((-1.0, 1.0), M))
    rows = [torch.from_numpy(one) for one in values] + [torch.from_numpy(one.astype(float)) for one in by_game]
    return frame, Rows(*rows)


@pytest.mark.parametrize(("members", "width", "spread"), [(8, 16, 0.3), (1, 3, 1.0), (3, 1, 30.0)])
def test_slopes_are_those_of_automatic_differentiation(members, width, spread):
    frame, rows = some_rows()
    settings = Settings(members=members, width=width, margin_weight=0.2)
    draw = torch.Generator().manual_seed(2)
    linear = torch.randn((2 * F, 2), generator=draw, dtype=torch.float64)
    network = Network(frame, linear, settings, "cpu")
    network.weights = [spread * torch.randn(one.shape, generator=draw, dtype=torch.float64) for one in network.weights]
    hidden, bias, out = weights = [one.clone().requires_grad_() for one in network.weights]
    x, context = rows.x(), rows.context
    teams, same = x @ hidden[:, :F], context @ hidden[:, F:] + bias
    raw = rows.weighed(linear) + (torch.tanh(teams + same) - torch.tanh(same - teams)) @ out
    log_odds, margin = rows.offset + raw[..., 0], raw[..., 1]
    lost = binary_cross_entropy_with_logits(log_odds, rows.won.expand_as(log_odds), reduction="none")
    loss = (rows.weight * (lost + settings.margin_weight * (margin - rows.margin) ** 2)).mean(dim=1).sum()
    fixed = network.fixed(rows)
    for found, slope in zip(network.gradients(rows, fixed), torch.autograd.grad(loss, weights), strict=True):
        assert found.shape == slope.shape and slope.abs().max() > 1e-4
        torch.testing.assert_close(found, slope, rtol=1e-12, atol=1e-12 * max(1.0, float(slope.abs().max())))
    seen = network.log_odds(rows, fixed, network.weights)
    torch.testing.assert_close(seen, log_odds.mean(dim=0).detach(), rtol=1e-12, atol=1e-12)
