"""What must be published, computed without any of the pipeline: read all files, merge, fold in order, encode."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby

import pyarrow as pa

from hoops import contract, tables
from hoops.contract import merge
from hoops.contract.merge import ReferenceStatement, Statement
from hoops.contract.reader import Accepted
from hoops.forecast.fold import days_of, fold
from hoops.forecast.model import shipped
from hoops.games.leagues import League
from hoops.games.reference import Reference
from hoops.schemas import PUBLISHED
from lake import parquet
from lake.published import table_key


def published_bytes(league: League, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Parquet bytes by key of every table but `upcoming`, from uploaded files given oldest first."""
    read = [contract.read(contract.parse(key), body) for key, body in files.items()]
    mine = [(f"{place:06d}", one) for place, one in enumerate(read) if one.name.league in (league, None)]
    games = merge.merge(
        [_statement(version, one) for version, one in mine if one.name.folder in ("results", "retractions")]
    )
    made = league_tables(league, games, _reference(mine))
    return {key: parquet.encode(table, PUBLISHED[key.split("/")[0]].schema) for key, table in made.items()}


def league_tables(league: League, games: pa.Table, reference: Reference) -> dict[str, pa.Table]:
    folded = zip(days_of(games), fold(days_of(games), shipped(league)), strict=True)
    made, summaries = {}, []
    for season, group in groupby(folded, key=lambda pair: pair[0].season):
        days = [day for _, day in group]
        rows = tables.SeasonRows(
            season, pa.concat_tables([d.predicted for d in days]), pa.concat_tables([d.rated for d in days])
        )
        summaries.append(tables.summary(season, rows.predicted))
        for name, table in tables.season_tables(rows, reference).items():
            made[table_key(name, league, season)] = table
    made[table_key("teams", league)] = tables.teams(summaries, reference)
    made[table_key("seasons", league)] = tables.seasons(summaries, reference)
    return made


def _statement(version: str, one: Accepted) -> Statement:
    if one.name.folder == "retractions":
        return Statement(version, version, retractions=one.table)
    return Statement(version, version, games=one.table)


def _reference(read: Iterable[tuple[str, Accepted]]) -> Reference:
    datasets: dict[str, list[ReferenceStatement]] = {}
    for version, one in read:
        if one.name.folder == "reference":
            datasets.setdefault(one.name.dataset, []).append(ReferenceStatement(version, version, one.table))
    return Reference({name: merge.merge_reference(name, statements) for name, statements in datasets.items()})
