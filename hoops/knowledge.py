"""All that is known of a league at one moment: strengths, box scores adjusted for opponents, plain sums, homes.

    initial -> advance to a day -> (hoops.features describes its games)
                                -> update with its games -> advance to the next day -> ...

Each part is moved by the games of a day at once; see `hoops.statespace`, `hoops.efficiency`, `hoops.aggregates` and
`hoops.travel`. `update` sees a state and results and gives no forecast: nothing here could peek.
"""

from __future__ import annotations

from dataclasses import dataclass

from hoops import aggregates, efficiency, statespace, travel
from hoops.aggregates import Aggregates
from hoops.efficiency import Adjusted
from hoops.packing import pack, unpack
from hoops.parameters import Parameters
from hoops.results import Results
from hoops.state import State
from hoops.travel import Homes

_VERSION = 1
_PARTS = ("strength", "adjusted", "sums", "homes")


@dataclass(frozen=True, eq=False)
class Knowledge:
    """The aggregates of a league: strength (`hoops.state`), adjusted (`hoops.efficiency`), sums (`hoops.aggregates`),
    homes (`hoops.travel`).

    Raises
    ------
    ValueError
        If the parts stand at different days.
    """

    strength: State
    adjusted: Adjusted
    sums: Aggregates
    homes: Homes

    def __post_init__(self) -> None:
        clocks = {(one.season, one.day) for one in (self.strength, self.adjusted.base, self.sums)}
        if len(clocks) > 1:
            raise ValueError("the parts of what is known stand at different days")

    @property
    def season(self) -> int | None:
        """Season of the day last folded or advanced to; None before the first game."""
        return self.strength.season

    @property
    def day(self) -> int | None:
        return self.strength.day


def initial(parameters: Parameters) -> Knowledge:
    """Before a league's first game."""
    strength, adjusted = statespace.initial(parameters), efficiency.initial(parameters)
    return Knowledge(strength, adjusted, aggregates.initial(), travel.initial())


def advance(known: Knowledge, season: int, day: int, parameters: Parameters) -> Knowledge:
    """Move the clock to the morning of a day.

    Raises
    ------
    ValueError
        If the day lies before the clock.
    """
    return Knowledge(
        statespace.advance(known.strength, season, day, parameters),
        efficiency.advance(known.adjusted, season, day, parameters),
        aggregates.advance(known.sums, season, day),
        known.homes,
    )


def update(before: Knowledge, results: Results, parameters: Parameters) -> Knowledge:
    """Fold all games of the day at once; the order of rows and of teams changes no bit of the result."""
    return Knowledge(
        statespace.update(before.strength, results.outcomes, parameters),
        efficiency.update(before.adjusted, results, parameters),
        aggregates.update(before.sums, results),
        travel.update(before.homes, results.matchups),
    )


def to_bytes(known: Knowledge) -> bytes:
    """What is known, packed: equal states give equal bytes."""
    return pack(
        _VERSION,
        {
            "strength": statespace.to_bytes(known.strength),
            "adjusted": efficiency.to_bytes(known.adjusted),
            "sums": aggregates.to_bytes(known.sums),
            "homes": travel.to_bytes(known.homes),
        },
    )


def from_bytes(content: bytes) -> Knowledge:
    """What `to_bytes` wrote, bit for bit.

    Raises
    ------
    ValueError
        If the bytes are something else, or of another version.
    """
    parts = {name: part.tobytes() for name, part in unpack(content, "what is known", _VERSION, _PARTS).items()}
    return Knowledge(
        statespace.from_bytes(parts["strength"]),
        efficiency.from_bytes(parts["adjusted"]),
        aggregates.from_bytes(parts["sums"]),
        travel.from_bytes(parts["homes"]),
    )
