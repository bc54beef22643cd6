"""The three buckets of a stage, as one argument."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from hoops.forecast.model import Model, shipped
from hoops.games.leagues import League
from lake.heads import Heads
from lake.holds import Holds
from lake.issued import Issued
from lake.ledger import Ledger
from lake.published import PublishedTables
from lake.receipts import Receipts
from lake.store import Store


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
    def published(self) -> PublishedTables:
        return PublishedTables(self.dashboard)

    @cached_property
    def _heads(self) -> dict[str, Heads]:
        return {}

    def heads(self, model: Model) -> Heads:
        """Heads of the engine that a model is."""
        return self._heads.setdefault(model.id, Heads(self.models, model.id))

    def model(self, league: League) -> Model:
        """The model that forecasts a league now."""
        return shipped(league)
