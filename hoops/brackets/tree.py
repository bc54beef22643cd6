"""A field and its slots, from the seeds and slots of a season, laid out as a tree.

The tree is a line of 128 places. A slot of round r (0 play-in, 1 round of 64, ... 6 final) stands over 2^(r + 1) of
them: those of its strong side, then those of its weak side. A team that enters in a later round stands on the first of
its places, and nobody on the others. So two teams can meet in one slot only, that of the highest bit in which their
places differ, and a round is an array, whatever the size of the field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hoops.arrays import Ids
from hoops.errors import MadnessError
from hoops.games.leagues import League
from hoops.games.reference import Reference

ROUNDS = 7
PLACES = 1 << ROUNDS
FINAL_FOUR, FINAL = 5, 6
REGIONS = "WXYZ"
STAGES = ("round of 64", "round of 32", "Sweet 16", "Elite 8", "Final Four", "final", "title")
CANCELLED = (2020,)  # seasons without a tournament, in both leagues
_SHOWN = 4

# Where each round begins in a vector of all pairs of places that can meet, round by round.
OFFSETS = np.cumsum([0, *((PLACES >> 1) << round_ for round_ in range(ROUNDS))]).tolist()


class BadBracket(MadnessError):
    """Seeds, slots, results or picks that cannot be of one bracket; the text names season, slot and seed."""


@dataclass(frozen=True)
class Slot:
    """A game of the bracket.

    round: 0 play-in, 1 round of 64, ... 6 final. place: which of its round, from the top. strong, weak: the seed, or
    the slot whose winner plays here.
    """

    name: str
    round: int
    place: int
    strong: str
    weak: str


@dataclass(frozen=True, eq=False)
class Games:
    """Every game that the bracket can bring, each once, as seen by the team of the strong side, (m,).

    By slot, then strong and weak team in the order of the bracket. slot: place in `Bracket.slots`. strong, weak: places
    in `Bracket.teams`. pair: place in the vector of all pairs (`OFFSETS`).
    """

    slot: npt.NDArray[np.intp]
    strong: npt.NDArray[np.intp]
    weak: npt.NDArray[np.intp]
    pair: npt.NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.slot)


@dataclass(frozen=True, eq=False)
class Bracket:
    """A field and its slots.

    Attributes
    ----------
    league : League
    season : int
    teams : int32 (n,)
        From the top of the bracket to its end.
    seeds : tuple of str (n,)
        Such as W01 or X16a.
    places : intp (n,), ascending
        Of each team on the line of 128.
    slots : tuple of Slot
        By round, then place: in an order in which they can be played.
    names : mapping of team (id) to its name
        As far as errors are to name teams by more than their ids.
    """

    league: League
    season: int
    teams: Ids
    seeds: tuple[str, ...]
    places: npt.NDArray[np.intp]
    slots: tuple[Slot, ...]
    names: Mapping[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.teams)

    @cached_property
    def slot(self) -> Mapping[str, Slot]:
        """Slot by name."""
        return {slot.name: slot for slot in self.slots}

    @cached_property
    def at(self) -> Mapping[tuple[int, int], Slot]:
        """Slot by round and place."""
        return {(slot.round, slot.place): slot for slot in self.slots}

    @cached_property
    def row(self) -> Mapping[int, int]:
        """Place of a team among the teams, by id."""
        return {team: row for row, team in enumerate(self.teams.tolist())}

    @cached_property
    def games(self) -> Games:
        """Every game that the bracket can bring."""
        parts = []
        for number, slot in enumerate(self.slots):
            width = 1 << slot.round
            first = 2 * width * slot.place
            sides = [np.flatnonzero((self.places >= start) & (self.places < start + width))
                     for start in (first, first + width)]  # fmt: skip
            strong, weak = (side.ravel() for side in np.meshgrid(*sides, indexing="ij"))
            within = (self.places[strong] - first) * width + self.places[weak] - first - width
            parts.append((np.full(len(strong), number), strong, weak,
                          OFFSETS[slot.round] + slot.place * width * width + within))  # fmt: skip
        return Games(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))

    @cached_property
    def plays(self) -> npt.NDArray[np.bool_]:
        """Whether a team has a slot in a round, (n, 7): most have none in round 0."""
        rows = np.zeros((len(self), ROUNDS), np.bool_)
        for slot in self.slots:
            rows[self.entrants(slot), slot.round] = True
        return rows

    @cached_property
    def team(self) -> Mapping[str, int]:
        """Team (id) by seed."""
        return dict(zip(self.seeds, self.teams.tolist(), strict=True))

    def sides(self, slot: Slot, won: Mapping[str, int]) -> tuple[int | None, int | None]:
        """The teams (ids) of a slot's strong and weak side, given the winners by slot; None where one is not known."""
        strong, weak = (won.get(feed, self.team.get(feed)) for feed in (slot.strong, slot.weak))
        return strong, weak

    def meeting(self, one: int, other: int) -> Slot:
        """The only slot in which two teams of the field (ids) can meet."""
        first, second = (int(self.places[self.row[team]]) for team in (one, other))
        round_ = (first ^ second).bit_length() - 1
        return self.at[round_, first >> (round_ + 1)]

    @cached_property
    def _paths(self) -> list[list[Slot]]:
        rounds = range(ROUNDS)
        return [[self.at[r, place >> (r + 1)] for r in rounds if (r, place >> (r + 1)) in self.at]
                for place in self.places.tolist()]  # fmt: skip

    def path(self, team: int) -> list[Slot]:
        """The slots that a team (id) has to win, in order."""
        return self._paths[self.row[team]]

    def entrants(self, slot: Slot) -> npt.NDArray[np.intp]:
        """The teams (places among the teams) that can play in a slot."""
        return np.flatnonzero(self.places >> (slot.round + 1) == slot.place)

    def named(self, team: int) -> str:
        """A team of the field by seed and name, or id: how errors name it."""
        return f"{self.seeds[self.row[team]]} ({self.names.get(team, f'team {team}')})"

    def wrong(self, text: str) -> BadBracket:
        return BadBracket(f"{_where(self.league, self.season)}: {text}")


