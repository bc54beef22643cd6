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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt
import torch
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import LeaveOneGroupOut
from sklearn.preprocessing import StandardScaler
from torch.nn.functional import binary_cross_entropy_with_logits

from hoops.errors import MadnessError
from hoops.forecast.feature_list import CONTEXT, NAMES, columns_of
from hoops.forecast.features import Described
from hoops.forecast.scorer import Scorer, lack
from hoops.games.leagues import Kind
from hoops.games.moment import Moment, told
from hoops.games.results import Results
from lake.training import metric_line
from ml_jobs.checkpoints import Checkpoints
from ml_jobs.device import device_for
from ml_jobs.settings import Settings

log = logging.getLogger("scorer")

MARGIN_UNIT = 11.0  # points
_HEADS = 2  # log-odds and margin
_INVERSE_TEMPERATURE = (0.2, 5.0)
_OF_ADAM = ("step", "exp_avg", "exp_avg_sq")


@dataclass(frozen=True, eq=False)
class Games:
    """Games as they looked before they were played, what came of them, and whether they have a box score, (m,).

    margin : float64 (m,), points; NaN of a forfeit.
    weight: how much each counts in training. A game may be there more than once, as it looked with other box scores
    missing; has_box is what the folder says of it.
    """

    season: npt.NDArray[np.int16]
    day: npt.NDArray[np.int16]
    ncaa: npt.NDArray[np.bool_]
    margin: npt.NDArray[np.float64]
    has_box: npt.NDArray[np.bool_]
    weight: npt.NDArray[np.float64]
    described: Described

    @classmethod
    def of(cls, played: Results, has_box: npt.NDArray[np.bool_], described: Described, weight: float = 1.0) -> Games:
        weights = np.full(len(played), weight)
        ncaa = played.kind == Kind.NCAA.value
        return cls(played.season, played.day, ncaa, played.outcomes.margin, has_box, weights, described)

    @classmethod
    def joined(cls, parts: Sequence[Games]) -> Games:
        """The games of all parts, one part after the other."""
        described = Described(
            **{f.name: np.concatenate([getattr(one.described, f.name) for one in parts]) for f in fields(Described)}
        )
        names = [field.name for field in fields(cls) if field.name != "described"]
        return cls(
            **{name: np.concatenate([getattr(one, name) for one in parts]) for name in names}, described=described
        )

    def __len__(self) -> int:
        return len(self.season)

    def until(self, through: Moment) -> Games:
        """The games up to and including a moment's day."""
        season, day = through
        return self.where((self.season < season) | ((self.season == season) & (self.day <= day)))

    def where(self, rows: npt.NDArray[np.bool_]) -> Games:
        names = [field.name for field in fields(self) if field.name != "described"]
        return Games(**{name: getattr(self, name)[rows] for name in names}, described=self.described.rows(rows))


@dataclass(frozen=True)
class Trained:
    """A scorer, and how its training went.

    epochs : of the networks. validation_linear, validation : log loss of the validation seasons without and with the
    networks, before the temperature; None if there were none. device : cpu or cuda. visits : games that the networks
    were shown in this process, in all epochs.
    """

    scorer: Scorer
    epochs: int
    validation_linear: float | None
    validation: float | None
    device: str
    visits: int = 0


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


def fit(
    games: Games,
    settings: Settings,
    through: Moment,
    checkpoints: Checkpoints | None = None,
    step: str = "fit",
) -> Trained:
    """Train on the games up to and including a day; the last seasons among them decide when to stop.

    With one season there is none to stop by, and only the linear part is trained. checkpoints: where what is done is
    kept, under names that begin with `step`.

    Raises
    ------
    MadnessError
        If there is no season to train on.
    """
    games, keep = usable(games.until(through), settings), checkpoints or Checkpoints()
    seasons = np.unique(games.season)
    if len(seasons) == 0:
        raise MadnessError(f"no season up to {told(through)} to train on")
    device = device_for(settings.device)
    try:
        return _fit(games, settings, through, device, keep, step)
    except RuntimeError as error:
        if device == "cpu":
            raise
        log.warning("the GPU failed (%s): training on the CPU", error)
        return _fit(games, settings, through, "cpu", keep, step)


