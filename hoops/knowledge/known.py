"""The states of a league and their one clock; each is moved by the games of a day at once.

`update` sees states and results and gives no forecast: nothing here could peek.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hoops.arrays import ReadOnly, pack, unpack
from hoops.games.moment import START, Moment
from hoops.games.results import Results
from hoops.knowledge import absences, efficiency, homes, preseason, statespace, sums
from hoops.knowledge.absences import Absences
from hoops.knowledge.efficiency import Adjusted
from hoops.knowledge.homes import Homes
from hoops.knowledge.parameters import Parameters
from hoops.knowledge.preseason import Preseason
from hoops.knowledge.state import State
from hoops.knowledge.sums import Aggregates
from hoops.players import Appearances, Squads

_VERSION = 4
_PARTS = ("clock", "strength", "adjusted", "sums", "homes", "preseason", "absences")


@dataclass(frozen=True, eq=False)
class Knowledge(ReadOnly):
    """What is known of a league.

    clock: the (season, day) last folded, or advanced to; None before the first game. strength: `statespace`;
    adjusted: `efficiency`; sums: `sums`; homes: `homes`; preseason: `preseason`; absences: `absences`, all of
    `hoops.knowledge`.
    """

    clock: Moment | None
    strength: State
    adjusted: Adjusted
    sums: Aggregates
    homes: Homes
    preseason: Preseason
    absences: Absences

    @property
    def now(self) -> Moment:
        """The clock, once it has been advanced to a day.

        Raises
        ------
        ValueError
            If it never was.
        """
        if self.clock is None:
            raise ValueError("advance what is known to the day of the games first")
        return self.clock

    @property
    def season(self) -> int | None:
        return None if self.clock is None else self.clock[0]

    @property
    def day(self) -> int | None:
        return None if self.clock is None else self.clock[1]

    def is_before(self, season: int) -> bool:
        """True if a season begins on the way from here to a day of it: that is when players' files are needed."""
        return self.clock is not None and self.clock[0] < season


def initial(parameters: Parameters) -> Knowledge:
    """Before a league's first game."""
    strength, adjusted = statespace.initial(parameters), efficiency.initial(parameters)
    return Knowledge(None, strength, adjusted, sums.initial(), homes.initial(), preseason.initial(), absences.initial())


def advance(known: Knowledge, season: int, day: int, parameters: Parameters, squads: Squads | None = None) -> Knowledge:
    """Move the clock to the morning of a day.

    squads: what players' files say of the league; of each season that begins on the way, no more of it is seen than
    may be known then. It makes no difference within a season.

    Raises
    ------
    ValueError
        If the day lies before the clock.
    """
    now = (season, day)
    since = now if known.clock is None else known.clock  # there is nothing yet that time could change
    while since[0] < season:
        known = _over_summer(known, since, parameters, squads or Squads.empty())
        since = known.now
    return _on(known, since, now, parameters)


def _on(known: Knowledge, since: Moment, now: Moment, parameters: Parameters) -> Knowledge:
    return known.changed(
        clock=now,
        strength=statespace.advance(known.strength, since, now, parameters),
        adjusted=efficiency.advance(known.adjusted, since, now, parameters),
        sums=sums.advance(known.sums, since, now),
        absences=known.absences if since[0] == now[0] else absences.initial(),
    )


def _over_summer(known: Knowledge, since: Moment, parameters: Parameters, squads: Squads) -> Knowledge:
    """To the first day of the next season, with what is known of its players."""
    strength, learned, shift = strength_over_summer(known.strength, known.preseason, since, parameters, squads)
    known = _on(known, since, (since[0] + 1, 0), parameters)
    known = known.changed(strength=strength, preseason=learned)
    if shift is None:
        return known
    return known.changed(adjusted=efficiency.shifted(known.adjusted, shift.team, shift.points, shift.sd, parameters))


def strength_over_summer(
    strength: State, learned: Preseason, since: Moment, parameters: Parameters, squads: Squads
) -> tuple[State, Preseason, preseason.Shift | None]:
    """Strengths on the first day of the next season, what has been learned of summers, and how far this one moved."""
    over, coming = since[0], since[0] + 1
    played = strength.last_season == over
    after = strength.teams[played], strength.mean[:-1][played]
    strength = statespace.advance(strength, since, (coming, 0), parameters)
    ahead = strength.teams, strength.mean[:-1]
    learned, shift = preseason.turn(
        learned, over, after, ahead, squads.before(coming), parameters.newcomer, parameters.carry_sd
    )
    if shift is not None:
        strength = statespace.shifted(strength, shift.team, shift.points, shift.sd, parameters)
    return strength, learned, shift


def without_rosters(known: Knowledge, parameters: Parameters) -> Knowledge:
    """What the same games would have told if no players' file had said anything of this season."""
    return known.changed(
        strength=statespace.without_rosters(known.strength),
        adjusted=efficiency.without_rosters(known.adjusted, parameters),
    )


def update(
    before: Knowledge, results: Results, parameters: Parameters, appearances: Appearances | None = None
) -> Knowledge:
    """Fold all games of the clock's day at once; the order of rows and of teams changes no bit of the result.

    appearances: who appeared that day, where it is told; who appeared in no game of the results does not count.

    A forfeit makes its two teams teams of the season, with a rating; it moves no strength, no efficiency, none of the
    sums (games won and lost among them, as those tell how good a team is), no home, and no team is rested the less.

    Raises
    ------
    ValueError
        If the clock has not been advanced to a day.
    """
    season, _ = now = before.now
    results = results.in_order()  # once for all of them
    played = results.rows(~results.is_forfeit) if results.is_forfeit.any() else results
    out = before.absences
    if appearances is not None:
        out = absences.update(out, np.concatenate([played.team1, played.team2]), appearances)
    return Knowledge(
        now,
        statespace.update(before.strength, season, results.outcomes, parameters),
        efficiency.update(before.adjusted, season, results, parameters),
        sums.update(before.sums, now, played),
        homes.update(before.homes, played.matchups),
        before.preseason,
        out,
    )


def to_bytes(known: Knowledge) -> bytes:
    """What is known, packed: equal states give equal bytes."""
    return pack(
        _VERSION,
        {
            "clock": np.array(START if known.clock is None else known.clock, np.int64),
            "strength": statespace.to_bytes(known.strength),
            "adjusted": efficiency.to_bytes(known.adjusted),
            "sums": sums.to_bytes(known.sums),
            "homes": homes.to_bytes(known.homes),
            "preseason": preseason.to_bytes(known.preseason),
            "absences": absences.to_bytes(known.absences),
        },
    )


def from_bytes(content: bytes) -> Knowledge:
    """What `to_bytes` wrote, bit for bit.

    Raises
    ------
    ValueError
        If the bytes are something else, or of another version.
    """
    arrays = unpack(content, "what is known", _VERSION, _PARTS)
    season, day = arrays.pop("clock").tolist()
    parts = {name: part.tobytes() for name, part in arrays.items()}
    return Knowledge(
        None if (season, day) == START else (season, day),
        statespace.from_bytes(parts["strength"]),
        efficiency.from_bytes(parts["adjusted"]),
        sums.from_bytes(parts["sums"]),
        homes.from_bytes(parts["homes"]),
        preseason.from_bytes(parts["preseason"]),
        absences.from_bytes(parts["absences"]),
    )
