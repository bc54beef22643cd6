"""The names of what a scorer sees, with descriptions and units, in one place; `features` computes them."""

from __future__ import annotations

from dataclasses import dataclass

from hoops.knowledge.efficiency import CHANNELS
from hoops.knowledge.sums import STATISTICS
from hoops.schemas import BOX_COLUMNS, BOX_TITLES


@dataclass(frozen=True)
class Feature:
    """One column: its name, what it is (of team 1 less team 2), its unit, and the group it belongs to."""

    name: str
    description: str
    unit: str
    group: str


_SDS = "standard deviations of the margin"
_RECENT = "decayed per-game sums"
_FACTORS = {
    "efg": ("effective field goal percentage: (FGM + 0.5 FGM3) / FGA", "0-1"),
    "turnovers": ("turnovers a possession", "0-1"),
    "rebounds": ("share of offensive rebounds taken", "0-1"),
    "free_throws": ("free throws made for each field goal attempted", "ratio"),
}
_TITLES = dict(zip(BOX_COLUMNS, BOX_TITLES, strict=True)) | {"score": "points", "num_ot": "overtimes"}

FEATURES: tuple[Feature, ...] = (
    Feature("logit", "log-odds of the state-space model", "logit", "strength"),
    Feature("adjusted_logit", "log-odds of the margin's filter inside the adjusted box scores", "logit", "strength"),
    *(
        Feature(f"adjusted_{name}", f"adjusted {_TITLES.get(name, 'points per 100 possessions')}", _SDS, "adjusted")
        for name in CHANNELS
    ),
    Feature("regressed_margin", "adjusted margin with three-point and free-throw luck taken out", _SDS, "adjusted"),
    Feature("offence", "adjusted points scored per 100 possessions", "points", "efficiency"),
    Feature("defence", "adjusted points allowed per 100 possessions", "points", "efficiency"),
    Feature("tempo", "adjusted possessions per 40 minutes", "possessions", "efficiency"),
    Feature("site", "+1 at team 1's home, -1 at team 2's", "", "home"),
    Feature("own_home", "the host's own home advantage beyond the league's", "points", "home"),
    Feature("long_run", "strength to which a team returns between seasons", "points", "history"),
    Feature("conference", "mean strength of the other teams of the conference", "points", "history"),
    Feature("conference_early", "the same, weighted 3 / (3 + games played)", "points", "history"),
    Feature("new_team", "teams in their first season (indicator)", "0-1", "history"),
    Feature("games", "logarithm of 1 + games played this season", "log", "schedule"),
    Feature("rest", "days since the last game, at most 10", "days", "schedule"),
    Feature("back_to_back", "played yesterday (indicator)", "0-1", "schedule"),
    *(Feature(f"win_share_{scope}", f"(wins + 1) / (games + 2), {title}", "0-1", "record")
      for scope, title in (("season", "this season"), ("recent", "decayed"), ("ever", "all-time"))),
    *(Feature(f"{side}_{name}", f"{'own' if side == 'own' else 'opponents'} {title}, {_RECENT}", unit, "factors")
      for side in ("own", "allowed") for name, (title, unit) in _FACTORS.items()),
    *(Feature(f"{when}_{name}", f"{_TITLES[name]} less the opponents', mean of {when}, {_RECENT}", "count", "sums")
      for when in ("wins", "losses") for name in STATISTICS if name != "num_ot"),
    Feature("no_box", "no game with a box score yet (indicator)", "0-1", "missing"),
    Feature("no_wins", "no win with a box score yet (indicator)", "0-1", "missing"),
    Feature("no_losses", "no loss with a box score yet (indicator)", "0-1", "missing"),
    Feature("travel_neutral", "log(1 + km from home / 100), on neutral ground", "log", "travel"),
    Feature("travel_hosted", "the same where a team is at home", "log", "travel"),
    Feature("absent_minutes", "usual shares of the time of regulars who missed their team's latest game, added up",
            "places among five", "absences"),
    Feature("absent_points", "the same of the points, less that", "places among five", "absences"),
)  # fmt: skip
NAMES = tuple(feature.name for feature in FEATURES)
GROUPS = tuple(dict.fromkeys(feature.group for feature in FEATURES))
GROUP_TITLES = {
    "strength": "team strength",
    "adjusted": "box scores adjusted for opponents",
    "efficiency": "efficiency and tempo",
    "home": "home advantage of this host",
    "history": "history and conference",
    "schedule": "games played and rest",
    "record": "wins and losses",
    "factors": "shooting, turnovers, rebounds, free throws",
    "sums": "box scores in wins and in losses",
    "missing": "box scores missing",
    "travel": "distance from home",
    "absences": "who is out",
}
CONTEXT: tuple[Feature, ...] = (
    Feature("day", "day of the season / 132, less 0.5", "", "context"),
    Feature("spread", "logarithm of the standard deviation of the counted margin / 12", "", "context"),
    Feature("pace", "expected possessions less the league's, / 5", "", "context"),
    Feature("neutral", "neutral ground", "0-1", "context"),
    Feature("played", "logarithm of 1 + the fewer games played this season, / 3", "", "context"),
    Feature("boxed", "share of the teams' games that have a box score, decayed, mean of both", "0-1", "context"),
)


RETIRED = ("rosters_late",)  # a scorer from before may see them, as 0: what it learned of them is done without it now
OF_OPTIONAL_FILES = ("absences",)  # groups that are 0 in a league without files that need not be there
# Made from reference data (conferences, where cities lie), which the pipeline's fold does not read.
FROM_REFERENCE = ("conference", "conference_early", "travel_neutral", "travel_hosted")


def columns_of(groups: tuple[str, ...]) -> list[int]:
    """Places of the features of some groups.

    Raises
    ------
    ValueError
        If there is no such group.
    """
    unknown = sorted(set(groups) - set(GROUPS))
    if unknown:
        raise ValueError(f"no group of features {', '.join(unknown)}; there are {', '.join(GROUPS)}")
    return [place for place, feature in enumerate(FEATURES) if feature.group in groups]