def _fit(
    games: Games, settings: Settings, through: Moment, device: str, checkpoints: Checkpoints, step: str
) -> Trained:
    seasons = np.unique(games.season)
    frame = _Frame.of(games, settings)
    linear = _linear(frame, games, settings)
    temperature = _temperature_across(frame, linear, games, settings)
    if len(seasons) == 1:
        network = _Network(frame, linear, settings, device)
        return Trained(network.export(frame, temperature, through), 0, None, None, device)
    first_validation = int(seasons[-min(settings.validation_seasons, len(seasons) - 1)])
    log.info("training on %s, %d to %s, validation from %d", device, seasons[0], told(through), first_validation)
    training, validation = games.where(games.season < first_validation), games.where(games.season >= first_validation)
    # What one device has begun is not another's to end: the last bits would differ.
    step = f"{step}-{device}"
    network, found = _stopped_early(training, validation, temperature, through, settings, device, checkpoints, step)
    if not settings.refit:
        return found
    network = _Network(frame, linear, settings, device)
    rows = frame.rows(games, settings, device)
    again = checkpoints.load(f"{step}-again", ("epoch", *network.names))
    start = network.resume(again) if again else 0
    for epoch in range(start, found.epochs):
        network.train(rows, epoch)
        checkpoints.save(f"{step}-again", {"epoch": np.array(epoch + 1), **network.state()})
    visits = found.visits + network.visits
    return replace(found, scorer=network.export(frame, temperature, through), visits=visits)


@dataclass(frozen=True, eq=False)
class _Rows:
    """Games as tensors: x (m, f), sides (m, 2 f), context (m, c), offset, won, margin, weight (m,).

    sides: what the linear part weighs, x and x times what is lacking of box scores.
    """

    x: torch.Tensor
    sides: torch.Tensor
    context: torch.Tensor
    offset: torch.Tensor
    won: torch.Tensor
    margin: torch.Tensor
    weight: torch.Tensor

    def of(self, chosen: torch.Tensor) -> _Rows:
        return _Rows(*(getattr(self, field.name)[chosen] for field in fields(self)))


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
        context = StandardScaler().fit(games.described.context)
        return cls(columns, np.where(scale > 0.0, scale, 1.0), context.mean_, context.scale_)

    def rows(self, games: Games, settings: Settings, device: str) -> _Rows:
        """Tensors of games, with the teams of each in an order drawn at random."""
        described = games.described
        sign = np.random.default_rng(settings.seed).choice((-1.0, 1.0), len(games))
        x = sign[:, None] * described.values[:, self.columns] / self.scale
        values = (
            x,
            np.hstack([x, lack(described)[:, None] * x]),
            (described.context - self.context_mean) / self.context_scale,
            sign * described.offset,
            (sign * games.margin > 0).astype(np.float64),
            sign * (games.margin - described.margin) / MARGIN_UNIT,
            games.weight * np.where(games.ncaa, settings.ncaa_weight, 1.0),
        )
        return _Rows(*(torch.tensor(value, dtype=torch.float64, device=device) for value in values))


