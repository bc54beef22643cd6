"""The walk-forward fold of `hoops.knowledge.statespace` for many sets of parameters at once, on a GPU if there is one.

    games -> days: who plays whom, who is new, how much time has passed               once, for all sets
          -> day by day: advance, enrol, look ahead, learn                            a chunk of sets at a time
          -> the raw probit of every game under every set

The formulas are those of `docs/model.md`, with one more dimension in front: b sets. What differs is the order of a
state. Place 0 is the league's home advantage and teams follow as they entered, so that new teams only make it longer.
The results differ from `hoops.knowledge.statespace` in rounding alone.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, fields
from types import SimpleNamespace

import numpy as np
import numpy.typing as npt
import torch

from hoops.games.moment import Moment, elapsed
from hoops.games.results import Results
from hoops.knowledge.parameters import Parameters

log = logging.getLogger("batched_fold")

CPU_BYTES = 4 * 2**20  # of covariances in a chunk: enough to spread the cost of a call, and they stay in the cache
GPU_SHARE = 0.5  # of the free memory for a chunk


@dataclass(frozen=True, eq=False)
class _Day:
    """A day's m games and what has passed since the day before, the same for all sets.

    rows : of these games among all. summers, days : since the last day with games, or since the last summer's end.
    known, teams : number of teams before and after the day's new ones have entered. first : it is the first season of
    all of them. active : whether a known team played in the season before the summer, (known,). team1, team2, host :
    places in the state, (m,). site : +1, 0 or -1, (m,).
    """

    rows: slice
    summers: int
    days: int
    known: int
    teams: int
    first: bool
    active: torch.Tensor
    team1: torch.Tensor
    team2: torch.Tensor
    host: torch.Tensor
    site: torch.Tensor


@dataclass(frozen=True, eq=False)
class _Ahead:
    """What is known of a day's m games before they are played.

    hp : H P, (b, m, 1 + n). expected : counted margins, (b, m). covariance : of the counted margins, S, (b, m, m).
    variance : its diagonal, (b, m). own_home : the share of it that is the hosts' own home advantage, (b, m).
    """

    hp: torch.Tensor
    expected: torch.Tensor
    covariance: torch.Tensor
    variance: torch.Tensor
    own_home: torch.Tensor


class BatchedFold:
    """The fold of one league's games, ready for any number of sets of parameters.

    Parameters
    ----------
    games : Results
    device : str
        Where it is computed, in float64.
    chunk : int, optional
        How many sets are folded together; by default what fits the cache of a CPU or the memory of a GPU.
    """

    def __init__(self, games: Results, device: str = "cpu", chunk: int | None = None) -> None:
        self.games = games
        self._move(device, chunk)

    def _move(self, device: str, chunk: int | None = None) -> None:
        self.device = torch.device(device)
        self.days, self.teams = _days(self.games, self.device)
        self.margin = torch.tensor(self.games.margin, dtype=torch.float64, device=self.device)
        self.overtime = torch.tensor(self.games.num_ot > 0, device=self.device)
        self.chunk = chunk or self._fitting()

    @torch.no_grad()
    def __call__(self, sets: Sequence[Parameters]) -> npt.NDArray[np.float64]:
        """Expected counted margin of team 1 over its standard deviation, of scale 1 and not clipped, (sets, games).

        Every game is forecast from the games before its day. A set whose numbers break down gives NaN, and does no harm
        to the others. What a GPU fails at is done on the CPU, from then on.
        """
        raw = np.empty((len(sets), len(self.games)))
        start = 0
        while start < len(sets):
            part = sets[start : start + self.chunk]
            try:
                raw[start : start + len(part)] = self._fold(part).cpu().numpy()
                start += len(part)
            except RuntimeError as error:
                if isinstance(error, torch.OutOfMemoryError) and len(part) > 1:  # others may use the same GPU
                    self.chunk = len(part) // 2
                    log.warning("too little memory for %d sets at once: trying %d", len(part), self.chunk)
                elif self.device.type != "cpu":
                    log.warning("the GPU failed (%s): going on with the CPU", error)
                    self._move("cpu")
                else:
                    raise
        return raw

    def _fold(self, sets: Sequence[Parameters]) -> torch.Tensor:
        p = _columns(sets, self.device)
        counted = p.softness * torch.asinh(self.margin / p.softness)
        counted = torch.where(self.overtime, p.overtime_share * counted, counted)
        raw = torch.empty_like(counted)
        state = _States(p, self.teams)
        for day in self.days:
            state.advance(day)
            state.enrol(day)
            ahead = state.look_ahead(day)
            raw[:, day.rows] = ahead.expected / ahead.variance.sqrt()
            state.learn(day, ahead, counted[:, day.rows] - ahead.expected)
        raw[state.broken] = torch.nan
        return raw

    def _fitting(self) -> int:
        covariance = 8 * (1 + self.teams) ** 2
        if self.device.type != "cuda":
            return max(1, CPU_BYTES // covariance)
        # Beside it: H P, the gain and what they are computed from; counted margins, probits and the like.
        of_a_day = 6 * 8 * max((len(day.site) for day in self.days), default=0) * (1 + self.teams)
        of_games = 4 * 8 * len(self.games)
        free, _ = torch.cuda.mem_get_info(self.device)
        return max(1, int(GPU_SHARE * free) // (covariance + of_a_day + of_games))


class _States:
    """States of b sets of parameters after the same games; arrays have room for every team that will ever enter.

    mean (b, 1 + n), covariance (b, 1 + n, 1 + n), long_run, own_home and own_home_variance (b, 1 + n) as in
    `hoops.knowledge.state.State`, but with the home advantage at place 0; the last three mean nothing there.
    """

    def __init__(self, p: SimpleNamespace, teams: int) -> None:
        self.p = p
        b, size = len(p.home), 1 + teams
        self.mean = p.home.new_zeros((b, size))
        self.long_run, self.own_home, self.own_home_variance = (torch.zeros_like(self.mean) for _ in range(3))
        self.covariance = p.home.new_zeros((b, size, size))
        self.variance = self.covariance.diagonal(dim1=1, dim2=2)  # a view: what is added to it is added there
        self.broken = torch.zeros(b, dtype=torch.bool, device=p.home.device)
        self.mean[:, :1] = p.home
        self.variance[:, :1] = p.home_sd**2

    def advance(self, day: _Day) -> None:
        """To the morning of a day: a carry-over for each summer, then drift."""
        p, teams = self.p, slice(1, 1 + day.known)
        for summer in range(day.summers):
            strength, long_run = self.mean[:, teams], self.long_run[:, teams]
            # A season that a team sat out says nothing new about its long run.
            if summer == 0:
                long_run += day.active * p.long_run_rate * (strength - long_run)
            strength.copy_(long_run + p.carry * (strength - long_run))
            self.covariance[:, teams, :] *= p.carry[:, :, None]
            self.covariance[:, :, teams] *= p.carry[:, :, None]
            self.variance[:, teams] += p.carry_sd**2
            self.variance[:, :1] += p.home_season_sd**2
            kept = p.own_home_carry**2
            self.own_home[:, teams] *= p.own_home_carry
            own = self.own_home_variance[:, teams]
            own.copy_(kept * own + (1.0 - kept) * p.own_home_sd**2)
        self.variance[:, teams] += p.drift_sd**2 * day.days

    def enrol(self, day: _Day) -> None:
        """Teams never seen before enter at the newcomer's prior; in a league's first season it is the average, 0."""
        p, new = self.p, slice(1 + day.known, 1 + day.teams)
        if day.known == day.teams:
            return
        strength = torch.zeros_like(p.newcomer) if day.first else p.newcomer
        self.mean[:, new] = strength
        self.long_run[:, new] = strength
        self.variance[:, new] = p.newcomer_sd**2
        self.own_home_variance[:, new] = p.own_home_sd**2

    def look_ahead(self, day: _Day) -> _Ahead:
        size, site = 1 + day.teams, day.site
        covariance = self.covariance[:, :size, :size]
        # With a row of H per game (+1, -1, the site), H P is a difference of rows of P and H P H' one of its columns.
        hp = covariance[:, day.team1] - covariance[:, day.team2] + site[:, None] * covariance[:, :1]
        of_games = hp[:, :, day.team1] - hp[:, :, day.team2] + site * hp[:, :, :1]
        own_home = site.abs() * self.own_home_variance[:, day.host]
        variance = of_games.diagonal(dim1=1, dim2=2)
        variance += own_home + self.p.noise_sd**2
        home = self.mean[:, :1] + self.own_home[:, day.host]
        expected = self.mean[:, day.team1] - self.mean[:, day.team2] + site * home
        return _Ahead(hp, expected, of_games, variance, own_home)

    def learn(self, day: _Day, ahead: _Ahead, innovation: torch.Tensor) -> None:
        """Kalman's update with all games of the day; innovation is counted less expected margin, (b, m)."""
        size = 1 + day.teams
        root, failed = torch.linalg.cholesky_ex(ahead.covariance)
        self.broken |= failed != 0
        gain = torch.linalg.solve_triangular(root, ahead.hp, upper=False)
        surprise = torch.linalg.solve_triangular(root, innovation[:, :, None], upper=False)
        self.mean[:, :size] += (gain.mT @ surprise)[:, :, 0]
        self.covariance[:, :size, :size].baddbmm_(gain.mT, gain, alpha=-1.0)
        # A team's own home advantage takes its share of its game's surprise, as if correlated with nothing else.
        share = ahead.own_home / ahead.variance
        self.own_home.index_add_(1, day.host, day.site * share * innovation)
        self.own_home_variance.index_add_(1, day.host, share * ahead.own_home, alpha=-1.0)


