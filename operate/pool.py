"""A pool on the NCAA tournament: which bracket to hand in, and how those do that were handed in.

source ──► the bracket as it stands, chances of its games ─┐
files ──► what the public picks, sheets of others, mine ───┴──► hoops.pools ──► plain values fit for JSON
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from hoops.arrays import Floats
from hoops.brackets.odds import odds
from hoops.games.leagues import SELECTION_SUNDAY
from hoops.pools import public
from hoops.pools.payouts import BadPool, Prizes
from hoops.pools.pool import Effort, Pool, Trial, search, standing, tried
from hoops.pools.scoring import Scoring
from hoops.pools.sheet import Picks, Sheet, sheet_of
from operate import bracket
from operate.pool_files import read_public, read_sheets
from operate.sources import Progress, Source

File = tuple[str, bytes]  # name, content


@dataclass(frozen=True)
class Asked:
    """A pool as a person asks for it.

    entrants: None for those whose sheets are given. public: what others pick; None for the model of it. mine, others:
    sheets that were handed in.
    """

    bracket: bracket.Asked
    entrants: int | None
    scoring: Scoring
    shares: tuple
    public: File | None = None
    mine: tuple[File, ...] = ()
    others: File | None = None
    seed: int = 0
    effort: Effort = field(default_factory=Effort)


@dataclass(frozen=True, eq=False)
class _Read:
    """A pool, whose it is, and the words for its teams."""

    pool: Pool
    at: bracket.Standing
    mine: dict[str, Picks]
    others: dict[str, Picks]

    @property
    def sheet(self) -> Sheet:
        return self.pool.sheet

    def team(self, entry: int) -> int:
        """The team (id) of an entry, or the one of two that is more likely to be."""
        rows = np.flatnonzero(self.sheet.entry == entry)
        reach = self.pool.found.reach[rows, self.sheet.first_round - 1] if len(rows) > 1 else np.ones(1)
        return int(self.sheet.bracket.teams[rows[int(reach.argmax())]])

    def named(self, entry: int) -> dict[str, Any]:
        team = self.team(entry)
        return {"team_id": team, "team_name": self.at.reference.team_name(team), "seed": self.sheet.names[entry]}


def pool(asked: Asked, source: Source, taken_in: Progress, searched: Progress) -> dict[str, Any]:
    """Which bracket to hand in; or, where sheets of mine are given, how they do.

    Raises
    ------
    MadnessError
        The bracket is not to be had, a file is bad, or the pool cannot be.
    """
    if not asked.mine and asked.bracket.as_of is None:
        asked = replace(asked, bracket=replace(asked.bracket, as_of=SELECTION_SUNDAY))
    read = _read(asked, source, taken_in)
    rng = np.random.default_rng(asked.seed)
    found = _follow(read, rng, asked.effort) if asked.mine else _advise(read, rng, asked.effort, searched)
    (date,) = read.at.reference.dates(read.sheet.bracket.season, [read.at.told.as_of])
    return {
        "league": read.sheet.bracket.league.value,
        "season": read.sheet.bracket.season,
        "as_of": read.at.told.as_of,
        "date": date.isoformat() if date else None,
        "entrants": read.pool.prizes.entrants,
        "points": [float(one) for one in asked.scoring.points],
        "bonus": asked.scoring.bonus,
        "bonus_sizes": [float(one) for one in asked.scoring.sizes] if asked.scoring.bonus else None,
        "prizes": [float(one) for one in asked.shares],
        "public": asked.public[0] if asked.public else "model of seeds and our chances",
        "seed": asked.seed,
        "tournaments": asked.effort.tried,
        "model": read.at.model.id if read.at.model else None,
        **found,
    }


def _read(asked: Asked, source: Source, progress: Progress) -> _Read:
    if asked.entrants is not None:
        Prizes(asked.entrants, asked.shares)  # what cannot be is told before games are taken in, which takes a minute
    at = bracket.standing(asked.bracket, source, progress)
    sheet = sheet_of(at.bracket)
    mine = _sheets(asked.mine, sheet, at)
    others = _sheets((asked.others,) if asked.others else (), sheet, at)
    if both := sorted(mine.keys() & others.keys()):
        raise BadPool(f"{both[0]} is among my sheets and among the others'")
    known = len(mine) + len(others)
    entrants = known if asked.entrants is None else asked.entrants
    if known > (entrants if mine else entrants - 1):
        raise BadPool(
            f"{known} sheets are given, and the pool has {entrants} entrants{'' if mine else ', me among them'}"
        )
    if asked.public:
        shares = read_public(*asked.public, sheet, at.names)
    else:
        # The public filled in its sheets before the first game, and knew no more than was known then.
        then = replace(asked.bracket, season=at.bracket.season, as_of=SELECTION_SUNDAY)
        draws = entrants > known and at.told.won
        shares = public.of_seeds(sheet, (bracket.standing(then, source, progress) if draws else at).chances)
    sheets = [*mine.values(), *others.values()]
    pool_ = Pool(
        sheet,
        odds(at.bracket, at.chances, at.told.won),
        shares,
        asked.scoring,
        Prizes(entrants, asked.shares),
        np.stack(sheets) if sheets else np.empty((0, len(sheet.slots)), np.uint8),
    )
    return _Read(pool_, at, mine, others)


def _sheets(files: Iterable[File], sheet: Sheet, at: bracket.Standing) -> dict[str, Picks]:
    found: dict[str, Picks] = {}
    for name, content in files:
        for entrant, filled in read_sheets(name, content, sheet, at.names).items():
            if entrant in found:
                raise BadPool(f"two sheets are {entrant}'s; files of sheets have different names")
            found[entrant] = filled
    return found


def _advise(read: _Read, rng: np.random.Generator, effort: Effort, progress: Progress) -> dict[str, Any]:
    """The best sheet, and how it and those of favourites do in tournaments that no search has seen."""
    sheet, played = read.sheet, read.sheet.known(read.at.told.won)
    if played:
        slot = sheet.slots[min(played)]
        raise BadPool(
            f"{slot.name} has been played by day {read.at.told.as_of}: brackets are due before. Name an earlier day by "
            "--as-of, or follow a bracket that was handed in by --mine FILE"
        )
    found = search(read.pool, rng, effort, progress)
    named = {"best": found.best.filled, **found.favourites}
    trial = tried(read.pool, np.stack(list(named.values())), rng, effort)
    sheets = [_done(read, trial, row, name, filled) for row, (name, filled) in enumerate(named.items())]
    for row, one in enumerate(sheets[1:], 1):
        one["difference"], one["difference_error"] = trial.mean(trial.paid[0] - trial.paid[row])
    reach, shares = read.pool.reach, read.pool.shares
    picks, favourite = [], _most_picked(read)
    for place, slot in enumerate(sheet.slots):
        entry, depth = int(found.best.filled[place]), slot.round - sheet.first_round
        other = int(favourite[place])
        picks.append({
            "slot": slot.name, **read.named(entry),
            "chance": float(reach[entry, depth]), "public": float(shares[entry, depth]),
            "most_picked": read.named(other), "most_picked_public": float(shares[other, depth]),
        })  # fmt: skip
    return {"picks": picks, "starts": found.starts, "sheets": sheets, **_drawable(read, picks)}


def _drawable(read: _Read, picks: list[dict[str, Any]]) -> dict[str, Any]:
    """Teams and slots as `operate.bracket.bracket` has them, with the picks in place of the most likely winners."""
    field, reference, told, reach = read.sheet.bracket, read.at.reference, read.at.told, read.pool.found.reach
    picked, slots = {one["slot"]: one for one in picks}, []
    for slot in field.slots:
        if slot.name in picked:
            team, chance = picked[slot.name]["team_id"], picked[slot.name]["chance"]
        else:
            rows = field.entrants(slot)
            best = rows[int(reach[rows, slot.round].argmax())]
            team, chance = int(field.teams[best]), float(reach[best, slot.round])
        slots.append({
            "slot": slot.name, "round": slot.round, "strong": slot.strong, "weak": slot.weak, "favourite": team,
            "chance": chance, "winner": told.won.get(slot.name),
            "score": list(told.games[slot.name].score) if slot.name in told.games else None,
        })  # fmt: skip
    teams = [
        {"team_id": team, "team_name": reference.team_name(team), "seed": seed,
         "region": reference.region(field.season, seed)}
        for team, seed in zip(field.teams.tolist(), field.seeds, strict=True)
    ]  # fmt: skip
    return {"teams": teams, "slots": slots}


def _follow(read: _Read, rng: np.random.Generator, effort: Effort) -> dict[str, Any]:
    """How the sheets do that were handed in, and how much each coming game moves what mine are paid."""
    trial = standing(read.pool, rng, effort)
    known = {**read.mine, **read.others}
    so_far = _points_so_far(read, trial)
    sheets = [
        {**_done(read, trial, row, name, filled), "mine": name in read.mine, "points_so_far": so_far[row],
         "rank": 1 + sum(one > so_far[row] for one in so_far)}
        for row, (name, filled) in enumerate(known.items())
    ]  # fmt: skip
    return {"sheets": sheets, "root_for": _root_for(read, trial, trial.paid[: len(read.mine)].sum(axis=0))}


def _done(read: _Read, trial: Trial, row: int, name: str, filled: Picks) -> dict[str, Any]:
    paid, error = trial.mean(trial.paid[row])
    first, first_error = trial.mean(trial.first[row])
    points, _ = trial.mean(trial.points[row])
    return {
        "name": name, "champion": read.named(int(filled[-1])), "paid": paid, "paid_error": error,
        "first": first, "first_error": first_error, "points": points,
    }  # fmt: skip


def _most_picked(read: _Read) -> Picks:
    """Whom most of the public picks, slot by slot."""
    sheet, shares = read.sheet, read.pool.shares
    return np.concatenate([
        shares[:, depth].reshape(-1, 2 << depth).argmax(axis=1) + (np.arange(len(sheet) >> (depth + 1)) << (depth + 1))
        for depth in range(sheet.depths)
    ]).astype(np.uint8)  # fmt: skip


def _points_so_far(read: _Read, trial: Trial) -> list[float]:
    """Points of slots that have been won, which are the same in all tournaments."""
    scoring, decided = read.pool.scoring, list(read.sheet.known(read.at.told.won))
    worth = scoring.worth(read.sheet, trial.filled[:1])[0, decided]
    right = read.pool.known[:, decided] == trial.filled[0, decided]
    return [float(one) * float(scoring.unit) for one in (right * worth).sum(axis=1)]


def _root_for(read: _Read, trial: Trial, paid: Floats) -> list[dict[str, Any]]:
    """What I am paid with either result of each coming game whose teams are known; those that move it most first."""
    sheet, bracket_, told = read.sheet, read.sheet.bracket, read.at.told
    seeds = dict(zip(bracket_.seeds, bracket_.teams.tolist(), strict=True))
    found = []
    for place, slot in enumerate(sheet.slots):
        both = [told.won.get(feed, seeds.get(feed)) for feed in (slot.strong, slot.weak)]
        teams = [team for team in both if team is not None]
        if slot.name in told.won or len(teams) < 2:
            continue
        sides = []
        for team in teams:
            row = bracket_.row[team]
            entry = sheet.entry[row]
            where = trial.filled[:, place] == entry
            some = paid[where]
            error = float(some.std(ddof=1) / np.sqrt(len(some))) if len(some) > 1 else None
            sides.append({
                **read.named(int(entry)), "chance": float(read.pool.found.reach[row, slot.round]),
                "paid": float(some.mean()) if len(some) else None, "paid_error": error,
            })  # fmt: skip
        found.append({"slot": slot.name, "day": read.at.when.day[slot.name], "teams": sides})
    return sorted(found, key=_swing, reverse=True)


def _swing(game: Mapping[str, Any]) -> float:
    """How far a game moves what I am paid: its standard deviation over the two results, in entry fees.

    The difference alone would begin with upsets that hardly ever come.
    """
    one, other = game["teams"]
    if one["paid"] is None or other["paid"] is None:
        return 0.0
    return abs(one["paid"] - other["paid"]) * float(np.sqrt(one["chance"] * other["chance"]))
