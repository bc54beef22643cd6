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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.optim.adamw import adamw

from hoops.arrays import Bools
from hoops.errors import MadnessError
from hoops.evaluation.baselines import fit_logit
from hoops.forecast.feature_list import CONTEXT, NAMES, OF_OPTIONAL_FILES, columns_of
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
_BLOCK = 2048  # games that are looked at together where no batch is asked for: their numbers stay in the cache


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
    def of(cls, played: Results, has_box: npt.NDArray[np.bool_], described: Described) -> Games:
        ncaa = played.kind == Kind.NCAA.value
        return cls(played.season, played.day, ncaa, played.outcomes.margin, has_box, np.ones(len(played)), described)

    @classmethod
    def joined(cls, parts: Sequence[Games]) -> Games:
        """The games of all parts, one part after the other."""
        described = Described.joined([one.described for one in parts])
        names = [field.name for field in fields(cls) if field.name != "described"]
        return cls(
            **{name: np.concatenate([getattr(one, name) for one in parts]) for name in names}, described=described
        )

    def __len__(self) -> int:
        return len(self.season)

    def until(self, through: Moment) -> Bools:
        """Which games are up to and including a moment's day, (m,)."""
        season, day = through
        return (self.season < season) | ((self.season == season) & (self.day <= day))

    def weighing(self, weight: float) -> Games:
        return replace(self, weight=np.full(len(self), weight))

    def where(self, rows: slice | Bools) -> Games:
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


def features_of(settings: Settings) -> tuple[str, ...]:
    """Names of the features that a scorer sees."""
    return _named(settings.group_names)


def usable(games: Games, settings: Settings, through: Moment | None = None) -> Bools:
    """Which games up to a day may train a scorer, (m,): played, from the first season on, with box scores if any season
    has them."""
    rows = (games.season >= settings.first_season) & ~np.isnan(games.margin)
    if through is not None:
        rows &= games.until(through)
    season, has_box = games.season[rows], games.has_box[rows]
    enough = [one for one in np.unique(season).tolist() if has_box[season == one].mean() > settings.boxed]
    return rows & np.isin(games.season, enough) if enough else rows


def mute_groups(games: Games, settings: Settings) -> list[str]:
    """Groups of features asked for that are 0 in every game, such as distances where no city has coordinates.

    Not those that are asked for by default and need files that a league may well not have.
    """
    found, asked = games.described, [one for one in settings.group_names if one not in OF_OPTIONAL_FILES]
    return [one for one in asked if len(found) and not found.columns(_named((one,))).any()]