def field_of(tables: Mapping[str, pa.Table], league: League, season: int) -> Bracket | None:
    """The bracket of a season from the datasets NCAATourneySeeds and NCAATourneySlots; None without seeds of it."""
    seeds = _of_season(tables.get("NCAATourneySeeds"), season, "seed", "team_id")
    slots = _of_season(tables.get("NCAATourneySlots"), season, "slot", "strong_seed", "weak_seed")
    if not seeds:
        return None
    known = Reference(tables)
    return replace(bracket(league, season, seeds, slots), names={team: known.team_name(team) for _, team in seeds})


def bracket(
    league: League, season: int, seeds: Iterable[tuple[str, int]], slots: Iterable[tuple[str, str, str]] = ()
) -> Bracket:
    """Lay out a field.

    Parameters
    ----------
    seeds : iterable of (seed, team)
        Such as ("W01", 1163); two teams with seeds such as W16a and W16b play for W16.
    slots : iterable of (slot, strong, weak)
        Such as ("R1W1", "W01", "W16"); the usual tree of so many seeds if there are none. Play-ins that the seeds tell
        need not be among them.

    Raises
    ------
    BadBracket
        They do not fit together.

    Examples
    --------
    >>> four = bracket(League.MEN, 2024, zip(("W01", "X01", "Y01", "Z01"), range(1101, 1105)))
    >>> [slot.name for slot in four.slots], four.meeting(1102, 1104).name
    (['R5WX', 'R5YZ', 'R6CH'], 'R6CH')
    """
    where = _where(league, season)
    team_of = _teams(list(seeds), where)
    told = list(slots)
    feeds = _feeds(told if told else standard(team_of, where), where)
    feeds |= _play_ins(team_of, where)
    final = _final(feeds, where)
    laid: list[tuple[int, str]] = []
    games: list[Slot] = []

    def lay(name: str, place: int, below: int, waiting: str) -> None:
        """Stand a seed, or a slot and all that leads to it, on the places from one on."""
        if name not in feeds:
            if name not in team_of:
                raise BadBracket(f"{where}: slot {waiting} waits for {name}, which is neither a slot nor a team's seed")
            laid.append((place, name))
            return
        round_ = round_of(name)
        if round_ >= below:
            raise BadBracket(f"{where}: slot {waiting} waits for {name}, which is not of an earlier round")
        games.append(Slot(name, round_, place >> (round_ + 1), *feeds[name]))
        for number, feed in enumerate(feeds[name]):
            lay(feed, place + (number << round_), round_, name)

    lay(final, 0, ROUNDS, "")
    _require_all(set(team_of) - {seed for _, seed in laid}, "seed", where)
    _require_all(set(feeds) - {slot.name for slot in games}, "slot", where)
    laid.sort()
    games.sort(key=lambda slot: (slot.round, slot.place))
    names = tuple(seed for _, seed in laid)
    teams = np.array([team_of[seed] for seed in names], np.int32)
    return Bracket(league, season, teams, names, np.array([place for place, _ in laid], np.intp), tuple(games))


def round_of(slot: str) -> int:
    """Round of a slot by its name: 1-6, 0 of a play-in, which is named by its seed.

    >>> round_of("R1W1"), round_of("R6CH"), round_of("X16")
    (1, 6, 0)
    """
    return int(slot[1]) if slot[0] == "R" else 0


def line_of(seed: str) -> int:
    """Number of a seed: 16 of X16a."""
    return int(seed[1:3])


