"""Kaggle's submission file: `ID,Pred`, a row for every two teams of a season, such as 2024_1101_1102,0.5.

bytes of a sample -> rows checked one by one, then whole -> Asked, in the sample's order
Asked, chances ---> text of the submission
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from hoops.arrays import Floats, Ids
from hoops.contract.report import Problems, reject, shown
from hoops.games.leagues import League
from operate.csv_lines import csv_lines

COLUMNS = ("ID", "Pred")
_ID = re.compile(r"(\d{4})_(\d{4})_(\d{4})", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_ID_ALLOWED = "season, lower and higher team id, such as 2024_1101_1102"
_PRED_ALLOWED = "a number from 0 to 1"


@dataclass(frozen=True, eq=False)
class Wanted:
    """Which chances a submission states, in its order: season, team1 (the lower id), team2, each int32 (m,)."""

    season: Ids
    team1: Ids
    team2: Ids

    def __len__(self) -> int:
        return len(self.season)

    @classmethod
    def every_two(cls, teams: Mapping[tuple[int, League], Ids]) -> Wanted:
        """Every two teams of each season and league, sorted."""
        parts = [np.empty((3, 0), np.int32)]
        for (season, _), ids in sorted(teams.items()):
            one, other = np.triu_indices(len(ids), 1)
            ordered = np.sort(ids)
            parts.append(np.stack([np.full(len(one), season), ordered[one], ordered[other]]))
        return cls(*np.concatenate(parts, axis=1).astype(np.int32))

    def groups(self) -> dict[tuple[int, League], np.ndarray]:
        """Rows by season and league, ascending; every row is in one."""
        found = {}
        for season in np.unique(self.season).tolist():
            for league in League:
                rows = np.flatnonzero((self.season == season) & (self.team1 // 1000 == league.team_ids.start // 1000))
                if len(rows):
                    found[season, league] = rows
        return found


def submission(wanted: Wanted, chance: Floats) -> str:
    """The file's text; ten decimals, so that no chance is written as 0 or 1."""
    columns = (one.tolist() for one in (wanted.season, wanted.team1, wanted.team2, chance))
    rows = (f"{season}_{one}_{other},{p:.10f}\n" for season, one, other, p in zip(*columns, strict=True))
    return ",".join(COLUMNS) + "\n" + "".join(rows)


def read_sample(name: str, content: bytes, seasons: Collection[int], teams: Mapping[League, Collection[int]]) -> Wanted:
    """The IDs of a sample submission, in its order.

    Parameters
    ----------
    seasons : of which the submission is to be.
    teams : the ids that there are, by league.

    Raises
    ------
    Rejected
        Whatever is wrong with the file, each time with its row: a malformed ID, one of another season, the higher id
        first, teams of two leagues, a team that does not exist, an ID twice, a Pred that is no number from 0 to 1; or
        it lacks pairs of the teams that it names.
    """
    problems = Problems(name)
    rows: dict[tuple[int, int, int], int] = {}
    for row, cell, pred in _cells(name, content, problems):
        match = _ID.fullmatch(cell)
        if match is None:
            problems.add(row, "ID", shown(cell) or "nothing", _ID_ALLOWED)
        else:
            season, one, other = key = int(match[1]), int(match[2]), int(match[3])
            if complaint := _complaint(season, one, other, seasons, teams):
                problems.add(row, "ID", *complaint)
            elif (first := rows.setdefault(key, row)) != row:
                problems.add(row, "ID", f"{cell} again, after row {first}", "every ID once")
        if _NUMBER.fullmatch(pred) is None or not 0.0 <= float(pred) <= 1.0:
            problems.add(row, "Pred", shown(pred) or "nothing", _PRED_ALLOWED)
    if not rows and not problems.count:
        problems.add(None, None, "no row", "a row for every two teams")
    # What a bad row says is not known, so that pairs may seem to be missing that are there.
    problems.reject_if_any()
    wanted = Wanted(*np.array(list(rows), np.int32).reshape(-1, 3).T)
    for (season, league), chosen in wanted.groups().items():
        _require_all(problems, f"{season}", league, wanted.team1[chosen], wanted.team2[chosen])
    problems.reject_if_any()
    return wanted


def _complaint(
    season: int, one: int, other: int, seasons: Collection[int], teams: Mapping[League, Collection[int]]
) -> tuple[str, str] | None:
    """What is found and what is allowed, of an ID that cannot stand there."""
    if season not in seasons:
        return f"season {season}", f"{', '.join(map(str, sorted(seasons)))}, as --season says"
    if one >= other:
        return f"{one} before {other}", "two teams, the lower id first"
    for team in (one, other):
        if not any(team in ids for ids in teams.values()):
            return f"team {team}, which is none", f"ids of teams of {' and '.join(one.label.lower() for one in teams)}"
    if not any(one in ids and other in ids for ids in teams.values()):
        return f"{one} and {other}, of two leagues", "two teams of one league"
    return None


def _require_all(problems: Problems, season: str, league: League, team1: Ids, team2: Ids) -> None:
    named = np.unique(np.concatenate([team1, team2]))
    all_pairs = len(named) * (len(named) - 1) // 2
    if len(team1) < all_pairs:
        there = np.zeros((len(named), len(named)), np.bool_)
        there[np.searchsorted(named, team1), np.searchsorted(named, team2)] = True
        one, other = np.argwhere(np.triu(~there, 1))[0]
        problems.add(
            None, "ID",
            f"{len(team1):,} of the {all_pairs:,} pairs of its own {len(named):,} {league.label.lower()}'s teams of "
            f"{season}: {season}_{named[one]}_{named[other]} is missing",
            "every two of the teams that it names: was it cut off?",
        )  # fmt: skip


def _cells(name: str, content: bytes, problems: Problems) -> Iterator[tuple[int, str, str]]:
    """Line number, ID and Pred of each row; rows of another shape are problems."""
    expected = ",".join(COLUMNS)
    lines = csv_lines(name, content, expected)
    header, told = next(lines, (None, [""]))
    titles = [title.casefold() for title in told]
    if sorted(titles) != sorted(title.casefold() for title in COLUMNS):
        reject(name, f"the columns {shown(','.join(told))}", expected, row=header)
    for row, cells in lines:
        if len(cells) != len(COLUMNS):
            problems.add(row, None, f"{len(cells)} cell{'s' if len(cells) > 1 else ''}", f"two, {expected}")
        else:
            yield row, cells[titles.index("id")], cells[titles.index("pred")]
