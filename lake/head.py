"""The head of a league as a value: what is folded, what is shown meanwhile, and how it goes back.

Going back forgets states and days. It never forgets what is shown: a season that is folded again stays in `stale` as it
was, until the days that take its place have been folded as far as it went.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from hoops.games.leagues import SELECTION_SUNDAY
from lake.ledger import digest


@dataclass(frozen=True)
class SeasonHead:
    """What was folded of one season.

    digest: of all its days' digests. predicted, rated: keys of its rows. snapshot: key of the state after its last
    folded day. selection: key of the state on the evening of Selection Sunday, and before it of the newest; "" where
    none was kept, as programs before did, or it was lost. games, kinds (games by kind), first_day, last_day, champion:
    its facts. teams: the ids that played, as `pack_teams` packs them. has_appearances: whether players' games tell who
    appeared in it; True where programs before did not say.
    """

    digest: str
    snapshot: str
    predicted: str
    rated: str
    games: int
    first_day: int
    last_day: int
    champion: int | None
    teams: str
    kinds: dict[str, int]
    selection: str = ""
    has_appearances: bool = True

    @property
    def is_whole(self) -> bool:
        """False if rows or state were lost: its published tables alone show the season until it is folded again."""
        return bool(self.predicted and self.rated and self.snapshot)

    def objects(self) -> set[str]:
        return {key for key in (self.snapshot, self.predicted, self.rated, self.selection) if key}

    def without(self, lost: Collection[str]) -> SeasonHead:
        """The same, naming nothing that is lost."""
        names = ("snapshot", "predicted", "rated", "selection")
        kept = {name: "" for name in names if getattr(self, name) in lost}
        return replace(self, **kept) if kept else self  # type: ignore[arg-type]


@dataclass(frozen=True)
class Head:
    """Where a league's state stands.

    season, day: the last day folded, None before the first. generation: grows by one with every commit.
    days: digest of every folded day of the running season. snapshots: keys of states after days of the running season.
    seasons: folded up to here. stale: seasons as they were before a correction, or a loss, put the head back; they are
    shown until they are folded again as far. empty: digest by season and day of days whose every game was retracted:
    they are no days of their season. pending: key of the forecasts of games to come; pending_inputs: digest of what
    they were made from. fingerprint: the environment that folded, whose equal bytes can be expected. catching_up: why
    the fold has begun anew, as long as it is behind the ledger; until then nothing of this head is shown.
    first: the model that forecast the first days. decisions: how many it had heard of that put a model in charge.
    """

    league: str
    engine: str
    generation: int = 0
    season: int | None = None
    day: int | None = None
    days: dict[int, str] = field(default_factory=dict)
    snapshots: dict[int, str] = field(default_factory=dict)
    seasons: dict[int, SeasonHead] = field(default_factory=dict)
    stale: dict[int, SeasonHead] = field(default_factory=dict)
    empty: dict[int, dict[int, str]] = field(default_factory=dict)
    pending: str | None = None
    pending_inputs: str = ""
    fingerprint: dict[str, str] = field(default_factory=dict)
    catching_up: str = ""
    first: str = ""
    decisions: int = 0

    @property
    def position(self) -> tuple[int, int] | None:
        """(season, day) of the last day folded."""
        return None if self.season is None or self.day is None else (self.season, self.day)

    @property
    def shown(self) -> dict[int, SeasonHead]:
        """Seasons as readers should see them."""
        return {**self.seasons, **self.stale}

    @property
    def reach(self) -> tuple[int, int] | None:
        """(season, day) of the last day that readers should see."""
        return max(((season, one.last_day) for season, one in self.shown.items()), default=None)

    def unlike(self, season: int, listed: Mapping[int, str]) -> set[int]:
        """Days of a season whose ledger digests (listed: by day) are not those that were folded."""
        without_games = self.empty.get(season, {})
        listed = {day: one for day, one in listed.items() if without_games.get(day) != one}
        if self.season is None or season > self.season:
            return set(listed)
        if season < self.season:
            known = self.seasons.get(season)
            return set() if known and known.digest == season_digest(listed) else set(listed)
        return {day for day in {*listed, *self.days} if listed.get(day) != self.days.get(day)}

    def state_key(self) -> str | None:
        """Key of the state after the last day folded; None before the first."""
        if self.season is None or self.day is None:
            return None
        return self.snapshots.get(self.day) or self.seasons[self.season].snapshot

    def keys(self) -> set[str]:
        """Every object that this head needs."""
        of_seasons = {key for one in (*self.seasons.values(), *self.stale.values()) for key in one.objects()}
        return of_seasons | set(self.snapshots.values()) | ({self.pending} if self.pending else set())

    def before(self, season: int, day: int) -> Head:
        """Gone back to the newest kept state before a day.

        If that is the end of an earlier season, `days` is empty: what was folded of it, the ledger has to tell.
        """
        stale = self.stale | {one: shown for one, shown in self.shown.items() if one >= season}
        states = self._states()
        kept = max((one for one in states if one < day and season == self.season), default=None)
        if kept is not None:
            return replace(
                self,
                day=kept,
                days={one: known for one, known in self.days.items() if one <= kept},
                snapshots={one: key for one, key in states.items() if one <= kept},
                stale=stale,
            )
        past = {one: known for one, known in self.seasons.items() if one < season}
        last = max(past, default=None)
        return replace(
            self, season=last, day=past[last].last_day if last is not None else None, days={}, snapshots={},
            seasons=past, stale=stale,
        )  # fmt: skip

    def _states(self) -> dict[int, str]:
        """Keys of the states of the running season by day, that of Selection Sunday among them."""
        known = self.seasons.get(self.season) if self.season is not None else None
        # What was written of the season says nothing of days that were folded since, or taken back.
        if known is None or not known.selection or known.digest != season_digest(self.days):
            return self.snapshots
        selected = max((day for day in self.days if day <= SELECTION_SUNDAY), default=None)
        found = self.snapshots if selected is None else {selected: known.selection} | self.snapshots
        return dict(sorted(found.items()))

    def without(self, lost: Collection[str]) -> Head:
        """Gone back to before all that was made with objects that are lost, and naming none of them."""
        head = replace(
            self,
            snapshots={day: key for day, key in self.snapshots.items() if key not in lost},
            seasons={season: one.without(lost) for season, one in self.seasons.items()},
        )
        for season, one in sorted(self.seasons.items()):
            if one.predicted in lost or one.rated in lost or (one.snapshot in lost and season != self.season):
                head = head.before(season, 0)
                break
            if one.snapshot in lost and self.day is not None:
                head = head.before(season, self.day)
        if head.pending in lost:
            head = replace(head, pending=None, pending_inputs="")
        return replace(head, stale={season: one.without(lost) for season, one in head.stale.items()})


def season_digest(days: Mapping[int, str]) -> str:
    """Digest of a season from those of its days."""
    return digest(f"{day}:{one}" for day, one in sorted(days.items()))


def pack_teams(teams: Iterable[int]) -> str:
    """A set of team ids as a hex bitmap over 0-3999: short, and equal for equal sets.

    >>> unpack_teams(pack_teams([3101, 1101]))
    (1101, 3101)
    """
    return f"{sum(1 << team for team in set(teams)):x}"


def unpack_teams(packed: str) -> tuple[int, ...]:
    """The ids that `pack_teams` packed, ascending."""
    bits = bin(int(packed, 16))[:1:-1]
    return tuple(team for team, bit in enumerate(bits) if bit == "1")