def standard(seeds: Iterable[str], where: str = "the bracket") -> list[tuple[str, str, str]]:
    """The slots, without play-ins, of as many seeds in each region as there are: best against worst, W-X, Y-Z.

    Raises
    ------
    BadBracket
        No such tree has these seeds.

    >>> standard(["W01", "W02", "X01", "X02", "Y01", "Y02", "Z01", "Z02a", "Z02b"])[:2]
    [('R4W1', 'W01', 'W02'), ('R4X1', 'X01', 'X02')]
    """
    lines: dict[str, set[int]] = {region: set() for region in REGIONS}
    for seed in seeds:
        lines[seed[0]].add(line_of(seed))
    size = max(map(len, lines.values()))
    for region, found in lines.items():
        missing = set(range(1, size + 1)) - found
        if missing or size not in (1, 2, 4, 8, 16):
            names = ", ".join(f"{region}{line:02d}" for line in sorted(missing)[:_SHOWN])
            lack = f"{names} is missing" if names else f"region {region} has {size} seeds"
            raise BadBracket(f"{where}: {lack}, and without slots every region needs seeds 1 to 1, 2, 4, 8 or 16")
    found_slots: list[tuple[str, str, str]] = []
    for region in REGIONS:
        entries = [f"{region}{line:02d}" for line in range(1, size + 1)]
        for round_ in range(FINAL_FOUR + 1 - size.bit_length(), FINAL_FOUR):
            half = len(entries) // 2
            names_ = [f"R{round_}{region}{i + 1}" for i in range(half)]
            found_slots += zip(names_, entries[:half], reversed(entries[half:]), strict=True)
            entries = names_
    tops = [f"R4{region}1" if size > 1 else f"{region}01" for region in REGIONS]
    found_slots += [("R5WX", tops[0], tops[1]), ("R5YZ", tops[2], tops[3]), ("R6CH", "R5WX", "R5YZ")]
    return sorted(found_slots)


def _where(league: League, season: int) -> str:
    return f"{league.label}, season {season}"


def _teams(seeds: list[tuple[str, int]], where: str) -> dict[str, int]:
    for what, told, other in (("seed", seeds, "teams"), ("team", [(team, seed) for seed, team in seeds], "seeds")):
        for one, count in Counter(name for name, _ in told).items():
            if count > 1:
                both = ", ".join(sorted(str(value) for name, value in told if name == one))
                raise BadBracket(f"{where}: {what} {one} has {count} {other} ({both})")
    return dict(seeds)


def _feeds(slots: list[tuple[str, str, str]], where: str) -> dict[str, tuple[str, str]]:
    feeds: dict[str, tuple[str, str]] = {}
    for name, strong, weak in slots:
        if name in feeds:
            raise BadBracket(f"{where}: slot {name} stands twice")
        feeds[name] = (strong, weak)
    waits: dict[str, str] = {}
    for name, sides in feeds.items():
        for feed in sides:
            if feed in waits:
                raise BadBracket(f"{where}: {feed} plays in two slots, {waits[feed]} and {name}")
            waits[feed] = name
    return feeds


def _play_ins(team_of: Mapping[str, int], where: str) -> dict[str, tuple[str, str]]:
    """Slots of seeds that two teams play for."""
    found = {}
    for seed in sorted(team_of):
        if len(seed) == 4:
            whole, other = seed[:3], seed[:3] + ("b" if seed[3] == "a" else "a")
            if other not in team_of or whole in team_of:
                lack = f"{other} has none" if other not in team_of else f"so has {whole}"
                raise BadBracket(
                    f"{where}: seed {seed} has a team, and {lack}: two of {whole[0]}{whole[1:]}a and b meet"
                )
            found[whole] = (f"{whole}a", f"{whole}b")
    return found


def _final(feeds: Mapping[str, tuple[str, str]], where: str) -> str:
    last = sorted(
        set(feeds) - {feed for sides in feeds.values() for feed in sides}, key=lambda slot: (round_of(slot), slot)
    )
    if not last or round_of(last[-1]) != FINAL:
        found = f"the last one is {last[-1]}" if last else "each waits for another"
        raise BadBracket(f"{where}: the slots have no final, R6CH; {found}")
    _require_all(set(last[:-1]), "slot", where)
    return last[-1]


def _require_all(left: set[str], what: str, where: str) -> None:
    if left:
        names = ", ".join(sorted(left)[:_SHOWN]) + (f" and {len(left) - _SHOWN} more" if len(left) > _SHOWN else "")
        raise BadBracket(f"{where}: {what} {names} leads to no slot" if what == "slot" else
                         f"{where}: {what} {names} plays in no slot")  # fmt: skip


def _of_season(table: pa.Table | None, season: int, *columns: str) -> list[tuple]:
    if table is None:
        return []
    rows = table.filter(pc.equal(table["season"], season))
    return list(zip(*(rows[name].to_pylist() for name in columns), strict=True))
