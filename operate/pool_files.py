"""Files of a pool: what the public picks, and sheets that people filled in; read, checked, written.

public   Team,R64,R32,S16,E8,F4,NCG    percent of brackets in which a team wins its game of the round, as ESPN's
a sheet  slot,team                     who wins each slot, by name or id; more than one sheet with a column entrant
a sheet  {"picks": [{"slot": ..., "team_id": ...}]}   as `madness pool --json` prints it
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import Any

import numpy as np

from hoops.arrays import Floats
from hoops.contract.report import Problems, reject, shown
from hoops.games.team_names import TeamError, TeamNames
from hoops.pools.sheet import Picks, Sheet
from operate.csv_lines import csv_lines

ROUNDS = ("R64", "R32", "S16", "E8", "F4", "NCG")
_TITLE = ("ncg", "title", "champion", "finals")  # names of the last column that are in use
_TEAM = ("team", "teamid", "team_id", "team_name")
_OFF = 0.05  # by which the shares of a slot may miss 1, as rounded ones do
_BACK = 0.02  # by which a later round may have more than an earlier one, for the same reason
_SHOWN = 5


def read_public(name: str, content: bytes, sheet: Sheet, names: TeamNames) -> Floats:
    """Shares of the public that picks each entry to win each depth, (e, depths); each slot's add up to 1.

    The two teams of a play-in may have a row each, or one row for both under either's name.

    Raises
    ------
    Rejected
        A column, a team or a number is missing, or is none, or shares of a slot do not add up; each time with its row.
    """
    problems = Problems(name)
    last = sheet.first_round + sheet.depths - 1
    wanted = ROUNDS[sheet.first_round - 1 : last]
    columns = {one: _TITLE if one == ROUNDS[-1] else (one.casefold(),) for one in wanted}
    rows = _rows(name, content, problems, {"team": _TEAM, **columns})
    found, line = np.full((len(sheet), sheet.depths), np.nan), dict[int, int]()
    for row, cells in rows:
        team = _team(cells["team"], row, "Team", sheet, names, problems)
        shares = [_percent(cells[one], row, one, problems) for one in wanted]
        if team is None or None in shares:
            continue
        if team in line:
            problems.add(row, "Team", f"{shown(cells['team'])} again, after row {line[team]}", "every team once")
            continue
        line[team] = row
        entry = int(sheet.entry[sheet.bracket.row[team]])
        found[entry] = np.nan_to_num(found[entry]) + np.array(shares, np.float64)
    problems.reject_if_any()
    if missing := [sheet.names[one] for one in np.flatnonzero(np.isnan(found[:, 0]))]:
        more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        problems.add(None, "Team", f"no row for the team of seed {', '.join(missing[:_SHOWN])}{more}",
                     "a row for every team of the field")  # fmt: skip
        problems.reject()
    row_of = {int(sheet.entry[sheet.bracket.row[team]]): row for team, row in line.items()}
    for depth, title in enumerate(wanted):
        further = found[:, depth] > found[:, depth - 1] + _BACK if depth else np.zeros(len(found), np.bool_)
        for entry in np.flatnonzero(further).tolist():
            problems.add(row_of[entry], title, f"{100 * found[entry, depth]:g} %",
                         f"no more than the {100 * found[entry, depth - 1]:g} % of {wanted[depth - 1]}")  # fmt: skip
        by_slot = found[:, depth].reshape(-1, 2 << depth).sum(axis=1)
        for place in np.flatnonzero(np.abs(by_slot - 1.0) > _OFF):
            slot = sheet.slots[sheet.at(depth).start + int(place)]
            problems.add(None, title, f"{100 * by_slot[place]:.1f} % for the teams of slot {slot.name} together",
                         f"100 %, give or take {100 * _OFF:g}; shares are percentages, such as 43.5")  # fmt: skip
        found[:, depth] /= np.repeat(np.where(by_slot > 0.0, by_slot, 1.0), 2 << depth)
    problems.reject_if_any()
    return found


def read_sheets(name: str, content: bytes, sheet: Sheet, names: TeamNames) -> dict[str, Picks]:
    """The sheets (slots,) of a file by the name of their entrant, which is the file's where it has only one.

    Raises
    ------
    Rejected
        A slot is missing or is none, twice, or won by a team that does not win the slot before; each time with its row.
    """
    problems = Problems(name)
    rows = _of_json(name, content) if PurePath(name).suffix.lower() == ".json" else _of_csv(name, content, problems)
    told: dict[str, dict[str, tuple[int, int]]] = {}
    for row, entrant, slot, text in rows:
        of_entrant = told.setdefault(entrant or PurePath(name).stem, {})
        if slot not in sheet.bracket.slot:
            problems.add(row, "slot", shown(slot) or "nothing", "a slot of the bracket, such as R1W1 or R6CH")
            continue
        team = _team(text, row, "team", sheet, names, problems)
        if team is None:
            continue
        if slot in of_entrant:
            problems.add(row, "slot", f"{slot} again, after row {of_entrant[slot][1]}", "every slot once a sheet")
        of_entrant.setdefault(slot, (team, row))
    problems.reject_if_any()
    found = {entrant: _sheet(entrant, picks, sheet, problems) for entrant, picks in told.items()}
    if not found:
        problems.add(None, None, "no row", f"a winner for each of the {len(sheet.slots)} slots")
    problems.reject_if_any()
    return found


def write_sheet(picks: Iterable[Mapping[str, Any]]) -> str:
    """The file of a sheet whose picks have slot, team_id and team_name; the last is for people and is not read."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("slot", "team", "name"))
    rows.writerows((one["slot"], one["team_id"], one["team_name"]) for one in picks)
    return text.getvalue()


