"""Who does it: the five of each team that are on the court, the coach's substitutions, and the player of every play.

All games go on at once, a chance at a time. Players are places of a roster, 0-12.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from sample.chances import MADE3, MISS2, MISS3, TRIP, TURNOVER, Chances, period_start
from sample.court import BEHIND, RIM
from sample.players import ABSENT, NOBODY, POSITION, ROSTER, SHOTS, Abilities
from sample.randomness import Draws

FOULED_OUT = 5  # personal fouls
SWAPS = 2  # of a team at a time
_UNREST = 240.0  # seconds by which a player on the court is ahead of another of the bench before they change
_OTHER_POSITION = 150.0  # seconds that it must be more where the two do not play the same position
_IN_TROUBLE = np.array(
    [0.0, 0.0, 60.0, 200.0, 420.0, 0.0]
)  # seconds on the bench for so many fouls, before the last minutes
_CAUTION = np.array([1.0, 1.0, 0.9, 0.6, 0.35, 0.0])  # how many of their fouls those with some already commit
_STARTERS = np.array([2, 2, 1])  # of each position


@dataclass(frozen=True)
class Roles:
    """The player of each part of a chance, (n,) each, NOBODY where there is none.

    actor: who shoots, loses the ball or was fouled. helper: assist, block or steal. floor_fouler: a foul on the way;
    fouler: the foul that ends the chance. rebounder. tip: who jump before it, by side, (n, 2).
    swaps: substitutions in order, (s, 5): chance, moment (0 before its end, 1 after its last foul), side, out, in.
    played: seconds of each player in each game, (m, 2, 13); appeared: who has been on the court at all.
    """

    actor: np.ndarray
    helper: np.ndarray
    floor_fouler: np.ndarray
    fouler: np.ndarray
    rebounder: np.ndarray
    tip: np.ndarray
    swaps: np.ndarray
    played: np.ndarray
    appeared: np.ndarray


@dataclass
class _Floor:
    """Where games stand: who is on the court, (m, 2, 5), and fouls and seconds of each player, (m, 2, 13).

    Whoever is not there counts as sent off.
    """

    lineup: np.ndarray
    target: np.ndarray  # share of the time that each is to play, (m, 2, 13)
    fouls: np.ndarray
    played: np.ndarray
    appeared: np.ndarray
    swaps: list[np.ndarray] = field(default_factory=list)

    def wait(self, games: np.ndarray, seconds: np.ndarray) -> None:
        """Time goes by for those on the court."""
        for side in (0, 1):
            self.played[games[:, None], side, self.lineup[games, side]] += seconds[:, None]

    def one_of(self, games: np.ndarray, sides: np.ndarray, weight: np.ndarray, draw: np.ndarray,
               never: np.ndarray | None = None) -> np.ndarray:  # fmt: skip
        """A player on the court by weight. weight: (k, 13) by place. never: somebody else."""
        five = self.lineup[games, sides]
        share = np.take_along_axis(weight, five, axis=1)
        if never is not None:
            share = np.where(five == never[:, None], 0.0, share)
        bounds = np.cumsum(share, axis=1)
        at = (bounds[:, :-1] <= (draw * bounds[:, -1])[:, None]).sum(axis=1)
        return five[np.arange(len(five)), at]

    def foul(self, chance: np.ndarray, moment: int, games: np.ndarray, sides: np.ndarray, players: np.ndarray) -> None:
        """Count a foul; a fifth one sends its player off at once."""
        self.fouls[games, sides, players] += 1
        out = self.fouls[games, sides, players] >= FOULED_OUT
        if out.any():
            chance, games, sides, players = chance[out], games[out], sides[out], players[out]
            self._swap(chance, moment, games, sides, players, self._wish(games, sides, 0)[0])

    def rotate(self, chance: np.ndarray, games: np.ndarray, now: np.ndarray) -> None:
        """The coaches of both teams may change players."""
        for side in (0, 1):
            here, seconds, at = games, now, chance
            for _ in range(SWAPS):
                sides = np.full(len(here), side)
                wish, five = self._wish(here, sides, seconds)
                on = np.take_along_axis(wish, five, axis=1)
                players = five[np.arange(len(five)), np.argmin(on, axis=1)]
                gain = self._gain(here, sides, players, wish)
                changes = gain.max(axis=1) > _UNREST
                here, seconds, at = here[changes], seconds[changes], at[changes]
                if not len(here):
                    break
                self._swap(at, 0, here, sides[changes], players[changes], wish[changes])

    def _wish(self, games: np.ndarray, sides: np.ndarray, now: np.ndarray | int) -> tuple[np.ndarray, np.ndarray]:
        """Seconds that each player is behind the plan, (k, 13), and the lineup."""
        fouls = self.fouls[games, sides]
        trouble = np.where(np.reshape(now, (-1, 1)) < 2100, _IN_TROUBLE[fouls], 0.0)
        wish = self.target[games, sides] * np.reshape(now, (-1, 1)) - self.played[games, sides] - trouble
        return wish, self.lineup[games, sides]

    def _gain(self, games: np.ndarray, sides: np.ndarray, players: np.ndarray, wish: np.ndarray) -> np.ndarray:
        """How much more each player of the bench is wanted than one on the court, (k, 13)."""
        rows = np.arange(len(games))
        gain = wish - wish[rows, players][:, None] - _OTHER_POSITION * (POSITION[players][:, None] != POSITION)
        gain[self.fouls[games, sides] >= FOULED_OUT] = -np.inf
        np.put_along_axis(gain, self.lineup[games, sides], -np.inf, axis=1)
        return gain

    def _swap(self, chance: np.ndarray, moment: int, games: np.ndarray, sides: np.ndarray, players: np.ndarray,
              wish: np.ndarray) -> None:  # fmt: skip
        best = np.argmax(self._gain(games, sides, players, wish), axis=1)
        at = np.argmax(self.lineup[games, sides] == players[:, None], axis=1)
        self.lineup[games, sides, at] = best
        self.appeared[games, sides, best] = True
        self.swaps.append(np.stack([chance, np.full(len(chance), moment), sides, players, best], axis=1))


def play(chances: Chances, ring: np.ndarray, teams: np.ndarray, abilities: Abilities, minutes: np.ndarray,
         draws: Draws) -> Roles:  # fmt: skip
    """Who does what.

    ring: from where each chance's shot is taken (sample.court). teams: (m, 2). minutes: share of the time that each
    player is to play, or ABSENT, (m, 2, 13).
    """
    n, m = len(chances), len(teams)
    does = {what: share[teams] for what, share in abilities.does.items()}
    shooting, way = _shooting(abilities)[teams], _way(chances, ring)
    starters = _starters(minutes)
    floor = _Floor(
        lineup=starters.copy(),
        target=minutes,
        fouls=np.where(minutes == ABSENT, FOULED_OUT, 0),
        played=np.zeros((m, 2, ROSTER)),
        appeared=(starters[..., None] == np.arange(ROSTER)).any(axis=2),
    )
    names = ("actor", "helper", "floor_fouler", "fouler", "rebounder")
    roles = Roles(
        **{name: np.full(n, NOBODY) for name in names}, tip=np.full((n, 2), NOBODY), swaps=np.zeros((0, 5), int),
        played=floor.played, appeared=floor.appeared,
    )  # fmt: skip
    new_period, jumps = chances.first_of_period, chances.jump_ball
    before = np.where(new_period, period_start(chances.period), np.concatenate([[0], chances.seconds[:-1]]))
    live = (chances.rebound != 0) | chances.stolen | ((chances.kind <= MADE3) & (chances.free == 0))
    whistle = np.concatenate([[False], ~live[:-1]]) | chances.floor_foul | chances.timeout | new_period
    helps = chances.assisted | chances.blocked | chances.stolen
    help_of = np.where(chances.assisted, 0, np.where(chances.blocked, 1, 2))
    helping = np.stack([does[what] for what in ("assist", "block", "steal")], axis=2)
    rebounding = np.stack([does["offensive"], does["defensive"]], axis=2)

    def foul_share(games: np.ndarray, sides: np.ndarray) -> np.ndarray:
        return does["foul"][games, sides] * _CAUTION[floor.fouls[games, sides]]

    first, sizes = np.searchsorted(chances.game, np.arange(m)), np.bincount(chances.game, minlength=m)
    draw = draws.uniform(7, n)
    for step in range(sizes.max(initial=0)):
        game = np.flatnonzero(sizes > step)
        at = first[game] + step

        def of(mask: np.ndarray, at: np.ndarray = at, game: np.ndarray = game) -> tuple[np.ndarray, ...]:
            here = mask[at]
            return at[here], game[here], chances.side[at[here]]

        floor.wait(game, chances.seconds[at] - before[at])
        i, g, s = of(jumps)
        for side in (0, 1):
            roles.tip[i, side] = floor.one_of(g, np.full(len(g), side), does["block"][g, side], draw[1 + side, i])
        i, g, s = of(chances.floor_foul)
        roles.floor_fouler[i] = floor.one_of(g, 1 - s, foul_share(g, 1 - s), draw[0, i])
        floor.foul(i, 0, g, 1 - s, roles.floor_fouler[i])
        if step:  # the starters start
            i, g, s = of(whistle)
            floor.rotate(i, g, before[i])
        i, g, s = of(np.ones(n, bool))
        roles.actor[i] = floor.one_of(g, s, shooting[g, s, way[i]], draw[3, i])
        i, g, s = of(helps)
        s = np.where(help_of[i] == 0, s, 1 - s)
        but = np.where(help_of[i] == 0, roles.actor[i], NOBODY)
        roles.helper[i] = floor.one_of(g, s, helping[g, s, help_of[i]], draw[4, i], but)
        i, g, s = of(chances.foul)
        roles.fouler[i] = floor.one_of(g, 1 - s, foul_share(g, 1 - s), draw[5, i])
        floor.foul(i, 1, g, 1 - s, roles.fouler[i])
        i, g, s = of(chances.charge)
        roles.fouler[i] = roles.actor[i]
        floor.foul(i, 1, g, s, roles.actor[i])
        i, g, s = of(chances.rebound != 0)
        defends = (chances.rebound[i] < 0).astype(int)
        s = np.where(defends, 1 - s, s)
        roles.rebounder[i] = floor.one_of(g, s, rebounding[g, s, defends], draw[6, i])
    return replace(roles, swaps=np.concatenate([roles.swaps, *floor.swaps]))


def _starters(minutes: np.ndarray) -> np.ndarray:
    """Places of the five who play most, two guards, two wings and a big, (m, 2, 5)."""
    five = []
    for position, count in enumerate(_STARTERS):
        places = np.flatnonzero(position == POSITION)
        five.append(places[np.argsort(-minutes[..., places], axis=-1, kind="stable")[..., :count]])
    return np.concatenate(five, axis=-1)


def _shooting(abilities: Abilities) -> np.ndarray:
    """How often each player is the one of a chance that ends in some way, (teams, ways, 13)."""
    ways = []
    for shot in SHOTS:
        ways += [abilities.does[shot] * abilities.hits[shot], abilities.does[shot] * (1 - abilities.hits[shot])]
    return np.stack([*ways, abilities.does["turnover"]], axis=1)


def _way(chances: Chances, ring: np.ndarray) -> np.ndarray:
    """The way of `_shooting` in which each chance ends, (n,)."""
    shot = np.where(ring == RIM, 0, np.where(ring >= BEHIND, 2, 1))
    shot = np.where(chances.kind == TRIP, SHOTS.index("line"), shot)
    missed = (chances.kind == MISS2) | (chances.kind == MISS3)
    missed |= (chances.kind == TRIP) & (chances.made.sum(axis=1) < chances.free)
    return np.where(chances.kind == TURNOVER, 2 * len(SHOTS), 2 * shot + missed)