class _Network:
    """The linear part, fixed, and an ensemble of one-layer networks trained together."""

    def __init__(self, frame: _Frame, linear: torch.Tensor, settings: Settings, device: str) -> None:
        self.settings, self.linear, self.visits = settings, linear.to(device), 0
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
        raw = rows.sides @ self.linear + odd @ out
        return rows.offset + raw[..., 0], raw[..., 1]

    def train(self, rows: _Rows, epoch: int) -> None:
        """Go once through the games, in an order that depends on the seed and the epoch only."""
        order = torch.randperm(
            len(rows.won), generator=torch.Generator().manual_seed(1000 * self.settings.seed + epoch)
        )
        for batch in order.to(rows.won.device).split(self.settings.batch):
            part = rows.of(batch)
            log_odds, margin = self(part)
            lost = binary_cross_entropy_with_logits(log_odds, part.won.expand_as(log_odds), reduction="none")
            off = (margin - part.margin) ** 2
            loss = (part.weight * (lost + self.settings.margin_weight * off)).mean(dim=1).sum()
            self.optimiser.zero_grad()
            loss.backward()
            self.optimiser.step()
        self.visits += len(order)

    def log_odds(self, rows: _Rows) -> torch.Tensor:
        """Mean of the ensemble, (m,)."""
        with torch.no_grad():
            return self(rows)[0].mean(dim=0)

    def copy(self) -> list[torch.Tensor]:
        return [weight.detach().clone() for weight in self.weights]

    def restore(self, weights: Sequence[torch.Tensor]) -> None:
        with torch.no_grad():
            for mine, kept in zip(self.weights, weights, strict=True):
                mine.copy_(kept)

    @property
    def names(self) -> list[str]:
        """Names of the arrays of `state`."""
        return [f"{name}{place}" for place in range(len(self.weights)) for name in ("weight", *_OF_ADAM)]

    def state(self) -> dict[str, npt.NDArray]:
        """All that the next epoch depends on, once one has been trained."""
        arrays = {}
        for place, weight in enumerate(self.weights):
            moments = self.optimiser.state[weight]
            arrays[f"weight{place}"] = weight.detach().cpu().numpy().copy()
            arrays |= {f"{name}{place}": moments[name].cpu().numpy().copy() for name in _OF_ADAM}
        return arrays

    def resume(self, arrays: Mapping[str, npt.NDArray]) -> int:
        """Go on from a `state`, and the number of the `epoch` that is next."""
        self.restore([torch.tensor(arrays[f"weight{place}"]) for place in range(len(self.weights))])
        for place, weight in enumerate(self.weights):
            moments = {name: torch.tensor(arrays[f"{name}{place}"]) for name in _OF_ADAM}
            # The count of its steps stays on the CPU, where AdamW looks at it.
            self.optimiser.state[weight] = {
                name: one if name == "step" else one.to(weight.device) for name, one in moments.items()
            }
        return int(arrays["epoch"])

    def export(self, frame: _Frame, temperature: float, through: Moment) -> Scorer:
        hidden, bias, out = (weight.detach().cpu().numpy().copy() for weight in self.weights)
        linear, lacking = np.split(self.linear.cpu().numpy(), 2)
        return Scorer(
            features=tuple(NAMES[place] for place in frame.columns),
            scale=frame.scale,
            context_mean=frame.context_mean,
            context_scale=frame.context_scale,
            linear=linear.copy(),
            lacking=lacking.copy(),
            hidden=hidden,
            bias=bias[:, 0],
            out=out,
            temperature=temperature,
            margin_unit=MARGIN_UNIT,
            trained_through=through,
        )


def _stopped_early(
    training: Games,
    validation: Games,
    temperature: float,
    through: Moment,
    settings: Settings,
    device: str,
    checkpoints: Checkpoints,
    step: str,
) -> tuple[_Network, Trained]:
    """Train until the validation seasons have not improved for some epochs; the best epoch's network."""
    frame = _Frame.of(training, settings)
    rows, checked = frame.rows(training, settings, device), frame.rows(validation, settings, device)
    network = _Network(frame, _linear(frame, training, settings), settings, device)

    def loss() -> float:
        return binary_cross_entropy_with_logits(network.log_odds(checked), checked.won, checked.weight).item()

    linear = best = loss()
    kept, epochs, start = network.copy(), 0, 0
    kept_names = [f"kept{place}" for place in range(len(kept))]
    saved = checkpoints.load(step, ("epoch", "epochs", "best", *kept_names, *network.names))
    if saved:
        start, epochs, best = network.resume(saved), int(saved["epochs"]), float(saved["best"])
        kept = [torch.tensor(saved[name], device=device) for name in kept_names]
    for epoch in range(start, settings.epochs if settings.width else 0):
        if epoch - epochs >= settings.patience:
            break
        network.train(rows, epoch)
        found = loss()
        log.info("epoch %d: %s", epoch + 1, metric_line("validation:log_loss", found))
        if found < best:
            best, kept, epochs = found, network.copy(), epoch + 1
        arrays = {"epoch": np.array(epoch + 1), "epochs": np.array(epochs), "best": np.array(best)}
        arrays |= {name: one.cpu().numpy() for name, one in zip(kept_names, kept, strict=True)}
        checkpoints.save(step, arrays | network.state())
    network.restore(kept)
    scorer = network.export(frame, temperature, through)
    return network, Trained(scorer, epochs, linear, best, device, network.visits)


