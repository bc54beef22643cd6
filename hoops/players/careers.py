"""What is known of the players of a roster when the season begins: who they are to the team, and what they did before.

Squads + what players were worth in the two seasons before -> Careers of a season -> features of each player
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hoops.arrays import Bools, Floats, Ids, find, look_up
from hoops.players.seasons import LEADS, PlayerSeason
from hoops.players.squads import Squads

TOP_RECRUIT = 90.0  # from here on, a point of the recruiters' score means much more
NO_TEAM = -1
FEATURES = (
    "known", "back_after_a_year", "newcomer", "share", "share_squared", "worth", "share_x_worth",
    "worth_the_year_before", "share_the_year_before", "sophomore", "junior", "senior", "recruit", "no_recruit_score",
    "top_recruit", "newcomer_x_strength", "known_x_strength", "up", "up_x_share",
    *(f"lead_in_{name}" for name in LEADS),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Careers:
    """Players of a season's rosters, k of them, by team and player.

    Attributes
    ----------
    team, player : int32 (k,)
    last_team : int32 (k,)
        Team of the season before; `NO_TEAM` if there was none.
    last_share : float64 (k,)
        Of that team's minutes, five for a whole team; 0 if there was none.
    last_worth : float64 (k,)
        Points a game that the player was worth at full time.
    features : float64 (k, 24), by `FEATURES`
    """

    team: Ids
    player: Ids
    last_team: Ids
    last_share: Floats
    last_worth: Floats
    features: Floats

    @property
    def returns(self) -> Bools:
        """Who played for the same team the season before, (k,)."""
        return self.team == self.last_team

    @property
    def is_known(self) -> Bools:
        """Who played in one of the two seasons before, (k,)."""
        return self.features[:, FEATURES.index("known")] > 0.0


def careers(
    squads: Squads,
    season: int,
    last: PlayerSeason,
    before: PlayerSeason,
    strength: Mapping[int, float],
    newcomer: float,
) -> Careers:
    """What is known of the players of a season's rosters.

    last, before: what players did one and two seasons ago. strength: of each team when the season begins, against the
    mean of all; newcomer: of a team that is not among them.
    """
    roster = squads.roster(season)
    team, player = roster.team, roster.player
    place, there = find(last.by_player, player)
    place = last.order[place] if len(last.order) else place
    earlier, was_there = find(before.by_player, player)
    earlier = before.order[earlier] if len(before.order) else earlier
    paused = ~there & was_there

    def of(values: Floats, older: Floats) -> Floats:
        recent = values[place] if len(values) else np.zeros(len(team))
        past = older[earlier] if len(older) else np.zeros(len(team))
        return np.where(there, recent, np.where(paused, past, 0.0))

    known = there | paused
    share, worth = of(last.share, before.share), of(last.worth, before.worth)
    both = there & was_there
    change = [np.where(both, then[earlier] - now[place], 0.0) if len(now) and len(then) else np.zeros(len(team))
              for now, then in ((last.worth, before.worth), (last.share, before.share))]  # fmt: skip
    leads = np.column_stack([of(one, two) for one, two in zip(last.leads.T, before.leads.T, strict=True)])
    last_team = np.where(there, last.team[place] if len(last.team) else 0, NO_TEAM).astype(np.int32)
    klass = np.where(there, last.klass[place] if len(last.klass) else 0, 1)
    ids = np.array(sorted(strength), np.int32)
    level = np.array([strength[one] for one in ids.tolist()])
    now, then = (look_up(ids, level, teams, newcomer) if len(ids) else np.full(len(team), newcomer)
                 for teams in (team, last_team))  # fmt: skip
    moved = there & (last_team != team)
    up = np.where(moved, now - then, 0.0) / 10.0
    scored = np.nan_to_num(roster.recruit_score)
    new = (~known).astype(np.float64)
    features = np.column_stack([
        known, paused, new, share, share**2, worth / 10.0, share * worth / 10.0, change[0] / 10.0, change[1],
        *(known & (klass == one) for one in (1, 2, 3)),
        new * scored / 100.0, new * (scored == 0.0), new * np.maximum(scored - TOP_RECRUIT, 0.0) / 10.0,
        new * now / 10.0, known * now / 10.0, up, up * share, leads,
    ])  # fmt: skip
    return Careers(team, player, last_team, np.where(there, share, 0.0), np.where(there, worth, 0.0), features)
