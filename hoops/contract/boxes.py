"""What a box score can be: what contradicts itself, and what no game has ever come near.

The limits leave room beyond all 382,044 team box scores of the men since 2003 and the women since 2010, because real
ones break neat rules: they are kept by hand, and some sources count the rebounds and turnovers of no player.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from hoops.contract.report import Problems
from hoops.contract.rows import Rows
from hoops.games.results import FREE_THROW_TRIP, is_forfeit, possessions
from hoops.schemas import BOX_COLUMNS

# A team had 41 to 128 possessions (with overtimes), and at most 23 more than its opponent, with which it takes turns.
FEWEST_POSSESSIONS, MOST_POSSESSIONS, MORE_POSSESSIONS = 20, 200, 50
# Offensive rebounds and the opponent's defensive ones exceeded the missed shots by 8 at most, in 884 boxes of all.
MORE_REBOUNDS = 20
# Steals exceeded the opponent's turnovers by 6 at most, in 14 boxes; assists never exceeded field goals.
MORE_STEALS, MORE_ASSISTS = 15, 3


@dataclass(frozen=True)
class _Side:
    """One side's score and box score, each int32 (n,), and the titles of its columns in the file."""

    numbers: dict[str, np.ndarray]
    titles: dict[str, str]

    def __getitem__(self, name: str) -> np.ndarray:
        return self.numbers[name]

    @classmethod
    def of(cls, side: str, rows: Rows, titles: dict[str, str]) -> _Side:
        names = ("score", *BOX_COLUMNS)
        return cls(
            {name: rows.numbers(f"{side}_{name}") for name in names}, {name: titles[f"{side}_{name}"] for name in names}
        )

    @property
    def missed(self) -> np.ndarray:
        """Shots that could be rebounded."""
        return self["fga"] - self["fgm"] + self["fta"] - self["ftm"]

    @property
    def missed_text(self) -> str:
        t = self.titles
        return f"{t['fga']} - {t['fgm']} + {t['fta']} - {t['ftm']}"

    @property
    def possessions(self) -> np.ndarray:
        return possessions(self["fga"], self["or"], self["to"], self["fta"])

    @property
    def possessions_text(self) -> str:
        t = self.titles
        return f"{t['fga']} - {t['or']} + {t['to']} + {FREE_THROW_TRIP} x {t['fta']}"

    def said(self, row: int, *names: str) -> str:
        return ", ".join(f"{self.titles[name]} {self[name][row]}" for name in names)

    def with_(self, name: str, other: str, row: int) -> str:
        return f"{self[name][row]}, with {self.said(row, other)}"


def check_boxes(rows: Rows, titles: dict[str, str], problems: Problems) -> None:
    """Add a problem for every box score that contradicts itself, is no game's, or stands beside a forfeit."""
    sides = winner, loser = (_Side.of("winner", rows, titles), _Side.of("loser", rows, titles))
    forfeit = is_forfeit(winner["score"], loser["score"])
    told = np.any([side[name] != 0 for side in sides for name in BOX_COLUMNS], axis=0)
    problems.add_rows(
        rows.lines, forfeit & told, None,
        lambda i: f"a box score of a forfeit ({winner['score'][i]}-{loser['score'][i]})",
        "0 in every column of its box score: nobody played",
    )  # fmt: skip
    sound = ~forfeit
    for side in sides:
        sound &= _adds_up(side, rows, ~forfeit, problems)
    # What follows from a number that is wrong anyway is not reported as well.
    for side, other in ((winner, loser), (loser, winner)):
        _check_against_shots(side, other, rows, sound, problems)
        _check_possessions(side, other, rows, sound, problems)


def _adds_up(side: _Side, rows: Rows, played: np.ndarray, problems: Problems) -> np.ndarray:
    """Whether a side's box score agrees with its score and with itself; bool (n,)."""
    t = side.titles
    points = 2 * side["fgm"] + side["fgm3"] + side["ftm"]
    wrong = played & (points != side["score"])
    problems.add_rows(
        rows.lines, wrong, t["score"],
        lambda i: f"{side['score'][i]}, but the box score makes {points[i]} (2 x {t['fgm']} {side['fgm'][i]} + "
        f"{t['fgm3']} {side['fgm3'][i]} + {t['ftm']} {side['ftm'][i]})",
        f"2 x {t['fgm']} + {t['fgm3']} + {t['ftm']}",
    )  # fmt: skip
    for part, whole in (("fgm", "fga"), ("fgm3", "fga3"), ("fgm3", "fgm"), ("fga3", "fga"), ("ftm", "fta")):
        over = played & (side[part] > side[whole])
        found = partial(side.with_, part, whole)
        problems.add_rows(rows.lines, over, t[part], found, f"at most {t[whole]}")
        wrong |= over
    return ~wrong


def _check_against_shots(side: _Side, other: _Side, rows: Rows, sound: np.ndarray, problems: Problems) -> None:
    """Rebounds and blocks follow missed shots, assists lead to field goals, steals are the opponent's turnovers."""
    t, theirs = side.titles, other.titles
    for name, most, allowed in (
        ("or", side.missed, f"at most the shots missed: {side.missed_text}"),
        ("ast", side["fgm"] + MORE_ASSISTS, f"at most {MORE_ASSISTS} more than {t['fgm']}"),
        ("stl", other["to"] + MORE_STEALS, f"at most {MORE_STEALS} more than {theirs['to']}"),
        ("blk", other["fga"] - other["fgm"], f"at most {theirs['fga']} - {theirs['fgm']}, the field goals missed"),
    ):
        problems.add_rows(rows.lines, sound & (side[name] > most), t[name], partial(_beyond, side[name], most), allowed)
    wrong = sound & (side["or"] <= side.missed) & (side["or"] + other["dr"] > side.missed + MORE_REBOUNDS)
    problems.add_rows(
        rows.lines, wrong, theirs["dr"],
        lambda i: f"{other['dr'][i]}, with {side.said(i, 'or', 'fga', 'fgm', 'fta', 'ftm')}",
        f"{t['or']} + {theirs['dr']} at most {MORE_REBOUNDS} more than the shots missed: {side.missed_text}",
    )  # fmt: skip


def _beyond(numbers: np.ndarray, most: np.ndarray, row: int) -> str:
    return f"{numbers[row]}, where at most {most[row]} can be"


def _check_possessions(side: _Side, other: _Side, rows: Rows, sound: np.ndarray, problems: Problems) -> None:
    """All that is measured in a hundred possessions is divided by them."""
    mine, theirs = side.possessions, other.possessions
    outside = sound & ((mine < FEWEST_POSSESSIONS) | (mine > MOST_POSSESSIONS))
    problems.add_rows(
        rows.lines, outside, side.titles["fga"],
        lambda i: f"{mine[i]:.1f} possessions ({side.said(i, 'fga', 'or', 'to', 'fta')})",
        f"{FEWEST_POSSESSIONS}-{MOST_POSSESSIONS} possessions: {side.possessions_text}",
    )  # fmt: skip
    uneven = sound & ~outside & (theirs >= FEWEST_POSSESSIONS) & (mine > theirs + MORE_POSSESSIONS)
    problems.add_rows(
        rows.lines, uneven, side.titles["fga"],
        lambda i: f"{mine[i]:.1f} possessions ({side.said(i, 'fga', 'or', 'to', 'fta')}), with {theirs[i]:.1f} of the "
        "opponent",
        f"at most {MORE_POSSESSIONS} more than the opponent's, as the teams take turns: {side.possessions_text}",
    )  # fmt: skip