def _temperature_across(frame: _Frame, linear: torch.Tensor, games: Games, settings: Settings) -> float:
    """The temperature of the linear part's log-odds, each season's from weights without it.

    Those are one step of Newton's method away from the weights of all seasons, where all seasons' slope is nothing.
    """
    seasons = np.unique(games.season)
    if len(seasons) == 1:
        return 1.0
    rows, weights = frame.rows(games, settings, "cpu"), linear[:, 0]
    slope, curve = _slope_and_curve(rows, weights)
    ridge = settings.ridge * torch.eye(len(weights), dtype=torch.float64)
    log_odds, chosen = [], []
    for _, season in LeaveOneGroupOut().split(games.season, groups=games.season):
        own = rows.of(torch.tensor(season))
        own_slope, own_curve = _slope_and_curve(own, weights)
        step = torch.linalg.solve(curve - own_curve + ridge, slope - own_slope + settings.ridge * weights)
        log_odds.append(own.offset + own.sides @ (weights - step))
        chosen.append(own)
    won, weight = (torch.cat([getattr(one, name) for one in chosen]) for name in ("won", "weight"))
    return _temperature(torch.cat(log_odds), won, weight)


def _linear(frame: _Frame, games: Games, settings: Settings) -> torch.Tensor:
    """Ridge weights (2 f, 2): of the log-odds by Newton's method, of the margin by least squares.

    scikit-learn's logistic regression knows no offset, and what the weights are added to is one.
    """
    rows = frame.rows(games, settings, "cpu")
    f = rows.sides.shape[1]
    penalty = settings.ridge * torch.eye(f, dtype=torch.float64)
    weights = torch.zeros(f, dtype=torch.float64)
    for _ in range(30):
        slope, curve = _slope_and_curve(rows, weights)
        step = torch.linalg.solve(curve + penalty, slope + settings.ridge * weights)
        weights = weights - step
        if step.abs().max() < 1e-10:
            break
    margin = Ridge(settings.ridge, fit_intercept=False, solver="cholesky")
    margin.fit(rows.sides.numpy(), rows.margin.numpy(), rows.weight.numpy())
    return torch.stack([weights, torch.tensor(margin.coef_)], dim=1)


def _slope_and_curve(rows: _Rows, weights: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """First and second derivative, (2 f,) and (2 f, 2 f), of the summed log loss by the linear part's weights."""
    probability = torch.sigmoid(rows.offset + rows.sides @ weights)
    slope = rows.sides.T @ (rows.weight * (probability - rows.won))
    curve = (rows.sides * (rows.weight * probability * (1.0 - probability))[:, None]).T @ rows.sides
    return slope, curve


def _temperature(log_odds: torch.Tensor, won: torch.Tensor, weight: torch.Tensor) -> float:
    """The one number by which to divide log-odds that makes their log loss least: Platt's scaling without intercept."""
    fitted = LogisticRegression(C=np.inf, fit_intercept=False, solver="newton-cholesky", tol=1e-10)
    # Either team comes first once, so that there are always games won and games lost.
    both = [(sign * log_odds.numpy(), (sign > 0) == (won.numpy() > 0.5), weight.numpy()) for sign in (1.0, -1.0)]
    x, y, weights = (np.concatenate(parts) for parts in zip(*both, strict=True))
    fitted.fit(x[:, None], y, weights)
    return float(1.0 / np.clip(fitted.coef_[0, 0], *_INVERSE_TEMPERATURE))