def _named(groups: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(NAMES[place] for place in columns_of(groups))


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
    rows, keep = usable(games, settings, through), checkpoints or Checkpoints()
    if not rows.any():
        raise MadnessError(f"no season up to {told(through)} to train on")
    games = replace(games, described=games.described.only(features_of(settings)))
    device = device_for(settings.device)
    try:
        return _fit(games, rows, settings, through, device, keep, step)
    except RuntimeError as error:
        if device == "cpu":
            raise
        log.warning("the GPU failed (%s): training on the CPU", error)
        return _fit(games, rows, settings, through, "cpu", keep, step)


def _fit(
    games: Games,
    chosen: Bools,
    settings: Settings,
    through: Moment,
    device: str,
    checkpoints: Checkpoints,
    step: str,
) -> Trained:
    """As `fit`, on the games of `chosen` rows. Each set of rows is copied once, and let go before the next."""
    seasons = np.unique(games.season[chosen])
    found = None
    if len(seasons) > 1:
        first_validation = int(seasons[-min(settings.validation_seasons, len(seasons) - 1)])
        log.info("training on %s, %d to %s, validation from %d", device, seasons[0], told(through), first_validation)
        # What one device has begun is not another's to end: the last bits would differ.
        step = f"{step}-{device}"
        early = games.season < first_validation
        found = _stopped_early(games, chosen & early, chosen & ~early, through, settings, device, checkpoints, step)
    frame = _Frame.of(games, chosen)
    rows = frame.rows(games, settings, chosen)
    linear = _linear(rows, settings)
    temperature = _temperature_across(rows, linear, games.season[chosen], settings)
    network = _Network(frame, linear, settings, device)
    if found is None:
        return Trained(network.export(frame, temperature, through), 0, None, None, device)
    if not settings.refit:
        return replace(found, scorer=replace(found.scorer, temperature=temperature))
    rows = rows.to(device)
    again = checkpoints.load(f"{step}-again", ("epoch", *network.names))
    start = network.resume(again) if again else 0
    for epoch in range(start, found.epochs):
        network.train(rows, epoch)
        checkpoints.save(f"{step}-again", {"epoch": np.array(epoch + 1), **network.state()})
    visits = found.visits + network.visits
    return replace(found, scorer=network.export(frame, temperature, through), visits=visits)


@dataclass(frozen=True, eq=False)
class _Rows:
    """Games as tensors: x (m, f), context (m, c), lack, offset, won, margin, weight (m,).

    The linear part weighs `sides`, x and x times what is lacking of box scores.
    """

    x: torch.Tensor
    context: torch.Tensor
    lack: torch.Tensor
    offset: torch.Tensor
    won: torch.Tensor
    margin: torch.Tensor
    weight: torch.Tensor

    def __len__(self) -> int:
        return len(self.won)

    def of(self, chosen: torch.Tensor | slice) -> _Rows:
        return _Rows(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def to(self, device: str) -> _Rows:
        return _Rows(*(getattr(self, field.name).to(device) for field in fields(self)))

    def blocks(self) -> Iterator[_Rows]:
        """The games in turn, a few at a time: views."""
        for start in range(0, len(self), _BLOCK):
            yield self.of(slice(start, start + _BLOCK))

    def sides(self) -> torch.Tensor:
        return torch.hstack([self.x, self.lack[:, None] * self.x])

    def weighed(self, linear: torch.Tensor) -> torch.Tensor:
        """`sides` times weights (2 f, k), (m, k)."""
        own, lacking = linear.tensor_split(2)
        return self.x @ own + self.lack[:, None] * (self.x @ lacking)


@dataclass(frozen=True, eq=False)
class _Frame:
    """Which features are used and how they are scaled, from the training rows."""

    names: tuple[str, ...]
    scale: npt.NDArray[np.float64]
    context_mean: npt.NDArray[np.float64]
    context_scale: npt.NDArray[np.float64]

    @classmethod
    def of(cls, games: Games, chosen: Bools) -> _Frame:
        """From the games of some rows; those have the features that are used and no others."""
        described = games.described
        context, values = described.context[chosen], described.values
        # Summed up without a copy of the values.
        scale = np.sqrt(np.einsum("mf,mf,m->f", values, values, chosen.astype(np.float64)) / len(context))
        spread = context.std(axis=0)
        scale, spread = (np.where(one > 0.0, one, 1.0) for one in (scale, spread))
        return cls(described.names, scale, context.mean(axis=0), spread)

    def rows(self, games: Games, settings: Settings, chosen: Bools) -> _Rows:
        """Tensors of the games of some rows, with the teams of each in an order drawn at random."""
        described = games.described
        margin, offset, context = games.margin[chosen], described.offset[chosen], described.context[chosen]
        sign = np.random.default_rng(settings.seed).choice((-1.0, 1.0), len(margin))
        x = described.values[chosen]
        x *= sign[:, None]
        x /= self.scale
        values = (
            x,
            (context - self.context_mean) / self.context_scale,
            lack(described)[chosen],
            sign * offset,
            (sign * margin > 0).astype(np.float64),
            sign * (margin - described.margin[chosen]) / MARGIN_UNIT,
            games.weight[chosen] * np.where(games.ncaa[chosen], settings.ncaa_weight, 1.0),
        )
        return _Rows(*(torch.from_numpy(value) for value in values))


class _Network:
    """The linear part, fixed, and an ensemble of one-layer networks trained together."""

    def __init__(self, frame: _Frame, linear: torch.Tensor, settings: Settings, device: str) -> None:
        self.settings, self.linear, self.visits = settings, linear.to(device), 0
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

    def __call__(self, rows: _Rows) -> tuple[torch.Tensor, torch.Tensor]:
        """Log-odds and margin (in its unit) by member, each (members, m)."""
        hidden, bias, out = self.weights
        f = rows.x.shape[1]
        teams, context = rows.x @ hidden[:, :f], rows.context @ hidden[:, f:] + bias
        odd = torch.tanh(teams + context) - torch.tanh(context - teams)
        raw = rows.weighed(self.linear) + odd @ out
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
            self._step(torch.autograd.grad(loss, self.weights))
        self.visits += len(order)

    @torch.no_grad()
    def _step(self, gradients: Sequence[torch.Tensor]) -> None:
        """Adam with decoupled weight decay, by the function inside `torch.optim.AdamW`: the class would import torch's
        compiler, which takes seconds and 80 MB and is used for nothing here."""
        adamw(
            self.weights, list(gradients), self.moments["exp_avg"], self.moments["exp_avg_sq"], [], self.steps,
            foreach=False, amsgrad=False, beta1=0.9, beta2=0.999, lr=self.settings.learning_rate,
            weight_decay=self.settings.weight_decay, eps=1e-8, maximize=False,
        )  # fmt: skip

    def log_odds(self, rows: _Rows) -> torch.Tensor:
        """Mean of the ensemble, (m,)."""
        with torch.no_grad():
            return torch.cat([self(block)[0].mean(dim=0) for block in rows.blocks()])

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
        arrays: dict[str, npt.NDArray] = {}
        for name, parts in {"weight": self.weights, "step": self.steps, **self.moments}.items():
            arrays |= {f"{name}{place}": one.detach().cpu().numpy().copy() for place, one in enumerate(parts)}
        return arrays

    def resume(self, arrays: Mapping[str, npt.NDArray]) -> int:
        """Go on from a `state`, and the number of the `epoch` that is next."""
        with torch.no_grad():
            for name, parts in {"weight": self.weights, "step": self.steps, **self.moments}.items():
                for place, mine in enumerate(parts):
                    mine.copy_(torch.tensor(arrays[f"{name}{place}"]))
        return int(arrays["epoch"])

    def export(self, frame: _Frame, temperature: float, through: Moment) -> Scorer:
        hidden, bias, out = (weight.detach().cpu().numpy().copy() for weight in self.weights)
        linear, lacking = np.split(self.linear.cpu().numpy(), 2)
        return Scorer(
            features=frame.names,
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
    games: Games,
    training: Bools,
    validation: Bools,
    through: Moment,
    settings: Settings,
    device: str,
    checkpoints: Checkpoints,
    step: str,
) -> Trained:
    """Train until the games of some rows have not been forecast better for some epochs; the best epoch's network, at a
    temperature of 1."""
    frame = _Frame.of(games, training)
    rows, checked = frame.rows(games, settings, training), frame.rows(games, settings, validation).to(device)
    network = _Network(frame, _linear(rows, settings), settings, device)
    rows = rows.to(device)

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
    return Trained(network.export(frame, 1.0, through), epochs, linear, best, device, network.visits)


def _temperature_across(rows: _Rows, linear: torch.Tensor, season: npt.NDArray[np.int16], settings: Settings) -> float:
    """The temperature of the linear part's log-odds, each season's from weights without it.

    Those are one step of Newton's method away from the weights of all seasons, where all seasons' slope is nothing.
    """
    seasons = np.unique(season).tolist()
    if len(seasons) == 1:
        return 1.0
    weights = linear[:, 0]
    places = [torch.from_numpy(np.flatnonzero(season == one)) for one in seasons]
    parts = [_slope_and_curve(rows.of(own), weights) for own in places]
    slope, curve = (sum(part) for part in zip(*parts, strict=True))
    ridge = settings.ridge * torch.eye(len(weights), dtype=torch.float64)
    log_odds = torch.empty(len(rows), dtype=torch.float64)
    for own, (own_slope, own_curve) in zip(places, parts, strict=True):
        step = torch.linalg.solve(curve - own_curve + ridge, slope - own_slope + settings.ridge * weights)
        log_odds[own] = rows.offset[own] + rows.of(own).weighed((weights - step)[:, None])[:, 0]
    return _temperature(log_odds, rows.won, rows.weight)


def _linear(rows: _Rows, settings: Settings) -> torch.Tensor:
    """Ridge weights (2 f, 2): of the log-odds by Newton's method, of the margin by least squares.

    Both are summed up in blocks, so that they take no memory that grows with the games.
    """
    f = 2 * rows.x.shape[1]
    penalty = settings.ridge * torch.eye(f, dtype=torch.float64)
    squares, products = torch.zeros((f, f), dtype=torch.float64), torch.zeros(f, dtype=torch.float64)
    for block in rows.blocks():
        sides = block.sides()
        weighted = (sides * block.weight[:, None]).T
        squares += weighted @ sides
        products += weighted @ block.margin
    margin = torch.linalg.solve(squares + penalty, products)
    return torch.stack([_newton(rows, penalty), margin], dim=1)


def _newton(rows: _Rows, penalty: torch.Tensor) -> torch.Tensor:
    """The weights (2 f,) with the least log loss and penalty."""
    weights = torch.zeros(len(penalty), dtype=torch.float64)
    for _ in range(30):
        slope, curve = _slope_and_curve(rows, weights)
        step = torch.linalg.solve(curve + penalty, slope + penalty @ weights)
        weights = weights - step
        if step.abs().max() < 1e-10:
            break
    return weights


def _slope_and_curve(rows: _Rows, weights: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """First and second derivative, (2 f,) and (2 f, 2 f), of the summed log loss by the linear part's weights."""
    slope, curve = torch.zeros_like(weights), torch.zeros((len(weights), len(weights)), dtype=torch.float64)
    for block in rows.blocks():
        sides = block.sides()
        probability = torch.sigmoid(block.offset + sides @ weights)
        slope += sides.T @ (block.weight * (probability - block.won))
        curve += (sides * (block.weight * probability * (1.0 - probability))[:, None]).T @ sides
    return slope, curve


def _temperature(log_odds: torch.Tensor, won: torch.Tensor, weight: torch.Tensor) -> float:
    """The one number by which to divide log-odds that makes their log loss least: Platt's scaling without intercept."""
    slope = fit_logit(log_odds.numpy(), won.numpy() > 0.5, weight.numpy())
    return float(1.0 / np.clip(slope, *_INVERSE_TEMPERATURE))
