"""The three buckets of a stage, as one argument."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from hoops.forecast.model import Model, shipped
from hoops.games.leagues import League
from lake.heads import Head, Heads
from lake.holds import Holds
from lake.issued import Issued
from lake.ledger import Ledger
from lake.names import NamesInPlays
from lake.published import PublishedTables
from lake.receipts import Receipts
from lake.registry import Charge, Registry
from lake.retry import retrying
from lake.store import Conflict, Store
from lake.training_jobs import TrainingJobs


@dataclass(frozen=True)
class Lake:
    """Typed access to everything that is stored. One lives as long as its process, and keeps what it has read."""

    source: Store
    models: Store
    dashboard: Store

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self.models, self.receipts.taken_as)

    @cached_property
    def issued(self) -> Issued:
        return Issued(self.models)

    @cached_property
    def receipts(self) -> Receipts:
        return Receipts(self.models, self.source)

    @cached_property
    def holds(self) -> Holds:
        return Holds(self.models)

    @cached_property
    def training_jobs(self) -> TrainingJobs:
        return TrainingJobs(self.models)

    @cached_property
    def published(self) -> PublishedTables:
        return PublishedTables(self.dashboard)

    @cached_property
    def _heads(self) -> dict[str, Heads]:
        return {}

    @cached_property
    def names_in_plays(self) -> NamesInPlays:
        return NamesInPlays(self.ledger)

    @cached_property
    def plays_known(self) -> dict[tuple[str, str, str], tuple[str, str, str]]:
        """What `lake.plays_due` found of plays (key of the entry), their games (key of the rows) and names (digest)."""
        return {}

    def heads(self, engine: str) -> Heads:
        """Heads of an engine."""
        return self._heads.setdefault(engine, Heads(self.models, engine))

    @cached_property
    def registry(self) -> Registry:
        return Registry(self.models, self.shipped)

    def shipped(self, league: League) -> Model:
        """The model that comes with the program; who is in charge, the registry says."""
        return shipped(league)

    def folded(self, league: League) -> Folded:
        """Who is in charge of a league, and where its state stands."""
        return retrying(lambda: self.folded_by(self.registry.charge(league)))

    def folded_by(self, charge: Charge) -> Folded:
        """Where the state stands of whoever is in charge; raise `Conflict` if the head has heard of later decisions."""
        league = charge.league
        heads = self.heads(charge.engine)
        stored, etag = heads.read(league)
        if stored.decisions > charge.count:
            raise Conflict(  # it was committed after the log was read
                f"the head of league {league} has heard of {stored.decisions} decisions, and the log has {charge.count}"
            )
        return Folded(charge, heads, charge.as_folded(stored), stored, etag)


@dataclass(frozen=True)
class Folded:
    """Where a league stands. head: from which is folded on. stored, etag: what lies in the bucket."""

    charge: Charge
    heads: Heads
    head: Head
    stored: Head
    etag: str | None