def _sheet(entrant: str, picks: Mapping[str, tuple[int, int]], sheet: Sheet, problems: Problems) -> Picks:
    """A sheet whose slots fit together, if no problem was added."""
    filled = np.zeros(len(sheet.slots), np.uint8)
    missing = [slot.name for slot in sheet.slots if slot.name not in picks]
    if missing:
        more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        problems.add(None, "slot", f"{entrant} has no winner of {', '.join(missing[:_SHOWN])}{more}", "every slot")
        return filled
    for place, slot in enumerate(sheet.slots):
        team, row = picks[slot.name]
        filled[place] = entry = sheet.entry[sheet.bracket.row[team]]
        depth = slot.round - sheet.first_round
        if int(sheet.place(depth, int(entry))) != place:
            problems.add(row, "team", f"{sheet.names[entry]} in {slot.name}", "a team that can come there")
        elif depth and filled[int(sheet.place(depth - 1, int(entry)))] != entry:
            before = sheet.slots[int(sheet.place(depth - 1, int(entry)))].name
            problems.add(row, "team", f"{sheet.names[entry]} to win {slot.name}, and not {before}",
                         "teams that win all slots before")  # fmt: skip
    return filled


def _of_csv(name: str, content: bytes, problems: Problems) -> Iterator[tuple[int, str, str, str]]:
    columns = {"slot": ("slot",), "team": _TEAM, "entrant": ("entrant",)}
    for row, cells in _rows(name, content, problems, columns, optional=("entrant",)):
        yield row, cells["entrant"], cells["slot"].upper(), cells["team"]


def _of_json(name: str, content: bytes) -> Iterator[tuple[int, str, str, str]]:
    allowed = '{"picks": [{"slot": "R1W1", "team_id": 1163}, ...]}'
    try:
        picks = json.loads(content)["picks"]
        rows = [(str(one["slot"]).upper(), str(one["team_id"])) for one in picks]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        reject(name, f"no JSON of a sheet ({type(error).__name__}: {error})", allowed)
    for number, (slot, team) in enumerate(rows, 1):
        yield number, "", slot, team


def _team(text: str, row: int, column: str, sheet: Sheet, names: TeamNames, problems: Problems) -> int | None:
    try:
        team = names.find(text)
    except TeamError as error:
        problems.add(row, column, str(error), "a team's name or id")
        return None
    if team not in sheet.bracket.row:
        problems.add(row, column, f"{shown(text)}, which is not in the field", "a team of the field")
        return None
    return team


def _percent(text: str, row: int, column: str, problems: Problems) -> float | None:
    try:
        value = float(text.removesuffix("%"))
    except ValueError:
        value = np.nan
    if not 0.0 <= value <= 100.0:
        problems.add(row, column, shown(text) or "nothing", "a percentage from 0 to 100")
        return None
    return value / 100.0


def _rows(
    name: str,
    content: bytes,
    problems: Problems,
    columns: Mapping[str, tuple[str, ...]],
    optional: tuple[str, ...] = (),
) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells by column; columns: the titles that each may have, in small letters."""
    lines = csv_lines(name, content, "CSV")
    header, titles = next(lines, (None, [""]))
    told = [title.casefold() for title in titles]
    at = {one: [place for place, title in enumerate(told) if title in also] for one, also in columns.items()}
    if missing := [one for one, places in at.items() if not places and one not in optional]:
        reject(name, f"the columns {shown(','.join(titles))}", f"also {', '.join(missing)}", row=header)
    if twice := [one for one, places in at.items() if len(places) > 1]:
        reject(name, f"the columns {shown(','.join(titles))}", f"{', '.join(twice)} once", row=header)
    for row, cells in lines:
        if len(cells) != len(titles):
            problems.add(row, None, f"{len(cells)} cells", f"{len(titles)}, as in the header")
        else:
            yield row, {one: cells[places[0]] if places else "" for one, places in at.items()}
