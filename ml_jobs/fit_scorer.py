"""Train a scorer: from described games to the arrays of `hoops.forecast.scorer`.

    described games of training seasons -> scale -> linear part (Newton's method)
      -> ensemble of networks on top of it, all in one batch of matrices, until the validation seasons stop improving
      -> again on all of these seasons for as long as was best -> one temperature -> hoops.forecast.scorer.Scorer

The networks start at nothing, so that training begins with the best linear forecast and can only add to it. All members
see the same batches and differ in their first weights. Team order in training rows is drawn at random; the network
is antisymmetric, so that this changes nothing, which is what a test shows.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from hoops.forecast.feature_list import CONTEXT, NAMES, columns_of
from hoops.forecast.features import Described
from hoops.forecast.scorer import Scorer
from hoops.games.leagues import Kind
from hoops.games.results import Results
from ml_jobs.device import device_for
from ml_jobs.settings import Settings

log = logging.getLogger("scorer")

MARGIN_UNIT = 11.0  # points
_HEADS = 2  # log-odds and margin


@dataclass(frozen=True, eq=False)
class Games:
    """Games as they looked before they were played, what came of them, and whether they have a box score, (m,).

    margin : float64 (m,), points; NaN of a forfeit.
    """

    season: npt.NDArray[np.int16]
    ncaa: npt.NDArray[np.bool_]
    margin: npt.NDArray[np.float64]
    has_box: npt.NDArray[np.bool_]
    described: Described

    @classmethod
    def of(cls, played: Results, has_box: npt.NDArray[np.bool_], described: Described) -> Games:
        return cls(played.season, played.kind == Kind.NCAA.value, played.outcomes.margin, has_box, described)

    def __len__(self) -> int:
        return len(self.season)

    def where(self, rows: npt.NDArray[np.bool_]) -> Games:
        return Games(
            self.season[rows], self.ncaa[rows], self.margin[rows], self.has_box[rows], self.described.rows(rows)
        )  # fmt: skip


@dataclass(frozen=True)
class Trained:
    """A scorer, and how its training went.

    epochs : of the networks. validation_linear, validation : log loss of the validation seasons without and with the
    networks, before the temperature; None if there were none. device : cpu or cuda.
    """

    scorer: Scorer
    epochs: int
    validation_linear: float | None
    validation: float | None
    device: str


def usable(games: Games, settings: Settings) -> Games:
    """The games that may train a scorer: played, from the first season on, with box scores if any season has them."""
    games = games.where((games.season >= settings.first_season) & ~np.isnan(games.margin))
    share = {season: games.has_box[games.season == season].mean() for season in np.unique(games.season).tolist()}
    enough = [season for season, boxed in share.items() if boxed > settings.boxed]
    return games.where(np.isin(games.season, enough)) if enough else games


def mute_groups(games: Games, settings: Settings) -> list[str]:
    """Groups of features asked for that are 0 in every game, such as distances where no city has coordinates."""
    values = games.described.values
    return [group for group in settings.group_names if len(values) and not values[:, columns_of((group,))].any()]


def fit(games: Games, settings: Settings, through: int) -> Trained:
    """Train on the seasons up to and including one; the last of them decide when to stop.

    With one season there is none to stop by, and only the linear part is trained.

    Raises
    ------
    ValueError
        If there is no season to train on.
    """
    games = usable(games.where(games.season <= through), settings)
    seasons = np.unique(games.season)
    if len(seasons) == 0:
        raise ValueError(f"no season up to {through} to train on")
    device = device_for(settings.device)
    try:
        return _fit(games, settings, through, device)
    except RuntimeError as error:
        if device == "cpu":
            raise
        log.warning("the GPU failed (%s): training on the CPU", error)
        return _fit(games, settings, through, "cpu")


def _fit(games: Games, settings: Settings, through: int, device: str) -> Trained:
    seasons = np.unique(games.season)
    frame = _Frame.of(games, settings)
    linear = _linear(frame, games, settings)
    temperature = _temperature_across(frame, games, settings)
    if len(seasons) == 1:
        network = _Network(frame, linear, settings, device)
        return Trained(network.export(frame, temperature, through), 0, None, None, device)
    first_validation = int(seasons[-min(settings.validation_seasons, len(seasons) - 1)])
    log.info("training on %s, seasons %d-%d, validation from %d", device, seasons[0], through, first_validation)
    training, validation = games.where(games.season < first_validation), games.where(games.season >= first_validation)
    network, found = _stopped_early(training, validation, temperature, settings, device)
    if not settings.refit:
        return replace(found, scorer=replace(found.scorer, trained_through=through))
    network = _Network(frame, linear, settings, device)
    rows = frame.rows(games, settings, device)
    for epoch in range(found.epochs):
        network.train(rows, epoch)
    return replace(found, scorer=network.export(frame, temperature, through))


@dataclass(frozen=True, eq=False)
class _Rows:
    """Games as tensors: x (m, f), context (m, c), offset, won, margin, weight (m,)."""

    x: torch.Tensor
    context: torch.Tensor
    offset: torch.Tensor
    won: torch.Tensor
    margin: torch.Tensor
    weight: torch.Tensor


@dataclass(frozen=True, eq=False)
class _Frame:
    """Which columns are used and how they are scaled, from the training rows."""

    columns: list[int]
    scale: npt.NDArray[np.float64]
    context_mean: npt.NDArray[np.float64]
    context_scale: npt.NDArray[np.float64]

    @classmethod
    def of(cls, games: Games, settings: Settings) -> _Frame:
        columns = columns_of(settings.group_names)
        scale = np.sqrt(np.mean(games.described.values[:, columns] ** 2, axis=0))
        context = games.described.context
        spread = context.std(axis=0)
        return cls(
            columns, np.where(scale > 0.0, scale, 1.0), context.mean(axis=0), np.where(spread > 0.0, spread, 1.0)
        )

    def rows(self, games: Games, settings: Settings, device: str) -> _Rows:
        """Tensors of games, with the teams of each in an order drawn at random."""
        described = games.described
        sign = np.random.default_rng(settings.seed).choice((-1.0, 1.0), len(games))
        values = (
            sign[:, None] * described.values[:, self.columns] / self.scale,
            (described.context - self.context_mean) / self.context_scale,
            sign * described.offset,
            (sign * games.margin > 0).astype(np.float64),
            sign * (games.margin - described.margin) / MARGIN_UNIT,
            np.where(games.ncaa, settings.ncaa_weight, 1.0),
        )
        return _Rows(*(torch.tensor(value, dtype=torch.float64, device=device) for value in values))


class _Network:
    """The linear part, fixed, and an ensemble of one-layer networks trained together."""

    def __init__(self, frame: _Frame, linear: torch.Tensor, settings: Settings, device: str) -> None:
        self.settings, self.linear = settings, linear.to(device)
        f, c, e, h = len(frame.columns), len(CONTEXT), settings.members, settings.width
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
        self.optimiser = torch.optim.AdamW(
            self.weights, lr=settings.learning_rate, weight_decay=settings.weight_decay, foreach=False
        )

    def __call__(self, rows: _Rows) -> tuple[torch.Tensor, torch.Tensor]:
        """Log-odds and margin (in its unit) by member, each (members, m)."""
        hidden, bias, out = self.weights
        f = rows.x.shape[1]
        teams, context = rows.x @ hidden[:, :f], rows.context @ hidden[:, f:] + bias
        odd = torch.tanh(teams + context) - torch.tanh(context - teams)
        raw = rows.x @ self.linear + odd @ out
        return rows.offset + raw[..., 0], raw[..., 1]

    def train(self, rows: _Rows, epoch: int) -> None:
        """Go once through the games, in an order that depends on the seed and the epoch only."""
        order = torch.randperm(
            len(rows.won), generator=torch.Generator().manual_seed(1000 * self.settings.seed + epoch)
        )
        for batch in order.to(rows.won.device).split(self.settings.batch):
            part = _Rows(*(getattr(rows, name)[batch] for name in _Rows.__dataclass_fields__))
            log_odds, margin = self(part)
            lost = binary_cross_entropy_with_logits(log_odds, part.won.expand_as(log_odds), reduction="none")
            off = (margin - part.margin) ** 2
            loss = (part.weight * (lost + self.settings.margin_weight * off)).mean(dim=1).sum()
            self.optimiser.zero_grad()
            loss.backward()
            self.optimiser.step()

    def log_odds(self, rows: _Rows) -> torch.Tensor:
        """Mean of the ensemble, (m,)."""
        with torch.no_grad():
            return self(rows)[0].mean(dim=0)

    def copy(self) -> list[torch.Tensor]:
        return [weight.detach().clone() for weight in self.weights]

    def restore(self, weights: list[torch.Tensor]) -> None:
        with torch.no_grad():
            for mine, kept in zip(self.weights, weights, strict=True):
                mine.copy_(kept)

    def export(self, frame: _Frame, temperature: float, through: int) -> Scorer:
        hidden, bias, out = (weight.detach().cpu().numpy().copy() for weight in self.weights)
        return Scorer(
            features=tuple(NAMES[place] for place in frame.columns),
            scale=frame.scale,
            context_mean=frame.context_mean,
            context_scale=frame.context_scale,
            linear=self.linear.cpu().numpy().copy(),
            hidden=hidden,
            bias=bias[:, 0],
            out=out,
            temperature=temperature,
            margin_unit=MARGIN_UNIT,
            trained_through=through,
        )


def _stopped_early(
    training: Games, validation: Games, temperature: float, settings: Settings, device: str
) -> tuple[_Network, Trained]:
    """Train until the validation seasons have not improved for some epochs; the best epoch's network."""
    frame = _Frame.of(training, settings)
    rows, checked = frame.rows(training, settings, device), frame.rows(validation, settings, device)
    network = _Network(frame, _linear(frame, training, settings), settings, device)

    def loss() -> float:
        return binary_cross_entropy_with_logits(network.log_odds(checked), checked.won).item()

    linear = best = loss()
    kept, epochs = network.copy(), 0
    for epoch in range(settings.epochs if settings.width else 0):
        network.train(rows, epoch)
        found = loss()
        log.info("epoch %d: validation log loss %.5f", epoch + 1, found)
        if found < best:
            best, kept, epochs = found, network.copy(), epoch + 1
        elif epoch + 1 - epochs >= settings.patience:
            break
    network.restore(kept)
    scorer = network.export(frame, temperature, int(validation.season.max()))
    return network, Trained(scorer, epochs, linear, best, device)


