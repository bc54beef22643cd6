"""What the codes of play-by-play mean, in words.

A code that nobody documented is kept as it is, counted, and named by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

MAX_UNKNOWN = 64  # of each kind; a file with more of them holds something else than codes
UNSPECIFIED = "unspecified"

EVENTS: Mapping[str, str] = {
    "assist": "assist", "block": "block", "foul": "foul", "fouled": "foul drawn", "jumpb": "jump ball",
    "made1": "free throw made", "made2": "two-pointer made", "made3": "three-pointer made",
    "miss1": "free throw missed", "miss2": "two-pointer missed", "miss3": "three-pointer missed",
    "reb": "rebound", "steal": "steal", "sub": "substitution", "timeout": "timeout", "turnover": "turnover",
}  # fmt: skip
_SHOT = {
    "dunk": "dunk", "lay": "lay-up", "jump": "jump shot", "hook": "hook shot", "tip": "tip-in", "alley": "alley-oop",
    "drive": "driving lay-up", "pullu": "pull-up jump shot", "stepb": "step-back jump shot", "turna": "turnaround shot",
}  # fmt: skip
_FREE = {f"{which}of{many}": f"{which} of {many}" for many in (1, 2, 3) for which in range(1, many + 1)}
# What kinds there are of each event; an event that is not here has none.
DETAILS: Mapping[str, Mapping[str, str]] = {
    "foul": {"pers": "personal", "off": "offensive", "tech": "technical", "admte": "administrative technical",
             "bente": "bench technical", "coate": "coach technical"},
    "jumpb": {"start": "opening tip", "won": "won", "lost": "lost", "block": "after a block",
              "outrb": "out of bounds on a rebound"},
    "made1": _FREE, "miss1": _FREE, "made2": _SHOT, "miss2": _SHOT, "made3": _SHOT, "miss3": _SHOT,
    "reb": {"off": "offensive", "def": "defensive", "deadb": "dead ball", "offdb": "offensive dead ball",
            "defdb": "defensive dead ball"},
    "sub": {"in": "in", "out": "out"},
    "timeout": {"full": "full", "short": "30 seconds", "comm": "commercial"},
    "turnover": {"bpass": "bad pass", "dribb": "dribbling", "trav": "travelling", "3sec": "three seconds",
                 "5sec": "five seconds", "10sec": "ten seconds", "lanev": "lane violation", "offen": "offensive foul",
                 "offgt": "offensive goaltending", "shotc": "shot clock", "outof": "out of bounds",
                 "heldb": "held ball", "lodge": "ball lodged", "lostb": "lost ball", "other": "other"},
}  # fmt: skip
_BLANK, _UNKNOWN, _OTHER = "", "unk", "other"
AREAS: Mapping[int, str] = dict(enumerate((
    "under the basket", "in the paint", "inside right wing", "inside right", "inside centre", "inside left",
    "inside left wing", "outside right wing", "outside right", "outside centre", "outside left", "outside left wing",
    "backcourt",
), start=1))  # fmt: skip

EVENT_CODES = tuple(EVENTS)
DETAIL_CODES = (
    _BLANK,
    _UNKNOWN,
    _OTHER,
    *dict.fromkeys(code for one in DETAILS.values() for code in one if code != _OTHER),
)

MADE = tuple(EVENT_CODES.index(f"made{points}") for points in (1, 2, 3))
MISSED = tuple(EVENT_CODES.index(f"miss{points}") for points in (1, 2, 3))
# Points that an event is worth; events beyond the known ones are worth none.
POINTS = np.zeros(len(EVENT_CODES) + MAX_UNKNOWN, np.int8)
POINTS[list(MADE)] = 1, 2, 3
# Whether an event is a field goal that was made, and one that was tried.
FIELD_GOAL = POINTS > 1
ATTEMPT = FIELD_GOAL.copy()
ATTEMPT[list(MISSED[1:])] = True


def code_of(event: str) -> int:
    """Number of an event's code.

    >>> code_of("assist"), code_of("made2")
    (0, 6)
    """
    return EVENT_CODES.index(event)


def event_name(code: str) -> str:
    """An event in words; a code that is not known is its own name.

    >>> event_name("miss3"), event_name("shove")
    ('three-pointer missed', 'shove')
    """
    return EVENTS.get(code, code)


def detail_name(event: str, detail: str) -> str | None:
    """The kind of an event in words; None where such an event has no kinds and none is given.

    >>> detail_name("foul", "off"), detail_name("reb", "unk"), detail_name("steal", "")
    ('offensive', 'unspecified', None)
    """
    kinds = DETAILS.get(event, {})
    if detail in kinds:
        return kinds[detail]
    if detail in (_BLANK, _UNKNOWN):
        return UNSPECIFIED if kinds else None
    return detail


def area_name(area: int) -> str | None:
    """A court area in words; None where the source does not know it.

    >>> area_name(13), area_name(0), area_name(14)
    ('backcourt', None, 'area 14')
    """
    return AREAS.get(area, f"area {area}") if area else None


@dataclass
class Codes:
    """Codes as small numbers: the known ones first, then those of a file that are not known, as they came.

    seen: how often each number was met.
    """

    known: tuple[str, ...]
    names: list[str] = field(init=False)
    seen: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.names = list(self.known)
        self.seen = np.zeros(len(self.known) + MAX_UNKNOWN, np.int64)
        self._numbers = {name: number for number, name in enumerate(self.names)}

    def numbers(self, codes: pa.Array) -> np.ndarray:
        """The number of each code, uint8, (n,); null is the blank code. They may be dictionary-encoded.

        Raises
        ------
        ValueError
            There are more than `MAX_UNKNOWN` unknown codes.
        """
        encoded = codes.dictionary_encode()  # itself, if it is
        names = [*encoded.dictionary.to_pylist(), *([None] if encoded.indices.null_count else [])]
        table = np.array([self._number(name or _BLANK) for name in names], np.uint8)
        return table[encoded.indices.fill_null(len(names) - 1).to_numpy()]

    def count(self, numbers: np.ndarray) -> None:
        self.seen += np.bincount(numbers, minlength=len(self.seen))

    def unknown(self) -> dict[str, int]:
        """How often each code that is not known was met."""
        return {name: int(self.seen[number]) for number, name in enumerate(self.names) if number >= len(self.known)}

    def _number(self, code: str) -> int:
        number = self._numbers.get(code)
        if number is None:
            if len(self.names) == len(self.known) + MAX_UNKNOWN:
                raise ValueError(f"more than {MAX_UNKNOWN} codes that are not known, '{code}' the next")
            number = self._numbers[code] = len(self.names)
            self.names.append(code)
        return number