def _columns(sets: Sequence[Parameters], device: torch.device) -> SimpleNamespace:
    """Each constant of all sets as a column, (b, 1), by its name."""
    names = [field.name for field in fields(Parameters)]
    values = torch.tensor([[getattr(one, name) for one in sets] for name in names], dtype=torch.float64, device=device)
    return SimpleNamespace(**{name: column[:, None] for name, column in zip(names, values, strict=True)})


def _days(games: Results, device: torch.device) -> tuple[list[_Day], int]:
    """Every day with games, in order, and how many teams there are at the end."""
    ids, entry = np.unique(np.stack([games.team1, games.team2], axis=1), return_index=True)
    place = np.empty(len(ids), np.int64)
    place[np.argsort(entry)] = 1 + np.arange(len(ids))
    team1, team2 = place[np.searchsorted(ids, games.team1)], place[np.searchsorted(ids, games.team2)]
    host = np.where(games.site > 0, team1, team2)  # on neutral ground it means nothing
    last_season = np.zeros(len(ids), np.int64)
    days: list[_Day] = []
    before: Moment | None = None
    known = 0
    for now, rows in games.days():
        season, since = now[0], before or now
        summers, passed = elapsed(since, now)
        teams = max(known, team1[rows].max(initial=0), team2[rows].max(initial=0))
        days.append(
            _Day(
                rows=rows,
                summers=summers,
                days=passed,
                known=known,
                teams=int(teams),
                first=bool(np.all(last_season[:known] == season)),
                active=torch.tensor(last_season[:known] == since[0], device=device),
                team1=torch.tensor(team1[rows], device=device),
                team2=torch.tensor(team2[rows], device=device),
                host=torch.tensor(host[rows], device=device),
                site=torch.tensor(games.site[rows], dtype=torch.float64, device=device),
            )
        )
        last_season[team1[rows] - 1] = last_season[team2[rows] - 1] = season
        before, known = now, int(teams)
    return days, len(ids)