def _temperature_across(frame: _Frame, games: Games, settings: Settings) -> float:
    """The temperature of the linear part's log-odds, each season's from weights that the other seasons gave."""
    seasons = np.unique(games.season).tolist()
    if len(seasons) == 1:
        return 1.0
    log_odds, won = [], []
    for season in seasons:
        rows = frame.rows(games.where(games.season == season), settings, "cpu")
        weights = _linear(frame, games.where(games.season != season), settings)[:, 0]
        log_odds.append(rows.offset + rows.x @ weights)
        won.append(rows.won)
    return _temperature(torch.cat(log_odds), torch.cat(won))


def _linear(frame: _Frame, games: Games, settings: Settings) -> torch.Tensor:
    """Ridge weights (f, 2): of the log-odds by Newton's method, of the margin by least squares."""
    rows = frame.rows(games, settings, "cpu")
    f = rows.x.shape[1]
    penalty = settings.ridge * torch.eye(f, dtype=torch.float64)
    weights = torch.zeros(f, dtype=torch.float64)
    for _ in range(30):
        probability = torch.sigmoid(rows.offset + rows.x @ weights)
        slope = rows.x.T @ (rows.weight * (probability - rows.won)) + settings.ridge * weights
        curve = (rows.x * (rows.weight * probability * (1.0 - probability))[:, None]).T @ rows.x + penalty
        step = torch.linalg.solve(curve, slope)
        weights = weights - step
        if step.abs().max() < 1e-10:
            break
    gram = (rows.x * rows.weight[:, None]).T @ rows.x + penalty
    margin = torch.linalg.solve(gram, rows.x.T @ (rows.weight * rows.margin))
    return torch.stack([weights, margin], dim=1)


def _temperature(log_odds: torch.Tensor, won: torch.Tensor) -> float:
    """The one number by which to divide log-odds that makes their log loss least: Newton's method on its inverse."""
    inverse = torch.ones((), dtype=torch.float64, device=log_odds.device)
    for _ in range(20):
        probability = torch.sigmoid(inverse * log_odds)
        slope = (log_odds * (probability - won)).sum()
        curve = (log_odds**2 * probability * (1.0 - probability)).sum()
        inverse = (inverse - slope / curve).clamp(0.2, 5.0)
    return float(1.0 / inverse)
