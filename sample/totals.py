"""What players do in a season: their games, minutes and box scores, which add up to those of their teams; and who plays
in which game."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hoops.games.leagues import League
from sample.box import BOX_NAMES
from sample.players import ON_COURT, ROSTER, Players
from sample.randomness import Draws
from sample.season import Season

GAME, OVERTIME = 40, 5  # minutes
_UNEVEN = 0.1  # spread of a player's share of the time from game to game


@dataclass(frozen=True)
class LineUps:
    """Who plays in a season's games. day: (m,). teams: (m, 2). appeared: by place of the roster, (m, 2, 13).

    tenths: minutes times ten, likewise: a team's add up to five times the length of the game.
    """

    day: np.ndarray
    teams: np.ndarray
    appeared: np.ndarray
    tenths: np.ndarray

    @classmethod
    def of(
        cls, day: np.ndarray, teams: np.ndarray, num_ot: np.ndarray, time: np.ndarray, appeared: np.ndarray
    ) -> LineUps:
        """time: of each player, in any unit."""
        length = np.repeat(10 * ON_COURT * (GAME + OVERTIME * num_ot), 2).astype(int)
        tenths = whole(time.reshape(-1, ROSTER), length)
        return cls(day, teams, appeared, tenths.reshape(time.shape))


@dataclass(frozen=True)
class Totals:
    """Of each place of each roster, in one season: games and minutes, (schools, 13), box scores, (schools, 13, 13).

    The last axis is that of BOX_NAMES. A team's minutes add up to five times the length of its games.
    """

    games: np.ndarray
    minutes: np.ndarray
    box: np.ndarray
    line_ups: LineUps

    @property
    def points(self) -> np.ndarray:
        made, threes, free = (self.box[:, :, BOX_NAMES.index(name)] for name in ("FGM", "FGM3", "FTM"))
        return 2 * made + threes + free


def totals_of(
    day: np.ndarray, teams: np.ndarray, num_ot: np.ndarray, time: np.ndarray, appeared: np.ndarray, box: np.ndarray
) -> Totals:
    """The totals of games. teams: (m, 2). time: of each player, in any unit, (m, 2, 13). appeared: who played at all.

    box: what players did, (schools, 13, 13).
    """
    schools = len(box)
    place = (teams[:, :, None] * ROSTER + np.arange(ROSTER)).ravel()

    def of_season(values: np.ndarray) -> np.ndarray:
        return np.bincount(place, values.ravel(), schools * ROSTER).reshape(schools, ROSTER)

    length = ON_COURT * np.repeat(GAME + OVERTIME * num_ot, 2)
    minutes = np.bincount(teams.ravel(), length, schools).astype(int)
    line_ups = LineUps.of(day, teams, num_ot, time, appeared)
    return Totals(of_season(appeared).astype(int), whole(of_season(time), minutes), box, line_ups)


def season_totals(seed: int, league: League, season: Season, players: Players, number: int) -> Totals:
    """The totals of a season without plays: its box scores, shared out by time and abilities.

    number: of the season among those of the players.
    """
    draws = Draws(seed, league.value, season.season, "totals")
    parts = [part for parts in season.played.values() for part in parts]
    teams = np.concatenate([np.stack([part.meetings.team1, part.meetings.team2], axis=1) for part in parts])
    num_ot, day = (
        np.concatenate(columns) for columns in zip(*((p.num_ot, p.meetings.day) for p in parts), strict=True)
    )
    schools = players.roster.shape[1]
    box = np.zeros((schools, len(BOX_NAMES)), int)
    np.add.at(box, teams, np.concatenate([part.box for part in parts]))

    share = players.minutes(number, teams, day)
    share = np.clip(share + _UNEVEN * draws.normal(*share.shape), 0.0, 1.0)
    time = share * (GAME + OVERTIME * num_ot)[:, None, None] / share.sum(axis=2, keepdims=True)
    none = np.zeros((schools, ROSTER, len(BOX_NAMES)), int)
    without = totals_of(day, teams, num_ot, time, share > 0, none)
    return replace(without, box=_shared(box, without.minutes, players, number, draws))


def _shared(box: np.ndarray, minutes: np.ndarray, players: Players, number: int, draws: Draws) -> np.ndarray:
    """Box scores of players, (schools, 13, 13), from those of their teams, (schools, 13).

    Shots that go in and shots that miss are shared out apart, those of three points too: so no player has more baskets
    than shots.
    """
    abilities = players.abilities(number)
    does, hits = abilities.does, abilities.hits
    team = dict(zip(BOX_NAMES, box.T, strict=True))
    inside = does["rim"], does["mid"]
    made = inside[0] * hits["rim"] + inside[1] * hits["mid"]

    def share(what: np.ndarray, total: np.ndarray) -> np.ndarray:
        weight = what * minutes
        mean = weight * (total / np.maximum(weight.sum(axis=1), 1e-9))[:, None]
        drawn = np.maximum(mean + np.sqrt(mean) * draws.normal(*mean.shape), 0.0)
        return whole(np.where(drawn.sum(axis=1, keepdims=True) > 0, drawn, mean), total)

    made2 = share(made, team["FGM"] - team["FGM3"])
    made3 = share(does["three"] * hits["three"], team["FGM3"])
    missed = team["FGA"] - team["FGM"]
    missed3 = share(does["three"] * (1 - hits["three"]), team["FGA3"] - team["FGM3"])
    missed2 = share(sum(inside) - made, missed - (team["FGA3"] - team["FGM3"]))
    free = share(does["line"] * hits["line"], team["FTM"])
    free_missed = share(does["line"] * (1 - hits["line"]), team["FTA"] - team["FTM"])
    others = {"OR": "offensive", "DR": "defensive", "Ast": "assist", "TO": "turnover", "Stl": "steal", "Blk": "block"}
    columns = {
        "FGM": made2 + made3, "FGA": made2 + made3 + missed2 + missed3, "FGM3": made3, "FGA3": made3 + missed3,
        "FTM": free, "FTA": free + free_missed,
        **{name: share(does[what], team[name]) for name, what in others.items()},
        "PF": share(np.sqrt(does["foul"]), team["PF"]),  # those with some already are careful
    }  # fmt: skip
    return np.stack([columns[name] for name in BOX_NAMES], axis=2)


def whole(amounts: np.ndarray, total: np.ndarray) -> np.ndarray:
    """Amounts as whole numbers in the same proportions that add up to the total of their row, by largest remainders.

    >>> whole(np.array([[1.0, 1.0, 2.0]]), np.array([7])).tolist()
    [[2, 2, 3]]
    """
    exact = amounts * (total / np.maximum(amounts.sum(axis=1), 1e-9))[:, None]
    down = np.floor(exact)
    order = np.argsort(down - exact, axis=1, kind="stable")
    rank = np.argsort(order, axis=1, kind="stable")
    return (down + (rank < (total - down.sum(axis=1))[:, None])).astype(int)
